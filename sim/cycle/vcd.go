package cycle

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Recording is a window of a run: the state before it and the inputs in it.
type Recording struct {
	From   uint64 // cycle of the run
	Start  *Snapshot
	Inputs [][]uint64 // per cycle, in the order of Circuit.Inputs
}

// tape records the present cycle when it is in the window.
func (m *Machine) tape() {
	n := m.h.Cycles()
	if n < m.opts.Wave.From || n >= m.opts.Wave.To {
		return
	}
	if m.rec == nil {
		m.rec = &Recording{From: n, Start: SnapshotOf(m.e, m.c)}
	}
	row := make([]uint64, len(m.c.Inputs))
	for i, id := range m.c.Inputs {
		row[i] = *m.e.Cell(id)
	}
	m.rec.Inputs = append(m.rec.Inputs, row)
}

// Recording returns what was recorded of Options.Wave, nil if the run has not
// come so far.
func (m *Machine) Recording() *Recording { return m.rec }

// WriteVCD replays a recording on an engine of its own and writes every named
// value as a value change dump (IEEE 1364-2005, clause 18): inputs, registers,
// named operators and reads, outputs and probes, in scopes by the dots of
// their names. Cycle n starts at time 10n with the rising edge of clk.
func WriteVCD(w io.Writer, c *rtl.Circuit, rec *Recording) error {
	signals := named(c)
	var watch []rtl.ID
	for _, s := range signals {
		watch = append(watch, s.node)
	}
	e, err := New(c, watch...)
	if err != nil {
		return err
	}
	e.Restore(rec.Start)
	buf := bufio.NewWriter(w)
	v := &vcd{w: buf, c: c, signals: signals}
	v.header()
	for n, row := range rec.Inputs {
		for i, id := range c.Inputs {
			e.SetInput(id, row[i])
		}
		e.Eval()
		v.cycle(e, rec.From+uint64(n), n == 0)
		e.Clock()
	}
	fmt.Fprintf(buf, "#%d\n", 10*(rec.From+uint64(len(rec.Inputs))))
	return buf.Flush()
}

// signal is a named value: the last part of the name, and the scopes before it.
type signal struct {
	path []string
	node rtl.ID
	code string
	last uint64
}

func (s *signal) scope() []string { return s.path[:len(s.path)-1] }

// named lists the named values of a circuit, sorted by scope, each name once.
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

// clockCode is the identifier of clk; signals have the codes from 1 on.
const clockCode = "!"

// code makes an identifier of printable characters out of a number.
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

// header declares the signals. Sorted by scope, each scope is opened once.
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

// cycle writes the changes of one cycle, or all values in the first one.
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
