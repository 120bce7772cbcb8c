// Package sat is a small incremental SAT solver. The solver uses conflict-driven clause
// learning with two watched literals, first unique implication points, variable activities,
// saved phases, Luby restarts and clause deletion by glue. The solver follows Eén and
// Sörensson, "An extensible SAT-solver" (SAT 2003), and Audemard and Simon, "Predicting learnt
// clauses quality in modern SAT solvers" (IJCAI 2009).
//
//	s := sat.New()
//	a, b := s.Var(), s.Var()
//	s.Add(a.Pos(), b.Pos())
//	s.Solve(nil, 0, a.Neg())  // Sat, s.Value(b) is true
//	s.Solve(nil, 0, a.Neg(), b.Neg()) // Unsat under these assumptions
//
// Clauses may be added between calls. The solver keeps learnt clauses, which follow from the
// added clauses alone. A call may restrict the variables on which the solver decides. The
// caller then guarantees that each assignment of these variables that violates no clause can be
// extended to all variables. This is the case if clauses define the other variables by these
// variables.
//
// The package does not depend on circuits. Start reading at Solver.Solve.
package sat

// Var is a variable, numbered from 0.
type Var int32

// Pos returns the variable as a literal.
func (v Var) Pos() Lit { return Lit(2 * v) }

// Neg returns the complement of the variable as a literal.
func (v Var) Neg() Lit { return Lit(2*v + 1) }

// Lit is a variable or its complement.
type Lit int32

// Not returns the complement of l.
func (l Lit) Not() Lit { return l ^ 1 }

// Var returns the variable of the literal.
func (l Lit) Var() Var { return Var(l >> 1) }

// Status is the result of solving.
type Status uint8

// The results. Unknown means that the limit was reached.
const (
	Unknown Status = iota
	Sat
	Unsat
)

// String returns the name of the status.
func (s Status) String() string { return [...]string{"unknown", "sat", "unsat"}[s] }

const (
	unset int8 = iota
	isTrue
	isFalse
)

// ref is the index of a clause in the arena. From this index on, the arena holds the size of
// the clause, its glue (0 if the clause is not learnt) and its literals.
type ref int32

const noClause ref = -1

type watch struct {
	clause  ref
	blocker Lit // another literal of the clause; if it is true, the clause needs no work
}

// Solver holds clauses and the current assignment.
type Solver struct {
	arena   []Lit
	watches [][]watch // for each literal: the clauses that watch its complement
	value   []int8    // for each literal
	level   []int32   // for each variable
	reason  []ref     // for each variable
	trail   []Lit
	limits  []int // length of the trail at each decision level
	assumed []Lit // assumptions of the levels that the last call has kept
	head    int   // index in the trail up to which literals are propagated
	learnts []ref

	activity []float64
	bump     float64
	phase    []bool
	decide   []bool
	order    heap

	seen      []bool
	broken    bool // unsatisfiable even without assumptions
	model     []bool
	conflicts int
	keep      int // number of learnt clauses before the next reduction
}

// New returns a solver without variables.
func New() *Solver {
	s := &Solver{bump: 1, keep: 4000}
	s.order.activity = &s.activity
	return s
}

// Var makes a variable.
func (s *Solver) Var() Var {
	v := Var(len(s.level))
	s.watches = append(s.watches, nil, nil)
	s.value = append(s.value, unset, unset)
	s.level = append(s.level, 0)
	s.reason = append(s.reason, noClause)
	s.activity = append(s.activity, 0)
	s.phase = append(s.phase, false)
	s.decide = append(s.decide, true)
	s.seen = append(s.seen, false)
	s.order.where = append(s.order.where, -1)
	return v
}

// Vars returns the number of variables.
func (s *Solver) Vars() int { return len(s.level) }

// Conflicts returns the number of conflicts so far.
func (s *Solver) Conflicts() int { return s.conflicts }

// Value returns the value of a variable in the model of the last Sat result.
func (s *Solver) Value(v Var) bool { return s.model[v] }

// Add adds a clause. It must be called between calls of Solve.
func (s *Solver) Add(lits ...Lit) {
	s.undo(0)
	var kept []Lit
	for _, l := range lits {
		switch {
		case s.value[l] == isTrue || contains(kept, l.Not()):
			return
		case s.value[l] == unset && !contains(kept, l):
			kept = append(kept, l)
		}
	}
	switch len(kept) {
	case 0:
		s.broken = true
	case 1:
		s.assign(kept[0], noClause)
		s.broken = s.broken || s.propagate() != noClause
	default:
		s.attach(kept, 0)
	}
}

func contains(list []Lit, l Lit) bool {
	for _, x := range list {
		if x == l {
			return true
		}
	}
	return false
}

func (s *Solver) attach(lits []Lit, glue int) ref {
	c := ref(len(s.arena))
	s.arena = append(s.arena, Lit(len(lits)), Lit(glue))
	s.arena = append(s.arena, lits...)
	s.watches[lits[0].Not()] = append(s.watches[lits[0].Not()], watch{c, lits[1]})
	s.watches[lits[1].Not()] = append(s.watches[lits[1].Not()], watch{c, lits[0]})
	return c
}

func (s *Solver) lits(c ref) []Lit { return s.arena[c+2 : c+2+ref(s.arena[c])] }

func (s *Solver) assign(l Lit, why ref) {
	s.value[l], s.value[l.Not()] = isTrue, isFalse
	s.level[l.Var()], s.reason[l.Var()] = int32(len(s.limits)), why
	s.trail = append(s.trail, l)
}

