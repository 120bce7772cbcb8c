package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// wrapCall is wrap(x, lo, hi): the member of lo..=hi that differs from x by a
// multiple of the number of members. It is made of exact operations:
//
//	((x % n - lo) % n + n) % n + lo
func (b *body) wrapCall(e *syntax.CallExpr) tree.Expr {
	if len(e.Args) != 3 {
		b.c.errorf(codes.BadArguments, e.Span(), "expected `wrap(x, lo, hi)`")
		return nil
	}
	x := b.number(e.Args[0].Value)
	lo, okLo := b.constInt(e.Args[1].Value)
	hi, okHi := b.constInt(e.Args[2].Value)
	if x == nil || !okLo || !okHi {
		return nil
	}
	if lo.Cmp(hi) > 0 {
		b.c.errorf(codes.BadSize, e.Span(), "the range %s..=%s has no member", lo, hi)
		return nil
	}
	at := e.Span()
	n := number(add(sub(hi, lo), big.NewInt(1)), at)
	if !spanOfType(n.T).fits64() {
		b.c.errorf(codes.TooWide, at, "the range %s..=%s has more members than 64 bits can count", lo, hi)
		return nil
	}
	steps := []struct {
		op tree.Op
		by tree.Expr
	}{{tree.Rem, n}, {tree.Sub, number(lo, at)}, {tree.Rem, n}, {tree.Add, n}, {tree.Rem, n}, {tree.Add, number(lo, at)}}
	r := widen(x)
	for _, s := range steps {
		if r = b.exact(s.op, r, s.by, at); r == nil {
			return nil
		}
	}
	return r
}

// learnOption adds what is known of the value that an option holds: that of
// `x within a..b` is x and between the bounds, that of `first i in a..b` is
// between them.
func (b *body) learnOption(l *tree.Local, x tree.Expr) {
	b.learnWhole(l, x)
	if l == nil || b.facts == nil || !l.Type.IsNumber() {
		return
	}
	me := term{l, false}
	switch x := x.(type) {
	case *tree.Within:
		if v, ok := b.linearOf(x.X); ok && v.term.local != nil && v.term.local != l {
			b.facts.limit(me, v.term, v.off)
			b.facts.limit(v.term, me, -v.off)
			b.facts.narrow(me, b.bounds(x.X))
		}
		b.learnBounds(me, x.Lo, x.Hi, x.Closed)
	case *tree.Search:
		if len(tree.Written(x.Where)) == 0 {
			b.learnBounds(me, x.Lo, x.Hi, x.Closed)
		}
	}
}

// learnBounds adds lo <= t < hi, or t <= hi.
func (b *body) learnBounds(t term, lo, hi tree.Expr, closed bool) {
	d := int64(-1)
	if closed {
		d = 0
	}
	top := add(b.bounds(hi).hi, big.NewInt(d))
	if low := b.bounds(lo).lo; low.Cmp(top) <= 0 {
		b.facts.narrow(t, span{low, top})
	}
	if v, ok := b.linearOf(hi); ok && v.term.local != nil && v.term != t {
		b.facts.limit(t, v.term, v.off+d)
	}
	if v, ok := b.linearOf(lo); ok && v.term.local != nil && v.term != t {
		b.facts.limit(v.term, t, -v.off)
	}
}
