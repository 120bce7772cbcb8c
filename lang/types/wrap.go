package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// wrapCall checks wrap(x, lo, hi). The result is the member of lo..=hi that differs from x by a
// multiple of n, the number of members. The checker builds it from exact operations:
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
	members := new(big.Int).Sub(hi, lo)
	n := number(members.Add(members, big.NewInt(1)), at)
	if !fits64(members) {
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

// learnOption records the known range of the value in an option.
func (b *body) learnOption(l *tree.Local, x tree.Expr) {
	b.learnWhole(l, x)
	b.facts.LearnOption(l, x)
}
