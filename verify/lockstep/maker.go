package lockstep

import (
	"math/rand"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
)

// program is a random program together with the results of the reference.
type program struct {
	text    []uint32
	data    []uint32 // data memory at the start
	records []sim.Retire
	out     [][]byte // frames that it sends
	logs    []uint32
	levels  levels
	end     ending
	trapPC  uint32
}

// ending states how a program ends.
type ending uint8

const (
	cut     ending = iota // it could continue
	trapped               // it traps at trapPC
	halted                // it stores to HALT
)

// maker makes one program.
type maker struct {
	sub   *Subset
	rng   *rand.Rand
	text  []uint32
	known []bool // for each word: whether it has been chosen
	size  uint32 // size of the data in bytes
	ref   *iss.Stepper
	ports *portModel
}

// tries bounds the number of attempts to find an instruction that fits.
const tries = 64

// newMaker starts a program with random data.
func newMaker(sub *Subset, words, data int, rng *rand.Rand, frames *frames) (*maker, *program, error) {
	p := &program{text: make([]uint32, words), data: make([]uint32, data)}
	mem := make([]byte, max(4, 4*data))
	for i := range p.data {
		p.data[i] = interesting(rng)
		for k := range 4 {
			mem[4*i+k] = byte(p.data[i] >> (8 * k))
		}
	}
	m := &maker{sub: sub, rng: rng, text: p.text, known: make([]bool, words), size: uint32(4 * data)}
	m.ports = &portModel{due: ^uint64(0), sub: sub, mem: mem, frames: frames, program: p}
	ref, err := iss.NewStepper(sub.Set, sub.Regs, mem, m.ports)
	m.ref = ref
	if err == nil {
		ref.SetPC(design.TextBase)
	}
	return m, p, err
}

// interesting returns a random word: small, near a power of two, or any.
func interesting(rng *rand.Rand) uint32 {
	switch rng.Intn(4) {
	case 0:
		return uint32(rng.Intn(64))
	case 1:
		return uint32(1)<<rng.Intn(32) + uint32(rng.Intn(3)) - 1
	case 2:
		return -uint32(rng.Intn(64))
	}
	return rng.Uint32()
}

// make executes at most n instructions. When the program first reaches a word of the text, make
// chooses the instruction at this word. The program ends if it leaves the text, stops, loops,
// or reaches a chosen instruction again that is not valid in the present state.
func (m *maker) make(p *program, n int) error {
	const idle = 24 // limit of instructions without a new one: a loop that adds nothing
	for stale := 0; len(p.records) < n && stale < idle; stale++ {
		pc := m.ref.PC()
		i := index(pc)
		if i < 0 || i >= len(m.text) || pc%4 != 0 {
			break
		}
		if !m.known[i] {
			w, ok := m.choose(pc)
			if !ok {
				break
			}
			m.text[i], m.known[i] = w, true
			stale = 0
		} else if !m.fits(m.text[i], pc) {
			break
		}
		r, happened, err := m.ref.Step(m.text[i])
		if err != nil {
			return err
		}
		if !happened {
			p.end, p.trapPC = trapped, pc
			break
		}
		p.records = append(p.records, r)
		if m.ports.halted {
			p.end = halted
			break
		}
	}
	m.fill()
	return nil
}

// fill puts instructions into words that were not reached, because the core fetches ahead.
func (m *maker) fill() {
	for i := range m.text {
		if !m.known[i] {
			m.text[i] = m.filler()
		}
	}
}

// filler encodes an instruction for unused words of the text. It takes the first line that does
// not access memory, jump or trap. If there is no such line, filler takes the first line of the
// set.
func (m *maker) filler() uint32 {
	best := m.sub.Set.Insts[0]
	for _, in := range m.sub.Set.Insts {
		if mean := &in.Meaning; mean.Load == nil && mean.Store == nil && mean.PC == nil && !mean.Trap {
			best = in
			break
		}
	}
	o := isa.Ops{}
	if a := m.sub.Amounts[best.Name]; a != nil {
		o.Imm = int32(a[0])
	}
	w, err := best.Encode(o)
	if err != nil {
		return best.Match
	}
	return w
}

// choose makes a random instruction that fits the current state.
func (m *maker) choose(pc uint32) (uint32, bool) {
	for range tries {
		in := m.sub.Set.Insts[m.rng.Intn(len(m.sub.Set.Insts))]
		if len(m.sub.Devices) > 0 && !forTransfer(in) && m.rng.Intn(2) == 0 {
			continue
		}
		if in.Meaning.Trap && m.rng.Intn(200) > 0 {
			continue
		}
		o := m.operands(in, pc)
		w, err := in.Encode(o)
		if err == nil && m.fits(w, pc) {
			return w, true
		}
	}
	return 0, false
}

func (m *maker) reg() uint8 { return uint8(m.rng.Intn(m.sub.Regs)) }

// operands chooses the operands of a line, so that addresses and jump targets are valid.
func (m *maker) operands(in *isa.Inst, pc uint32) isa.Ops {
	var o isa.Ops
	if in.Format.HasRd() {
		o.Rd = m.reg()
	}
	for i, r := range []*uint8{&o.Rs1, &o.Rs2, &o.Rs3} {
		if i < in.Format.Sources() && m.rng.Intn(4) > 0 { // otherwise x0, so that small numbers occur
			*r = m.reg()
		}
	}
	if !in.Format.HasImm() {
		return o
	}
	o.Imm = m.immediate(in)
	mean := &in.Meaning
	switch {
	case mean.Store == nil && forTransfer(in) && m.rng.Intn(2) == 0:
		m.aimTransfer(in, &o)
	case mean.Load != nil:
		m.aim(&o, mean.Load, m.sub.Loads, false)
	case mean.Store != nil:
		m.aim(&o, mean.Store, m.sub.Stores, true)
	case mean.PC != nil:
		m.aimJump(in, &o, pc)
	}
	return o
}

