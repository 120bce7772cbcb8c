package flow

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// The float library is compared with the CPU (ir.EvalFloat is Go's arithmetic). The operands are
// all pairs of structured floats, and random floats that aim at ties, subnormal results, overflow
// and rounding boundaries.

// pairs is the number of random pairs for each operation: a million with SINTER_FULL=1.
func pairs() int {
	if os.Getenv("SINTER_FULL") != "" {
		return 1_000_000
	}
	return 12_000
}

// format describes a float width. places is the number of significand bits after the leading
// bit.
type format struct {
	width  ir.Type
	places int
	bias   int
}

var (
	single = format{32, 23, 127}
	double = format{64, 52, 1023}
)

// make builds the bits of a float. An exponent out of range becomes the nearest exponent of the
// format.
func (f format) make(sign uint64, exp int, sig uint64) uint64 {
	top := 2*f.bias + 1
	exp = max(0, min(exp, top))
	return sign<<(f.width-1) | uint64(exp)<<f.places | sig&(1<<f.places-1)
}

// canonical replaces a NaN by the one NaN of the program IR.
func (f format) canonical(v uint64) uint64 {
	inf := f.make(0, 1<<30, 0)
	switch {
	case v&(1<<(f.width-1)-1) <= inf:
		return v
	case f.width == 32:
		return ir.NaN32
	}
	return ir.NaN64
}

// structured lists floats of every class: zeros, subnormals, the largest float, infinity and
// NaN. It also lists floats near powers of two whose significands have few bits, all bits,
// or bits next to a half.
func (f format) structured() []uint64 {
	ones := uint64(1)<<f.places - 1
	half := uint64(1) << (f.places - 1)
	sigs := []uint64{0, 1, 2, half - 1, half, half + 1, ones - 1, ones}
	var out []uint64
	for _, exp := range []int{0, 1, 2, f.places, f.bias - f.places - 1, f.bias - 2, f.bias - 1, f.bias, f.bias + 1, f.bias + f.places, f.bias + f.places + 1, 2*f.bias - 1, 2 * f.bias} {
		for _, sig := range sigs {
			out = append(out, f.make(0, exp, sig), f.make(1, exp, sig))
		}
	}
	inf := f.make(0, 1<<30, 0)
	return append(out, inf, f.make(1, 1<<30, 0), f.canonical(inf+1))
}

// short is a significand with few bits, so that results are often ties.
func (f format) short(r *rand.Rand) uint64 {
	n := r.IntN(f.places + 1)
	return (r.Uint64() >> (64 - n)) << (f.places - n)
}

// pair makes two operands of one of six kinds.
func (f format) pair(r *rand.Rand, kind int) (a, b uint64) {
	s, t := r.Uint64()&1, r.Uint64()&1
	exp := r.IntN(2*f.bias + 1)
	switch kind {
	case 0: // any bits
		return f.canonical(r.Uint64() >> (64 - f.width)), f.canonical(r.Uint64() >> (64 - f.width))
	case 1: // sums whose operands cancel or barely overlap
		return f.make(s, exp, r.Uint64()), f.make(t, exp+r.IntN(2*f.places+8)-f.places-4, r.Uint64())
	case 2: // ties
		return f.make(s, exp, f.short(r)), f.make(t, exp+r.IntN(f.places+4), f.short(r))
	case 3: // products that are subnormal or nearly
		return f.make(s, exp/2+1, r.Uint64()), f.make(t, f.bias-exp/2-r.IntN(f.places+3), f.short(r))
	case 4: // quotients that are subnormal or overflow, and products that overflow
		other := exp + f.bias - r.IntN(f.places+4) + 1
		if r.IntN(2) == 0 {
			other = exp - f.bias - r.IntN(4) + 2
		}
		return f.make(s, exp, f.short(r)), f.make(t, other, r.Uint64())
	}
	return f.boundary(r)
}

