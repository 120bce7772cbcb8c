package gen

import (
	"fmt"
	"math"
)

// Random values rarely reach three cases: float results at or near the middle between two floats,
// shifts by large amounts that are unknown when the program is compiled, and maps that have been
// full for a long time. The generator knows the right results of these cases, as in library.go.

// format is an IEEE 754 format: its type, and the bits of its significand and exponent.
type format struct {
	name               string
	fraction, exponent int
}

// floatStmt makes an operation on two floats that no compiler pass can evaluate, because one
// operand depends on the clock.
func (g *gen) floatStmt() *node {
	if !g.work(40) {
		return nil
	}
	f := pick(g, []format{{"f32", 23, 8}, {"f64", 52, 11}})
	op := pick(g, []string{"+", "-", "*", "/"})
	a, b := g.closePair(f)
	zero, x := g.name("zero"), g.name("x")
	return list(
		stmt(fmt.Sprintf("let %s: u%d = u%[2]d(bits(now()) >> 63)", zero, f.bits())),
		stmt(fmt.Sprintf("let %s: %s = %[2]s.from_bits(%d ^ %s) %s %[2]s.from_bits(%[6]d)", x, f.name, a, zero, op, b)),
		wrongUnless(fmt.Sprintf("bits(%s)", x), f.apply(op, a, b)),
		shiftsBy(zero, a|b<<f.fraction|1<<63, int(a%64)),
	)
}

// shiftsBy makes shifts of two words and of narrow words by an amount that no compiler pass knows,
// because it depends on the variable `zero`, which is 0 at run time. Random expressions mostly
// shift by constants or by small amounts.
func shiftsBy(zero string, v uint64, n int) *node {
	by := fmt.Sprintf("(u32(%d) ^ u32(%s))", n, zero)
	narrow := fmt.Sprintf("(u16(%d) ^ u16(%s))", v>>48, zero)
	low := n % 16 // an amount is taken modulo 16 for 16 bits
	return list(
		wrongUnless(fmt.Sprintf("u64(i64(u64(%d) ^ u64(%s)) >> %s)", v, zero, by), uint64(int64(v)>>n)),
		wrongUnless(fmt.Sprintf("%s >> %s", narrow, by), v>>48>>low),
		wrongUnless(fmt.Sprintf("u64(i16(%s) >> %s)", narrow, by), uint64(int16(v>>48)>>low)),
	)
}

// wrongUnless makes a statement that reports an error in the library unless an expression has
// the wanted value.
func wrongUnless(x string, want uint64) *node {
	return stmt(fmt.Sprintf("if %s != %d {\nlog.print(\"%s %s\")\n}", x, want, Wrong, x))
}

func (f format) bits() int { return 1 + f.exponent + f.fraction }

// pack makes a float from an exponent around 0 and the bits of a fraction.
func (f format) pack(exponent int, fraction uint64) uint64 {
	bias := 1<<(f.exponent-1) - 1
	return uint64(exponent+bias)<<f.fraction | fraction&(1<<f.fraction-1)
}

// of returns a whole number as a float. The float represents it exactly.
func (f format) of(n uint64) uint64 {
	if f.fraction == 23 {
		return uint64(math.Float32bits(float32(n)))
	}
	return math.Float64bits(float64(n))
}

// apply returns the result that the CPU computes, with the standard NaN.
func (f format) apply(op string, a, b uint64) uint64 {
	if f.fraction == 23 {
		r := compute(op, math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b)))
		if r != r {
			return 0x7fc00000
		}
		return uint64(math.Float32bits(r))
	}
	r := compute(op, math.Float64frombits(a), math.Float64frombits(b))
	if r != r {
		return 0x7ff8000000000000
	}
	return math.Float64bits(r)
}

func compute[T float32 | float64](op string, a, b T) T {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	return a / b
}

// closePair makes two floats whose sum, difference or product is close to the middle between
// two floats. For a sum or a difference, one float is about half of the other float's last bit.
// For a product, both floats are odd numbers, and their product has one bit more than a float
// can hold.
func (g *gen) closePair(f format) (a, b uint64) {
	fraction := func() uint64 { return pick(g, []uint64{0, 1, 1<<f.fraction - 1, g.r.Uint64(), g.r.Uint64()}) }
	e := g.between(-20, 20)
	switch g.between(0, 3) {
	case 0:
		a, b = f.pack(e, g.r.Uint64()), f.pack(e-f.fraction-1, fraction())
	case 1:
		a, b = f.pack(e, fraction()), f.pack(e-g.between(0, f.fraction+3), fraction())
	case 2:
		k := g.between(2, f.fraction)
		low := func(n int) uint64 { return g.r.Uint64()&(1<<n-1) | 1 | 1<<(n-1) }
		a, b = f.of(low(k)), f.of(low(f.fraction+2-k))
	default:
		a, b = f.pack(e, g.r.Uint64()), f.pack(g.between(-20, 20), g.r.Uint64())
	}
	if g.oneIn(2) {
		a |= 1 << (f.bits() - 1)
	}
	if g.oneIn(2) {
		a, b = b, a
	}
	return a, b
}

// fullMap makes statements that put too many keys into a map with one set and check which keys
// remain. The keys are enough to replace all entries at least once.
func (g *gen) fullMap() *node {
	if !g.work(60) {
		return nil
	}
	ways := g.between(1, 4)
	puts := 2*ways + g.between(1, ways)
	held := make([]int, ways) // the key in each way; the first keys fill unused ways
	for k := range puts {
		held[k%ways] = k
	}
	m := g.name("full")
	lines := []string{
		fmt.Sprintf("var %s: map<u8, u32, %d>", m, ways),
		fmt.Sprintf("for k in 0..%d {\n%s.put(u8(k), u32(k) * 3 + 1)\n}", puts, m),
	}
	out := list(stmt(lines[0]), stmt(lines[1]))
	for _, key := range []int{g.between(0, puts-1), max(0, puts-2)} {
		want := uint64(0)
		if held[key%ways] == key {
			want = uint64(key*3 + 1)
		}
		out.kids = append(out.kids, wrongUnless(fmt.Sprintf("%s.get(%d, 0)", m, key), want))
	}
	return out
}
