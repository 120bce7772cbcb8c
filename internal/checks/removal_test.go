package checks

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/verify/removal"
)

// without is a point that lacks one choice.
type without struct {
	name  string
	point *design.Point
}

// lacking makes a copy of a point without each of its choices in turn.
func lacking(p *design.Point) []without {
	var out []without
	drop := func(name string, change func(*design.Point)) {
		q := *p
		q.Lines, q.Ports, q.Devices = slices.Clone(p.Lines), slices.Clone(p.Ports), slices.Clone(p.Devices)
		change(&q)
		out = append(out, without{name, &q})
	}
	for i, l := range p.Lines {
		drop("keep "+l.Inst.Name, func(q *design.Point) { q.Lines = slices.Delete(q.Lines, i, i+1) })
		for j, n := range l.Amounts {
			drop(fmt.Sprintf("amounts %s %d", l.Inst.Name, n), func(q *design.Point) {
				q.Lines[i].Amounts = slices.Delete(slices.Clone(l.Amounts), j, j+1)
			})
		}
	}
	drop("shifts", func(q *design.Point) { q.Shifts.How = design.ShiftNone })
	for _, n := range []struct {
		name  string
		field func(*design.Point) *design.Number
		to    int
	}{
		{"text", func(q *design.Point) *design.Number { return &q.Text }, p.Text.N - 1},
		{"data", func(q *design.Point) *design.Number { return &q.Data }, p.Data.N - 1},
		{"regs", func(q *design.Point) *design.Number { return &q.Regs }, p.Regs.N - 1},
		{"pc", func(q *design.Point) *design.Number { return &q.PC }, p.PC.N - 1},
		{"pointer", func(q *design.Point) *design.Number { return &q.Pointer }, p.Pointer.N - 1},
		{"length", func(q *design.Point) *design.Number { return &q.Length }, 0},
	} {
		drop(n.name, func(q *design.Point) { n.field(q).N = n.to })
	}
	for i, port := range p.Ports {
		if port.Load.Has {
			drop("load "+port.Reg.String(), func(q *design.Point) { q.Ports[i].Load.Has = false })
		}
		if port.Store.Has {
			drop("store "+port.Reg.String(), func(q *design.Point) { q.Ports[i].Store.Has = false })
		}
	}
	for i, d := range p.Devices {
		drop("device "+d.Name, func(q *design.Point) { q.Devices = slices.Delete(q.Devices, i, i+1) })
		drop("number of "+d.Name, func(q *design.Point) { q.Devices[i].Index++ })
		if d.Rx {
			drop("rx of "+d.Name, func(q *design.Point) { q.Devices[i].Rx = false })
		}
		if d.Tx {
			drop("tx of "+d.Name, func(q *design.Point) { q.Devices[i].Tx = false })
		}
	}
	return out
}

// TestEachChoiceIsNeeded removes one choice of a design point at a time, in programs with two
// devices and with timers. The image must need each choice, except the trap for words outside
// the image.
func TestEachChoiceIsNeeded(t *testing.T) {
	for _, name := range []string{"filter", "limiter"} {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		c, err := p.Core(context.Background(), flow.Multi)
		require.NoError(t, err)
		require.Empty(t, removal.Check(im, c.Point).Wrong)
		require.GreaterOrEqual(t, len(c.Point.Devices), 2, name)
		all := lacking(c.Point)
		require.Greater(t, len(all), 30)
		for _, w := range all {
			if w.name == "shifts" && c.Point.Shifts.How == design.ShiftNone || w.name == "keep ebreak" {
				continue
			}
			require.NotEmpty(t, removal.Check(im, w.point).Wrong, "%s without %s", name, w.name)
		}
	}
}

// TestEachOperandIsLookedAt makes each register field in turn name a register that the core
// lacks.
func TestEachOperandIsLookedAt(t *testing.T) {
	p, err := flow.Load("../../examples/filter", flow.Options{Regs: 16})
	require.NoError(t, err)
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	c, err := p.Core(context.Background(), flow.Multi)
	require.NoError(t, err)
	require.LessOrEqual(t, c.Point.Regs.N, 16)
	dec := func(w uint32) *design.Line {
		for i := range c.Point.Lines {
			if c.Point.Lines[i].Inst.Matches(w) {
				return &c.Point.Lines[i]
			}
		}
		return nil
	}
	seen := map[int]int{}
	for i, w := range im.Text {
		f := dec(w).Inst.Format
		fields := []int{}
		if f.HasRd() {
			fields = append(fields, 7)
		}
		fields = append(fields, []int{15, 20, 27}[:f.Sources()]...)
		for _, at := range fields {
			bad := *im
			bad.Text = slices.Clone(im.Text)
			bad.Text[i] |= 16 << at
			require.NotEmpty(t, removal.Check(&bad, c.Point).Wrong, "word %d, field at bit %d", i, at)
			seen[at]++
		}
	}
	require.Positive(t, seen[7])
	require.Positive(t, seen[15])
	require.Positive(t, seen[20])
}