// boundary makes a dividend next to the product of a divisor and a number halfway between two
// floats. For square roots, it makes a number next to the square of such a halfway number.
func (f format) boundary(r *rand.Rand) (a, b uint64) {
	d := r.Uint64()>>(63-f.places) | 1<<f.places // the divisor's significand
	q := (r.Uint64()>>(62-f.places)|1<<(f.places+1))&^1 | 1
	if r.IntN(2) == 0 {
		d = q >> 1 // for roots: q * q / 2, nearly
	}
	hi, lo := bits.Mul64(d<<(10-f.places%2), q)
	n := bits.LeadingZeros64(hi)
	if hi == 0 {
		hi, lo, n = lo, 0, bits.LeadingZeros64(lo)
	}
	sig := (hi<<n | lo>>(64-n)) >> (63 - f.places)
	sig += uint64(r.IntN(3)) - 1
	exp := f.bias - 20 + r.IntN(40)
	return f.make(0, exp, sig), f.make(0, f.bias, d)
}

// library holds callers of the functions by name.
type library struct {
	t     *testing.T
	m     *ir.Module
	calls map[string]*program.Caller
}

func newLibrary(t *testing.T) *library {
	m, err := softFloatModule()
	require.NoError(t, err)
	return &library{t: t, m: m, calls: map[string]*program.Caller{}}
}

func (l *library) caller(name string) *program.Caller {
	if c := l.calls[name]; c != nil {
		return c
	}
	for _, f := range l.m.Funcs {
		if f.Name == name {
			c, err := program.NewCaller(l.m, f)
			require.NoError(l.t, err)
			l.calls[name] = c
			return c
		}
	}
	require.Fail(l.t, "no function", name)
	return nil
}

// check compares one operation.
func check(t *testing.T, c *program.Caller, name string, op ir.Float, out, in ir.Type, words ...uint64) {
	got, err := c.Call(words...)
	if err != nil {
		t.Fatal(err)
	}
	want := ir.EvalFloat(op, out, in, words[0], words[len(words)-1])
	if got[0] != want {
		t.Fatalf("%s of %#x is %#x, want %#x", name, words, got[0], want)
	}
}

// TestSoftFloatPairs checks all operations with two operands.
func TestSoftFloatPairs(t *testing.T) {
	for _, f := range []format{single, double} {
		for _, op := range []ir.Float{ir.FAdd, ir.FSub, ir.FMul, ir.FDiv, ir.FEq, ir.FLt, ir.FLe} {
			name := fmt.Sprintf("f%d_%s", f.width, op.String()[1:])
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				out := f.width
				if op >= ir.FEq {
					out = 1
				}
				c := newLibrary(t).caller(name)
				list := f.structured()
				for _, a := range list {
					for _, b := range list {
						check(t, c, name, op, out, f.width, a, b)
					}
				}
				r := rand.New(rand.NewPCG(uint64(op), uint64(f.width)))
				for n := range pairs() {
					a, b := f.pair(r, n%6)
					check(t, c, name, op, out, f.width, a, b)
				}
			})
		}
	}
}

// TestSoftFloatSingles checks roots and conversions between the formats.
func TestSoftFloatSingles(t *testing.T) {
	for _, f := range []format{single, double} {
		for _, op := range []ir.Float{ir.FSqrt, ir.FConv} {
			name, out := fmt.Sprintf("f%d_sqrt", f.width), f.width
			if op == ir.FConv {
				out = 96 - f.width
				name = fmt.Sprintf("f%d_from_f%d", out, f.width)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := newLibrary(t).caller(name)
				for _, a := range f.structured() {
					check(t, c, name, op, out, f.width, a)
				}
				r := rand.New(rand.NewPCG(uint64(op), uint64(f.width)))
				for n := range pairs() {
					a, _ := f.pair(r, n%6)
					if op == ir.FConv && n%2 == 0 { // in the range of the narrower format
						a = f.make(r.Uint64()&1, f.bias+r.IntN(300)-155, r.Uint64()&^(1<<(f.places-23-r.IntN(2)&(f.places-23))-1))
					}
					check(t, c, name, op, out, f.width, a)
				}
			})
		}
	}
}

// integers returns numbers near powers of two, near ties, and of any length.
func integer(r *rand.Rand, n int, w ir.Type) uint64 {
	v := r.Uint64() >> r.IntN(64)
	switch n % 4 {
	case 0:
		v = 1<<r.IntN(64) + uint64(r.IntN(5)) - 2
	case 1: // few bits at the top and one far below: ties
		v = (r.Uint64()>>40|1<<24)<<r.IntN(40) + uint64(r.IntN(3)) - 1
	case 2:
		v = (r.Uint64()>>11|1<<53)<<r.IntN(11) + uint64(r.IntN(3)) - 1
	}
	if r.IntN(2) == 0 {
		v = -v
	}
	return v & (1<<w - 1 | -uint64(w/64))
}

