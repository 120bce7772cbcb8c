package facts

import (
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Assume adds the facts that follow when condition e has the given truth value.
func (f *Known) Assume(e tree.Expr, truth bool) {
	if f == nil {
		return
	}
	switch e := e.(type) {
	case *tree.Unary:
		if e.Op == tree.Not {
			f.Assume(e.X, !truth)
		}
	case *tree.Binary:
		f.assumeBinary(e, truth)
	case *tree.Equal:
		if e.L.Type().IsNumber() && e.Ne != truth {
			f.assumeLess(e.L, e.R, 0)
			f.assumeLess(e.R, e.L, 0)
		}
	}
}

func (f *Known) assumeBinary(e *tree.Binary, truth bool) {
	switch {
	case e.Op == tree.And && truth, e.Op == tree.Or && !truth:
		f.Assume(e.L, truth)
		f.Assume(e.R, truth)
	case !e.L.Type().IsNumber():
	case e.Op == tree.Lt && truth, e.Op == tree.Ge && !truth:
		f.assumeLess(e.L, e.R, -1)
	case e.Op == tree.Le && truth, e.Op == tree.Gt && !truth:
		f.assumeLess(e.L, e.R, 0)
	case e.Op == tree.Gt && truth, e.Op == tree.Le && !truth:
		f.assumeLess(e.R, e.L, -1)
	case e.Op == tree.Ge && truth, e.Op == tree.Lt && !truth:
		f.assumeLess(e.R, e.L, 0)
	}
}

// assumeLess adds the fact l - r <= d.
func (f *Known) assumeLess(l, r tree.Expr, d int64) {
	x, okX := f.linearTerm(l)
	y, okY := f.linearTerm(r)
	ls, rs := f.Bounds(l), f.Bounds(r)
	if okX {
		top := rs.Hi.Add(interval.Int(d)).Sub(interval.Int(x.off))
		f.narrow(x.term, interval.Set{Lo: f.span(x.term).Lo, Hi: top})
	}
	if okY {
		low := ls.Lo.Sub(interval.Int(d)).Sub(interval.Int(y.off))
		f.narrow(y.term, interval.Set{Lo: low, Hi: f.span(y.term).Hi})
	}
	if okX && okY {
		f.limit(x.term, y.term, d+y.off-x.off)
	}
}

// Learn records that a local was set to the value of x.
func (f *Known) Learn(l *tree.Local, x tree.Expr) {
	if f == nil || !l.Type.IsNumber() || !x.Type().IsNumber() {
		return
	}
	v, ok := f.linearTerm(x)
	known := f.Bounds(x)
	f.Forget(l)
	me := term{l, false}
	f.narrow(me, known)
	if ok && v.term.local != l {
		f.same(me, v.term, v.off)
	}
}

// LearnZero records that a local has its zero value.
func (f *Known) LearnZero(l *tree.Local) {
	if f == nil {
		return
	}
	if l.Type.IsNumber() {
		f.narrow(term{l, false}, interval.Make(0, 0))
	}
	if l.Type.Kind == tree.Bytes {
		f.narrow(term{l, true}, interval.Make(0, 0))
	}
}

// LearnIn records that x lies in an interval, if x is a local.
func (f *Known) LearnIn(x tree.Expr, s interval.Set) {
	if l, ok := x.(*tree.LocalRef); ok && f != nil && x.Type().IsNumber() {
		f.narrow(term{l.Local, false}, s)
	}
}

// LearnLength records that the length of x lies in an interval, if x is a local.
func (f *Known) LearnLength(x tree.Expr, s interval.Set) {
	if l, ok := x.(*tree.LocalRef); ok && f != nil {
		f.narrow(term{l.Local, true}, s)
	}
}

// LearnOption records that a local was set to the value inside an option. For `x within a..b`, the
// local then equals x and lies between the bounds. For `first i in a..b`, the local is a number
// between the bounds.
func (f *Known) LearnOption(l *tree.Local, x tree.Expr) {
	if l == nil || f == nil || !l.Type.IsNumber() {
		return
	}
	me := term{l, false}
	switch x := x.(type) {
	case *tree.Within:
		if v, ok := f.linearTerm(x.X); ok && v.term.local != l {
			f.same(me, v.term, v.off)
			f.narrow(me, f.Bounds(x.X))
		}
		f.LearnRound(l, f.Over(x.Lo, x.Hi, x.Closed), nil)
	case *tree.Search:
		if len(tree.Written(x.Where)) == 0 {
			f.LearnRound(l, f.Over(x.Lo, x.Hi, x.Closed), nil)
		}
	}
}

// Range holds the facts about a range lo..hi or lo..=hi when it is evaluated.
type Range struct {
	lo, hi       interval.Num // lower bound of lo, upper bound of hi
	closed       bool
	low, top     linear // lo and hi in linear form, valid if lowOK and topOK
	lowOK, topOK bool
}

// Over returns the Range of lo..hi, or of lo..=hi if closed is set.
func (f *Known) Over(lo, hi tree.Expr, closed bool) Range {
	r := Range{lo: f.Bounds(lo).Lo, hi: f.Bounds(hi).Hi, closed: closed}
	r.low, r.lowOK = f.linearTerm(lo)
	r.top, r.topOK = f.linearTerm(hi)
	return r
}

// Empty reports whether the range is known to have no member.
func (r Range) Empty() bool { return r.last().Less(r.lo) }

// last is the largest number that may be in the range.
func (r Range) last() interval.Num {
	if r.closed {
		return r.hi
	}
	return r.hi.Sub(interval.Int(1))
}

// LearnRound records that a local is in the range. `changed` names the locals that may have
// changed after the range was evaluated. LearnRound adds no difference facts about these locals.
func (f *Known) LearnRound(l *tree.Local, r Range, changed map[string]bool) {
	if f == nil {
		return
	}
	d := int64(-1)
	if r.closed {
		d = 0
	}
	me := term{l, false}
	f.narrow(me, interval.Set{Lo: r.lo, Hi: interval.Max(r.last(), r.lo)})
	if r.topOK && r.top.term != me && !changed[r.top.term.local.Name] {
		f.limit(me, r.top.term, r.top.off+d)
	}
	if r.lowOK && r.low.term != me && !changed[r.low.term.local.Name] {
		f.limit(r.low.term, me, -r.low.off)
	}
}
