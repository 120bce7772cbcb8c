package cycle

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// Native is an engine that compiles a circuit to x86-64 instructions, which run in the current
// process. Native translates the code of Scalar, so it computes a value only in cycles that
// need the value. It keeps the values inside a cycle in CPU registers if there are enough. Only
// state, inputs, outputs and watched nodes are always in memory.
type Native struct {
	*Scalar
	gen  *generator
	code *amd64.Program
	eval int // code entry for the values of the present cycle
	edge int // code entry for the clock edge
	loop *amd64.Program
}

var (
	_ Engine = (*Native)(nil)
	_ Runner = (*Native)(nil)
)

// NewNative compiles a valid circuit. It has the same parameters as New.
func NewNative(c *rtl.Circuit, watch ...rtl.ID) (*Native, error) {
	core, first := c.Core()
	packed, then := core.Pack()
	to := make([]rtl.ID, len(first))
	for i, id := range first {
		to[i] = then[id]
	}
	s, roots, err := newScalar(c, packed, to, watch)
	if err != nil {
		return nil, err
	}
	g, err := newGenerator(s, roots)
	if err != nil {
		return nil, err
	}
	for i := range s.prog.valid {
		s.prog.valid[i] = s.prog.valid[i] && g.inMemory(s.prog.slot[i])
	}
	e := &Native{Scalar: s, gen: g}
	var code amd64.Code
	g.begin(&code)
	g.body(0, len(g.prog.code))
	code.Ret()
	e.edge = code.Len()
	g.clock()
	code.Ret()
	if e.code, err = code.Load(); err != nil {
		return nil, fmt.Errorf("circuit %s: %w", c.Name, err)
	}
	return e, nil
}

// Eval computes the values of the present cycle from registers and inputs.
func (e *Native) Eval() {
	e.undo()
	e.code.Run(e.eval, &e.slots[0], 0)
	e.slow.epoch++
}

// undo resets the values that a previous Eval in the same cycle has set.
func (e *Native) undo() {
	if n := e.prog.states; e.settled {
		copy(e.slots[n:2*n], e.slots[:n])
	}
	e.settled = true
}

// Clock performs the clock edge.
func (e *Native) Clock() {
	if e.reset {
		e.resetNext()
		e.gen.forget(e.slots)
	}
	e.code.Run(e.edge, &e.slots[0], 0)
	e.settled = false
	e.cycle++
}

// Prepare makes the code for Run. It must be called before Run.
func (e *Native) Prepare(s *Stop) error {
	var code amd64.Code
	again, out := code.Label(), code.Label()
	g := e.gen
	g.aliases()
	code.Place(again)
	g.begin(&code)
	g.body(0, g.prog.roots)
	g.stops(s, e.to, e.slots, out)
	g.body(g.prog.roots, len(g.prog.code))
	g.clock()
	g.alias = nil
	code.Op(amd64.Sub, counter, amd64.Imm(1), amd64.Q)
	code.JumpIf(amd64.NotEqual, again)
	code.Place(out)
	code.Mov(amd64.RAX, amd64.R(counter), amd64.Q)
	code.Ret()
	var err error
	e.loop, err = code.Load()
	return err
}

// Run runs up to n cycles and returns the number of cycles that it ran. It stops before the
// first cycle in which the condition given to Prepare holds.
func (e *Native) Run(n uint64) uint64 {
	if n == 0 || e.reset {
		return 0
	}
	e.undo()
	left := e.loop.Run(0, &e.slots[0], n)
	copy(e.slots[e.prog.states:2*e.prog.states], e.slots[:e.prog.states])
	e.settled = false
	e.slow.epoch++
	e.cycle += n - left
	return n - left
}

// generator makes machine code for a program.
type generator struct {
	prog    *program
	c       *rtl.Circuit
	mems    [][]uint64
	consts  map[uint16]uint64    // constant value of a slot
	kept    map[uint16]bool      // slots whose values must be in memory after Eval
	regs    map[uint16]amd64.Reg // slots that are in CPU registers
	last    []int                // for each slot: the last instruction that uses it
	written []bool               // for each slot: whether an instruction writes it
	target  []bool               // for each instruction: whether a jump leads to it
	stores  []storeSite
	fetch   []fetchSite
	spare   int // the next free slot
	err     error

	code   *amd64.Code
	labels []amd64.Label
	alias  map[uint16]uint16 // for each slot: the slot that replaces it
}

// storeSite describes where a memory write is stored between Eval and the clock edge.
type storeSite struct {
	mem  int
	at   uint16 // first of four slots: whether it writes, address, data, lanes
	full bool   // it always writes all lanes
}

// fetchSite describes where a read that follows the writes is stored.
type fetchSite struct {
	mem, port int
	at        uint16 // first of two slots: whether it reads, address
}

func newGenerator(s *Scalar, roots []rtl.ID) (*generator, error) {
	p := s.prog
	g := &generator{
		prog: p, c: s.packed, mems: s.mems, consts: map[uint16]uint64{}, kept: map[uint16]bool{}, regs: map[uint16]amd64.Reg{},
		last: make([]int, maxSlots), written: make([]bool, maxSlots), target: make([]bool, len(p.code)+1), spare: p.slots,
	}
	for v, slot := range p.consts {
		g.consts[slot] = v
	}
	for _, r := range roots {
		g.kept[p.slot[r]] = true
	}
	for i := range s.packed.Nodes {
		if s.packed.Nodes[i].Kind == rtl.KInput {
			g.kept[p.slot[i]] = true
		}
	}
	g.sites()
	g.allocate()
	return g, g.err
}

// inMemory reports whether the value of a slot is in memory after Eval.
func (g *generator) inMemory(slot uint16) bool {
	_, constant := g.consts[slot]
	return constant || int(slot) < 2*g.prog.states || g.kept[slot]
}

// room reserves n slots for the engine itself.
func (g *generator) room(n int) uint16 {
	if g.spare+n > maxSlots {
		g.err = fmt.Errorf("circuit %s: expected at most %d values", g.c.Name, maxSlots)
		return 0
	}
	g.spare += n
	return uint16(g.spare - n)
}

// sites assigns slots to each write and each late read. The slots have the order of the code,
// and the code has the order of the effects.
func (g *generator) sites() {
	for _, i := range g.prog.code {
		switch i.op {
		case opStore:
			m := &g.c.Mems[i.imm]
			lanes, constant := g.consts[i.d]
			g.stores = append(g.stores, storeSite{int(i.imm), g.room(4), constant && lanes == word.Mask(m.Lanes)})
		case opFetch:
			g.fetch = append(g.fetch, fetchSite{int(i.imm), int(i.d), g.room(2)})
		}
	}
}

// forget drops the memory writes of the current cycle.
func (g *generator) forget(slots *[maxSlots]uint64) {
	for _, s := range g.stores {
		slots[s.at] = 0
	}
}