// TestSoftFloatIntegers checks conversions from and to integers.
func TestSoftFloatIntegers(t *testing.T) {
	for _, f := range []format{single, double} {
		for _, w := range []ir.Type{32, 64} {
			for op, text := range map[ir.Float]string{ir.FFromS: "f%d_from_i%d", ir.FFromU: "f%d_from_u%d", ir.FToS: "f%d_to_i%d", ir.FToU: "f%d_to_u%d"} {
				name := fmt.Sprintf(text, f.width, w)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c := newLibrary(t).caller(name)
					r := rand.New(rand.NewPCG(uint64(op), uint64(f.width+w)))
					if op == ir.FFromS || op == ir.FFromU {
						for n := range pairs() {
							check(t, c, name, op, f.width, w, integer(r, n, w))
						}
						return
					}
					for _, a := range f.structured() {
						check(t, c, name, op, w, f.width, a)
					}
					for n := range pairs() {
						a := f.make(r.Uint64()&1, f.bias+r.IntN(70)-3, f.short(r)+uint64(r.IntN(3))-1)
						if n%8 == 0 {
							a, _ = f.pair(r, 0)
						}
						check(t, c, name, op, w, f.width, a)
					}
				})
			}
		}
	}
}

// halves splits words as the pass legalise does.
func halves(words []uint64, w ir.Type) []uint64 {
	var out []uint64
	for _, v := range words {
		out = append(out, v&math.MaxUint32)
		if w == 64 {
			out = append(out, v>>32)
		}
	}
	return out
}

// TestSoftFloatLegalised calls the library in the form that a core has: with words of 32 bits,
// after all optimisers.
func TestSoftFloatLegalised(t *testing.T) {
	m, err := softFloatModule()
	require.NoError(t, err)
	env := pass.Env{XLen: 32}
	var passes []pass.Pass
	for _, p := range pass.List() {
		if p.Name != "tasks" && p.Name != "dce" && p.Name != "inline" { // the program does not call the functions that the tests call
			passes = append(passes, p)
		}
	}
	require.NoError(t, pass.Run(m, passes, pass.Options{Env: env, Check: true, Seed: 1}))
	l := &library{t: t, m: m, calls: map[string]*program.Caller{}}
	for _, f := range []format{single, double} {
		for _, op := range []ir.Float{ir.FAdd, ir.FSub, ir.FMul, ir.FDiv, ir.FSqrt} {
			name := fmt.Sprintf("f%d_%s", f.width, op.String()[1:])
			c := l.caller(name)
			r := rand.New(rand.NewPCG(7, uint64(op)))
			for n := range 600 {
				a, b := f.pair(r, n%6)
				words := []uint64{a, b}
				if op == ir.FSqrt {
					words = words[:1]
				}
				got, err := c.Call(halves(words, f.width)...)
				require.NoError(t, err)
				want := ir.EvalFloat(op, f.width, f.width, a, words[len(words)-1])
				require.Equal(t, halves([]uint64{want}, f.width), got, "%s of %#x", name, words)
			}
		}
	}
}

// playModule returns the trace of a module as text.
func playModule(t *testing.T, m *ir.Module) string {
	t.Helper()
	mc, err := program.New(m, world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 0)
	require.NoError(t, err)
	tr.Waits = nil
	return trace.Print(tr)
}

// TestRandomFloatsLegalised runs random modules with float operations before and after all
// passes for a core.
func TestRandomFloatsLegalised(t *testing.T) {
	t.Parallel()
	o := irtest.Options{Floats: true, Size: 15}
	for seed := range uint64(120) {
		want := playModule(t, irtest.RandomWith(seed, o))
		m := irtest.RandomWith(seed, o)
		env := pass.Env{XLen: 32, Soft: softFloat}
		require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env, Check: true, Seed: seed}))
		for _, f := range m.Funcs {
			for _, b := range f.Blocks {
				for _, i := range b.Instrs {
					require.NotEqual(t, ir.OpFloat, i.Op)
				}
			}
		}
		require.Equal(t, want, playModule(t, m), "seed %d", seed)
	}
}
