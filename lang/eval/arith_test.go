package eval_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"testing"

	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// value evaluates a scalar expression.
func value(t testing.TB, x tree.Expr) uint64 {
	t.Helper()
	cells, err := eval.Constant(x, nil, &eval.Limits{Statements: 1 << 20, Cells: 1 << 10})
	if err != nil {
		t.Fatal(err)
	}
	return cells[0]
}

// cell is the cell for the number v modulo 2^bits.
func cell(v *big.Int, typ *tree.Type) uint64 {
	m := new(big.Int).Lsh(big.NewInt(1), uint(typ.Bits))
	r := new(big.Int).Mod(v, m)
	if typ.Signed && r.Bit(typ.Bits-1) == 1 {
		r.Sub(r, m)
	}
	if r.Sign() < 0 {
		return uint64(r.Int64())
	}
	return r.Uint64()
}

func number(c uint64, typ *tree.Type) *big.Int {
	if typ.Signed {
		return big.NewInt(int64(c))
	}
	return new(big.Int).SetUint64(c)
}

// meaning is the result of l op r according to the language definition.
func meaning(op tree.Op, l, r *big.Int, typ *tree.Type) uint64 {
	b := func(c bool) uint64 {
		if c {
			return 1
		}
		return 0
	}
	z := new(big.Int)
	switch op {
	case tree.Add:
		z.Add(l, r)
	case tree.Sub:
		z.Sub(l, r)
	case tree.Mul:
		z.Mul(l, r)
	case tree.Div:
		z.SetInt64(-1)
		if r.Sign() != 0 {
			z.Quo(l, r)
		}
	case tree.Rem:
		z.Set(l)
		if r.Sign() != 0 {
			z.Rem(l, r)
		}
	case tree.BitAnd:
		z.And(l, r)
	case tree.BitOr:
		z.Or(l, r)
	case tree.BitXor:
		z.Xor(l, r)
	case tree.Shl:
		z.Lsh(l, amount(r, typ.Bits))
	case tree.Shr:
		z.Rsh(l, amount(r, typ.Bits))
	case tree.Lt:
		return b(l.Cmp(r) < 0)
	case tree.Le:
		return b(l.Cmp(r) <= 0)
	case tree.Gt:
		return b(l.Cmp(r) > 0)
	case tree.Ge:
		return b(l.Cmp(r) >= 0)
	}
	return cell(z, typ)
}

// amount is r modulo the smallest power of two >= bits.
func amount(r *big.Int, bits int) uint {
	p := int64(1)
	for p < int64(bits) {
		p <<= 1
	}
	return uint(new(big.Int).Mod(r, big.NewInt(p)).Int64())
}

var allOps = []tree.Op{
	tree.Add, tree.Sub, tree.Mul, tree.Div, tree.Rem, tree.BitAnd, tree.BitOr, tree.BitXor, tree.Shl, tree.Shr,
	tree.Lt, tree.Le, tree.Gt, tree.Ge,
}

// compare checks one operation on two numbers twice. First the right number is a constant, then
// the compiler does not know it.
func compare(t *testing.T, op tree.Op, l, r *big.Int, typ *tree.Type) {
	t.Helper()
	result := typ
	if op >= tree.Lt && op <= tree.Ge {
		result = &tree.Type{Kind: tree.Bool}
	}
	lx, rx := constant(cell(l, typ), typ), constant(cell(r, typ), typ)
	want := meaning(op, l, r, typ)
	hidden := &tree.Convert{Expr0: tree.Expr0{T: typ}, X: rx}
	for _, right := range []tree.Expr{rx, hidden} {
		x := &tree.Binary{Expr0: tree.Expr0{T: result}, Op: op, L: lx, R: right}
		if got := value(t, x); got != want {
			t.Fatalf("%s: %s op %d %s = %#x, want %#x", typ, l, op, r, got, want)
		}
	}
}

func constant(c uint64, typ *tree.Type) tree.Expr {
	return &tree.Const{Expr0: tree.Expr0{T: typ}, Cell: c}
}

