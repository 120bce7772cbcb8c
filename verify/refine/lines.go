package refine

import (
	"fmt"
	mathbits "math/bits"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// progress reports whether a register may change while an instruction is held. Such a register
// holds the progress of the instruction.
func progress(name string) bool {
	return name == "x.second" || name == "record.halted" || strings.HasPrefix(name, "frame.")
}

// levelOutput reports whether an output shows a level that an earlier instruction stored. Such
// an output is not an action of the current instruction.
func levelOutput(name string) bool {
	return strings.HasSuffix(name, rtl.PortLevelOut(""))
}

// ofBeat reports whether an output belongs to a beat, so that it matters only if valid is 1.
func ofBeat(name string) bool { return strings.HasSuffix(name, "_last") }

// A `one` is a case of the proof: an instruction line, together with one of the line's shift
// amounts or port registers if the line has such cases.
type one struct {
	name      string
	in        *isa.Inst
	mask, val uint32
	reg       port.Reg // port.None: no port register
	load      bool
	memory    bool
}

// cases lists the cases that the core must execute correctly.
func (k *checker) cases() []*one {
	var out []*one
	for _, l := range k.p.Lines {
		in := l.Inst
		base := one{name: in.Name, in: in, mask: in.Mask, val: in.Match, reg: port.None}
		switch {
		case l.Amounts != nil:
			for _, n := range l.Amounts {
				c := base
				c.name = fmt.Sprintf("%s %d", in.Name, n)
				c.mask, c.val = c.mask|31<<20, c.val|uint32(n)<<20
				out = append(out, &c)
			}
		case in.Meaning.Load != nil || in.Meaning.Store != nil:
			out = append(out, k.accesses(base)...)
		default:
			out = append(out, &base)
		}
	}
	k.rep.Lines = len(out)
	return out
}

// accesses splits a load or store into cases: one for each port register and one for data
// memory.
func (k *checker) accesses(base one) []*one {
	var out []*one
	base.load = base.in.Meaning.Load != nil
	if k.m.has(dataMemory) {
		c := base
		c.memory = true
		out = append(out, &c)
	}
	for _, q := range k.p.PortsOf(base.in) {
		c := base
		o := isa.Ops{Imm: int32(q.Reg.Addr())}
		w, err := c.in.Encode(o)
		if err != nil {
			continue
		}
		c.name, c.reg = c.in.Name+" "+q.Reg.String(), q.Reg
		for i, from := range immediate(c.in) {
			if from >= 0 {
				c.mask |= 1 << from
				c.val |= uint32(o.Imm) >> i & 1 << from
			}
		}
		c.mask, c.val = c.mask|31<<15, c.val|w&(31<<15)
		out = append(out, &c)
	}
	return out
}

func (m *machine) has(mem string) bool {
	return slices.ContainsFunc(m.c.Mems, func(x rtl.Mem) bool { return x.Name == mem })
}

// immediate maps each bit of a line's immediate to a bit of the instruction word, or to -1 for
// a constant 0.
func immediate(in *isa.Inst) [32]int {
	var from [32]int
	for i := range from {
		from[i] = -1
	}
	for b := range 32 {
		v := uint32(in.Operands(1 << b).Imm)
		for v != 0 {
			from[mathbits.TrailingZeros32(v)] = b
			v &= v - 1
		}
	}
	return from
}

// proof is the state of the proof of one case.
type proof struct {
	*run
	k      *checker
	c      *one
	insn   []lit
	values map[string][]lit // values of the leaves in the meaning
	before map[string][]lit // values of registers before the last cycle
	claims []claim
}

func (p *proof) claim(name string, l lit) { p.claims = append(p.claims, claim{name, l}) }

// line proves one case.
func (k *checker) line(c *one) error {
	if k.serial() {
		return k.digits(c)
	}
	p := &proof{run: newRun(k.m, false), k: k, c: c}
	p.encode()
	for place := range p.data {
		if place.Name == textMemory {
			p.data[place] = p.insn
		}
	}
	decode, err := p.step(nil)
	if err != nil {
		return err
	}
	k.invariants(p.run, decode)
	p.suppose(decode.probe(rtl.ProbeDecode)[0])
	return p.execute()
}

// encode makes the instruction word. The word has the fixed bits of the line, and fields
// restricted to the kept values.
func (p *proof) encode() {
	p.insn = p.free(32)
	for i := range p.insn {
		if p.c.mask>>i&1 == 1 {
			p.insn[i] = blast.Const(p.c.val>>i&1 == 1)
		}
	}
	f := p.c.in.Format
	fields := []int{15, 20, 27}[:f.Sources()]
	if f.HasRd() {
		fields = append(fields, 7)
	}
	for _, at := range fields {
		if n := p.k.p.Regs.N; n < 32 {
			p.assume = append(p.assume, p.word(word.Ltu, 1, p.insn[at:at+5], constant(5, uint64(n)))[0])
		}
	}
	imm := make([]lit, 32)
	for i, from := range immediate(p.c.in) {
		imm[i] = blast.False
		if from >= 0 {
			imm[i] = p.insn[from]
		}
	}
	if p.c.memory && len(p.k.p.PortsOf(p.c.in)) > 0 { // the decoder recognises ports by x0 and the sign of the immediate
		p.assume = append(p.assume, p.g.Or(p.any(p.insn[15:20]), imm[31].Not()))
	}
	p.values = map[string][]lit{"imm": imm}
}

// operands returns the operands of the executing instruction. An operand is 0 if the instruction
// word names x0. Any other operand may have any value. operands also claims that the operands in
// the circuit are the values of the registers that the word names, after the previous
// instruction.
func (p *proof) operands() []claim {
	var claims []claim
	for i, leaf := range []string{"rs1", "rs2", "rs3"} {
		if i >= p.k.m.sources {
			break
		}
		at := []int{15, 20, 27}[i]
		if i >= p.c.in.Format.Sources() {
			p.values[leaf] = nil
			continue
		}
		p.values[leaf] = p.free(32)
		if p.any(p.insn[at:at+5]) == blast.False {
			p.values[leaf] = constant(32, 0)
		}
		claims = append(claims, claim{leaf, p.same(p.operandNow(i), p.arrays[regsMemory].read(p.insn[at:at+p.k.p.RegBits()]))})
	}
	return claims
}

// operandNow returns the real value of an operand in the next cycle.
func (p *proof) operandNow(i int) []lit {
	if !p.k.m.cut[i] {
		return p.data[blast.Place{Kind: blast.ReadData, Name: regsMemory, Port: i}]
	}
	// The node is a function of the state. Make a copy of the cycle to read it.
	twin := *p.run
	twin.regs, twin.data, twin.arrays = clone(p.regs), clone(p.data), map[string]*array{}
	for name, a := range p.arrays {
		b := *a
		b.r, b.pairs, b.writes = &twin, slices.Clone(a.pairs), slices.Clone(a.writes)
		twin.arrays[name] = &b
	}
	y, err := twin.step(nil)
	if err != nil {
		panic("refine: " + err.Error())
	}
	return y.probe(fmt.Sprintf("%srs%d", operand, i+1))
}

func clone[K comparable, V any](m map[K]V) map[K]V {
	out := map[K]V{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// unread sets the operands that the line does not name. If the core always reads x0 for such an
// operand, the operand is 0, and some lines rely on this 0. Otherwise the operand may have any
// value.
func (p *proof) unread() {
	for i, leaf := range []string{"rs1", "rs2", "rs3"}[:p.k.m.sources] {
		if v, ok := p.values[leaf]; !ok || v != nil {
			continue
		}
		p.values[leaf] = p.free(32)
		g, moved := cones(p.g, append(slices.Clone(p.assume), p.any(p.operandNow(i))))
		if newProver(g, p.k.opt).Ask(moved...) == sat.Unsat {
			p.values[leaf] = constant(32, 0)
		}
	}
}

// execute makes the cycles of the instruction and the claims about them.
func (p *proof) execute() error {
	in := p.c.in
	p.claims = append(p.claims, p.operands()...)
	p.unread()
	var ops [][]lit
	for _, leaf := range []string{"rs1", "rs2", "rs3"}[:p.k.m.sources] {
		ops = append(ops, p.values[leaf])
	}
	var addr, loaded []lit
	if a := access(in); a != nil {
		addr = p.expr(a.Addr)
		p.aligned(addr, a.Bytes)
		if p.c.memory {
			loaded = p.arrays[dataMemory].read(addr[2 : 2+p.k.p.Data.N])
		}
	}
	if !p.c.memory || !p.c.load { // the instruction may have been held in earlier cycles
		for _, reg := range p.m.c.Regs {
			if p.k.moves(reg.Name) {
				p.regs[reg.Name] = p.free(reg.Width)
			}
		}
	}
	y, err := p.next(ops)
	if err != nil {
		return err
	}
	p.held(y, p.before)
	if p.c.memory && p.c.load {
		p.claim("one cycle more", y.probe(rtl.ProbeRetireValid)[0].Not())
		p.claim("one cycle more", y.probe(rtl.ProbeExecute)[0])
		p.effects(y, blast.False)
		if y, err = p.next(ops); err != nil {
			return err
		}
	}
	return p.retire(y, addr, loaded)
}

// next makes one cycle of the instruction, with the claims about the effect of this cycle on
// the frame engine.
func (p *proof) next(ops [][]lit) (*cycle, error) {
	p.before = p.regs
	p.regs = clone(p.regs)
	loaded := p.data[blast.Place{Kind: blast.ReadData, Name: dataMemory}]
	y, err := p.step(ops)
	if err == nil {
		p.engine(y, p.before, loaded)
		p.waits(y, p.before)
	}
	return y, err
}

// done is 1 if the instruction acts for the last time in the cycle that was made last.
func (p *proof) done(y *cycle) lit {
	if p.k.serial() {
		return p.regs[stageAct][0].Not()
	}
	return y.probe(rtl.ProbeRetireValid)[0]
}

// held adds the claim that an instruction that does not retire stays unchanged. So the claims
// about one cycle of an instruction hold in every cycle until the instruction retires.
func (p *proof) held(y *cycle, before map[string][]lit) {
	on := p.g.Or(y.probe(rtl.ProbeRetireValid)[0].Not(), y.output(rtl.PortHalted)[0]) // HALT retires and stays in execution
	p.claim("held", p.implies(on, y.probe(rtl.ProbeExecute)[0]))
	for _, reg := range p.m.c.Regs {
		if !p.k.moves(reg.Name) {
			p.claim("held", p.implies(on, p.same(before[reg.Name], p.regs[reg.Name])))
		}
	}
	for _, m := range p.m.c.Mems {
		if m.Name == dataMemory {
			continue
		}
		for j := range m.Reads {
			en := y.cones[blast.Place{Kind: blast.ReadEnable, Name: m.Name, Port: j}][0]
			p.claim("held", p.implies(on, en.Not()))
		}
		if en := y.write(blast.WriteEnable, m.Name); en != nil {
			p.claim("held", p.implies(on, en[0].Not()))
		}
	}
}

func access(in *isa.Inst) *isa.Access {
	if in.Meaning.Load != nil {
		return in.Meaning.Load
	}
	return in.Meaning.Store
}

// aligned adds the assumptions about data addresses: they are aligned and inside data memory.
func (p *proof) aligned(addr []lit, bytes int) {
	if !p.c.memory {
		return
	}
	for i, l := range addr {
		if 1<<i < bytes || i >= 2+p.k.p.Data.N {
			p.assume = append(p.assume, l.Not())
		}
	}
}

func (p *proof) expr(e *word.Expr) []lit {
	out, err := p.g.Expr(e, func(leaf string) []lit { return p.values[leaf] })
	if err != nil {
		panic("refine: " + err.Error())
	}
	return out
}

// inText is 1 if an address is the address of a word that the program counter can reach.
func (p *proof) inText(addr []lit) lit {
	ok := p.g.And(addr[0].Not(), addr[1].Not())
	for i := 2 + p.k.p.PC.N; i < 32; i++ {
		ok = p.g.And(ok, p.same(addr[i:i+1], constant(1, design.TextBase>>i)))
	}
	return ok
}

// retire adds the claims about the retire record, the effects and the next instruction.
func (p *proof) retire(y *cycle, addr, loaded []lit) error {
	m := &p.c.in.Meaning
	valid := y.probe(rtl.ProbeRetireValid)[0]
	pc := y.probe(rtl.ProbeRetirePC)
	p.values["pc"] = pc
	p.claim("word", p.same(y.probe(rtl.ProbeRetireInsn), p.insn))
	p.claim("executes", y.probe(rtl.ProbeExecute)[0])
	if m.Trap {
		p.claim("trap", p.all(valid.Not(), y.output(rtl.PortTrap)[0], p.same(y.output(rtl.PortTrapPC), pc)))
		p.effects(y, blast.False)
		p.k.prove(p.run, p.c.name, p.insn, merged(p.run, p.claims))
		return nil
	}
	if p.c.reg == port.None {
		p.claim("retires", valid)
	}
	p.record(y, valid, addr, loaded)
	p.effects(y, valid)
	next := p.target()
	if p.c.reg == port.Halt {
		p.k.prove(p.run, p.c.name, p.insn, merged(p.run, p.claims))
		return nil
	}
	return p.k.follows(p.run, p.c.name, p.insn, next, valid, p.claims, p.k.patience())
}

// target is the address of the next instruction. It assumes that this address is in the text.
func (p *proof) target() []lit {
	m := &p.c.in.Meaning
	next := p.word(word.Add, 32, p.values["pc"], constant(32, 4))
	p.assume = append(p.assume, p.inText(next))
	if m.PC == nil {
		return next
	}
	target := p.expr(m.PC)
	taken := blast.True
	if m.Cond != nil {
		taken = p.expr(m.Cond)[0]
	}
	p.assume = append(p.assume, p.implies(taken, p.inText(target)))
	return p.choose(taken, target, next)
}

// record adds the claims about the fields of the retire record.
func (p *proof) record(y *cycle, valid lit, addr, loaded []lit) {
	m := &p.c.in.Meaning
	field := func(name, probe string, want []lit) {
		p.claim(name, p.implies(valid, p.same(y.probe(probe), want)))
	}
	rd := constant(5, 0)
	if m.Rd != nil {
		rd = p.insn[7:12]
	}
	field("rd", rtl.ProbeRetireRd, rd)
	if p.c.load {
		switch {
		case p.c.reg == port.None:
			p.values["mem"] = p.lanesOf(loaded, addr, m.Load.Bytes)
		case !p.k.serial(): // a serial core has sampled the value before
			p.values["mem"] = p.fromPort(y)
		}
	}
	if m.Rd != nil && (!p.c.load || p.values["mem"] != nil) {
		p.claim("value", p.implies(p.g.And(valid, p.any(rd)), p.same(y.probe(rtl.ProbeRetireValue), p.expr(m.Rd))))
	}
	if a := access(p.c.in); a != nil {
		field("address", rtl.ProbeRetireAddr, addr)
		field("lanes", rtl.ProbeRetireMask, p.mask(addr, a.Bytes))
	} else {
		field("lanes", rtl.ProbeRetireMask, constant(4, 0))
	}
	if m.Store != nil {
		field("data", rtl.ProbeRetireData, p.placed(addr, p.expr(m.Data)))
	}
}

// mask returns the byte lanes of an access.
func (p *proof) mask(addr []lit, bytes int) []lit {
	out := make([]lit, 4)
	for i := range out {
		out[i] = blast.True
		for b := range 2 {
			if 1<<b >= bytes {
				out[i] = p.g.And(out[i], p.same(addr[b:b+1], constant(1, uint64(i>>b))))
			}
		}
	}
	return out
}

// lanesOf returns the part of a word that an access of some bytes selects.
func (p *proof) lanesOf(w, addr []lit, bytes int) []lit {
	if w == nil {
		return nil
	}
	for b := 1; b >= 0; b-- {
		if 1<<b >= bytes {
			w = p.choose(addr[b], w[8<<b:], w[:8<<b])
		}
	}
	return w[:8*bytes]
}

// placed returns a word with a value in the lanes of an access, and 0 elsewhere.
func (p *proof) placed(addr, v []lit) []lit {
	mask := p.mask(addr, len(v)/8)
	out := make([]lit, 32)
	for i := range out {
		out[i] = p.g.And(mask[i/8], v[i%len(v)])
	}
	return out
}

// fromPort returns the result of a load of a port register. The result is nil if the proof does
// not model the register.
func (p *proof) fromPort(y *cycle) []lit {
	clock := y.inputs[rtl.PortClock]
	switch {
	case p.c.reg == port.Now && clock != nil:
		return clock[:32]
	case p.c.reg == port.NowHigh && clock != nil:
		return clock[32:]
	case p.c.reg == port.Status || p.c.reg == port.Wait:
		return p.ready(y)
	case p.c.reg == port.Len && p.before[frameLength] != nil:
		return p.word(word.Zext, 32, p.before[frameLength])
	}
	if index, level := p.c.reg.Level(); level {
		for _, d := range p.k.p.Devices {
			if v := p.before[d.Name+pinSampled]; d.Index == index && !d.Stream && v != nil {
				return p.word(word.Zext, 32, v)
			}
		}
	}
	if d := p.k.lineOf(p.c.reg); d != nil {
		if data := y.inputs[rtl.RxPorts(d.Name).Data]; data != nil {
			return p.word(word.Zext, 32, data)
		}
	}
	return nil
}

// effects adds the claims about the effects of an instruction on registers, data and outputs in
// one cycle. valid is 1 if the instruction retires in that cycle.
func (p *proof) effects(y *cycle, valid lit) {
	m := &p.c.in.Meaning
	writes := blast.False
	if m.Rd != nil {
		writes = p.g.And(valid, p.any(p.insn[7:12]))
	}
	if en := y.write(blast.WriteEnable, regsMemory); en != nil {
		p.claim("writes its register", p.same(en, []lit{writes}))
		p.claim("writes its register", p.implies(writes, p.g.And(
			p.same(y.write(blast.WriteAddr, regsMemory), p.insn[7:7+p.k.p.RegBits()]),
			p.same(y.write(blast.WriteData, regsMemory), y.probe(rtl.ProbeRetireValue)))))
	} else if m.Rd != nil {
		p.claim("writes its register", writes.Not())
	}
	p.outside(y, valid)
}

// outside adds the claims about the effects of an instruction on data and outputs in one cycle.
func (p *proof) outside(y *cycle, valid lit) {
	p.stores(y, valid)
	for _, o := range p.k.acts() {
		if want, known := p.act(o, valid); known {
			p.claim("output "+o, p.same(y.output(o), []lit{want}))
		}
	}
	if p.c.load {
		return
	}
	for _, o := range []struct {
		reg  port.Reg
		name string
	}{{port.Log, rtl.PortLogData}, {port.Mark, rtl.PortMarkID}, {p.c.reg, p.k.byteOut(p.c.reg)}} {
		if v := y.output(o.name); p.c.reg == o.reg && v != nil {
			p.claim("output "+o.name, p.same(v, p.values["rs2"][:len(v)]))
		}
	}
}

// stores adds the claims about the write port of data memory.
func (p *proof) stores(y *cycle, valid lit) {
	en := y.write(blast.WriteEnable, dataMemory)
	if en == nil || p.c.reg == port.Go {
		return
	}
	if !p.c.memory || p.c.load {
		p.claim("writes no data", en[0].Not())
		return
	}
	addr := y.probe(rtl.ProbeRetireAddr)
	p.claim("writes its data", p.same(en, []lit{valid}))
	p.claim("writes its data", p.implies(valid, p.g.And(
		p.same(y.write(blast.WriteAddr, dataMemory), addr[2:2+p.k.p.Data.N]),
		p.same(y.write(blast.WriteLanes, dataMemory), y.probe(rtl.ProbeRetireMask)))))
	lanes, data, want := y.probe(rtl.ProbeRetireMask), y.write(blast.WriteData, dataMemory), y.probe(rtl.ProbeRetireData)
	for i := range data {
		p.claim("writes its data", p.implies(p.g.And(valid, lanes[i/8]), p.same(data[i:i+1], want[i:i+1])))
	}
}

// byteOut returns the name of the output for the byte that a store to the register sends, or
// "".
func (k *checker) byteOut(reg port.Reg) string {
	if d := k.lineOf(reg); d != nil {
		return rtl.TxPorts(d.Name).Data
	}
	return ""
}

// lineOf returns the device of shape Stream that has the register, or nil.
func (k *checker) lineOf(reg port.Reg) *design.Device {
	index, ok := reg.Level()
	for i := range k.p.Devices {
		if d := &k.p.Devices[i]; ok && d.Stream && d.Index == index {
			return d
		}
	}
	return nil
}

// act returns the required value of a one-bit output. known is false if the proof does not
// model the output.
func (p *proof) act(output string, valid lit) (want lit, known bool) {
	store := !p.c.load && p.c.reg != port.None
	switch output {
	case rtl.PortLogValid:
		return blast.Const(store && p.c.reg == port.Log), true
	case rtl.PortMarkValid:
		return blast.Const(store && p.c.reg == port.Mark), true
	case rtl.PortHalted:
		return blast.Const(store && p.c.reg == port.Halt), true
	case rtl.PortTrap:
		return blast.Const(p.c.in.Meaning.Trap), true
	case rtl.PortIdle, rtl.PortTimer:
		if p.c.load && p.c.reg == port.Wait {
			return valid.Not(), output == rtl.PortIdle
		}
		return blast.False, true
	}
	if d := p.k.lineOf(p.c.reg); d != nil {
		moves := rtl.TxPorts(d.Name).Valid
		if p.c.load {
			moves = rtl.RxPorts(d.Name).Ready
		}
		return blast.Const(output == moves), true
	}
	return blast.False, p.c.reg != port.Go // only a store to GO moves frames
}