// propagate derives all consequences. It returns a violated clause, if there is one.
func (s *Solver) propagate() ref {
	for s.head < len(s.trail) {
		l := s.trail[s.head]
		s.head++
		if c := s.follow(l); c != noClause {
			s.head = len(s.trail)
			return c
		}
	}
	return noClause
}

// follow visits the clauses that watch the complement of l, which is now false.
func (s *Solver) follow(l Lit) ref {
	list := s.watches[l]
	n := 0
	for i := 0; i < len(list); i++ {
		w := list[i]
		if s.value[w.blocker] == isTrue {
			list[n] = w
			n++
			continue
		}
		lits := s.lits(w.clause)
		if lits[0] == l.Not() {
			lits[0], lits[1] = lits[1], lits[0]
		}
		w.blocker = lits[0]
		if s.value[lits[0]] != isTrue && s.rewatch(lits, w) {
			continue
		}
		list[n] = w
		n++
		switch s.value[lits[0]] {
		case isFalse:
			n += copy(list[n:], list[i+1:])
			s.watches[l] = list[:n]
			return w.clause
		case unset:
			s.assign(lits[0], w.clause)
		}
	}
	s.watches[l] = list[:n]
	return noClause
}

// rewatch finds another literal of a clause that is not false.
func (s *Solver) rewatch(lits []Lit, w watch) bool {
	for k := 2; k < len(lits); k++ {
		if s.value[lits[k]] != isFalse {
			lits[1], lits[k] = lits[k], lits[1]
			s.watches[lits[1].Not()] = append(s.watches[lits[1].Not()], w)
			return true
		}
	}
	return false
}

// undo reverts all decision levels above n.
func (s *Solver) undo(n int) {
	if len(s.limits) <= n {
		return
	}
	from := s.limits[n]
	for i := len(s.trail) - 1; i >= from; i-- {
		l := s.trail[i]
		v := l.Var()
		s.value[l], s.value[l.Not()] = unset, unset
		s.phase[v] = l&1 == 0
		s.reason[v] = noClause
		if s.decide[v] {
			s.order.push(v)
		}
	}
	s.trail, s.limits, s.head = s.trail[:from], s.limits[:n], from
}

// Solve looks for an assignment that satisfies all clauses and the assumptions. Solve decides
// only on vars (nil: all), and gives up after `limit` conflicts (0: never). Solve keeps the
// consequences of the assumptions for the next call. The next call is faster if its list of
// assumptions begins with the same assumptions.
func (s *Solver) Solve(vars []Var, limit int, assume ...Lit) Status {
	if s.broken {
		return Unsat
	}
	s.undo(s.common(assume))
	defer func() {
		s.undo(len(assume))
		s.assumed = append(s.assumed[:0], assume...)
	}()
	s.choose(vars)
	for start, round := s.conflicts, 1; ; round++ {
		budget := 100 * luby(round)
		if limit > 0 {
			budget = min(budget, limit-(s.conflicts-start))
		}
		if budget <= 0 {
			return Unknown
		}
		if st := s.search(budget, assume); st != Unknown {
			return st
		}
		s.undo(0)
	}
}

// common counts the decision levels that the last call has kept and that this call can use.
// These are the levels before the first assumption that differs from the last call.
func (s *Solver) common(assume []Lit) int {
	n := 0
	for n < min(len(s.limits), len(s.assumed), len(assume)) && s.assumed[n] == assume[n] {
		n++
	}
	return n
}

// choose fills the heap with the variables to decide on.
func (s *Solver) choose(vars []Var) {
	s.order.clear()
	if vars == nil {
		for v := range s.decide {
			s.decide[v] = true
			s.order.push(Var(v))
		}
		return
	}
	clear(s.decide)
	for _, v := range vars {
		s.decide[v] = true
		if s.value[v.Pos()] == unset {
			s.order.push(v)
		}
	}
}

// search runs until it has a result or has reached a number of conflicts.
func (s *Solver) search(budget int, assume []Lit) Status {
	for {
		if c := s.propagate(); c != noClause {
			s.conflicts++
			budget--
			if len(s.limits) == 0 {
				s.broken = true
				return Unsat
			}
			lits, back, glue := s.analyse(c)
			s.undo(back)
			s.learn(lits, glue)
			s.decay()
			continue
		}
		if budget <= 0 {
			return Unknown
		}
		if len(s.learnts) > s.keep {
			s.reduce()
		}
		if st, ok := s.next(assume); ok {
			return st
		}
	}
}

// next makes the next decision: an assumption, or the most active variable.
func (s *Solver) next(assume []Lit) (Status, bool) {
	for len(s.limits) < len(assume) {
		l := assume[len(s.limits)]
		if s.value[l] == isFalse {
			return Unsat, true
		}
		s.limits = append(s.limits, len(s.trail))
		if s.value[l] == unset {
			s.assign(l, noClause)
			return Unknown, false
		}
	}
	for {
		v, ok := s.order.pop()
		if !ok {
			s.save()
			return Sat, true
		}
		if s.value[v.Pos()] == unset {
			l := v.Neg()
			if s.phase[v] {
				l = v.Pos()
			}
			s.limits = append(s.limits, len(s.trail))
			s.assign(l, noClause)
			return Unknown, false
		}
	}
}

func (s *Solver) save() {
	s.model = make([]bool, len(s.level))
	for v := range s.model {
		s.model[v] = s.value[Var(v).Pos()] == isTrue
	}
}

// luby returns the i-th member of 1 1 2 1 1 2 4 ..., where i starts at 1.
func luby(i int) int {
	for k := 1; ; k++ {
		if i == 1<<k-1 {
			return 1 << (k - 1)
		}
		if i < 1<<k-1 {
			return luby(i - (1<<(k-1) - 1))
		}
	}
}
