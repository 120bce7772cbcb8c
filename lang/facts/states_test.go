package facts

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// At each point of a program, some set of states is possible. The test keeps this set as a list,
// and applies the same random steps to the list and to the known facts. The facts and each proof
// must hold in every state of the list.

// state gives each local its number. For bytes, the number is the length.
type state [4]int64

// The locals of the test: three numbers and bytes<3>.
const (
	localX = iota
	localY
	localZ
	localB
)

// world is a point of a program with its states.
type world struct {
	t      testing.TB
	rng    *rand.Rand
	locals [4]*tree.Local
	refs   [4]tree.Expr
	known  *Known
	states map[state]bool
	trail  []string // the steps so far, for the message
}

func newWorld(t testing.TB, seed uint64) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 1)), known: New(new(int)), states: map[state]bool{}}
	types := []*tree.Type{tree.IntType(2, false), tree.IntType(3, true), tree.SmallRange(-1, 3)}
	for i := range 3 {
		w.locals[i], w.refs[i] = local(i, types[(i+w.rng.IntN(3))%3])
	}
	w.locals[localB], w.refs[localB] = local(localB, tree.BytesType(3))
	for _, x := range values(w.locals[localX].Type) {
		for _, y := range values(w.locals[localY].Type) {
			for _, z := range values(w.locals[localZ].Type) {
				for n := range int64(4) {
					w.states[state{x, y, z, n}] = true
				}
			}
		}
	}
	return w
}

func (w *world) note(format string, args ...any) {
	w.trail = append(w.trail, fmt.Sprintf(format, args...))
}

// number makes a random number expression with few operators, and a function that computes it.
func (w *world) number(depth int) (tree.Expr, func(state) int64) {
	kind := w.rng.IntN(8)
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0, 1, 2:
		return w.refs[kind], func(s state) int64 { return s[kind] }
	case 3:
		x := &tree.Len{Expr0: tree.Expr0{T: tree.SmallRange(0, 3)}, X: w.refs[localB]}
		return x, func(s state) int64 { return s[localB] }
	case 4:
		v := int64(w.rng.IntN(7) - 2)
		return constant(v, tree.SmallRange(v, v)), func(state) int64 { return v }
	case 5:
		x, f := w.number(depth - 1)
		to := []*tree.Type{tree.IntType(2, false), tree.IntType(4, true), tree.IntType(3, false)}[w.rng.IntN(3)]
		return &tree.Convert{Expr0: tree.Expr0{T: to}, X: x}, func(s state) int64 { return cut(f(s), to) }
	}
	return w.binary(depth)
}

// cut is the value of a number after truncation to an integer type.
func cut(v int64, t *tree.Type) int64 { return Cell(tree.Truncate(uint64(v), t), t).Big().Int64() }

// binary adds, subtracts or masks in a word that may be too narrow.
func (w *world) binary(depth int) (tree.Expr, func(state) int64) {
	x, f := w.number(depth - 1)
	y, g := w.number(depth - 1)
	t := []*tree.Type{tree.IntType(3, false), tree.IntType(4, true), tree.IntType(8, true)}[w.rng.IntN(3)]
	l := &tree.Convert{Expr0: tree.Expr0{T: t}, X: x}
	r := &tree.Convert{Expr0: tree.Expr0{T: t}, X: y}
	op := []tree.Op{tree.Add, tree.Sub, tree.Add, tree.Sub, tree.BitAnd, tree.BitOr}[w.rng.IntN(6)]
	return &tree.Binary{Expr0: tree.Expr0{T: t}, Op: op, L: l, R: r}, func(s state) int64 {
		a, b := cut(f(s), t), cut(g(s), t)
		switch op {
		case tree.Add:
			return cut(a+b, t)
		case tree.Sub:
			return cut(a-b, t)
		case tree.BitAnd:
			return cut(a&b, t)
		}
		return cut(a|b, t)
	}
}

