package types

import (
	"fmt"
	"math/big"
	mathbits "math/bits"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Integers of at least wideBits bits are expected to wrap, because hashes and checksums use such
// integers. In a narrower type, a sum that wraps and is then widened is mostly a mistake.
const wideBits = 32

// wraps returns an operation in x whose result may not fit its narrow type, or nil. It ignores a
// result that is masked or converted to the type that it already has. The programmer intends such
// a result to wrap.
func (b *body) wraps(x tree.Expr) *tree.Binary {
	e, ok := x.(*tree.Binary)
	if !ok || e.T.Kind != tree.Int || e.T.Bits >= wideBits {
		return nil
	}
	switch e.Op {
	case tree.Shr, tree.Div:
		return b.wraps(e.L)
	case tree.Add, tree.Sub, tree.Mul, tree.Shl:
	default:
		return nil
	}
	for _, part := range []tree.Expr{e.L, e.R} {
		if in := b.wraps(part); in != nil {
			return in
		}
	}
	exact, ok := facts.Apply(e.Op, b.facts.Bounds(e.L), b.facts.Bounds(e.R))
	if ok && facts.Holds(e.T, exact) {
		return nil
	}
	return e
}

// noWrap reports narrow arithmetic that may wrap whose result is used in a wider type, as an index
// or as a length. `to` is the wider type, and `what` describes the use.
func (b *body) noWrap(x tree.Expr, to *tree.Type, what string) {
	e := b.wraps(x)
	if e == nil {
		return
	}
	b.c.errorf(codes.NarrowWrap, e.Span(), "this `%s` keeps the low %d bits of its result, and is then %s", opText[e.Op], e.T.Bits, what).
		Labelf("of type `%s`", e.T).
		Hint("write `%s`, or `%s(%s)` if the low bits are meant", widened(e, to), e.T, textOf(e.Span()))
}

// wideShift warns about a shift by a constant that is at least the width. An operation takes such
// an amount modulo a power of two, and programmers rarely intend this.
func (b *body) wideShift(e *tree.Binary) {
	n, ok := constOf(e.R)
	bits, signed := e.T.Word()
	if !ok || n.Cmp(big.NewInt(int64(bits))) < 0 {
		return
	}
	round := new(big.Int).Lsh(big.NewInt(1), uint(mathbits.Len(uint(bits-1))))
	left := new(big.Int).Mod(n, round)
	what := fmt.Sprintf("the amount counts modulo %d, so it is %d", round, left)
	if left.Cmp(n) == 0 {
		what = "nothing is left"
		if e.Op == tree.Shr && signed {
			what = "only copies of the sign are left"
		}
	}
	w := diag.Warningf(codes.WideShift, e.Span(), "this shifts the %d bits of `%s` by %d", bits, e.T, n).Labelf("%s", what)
	wide := 2 * wideBits
	for wide > 16 && n.Cmp(big.NewInt(int64(wide/2))) < 0 {
		wide /= 2
	}
	if e.T.Kind == tree.Int && n.Cmp(big.NewInt(int64(wide))) < 0 {
		w.Hint("write `%s`", widened(e, tree.IntType(wide, signed)))
	} else {
		w.Hint("an amount is 0 to %d", bits-1)
	}
	b.c.hold(w)
}

// widened returns the source text of an operation whose operands are converted to a wider type.
func widened(e *tree.Binary, to *tree.Type) string {
	left, right := textOf(e.L.Span()), textOf(e.R.Span())
	_, number := constOf(e.R)
	_, composed := e.R.(*tree.Binary)
	switch {
	case !number && e.Op != tree.Shl:
		right = fmt.Sprintf("%s(%s)", to, right)
	case composed:
		right = "(" + right + ")"
	}
	return fmt.Sprintf("%s(%s) %s %s", to, left, opText[e.Op], right)
}

// textOf is the source text at a position.
func textOf(at diag.Span) string {
	if at.File == nil {
		return "..."
	}
	return at.File.Text[at.Start:at.End]
}

// wideOf is the type in which an index or length is computed.
func wideOf(x tree.Expr) *tree.Type { return tree.IntType(wideBits, x.Type().Signed) }

// plainPlace returns the place that an expression reads. If x converts a bounded field to the
// field's range, plainPlace returns the field itself.
func plainPlace(x tree.Expr) tree.Expr {
	if c, ok := x.(*tree.Convert); ok && c.X != nil {
		if f := part(c.X); f != nil && f.Bound {
			return c.X
		}
	}
	return x
}
