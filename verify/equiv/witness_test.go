package equiv

import (
	"testing"

	"github.com/crillab/gophersat/solver"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
	"github.com/stretchr/testify/require"
)

// miter writes "some bit of some cone differs" as a CNF, without sweeping.
func miter(g *blast.Graph, pairs [][2]blast.Lit) *sat.CNF {
	f := &sat.CNF{Vars: len(g.Nodes)}
	lit := func(l blast.Lit) int {
		if l&1 == 1 {
			return -l.Node() - 1
		}
		return l.Node() + 1
	}
	gateOf := func(v, a, b, c int) { // v = c ? a : b
		f.Clauses = append(f.Clauses, []int{-c, -v, a}, []int{-c, v, -a}, []int{c, -v, b}, []int{c, v, -b})
	}
	f.Clauses = append(f.Clauses, []int{-1})
	for i, n := range g.Nodes {
		switch v := i + 1; n.Kind {
		case blast.KAnd:
			gateOf(v, lit(n.B), lit(blast.False), lit(n.A))
		case blast.KXor:
			gateOf(v, -lit(n.B), lit(n.B), lit(n.A))
		case blast.KIte:
			gateOf(v, lit(n.A), lit(n.B), lit(n.C))
		}
	}
	var any []int
	for _, p := range pairs {
		f.Vars++
		gateOf(f.Vars, -lit(p[1]), lit(p[1]), lit(p[0]))
		any = append(any, f.Vars)
	}
	f.Clauses = append(f.Clauses, any)
	return f
}

// invertTable complements the look-up table in the middle of a netlist.
func invertTable(n *gate.Netlist) {
	for i := len(n.Cells) / 2; i < len(n.Cells); i++ {
		if n.Cells[i].Kind == gate.LUT {
			n.Cells[i].Table ^= 0xFFFF
			return
		}
	}
}

// TestSolversAgree decides small circuits as one formula, without sweeping. A second solver,
// gophersat, must give the same answers. Some of the netlists have a fault.
func TestSolversAgree(t *testing.T) {
	answers := map[sat.Status]int{}
	for seed := range int64(24) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 12, MaxWidth: 4})
		n := mapped(t, c, gate.Options{})
		if seed%2 == 1 {
			invertTable(n)
		}
		rep, err := Check(c, n, Options{})
		require.NoError(t, err)
		l := newLeaves()
		a, err := circuitSide(l, c)
		require.NoError(t, err)
		second := map[blast.Place][]blast.Lit{}
		for _, cone := range netlistSide(l, n).cones {
			second[cone.Place] = cone.Bits
		}
		var pairs [][2]blast.Lit
		for _, cone := range a.cones {
			for i, bit := range second[cone.Place] {
				pairs = append(pairs, [2]blast.Lit{cone.Bits[i], bit})
			}
		}
		want := map[Status]sat.Status{Proved: sat.Unsat, Different: sat.Sat}[rep.Status()]
		f := miter(l.g, pairs)
		for _, d := range []sat.Decider{sat.Ours{}, gophersat{}} {
			got, model := d.Decide(f, 0)
			require.Equal(t, want, got, "seed %d %T", seed, d)
			if got == sat.Sat {
				require.True(t, f.Holds(model))
			}
		}
		answers[want]++
	}
	require.Greater(t, answers[sat.Sat], 4)
	require.Greater(t, answers[sat.Unsat], 10)
}

// gophersat adapts the solver of that name to sat.Decider, as a second solver for comparison.
// gophersat has no conflict limit, so it always decides.
type gophersat struct{}

// Decide runs gophersat.
func (gophersat) Decide(f *sat.CNF, _ int) (sat.Status, []bool) {
	for _, c := range f.Clauses {
		if len(c) == 0 {
			return sat.Unsat, nil
		}
	}
	s := solver.New(solver.ParseSlice(append([][]int(nil), f.Clauses...)))
	if s.Solve() != solver.Sat {
		return sat.Unsat, nil
	}
	model := make([]bool, f.Vars)
	copy(model, s.Model())
	return sat.Sat, model
}