// condition makes a random condition.
func (w *world) condition(depth int) (tree.Expr, func(state) bool) {
	base := tree.Expr0{T: &tree.Type{Kind: tree.Bool}}
	if depth > 0 && w.rng.IntN(3) == 0 {
		x, f := w.condition(depth - 1)
		y, g := w.condition(depth - 1)
		switch w.rng.IntN(3) {
		case 0:
			return &tree.Binary{Expr0: base, Op: tree.And, L: x, R: y}, func(s state) bool { return f(s) && g(s) }
		case 1:
			return &tree.Binary{Expr0: base, Op: tree.Or, L: x, R: y}, func(s state) bool { return f(s) || g(s) }
		}
		return &tree.Unary{Expr0: base, Op: tree.Not, X: x}, func(s state) bool { return !f(s) }
	}
	x, f := w.number(1)
	y, g := w.number(1)
	switch op := w.rng.IntN(6); op {
	case 0:
		return &tree.Binary{Expr0: base, Op: tree.Lt, L: x, R: y}, func(s state) bool { return f(s) < g(s) }
	case 1:
		return &tree.Binary{Expr0: base, Op: tree.Le, L: x, R: y}, func(s state) bool { return f(s) <= g(s) }
	case 2:
		return &tree.Binary{Expr0: base, Op: tree.Gt, L: x, R: y}, func(s state) bool { return f(s) > g(s) }
	case 3:
		return &tree.Binary{Expr0: base, Op: tree.Ge, L: x, R: y}, func(s state) bool { return f(s) >= g(s) }
	default:
		ne := op == 5
		return &tree.Equal{Expr0: base, Ne: ne, L: x, R: y}, func(s state) bool { return (f(s) == g(s)) != ne }
	}
}

// each replaces every state by the states that `next` returns for it.
func (w *world) each(next func(s state, add func(state))) {
	out := map[state]bool{}
	for s := range w.states {
		next(s, func(n state) { out[n] = true })
	}
	w.states = out
}

// fits reports whether a local holds a number.
func (w *world) fits(i int, v int64) bool { return All(w.locals[i].Type).Has(interval.Int(v)) }

// step makes the same random change to the facts and to the states.
func (w *world) step(depth int) {
	i := w.rng.IntN(3)
	switch w.rng.IntN(7) {
	case 0, 1:
		c, holds := w.condition(2)
		truth := w.rng.IntN(2) == 0
		w.note("assume %v of a condition", truth)
		w.known.Assume(c, truth)
		w.each(func(s state, add func(state)) {
			if holds(s) == truth {
				add(s)
			}
		})
	case 2:
		x, f := w.number(2)
		if !Holds(w.locals[i].Type, w.known.Bounds(x)) {
			return
		}
		w.note("x%d takes a value", i)
		w.known.Learn(w.locals[i], x)
		w.each(func(s state, add func(state)) { v := f(s); s[i] = v; add(s) })
	case 3:
		w.note("x%d is forgotten", i)
		w.known.Forget(w.locals[i])
		w.each(func(s state, add func(state)) {
			for _, v := range values(w.locals[i].Type) {
				s[i] = v
				add(s)
			}
		})
	case 4:
		w.resize()
	case 5:
		w.round(i)
	case 6:
		if depth > 0 {
			w.branch(depth)
		}
	}
}

// resize changes the length of the bytes.
func (w *world) resize() {
	x, f := w.number(1)
	if !Holds(tree.SmallRange(0, 3), w.known.Bounds(x)) {
		return
	}
	w.note("the bytes are resized")
	bounds := w.known.Bounds(x)
	w.known.Forget(w.locals[localB])
	w.known.LearnLength(w.refs[localB], bounds)
	w.each(func(s state, add func(state)) { s[localB] = f(s); add(s) })
}