// forTransfer reports whether a line can be one of the six lines of a frame transfer. Such a
// line stores a word, or makes a value from an immediate.
func forTransfer(in *isa.Inst) bool {
	m := &in.Meaning
	return m.Store != nil && m.Store.Bytes == 4 || m.Load == nil && m.Store == nil && m.PC == nil && in.Format.HasImm()
}

// aimTransfer chooses operands that make a value for the next store to the frame engine. Most
// lines make this value from x0 and an immediate.
func (m *maker) aimTransfer(in *isa.Inst, o *isa.Ops) {
	lo, hi, step := in.Format.ImmRange()
	v := int64(m.ports.wanted(m.rng))
	if m.sub.Amounts[in.Name] == nil && v >= lo && v <= hi && v%step == 0 {
		o.Rs1, o.Imm = 0, int32(v)
	}
}

// immediate chooses a valid immediate.
func (m *maker) immediate(in *isa.Inst) int32 {
	if a := m.sub.Amounts[in.Name]; a != nil {
		return int32(a[m.rng.Intn(len(a))])
	}
	lo, hi, step := in.Format.ImmRange()
	v := lo + m.rng.Int63n((hi-lo)/step+1)*step
	if small := int64(m.rng.Intn(17)-8) * step; m.rng.Intn(2) == 0 && small >= lo && small <= hi {
		v = small
	}
	return int32(v)
}

// aim chooses a valid address for an access: a port register, or an address in data memory
// close to the value of some register.
func (m *maker) aim(o *isa.Ops, a *isa.Access, ports []uint32, store bool) {
	if a.Bytes == 4 && len(ports) > 0 && (m.size == 0 || m.rng.Intn(4) < 1+2*min(1, len(m.sub.Devices))) {
		o.Rs1, o.Imm = 0, int32(m.ports.likely(ports, m.rng))
		if store {
			m.ports.prefer(m, o)
		}
		return
	}
	if m.size == 0 {
		return
	}
	target := uint32(m.rng.Intn(int(m.size))) &^ uint32(a.Bytes-1)
	o.Rs1 = m.near(target)
	o.Imm = int32(target - m.ref.Reg(int(o.Rs1)))
}

// near chooses a register from whose value an immediate can reach an address, or x0.
func (m *maker) near(target uint32) uint8 {
	var found []uint8
	for r := range m.sub.Regs {
		if d := int32(target - m.ref.Reg(r)); d >= -2048 && d < 2048 {
			found = append(found, uint8(r))
		}
	}
	if len(found) == 0 {
		return 0
	}
	return found[m.rng.Intn(len(found))]
}

// aimJump chooses a word of the text as the target, mostly a close one.
func (m *maker) aimJump(in *isa.Inst, o *isa.Ops, pc uint32) {
	i := m.rng.Intn(len(m.text))
	if m.rng.Intn(3) > 0 {
		i = (index(pc) + 1 + m.rng.Intn(8)) % len(m.text)
	}
	target := design.TextBase + 4*uint32(i)
	if in.Format.Sources() == 1 {
		o.Rs1 = m.near(target)
		o.Imm = int32(target - m.ref.Reg(int(o.Rs1)))
		return
	}
	o.Imm = int32(target - pc)
}

// fits reports whether a word may execute in the current state.
func (m *maker) fits(w, pc uint32) bool {
	in, o, ok := isa.Decode(m.sub.Set, w)
	if !ok {
		return false
	}
	eval := func(e *word.Expr) uint32 { return uint32(e.Eval(m.leaf(o, pc))) }
	mean := &in.Meaning
	switch {
	case mean.Load != nil:
		return m.access(eval(mean.Load.Addr), mean.Load.Bytes, o, true)
	case mean.Store != nil:
		return m.access(eval(mean.Store.Addr), mean.Store.Bytes, o, false)
	case mean.PC != nil:
		if mean.Rd != nil && index(pc)+1 == len(m.text) {
			return false // the return address would be outside of the text
		}
		t := eval(mean.PC)
		return t%4 == 0 && t >= design.TextBase && index(t) < len(m.text)
	}
	return true
}

// access checks an address. An access to a port needs x0 as base and the size of a word. An
// access to memory must be in bounds.
func (m *maker) access(addr uint32, bytes int, o isa.Ops, load bool) bool {
	if addr>>31 == 0 {
		return addr%uint32(bytes) == 0 && addr < m.size && !(o.Rs1 == 0 && o.Imm < 0)
	}
	if o.Rs1 != 0 || bytes != 4 {
		return false
	}
	if load {
		return has(m.sub.Loads, addr) && m.ports.mayLoad(addr)
	}
	return has(m.sub.Stores, addr) && m.ports.mayStore(addr, m.ref.Reg(int(o.Rs2)), m.rng)
}

func has(list []uint32, v uint32) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// leaf returns the values of operands for an expression.
func (m *maker) leaf(o isa.Ops, pc uint32) func(string) uint64 {
	return func(name string) uint64 {
		switch name {
		case "rs1":
			return uint64(m.ref.Reg(int(o.Rs1)))
		case "rs2":
			return uint64(m.ref.Reg(int(o.Rs2)))
		case "rs3":
			return uint64(m.ref.Reg(int(o.Rs3)))
		case "pc":
			return uint64(pc)
		}
		return uint64(uint32(o.Imm))
	}
}
