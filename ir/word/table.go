package word

import "math/bits"

type (
	a3 = [3]uint64
	w3 = [3]int
)

// table has one row per operator. It is never changed after initialisation.
var table = [NumOps]Row{
	Add: {
		Name: "add", Args: 2, Core: true, Commutative: true, Infix: "+", Verilog: "$0 + $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] + a[1] },
	},
	Sub: {
		Name: "sub", Args: 2, Core: true, Infix: "-", Verilog: "$0 - $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] - a[1] },
	},
	Mul: {
		Name: "mul", Args: 2, Core: true, Commutative: true, Infix: "*", Verilog: "$0 * $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] * a[1] },
	},
	Divu: {
		Name: "divu", Args: 2, Core: true, Infix: "divu", Verilog: "($1 == 0) ? {$w{1'b1}} : ($0 / $1)",
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return divu(w, a[0], a[1]) },
	},
	Remu: {
		Name: "remu", Args: 2, Core: true, Infix: "remu", Verilog: "($1 == 0) ? $0 : ($0 % $1)",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return remu(a[0], a[1]) },
	},
	And: {
		Name: "and", Args: 2, Core: true, Commutative: true, Infix: "and", Verilog: "$0 & $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] & a[1] },
	},
	Or: {
		Name: "or", Args: 2, Core: true, Commutative: true, Infix: "or", Verilog: "$0 | $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] | a[1] },
	},
	Xor: {
		Name: "xor", Args: 2, Core: true, Commutative: true, Infix: "xor", Verilog: "$0 ^ $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] ^ a[1] },
	},
	Not: {
		Name: "not", Args: 1, Core: true, Verilog: "~$0",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return ^a[0] },
	},
	Shl: {
		Name: "shl", Args: 2, Widths: Shift, Core: true, Infix: "shl", Verilog: "$0 << $1",
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return a[0] << Amount(a[1], w) },
	},
	Shru: {
		Name: "shru", Args: 2, Widths: Shift, Core: true, Infix: "shru", Verilog: "$0 >> $1",
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return a[0] >> Amount(a[1], w) },
	},
	Shrs: {
		Name: "shrs", Args: 2, Widths: Shift, Core: true, Infix: "shrs", Verilog: "$signed($0) >>> $1",
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return uint64(Signed(a[0], w) >> Amount(a[1], w)) },
	},
	Eq: {
		Name: "eq", Args: 2, Widths: Compare, Inverse: Ne, Core: true, Commutative: true, Infix: "eq", Verilog: "$0 == $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return bit(a[0] == a[1]) },
	},
	Ltu: {
		Name: "ltu", Args: 2, Widths: Compare, Inverse: Geu, Core: true, Infix: "ltu", Verilog: "$0 < $1",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return bit(a[0] < a[1]) },
	},
	Lts: {
		Name: "lts", Args: 2, Widths: Compare, Inverse: Ges, Core: true, Infix: "lts", Verilog: "$signed($0) < $signed($1)",
		Eval: func(_ int, a a3, w w3, _ uint64) uint64 { return bit(Signed(a[0], w[0]) < Signed(a[1], w[1])) },
	},
	Mux: {
		Name: "mux", Args: 3, Widths: Select, Core: true, Verilog: "$0 ? $1 : $2",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 {
			if a[0] != 0 {
				return a[1]
			}
			return a[2]
		},
	},
	Cat: {
		Name: "cat", Args: 2, Widths: Concat, Core: true, Verilog: "{$0, $1}",
		Eval: func(_ int, a a3, w w3, _ uint64) uint64 { return a[0]<<w[1] | a[1] },
	},
	Slice: {
		Name: "slice", Args: 1, Widths: Part, Core: true, Verilog: "$0[$h:$l]",
		Eval: func(_ int, a a3, _ w3, imm uint64) uint64 { return a[0] >> imm },
	},
	Zext: {
		Name: "zext", Args: 1, Widths: Extend, Core: true, Verilog: "{{$x{1'b0}}, $0}",
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return a[0] },
	},
	Sext: {
		Name: "sext", Args: 1, Widths: Extend, Core: true, Verilog: "{{$x{$0[$s]}}, $0}",
		Eval: func(_ int, a a3, w w3, _ uint64) uint64 { return uint64(Signed(a[0], w[0])) },
	},

	Divs: {
		Name: "divs", Args: 2, Infix: "divs", Expand: expandDivs,
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return divs(w, a[0], a[1]) },
	},
	Rems: {
		Name: "rems", Args: 2, Infix: "rems", Expand: expandRems,
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return rems(w, a[0], a[1]) },
	},
	Ne: {
		Name: "ne", Args: 2, Widths: Compare, Inverse: Eq, Commutative: true, Infix: "ne",
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return bit(a[0] != a[1]) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Not(b.Eq(x[0], x[1])) },
	},
	Geu: {
		Name: "geu", Args: 2, Widths: Compare, Inverse: Ltu, Infix: "geu",
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return bit(a[0] >= a[1]) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Not(b.Ltu(x[0], x[1])) },
	},
	Ges: {
		Name: "ges", Args: 2, Widths: Compare, Inverse: Lts, Infix: "ges",
		Eval:   func(_ int, a a3, w w3, _ uint64) uint64 { return bit(Signed(a[0], w[0]) >= Signed(a[1], w[1])) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Not(b.Lts(x[0], x[1])) },
	},
	Neg: {
		Name: "neg", Args: 1,
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return -a[0] },
		Expand: func(b *Builder, w int, x []*Expr, _ uint64) *Expr { return b.Sub(b.Const(w, 0), x[0]) },
	},
	Redor: {
		Name: "redor", Args: 1, Widths: Reduce,
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return bit(a[0] != 0) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Not(b.Eq(x[0], b.Const(x[0].Width, 0))) },
	},
	Redand: {
		Name: "redand", Args: 1, Widths: Reduce,
		Eval: func(_ int, a a3, w w3, _ uint64) uint64 { return bit(a[0] == Mask(w[0])) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr {
			return b.Eq(x[0], b.Const(x[0].Width, Mask(x[0].Width)))
		},
	},
	Redxor: {
		Name: "redxor", Args: 1, Widths: Reduce, Expand: expandRedxor,
		Eval: func(_ int, a a3, _ w3, _ uint64) uint64 { return uint64(bits.OnesCount64(a[0]) & 1) },
	},
	Rotl: {
		Name: "rotl", Args: 2, Widths: Shift, Infix: "rotl", Expand: expandRotl,
		Eval: func(w int, a a3, _ w3, _ uint64) uint64 { return rotl(w, a[0], a[1]) },
	},
	Minu: {
		Name: "minu", Args: 2, Commutative: true,
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return min(a[0], a[1]) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Mux(b.Ltu(x[0], x[1]), x[0], x[1]) },
	},
	Maxu: {
		Name: "maxu", Args: 2, Commutative: true,
		Eval:   func(_ int, a a3, _ w3, _ uint64) uint64 { return max(a[0], a[1]) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Mux(b.Ltu(x[0], x[1]), x[1], x[0]) },
	},
	Mins: {
		Name: "mins", Args: 2, Commutative: true,
		Eval:   func(w int, a a3, _ w3, _ uint64) uint64 { return uint64(min(Signed(a[0], w), Signed(a[1], w))) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Mux(b.Lts(x[0], x[1]), x[0], x[1]) },
	},
	Maxs: {
		Name: "maxs", Args: 2, Commutative: true,
		Eval:   func(w int, a a3, _ w3, _ uint64) uint64 { return uint64(max(Signed(a[0], w), Signed(a[1], w))) },
		Expand: func(b *Builder, _ int, x []*Expr, _ uint64) *Expr { return b.Mux(b.Lts(x[0], x[1]), x[1], x[0]) },
	},
}

