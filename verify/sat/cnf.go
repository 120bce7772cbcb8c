package sat

// CNF is a formula as data. Literals are variables numbered from 1, negative for a complement.
type CNF struct {
	Vars    int
	Clauses [][]int
}

// Holds reports whether a model (value of variable i at i-1) satisfies f.
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

// Decider decides a CNF within a number of conflicts (0: no limit). It gives a model if the
// CNF is satisfiable. It has one method, so that any solver can serve as a check.
type Decider interface {
	Decide(f *CNF, limit int) (Status, []bool)
}

// Ours is this package's solver as a Decider.
type Ours struct{}

// Decide runs a fresh Solver.
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
