package eval_test

import (
	"math"
	"math/big"
	"math/rand"
	"testing"

	"github.com/sinter-lang/sinter/lang/tree"
)

func binaryOf(op tree.Op, t *tree.Type, l, r uint64) tree.Expr {
	return &tree.Binary{Expr0: tree.Expr0{T: t}, Op: op, L: konst(t, l), R: konst(t, r)}
}

// nearest is the float nearest to an exact number.
func nearest(t *tree.Type, x *big.Float) uint64 {
	if t.Bits == 32 {
		f, _ := x.Float32()
		return uint64(math.Float32bits(f))
	}
	f, _ := x.Float64()
	return math.Float64bits(f)
}

func float(t *tree.Type, c uint64) float64 {
	if t.Bits == 32 {
		return float64(math.Float32frombits(uint32(c)))
	}
	return math.Float64frombits(c)
}

// TestFloatArithmetic compares with arithmetic on numbers of arbitrary size, rounded once.
func TestFloatArithmetic(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for n := range 6000 {
		typ := tree.FloatType([]int{32, 64}[n%2])
		a := rng.Uint64() >> (64 - typ.Bits)
		b := a ^ rng.Uint64()>>(64-typ.Bits+n%12)
		x, y := float(typ, a), float(typ, b)
		if x-x != 0 || y-y != 0 || x == 0 || y == 0 || x == y || x == -y {
			continue
		}
		p, q, z := big.NewFloat(x).SetPrec(2400), big.NewFloat(y).SetPrec(2400), new(big.Float).SetPrec(2400)
		for op, want := range map[tree.Op]uint64{
			tree.Add: nearest(typ, z.Add(p, q)), tree.Sub: nearest(typ, z.Sub(p, q)),
			tree.Mul: nearest(typ, z.Mul(p, q)), tree.Div: nearest(typ, z.Quo(p, q)),
		} {
			if got := value(t, binaryOf(op, typ, a, b)); got != want {
				t.Fatalf("%x %v %x of %s is %x, want %x", a, op, b, typ, got, want)
			}
		}
		if x > 0 {
			root := &tree.Unary{Expr0: tree.Expr0{T: typ}, Op: tree.Sqrt, X: konst(typ, a)}
			if got, want := value(t, root), nearest(typ, z.Sqrt(p)); got != want {
				t.Fatalf("sqrt of %x is %x, want %x", a, got, want)
			}
		}
	}
}

// TestFloatNaN checks that a NaN has only one form, and that comparisons with it are false.
func TestFloatNaN(t *testing.T) {
	for _, c := range []struct {
		typ      *tree.Type
		inf, nan uint64
	}{{tree.FloatType(32), 0x7f800000, 0x7fc00000}, {tree.FloatType(64), 0x7ff0000000000000, 0x7ff8000000000000}} {
		raw := &tree.FromBits{Expr0: tree.Expr0{T: c.typ}, X: konst(tree.IntType(c.typ.Bits, false), c.inf|1)}
		negated := &tree.Unary{Expr0: tree.Expr0{T: c.typ}, Op: tree.Neg, X: raw}
		for _, x := range []tree.Expr{
			raw, negated, binaryOf(tree.Sub, c.typ, c.inf, c.inf), binaryOf(tree.Div, c.typ, 0, 0), binaryOf(tree.Mul, c.typ, c.inf, 0),
			&tree.Unary{Expr0: tree.Expr0{T: c.typ}, Op: tree.Sqrt, X: konst(c.typ, c.inf|1<<(c.typ.Bits-1))},
		} {
			if got := value(t, x); got != c.nan {
				t.Errorf("%T gives %x", x, got)
			}
		}
		boolean := tree.Expr0{T: &tree.Type{Kind: tree.Bool}}
		for _, op := range []tree.Op{tree.Lt, tree.Le, tree.Gt, tree.Ge} {
			if value(t, &tree.Binary{Expr0: boolean, Op: op, L: raw, R: konst(c.typ, 0)}) != 0 {
				t.Errorf("NaN %v 0", op)
			}
		}
		if value(t, &tree.Equal{Expr0: boolean, L: raw, R: raw}) != 0 || value(t, &tree.Equal{Expr0: boolean, Ne: true, L: raw, R: raw}) != 1 {
			t.Error("NaN == NaN")
		}
		if value(t, &tree.Equal{Expr0: boolean, L: konst(c.typ, 0), R: konst(c.typ, 1<<(c.typ.Bits-1))}) != 1 {
			t.Error("0 != -0")
		}
	}
}

// toInteger is the conversion from a float to an integer according to the language definition.
func toInteger(x float64, t *tree.Type) uint64 {
	lo, hi := t.Interval()
	switch {
	case x != x || math.IsInf(x, 1):
		return cell(hi, t)
	case math.IsInf(x, -1):
		return cell(lo, t)
	}
	z, _ := big.NewFloat(x).Int(nil)
	if z.Cmp(lo) < 0 {
		z = lo
	}
	if z.Cmp(hi) > 0 {
		z = hi
	}
	return cell(z, t)
}

// TestFloatConvert checks conversions between floats and integers of all widths.
func TestFloatConvert(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	for bits := 1; bits <= 64; bits++ {
		for _, typ := range []*tree.Type{tree.IntType(bits, false), tree.IntType(bits, true)} {
			for _, f := range []*tree.Type{tree.FloatType(32), tree.FloatType(64)} {
				for n := range 24 {
					x := math.Ldexp(rng.Float64()*2-1, bits-1+n%4)
					switch n {
					case 0:
						x = math.Inf(1)
					case 1:
						x = math.Inf(-1)
					case 2:
						x = math.NaN()
					case 3:
						x = math.Ldexp(1, bits)
					}
					c := nearest64(f, x)
					conv := &tree.Convert{Expr0: tree.Expr0{T: typ}, X: konst(f, c)}
					if got, want := value(t, conv), toInteger(float(f, c), typ); got != want {
						t.Fatalf("%s(%x) of %s is %x, want %x", typ, c, f, got, want)
					}
					v := cell(new(big.Int).SetUint64(rng.Uint64()), typ)
					back := &tree.Convert{Expr0: tree.Expr0{T: f}, X: konst(typ, v)}
					if got, want := value(t, back), nearest(f, new(big.Float).SetInt(number(v, typ))); got != want {
						t.Fatalf("%s(%d) of %s is %x, want %x", f, v, typ, got, want)
					}
				}
			}
		}
	}
}

func nearest64(t *tree.Type, x float64) uint64 {
	switch {
	case t.Bits == 64 && x != x:
		return 0x7ff8000000000000
	case x != x:
		return 0x7fc00000
	case t.Bits == 32:
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}
