package cycle

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Scalar is an engine that interprets a compiled circuit. Between Eval and Clock, all values
// belong to the same cycle. After Clock, the registers have the values of the next cycle.
type Scalar struct {
	c       *rtl.Circuit // the circuit that was given
	packed  *rtl.Circuit // the packed circuit, which runs
	to      []rtl.ID     // for each node of c: its node in packed
	prog    *program
	slots   *[maxSlots]uint64
	mems    [][]uint64
	stores  []store
	fetches []fetch
	reset   bool
	settled bool // Eval has already run in this cycle
	cycle   uint64
	inputs  map[string]rtl.ID
	outputs map[string]rtl.ID
	probes  map[string]rtl.ID
	slow    slow
}

func trailing(x uint64) int { return bits.TrailingZeros64(x) }

// New compiles a valid circuit. Outputs and the nodes in watch are computed in every cycle.
// Peek gives the value of any other node, but more slowly. Registers start with their reset
// values and memories with their initial words.
func New(c *rtl.Circuit, watch ...rtl.ID) (*Scalar, error) {
	packed, to := c.Pack()
	e, _, err := newScalar(c, packed, to, watch)
	return e, err
}

// newScalar makes an engine for the circuit c that runs the equivalent circuit `packed`. `to`
// maps each node of c to a node of packed. newScalar also returns the nodes of packed that
// are computed in every cycle.
func newScalar(c, packed *rtl.Circuit, to []rtl.ID, watch []rtl.ID) (*Scalar, []rtl.ID, error) {
	var roots []rtl.ID
	for _, o := range packed.Outputs {
		roots = append(roots, o.Node)
	}
	for _, id := range watch {
		roots = append(roots, to[id])
	}
	prog, err := compile(packed, roots)
	if err != nil {
		return nil, nil, err
	}
	e := &Scalar{
		c: c, packed: packed, to: to, prog: prog, slots: new([maxSlots]uint64), slow: newSlow(len(packed.Nodes)),
		inputs: map[string]rtl.ID{}, outputs: map[string]rtl.ID{}, probes: map[string]rtl.ID{},
	}
	for _, id := range c.Inputs {
		e.inputs[c.Nodes[id].Name] = id
	}
	for _, o := range c.Outputs {
		e.outputs[o.Name] = o.Node
	}
	for _, p := range c.Probes {
		e.probes[p.Name] = p.Node
	}
	for v, slot := range prog.consts {
		e.slots[slot] = v
	}
	e.resetNext()
	copy(e.slots[:prog.states], e.slots[prog.states:])
	for i := range c.Mems {
		e.mems = append(e.mems, make([]uint64, 1<<c.Mems[i].AddrBits))
		copy(e.mems[i], c.Mems[i].Init)
	}
	return e, roots, nil
}

// Circuit returns the circuit that runs.
func (e *Scalar) Circuit() *rtl.Circuit { return e.c }

// Cycle returns the number of clock edges so far.
func (e *Scalar) Cycle() uint64 { return e.cycle }

// Reset sets the implicit input reset until the next call.
func (e *Scalar) Reset(on bool) { e.reset = on }

// Set sets the value of an input until the next call.
func (e *Scalar) Set(name string, v uint64) error {
	id, ok := e.inputs[name]
	if !ok {
		return fmt.Errorf("circuit %s: no input `%s`", e.c.Name, name)
	}
	e.SetInput(id, v)
	return nil
}

// SetInput sets the value of an input node until the next call.
func (e *Scalar) SetInput(id rtl.ID, v uint64) {
	e.slots[e.slot(id)] = v & word.Mask(e.c.Nodes[id].Width)
}

// Cell returns the address of the value of an input, an output or a watched node.
func (e *Scalar) Cell(id rtl.ID) *uint64 { return &e.slots[e.slot(id)] }

// slot returns the slot of a node's value.
func (e *Scalar) slot(id rtl.ID) uint16 { return e.prog.slot[e.to[id]] }

// Eval computes the values of the present cycle from registers and inputs.
func (e *Scalar) Eval() {
	if n := e.prog.states; e.settled { // a second Eval in this cycle first undoes the first
		copy(e.slots[n:2*n], e.slots[:n])
		e.stores, e.fetches = e.stores[:0], e.fetches[:0]
	}
	e.settled = true
	e.run()
	e.slow.epoch++
}

// Step executes one cycle: Eval and Clock.
func (e *Scalar) Step() {
	e.Eval()
	e.Clock()
}

// Output returns the value of an output in the present cycle.
func (e *Scalar) Output(name string) (uint64, bool) { return e.lookup(e.outputs, name) }

// Probe returns the value of a probe in the present cycle.
func (e *Scalar) Probe(name string) (uint64, bool) { return e.lookup(e.probes, name) }

func (e *Scalar) lookup(ids map[string]rtl.ID, name string) (uint64, bool) {
	id, ok := ids[name]
	if !ok {
		return 0, false
	}
	return e.Peek(id), true
}

// Peek returns the value of a node in the present cycle, between Eval and Clock.
func (e *Scalar) Peek(id rtl.ID) uint64 { return e.peek(e.to[id]) }

// slow computes nodes that the code did not compute in this cycle.
type slow struct {
	epoch uint64
	at    []uint64 // for each node: the epoch in which its value was computed
	value []uint64
}

func newSlow(n int) slow { return slow{epoch: 1, at: make([]uint64, n), value: make([]uint64, n)} }

// peek returns the value of a node of the packed circuit.
func (e *Scalar) peek(id rtl.ID) uint64 {
	if e.prog.valid[id] {
		return e.slots[e.prog.slot[id]]
	}
	if e.slow.at[id] == e.slow.epoch {
		return e.slow.value[id]
	}
	n := &e.packed.Nodes[id]
	var v uint64
	if n.Kind == rtl.KRead {
		v = e.mems[n.Index][e.peek(e.packed.Mems[n.Index].Reads[n.Port].Addr)]
	} else {
		var a [3]uint64
		var aw [3]int
		for i, x := range n.Args {
			a[i], aw[i] = e.peek(x), e.packed.Nodes[x].Width
		}
		v = word.Eval(n.Op, n.Width, a, aw, n.Imm)
	}
	e.slow.at[id], e.slow.value[id] = e.slow.epoch, v
	return v
}

// Memory returns the words of a memory, for reading and writing.
func (e *Scalar) Memory(index int) []uint64 { return e.mems[index] }

// Restore sets the state from a snapshot of any engine of the same circuit.
func (e *Scalar) Restore(s *Snapshot) {
	copy(e.slots[:e.prog.states], s.state)
	for i, id := range e.c.Inputs {
		e.slots[e.slot(id)] = s.inputs[i]
	}
	for i, m := range e.mems {
		copy(m, s.mems[i])
	}
	e.reset, e.settled = s.reset, true
}