// round makes x a member of a range, like the variable of a loop whose body is empty.
func (w *world) round(i int) {
	lo, f := w.number(1)
	hi, g := w.number(1)
	closed := w.rng.IntN(2) == 0
	if names(lo)[w.locals[i]] || names(hi)[w.locals[i]] {
		return // the variable of a loop is a new variable
	}
	w.note("x%d goes over a range, closed %v", i, closed)
	r := w.known.Over(lo, hi, closed)
	w.known.Forget(w.locals[i])
	w.known.LearnRound(w.locals[i], r, nil)
	inRange := false
	w.each(func(s state, add func(state)) {
		top := g(s)
		if !closed {
			top--
		}
		for v := f(s); v <= top; v++ {
			if inRange = true; w.fits(i, v) {
				n := s
				n[i] = v
				add(n)
			}
		}
	})
	require.False(w.t, inRange && r.Empty(), "a range that is not empty is said to be: %v", w.trail)
}

// names are the locals in an expression.
func names(x tree.Expr) map[*tree.Local]bool {
	out := map[*tree.Local]bool{}
	tree.Walk(x, func(e tree.Expr) {
		if r, ok := e.(*tree.LocalRef); ok {
			out[r.Local] = true
		}
	})
	return out
}

// branch takes two paths and joins them.
func (w *world) branch(depth int) {
	c, holds := w.condition(1)
	other := *w
	other.known = w.known.Clone()
	w.known.Assume(c, true)
	other.known.Assume(c, false)
	yes, no := map[state]bool{}, map[state]bool{}
	for s := range w.states {
		if holds(s) {
			yes[s] = true
		} else {
			no[s] = true
		}
	}
	w.states, other.states = yes, no
	for range w.rng.IntN(3) {
		w.step(depth - 1)
		other.step(depth - 1)
	}
	w.trail = append(w.trail, "or")
	w.trail = append(w.trail, other.trail...)
	w.known = Join(w.known, other.known)
	for s := range other.states {
		w.states[s] = true
	}
}

// check compares every known fact with each state.
func (w *world) check() {
	value := func(s state, x term) int64 { return s[x.local.ID] }
	for s := range w.states {
		for x, in := range w.known.spans {
			if !in.Has(interval.Int(value(s, x))) {
				w.t.Fatalf("x%d is %d, not in %s..=%s: %v", x.local.ID, value(s, x), in.Lo, in.Hi, w.trail)
			}
		}
		for _, k := range w.known.diffs {
			if d := value(s, k.a) - value(s, k.b); d > k.d {
				w.t.Fatalf("x%d - x%d is %d, not at most %d: %v", k.a.local.ID, k.b.local.ID, d, k.d, w.trail)
			}
		}
	}
}

// prove asks for random proofs and compares each proof with every state. It returns the number of
// proofs.
func (w *world) prove() (proofs int) {
	x, f := w.number(2)
	y, g := w.number(2)
	d := int64(w.rng.IntN(5) - 3)
	below, inLength := w.known.Below(x, y, d), w.known.InLength(x, w.refs[localB], d)
	bounds := w.known.Bounds(x)
	for s := range w.states {
		a, b := f(s), g(s)
		switch {
		case !bounds.Has(interval.Int(a)):
			w.t.Fatalf("%d is not in %s..=%s: %v", a, bounds.Lo, bounds.Hi, w.trail)
		case below && a-b > d:
			w.t.Fatalf("%d - %d <= %d is proved: %v", a, b, d, w.trail)
		case inLength && (a < 0 || a-s[localB] > d):
			w.t.Fatalf("%d is proved to be below %d: %v", a, s[localB], w.trail)
		}
	}
	if below || inLength {
		return 1
	}
	return 0
}

// TestFactsHoldInEachState walks many random programs.
func TestFactsHoldInEachState(t *testing.T) {
	rounds := 400
	if testkit.Full() {
		rounds = 40_000
	}
	proofs, reached := 0, 0
	for seed := range uint64(rounds) {
		w := newWorld(t, seed)
		for range 6 {
			w.step(2)
			w.check()
			if len(w.states) > 0 {
				reached++
				proofs += w.prove() + w.prove()
			}
		}
	}
	require.Greater(t, proofs, rounds/2, "the proofs that the test looks at")
	require.Greater(t, reached, rounds)
}
