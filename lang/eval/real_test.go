package eval_test

import (
	"math/big"
	"math/rand"
	"testing"

	"github.com/sinter-lang/sinter/lang/tree"
)

// fixMeaning is the value of l op r for fix according to the language definition: exact,
// rounded toward minus infinity, with the low bits kept.
func fixMeaning(op tree.Op, l, r uint64, t *tree.Type) uint64 {
	a, b, z := big.NewInt(int64(l)), big.NewInt(int64(r)), new(big.Int)
	switch op {
	case tree.Add:
		z.Add(a, b)
	case tree.Sub:
		z.Sub(a, b)
	case tree.Mul:
		z.Rsh(z.Mul(a, b), uint(t.Frac))
	case tree.Div:
		z.SetInt64(-1)
		if b.Sign() != 0 {
			a.Lsh(a, uint(t.Frac))
			if b.Sign() < 0 { // Euclidean division rounds down when the divisor is positive
				a.Neg(a)
				b.Neg(b)
			}
			z.Div(a, b)
		}
	}
	return cell(z, tree.IntType(t.Bits, true))
}

func konst(t *tree.Type, c uint64) tree.Expr { return &tree.Const{Expr0: tree.Expr0{T: t}, Cell: c} }

// fixCells are interesting words of N bits, sign-extended.
func fixCells(bits int, rng *rand.Rand) []uint64 {
	typ := tree.IntType(bits, true)
	var list []uint64
	for _, v := range []int64{0, 1, -1, 2, -2, 3, -3} {
		list = append(list, cell(big.NewInt(v), typ))
	}
	for _, k := range []int{0, 1, bits / 2, bits - 2, bits - 1} {
		p := new(big.Int).Lsh(big.NewInt(1), uint(max(k, 0)))
		list = append(list, cell(p, typ), cell(new(big.Int).Sub(p, big.NewInt(1)), typ), cell(new(big.Int).Neg(p), typ))
	}
	for range 12 {
		list = append(list, cell(new(big.Int).SetUint64(rng.Uint64()>>rng.Intn(bits)), typ))
	}
	return list
}

func checkFix(t *testing.T, op tree.Op, typ *tree.Type, l, r uint64) {
	t.Helper()
	x := &tree.Binary{Expr0: tree.Expr0{T: typ}, Op: op, L: konst(typ, l), R: konst(typ, r)}
	if got, want := value(t, x), fixMeaning(op, l, r, typ); got != want {
		t.Fatalf("%s: %d %v %d is %d, want %d", typ, int64(l), op, int64(r), int64(got), int64(want))
	}
}

var fixOps = []tree.Op{tree.Add, tree.Sub, tree.Mul, tree.Div}

// TestFixExhaustive checks each pair of each type of up to 5 bits.
func TestFixExhaustive(t *testing.T) {
	for n := 1; n <= 5; n++ {
		for frac := range n {
			typ := tree.FixType(n-frac, frac)
			for l := range 1 << n {
				for r := range 1 << n {
					for _, op := range fixOps {
						word := tree.IntType(n, true)
						checkFix(t, op, typ, cell(big.NewInt(int64(l)), word), cell(big.NewInt(int64(r)), word))
					}
				}
			}
		}
	}
}

func TestFixWide(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for _, s := range [][2]int{{1, 63}, {64, 0}, {32, 32}, {33, 31}, {2, 40}, {16, 16}, {17, 16}, {8, 8}, {1, 31}, {48, 7}} {
		typ := tree.FixType(s[0], s[1])
		cells := fixCells(typ.Bits, rng)
		for _, l := range cells {
			for _, r := range cells {
				for _, op := range fixOps {
					checkFix(t, op, typ, l, r)
				}
			}
		}
	}
}

// TestFixConvert checks each conversion between fix types, and between fix and integers.
func TestFixConvert(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	types := []*tree.Type{
		tree.FixType(1, 63), tree.FixType(64, 0), tree.FixType(32, 32), tree.FixType(8, 8), tree.FixType(3, 2), tree.FixType(20, 30),
		tree.IntType(64, false), tree.IntType(64, true), tree.IntType(8, true), tree.IntType(3, false), tree.IntType(33, true),
	}
	for _, from := range types {
		for _, to := range types {
			if from.Kind == tree.Int && to.Kind == tree.Int {
				continue
			}
			for _, c := range fixCells(from.Bits, rng) {
				if !from.Signed && from.Kind == tree.Int {
					c = c << (64 - from.Bits) >> (64 - from.Bits)
				}
				z := number(c, &tree.Type{Signed: from.Kind == tree.Fix || from.Signed, Kind: tree.Int, Bits: 64})
				z.Lsh(z, uint(to.Frac))
				z.Rsh(z, uint(from.Frac))
				word := tree.IntType(to.Bits, to.Kind == tree.Fix || to.Signed)
				x := &tree.Convert{Expr0: tree.Expr0{T: to}, X: konst(from, c)}
				if got, want := value(t, x), cell(z, word); got != want {
					t.Fatalf("%s to %s: %d is %d, want %d", from, to, int64(c), int64(got), int64(want))
				}
			}
		}
	}
}

func TestFixBits(t *testing.T) {
	typ := tree.FixType(4, 4)
	for v := range uint64(256) {
		back := &tree.FromBits{Expr0: tree.Expr0{T: typ}, X: konst(tree.IntType(8, false), v)}
		if got := value(t, back); got != uint64(int64(int8(v))) {
			t.Fatalf("from_bits of %d is %d", v, int64(got))
		}
		if got := value(t, &tree.Bits{Expr0: tree.Expr0{T: tree.IntType(8, false)}, X: back}); got != v {
			t.Fatalf("bits of from_bits of %d is %d", v, got)
		}
	}
}
