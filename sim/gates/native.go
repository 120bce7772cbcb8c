package gates

import "github.com/sinter-lang/sinter/sim/amd64"

// native is the machine code of a program. It covers the operations of Eval between
// asynchronous reads, and the update of the registers at the clock edge.
type native struct {
	code  *amd64.Program
	evals []int // code entries of the stretches between reads, in order
	edge  int   // code entry for the update of the registers
}

// CPU registers with a fixed role. The others hold values.
const (
	cells = amd64.RBX // address of the slots
	spare = amd64.RAX
)

// holders lists the CPU registers that hold values inside a stretch.
func holders() []amd64.Reg {
	return []amd64.Reg{
		amd64.RCX, amd64.RDX, amd64.RSI, amd64.RDI, amd64.RBP, amd64.R8, amd64.R9, amd64.R10, amd64.R11,
		amd64.R12, amd64.R13, amd64.R14, amd64.R15,
	}
}

// assembler makes the code of a program. If there are enough registers, a value stays in a
// register from its operation to its last use. A value that the shell reads is also stored in
// memory.
type assembler struct {
	p      *Program
	code   amd64.Code
	pinned []bool      // for each slot: whether the shell or an asynchronous read uses it
	whole  bool        // there is only one stretch, so no value passes between stretches
	in     []amd64.Reg // for each operation: the register of its value
	now    map[uint16]amd64.Reg
}

// assemble makes the machine code of a program, or nil if it cannot run here.
func assemble(p *Program, pinned []bool) *native {
	if !amd64.Available() {
		return nil
	}
	stretches := p.stretches()
	a := &assembler{p: p, pinned: pinned, whole: len(stretches) == 1}
	n := &native{}
	for _, s := range stretches {
		n.evals = append(n.evals, a.code.Len())
		a.stretch(s)
		a.code.Ret()
	}
	n.edge = a.code.Len()
	a.registers()
	a.code.Ret()
	var err error
	if n.code, err = a.code.Load(); err != nil {
		return nil // use the interpreter, which needs no executable memory
	}
	return n
}

// step is an operation with its kind.
type step struct {
	operation
	kind kind
}

// stretches splits the operations at asynchronous reads into stretches (sequences without such
// a read). There is one stretch more than there are reads.
func (p *Program) stretches() [][]step {
	out := [][]step{nil}
	for _, r := range p.runs {
		for _, o := range p.ops[r.lo:r.hi] {
			if r.kind == read {
				out = append(out, nil)
				continue
			}
			out[len(out)-1] = append(out[len(out)-1], step{o, r.kind})
		}
	}
	return out
}

// reads lists the slots of the operands. The machine code first copies the first operand
// to the result.
func (s *step) reads() []uint16 {
	switch s.kind {
	case not:
		return []uint16{s.a}
	case mux, muxn:
		return []uint16{s.a, s.b, s.c}
	case andn:
		return []uint16{s.b, s.a}
	}
	return []uint16{s.a, s.b}
}

// stretch makes the code of one stretch.
func (a *assembler) stretch(steps []step) {
	a.allocate(steps)
	a.now = map[uint16]amd64.Reg{}
	for i := range steps {
		a.step(&steps[i], a.in[i])
	}
}

// allocate assigns registers to the values of a stretch. A slot holds several values one after
// the other. So allocate identifies a value by the operation that makes the value, and not by
// its slot. An operation takes two units of time. In the first unit, the operation copies its
// first operand into the register of the result, which may be the register of this operand. In
// the second unit, the operation reads its other operands, so the result must not share their
// registers.
func (a *assembler) allocate(steps []step) {
	last, first, made := make([]int, len(steps)), make([]int, len(steps)), map[uint16]int{}
	for i := range steps {
		first[i] = -1
		reads := steps[i].reads()
		for k, s := range reads {
			at, ok := made[s]
			switch {
			case !ok:
			case k == 0:
				last[at], first[i] = 2*i, at
			default:
				last[at] = 2*i + 1
			}
		}
		made[steps[i].dst] = i
	}
	a.in = make([]amd64.Reg, len(steps))
	at, lives := make([]int, len(steps)), []amd64.Life{}
	for i := range steps {
		at[i] = -1
		if last[i] == 0 {
			continue
		}
		prefer := -1
		if first[i] >= 0 {
			prefer = at[first[i]]
		}
		at[i] = len(lives)
		lives = append(lives, amd64.Life{First: 2 * i, Last: last[i], Prefer: prefer})
	}
	regs := amd64.Allocate(lives, holders())
	for i := range steps {
		a.in[i] = amd64.NoReg
		if at[i] >= 0 {
			a.in[i] = regs[at[i]]
		}
	}
}

