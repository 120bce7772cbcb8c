package interval

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// exactOps are the operations as math/big computes them, and whether the bound is
// the smallest interval that holds all results.
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

// TestSetsOfSmallNumbers compares each rule with all numbers of all intervals.
func TestSetsOfSmallNumbers(t *testing.T) {
	lo, hi := int64(-6), int64(9)
	if testkit.Campaign() {
		lo, hi = -16, 16
	}
	for op := range NumOps {
		table := map[[2]int64]int64{}
		for a := lo; a <= hi; a++ {
			for b := lo; b <= hi; b++ {
				if b == 0 && (op == Quo || op == Rem) || b < 0 && (op == Shl || op == Shr) {
					continue
				}
				table[[2]int64{a, b}] = exactOps[op].f(new(big.Int), big.NewInt(a), big.NewInt(b)).Int64()
			}
		}
		for l := range intervals(lo, hi) {
			for r := range intervals(lo, hi) {
				checkSet(t, op, l, r, table)
			}
		}
	}
}

// intervals yields each lo..=hi with its ends.
func intervals(lo, hi int64) func(func([2]int64) bool) {
	return func(yield func([2]int64) bool) {
		for a := lo; a <= hi; a++ {
			for b := a; b <= hi; b++ {
				if !yield([2]int64{a, b}) {
					return
				}
			}
		}
	}
}

func checkSet(t *testing.T, op Op, l, r [2]int64, table map[[2]int64]int64) {
	s, ok := op.Of(Make(l[0], l[1]), Make(r[0], r[1]))
	all := true
	least, most := int64(1<<62), int64(-1<<62)
	for b := r[0]; b <= r[1]; b++ {
		for a := l[0]; a <= l[1]; a++ {
			v, defined := table[[2]int64{a, b}]
			all = all && defined
			least, most = min(least, v), max(most, v)
		}
	}
	if ok != all {
		t.Fatalf("op %d of %v and %v: bounded is %v, defined everywhere is %v", op, l, r, ok, all)
	}
	if !ok {
		return
	}
	if want := Make(least, most); !want.Within(s) || exactOps[op].tight && want != s {
		t.Fatalf("op %d of %v and %v: %s..=%s, want %d..=%d", op, l, r, s.Lo, s.Hi, least, most)
	}
}

// corners64 are the numbers around which arithmetic of 64 bits goes wrong.
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

// TestNumIsExact compares each operation of numbers with math/big at all pairs of
// corners and at random ones.
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

// TestSetsAtCorners picks numbers of intervals between corners.
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
