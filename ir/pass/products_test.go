package pass

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// TestSignedDigits checks that the digits add up to the number and that no two digits are
// adjacent. Small numbers have no sum with fewer digits.
func TestSignedDigits(t *testing.T) {
	value := func(ds []digit) (v uint32) {
		for _, d := range ds {
			if d.minus {
				v -= 1 << d.shift
			} else {
				v += 1 << d.shift
			}
		}
		return v
	}
	r := rand.New(rand.NewPCG(1, 1))
	least := fewest(3)
	for k := range 70_000 {
		c := uint32(k)
		if k > 1<<16 {
			c = r.Uint32() | uint32(k)<<31
		}
		ds := signedDigits(c)
		require.Equal(t, c, value(ds), "%#x", c)
		for _, d := range ds {
			require.Less(t, d.shift, uint64(32), "%#x", c)
		}
		for i := 1; i < len(ds); i++ {
			require.Greater(t, ds[i].shift, ds[i-1].shift+1, "%#x", c)
		}
		if n, ok := least[c]; ok {
			require.Len(t, ds, n, "%#x", c)
		} else {
			require.Greater(t, len(ds), 3, "%#x", c)
		}
	}
	require.Len(t, signedDigits(1500), 4)
}

// TestProductsAreEqual checks that the replacement of a product equals the product.
func TestProductsAreEqual(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for n := range 2000 {
		c := uint64(uint32(n))
		if n > 300 {
			c = 0
			for range 1 + r.IntN(fewDigits) {
				c += uint64(uint32(1-2*r.IntN(2)) << r.IntN(32))
			}
			c &= word.Mask(32)
		}
		f := &ir.Func{Name: "f", Results: []ir.Result{{Type: 32}}}
		b := ir.NewBuilder(f)
		x, y := b.Param(b.B, 32), b.Const(32, c)
		if n%2 == 0 {
			b.Ret(b.Word(word.Mul, 32, x, y))
		} else {
			b.Ret(b.Word(word.Mul, 32, y, x))
		}
		m := &ir.Module{Name: "m", Funcs: []*ir.Func{f}}
		require.Equal(t, len(signedDigits(uint32(c))) <= fewDigits, products(m, nil))
		for range 4 {
			v := r.Uint64() & word.Mask(32)
			require.Equal(t, v*c&word.Mask(32), result(f, v), "%#x * %#x", v, c)
		}
	}
}

// result runs a function of one block and one word.
func result(f *ir.Func, x uint64) uint64 {
	b := f.Blocks[0]
	values := map[*ir.Value]uint64{b.Params[0]: x}
	for _, i := range b.Instrs {
		if i.Op == ir.OpConst {
			values[i.Results[0]] = i.Imm
			continue
		}
		values[i.Results[0]] = word.Eval(i.Word, 32, [3]uint64{values[i.Args[0]], values[i.Args[1]]}, [3]int{32, 32}, 0)
	}
	return values[b.Term.Args[0]]
}

// fewest lists the sums and differences of at most n powers of two.
func fewest(n int) map[uint32]int {
	least, last := map[uint32]int{0: 0}, []uint32{0}
	for k := 1; k <= n; k++ {
		var next []uint32
		for _, v := range last {
			for s := range 32 {
				for _, w := range []uint32{v + 1<<s, v - 1<<s} {
					if _, known := least[w]; !known {
						least[w] = k
						next = append(next, w)
					}
				}
			}
		}
		last = next
	}
	return least
}
