package refine

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/sat"
)

// A serial core passes the digits of an instruction one after the other. The proof of a line
// follows every cycle from decode to the last one. The state in decode is arbitrary, except the
// registers that count and name stages (stages). The claim "decode begins at rest" states their
// values. After the last cycle the register file must hold what the line means, in all registers.
//
// In a cycle in which the line acts (x.valid), the claims about ports, the frame engine and data
// memory are the same as for other cores. A line that accesses a port may act for any number of
// cycles: the claims hold in any of them, and a held line keeps its state.

// serial reports whether the core executes digits.
func (k *checker) serial() bool { return design.DigitBits(k.p.Core) < 32 }

// The registers of the stages of an instruction.
const (
	stageDecode = "decoding"
	stagePre    = "pre"
	stageAct    = "x.valid"
	stagePost   = "post"
)

// stages are the registers that are 0 whenever decode begins, if the core has them.
func stages() []string {
	return []string{stagePre, stageAct, stagePost, "index", "at", "x.loaded", "x.started", "x.second"}
}

// rest adds the claim that the registers of the stages are 0 when decode begins.
func (k *checker) rest() error {
	r := newRun(k.m, false)
	y, err := r.step(nil)
	if err != nil {
		return err
	}
	k.invariants(r, y)
	all := blast.True
	for _, name := range stages() {
		if v := r.regs[name]; v != nil {
			all = r.g.And(all, r.any(v).Not())
		}
	}
	k.prove(r, "no instruction", nil, []claim{{"decode begins at rest", r.implies(r.regs[stageDecode][0], all)}})
	return nil
}

// digits proves one case on a serial core. A line that names a destination is proved for x0 and for
// the other registers separately, since it has other stages.
func (k *checker) digits(c *one) error {
	if c.in.Meaning.Rd == nil {
		return k.passes(c, c.name, nil)
	}
	zero := *c
	zero.mask, zero.val = zero.mask|31<<7, zero.val&^(31<<7)
	if err := k.passes(&zero, c.name+" to x0", nil); err != nil {
		return err
	}
	return k.passes(c, c.name, func(p *proof) lit { return p.any(p.insn[7:12]) })
}

// passes proves one case under an assumption about the instruction word, which may be nil.
func (k *checker) passes(c *one, name string, assume func(*proof) lit) error {
	c = &one{name: name, in: c.in, mask: c.mask, val: c.val, reg: c.reg, load: c.load, memory: c.memory}
	p := &proof{run: newRun(k.m, false), k: k, c: c}
	p.encode()
	if assume != nil {
		p.assume = append(p.assume, assume(p))
	}
	p.data[blast.Place{Kind: blast.ReadData, Name: textMemory}] = p.insn
	p.regs[stageDecode] = constant(1, 1)
	for _, name := range stages() {
		if v := p.regs[name]; v != nil {
			p.regs[name] = constant(len(v), 0)
		}
	}
	s := &serialProof{proof: p}
	s.operands()
	y, err := p.step(nil)
	if err != nil {
		return err
	}
	p.values["pc"] = y.probe(rtl.ProbeRetirePC)
	s.settle(func(string) bool { return true })
	if a := access(c.in); a != nil {
		s.addr = p.expr(a.Addr)
		p.aligned(s.addr, a.Bytes)
		if c.memory {
			s.loaded = p.arrays[dataMemory].read(s.addr[2 : 2+k.p.Data.N])
		}
	}
	return s.follow()
}

// serialProof is the proof of one case on a serial core.
type serialProof struct {
	*proof
	addr, loaded bits
	ended        bool // the proof needs no further cycle
}

// operands reads the source registers before the instruction.
func (s *serialProof) operands() {
	file := s.arrays[regsMemory]
	for i, leaf := range []string{"rs1", "rs2", "rs3"}[:s.c.in.Format.Sources()] {
		at := []int{15, 20, 27}[i]
		var v bits
		for d := range 32 / file.width {
			v = append(v, file.read(s.digitAt(s.insn[at:at+s.k.p.RegBits()], d))...)
		}
		s.values[leaf] = v
	}
}

