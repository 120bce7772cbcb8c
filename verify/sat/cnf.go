package sat

// CNF is a formula as data. A literal is a variable number, starting at 1. A negative number is
// a complement.
type CNF struct {
	Vars    int
	Clauses [][]int
}

// Holds reports whether a model satisfies f. Element i-1 of the model is the value of variable
// i.
func (f *CNF) Holds(model []bool) bool {
	for _, c := range f.Clauses {
		if !clauseHolds(c, model) {
			return false
		}
	}
	return true
}

func clauseHolds(clause []int, model []bool) bool {
	for _, l := range clause {
		if l > 0 && model[l-1] || l < 0 && !model[-l-1] {
			return true
		}
	}
	return false
}

// Decider decides a CNF within a number of conflicts (0: no limit). If the CNF is satisfiable,
// Decide also returns a model. The interface is small, so that tests can compare different
// solvers.
type Decider interface {
	Decide(f *CNF, limit int) (Status, []bool)
}

// Ours is the solver of this package as a Decider.
type Ours struct{}

// Decide runs a new Solver.
func (Ours) Decide(f *CNF, limit int) (Status, []bool) {
	s := New()
	for range f.Vars {
		s.Var()
	}
	for _, c := range f.Clauses {
		var lits []Lit
		for _, l := range c {
			if l > 0 {
				lits = append(lits, Var(l-1).Pos())
			} else {
				lits = append(lits, Var(-l-1).Neg())
			}
		}
		s.Add(lits...)
	}
	st := s.Solve(nil, limit)
	return st, s.model
}
