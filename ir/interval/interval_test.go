package interval

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// exactOps computes the operations with math/big. Each row also says whether the bound of Op.Of
// must be the smallest interval that contains all results.
var exactOps = [NumOps]struct {
	tight bool
	f     func(z, a, b *big.Int) *big.Int
}{
	Add: {true, (*big.Int).Add},
	Sub: {true, (*big.Int).Sub},
	Mul: {true, (*big.Int).Mul},
	Quo: {true, (*big.Int).Quo},
	Rem: {false, (*big.Int).Rem},
	And: {false, (*big.Int).And},
	Or:  {false, (*big.Int).Or},
	Xor: {false, (*big.Int).Xor},
	Shl: {true, func(z, a, b *big.Int) *big.Int { return z.Lsh(a, uint(b.Uint64())) }},
	Shr: {true, func(z, a, b *big.Int) *big.Int { return z.Rsh(a, uint(b.Uint64())) }},
}

// TestSetsOfSmallNumbers compares each rule with all numbers in all pairs of intervals of
// five-bit numbers, signed and unsigned.
func TestSetsOfSmallNumbers(t *testing.T) {
	for op := range NumOps {
		for _, ends := range [][2]int64{{0, 31}, {-16, 15}} {
			grid := gridOf(op, ends[0], ends[1])
			grid.rectangles(func(l, r [2]int64, want hull) { checkSet(t, op, l, r, want) })
		}
	}
}

// hull is the smallest interval that contains all defined results. `all` is set if every
// pair of operands has a defined result.
type hull struct {
	least, most int64
	all         bool
}

func (h hull) join(o hull) hull {
	return hull{min(h.least, o.least), max(h.most, o.most), h.all && o.all}
}

// grid holds the results of an operation for all pairs of the numbers from, from+1 and so on.
type grid struct {
	from int64
	at   [][]hull // left, right
}

// gridOf computes an operation for all pairs of numbers.
func gridOf(op Op, lo, hi int64) grid {
	g := grid{from: lo}
	for a := lo; a <= hi; a++ {
		var row []hull
		for b := lo; b <= hi; b++ {
			if b == 0 && (op == Quo || op == Rem) || b < 0 && (op == Shl || op == Shr) {
				row = append(row, hull{})
				continue
			}
			v := exactOps[op].f(new(big.Int), big.NewInt(a), big.NewInt(b)).Int64()
			row = append(row, hull{v, v, true})
		}
		g.at = append(g.at, row)
	}
	return g
}

// rectangles yields all pairs of intervals with the hull of their results. Each hull is computed
// from the hull of a smaller pair, by adding a row or a column of results. For each pair of start
// points, each result is therefore used only once.
func (g grid) rectangles(yield func(l, r [2]int64, h hull)) {
	for a := range g.at {
		columns := slices.Clone(g.at[a])
		for b := a; b < len(g.at); b++ {
			for j, h := range g.at[b] {
				columns[j] = columns[j].join(h)
			}
			for c := range columns {
				h := columns[c]
				for d := c; d < len(columns); d++ {
					h = h.join(columns[d])
					yield([2]int64{g.from + int64(a), g.from + int64(b)}, [2]int64{g.from + int64(c), g.from + int64(d)}, h)
				}
			}
		}
	}
}

func checkSet(t *testing.T, op Op, l, r [2]int64, h hull) {
	s, ok := op.Of(Make(l[0], l[1]), Make(r[0], r[1]))
	if ok != h.all {
		t.Fatalf("op %d of %v and %v: bounded is %v, defined everywhere is %v", op, l, r, ok, h.all)
	}
	if !ok {
		return
	}
	if want := Make(h.least, h.most); !want.Within(s) || exactOps[op].tight && want != s {
		t.Fatalf("op %d of %v and %v: %s..=%s, want %d..=%d", op, l, r, s.Lo, s.Hi, h.least, h.most)
	}
}

// corners64 are the numbers near which 64-bit arithmetic overflows.
func corners64() []Num {
	var out []Num
	for _, k := range []uint{0, 1, 7, 8, 31, 32, 62, 63, 64} {
		p := Int(1).Shl(k)
		for _, v := range []Num{p.Sub(Int(1)), p, p.Neg(), p.Neg().Sub(Int(1))} {
			if v.Cmp(Uint(^uint64(0))) <= 0 && !v.Less(Int(-1<<63)) {
				out = append(out, v)
			}
		}
	}
	return out
}

// TestNumIsExact compares each operation on numbers with math/big, for all pairs of corners and
// for random pairs.
func TestNumIsExact(t *testing.T) {
	nums := corners64()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		nums = append(nums, Int(int64(rng.Uint64())>>rng.UintN(64)), Uint(rng.Uint64()>>rng.UintN(64)))
	}
	for _, a := range nums {
		back, ok := FromBig(a.Big())
		require.True(t, ok)
		require.Equal(t, a, back)
		require.Equal(t, a.Big().BitLen(), a.BitLen())
		for _, b := range nums {
			require.Equal(t, a.Big().Cmp(b.Big()), a.Cmp(b), "%s and %s", a, b)
			for op := range NumOps {
				if b.Sign() == 0 && (op == Quo || op == Rem) || (op == Shl || op == Shr) && (b.Sign() < 0 || Int(maxShift).Less(b)) {
					continue
				}
				s, ok := op.Of(Point(a), Point(b))
				require.True(t, ok)
				require.Equal(t, exactOps[op].f(new(big.Int), a.Big(), b.Big()).String(), s.Lo.String(), "op %d of %s and %s", op, a, b)
				require.Equal(t, s.Lo, s.Hi)
			}
		}
	}
	_, ok := FromBig(new(big.Int).Lsh(big.NewInt(1), 128))
	require.False(t, ok)
	require.Panics(t, func() { Uint(^uint64(0)).Shl(64).Add(Uint(^uint64(0)).Shl(64)) })
}

// TestSetsAtCorners picks numbers from intervals whose ends are near corners.
func TestSetsAtCorners(t *testing.T) {
	nums := corners64()
	rng := rand.New(rand.NewPCG(3, 4))
	pick := func() (Set, []Num) {
		a, b := nums[rng.IntN(len(nums))], nums[rng.IntN(len(nums))]
		s := Set{Min(a, b), Max(a, b)}
		in := []Num{s.Lo, s.Hi}
		for _, n := range nums {
			if s.Has(n) {
				in = append(in, n)
			}
		}
		return s, in
	}
	for range 3000 {
		l, as := pick()
		r, bs := pick()
		for op := range NumOps {
			s, ok := op.Of(l, r)
			if !ok {
				continue
			}
			a, b := as[rng.IntN(len(as))], bs[rng.IntN(len(bs))]
			got := exactOps[op].f(new(big.Int), a.Big(), b.Big())
			n, fits := FromBig(got)
			require.True(t, fits && s.Has(n), "op %d of %s and %s in %s..=%s, %s..=%s: %s is not in %s..=%s", op, a, b, l.Lo, l.Hi, r.Lo, r.Hi, got, s.Lo, s.Hi)
		}
	}
}
