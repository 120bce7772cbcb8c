package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// binaryOps maps operators of the syntax tree to operators of the typed tree.
var binaryOps = map[syntax.Op]tree.Op{
	syntax.OpOr: tree.Or, syntax.OpAnd: tree.And, syntax.OpLt: tree.Lt, syntax.OpLe: tree.Le, syntax.OpGt: tree.Gt,
	syntax.OpGe: tree.Ge, syntax.OpBitOr: tree.BitOr, syntax.OpBitXor: tree.BitXor, syntax.OpBitAnd: tree.BitAnd,
	syntax.OpShl: tree.Shl, syntax.OpShr: tree.Shr, syntax.OpAdd: tree.Add, syntax.OpSub: tree.Sub,
	syntax.OpMul: tree.Mul, syntax.OpDiv: tree.Div, syntax.OpRem: tree.Rem,
}

func (b *body) binary(e *syntax.BinaryExpr) tree.Expr {
	switch e.Op {
	case syntax.OpAnd, syntax.OpOr:
		return b.logic(e)
	case syntax.OpEq, syntax.OpNe:
		return b.equal(e)
	}
	l, r := b.expr(e.L, nil), b.expr(e.R, nil)
	if l == nil || r == nil {
		return nil
	}
	op, ok := binaryOps[e.Op]
	if !ok {
		return nil
	}
	if l.Type().IsTime() || r.Type().IsTime() {
		return b.timeOp(op, l, r, e)
	}
	if isReal(l) || isReal(r) {
		return b.realBinary(op, l, r, e)
	}
	if l.Type().Kind == tree.Opaque || r.Type().Kind == tree.Opaque {
		return b.opaqueBinary(op, l, r, e)
	}
	for _, x := range []tree.Expr{l, r} {
		if !x.Type().IsNumber() {
			b.operandError(opText[op], x)
			return nil
		}
	}
	switch op {
	case tree.Lt, tree.Le, tree.Gt, tree.Ge:
		return b.compare(op, l, r, e)
	case tree.Shl, tree.Shr:
		if l.Type().Kind == tree.Int {
			return b.shift(op, l, r, e)
		}
	}
	return b.arith(op, l, r, e.Span(), e.OpAt)
}

func (b *body) operandError(op string, x tree.Expr) {
	e := b.c.errorf(codes.BadOperand, x.Span(), "`%s` works on numbers, not on %s", op, describe(x.Type()))
	if x.Type().Kind == tree.Option {
		e.Hint("take the value out first: `let x = ... else { }` or `if let x = ...`")
	}
	if x.Type().Kind == tree.Bool {
		e.Hint("bools have `and`, `or`, `not`, `==` and `!=`; `u32(b)` is 0 or 1")
	}
}

// logic checks `and` and `or`. The right operand is evaluated only for one value of the left
// operand. While the right operand is checked, the facts that follow from this value hold.
func (b *body) logic(e *syntax.BinaryExpr) tree.Expr {
	op := binaryOps[e.Op]
	l := b.condition(e.L)
	saved := b.facts.Clone()
	if l != nil {
		b.facts.Assume(l, op == tree.And)
	}
	r := b.condition(e.R)
	b.facts = keep(saved, b.facts)
	if l == nil || r == nil {
		return nil
	}
	return &tree.Binary{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Op: op, L: l, R: r}
}

// keep returns the facts that hold whether or not the right operand of `and` or `or` was
// evaluated. Facts about an inout argument that the right operand changed are dropped.
func keep(before, after *facts.Known) *facts.Known { return facts.Join(before, after) }

