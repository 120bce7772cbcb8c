package facts

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The rules are compared with lang/eval, which runs the reference and shares no arithmetic with
// ir/interval.

// numberOps are the operators whose results are numbers.
func numberOps() []tree.Op {
	return []tree.Op{tree.Add, tree.Sub, tree.Mul, tree.Div, tree.Rem, tree.BitAnd, tree.BitOr, tree.BitXor, tree.Shl, tree.Shr}
}

// local makes a local and a reference to it.
func local(id int, t *tree.Type) (*tree.Local, tree.Expr) {
	l := &tree.Local{ID: id, Name: fmt.Sprintf("x%d", id), Type: t, Kind: tree.VarLocal}
	return l, &tree.LocalRef{Expr0: tree.Expr0{T: t}, Local: l}
}

func constant(v int64, t *tree.Type) *tree.Const {
	return &tree.Const{Expr0: tree.Expr0{T: t}, Cell: tree.Truncate(uint64(v), t)}
}

// run evaluates an expression without locals.
func run(t testing.TB, x tree.Expr) interval.Num {
	cells, err := eval.Constant(x, nil, &eval.Limits{Statements: 1e6, Cells: 1e6})
	require.NoError(t, err)
	if x.Type().Kind == tree.Bool {
		return interval.Uint(cells[0])
	}
	return Cell(cells[0], x.Type())
}

// values lists the numbers of a small type.
func values(t *tree.Type) (list []int64) {
	lo, hi := t.Interval()
	for v := lo.Int64(); v <= hi.Int64(); v++ {
		list = append(list, v)
	}
	return list
}

// smallTypes are the integer types whose values are all tried.
func smallTypes() (list []*tree.Type) {
	for bits := 1; bits <= 5; bits++ {
		list = append(list, tree.IntType(bits, false), tree.IntType(bits, true))
	}
	return list
}

// table holds the results of op for all pairs of values.
type table struct {
	l, r []int64
	v    [][]int64
}

// tableOf runs an operation on all pairs of values of two types.
func tableOf(t testing.TB, l, r *tree.Type, of func(a, b tree.Expr) tree.Expr) *table {
	k := &table{l: values(l), r: values(r)}
	for _, a := range k.l {
		var row []int64
		for _, b := range k.r {
			v := run(t, of(constant(a, l), constant(b, r)))
			row = append(row, v.Big().Int64())
		}
		k.v = append(k.v, row)
	}
	return k
}

// sound compares the facts about the result of(x, y) with a table of all results, for all pairs of
// intervals of x and y.
func (k *table) sound(t testing.TB, what string, l, r *tree.Type, of func(a, b tree.Expr) tree.Expr) {
	localX, x := local(0, l)
	localY, y := local(1, r)
	e := of(x, y)
	f := New(new(int))
	for a := range k.l {
		least, most := make([]int64, len(k.r)), make([]int64, len(k.r))
		for b := a; b < len(k.l); b++ { // the left operand is in l[a]..=l[b]; extend each column by one row
			for j, v := range k.v[b] {
				if b == a {
					least[j], most[j] = v, v
				}
				least[j], most[j] = min(least[j], v), max(most[j], v)
			}
			f.Forget(localX)
			f.LearnIn(x, interval.Make(k.l[a], k.l[b]))
			for c := range k.r {
				lo, hi := least[c], most[c]
				for d := c; d < len(k.r); d++ {
					lo, hi = min(lo, least[d]), max(hi, most[d])
					f.Forget(localY)
					f.LearnIn(y, interval.Make(k.r[c], k.r[d]))
					if got := f.Bounds(e); !interval.Make(lo, hi).Within(got) {
						t.Fatalf("%s of %d..=%d and %d..=%d of %s and %s is in %d..=%d, the rule says %s..=%s",
							what, k.l[a], k.l[b], k.r[c], k.r[d], l, r, lo, hi, got.Lo, got.Hi)
					}
				}
			}
		}
	}
}

// TestOperators tries each operator on integers of up to five bits, on all pairs of intervals that
// facts can describe.
func TestOperators(t *testing.T) {
	for _, typ := range smallTypes() {
		for _, op := range numberOps() {
			t.Run(fmt.Sprintf("%s operator %d", typ, op), func(t *testing.T) {
				t.Parallel()
				of := func(a, b tree.Expr) tree.Expr { return &tree.Binary{Expr0: tree.Expr0{T: typ}, Op: op, L: a, R: b} }
				tableOf(t, typ, typ, of).sound(t, fmt.Sprintf("operator %d", op), typ, typ, of)
			})
		}
	}
}

