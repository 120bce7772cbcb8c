package ir

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// floatFunc is a module with one operation.
func floatFunc(op, in, out string, args int) string {
	second := ""
	if args == 2 {
		second = ", v1"
	}
	return fmt.Sprintf("module m\n\nfunc @f(v1: %s) -> (%s) {\nb0(v1):\n  v2: %s = %s v1%s\n  ret v2\n}\n", in, out, out, op, second)
}

func TestFloatText(t *testing.T) {
	for op := Float(0); op < NumFloats; op++ {
		found, ok := LookupFloat(op.String())
		require.True(t, ok)
		require.Equal(t, op, found)
		out := map[bool]string{true: "i1", false: "i64"}[op >= FEq && op <= FLe]
		in := map[bool]string{true: "i32", false: "i64"}[op >= FConv]
		text := floatFunc(op.String(), in, out, floats[op].args)
		m, err := Parse(&diag.File{Name: "m.sir", Text: text})
		require.NoError(t, err)
		require.Equal(t, text, Print(m))
		require.NoError(t, Verify(m), op.String())
	}
	_, ok := LookupFloat("add")
	require.False(t, ok)
	require.Equal(t, "?", NumFloats.String())
}

func TestFloatVerify(t *testing.T) {
	for _, c := range []struct {
		op, in, out string
		args        int
		want        string
	}{
		{"fadd", "i32", "i64", 2, "fadd of i32 does not give i64"},
		{"fadd", "i16", "i16", 2, "fadd takes words of 32 or of 64 bits"},
		{"fadd", "i32", "i32", 1, "fadd takes 2 words and gives one"},
		{"fsqrt", "i64", "i64", 2, "fsqrt takes 1 words and gives one"},
		{"flt", "i64", "i64", 2, "flt of i64 does not give i64"},
		{"fconv", "i64", "i64", 1, "fconv of i64 does not give i64"},
		{"fconv", "i64", "i16", 1, "fconv of i64 does not give i16"},
		{"ftos", "i32", "i8", 1, "ftos of i32 does not give i8"},
	} {
		m, err := Parse(&diag.File{Name: "m.sir", Text: floatFunc(c.op, c.in, c.out, c.args)})
		if err == nil {
			err = Verify(m)
		}
		require.ErrorContains(t, err, c.want)
	}
}

// round is the float that is nearest to an exact number, computed with numbers of arbitrary
// size.
func round(t Type, x *big.Float) uint64 {
	if t == 32 {
		f, _ := x.Float32()
		return uint64(math.Float32bits(f))
	}
	f, _ := x.Float64()
	return math.Float64bits(f)
}

func exactly(t Type, v uint64) *big.Float {
	if t == 32 {
		return big.NewFloat(float64(math.Float32frombits(uint32(v)))).SetPrec(2400)
	}
	return big.NewFloat(math.Float64frombits(v)).SetPrec(2400)
}

// TestFloatIsExactArithmeticRounded compares EvalFloat with arithmetic on numbers of arbitrary
// size, rounded once.
func TestFloatIsExactArithmeticRounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 20000 {
		typ := []Type{32, 64}[n%2]
		a, b := r.Uint64()>>(64-typ), r.Uint64()>>(64-typ)
		if n%3 == 0 { // near each other
			b = a ^ r.Uint64()>>(64-typ+8)
		}
		x, y := math.Float64frombits(a), math.Float64frombits(b)
		if typ == 32 {
			x, y = float64(math.Float32frombits(uint32(a))), float64(math.Float32frombits(uint32(b)))
		}
		if math.IsNaN(x) || math.IsNaN(y) || math.IsInf(x, 0) || math.IsInf(y, 0) || x == 0 || y == 0 || x == -y || x == y {
			continue
		}
		p, q, z := exactly(typ, a), exactly(typ, b), new(big.Float).SetPrec(2400)
		require.Equal(t, round(typ, z.Add(p, q)), EvalFloat(FAdd, typ, typ, a, b), "%x + %x", a, b)
		require.Equal(t, round(typ, z.Sub(p, q)), EvalFloat(FSub, typ, typ, a, b), "%x - %x", a, b)
		require.Equal(t, round(typ, z.Mul(p, q)), EvalFloat(FMul, typ, typ, a, b), "%x * %x", a, b)
		require.Equal(t, round(typ, z.Quo(p, q)), EvalFloat(FDiv, typ, typ, a, b), "%x / %x", a, b)
		require.Equal(t, round(96-typ, p), EvalFloat(FConv, 96-typ, typ, a, 0), "%x", a)
		if x > 0 {
			require.Equal(t, round(typ, z.Sqrt(p)), EvalFloat(FSqrt, typ, typ, a, 0), "sqrt %x", a)
		}
	}
}

func TestFloatNaN(t *testing.T) {
	const inf32, inf64 = 0x7f800000, 0x7ff0000000000000
	require.EqualValues(t, NaN32, EvalFloat(FSub, 32, 32, inf32, inf32))
	require.EqualValues(t, NaN64, EvalFloat(FMul, 64, 64, inf64, 0))
	require.EqualValues(t, NaN64, EvalFloat(FDiv, 64, 64, 0, 0))
	require.EqualValues(t, NaN32, EvalFloat(FSqrt, 32, 32, 0xbf800000, 0))
	require.EqualValues(t, uint64(1)<<63, EvalFloat(FSqrt, 64, 64, 1<<63, 0))
	require.EqualValues(t, NaN32, EvalFloat(FConv, 32, 64, inf64+1, 0))
	require.EqualValues(t, NaN32, EvalFloat(FAdd, 32, 32, 0xffffffff, 0))
	require.EqualValues(t, 0, EvalFloat(FEq, 1, 32, NaN32, NaN32))
	require.EqualValues(t, 1, EvalFloat(FEq, 1, 32, 1<<31, 0))
	for _, c := range []struct {
		op   Float
		out  Type
		in   uint64
		want uint64
	}{
		{FToS, 32, NaN64, 0x7fffffff},
		{FToU, 32, NaN64, 0xffffffff},
		{FToS, 64, NaN64, 1<<63 - 1},
		{FToU, 64, NaN64, 1<<64 - 1},
		{FToS, 32, math.Float64bits(-2147483649.5), 0x80000000},
		{FToS, 32, math.Float64bits(-1.9), 0xffffffff},
		{FToU, 32, math.Float64bits(-0.9), 0},
		{FToU, 32, math.Float64bits(4294967295.9), 0xffffffff},
		{FToS, 64, math.Float64bits(-1e30), 1 << 63},
		{FToU, 64, math.Float64bits(18446744073709549568), 18446744073709549568},
	} {
		require.Equal(t, c.want, EvalFloat(c.op, c.out, 64, c.in, 0), "%s %x", c.op, c.in)
	}
}
