// Package cycle runs a circuit (ir/rtl) cycle by cycle.
//
// An Engine runs one circuit; Engines lists all engines. Each engine is the oracle of the
// others. Scalar packs bit operations into words (rtl.Circuit.Pack) and compiles the result to
// a dense array of instructions over slots of 64 bits. Regions become jumps, and so do
// multiplexers with costly arms. So a value is computed only in cycles that need it. Registers
// have two slots, present and next, so effects may come in any order. Memory writes wait for
// the clock edge. Direct computes every node in every cycle, as the definition of circuits
// says.
//
//	e, err := cycle.New(circuit)
//	e.Reset(true)
//	e.Step()          // one cycle with reset
//	e.Reset(false)
//	e.Set("en", 1)
//	e.Eval()          // settle
//	v, ok := e.Output("led")
//	e.Clock()         // clock edge
//
// A Machine is an engine on the circuit of a core, with a world at the ports (sim.Harness). It
// is the machine `cycle` of the ladder. A Wave replays a window of the run on a second engine
// and writes the window as VCD.
//
// The package knows circuits, not instructions or images. Start reading at Engine, then
// direct.go, then scalar.go, blocks.go (when each value is computed), compile.go, run.go.
package cycle

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// Engine runs one circuit. A cycle is Eval, then Clock. Eval computes the values of the
// present cycle from registers and inputs; Clock is the clock edge. Eval may be repeated after
// a change of inputs.
type Engine interface {
	Inside
	// Reset sets the implicit input reset until further notice.
	Reset(on bool)
	// Cell is the address of the value of an input, an output or a watched node. Inputs are
	// written there, and must fit the width of the input.
	Cell(id rtl.ID) *uint64
	Eval()
	Clock()
	// Restore takes a snapshot of any engine of the same circuit.
	Restore(s *Snapshot)
}

// Inside shows the values in an engine.
type Inside interface {
	// Peek is the value of any node between Eval and Clock. Between Clock and Eval it is the
	// value of a state: register, synchronous read, input.
	Peek(id rtl.ID) uint64
	// Memory gives the words of a memory, for reading and loading.
	Memory(index int) []uint64
}

var (
	_ Engine = (*Scalar)(nil)
	_ Engine = (*Direct)(nil)
)

// Maker is a row of Engines.
type Maker struct {
	Name    string
	Purpose string
	// Make prepares a circuit that verifies. Outputs and the nodes in watch have a Cell.
	Make func(c *rtl.Circuit, watch ...rtl.ID) (Engine, error)
}

// Engines lists the engines that run here. The first is the default.
func Engines() []Maker {
	var fast []Maker
	if amd64.Available() {
		fast = []Maker{{"native", "compiles a circuit to x86-64 instructions, which run in this process", makeNative}}
	}
	return append(fast, []Maker{
		{"scalar", "compiles a circuit to instructions of its own and interprets them", makeScalar},
		{"direct", "computes every node in every cycle, as circuits are defined: slow, and the judge of the others", makeDirect},
	}...)
}

func makeNative(c *rtl.Circuit, watch ...rtl.ID) (Engine, error) { return NewNative(c, watch...) }

func makeScalar(c *rtl.Circuit, watch ...rtl.ID) (Engine, error) { return New(c, watch...) }

func makeDirect(c *rtl.Circuit, _ ...rtl.ID) (Engine, error) { return NewDirect(c), nil }

// Default makes the first engine that can be made.
func Default(c *rtl.Circuit, watch ...rtl.ID) (Engine, error) {
	e, _, err := engineOf("", c, watch)
	return e, err
}

// engineOf makes the engine with a name. Without a name it makes the first engine that works:
// a system may forbid code generation at run time, and a circuit may be too large.
func engineOf(name string, c *rtl.Circuit, watch []rtl.ID) (e Engine, made string, err error) {
	var names []string
	for _, m := range Engines() {
		if m.Name == name || name == "" {
			if e, err = m.Make(c, watch...); err == nil || name != "" {
				return e, m.Name, err
			}
		}
		names = append(names, m.Name)
	}
	if name == "" {
		return nil, "", err
	}
	return nil, "", fmt.Errorf("there is no engine %q for circuits; there are %s", name, strings.Join(names, ", "))
}

// Snapshot is the state of an engine between cycles: the values of registers, synchronous read
// ports, inputs and memories.
type Snapshot struct {
	state  []uint64 // registers, then synchronous read ports by memory and port
	inputs []uint64
	mems   [][]uint64
	reset  bool
}

// SnapshotOf copies the state between Clock and Eval.
func SnapshotOf(e Engine, c *rtl.Circuit) *Snapshot {
	s := &Snapshot{}
	for i := range c.Regs {
		s.state = append(s.state, e.Peek(c.Regs[i].Node))
	}
	for i := range c.Mems {
		for _, r := range c.Mems[i].Reads {
			if r.Sync {
				s.state = append(s.state, e.Peek(r.Node))
			}
		}
		s.mems = append(s.mems, append([]uint64(nil), e.Memory(i)...))
	}
	for _, id := range c.Inputs {
		s.inputs = append(s.inputs, *e.Cell(id))
	}
	return s
}
