// Package cycle runs a circuit (ir/rtl) cycle by cycle.
//
// An Engine runs one circuit. Engines lists all engines, and tests compare all engines with
// each other. Scalar packs bit operations into words (rtl.Circuit.Pack). Scalar compiles the
// packed circuit to an array of instructions over 64-bit slots. Regions and multiplexers with
// costly arms become jumps, so Scalar computes a value only in cycles that need the value. A
// register has two slots, for the present and the next value, so effects may come in any order.
// Memory writes wait for the clock edge. Direct computes every node in every cycle, as circuits
// are defined.
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
// A Machine is an engine that runs the circuit of a core, with a simulated world at the core's
// ports (sim.Harness). The Machine is the machine `cycle` of the ladder, the list of all
// machines. A Wave replays a part of the run on a second engine, and writes this part as VCD.
//
// The package depends on circuits, but not on instructions or images. docs/glossary.md explains
// the terms. Start reading at Engine, then direct.go, then scalar.go, blocks.go (when each
// value is computed), compile.go, run.go.
package cycle

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// Engine runs one circuit. A cycle consists of Eval and then Clock. Eval computes the values of
// the present cycle from registers and inputs. Clock performs the clock edge. Eval may be
// repeated after inputs have changed.
type Engine interface {
	Inside
	// Reset sets the implicit input reset until the next call.
	Reset(on bool)
	// Cell returns the address of the value of an input, an output or a watched node. The
	// caller writes the value of an input to this address. The value must fit the width of the
	// input.
	Cell(id rtl.ID) *uint64
	Eval()
	Clock()
	// Restore sets the state from a snapshot of any engine of the same circuit.
	Restore(s *Snapshot)
}

// Inside gives access to all values in an engine.
type Inside interface {
	// Peek returns the value of any node between Eval and Clock. Between Clock and Eval, Peek
	// works only for registers, synchronous reads and inputs.
	Peek(id rtl.ID) uint64
	// Memory returns the words of a memory, for reading and writing.
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
	// Make makes an engine for a valid circuit. Outputs and the nodes in watch have a Cell.
	Make func(c *rtl.Circuit, watch ...rtl.ID) (Engine, error)
}

// Engines lists the engines that work on this computer. The first one is the default.
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

// Default makes the first engine of the list that can be made.
func Default(c *rtl.Circuit, watch ...rtl.ID) (Engine, error) {
	e, _, err := engineOf("", c, watch)
	return e, err
}

// engineOf makes the engine with a name. Without a name, engineOf makes the first engine that
// works. An engine may fail because the system forbids code generation at run time, or because
// the circuit is too large for the engine.
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

// Snapshot is the state of an engine between two cycles: the values of registers, synchronous
// read ports, inputs and memories.
type Snapshot struct {
	state  []uint64 // registers, then synchronous read ports by memory and port
	inputs []uint64
	mems   [][]uint64
	reset  bool
}

// SnapshotOf copies the state of an engine between Clock and Eval.
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