// TestShiftsByOtherTypes shifts by amounts of another type, including amounts beyond the width.
func TestShiftsByOtherTypes(t *testing.T) {
	for _, typ := range []*tree.Type{tree.IntType(3, false), tree.IntType(4, true)} {
		for _, by := range []*tree.Type{tree.IntType(4, false), tree.SmallRange(0, 9)} {
			for _, op := range []tree.Op{tree.Shl, tree.Shr} {
				of := func(a, b tree.Expr) tree.Expr { return &tree.Binary{Expr0: tree.Expr0{T: typ}, Op: op, L: a, R: b} }
				tableOf(t, typ, by, of).sound(t, "shift", typ, by, of)
			}
		}
	}
}

// TestConversions tries all conversions of intervals between small types.
func TestConversions(t *testing.T) {
	types := append(smallTypes(), tree.SmallRange(-3, 9), tree.SmallRange(2, 5))
	for _, from := range types {
		for _, to := range types {
			of := func(a, _ tree.Expr) tree.Expr { return &tree.Convert{Expr0: tree.Expr0{T: to}, X: a} }
			if to.Kind == tree.Range && !Holds(to, All(from)) {
				continue // a range is a target only if it holds every value
			}
			one := tree.SmallRange(0, 0)
			tableOf(t, from, one, of).sound(t, "conversion", from, one, of)
		}
	}
}

// TestRanges tries each operator on ranges. The test checks the interval of the result's type and
// the facts about the result's word.
func TestRanges(t *testing.T) {
	const from, most = int64(-4), int64(5)
	for _, op := range numberOps() {
		for a := from; a <= most; a++ {
			for b := a; b <= most; b++ {
				for c := from; c <= most; c += 1 + (b-a)%2 {
					rangeRow(t, op, interval.Make(a, b), c, most)
				}
			}
		}
	}
}

// rangeRow tries the ranges c..=d as right operands.
func rangeRow(t *testing.T, op tree.Op, l interval.Set, c, most int64) {
	for d := c; d <= most; d++ {
		r := interval.Make(c, d)
		got, ok := Apply(op, l, r)
		if !ok {
			undefined := (op == tree.Div || op == tree.Rem) && r.Has(interval.Int(0)) || (op == tree.Shl || op == tree.Shr) && c < 0
			require.True(t, undefined, "operator %d of %v and %v has no interval", op, l, r)
			continue
		}
		word := tree.IntType(64, true)
		for _, v := range []interval.Num{l.Lo, l.Hi, interval.Int((l.Lo.Big().Int64() + l.Hi.Big().Int64()) / 2)} {
			for w := c; w <= d; w++ {
				x := &tree.Binary{Expr0: tree.Expr0{T: word}, Op: op, L: constant(v.Big().Int64(), word), R: constant(w, word)}
				if is := run(t, x); !got.Has(is) {
					t.Fatalf("operator %d of %s and %d is %s, not in %s..=%s", op, v, w, is, got.Lo, got.Hi)
				}
			}
		}
	}
}

// corner picks a number of a wide type, often near an end of a word's range.
func corner(rng *rand.Rand, t *tree.Type) interval.Num {
	v := rng.Uint64() >> rng.UintN(64)
	switch rng.IntN(3) {
	case 0:
		v = 1<<rng.UintN(64) - rng.Uint64N(3) + 1
	case 1:
		v = -v
	}
	return Cell(tree.Truncate(v, t), t)
}

// TestWideOperators tries each operator on wide types, with intervals whose random ends are often
// near an end of a word's range.
func TestWideOperators(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 4000 {
		bits := []int{7, 8, 16, 31, 32, 33, 63, 64}[rng.IntN(8)]
		typ := tree.IntType(bits, rng.IntN(2) == 0)
		op := numberOps()[rng.IntN(len(numberOps()))]
		_, x := local(0, typ)
		_, y := local(1, typ)
		f := New(new(int))
		pick := func(ref tree.Expr) tree.Expr {
			a, b := corner(rng, typ), corner(rng, typ)
			s := interval.Set{Lo: interval.Min(a, b), Hi: interval.Max(a, b)}
			f.LearnIn(ref, s)
			in := []interval.Num{s.Lo, s.Hi, corner(rng, typ)}
			for {
				if v := in[rng.IntN(3)]; s.Has(v) {
					return &tree.Const{Expr0: tree.Expr0{T: typ}, Cell: tree.CellOf(v.Big())}
				}
			}
		}
		a, b := pick(x), pick(y)
		of := func(l, r tree.Expr) tree.Expr { return &tree.Binary{Expr0: tree.Expr0{T: typ}, Op: op, L: l, R: r} }
		got, v := f.Bounds(of(x, y)), run(t, of(a, b))
		require.True(t, got.Has(v), "operator %d of %s: %s, %s is %s, not in %s..=%s", op, typ, run(t, a), run(t, b), v, got.Lo, got.Hi)
	}
}