// digitAt is the address of a digit of a register.
func (s *serialProof) digitAt(reg bits, digit int) bits {
	return append(constant(s.arrays[regsMemory].digits, uint64(digit)), reg...)
}

// settle replaces bits of registers by constants if the assumptions imply their value.
func (s *serialProof) settle(which func(string) bool) {
	type place struct {
		reg string
		bit int
	}
	var at []place
	roots := slices.Clone(s.assume)
	for _, reg := range s.m.c.Regs {
		if v := s.regs[reg.Name]; len(v) <= 8 && which(reg.Name) && !strings.HasPrefix(reg.Name, "record.") {
			for i, l := range v {
				if l.Node() != 0 {
					at, roots = append(at, place{reg.Name, i}), append(roots, l)
				}
			}
		}
	}
	if len(at) == 0 {
		return
	}
	g, moved := cones(s.g, roots)
	assume, rest := moved[:len(s.assume)], moved[len(s.assume):]
	p := newProver(g, s.k.opt)
	for i, l := range rest {
		for _, v := range []bool{false, true} {
			l := l
			if v {
				l = l.Not()
			}
			if p.Ask(append(assume[:len(assume):len(assume)], l)...) == sat.Unsat {
				s.regs[at[i].reg] = slices.Clone(s.regs[at[i].reg])
				s.regs[at[i].reg][at[i].bit] = blast.Const(v)
				break
			}
		}
	}
	s.k.rep.Conflicts += p.Conflicts()
}

// stage names the stage of the present cycle, "" for none. ok is false if the proof does not know
// the stage.
func (s *serialProof) stage() (name string, ok bool) {
	for _, reg := range []string{stagePre, stageAct, stagePost, stageDecode} {
		switch s.regs[reg][0] {
		case blast.True:
			return reg, true
		case blast.False:
		default:
			return "", false
		}
	}
	return "", true
}

// follow makes the cycles of the instruction after decode.
func (s *serialProof) follow() error {
	limit := 2*32/s.arrays[regsMemory].width + 8
	for range limit {
		stage, ok := s.stage()
		if !ok {
			s.k.rep.Items = append(s.k.rep.Items, Item{s.c.name + ": stages", equiv.Undecided, "the stages depend on operands"})
			return nil
		}
		var err error
		switch stage {
		case stageAct:
			err = s.act()
		case stagePre, stagePost:
			err = s.pass()
		default:
			s.k.prove(s.run, s.c.name, s.insn, []claim{{"retires", blast.False}})
			return nil
		}
		if err != nil || s.ended {
			return err
		}
	}
	s.claim("retires", blast.False)
	s.k.prove(s.run, s.c.name, s.insn, merged(s.run, s.claims))
	return nil
}

// pass makes a cycle of pre or post.
func (s *serialProof) pass() error {
	y, err := s.step(nil)
	if err != nil {
		return err
	}
	return s.after(y)
}

// after settles the stages after a cycle. It claims that the instruction retires in its last cycle,
// and only there.
func (s *serialProof) after(y *cycle) error {
	names := append(stages(), stageDecode, "x.taking")
	s.settle(func(name string) bool { return slices.Contains(names, name) })
	stage, ok := s.stage()
	if last := ok && stage == ""; last {
		return s.retired(y)
	}
	s.claim("retires", y.probe(rtl.ProbeRetireValid)[0].Not())
	return nil
}

// act makes a cycle in which the line acts.
func (s *serialProof) act() error {
	ports := s.c.reg != port.None
	if ports || s.c.in.Meaning.Trap { // the instruction may have been held in earlier cycles
		for _, reg := range s.m.c.Regs {
			if s.turns(reg.Name) {
				s.regs[reg.Name] = s.free(reg.Width)
			}
		}
		for place, v := range s.data {
			if place.Name == regsMemory {
				s.data[place] = s.free(len(v))
			}
		}
	}
	y, err := s.next(nil)
	if err != nil {
		return err
	}
	s.claim("word", s.same(y.probe(rtl.ProbeRetireInsn), s.insn))
	if en := s.arrayWrites(y); en != nil {
		s.claim("writes its register", en[0].Not())
	}
	switch {
	case s.c.in.Meaning.Trap:
		s.claim("trap", s.all(y.probe(rtl.ProbeRetireValid)[0].Not(), y.output(rtl.PortTrap)[0], s.same(y.output(rtl.PortTrapPC), s.values["pc"])))
		s.claim("trap", s.regs[stageAct][0])
		s.outside(y, blast.False)
		s.stays(y)
		return s.end()
	case s.c.reg == port.Halt:
		s.claim("halts", s.regs[stageAct][0])
		s.outside(y, y.probe(rtl.ProbeRetireValid)[0])
		s.record(y, y.probe(rtl.ProbeRetireValid)[0], s.addr, nil)
		s.stays(y)
		return s.end()
	case ports:
		return s.access(y)
	}
	s.settle(func(name string) bool { return name == stageAct })
	s.outside(y, s.regs[stageAct][0].Not())
	return s.after(y)
}