func divu(w int, a, b uint64) uint64 {
	if b == 0 {
		return Mask(w)
	}
	return a / b
}

func remu(a, b uint64) uint64 {
	if b == 0 {
		return a
	}
	return a % b
}

func divs(w int, a, b uint64) uint64 {
	if b == 0 {
		return Mask(w)
	}
	if b == Mask(w) { // x / -1 = -x; this includes the minimum, where Go would panic at 64 bits
		return -a
	}
	return uint64(Signed(a, w) / Signed(b, w))
}

func rems(w int, a, b uint64) uint64 {
	if b == 0 {
		return a
	}
	if b == Mask(w) {
		return 0
	}
	return uint64(Signed(a, w) % Signed(b, w))
}

// rotl rotates by the amount modulo the width. For shifts the amount counts modulo a
// power of two instead. But a rotation is meaningful for every amount.
func rotl(w int, a, n uint64) uint64 {
	k := n % uint64(w)
	return a<<k | a>>(uint64(w)-k)
}

func sign(b *Builder, x *Expr) *Expr { return b.Slice(x, x.Width-1, 1) }

func abs(b *Builder, x *Expr) *Expr {
	return b.Mux(sign(b, x), b.Sub(b.Const(x.Width, 0), x), x)
}

func expandDivs(b *Builder, w int, x []*Expr, _ uint64) *Expr {
	q := b.Divu(abs(b, x[0]), abs(b, x[1]))
	flip := b.Xor(sign(b, x[0]), sign(b, x[1]))
	zero := b.Eq(x[1], b.Const(w, 0))
	return b.Mux(zero, b.Const(w, Mask(w)), b.Mux(flip, b.Sub(b.Const(w, 0), q), q))
}

func expandRems(b *Builder, w int, x []*Expr, _ uint64) *Expr {
	r := b.Remu(abs(b, x[0]), abs(b, x[1]))
	return b.Mux(sign(b, x[0]), b.Sub(b.Const(w, 0), r), r)
}

func expandRedxor(b *Builder, _ int, x []*Expr, _ uint64) *Expr {
	out := b.Slice(x[0], 0, 1)
	for i := 1; i < x[0].Width; i++ {
		out = b.Xor(out, b.Slice(x[0], i, 1))
	}
	return out
}

func expandRotl(b *Builder, w int, x []*Expr, _ uint64) *Expr {
	if w == 1 {
		return x[0]
	}
	aw := max(x[1].Width, AmountBits(w)+1)
	n := x[1]
	if n.Width < aw {
		n = b.Zext(n, aw)
	}
	k := b.Remu(n, b.Const(aw, uint64(w)))
	back := b.Sub(b.Const(aw, uint64(w)), k)
	left := b.Shl(x[0], k)
	right := b.Mux(b.Eq(k, b.Const(aw, 0)), b.Const(w, 0), b.Shru(x[0], back))
	return b.Or(left, right)
}