// equal checks == and !=.
func (b *body) equal(e *syntax.BinaryExpr) tree.Expr {
	l := b.expr(e.L, nil)
	var want *tree.Type
	if l != nil && !l.Type().IsNumber() && l.Type().Kind != tree.Bytes {
		want = l.Type()
	}
	r := b.expr(e.R, want)
	if l == nil || r == nil {
		return nil
	}
	if (isReal(l) || isReal(r)) && l.Type().Kind != tree.Option {
		return b.realEqual(l, r, e)
	}
	lt, rt := l.Type(), r.Type()
	base := tree.Expr0{At: e.Span(), T: boolType()}
	switch {
	case lt.IsNumber() && rt.IsNumber():
		if l, r = b.sameWord(l, r, e); l == nil {
			return nil
		}
	case lt.Kind == tree.Bytes && rt.Kind == tree.Bytes, lt.Kind == tree.Bool && rt.Kind == tree.Bool:
	case !tree.Same(lt, rt):
		if r = b.convert(r, lt, r.Span()); r == nil {
			return nil
		}
		fallthrough
	default:
		if !hasEqual(lt) {
			b.c.errorf(codes.BadOperand, e.OpAt, "%s are not compared", plural(lt))
			return nil
		}
	}
	b.noOverlap(l, r)
	return &tree.Equal{Expr0: base, Ne: e.Op == syntax.OpNe, L: l, R: r}
}

// compare checks < <= > >=.
func (b *body) compare(op tree.Op, l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	if l, r = b.sameWord(l, r, e); l == nil {
		return nil
	}
	return &tree.Binary{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Op: op, L: l, R: r}
}

// sameWord converts both numbers of a comparison to one word type (a fixed-width integer). After
// an error, both results are nil.
func (b *body) sameWord(l, r tree.Expr, e *syntax.BinaryExpr) (tree.Expr, tree.Expr) {
	if l.Type().Kind == tree.Range && r.Type().Kind == tree.Range {
		word := facts.WordFor(facts.All(l.Type()).Hull(facts.All(r.Type())))
		if word == nil {
			b.c.errorf(codes.TooWide, e.Span(), "64 bits cannot hold both %s and %s", describe(l.Type()), describe(r.Type()))
			return nil, nil
		}
		return toWord(l, word), toWord(r, word)
	}
	return b.meet(l, r, e.OpAt)
}

// meet converts two numbers to one integer type. At least one of them must be an integer.
func (b *body) meet(l, r tree.Expr, opAt diag.Span) (tree.Expr, tree.Expr) {
	lt, rt := l.Type(), r.Type()
	switch {
	case lt.Kind == tree.Int && rt.Kind == tree.Int:
		if tree.Same(lt, rt) {
			return l, r
		}
		b.c.errorf(codes.MixedIntegers, opAt, "`%s` and `%s` do not mix", lt, rt).
			Hint("convert one side, as in `%s(...)`", wider(lt, rt))
		return nil, nil
	case lt.Kind == tree.Int:
		r = b.fit(r, lt)
	default:
		l = b.fit(l, rt)
	}
	if l == nil || r == nil {
		return nil, nil
	}
	return l, r
}

func wider(a, b *tree.Type) *tree.Type {
	if b.Bits > a.Bits {
		return b
	}
	return a
}

// fit converts an operand that has a range type to the type of an integer operation.
func (b *body) fit(x tree.Expr, to *tree.Type) tree.Expr {
	if to.Holds(x.Type().Lo, x.Type().Hi) {
		return resize(x, to)
	}
	if _, ok := constOf(x); ok {
		b.mismatch(x, to, x.Span())
		return nil
	}
	b.c.errorf(codes.MixedIntegers, x.Span(), "a number in %s does not always fit `%s`", describe(x.Type()), to).
		Hint("write `%s(...)`, which keeps the low bits", to)
	return nil
}

// shift checks the shift of an integer by a number of any type.
func (b *body) shift(op tree.Op, l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	if !facts.All(r.Type()).NonNegative() && r.Type().Kind == tree.Range {
		b.c.errorf(codes.BadOperand, r.Span(), "a shift amount is not negative, this is %s", describe(r.Type()))
		return nil
	}
	x := &tree.Binary{Expr0: tree.Expr0{At: e.Span(), T: l.Type()}, Op: op, L: l, R: r}
	b.wideShift(x)
	return x
}

// arith builds l op r for two numbers: exact for ranges, wrapping for integers.
func (b *body) arith(op tree.Op, l, r tree.Expr, at, opAt diag.Span) tree.Expr {
	if l.Type().Kind == tree.Range && (r.Type().Kind == tree.Range || op == tree.Shl || op == tree.Shr) {
		return b.exact(op, l, r, at)
	}
	if l, r = b.meet(l, r, opAt); l == nil {
		return nil
	}
	return &tree.Binary{Expr0: tree.Expr0{At: at, T: l.Type()}, Op: op, L: l, R: r}
}

