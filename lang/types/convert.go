package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

// convert gives x the requested type by an implicit conversion. The implicit conversions are: a
// range to a range or integer that contains it, T to T?, a literal to its type, and an array or
// bytes to a slice. After an error, the result is nil. If x is nil, the error of x is already
// reported. If the requested type is nil, the result is x.
func (b *body) convert(x tree.Expr, to *tree.Type, at diag.Span) tree.Expr {
	if x == nil || to == nil {
		return x
	}
	from := x.Type()
	switch {
	case tree.Same(from, to):
		return x
	case to.IsReal() && (from.Kind == tree.Fraction || from.Kind == tree.Range && from.Lo.Cmp(from.Hi) == 0):
		if r, ok := exactOf(x); ok {
			return b.roundTo(r, to, at)
		}
	case from.Kind == tree.Range && to.IsNumber() && to.Holds(from.Lo, from.Hi):
		return resize(x, to)
	case to.Kind == tree.Opaque && to.Can == tree.CanCount && from.Kind == tree.Range && from.Lo.Cmp(from.Hi) == 0:
		return &tree.Const{Expr0: tree.Expr0{At: x.Span(), T: to}} // each instance checks that the constant fits
	case to.Kind == tree.Option && from.Kind != tree.Option:
		return wrapSome(b.convert(x, to.Elem, at), to)
	case to.Kind == tree.Bytes && from.Kind == tree.Bytes:
		if lit, ok := x.(*tree.BytesLit); ok && len(lit.Data) <= to.Len {
			return &tree.BytesLit{Expr0: tree.Expr0{At: lit.At, T: to}, Data: lit.Data}
		}
	case to.Kind == tree.Slice && sliceElem(from) != nil && tree.Same(sliceElem(from), to.Elem):
		return &tree.SliceOf{Expr0: tree.Expr0{At: x.Span(), T: to}, X: x, Proved: true}
	}
	b.mismatch(x, to, at)
	return nil
}

func wrapSome(x tree.Expr, t *tree.Type) tree.Expr {
	if x == nil {
		return nil
	}
	return &tree.Some{Expr0: tree.Expr0{At: x.Span(), T: t}, X: x}
}

// mismatch reports that the type of x is not `to`, and suggests a fix.
func (b *body) mismatch(x tree.Expr, to *tree.Type, at diag.Span) {
	from := x.Type()
	if k, ok := x.(*tree.Const); ok && k.T.Kind == tree.Range && to.IsNumber() {
		lo, hi := to.Interval()
		b.c.errorf(codes.OutOfRange, at, "the number %s does not fit `%s`, which holds %s to %s", tree.CellValue(k.Cell, k.T), to, lo, hi)
		return
	}
	code := codes.Mismatch
	if (from.Kind == tree.Option) != (to.Kind == tree.Option) {
		code = codes.OptionUse
	}
	e := b.c.errorf(code, at, "expected `%s`, found %s", to, describe(from))
	switch {
	case from.Kind == tree.Option && tree.Same(from.Elem, to):
		e.Hint("take the value out first: `let x = ... else { }` or `if let x = ...`")
	case to.IsReal() && (from.IsNumber() || from.IsReal()):
		e.Hint("write `%s(...)`", to)
	case to.Kind == tree.Int && from.IsReal():
		e.Hint("write `%s(...)`, which keeps the whole part, or `bits(...)`", to)
	case to.Kind == tree.Int && (from.IsNumber() || from.Kind == tree.Bool):
		e.Hint("write `%s(...)`, which keeps the low bits, or narrow it with `within`", to)
	case to.Kind == tree.Range && from.IsNumber():
		e.Hint("write `let x = ... within %s..=%s else { }`, or declare the variable with an integer type, as in `var x: u32`", to.Lo, to.Hi)
	case to.Kind == tree.Int && from.IsTime():
		e.Hint("write `%s(...)`, the number of ticks of 1us", to)
	case to.Kind == tree.Duration && from.IsNumber():
		e.Hint("give the number a unit, as in `n * 1ms`")
	case to.Kind == tree.Int && from.Kind == tree.Enum:
		e.Hint("write `%s(bits(...))`", to)
	}
}