// TestSmallWidths tries all operands at widths 1 to 4.
func TestSmallWidths(t *testing.T) {
	for bits := 1; bits <= 4; bits++ {
		for _, signed := range []bool{false, true} {
			typ := tree.IntType(bits, signed)
			lo, hi := typ.Interval()
			for l := lo.Int64(); l <= hi.Int64(); l++ {
				for r := lo.Int64(); r <= hi.Int64(); r++ {
					for _, op := range allOps {
						compare(t, op, big.NewInt(l), big.NewInt(r), typ)
					}
				}
			}
		}
	}
}

// TestWideWidths tries corner and random operands at all widths.
func TestWideWidths(t *testing.T) {
	rnd := rand.New(rand.NewSource(7))
	for bits := 5; bits <= 64; bits++ {
		for _, signed := range []bool{false, true} {
			typ := tree.IntType(bits, signed)
			list := corners(rnd, typ)
			for _, op := range allOps {
				for _, l := range list {
					compare(t, op, l, list[rnd.Intn(len(list))], typ)
					compare(t, op, list[rnd.Intn(4)], l, typ)
				}
			}
		}
	}
}

func corners(rnd *rand.Rand, typ *tree.Type) []*big.Int {
	lo, hi := typ.Interval()
	list := []*big.Int{new(big.Int), big.NewInt(1), number(cell(big.NewInt(-1), typ), typ), lo, hi}
	for range 6 {
		list = append(list, number(cell(new(big.Int).SetUint64(rnd.Uint64()>>rnd.Intn(60)), typ), typ))
	}
	return list
}

// TestUnaryAndConvert tries all numbers of 5 bits in all widths to 7.
func TestUnaryAndConvert(t *testing.T) {
	for _, signed := range []bool{false, true} {
		typ := tree.IntType(5, signed)
		lo, hi := typ.Interval()
		for v := lo.Int64(); v <= hi.Int64(); v++ {
			x := constant(uint64(v), typ)
			neg := &tree.Unary{Expr0: tree.Expr0{T: typ}, Op: tree.Neg, X: x}
			not := &tree.Unary{Expr0: tree.Expr0{T: typ}, Op: tree.BitNot, X: x}
			check(t, "-", neg, cell(big.NewInt(-v), typ))
			check(t, "~", not, cell(big.NewInt(-v-1), typ))
			for bits := 1; bits <= 7; bits++ {
				for _, s := range []bool{false, true} {
					to := tree.IntType(bits, s)
					conv := &tree.Convert{Expr0: tree.Expr0{T: to}, X: x}
					check(t, fmt.Sprintf("%s to %s", typ, to), conv, cell(big.NewInt(v), to))
				}
			}
		}
	}
}

func check(t *testing.T, what string, x tree.Expr, want uint64) {
	t.Helper()
	if got := value(t, x); got != want {
		t.Errorf("%s: got %#x, want %#x", what, got, want)
	}
}

// TestClampWithin compares clamp and within with their definition.
func TestClampWithin(t *testing.T) {
	for _, signed := range []bool{false, true} {
		typ := tree.IntType(4, signed)
		lo, hi := typ.Interval()
		for v := lo.Int64(); v <= hi.Int64(); v++ {
			x := constant(uint64(v), typ)
			low, high := constant(uint64(lo.Int64()+2), typ), constant(uint64(hi.Int64()-3), typ)
			c := &tree.Clamp{Expr0: tree.Expr0{T: typ}, X: x, Lo: low, Hi: high}
			check(t, "clamp", c, uint64(max(lo.Int64()+2, min(v, hi.Int64()-3))))
			for _, closed := range []bool{false, true} {
				top := hi.Int64() - 3
				if !closed {
					top--
				}
				w := &tree.Within{Expr0: tree.Expr0{T: tree.OptionOf(typ)}, X: x, Lo: low, Hi: high, Closed: closed}
				cells, err := eval.Constant(w, nil, &eval.Limits{Statements: 9, Cells: 99})
				inside := v >= lo.Int64()+2 && v <= top
				if err != nil || (cells[0] == 1) != inside || inside && cells[1] != uint64(v) || !inside && cells[1] != 0 {
					t.Errorf("%d within: %v %v", v, cells, err)
				}
			}
		}
	}
}
