package cycle

import (
	"slices"

	"github.com/sinter-lang/sinter/sim/amd64"
)

// The registers with a fixed part. The others hold values.
const (
	cells   = amd64.RBX // the slots
	counter = amd64.RDI // cycles left
	acc     = amd64.RAX
	amount  = amd64.RCX
	base    = amd64.RDX
)

// holders are the registers that hold values.
func holders() []amd64.Reg {
	return []amd64.Reg{
		amd64.RSI, amd64.RBP, amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.R12, amd64.R13, amd64.R14, amd64.R15,
	}
}

// span is the stretch of code in which a slot has a value that is still needed.
type span struct {
	slot        uint16
	first, last int
}

// allocate gives registers to slots: linear scan. Jumps go forward only, so a value is
// needed at most from its first definition to its last use in the order of the code.
// When registers run out, the value that is needed longest stays in memory. A result may
// take the register of an operand that dies there, best that of the first one: the code
// of an operation reads its other operands before it writes, or works in acc.
func (g *generator) allocate() {
	var active []span
	free := holders()
	for _, s := range g.spans() {
		active = slices.DeleteFunc(active, func(a span) bool {
			if a.last > s.first {
				return false
			}
			free = append(free, g.regs[a.slot])
			return true
		})
		if r, ok := g.regs[g.prog.code[s.first].a]; ok {
			if i := slices.Index(free, r); i >= 0 {
				free[i], free[len(free)-1] = free[len(free)-1], free[i]
			}
		}
		if len(free) == 0 {
			worst := 0
			for i, a := range active {
				if a.last > active[worst].last {
					worst = i
				}
			}
			if active[worst].last <= s.last {
				continue
			}
			free = append(free, g.regs[active[worst].slot])
			delete(g.regs, active[worst].slot)
			active = slices.Delete(active, worst, worst+1)
		}
		g.regs[s.slot] = free[len(free)-1]
		free = free[:len(free)-1]
		active = append(active, s)
	}
}

// spans lists the slots that may live in registers, by their first definition.
func (g *generator) spans() []span {
	first := map[uint16]int{}
	var out []span
	for i, in := range g.prog.code {
		reads, writes := in.uses()
		for _, s := range reads {
			g.last[s] = i
		}
		if writes && int(in.d) >= 2*g.prog.states {
			if _, ok := first[in.d]; !ok {
				first[in.d] = i
				out = append(out, span{slot: in.d, first: i})
			}
			g.last[in.d] = max(g.last[in.d], i)
		}
		if writes {
			g.written[in.d] = true
		}
		if in.op == opJump || in.op == opJumpZ || in.op == opJumpNZ {
			g.target[i+1+int(in.imm)] = true
		}
		for _, s := range g.callArgs(in) {
			g.last[s] = i
		}
	}
	for i := range out {
		out[i].last = g.last[out[i].slot]
	}
	return out
}

// callArgs are the operands of an operator that goes by the word table.
func (g *generator) callArgs(in instr) []uint16 {
	if in.op != opCall {
		return nil
	}
	c := &g.prog.calls[in.imm]
	return c.args[:]
}

// uses lists the slots that an instruction reads, and whether it writes slot d.
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

// aliases lets a state that nobody reads after it is set take its next value at once: Run
// needs the old one no more, since it stops before anything is set.
func (g *generator) aliases() {
	g.alias = map[uint16]uint16{}
	n := uint16(g.prog.states)
	late := map[uint16]bool{} // set before an instruction that reads the present value
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
