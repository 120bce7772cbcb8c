package word

import "math/bits"

// Graph is the interface through which Rewrite sees a graph of words. The nodes are expressions
// here and nodes of a circuit in ir/rtl.
type Graph[T comparable] interface {
	Width(x T) int
	// ConstOf returns the value of a constant.
	ConstOf(x T) (v uint64, ok bool)
	// App splits an application into its parts. For any other node, op is Bad.
	App(x T) (op Op, imm uint64, args []T)
	MakeConst(w int, v uint64) T
	// Make applies an operator. It may call Rewrite.
	Make(op Op, w int, imm uint64, args ...T) T
}

// Rewrite simplifies the application of op. The result is a constant, an operand, or an
// application of fewer or simpler operators. Rewrite returns false if it finds none. Widths
// must fit.
func Rewrite[T comparable](g Graph[T], op Op, w int, imm uint64, args []T) (T, bool) {
	r := reducer[T]{g: g, op: op, w: w, imm: imm, args: append([]T(nil), args...)}
	if x, ok := r.fold(); ok {
		return x, true
	}
	if Table(op).Commutative {
		if _, c := g.ConstOf(r.args[0]); c {
			r.args[0], r.args[1] = r.args[1], r.args[0]
		}
	}
	switch op {
	case Mux:
		return r.mux()
	case Slice:
		return r.slice()
	case Zext, Sext:
		return r.extend()
	case Cat:
		return r.cat()
	case Not:
		return r.not()
	}
	if len(args) == 2 {
		if x, ok := r.same(); ok {
			return x, true
		}
		if v, ok := g.ConstOf(r.args[1]); ok {
			return r.right(v)
		}
		if v, ok := g.ConstOf(r.args[0]); ok && v == 0 {
			return r.leftZero()
		}
	}
	return r.no()
}

type reducer[T comparable] struct {
	g    Graph[T]
	op   Op
	w    int
	imm  uint64
	args []T
}

func (r *reducer[T]) no() (T, bool) {
	var none T
	return none, false
}

func (r *reducer[T]) constant(v uint64) (T, bool) { return r.g.MakeConst(r.w, v&Mask(r.w)), true }

func (r *reducer[T]) make(op Op, imm uint64, args ...T) (T, bool) {
	return r.g.Make(op, r.w, imm, args...), true
}

// fold computes an application whose operands are all constant.
func (r *reducer[T]) fold() (T, bool) {
	var a [3]uint64
	var aw [3]int
	for i, x := range r.args {
		v, ok := r.g.ConstOf(x)
		if !ok {
			return r.no()
		}
		a[i], aw[i] = v, r.g.Width(x)
	}
	return r.constant(Eval(r.op, r.w, a, aw, r.imm))
}

// same simplifies applications whose two operands are equal.
func (r *reducer[T]) same() (T, bool) {
	if r.args[0] != r.args[1] {
		return r.no()
	}
	switch r.op {
	case Sub, Xor, Ltu, Lts, Ne:
		return r.constant(0)
	case Eq, Geu, Ges:
		return r.constant(1)
	case And, Or, Minu, Maxu, Mins, Maxs:
		return r.args[0], true
	}
	return r.no()
}

// right simplifies applications whose second operand is the constant v.
func (r *reducer[T]) right(v uint64) (T, bool) {
	x := r.args[0]
	ones := Mask(r.g.Width(x))
	switch {
	case v == 0:
		return r.rightZero()
	case v == ones:
		return r.rightOnes()
	}
	if v&(v-1) != 0 {
		return r.no()
	}
	k := uint64(bits.TrailingZeros64(v))
	switch r.op {
	case Mul:
		return r.power(Shl, k)
	case Divu:
		return r.power(Shru, k)
	case Remu:
		return r.make(And, 0, x, r.g.MakeConst(r.w, v-1))
	}
	return r.no()
}

// power replaces an operation whose second operand is 2^k by a shift by k.
func (r *reducer[T]) power(shift Op, k uint64) (T, bool) {
	if k == 0 {
		return r.args[0], true
	}
	return r.make(shift, 0, r.args[0], r.g.MakeConst(r.w, k))
}

func (r *reducer[T]) rightZero() (T, bool) {
	x := r.args[0]
	switch r.op {
	case Add, Sub, Or, Xor, Shl, Shru, Shrs, Rotl, Remu, Rems, Maxu:
		return x, true
	case Mul, And, Ltu, Minu:
		return r.constant(0)
	case Divu, Divs:
		return r.constant(Mask(r.w))
	case Geu:
		return r.constant(1)
	case Eq:
		if r.g.Width(x) == 1 {
			return r.make(Not, 0, x)
		}
	case Ne:
		if r.g.Width(x) == 1 {
			return x, true
		}
	}
	return r.no()
}

func (r *reducer[T]) rightOnes() (T, bool) {
	x := r.args[0]
	switch r.op {
	case And, Minu:
		return x, true
	case Or, Maxu:
		return r.constant(Mask(r.w))
	case Xor:
		return r.make(Not, 0, x)
	case Eq:
		if r.g.Width(x) == 1 {
			return x, true
		}
	case Ne:
		if r.g.Width(x) == 1 {
			return r.make(Not, 0, x)
		}
	}
	return r.no()
}

// leftZero simplifies applications of non-commutative operators whose first operand is 0.
func (r *reducer[T]) leftZero() (T, bool) {
	switch r.op {
	case Shl, Shru, Shrs, Rotl, Remu, Rems:
		return r.constant(0)
	}
	return r.no()
}

