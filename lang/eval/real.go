package eval

import (
	"math"
	"math/bits"

	"github.com/sinter-lang/sinter/lang/tree"
)

// Fixed point. A cell holds the word of a fix, which is its value times 2^F, sign-extended.

// fixMul computes the exact product of two words in 128 bits, rounded toward minus infinity. The
// caller truncates the result.
func fixMul(a, b uint64, frac int) uint64 {
	hi, lo := bits.Mul64(a, b) // the words read as unsigned
	if int64(a) < 0 {
		hi -= b
	}
	if int64(b) < 0 {
		hi -= a
	}
	return hi<<(64-frac) | lo>>frac
}

// fixDiv computes the exact quotient, rounded toward minus infinity. A divisor of 0 gives all
// ones.
func fixDiv(a, b uint64, frac int) uint64 {
	if b == 0 {
		return ^uint64(0)
	}
	n, d := magnitude(a), magnitude(b)
	hi, lo := n>>(64-frac), n<<frac
	q, r := bits.Div64(hi%d, lo, d) // the low 64 bits of the quotient
	if int64(a) < 0 == (int64(b) < 0) {
		return q
	}
	if r != 0 {
		q++
	}
	return -q
}

func magnitude(v uint64) uint64 {
	if int64(v) < 0 {
		return -v
	}
	return v
}

// fixBinary compiles products and quotients of fix. All other operations are the same as for
// integers.
func fixBinary(x *tree.Binary, l, r scalarCode) scalarCode {
	w, frac := wordOf(x.T), x.T.Frac
	if x.Op == tree.Mul {
		return w.cutting(func(m *machine) uint64 { a := l(m); return fixMul(a, r(m), frac) })
	}
	return w.cutting(func(m *machine) uint64 { a := l(m); return fixDiv(a, r(m), frac) })
}

// Floating point. A cell holds the IEEE 754 bits. Every NaN has the same bits.

// The only NaN of each width.
const (
	nan32 = 0x7fc00000
	nan64 = 0x7ff8000000000000
)

// format states how floats of one width are read and written.
type format int

func (f format) load(c uint64) float64 {
	if f == 32 {
		return float64(math.Float32frombits(uint32(c)))
	}
	return math.Float64frombits(c)
}

// store rounds to the width and replaces every NaN by the standard NaN.
func (f format) store(v float64) uint64 {
	switch {
	case v != v && f == 32:
		return nan32
	case v != v:
		return nan64
	case f == 32:
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(v)
}

// arith32 and arith64 compute one operation and round the result once. The conversions of the
// result keep the Go compiler from fusing operations.
func arith32(op tree.Op, a, b float32) float32 {
	switch op {
	case tree.Add:
		return float32(a + b)
	case tree.Sub:
		return float32(a - b)
	case tree.Mul:
		return float32(a * b)
	}
	return float32(a / b)
}

func arith64(op tree.Op, a, b float64) float64 {
	switch op {
	case tree.Add:
		return float64(a + b)
	case tree.Sub:
		return float64(a - b)
	case tree.Mul:
		return float64(a * b)
	}
	return float64(a / b)
}

// floatBinary compiles arithmetic and comparisons of floats.
func floatBinary(x *tree.Binary, l, r scalarCode) scalarCode {
	f, op := format(x.L.Type().Bits), x.Op
	switch {
	case op >= tree.Lt && op <= tree.Ge:
		return func(m *machine) uint64 { a := l(m); return floatCompare(op, f.load(a), f.load(r(m))) }
	case f == 32:
		return func(m *machine) uint64 {
			a := math.Float32frombits(uint32(l(m)))
			return f.store(float64(arith32(op, a, math.Float32frombits(uint32(r(m))))))
		}
	}
	return func(m *machine) uint64 {
		a := math.Float64frombits(l(m))
		return f.store(arith64(op, a, math.Float64frombits(r(m))))
	}
}

func floatCompare(op tree.Op, a, b float64) uint64 {
	switch op {
	case tree.Lt:
		return one(a < b)
	case tree.Le:
		return one(a <= b)
	case tree.Gt:
		return one(a > b)
	}
	return one(a >= b)
}

func floatEqual(x *tree.Equal, l, r scalarCode) scalarCode {
	f, ne := format(x.L.Type().Bits), one(x.Ne)
	return func(m *machine) uint64 { a := l(m); return one(f.load(a) == f.load(r(m))) ^ ne }
}

// floatUnary compiles negation and sqrt.
func floatUnary(x *tree.Unary, v scalarCode) scalarCode {
	f := format(x.T.Bits)
	if x.Op == tree.Neg {
		return func(m *machine) uint64 { return f.store(-f.load(v(m))) }
	}
	// For an f32, the root is rounded first to f64 and then to f32. This double rounding still gives
	// the correctly rounded root, because 53 >= 2*24 + 2 (Figueroa, "When is double rounding
	// innocuous?", 1995).
	return func(m *machine) uint64 { return f.store(math.Sqrt(f.load(v(m)))) }
}

// realBits compiles the word of a fix or float as an unsigned integer.
func (c *compiler) realBits(x *tree.Bits) scalarCode { return wordOf(x.T).cutting(c.scalar(x.X)) }

func (c *compiler) fromBits(x *tree.FromBits) scalarCode {
	v := c.scalar(x.X)
	if x.T.Kind == tree.Fix {
		return wordOf(x.T).cutting(v)
	}
	f := format(x.T.Bits)
	return func(m *machine) uint64 { return f.store(f.load(v(m))) }
}

// realConvert compiles conversions from and to fix and floats.
func (c *compiler) realConvert(x *tree.Convert) scalarCode {
	v, from, to := c.scalar(x.X), x.X.Type(), x.T
	switch {
	case from.Kind == tree.Float && to.Kind == tree.Float:
		a, b := format(from.Bits), format(to.Bits)
		return func(m *machine) uint64 { return b.store(a.load(v(m))) }
	case from.Kind == tree.Float:
		return floatToInt(v, format(from.Bits), wordOf(to))
	case to.Kind == tree.Float:
		return intToFloat(v, wordOf(from), to.Bits)
	case from.Frac > to.Frac: // an arithmetic shift rounds toward minus infinity
		n := from.Frac - to.Frac
		return wordOf(to).cutting(func(m *machine) uint64 { return uint64(int64(v(m)) >> n) })
	}
	n := to.Frac - from.Frac
	return wordOf(to).cutting(func(m *machine) uint64 { return v(m) << n })
}

// floatToInt compiles a conversion that rounds toward zero and saturates. NaN gives the largest
// value.
func floatToInt(v scalarCode, f format, w word) scalarCode {
	low, high, top := 0.0, math.Ldexp(1, int(w.bits)), w.mask // low <= result < high
	if w.signed {
		low, high, top = -high/2, high/2, w.mask>>1
	}
	return func(m *machine) uint64 {
		x := math.Trunc(f.load(v(m)))
		switch {
		case x != x || x >= high:
			return top
		case x < low && w.signed:
			return ^top
		case x < low:
			return 0
		case x < 0:
			return uint64(int64(x))
		}
		return uint64(x)
	}
}

func intToFloat(v scalarCode, w word, to int) scalarCode {
	f := format(to)
	switch {
	case w.signed && to == 32:
		return func(m *machine) uint64 { return uint64(math.Float32bits(float32(int64(v(m))))) }
	case w.signed:
		return func(m *machine) uint64 { return f.store(float64(int64(v(m)))) }
	case to == 32:
		return func(m *machine) uint64 { return uint64(math.Float32bits(float32(v(m)))) }
	}
	return func(m *machine) uint64 { return f.store(float64(v(m))) }
}