func (s *serialProof) arrayWrites(y *cycle) bits { return y.write(blast.WriteEnable, regsMemory) }

// access completes a cycle that accesses a port. First it proves the claims about any such cycle,
// then it supposes that the instruction is not held.
func (s *serialProof) access(y *cycle) error {
	leaves := s.regs[stageAct][0].Not()
	s.outside(y, leaves)
	s.stays(y)
	if s.c.load {
		s.values["mem"] = s.fromPort(y)
	}
	s.k.prove(s.run, s.c.name, s.insn, merged(s.run, s.claims))
	s.claims = nil
	s.suppose(leaves)
	return s.after(y)
}

// stays claims that a held line keeps its state.
func (s *serialProof) stays(y *cycle) {
	on := s.regs[stageAct][0]
	for _, reg := range s.m.c.Regs {
		if !s.turns(reg.Name) {
			s.claim("held", s.implies(on, s.same(s.before[reg.Name], s.regs[reg.Name])))
		}
	}
	if en := y.cones[blast.Place{Kind: blast.ReadEnable, Name: textMemory}]; en != nil {
		s.claim("held", s.implies(on, en[0].Not()))
	}
}

// turns reports whether a register may change while a line acts. Such a register follows what the
// register file outputs, or what is loaded, or matters only in pre.
func (s *serialProof) turns(reg string) bool {
	switch reg {
	case "x.imm", "x.fill", "x.previous", "x.taking", "record.loaded":
		return true
	case "x.word2":
		return s.c.load
	}
	return s.k.moves(reg)
}

func (s *serialProof) end() error {
	s.ended = true
	s.k.prove(s.run, s.c.name, s.insn, merged(s.run, s.claims))
	return nil
}

// retired adds the claims about the last cycle: the record, the register file, and the next word.
func (s *serialProof) retired(y *cycle) error {
	s.ended = true
	m := &s.c.in.Meaning
	s.claim("retires", y.probe(rtl.ProbeRetireValid)[0])
	s.claim("word", s.same(y.probe(rtl.ProbeRetireInsn), s.insn))
	s.claim("pc", s.same(y.probe(rtl.ProbeRetirePC), s.values["pc"]))
	s.record(y, blast.True, s.addr, s.loaded)
	var value bits
	if m.Rd != nil && (!s.c.load || s.values["mem"] != nil) {
		value = s.expr(m.Rd)
	}
	s.registers(value)
	return s.k.follows(s.run, s.c.name, s.insn, s.target(), blast.True, s.claims, s.k.patience())
}

// registers claims that the register file holds value in rd, and everything else as before. A nil
// value stands for a value that the proof does not model.
func (s *serialProof) registers(value bits) {
	file := s.arrays[regsMemory]
	q := s.free(s.k.p.RegBits())
	rd, some := constant(len(q), 0), blast.False
	if s.c.in.Meaning.Rd != nil {
		rd, some = s.insn[7:7+len(q)], s.any(s.insn[7:12])
	}
	here := s.g.And(some, s.same(q, rd))
	for d := range 32 / file.width {
		at := s.digitAt(q, d)
		now, before := file.read(at), file.first(at)
		if value == nil {
			s.claim("writes its register", s.g.Or(here, s.same(now, before)))
			continue
		}
		want := s.choose(here, value[d*file.width:(d+1)*file.width], before)
		s.claim("writes its register", s.same(now, want))
	}
}