func (r *reducer[T]) not() (T, bool) {
	if op, _, args := r.g.App(r.args[0]); op == Not {
		return args[0], true
	}
	return r.no()
}

func (r *reducer[T]) mux() (T, bool) {
	c, x, y := r.args[0], r.args[1], r.args[2]
	if v, ok := r.g.ConstOf(c); ok {
		return r.args[2-v], true
	}
	if x == y {
		return x, true
	}
	if op, _, args := r.g.App(c); op == Not {
		return r.make(Mux, 0, args[0], y, x)
	}
	if op, _, args := r.g.App(x); op == Mux && args[0] == c {
		return r.make(Mux, 0, c, args[1], y)
	}
	if op, _, args := r.g.App(y); op == Mux && args[0] == c {
		return r.make(Mux, 0, c, x, args[2])
	}
	if r.w == 1 {
		return r.muxBit(c, x, y)
	}
	return r.no()
}

// muxBit replaces a one-bit mux that has a constant arm by a simpler operator.
func (r *reducer[T]) muxBit(c, x, y T) (T, bool) {
	if v, ok := r.g.ConstOf(x); ok {
		if v == 1 {
			return r.make(Or, 0, c, y)
		}
		return r.make(And, 0, r.g.Make(Not, 1, 0, c), y)
	}
	if v, ok := r.g.ConstOf(y); ok {
		if v == 1 {
			return r.make(Or, 0, r.g.Make(Not, 1, 0, c), x)
		}
		return r.make(And, 0, c, x)
	}
	return r.no()
}

func (r *reducer[T]) slice() (T, bool) {
	x, lo := r.args[0], int(r.imm)
	if r.w == r.g.Width(x) {
		return x, true
	}
	op, imm, args := r.g.App(x)
	switch op {
	case Slice:
		return r.make(Slice, imm+r.imm, args[0])
	case Cat:
		low := r.g.Width(args[1])
		if lo+r.w <= low {
			return r.make(Slice, r.imm, args[1])
		}
		if lo >= low {
			return r.make(Slice, uint64(lo-low), args[0])
		}
	case Zext, Sext:
		inner := r.g.Width(args[0])
		if lo+r.w <= inner {
			return r.make(Slice, r.imm, args[0])
		}
		if lo >= inner && op == Zext {
			return r.constant(0)
		}
	}
	return r.no()
}

func (r *reducer[T]) extend() (T, bool) {
	x := r.args[0]
	if r.w == r.g.Width(x) {
		return x, true
	}
	op, _, args := r.g.App(x)
	switch {
	case op == Zext && (r.op == Zext || r.g.Width(x) > r.g.Width(args[0])): // the top bit of x is 0
		return r.make(Zext, 0, args[0])
	case op == Sext && r.op == Sext:
		return r.make(Sext, 0, args[0])
	}
	return r.no()
}

func (r *reducer[T]) cat() (T, bool) {
	if v, ok := r.g.ConstOf(r.args[0]); ok && v == 0 {
		return r.make(Zext, 0, r.args[1])
	}
	hop, himm, hargs := r.g.App(r.args[0])
	lop, limm, largs := r.g.App(r.args[1])
	if hop == Slice && lop == Slice && hargs[0] == largs[0] && himm == limm+uint64(r.g.Width(r.args[1])) {
		return r.make(Slice, limm, hargs[0])
	}
	return r.no()
}

// Simplify returns an expression equal to e with constants folded and identities applied. Equal
// subexpressions of the result are the same node.
func Simplify(e *Expr) *Expr {
	g := &exprGraph{made: map[exprKey]*Expr{}, done: map[*Expr]*Expr{}}
	return g.copy(e)
}

type exprKey struct {
	op    Op
	width int
	imm   uint64
	leaf  string
	args  [3]*Expr
}

// exprGraph hash-conses expressions, so that equal expressions are equal pointers.
type exprGraph struct {
	made map[exprKey]*Expr
	done map[*Expr]*Expr // the copied nodes
}

func (g *exprGraph) intern(e Expr) *Expr {
	k := exprKey{op: e.Op, width: e.Width, imm: e.Imm, leaf: e.Leaf}
	copy(k.args[:], e.Args)
	if old := g.made[k]; old != nil {
		return old
	}
	g.made[k] = &e
	return &e
}

func (g *exprGraph) copy(e *Expr) *Expr {
	if e.Op == Bad {
		return g.intern(Expr{Width: e.Width, Imm: e.Imm, Leaf: e.Leaf})
	}
	if x := g.done[e]; x != nil {
		return x
	}
	args := make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		args[i] = g.copy(a)
	}
	x := g.Make(e.Op, e.Width, e.Imm, args...)
	g.done[e] = x
	return x
}

// Width implements Graph.
func (g *exprGraph) Width(x *Expr) int { return x.Width }

// ConstOf implements Graph.
func (g *exprGraph) ConstOf(x *Expr) (uint64, bool) { return x.Imm, x.IsConst() }

// App implements Graph.
func (g *exprGraph) App(x *Expr) (Op, uint64, []*Expr) { return x.Op, x.Imm, x.Args }

// MakeConst implements Graph.
func (g *exprGraph) MakeConst(w int, v uint64) *Expr { return g.intern(Expr{Width: w, Imm: v}) }

// Make implements Graph.
func (g *exprGraph) Make(op Op, w int, imm uint64, args ...*Expr) *Expr {
	if x, ok := Rewrite[*Expr](g, op, w, imm, args); ok {
		return x
	}
	return g.intern(Expr{Op: op, Width: w, Imm: imm, Args: args})
}
