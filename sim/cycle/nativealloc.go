package cycle

import "github.com/sinter-lang/sinter/sim/amd64"

// CPU registers with a fixed role. The other registers hold values.
const (
	cells   = amd64.RBX // address of the slots
	counter = amd64.RDI // number of cycles left
	acc     = amd64.RAX
	amount  = amd64.RCX
	base    = amd64.RDX
)

// holders lists the CPU registers that hold values.
func holders() []amd64.Reg {
	return []amd64.Reg{
		amd64.RSI, amd64.RBP, amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.R12, amd64.R13, amd64.R14, amd64.R15,
	}
}

// allocate assigns CPU registers to slots. All jumps go forward, so a value is needed at most
// from its first definition to its last use in code order. A result may take the register of an
// operand that is not used later, preferably the first operand. This is correct because the
// code of an operation reads its other operands before it writes the register. An operation
// that cannot do so computes its result in the register acc.
func (g *generator) allocate() {
	slots, lives := g.lives()
	for i, r := range amd64.Allocate(lives, holders()) {
		if r != amd64.NoReg {
			g.regs[slots[i]] = r
		}
	}
}

// lives lists the slots that may be in registers, ordered by their first definition.
func (g *generator) lives() (slots []uint16, lives []amd64.Life) {
	at := map[uint16]int{} // index of each slot in the list
	for i, in := range g.prog.code {
		reads, writes := in.uses()
		for _, s := range reads {
			g.last[s] = i
		}
		if _, ok := at[in.d]; writes && int(in.d) >= 2*g.prog.states && !ok {
			prefer := -1
			if k, ok := at[in.a]; ok {
				prefer = k
			}
			at[in.d] = len(lives)
			slots, lives = append(slots, in.d), append(lives, amd64.Life{First: i, Prefer: prefer})
		}
		if writes {
			g.last[in.d] = max(g.last[in.d], i)
			g.written[in.d] = true
		}
		if in.op == opJump || in.op == opJumpZ || in.op == opJumpNZ {
			g.target[i+1+int(in.imm)] = true
		}
		for _, s := range g.callArgs(in) {
			g.last[s] = i
		}
	}
	for i := range lives {
		lives[i].Last = g.last[slots[i]]
	}
	return slots, lives
}

// callArgs lists the operands of an operator that is computed with the word table.
func (g *generator) callArgs(in instr) []uint16 {
	if in.op != opCall {
		return nil
	}
	c := &g.prog.calls[in.imm]
	return c.args[:]
}

// uses lists the slots that an instruction reads. writes reports whether it writes slot d.
func (in instr) uses() (reads []uint16, writes bool) {
	switch in.op {
	case opNot, opShlC, opSlice, opSext, opMove, opLoad:
		return []uint16{in.a}, true
	case opMux:
		return []uint16{in.a, in.b, uint16(in.imm)}, true
	case opStore:
		return []uint16{in.a, in.b, in.d}, false
	case opFetch, opJumpZ, opJumpNZ:
		return []uint16{in.a}, false
	case opJump:
		return nil, false
	case opCall:
		return nil, true
	}
	return []uint16{in.a, in.b}, true
}

// aliases finds states whose next value can be written directly to the state. No operation may
// read such a state after the write. Run does not need the old value of a state, because Run
// stops before the code sets any state.
func (g *generator) aliases() {
	g.alias = map[uint16]uint16{}
	n := uint16(g.prog.states)
	late := map[uint16]bool{} // states that are set before an instruction that reads their present value
	for _, in := range g.prog.code {
		reads, writes := in.uses()
		for _, s := range append(reads, g.callArgs(in)...) {
			if _, set := g.alias[n+s]; s < n && set {
				late[s] = true
			}
		}
		if writes && in.d >= n && in.d < 2*n {
			g.alias[in.d] = in.d - n
		}
	}
	for s := range late {
		delete(g.alias, n+s)
	}
}
