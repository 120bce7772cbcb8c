package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// store records a memory write for the clock edge.
func (g *generator) store(in *instr, s storeSite) {
	g.put(s.at+1, g.value(in.a))
	g.put(s.at+2, g.value(in.b))
	if !s.full {
		g.put(s.at+3, g.value(in.d))
	}
	g.code.Store(g.slot(s.at), amd64.Imm(1), amd64.Q)
}

// clock makes the code of the clock edge. States take their next values, memories are written
// in the order of the effects, and late reads come last.
func (g *generator) clock() {
	c, n := g.code, uint16(g.prog.states)
	for i := range n {
		if from := g.slot(n + i); g.written[n+i] && from != g.slot(i) {
			c.Mov(acc, from, amd64.Q)
			c.Store(g.slot(i), amd64.R(acc), amd64.Q)
		}
	}
	for _, s := range g.stores {
		skip := c.Label()
		c.OpTo(amd64.Cmp, g.slot(s.at), amd64.Imm(0), amd64.Q)
		c.JumpIf(amd64.Equal, skip)
		g.write(s)
		c.Place(skip)
	}
	for _, f := range g.fetch {
		skip := c.Label()
		c.OpTo(amd64.Cmp, g.slot(f.at), amd64.Imm(0), amd64.Q)
		c.JumpIf(amd64.Equal, skip)
		c.MovConst(base, amd64.Address(g.mems[f.mem]))
		c.Mov(acc, g.slot(f.at+1), amd64.Q)
		c.Mov(acc, amd64.Elem(base, acc), amd64.Q)
		slot := uint16(len(g.c.Regs) + f.port)
		c.Store(g.slot(slot), amd64.R(acc), amd64.Q)
		c.Store(g.slot(n+slot), amd64.R(acc), amd64.Q)
		c.Place(skip)
	}
}

// write emits a recorded memory write. The code may use all registers, because no value of the
// cycle is needed after the clock edge.
func (g *generator) write(s storeSite) {
	c := g.code
	word := amd64.Elem(base, acc)
	c.MovConst(base, amd64.Address(g.mems[s.mem]))
	c.Mov(acc, g.slot(s.at+1), amd64.Q)
	c.Mov(amount, g.slot(s.at+2), amd64.Q)
	if !s.full {
		mask := g.lanes(s)
		c.Op(amd64.And, amount, amd64.R(mask), amd64.Q)
		c.Not(mask, amd64.Q)
		c.Op(amd64.And, mask, word, amd64.Q)
		c.Op(amd64.Or, amount, amd64.R(mask), amd64.Q)
	}
	c.Store(word, amd64.R(amount), amd64.Q)
}

// lanes emits code that turns the lanes of a write into the mask of the bits that the write
// changes.
func (g *generator) lanes(s storeSite) amd64.Reg {
	c, m := g.code, &g.c.Mems[s.mem]
	mask, one := amd64.RSI, amd64.RBP
	w := m.Width / m.Lanes
	c.Mov(mask, amd64.Imm(0), amd64.Q)
	for k := range m.Lanes {
		c.Mov(one, g.slot(s.at+3), amd64.Q)
		c.ShiftBy(amd64.Shl, one, byte(63-k), amd64.Q)
		c.ShiftBy(amd64.Sar, one, 63, amd64.Q)
		if m.Lanes > 1 {
			c.MovConst(amd64.R8, word.Mask(w)<<(k*w))
			c.Op(amd64.And, one, amd64.R(amd64.R8), amd64.Q)
		}
		c.Op(amd64.Or, mask, amd64.R(one), amd64.Q)
	}
	return mask
}

// Runner is an engine that can run many cycles in one call.
type Runner interface {
	Engine
	// Prepare sets the conditions for Run to stop. It must be called before Run.
	Prepare(s *Stop) error
	// Run runs up to n cycles and returns the number of cycles that it ran. It stops before the
	// first cycle in which a condition of the Stop holds.
	Run(n uint64) uint64
}

// Stop is the condition under which Run must stop: any of the conditions in its fields. All
// nodes must be outputs, inputs or watched.
type Stop struct {
	Any  []rtl.ID    // a value is not 0
	Both [][2]rtl.ID // both values are not 0
	Zero []rtl.ID    // a value is 0
	// Moved lists values that must not change. Run stops if one of these values differs from its
	// stored number.
	Moved []Moved
}

// Moved is a node with its former value.
type Moved struct {
	Node rtl.ID
	Was  *uint64 // set by Prepare; the caller then writes the former value there
}

// stops emits a jump to out that is taken if the stop condition holds.
func (g *generator) stops(s *Stop, to []rtl.ID, slots *[maxSlots]uint64, out amd64.Label) {
	c := g.code
	at := func(id rtl.ID) amd64.Operand { return g.slot(g.prog.slot[to[id]]) }
	for i, id := range s.Any {
		if i == 0 {
			c.Mov(acc, at(id), amd64.Q)
			continue
		}
		c.Op(amd64.Or, acc, at(id), amd64.Q)
	}
	if len(s.Any) > 0 {
		c.Test(acc, acc, amd64.Q)
		c.JumpIf(amd64.NotEqual, out)
	}
	for _, id := range s.Zero {
		c.OpTo(amd64.Cmp, at(id), amd64.Imm(0), amd64.Q)
		c.JumpIf(amd64.Equal, out)
	}
	for _, p := range s.Both {
		c.Mov(acc, at(p[0]), amd64.Q)
		c.Op(amd64.And, acc, at(p[1]), amd64.Q) // both are one bit wide
		c.JumpIf(amd64.NotEqual, out)
	}
	for i := range s.Moved {
		was := g.room(1)
		s.Moved[i].Was = &slots[was]
		c.Mov(acc, at(s.Moved[i].Node), amd64.Q)
		c.Op(amd64.Cmp, acc, g.slot(was), amd64.Q)
		c.JumpIf(amd64.NotEqual, out)
	}
}
