package sat

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// random3 makes a random formula near the threshold at which both answers are frequent.
func random3(r *rand.Rand, vars int) *CNF {
	f := &CNF{Vars: vars}
	for range vars*4 + r.IntN(3) {
		var c []int
		for range 1 + r.IntN(3) + r.IntN(2) {
			l := 1 + r.IntN(vars)
			if r.IntN(2) == 0 {
				l = -l
			}
			c = append(c, l)
		}
		f.Clauses = append(f.Clauses, c)
	}
	return f
}

// brute tries all assignments.
func brute(f *CNF) Status {
	model := make([]bool, f.Vars)
	for n := range 1 << f.Vars {
		for i := range model {
			model[i] = n>>i&1 == 1
		}
		if f.Holds(model) {
			return Sat
		}
	}
	return Unsat
}

func TestAgainstAllAssignments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	answers := map[Status]int{}
	for range 600 {
		f := random3(r, 3+r.IntN(9))
		st, model := Ours{}.Decide(f, 0)
		require.Equal(t, brute(f), st, "%v", f.Clauses)
		if st == Sat {
			require.True(t, f.Holds(model))
		}
		answers[st]++
	}
	require.Greater(t, answers[Sat], 50)
	require.Greater(t, answers[Unsat], 50)
}

func uniform3(r *rand.Rand, vars int) *CNF {
	f := &CNF{Vars: vars}
	for range vars * 426 / 100 {
		var c []int
		for range 3 {
			c = append(c, (1+r.IntN(vars))*(1-2*r.IntN(2)))
		}
		f.Clauses = append(f.Clauses, c)
	}
	return f
}

func TestAgainstGophersat(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 40 {
		f := uniform3(r, 90)
		want, _ := gophersat{}.Decide(f, 0)
		got, model := Ours{}.Decide(f, 0)
		require.Equal(t, want, got)
		if got == Sat {
			require.True(t, f.Holds(model))
		}
	}
}

// TestIncremental asks one solver many questions under assumptions, and adds clauses between
// the questions. The test compares each answer with the answer of a new solver.
func TestIncremental(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 30 {
		f, s := uniform3(r, 60), New()
		for range f.Vars {
			s.Var()
		}
		so := &CNF{Vars: f.Vars}
		for i, c := range f.Clauses {
			var lits []Lit
			for _, l := range c {
				lits = append(lits, literal(l))
			}
			s.Add(lits...)
			so.Clauses = append(so.Clauses, c)
			if i%20 != 0 {
				continue
			}
			a, b := 1+r.IntN(f.Vars), -1-r.IntN(f.Vars)
			full := &CNF{Vars: f.Vars, Clauses: append(append([][]int(nil), so.Clauses...), []int{a}, []int{b})}
			want, _ := Ours{}.Decide(full, 0)
			require.Equal(t, want, s.Solve(nil, 0, literal(a), literal(b)))
		}
	}
}

// TestKeptAssumptions checks calls whose list of assumptions begins with all or some
// assumptions of the previous call. The solver must give the same answers as a new solver, even
// if clauses are added between the calls or a call stops at its limit.
func TestKeptAssumptions(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	answers := map[Status]int{}
	for range 20 {
		f, s := uniform3(r, 60), New()
		for range f.Vars {
			s.Var()
		}
		so := &CNF{Vars: f.Vars}
		add := func(c []int) {
			var lits []Lit
			for _, l := range c {
				lits = append(lits, literal(l))
			}
			s.Add(lits...)
			so.Clauses = append(so.Clauses, c)
		}
		for _, c := range f.Clauses[:180] {
			add(c)
		}
		var assume []int
		for k := range 60 {
			assume = assume[:min(len(assume), 1+r.IntN(8))]
			for range 1 + r.IntN(3) {
				assume = append(assume, (1+r.IntN(f.Vars))*(1-2*r.IntN(2)))
			}
			if k%7 == 0 && len(so.Clauses) < len(f.Clauses) {
				add(f.Clauses[len(so.Clauses)])
			}
			if k%11 == 0 {
				s.Solve(nil, 1, literal(assume[0])) // may give up, in the middle of a search
			}
			full := &CNF{Vars: f.Vars, Clauses: append([][]int(nil), so.Clauses...)}
			var lits []Lit
			for _, l := range assume {
				lits, full.Clauses = append(lits, literal(l)), append(full.Clauses, []int{l})
			}
			want, _ := Ours{}.Decide(full, 0)
			got := s.Solve(nil, 0, lits...)
			require.Equal(t, want, got)
			answers[got]++
			if got == Sat {
				model := make([]bool, f.Vars)
				for v := range model {
					model[v] = s.Value(Var(v))
				}
				require.True(t, full.Holds(model))
			}
		}
	}
	require.Greater(t, answers[Sat], 100)
	require.Greater(t, answers[Unsat], 100)
}

func literal(l int) Lit {
	if l > 0 {
		return Var(l - 1).Pos()
	}
	return Var(-l - 1).Neg()
}

// pigeons states that n+1 pigeons fit into n holes.
func pigeons(n int) *CNF {
	f := &CNF{Vars: (n + 1) * n}
	in := func(p, h int) int { return p*n + h + 1 }
	for p := range n + 1 {
		var c []int
		for h := range n {
			c = append(c, in(p, h))
		}
		f.Clauses = append(f.Clauses, c)
	}
	for h := range n {
		for p := range n + 1 {
			for q := range p {
				f.Clauses = append(f.Clauses, []int{-in(p, h), -in(q, h)})
			}
		}
	}
	return f
}

func TestPigeonsAndLimit(t *testing.T) {
	st, _ := Ours{}.Decide(pigeons(6), 0)
	require.Equal(t, Unsat, st)
	st, _ = Ours{}.Decide(pigeons(9), 50)
	require.Equal(t, Unknown, st)
}

func TestReductionKeepsTheAnswer(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 6 {
		f := uniform3(r, 130)
		s := New()
		s.keep = 50
		for range f.Vars {
			s.Var()
		}
		for _, c := range f.Clauses {
			s.Add(literal(c[0]), literal(c[1]), literal(c[2]))
		}
		want, _ := gophersat{}.Decide(f, 0)
		require.Equal(t, want, s.Solve(nil, 0))
	}
}
