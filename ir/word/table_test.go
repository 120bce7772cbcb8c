package word

import (
	"fmt"
	"math/big"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// The model below computes every operator on numbers of arbitrary size. It follows the text of the
// RISC-V manual and of the package comment, and does not use the table.

func pow2(n int) *big.Int             { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }
func modulo(x *big.Int, w int) uint64 { return new(big.Int).Mod(x, pow2(w)).Uint64() }
func plain(v uint64) *big.Int         { return new(big.Int).SetUint64(v) }

// twos reads v as two's complement.
func twos(v uint64, w int) *big.Int {
	x := plain(v)
	if x.Cmp(pow2(w-1)) >= 0 {
		x.Sub(x, pow2(w))
	}
	return x
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// amount is v modulo the smallest power of two that is at least w.
func amount(v uint64, w int) int {
	m := uint64(1)
	for m < uint64(w) {
		m *= 2
	}
	return int(v % m)
}

// model returns the result of op. a are the operands, and aw their widths.
func model(op Op, w int, a [3]uint64, aw [3]int, imm uint64) uint64 {
	x, y := plain(a[0]), plain(a[1])
	sx, sy := twos(a[0], max(aw[0], 1)), twos(a[1], max(aw[1], 1))
	z := new(big.Int)
	switch op {
	case Add:
		return modulo(z.Add(x, y), w)
	case Sub:
		return modulo(z.Sub(x, y), w)
	case Mul:
		return modulo(z.Mul(x, y), w)
	case Divu:
		if a[1] == 0 {
			return modulo(big.NewInt(-1), w)
		}
		return modulo(z.Div(x, y), w)
	case Remu:
		if a[1] == 0 {
			return a[0]
		}
		return modulo(z.Mod(x, y), w)
	case Divs:
		if a[1] == 0 {
			return modulo(big.NewInt(-1), w)
		}
		return modulo(z.Quo(sx, sy), w)
	case Rems:
		if a[1] == 0 {
			return a[0]
		}
		return modulo(z.Rem(sx, sy), w)
	case And:
		return modulo(z.And(x, y), w)
	case Or:
		return modulo(z.Or(x, y), w)
	case Xor:
		return modulo(z.Xor(x, y), w)
	case Not:
		return modulo(z.Not(x), w)
	case Neg:
		return modulo(z.Neg(x), w)
	case Shl:
		return modulo(z.Lsh(x, uint(amount(a[1], w))), w)
	case Shru:
		return modulo(z.Rsh(x, uint(amount(a[1], w))), w)
	case Shrs:
		return modulo(z.Rsh(sx, uint(amount(a[1], w))), w)
	case Rotl:
		n := uint(a[1] % uint64(w))
		return modulo(z.Add(new(big.Int).Lsh(x, n), new(big.Int).Rsh(x, uint(w)-n)), w)
	case Mux:
		if a[0] == 1 {
			return a[1]
		}
		return a[2]
	case Cat:
		return modulo(z.Add(new(big.Int).Mul(x, pow2(aw[1])), y), w)
	case Slice:
		return modulo(z.Div(x, pow2(int(imm))), w)
	case Zext:
		return modulo(x, w)
	case Sext:
		return modulo(sx, w)
	case Redxor:
		n := 0
		for i := range aw[0] {
			n += int(x.Bit(i))
		}
		return uint64(n % 2)
	}
	return modelOrder(op, w, x, y, sx, sy, aw)
}

// modelOrder is the part of the model for comparisons.
func modelOrder(op Op, w int, x, y, sx, sy *big.Int, aw [3]int) uint64 {
	u, s := x.Cmp(y), sx.Cmp(sy)
	pick := func(first bool, a, b *big.Int) uint64 {
		if first {
			return modulo(a, w)
		}
		return modulo(b, w)
	}
	switch op {
	case Eq:
		return truth(u == 0)
	case Ne:
		return truth(u != 0)
	case Ltu:
		return truth(u < 0)
	case Geu:
		return truth(u >= 0)
	case Lts:
		return truth(s < 0)
	case Ges:
		return truth(s >= 0)
	case Redor:
		return truth(x.Sign() != 0)
	case Redand:
		return truth(x.Cmp(new(big.Int).Sub(pow2(aw[0]), big.NewInt(1))) == 0)
	case Minu:
		return pick(u < 0, x, y)
	case Maxu:
		return pick(u > 0, x, y)
	case Mins:
		return pick(s < 0, sx, sy)
	case Maxs:
		return pick(s > 0, sx, sy)
	}
	panic("no model of " + op.String())
}

// shape is one combination of widths that an operator allows.
type shape struct {
	w   int
	aw  [3]int
	imm uint64
}

// shapes lists the combinations with operands and results of at most limit bits.
func shapes(op Op, limit int) []shape {
	var out []shape
	for w := 1; w <= limit; w++ {
		for p := 1; p <= limit; p++ {
			switch Table(op).Widths {
			case Same:
				if p == 1 {
					out = append(out, shape{w: w, aw: [3]int{w, w, w}})
				}
			case Compare:
				if p == 1 {
					out = append(out, shape{w: 1, aw: [3]int{w, w}})
				}
			case Reduce:
				if p == 1 {
					out = append(out, shape{w: 1, aw: [3]int{w}})
				}
			case Select:
				if p == 1 {
					out = append(out, shape{w: w, aw: [3]int{1, w, w}})
				}
			case Shift:
				out = append(out, shape{w: w, aw: [3]int{w, p}})
			case Concat:
				out = append(out, shape{w: w + p, aw: [3]int{w, p}})
			case Extend:
				if p >= w {
					out = append(out, shape{w: p, aw: [3]int{w}})
				}
			case Part:
				for lo := 0; lo+p <= w; lo++ {
					out = append(out, shape{w: p, aw: [3]int{w}, imm: uint64(lo)})
				}
			}
		}
	}
	return out
}

// bigShape makes a random combination of widths up to 64.
func bigShape(r *rand.Rand, op Op) shape {
	w := 6 + r.Intn(59)
	switch Table(op).Widths {
	case Compare:
		return shape{w: 1, aw: [3]int{w, w}}
	case Reduce:
		return shape{w: 1, aw: [3]int{w}}
	case Select:
		return shape{w: w, aw: [3]int{1, w, w}}
	case Shift:
		return shape{w: w, aw: [3]int{w, 1 + r.Intn(64)}}
	case Concat:
		hi := 1 + r.Intn(w-1)
		return shape{w: w, aw: [3]int{hi, w - hi}}
	case Extend:
		return shape{w: w, aw: [3]int{1 + r.Intn(w)}}
	case Part:
		p := 1 + r.Intn(w)
		return shape{w: p, aw: [3]int{w}, imm: uint64(r.Intn(w - p + 1))}
	}
	return shape{w: w, aw: [3]int{w, w, w}}
}

// corner makes a random value of w bits, often near the ends of the range.
func corner(r *rand.Rand, w int) uint64 {
	ends := []uint64{0, 1, 2, Mask(w), Mask(w) - 1, Mask(w) >> 1, Mask(w)>>1 + 1, uint64(w), uint64(w) - 1, uint64(w) + 1, 63, 64}
	if r.Intn(2) == 0 {
		return ends[r.Intn(len(ends))] & Mask(w)
	}
	return r.Uint64() & Mask(w)
}

// leaves are the operand names of the expressions under test.
var leaves = [3]string{"x", "y", "z"}

// application makes op over leaves.
func application(op Op, s shape) *Expr {
	var b Builder
	var args []*Expr
	for i := range Table(op).Args {
		args = append(args, b.LeafOf(leaves[i], s.aw[i]))
	}
	return b.Make(op, s.w, s.imm, args...)
}

func env(a [3]uint64) func(string) uint64 {
	return func(name string) uint64 { return a[name[0]-'x'] }
}

// check compares row, expansion and model on one set of operands.
func check(t *testing.T, op Op, s shape, a [3]uint64, full, core, simple *Expr) {
	t.Helper()
	want := model(op, s.w, a, s.aw, s.imm)
	if got := Eval(op, s.w, a, s.aw, s.imm); got != want {
		t.Fatalf("%s %+v on %v: row gives %#x, model %#x", op, s, a, got, want)
	}
	for what, e := range map[string]*Expr{"expression": full, "expansion": core, "simplified": simple} {
		if got := e.Eval(env(a)); got != want {
			t.Fatalf("%s %+v on %v: %s %s gives %#x, model %#x", op, s, a, what, e, got, want)
		}
	}
}

func TestRowsExhaustiveSmall(t *testing.T) {
	for op := Bad + 1; op < NumOps; op++ {
		for _, s := range shapes(op, 5) {
			full := application(op, s)
			core, simple := full.Expand(), Simplify(full)
			n := Table(op).Args
			for v := range uint64(1) << (s.aw[0] + s.aw[1]*truthInt(n > 1) + s.aw[2]*truthInt(n > 2)) {
				var a [3]uint64
				rest := v
				for i := range n {
					a[i], rest = rest&Mask(s.aw[i]), rest>>s.aw[i]
				}
				check(t, op, s, a, full, core, simple)
			}
		}
	}
}

func truthInt(b bool) int { return int(truth(b)) }

func TestRowsRandomLarge(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for op := Bad + 1; op < NumOps; op++ {
		for range 150 {
			s := bigShape(r, op)
			full := application(op, s)
			core, simple := full.Expand(), Simplify(full)
			for range 30 {
				var a [3]uint64
				for i := range Table(op).Args {
					a[i] = corner(r, s.aw[i])
				}
				check(t, op, s, a, full, core, simple)
			}
		}
	}
}

// TestTable checks that the properties in the rows are correct.
func TestTable(t *testing.T) {
	cores, names, infixes := 0, map[string]bool{}, map[string]bool{}
	for op := Bad + 1; op < NumOps; op++ {
		row := Table(op)
		require.NotEmpty(t, row.Name, "operator %d", op)
		require.False(t, names[row.Name], "two rows named %s", row.Name)
		names[row.Name] = true
		got, ok := Lookup(row.Name)
		require.True(t, ok && got == op)
		require.Equal(t, row.Core, row.Verilog != "", "%s: a core row has a Verilog template, others have none", op)
		require.Equal(t, row.Core, row.Expand == nil, "%s: exactly the other rows have an expansion", op)
		require.InDelta(t, 2, row.Args, 1)
		if row.Infix != "" {
			require.Equal(t, 2, row.Args, op)
			require.False(t, infixes[row.Infix], "two rows print as %s", row.Infix)
			infixes[row.Infix] = true
		}
		if row.Core {
			cores++
		}
	}
	require.LessOrEqual(t, cores, 20)
	_, ok := Lookup("nonsense")
	require.False(t, ok)
}

// TestCommutative checks in both directions that the flag agrees with the meaning.
func TestCommutative(t *testing.T) {
	for op := Bad + 1; op < NumOps; op++ {
		if row := Table(op); row.Args != 2 || row.Widths == Shift || row.Widths == Concat {
			require.False(t, row.Commutative, op)
			continue
		}
		same := true
		for v := range uint64(1) << 6 {
			x, y := v&7, v>>3
			w := 3
			if Table(op).Widths == Compare {
				w = 1
			}
			aw := [3]int{3, 3}
			same = same && Eval(op, w, [3]uint64{x, y}, aw, 0) == Eval(op, w, [3]uint64{y, x}, aw, 0)
		}
		require.Equal(t, same, Table(op).Commutative, op)
	}
}

// TestExpansionsLeadDown checks that an expansion uses only core rows and rows before its own
// row, so that expansion always ends.
func TestExpansionsLeadDown(t *testing.T) {
	for op := Bad + 1; op < NumOps; op++ {
		if Table(op).Core {
			continue
		}
		full := application(op, bigShape(rand.New(rand.NewSource(int64(op))), op))
		one := Table(op).Expand(&Builder{}, full.Width, full.Args, full.Imm)
		require.Equal(t, full.Width, one.Width)
		visit(one, func(e *Expr) { require.True(t, e.Op == Bad || Table(e.Op).Core || e.Op < op, "%s uses %s", op, e.Op) })
		visit(full.Expand(), func(e *Expr) { require.True(t, e.Op == Bad || Table(e.Op).Core, "%s leaves %s", op, e.Op) })
	}
}

func visit(e *Expr, f func(*Expr)) {
	f(e)
	for _, a := range e.Args {
		visit(a, f)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		op   Op
		w    int
		aw   []int
		imm  uint64
		want string
	}{
		{Add, 8, []int{8, 8}, 0, ""},
		{Add, 8, []int{8, 7}, 0, "add: widths [8 7] do not give width 8"},
		{Add, 8, []int{8}, 0, "add takes 2 operands, got 1"},
		{Add, 65, []int{65, 65}, 0, "add: width 65 is not in 1..64"},
		{Add, 8, []int{8, 8}, 1, "add takes no immediate"},
		{Eq, 2, []int{8, 8}, 0, "eq: widths [8 8] do not give width 2"},
		{Mux, 4, []int{2, 4, 4}, 0, "mux: widths [2 4 4] do not give width 4"},
		{Cat, 9, []int{4, 4}, 0, "cat: widths [4 4] do not give width 9"},
		{Slice, 4, []int{8}, 5, "slice: widths [8] do not give width 4"},
		{Slice, 4, []int{8}, 1 << 63, "slice: widths [8] do not give width 4"},
		{Zext, 4, []int{8}, 0, "zext: widths [8] do not give width 4"},
		{Bad, 4, nil, 0, "no operator 0"},
		{NumOps, 4, nil, 0, fmt.Sprintf("no operator %d", NumOps)},
	} {
		err := Check(c.op, c.w, c.aw, c.imm)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, c.want)
	}
	require.Panics(t, func() { Table(NumOps) })
	require.Panics(t, func() { (&Builder{}).Add((&Builder{}).Const(3, 1), (&Builder{}).Const(4, 1)) })
	require.Panics(t, func() { (&Builder{}).Make(Eq, 2, 0, (&Builder{}).Const(3, 1), (&Builder{}).Const(3, 1)) })
	require.Equal(t, fmt.Sprintf("op%d", NumOps), NumOps.String())
}

// TestInverse checks that for all words exactly one of a comparison and its inverse holds.
func TestInverse(t *testing.T) {
	found := 0
	for op := Bad + 1; op < NumOps; op++ {
		inv, ok := Inverse(op)
		require.Equal(t, Table(op).Widths == Compare, ok, "%s", op)
		if !ok {
			continue
		}
		found++
		back, _ := Inverse(inv)
		require.Equal(t, op, back)
		for x := range uint64(16) {
			for y := range uint64(16) {
				a, w := [3]uint64{x, y}, [3]int{4, 4}
				require.NotEqual(t, Eval(op, 1, a, w, 0), Eval(inv, 1, a, w, 0), "%s of %d and %d", op, x, y)
			}
		}
	}
	require.Equal(t, 6, found)
}
