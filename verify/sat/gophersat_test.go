package sat

import "github.com/crillab/gophersat/solver"

// gophersat is the solver of that name as a Decider: a second witness. It knows
// no conflict limit and so always decides.
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
