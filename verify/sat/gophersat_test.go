package sat

import "github.com/crillab/gophersat/solver"

// gophersat adapts the solver of that name to Decider, as a second solver for comparison.
// gophersat has no conflict limit, so it always decides.
type gophersat struct{}

// Decide runs gophersat.
func (gophersat) Decide(f *CNF, _ int) (Status, []bool) {
	for _, c := range f.Clauses {
		if len(c) == 0 {
			return Unsat, nil
		}
	}
	s := solver.New(solver.ParseSlice(append([][]int(nil), f.Clauses...)))
	if s.Solve() != solver.Sat {
		return Unsat, nil
	}
	model := make([]bool, f.Vars)
	copy(model, s.Model())
	return Sat, model
}
