package cycle

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Wave writes a window (a range of cycles) of a run as a value change dump (IEEE 1364-2005,
// clause 18) during the run. The dump has every named value: inputs, registers, named operators
// and reads, outputs and probes. A dot in a name separates a scope from the rest of the name.
// Cycle n starts at time 10n with the rising edge of clk.
//
// A separate engine, in which every value can be read, replays the window. This engine starts
// with the state at the beginning of the window and gets the inputs of the run. So the main run
// keeps its engine and its speed, and memory use does not grow with the window.
type Wave struct {
	c        *rtl.Circuit
	from, to uint64
	e        *Scalar
	v        *vcd
	cycles   uint64 // number of cycles written
}

// NewWave writes the cycles [from, to) of a circuit to w.
func NewWave(w io.Writer, c *rtl.Circuit, from, to uint64) (*Wave, error) {
	signals := named(c)
	var watch []rtl.ID
	for _, s := range signals {
		watch = append(watch, s.node)
	}
	e, err := New(c, watch...)
	if err != nil {
		return nil, err
	}
	return &Wave{c: c, from: from, to: to, e: e, v: &vcd{w: bufio.NewWriter(w), c: c, signals: signals}}, nil
}

// take writes the present cycle of a machine if it is in the window.
func (w *Wave) take(m *Machine) error {
	if w == nil || m.h.Cycles() < w.from || m.h.Cycles() >= w.to {
		return nil
	}
	if w.cycles == 0 {
		w.Begin(SnapshotOf(m.e, m.c))
	}
	return w.Cycle(func(id rtl.ID) uint64 { return *m.e.Cell(id) })
}

// Begin sets the state at the beginning of the window.
func (w *Wave) Begin(s *Snapshot) {
	w.e.Restore(s)
	w.v.header()
}

// Cycle writes the next cycle, with the inputs of the run in that cycle.
func (w *Wave) Cycle(input func(rtl.ID) uint64) error {
	for _, id := range w.c.Inputs {
		w.e.SetInput(id, input(id))
	}
	w.e.Eval()
	w.v.cycle(w.e, w.from+w.cycles, w.cycles == 0)
	w.e.Clock()
	w.cycles++
	return w.v.failed()
}

// Cycles returns the number of cycles written.
func (w *Wave) Cycles() uint64 { return w.cycles }

// End completes the dump.
func (w *Wave) End() error {
	fmt.Fprintf(w.v.w, "#%d\n", 10*(w.from+w.cycles))
	return w.v.w.Flush()
}

// signal is a named value. Its name is split into scopes and the last part.
type signal struct {
	path []string
	node rtl.ID
	code string
	last uint64
}

func (s *signal) scope() []string { return s.path[:len(s.path)-1] }

// named lists the named values of a circuit by scope. Each name occurs once.
func named(c *rtl.Circuit) []signal {
	var out []signal
	seen := map[string]bool{}
	add := func(name string, id rtl.ID) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, signal{path: strings.Split(name, "."), node: id})
		}
	}
	for i := range c.Nodes {
		add(c.Nodes[i].Name, rtl.ID(i))
	}
	for _, o := range c.Outputs {
		add(o.Name, o.Node)
	}
	for _, p := range c.Probes {
		add(p.Name, p.Node)
	}
	slices.SortStableFunc(out, func(a, b signal) int { return slices.Compare(a.scope(), b.scope()) })
	for i := range out {
		out[i].code = code(i + 1)
	}
	return out
}

// clockCode is the identifier of clk in the dump. Signals have the codes from 1 on.
const clockCode = "!"

// code makes an identifier of printable characters from a number.
func code(n int) string {
	const first, count = '!', 94
	s := ""
	for {
		s += string(rune(first + n%count))
		if n /= count; n == 0 {
			return s
		}
	}
}

type vcd struct {
	w       *bufio.Writer
	c       *rtl.Circuit
	signals []signal
}

// failed returns the first error of the writer.
func (v *vcd) failed() error {
	_, err := v.w.Write(nil)
	return err
}

// header declares the signals, sorted by scope, so that it opens each scope only once.
func (v *vcd) header() {
	fmt.Fprintf(v.w, "$timescale 1ns $end\n$scope module %s $end\n$var wire 1 %s clk $end\n", v.c.Name, clockCode)
	var open []string
	for i := range v.signals {
		s := &v.signals[i]
		common := 0
		for common < min(len(open), len(s.scope())) && open[common] == s.path[common] {
			common++
		}
		for range len(open) - common {
			fmt.Fprint(v.w, "$upscope $end\n")
		}
		for _, name := range s.scope()[common:] {
			fmt.Fprintf(v.w, "$scope module %s $end\n", name)
		}
		open = s.scope()
		fmt.Fprintf(v.w, "$var wire %d %s %s $end\n", v.c.Nodes[s.node].Width, s.code, s.path[len(s.path)-1])
	}
	for range len(open) + 1 {
		fmt.Fprint(v.w, "$upscope $end\n")
	}
	fmt.Fprint(v.w, "$enddefinitions $end\n")
}

// cycle writes the changes in one cycle. If `all` is set, it writes all values.
func (v *vcd) cycle(e Engine, n uint64, all bool) {
	fmt.Fprintf(v.w, "#%d\n1%s\n", 10*n, clockCode)
	for i := range v.signals {
		s := &v.signals[i]
		value := e.Peek(s.node)
		if !all && value == s.last {
			continue
		}
		s.last = value
		if v.c.Nodes[s.node].Width == 1 {
			fmt.Fprintf(v.w, "%d%s\n", value, s.code)
		} else {
			fmt.Fprintf(v.w, "b%b %s\n", value, s.code)
		}
	}
	fmt.Fprintf(v.w, "#%d\n0%s\n", 10*n+5, clockCode)
}