// value returns the operand that holds the present value of a slot.
func (a *assembler) value(s uint16) amd64.Operand {
	if r, ok := a.now[s]; ok {
		return amd64.R(r)
	}
	return a.slot(s)
}

func (a *assembler) slot(s uint16) amd64.Operand { return amd64.At(cells, 8*int32(s)) }

// step emits one operation. Only its first operand may be in the register of the result.
func (a *assembler) step(s *step, r amd64.Reg) {
	t := r
	if r == amd64.NoReg {
		t = spare
	}
	c := &a.code
	x, y := a.value(s.a), a.value(s.b)
	if s.kind == andn {
		x, y = y, x
	}
	if !x.IsReg(t) {
		c.Mov(t, x, amd64.Q)
	}
	switch s.kind {
	case and:
		c.Op(amd64.And, t, y, amd64.Q)
	case andn:
		c.Not(t, amd64.Q)
		c.Op(amd64.And, t, y, amd64.Q)
	case nor:
		c.Op(amd64.Or, t, y, amd64.Q)
		c.Not(t, amd64.Q)
	case xor:
		c.Op(amd64.Xor, t, y, amd64.Q)
	case not:
		c.Not(t, amd64.Q)
	case mux:
		c.Op(amd64.Xor, t, y, amd64.Q)
		c.Op(amd64.And, t, a.value(s.c), amd64.Q)
		c.Op(amd64.Xor, t, y, amd64.Q)
	case muxn: // ~b ^ (a ^ ~b) & c
		c.Op(amd64.Xor, t, y, amd64.Q)
		c.Not(t, amd64.Q)
		c.Op(amd64.And, t, a.value(s.c), amd64.Q)
		c.Op(amd64.Xor, t, y, amd64.Q)
		c.Not(t, amd64.Q)
	}
	delete(a.now, s.dst)
	if r != amd64.NoReg {
		a.now[s.dst] = r
	}
	if r == amd64.NoReg || a.pinned[s.dst] || !a.whole {
		c.Store(a.slot(s.dst), amd64.R(t), amd64.Q)
	}
}

// registers emits the clock edge of the register bits: q takes d if enable is 1. If no later
// register bit reads a register bit, the code changes this bit immediately. The next values of
// all other bits first go to separate slots.
func (a *assembler) registers() {
	late := map[uint16]int{} // for each slot: the last register bit that reads it
	for i, r := range a.p.regs {
		late[r.d], late[r.enable] = i, i
	}
	wait := uint16(a.p.slots)
	var moved [][2]uint16
	for i, r := range a.p.regs {
		to := r.q
		if late[r.q] > i {
			to = wait
			wait++
			moved = append(moved, [2]uint16{to, r.q})
		}
		a.register(r, to)
	}
	for _, m := range moved {
		a.code.Mov(spare, a.slot(m[0]), amd64.Q)
		a.code.Store(a.slot(m[1]), amd64.R(spare), amd64.Q)
	}
}

// register emits code that puts the next value of one register bit into a slot.
func (a *assembler) register(r flop, to uint16) {
	c := &a.code
	c.Mov(spare, a.slot(r.d), amd64.Q)
	if r.enable != ones {
		c.Op(amd64.Xor, spare, a.slot(r.q), amd64.Q)
		c.Op(amd64.And, spare, a.slot(r.enable), amd64.Q)
		c.Op(amd64.Xor, spare, a.slot(r.q), amd64.Q)
	}
	c.Store(a.slot(to), amd64.R(spare), amd64.Q)
}