// exact builds an operation on ranges. The operation computes in a word type that holds both
// operands and the result.
func (b *body) exact(op tree.Op, l, r tree.Expr, at diag.Span) tree.Expr {
	ls, rs := facts.All(l.Type()), facts.All(r.Type())
	result, ok := facts.Apply(op, ls, rs)
	if !ok {
		b.noResult(op, r)
		return nil
	}
	if facts.Fits64(result) && ls.IsPoint() && rs.IsPoint() {
		return number(result.Lo.Big(), at)
	}
	word := facts.WordFor(result)
	if word != nil {
		word = b.commonWord(op, result, ls, rs)
	}
	if word == nil {
		b.c.errorf(codes.TooWide, at, "the exact result of `%s` needs more than 64 bits: %s to %s", opText[op], result.Lo, result.Hi).
			Hint("convert an operand, as in `u32(...)`; integers wrap")
		return nil
	}
	if op != tree.Shl && op != tree.Shr {
		r = toWord(r, word)
	}
	return narrowTo(&tree.Binary{Expr0: tree.Expr0{At: at, T: word}, Op: op, L: toWord(l, word), R: r}, result)
}

// commonWord returns a word type that holds the operands and the result. The width of a shift's
// word must be larger than every shift amount.
func (b *body) commonWord(op tree.Op, result, ls, rs interval.Set) *tree.Type {
	if op != tree.Shl && op != tree.Shr {
		return facts.WordFor(result.Hull(ls).Hull(rs))
	}
	word := facts.WordFor(result.Hull(ls))
	if word != nil && interval.Int(31).Less(rs.Hi) {
		word = tree.IntType(64, word.Signed)
	}
	return word
}

// narrowTo converts an operation that was computed in a word type to the range of the operation's
// result.
func narrowTo(x *tree.Binary, result interval.Set) tree.Expr {
	t := facts.RangeType(result)
	bits, signed := t.Word()
	if x.T.Bits == bits && x.T.Signed == signed {
		x.T = t
		return x
	}
	return &tree.Convert{Expr0: tree.Expr0{At: x.At, T: t}, X: x}
}

func (b *body) noResult(op tree.Op, r tree.Expr) {
	if op == tree.Div || op == tree.Rem {
		b.c.errorf(codes.MaybeZero, r.Span(), "the divisor of an exact `%s` may be 0, it is %s", opText[op], describe(r.Type())).
			Hint("convert an operand to an integer, as in `u32(...)`; then x / 0 is all ones and x %% 0 is x")
		return
	}
	b.c.errorf(codes.BadOperand, r.Span(), "the amount of an exact shift is 0 to 63, this is %s", describe(r.Type())).
		Hint("convert the left side to an integer, as in `u32(...)`")
}

func (b *body) unary(e *syntax.UnaryExpr) tree.Expr {
	if e.Op == syntax.OpNot {
		x := b.condition(e.X)
		if x == nil {
			return nil
		}
		return &tree.Unary{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Op: tree.Not, X: x}
	}
	x := b.expr(e.X, nil)
	if x == nil {
		return nil
	}
	if isReal(x) && e.Op != syntax.OpBitNot {
		return b.realNeg(x, e.Span())
	}
	op, text := tree.Neg, "-"
	if e.Op == syntax.OpBitNot {
		op, text = tree.BitNot, "~"
	}
	if x.Type().Kind == tree.Duration && op == tree.Neg {
		return b.negated(x, e.Span())
	}
	if x.Type().Kind == tree.Opaque && x.Type().Can == tree.CanCount && op == tree.Neg {
		return &tree.Unary{Expr0: tree.Expr0{At: e.Span(), T: x.Type()}, Op: op, X: x}
	}
	if !x.Type().IsNumber() {
		b.operandError(text, x)
		return nil
	}
	if x.Type().Kind == tree.Int {
		return &tree.Unary{Expr0: tree.Expr0{At: e.Span(), T: x.Type()}, Op: op, X: x}
	}
	// In a range -x is 0 - x and ~x is -1 - x.
	from := int64(0)
	if op == tree.BitNot {
		from = -1
	}
	return b.exact(tree.Sub, number(big.NewInt(from), e.Span()), x, e.Span())
}
