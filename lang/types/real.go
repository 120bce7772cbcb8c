package types

import (
	"math"
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// maxRatio bounds the bits of an exact fraction, because constants that are built from other
// constants could otherwise grow without limit.
const maxRatio = 1 << 14

// fixType resolves fix<I, F>. I counts the bits before the point, including the sign, and F
// the bits after it.
func (b *body) fixType(e *syntax.NamedType) *tree.Type {
	if len(e.Args) != 2 || e.Args[0].Value == nil || e.Args[1].Value == nil {
		b.c.errorf(codes.NotAType, e.Span(), "expected `fix<I, F>`: how many bits stand before the point, sign included, and after it")
		return nil
	}
	whole, ok := b.size(e.Args[0].Value, "number of bits")
	frac, ok2 := b.size(e.Args[1].Value, "number of bits")
	if !ok || !ok2 {
		return nil
	}
	if whole < 1 || whole > 64 || frac > 64-whole {
		b.c.errorf(codes.BadSize, e.Span(), "fix<%d, %d> is not possible", whole, frac).
			Hint("one bit at least stands before the point, for the sign, and all bits together are at most 64")
		return nil
	}
	return tree.FixType(whole, frac)
}

func (b *body) floatLit(e *syntax.FloatLit) tree.Expr {
	return b.smallFraction(syntax.Fraction(e.Text), e.Span())
}

func (b *body) smallFraction(r *big.Rat, at diag.Span) tree.Expr {
	if r.Num().BitLen() > maxRatio || r.Denom().BitLen() > maxRatio {
		b.c.errorf(codes.TooWide, at, "this exact fraction needs more than %d bits", maxRatio).
			Hint("give a part of it a type, as in `f64(...)`")
		return nil
	}
	return fraction(r, at)
}

// realOps are the operators of fix, floats and fractions.
var realOps = map[tree.Op]bool{
	tree.Add: true, tree.Sub: true, tree.Mul: true, tree.Div: true,
	tree.Lt: true, tree.Le: true, tree.Gt: true, tree.Ge: true,
}

// realBinary checks l op r if one side is a fix, a float or a fraction.
func (b *body) realBinary(op tree.Op, l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	if (op == tree.Shl || op == tree.Shr) && l.Type().Kind == tree.Fix && r.Type().IsNumber() {
		return b.shift(op, l, r, e)
	}
	if !realOps[op] {
		d := b.c.errorf(codes.BadOperand, e.OpAt, "`%s` does not work on %s and %s", opText[op], describe(l.Type()), describe(r.Type()))
		if l.Type().Kind == tree.Fix || r.Type().Kind == tree.Fix {
			d.Hint("`bits(x)` is the same bits as an integer")
		}
		return nil
	}
	x, okX := exactOf(l)
	y, okY := exactOf(r)
	if okX && okY {
		return b.exactReal(op, x, y, r, e)
	}
	if l, r = b.meetReal(l, r, e.OpAt); l == nil {
		return nil
	}
	t := l.Type()
	if op >= tree.Lt && op <= tree.Ge {
		t = boolType()
	}
	return &tree.Binary{Expr0: tree.Expr0{At: e.Span(), T: t}, Op: op, L: l, R: r}
}

// exactReal computes with two exact constants.
func (b *body) exactReal(op tree.Op, x, y *big.Rat, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	z := new(big.Rat)
	switch c := x.Cmp(y); op {
	case tree.Add:
		z.Add(x, y)
	case tree.Sub:
		z.Sub(x, y)
	case tree.Mul:
		z.Mul(x, y)
	case tree.Div:
		if y.Sign() == 0 {
			b.noResult(op, r)
			return nil
		}
		z.Quo(x, y)
	case tree.Lt:
		return boolConst(c < 0, e.Span())
	case tree.Le:
		return boolConst(c <= 0, e.Span())
	case tree.Gt:
		return boolConst(c > 0, e.Span())
	default:
		return boolConst(c >= 0, e.Span())
	}
	return b.smallFraction(z, e.Span())
}

// realEqual checks == and != if one side is a fix, a float or a fraction.
func (b *body) realEqual(l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	ne := e.Op == syntax.OpNe
	x, okX := exactOf(l)
	y, okY := exactOf(r)
	if okX && okY {
		return boolConst((x.Cmp(y) == 0) != ne, e.Span())
	}
	if l, r = b.meetReal(l, r, e.OpAt); l == nil {
		return nil
	}
	return &tree.Equal{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Ne: ne, L: l, R: r}
}

// meetReal converts two operands to one fix or float type. An exact constant takes the type of the
// other operand. Two different types are an error.
func (b *body) meetReal(l, r tree.Expr, opAt diag.Span) (tree.Expr, tree.Expr) {
	lt, rt := l.Type(), r.Type()
	if lt.IsReal() && rt.IsReal() && tree.Same(lt, rt) {
		return l, r
	}
	if v, ok := exactOf(r); ok && lt.IsReal() {
		r = b.roundTo(v, lt, r.Span())
	} else if v, ok := exactOf(l); ok && rt.IsReal() {
		l = b.roundTo(v, rt, l.Span())
	} else {
		b.mixedReals(lt, rt, opAt)
		return nil, nil
	}
	if l == nil || r == nil {
		return nil, nil
	}
	return l, r
}

func (b *body) mixedReals(lt, rt *tree.Type, opAt diag.Span) {
	d := b.c.errorf(codes.MixedIntegers, opAt, "%s and %s do not mix", describe(lt), describe(rt))
	switch {
	case lt.Kind == tree.Float && rt.Kind == tree.Float:
		d.Hint("convert one side, as in `f64(...)`")
	case lt.IsReal():
		d.Hint("convert one side, as in `%s(...)`", lt)
	case rt.IsReal():
		d.Hint("convert one side, as in `%s(...)`", rt)
	default:
		d.Hint("convert the number, as in `f64(...)` or `fix<32, 32>(...)`")
	}
}

// roundTo converts an exact constant to a fix or float type, rounded to nearest even.
func (b *body) roundTo(r *big.Rat, t *tree.Type, at diag.Span) tree.Expr {
	cell, ok := roundFix(r, t), true
	if t.Kind == tree.Float {
		cell, ok = roundFloat(r, t.Bits)
	} else {
		ok = cell != nil
	}
	if !ok {
		b.c.errorf(codes.OutOfRange, at, "the number %s does not fit `%s`", shortRatio(r), t).Hint("%s", realBounds(t))
		return nil
	}
	return &tree.Const{Expr0: tree.Expr0{At: at, T: t}, Cell: *cell}
}

func shortRatio(r *big.Rat) string {
	if r.IsInt() && r.Num().BitLen() <= 128 {
		return r.Num().String()
	}
	f, _ := new(big.Float).SetPrec(64).SetRat(r).Float64()
	if math.IsInf(f, 0) {
		return new(big.Float).SetPrec(64).SetRat(r).Text('g', 6)
	}
	return big.NewFloat(f).Text('g', -1)
}

func realBounds(t *tree.Type) string {
	if t.Kind == tree.Float {
		return "the largest is about " + map[int]string{32: "3.4e38", 64: "1.8e308"}[t.Bits]
	}
	low := new(big.Int).Lsh(big.NewInt(-1), uint(t.Bits-t.Frac-1))
	return "it holds " + low.String() + " to below " + new(big.Int).Neg(low).String()
}

// roundFix rounds r to the nearest value of the fix type, with ties to even, and returns the word
// of this value. The result is nil if the type cannot hold the value.
func roundFix(r *big.Rat, t *tree.Type) *uint64 {
	if t.Kind != tree.Fix {
		return nil
	}
	num := new(big.Int).Lsh(r.Num(), uint(t.Frac))
	q, m := new(big.Int).DivMod(num, r.Denom(), new(big.Int)) // 0 <= m < denominator
	switch m.Lsh(m, 1).Cmp(r.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		q.Add(q, big.NewInt(int64(q.Bit(0))))
	}
	if !tree.IntType(t.Bits, true).Holds(q, q) {
		return nil
	}
	cell := uint64(q.Int64())
	return &cell
}

// roundFloat returns the bits of the nearest float. The second result is false if this float is
// infinite.
func roundFloat(r *big.Rat, bits int) (*uint64, bool) {
	var cell uint64
	if bits == 32 {
		f, _ := r.Float32()
		cell = uint64(math.Float32bits(f))
		return &cell, !math.IsInf(float64(f), 0)
	}
	f, _ := r.Float64()
	cell = math.Float64bits(f)
	return &cell, !math.IsInf(f, 0)
}

// realNeg builds -x for a fix, a float or a fraction.
func (b *body) realNeg(x tree.Expr, at diag.Span) tree.Expr {
	if r, ok := exactOf(x); ok {
		return fraction(new(big.Rat).Neg(r), at)
	}
	return &tree.Unary{Expr0: tree.Expr0{At: at, T: x.Type()}, Op: tree.Neg, X: x}
}

// untyped reports that a program stores a fraction whose type is not known.
func (b *body) untyped(at diag.Span) {
	b.c.errorf(codes.NeedsType, at, "the type of this fraction does not follow").
		Hint("write it as in `f64(...)` or `fix<16, 16>(...)`, or declare the variable with a type")
}

// toReal checks fix<I,F>(x), f32(x) and f64(x).
func (b *body) toReal(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	x := b.oneArgument(e, t.String(), nil)
	if x == nil {
		return nil
	}
	if r, ok := exactOf(x); ok {
		return b.roundTo(r, t, e.Span())
	}
	from := x.Type()
	switch {
	case from.IsNumber(), from.Kind == t.Kind:
		if tree.Same(from, t) {
			return x
		}
		return &tree.Convert{Expr0: tree.Expr0{At: e.Span(), T: t}, X: x}
	case from.Kind == tree.Fix:
		return b.fixToFloat(x, t, e.Span())
	case from.Kind == tree.Float:
		return b.floatToFix(x, t, e.Span())
	}
	b.c.errorf(codes.BadConversion, e.Span(), "`%s(...)` converts numbers, not %s", t, describe(from))
	return nil
}

// fixToFloat converts the word of the fix to a float, and then multiplies by 2^-F. The product is
// exact, and therefore only the conversion rounds.
func (b *body) fixToFloat(x tree.Expr, t *tree.Type, at diag.Span) tree.Expr {
	from := x.Type()
	base := func(t *tree.Type) tree.Expr0 { return tree.Expr0{At: at, T: t} }
	raw := &tree.Bits{Expr0: base(tree.IntType(from.Bits, false)), X: x}
	word := &tree.Convert{Expr0: base(t), X: resize(raw, tree.IntType(from.Bits, true))}
	return b.scale(word, -from.Frac)
}

// floatToFix converts a float to a fix. Like the conversion to an integer, it rounds
// toward zero and saturates. NaN becomes the largest value.
func (b *body) floatToFix(x tree.Expr, t *tree.Type, at diag.Span) tree.Expr {
	base := func(t *tree.Type) tree.Expr0 { return tree.Expr0{At: at, T: t} }
	word := &tree.Convert{Expr0: base(tree.IntType(t.Bits, true)), X: b.scale(x, t.Frac)}
	return &tree.FromBits{Expr0: base(t), X: resize(word, tree.IntType(t.Bits, false))}
}

// scale multiplies a float by 2^n, |n| <= 63.
func (b *body) scale(x tree.Expr, n int) tree.Expr {
	t := x.Type()
	cell := math.Float64bits(math.Ldexp(1, n))
	if t.Bits == 32 {
		cell = uint64(math.Float32bits(float32(math.Ldexp(1, n))))
	}
	base := tree.Expr0{At: x.Span(), T: t}
	return &tree.Binary{Expr0: base, Op: tree.Mul, L: x, R: &tree.Const{Expr0: base, Cell: cell}}
}

// typeOperand resolves the type in T.from_bits(u). The second result is false if x is not a type.
func (b *body) typeOperand(x syntax.Expr) (*tree.Type, bool) {
	if d := b.typeName(x); d != nil && b.mayName(x) {
		b.c.resolve(d, x.Span())
		return d.typ, true
	}
	switch x := x.(type) {
	case *syntax.TypeExprValue:
		return b.anyType(x.Type), true
	case *syntax.Name:
		if b.lookup(x.Name) == nil && b.c.decls[x.Name] == nil && (isIntName(x.Name) || x.Name == "f32" || x.Name == "f64") {
			return b.namedType(&syntax.NamedType{Place: x.Place, Name: x.Ident}), true
		}
	}
	return nil, false
}

// fromBits checks T.from_bits(u), a value that is given by its bits.
func (b *body) fromBits(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	if t == nil {
		return nil
	}
	if t.Kind != tree.Int && !t.IsReal() {
		b.c.errorf(codes.BadConversion, e.Span(), "%s has no `from_bits`: only integers, fix and floats have", describe(t))
		return nil
	}
	x := b.oneArgument(e, "from_bits", tree.IntType(t.Bits, false))
	if x == nil {
		return nil
	}
	if t.Kind == tree.Int {
		return resize(x, t)
	}
	return &tree.FromBits{Expr0: tree.Expr0{At: e.Span(), T: t}, X: x}
}

// sqrt checks sqrt(x) for a float x.
func (b *body) sqrt(e *syntax.CallExpr) tree.Expr {
	x := b.oneArgument(e, "sqrt", nil)
	if x == nil {
		return nil
	}
	if _, ok := exactOf(x); ok {
		b.untyped(x.Span())
		return nil
	}
	if x.Type().Kind != tree.Float {
		b.c.errorf(codes.BadOperand, x.Span(), "`sqrt` works on f32 and f64, not on %s", describe(x.Type()))
		return nil
	}
	return &tree.Unary{Expr0: tree.Expr0{At: e.Span(), T: x.Type()}, Op: tree.Sqrt, X: x}
}
