package types

import (
	"math/big"
	"slices"

	"github.com/sinter-lang/sinter/lang/tree"
)

// term is what facts are about: a local, or the length of a local.
type term struct {
	local  *tree.Local
	length bool
}

// pair is the subject of a difference fact.
type pair struct{ a, b term }

// diff is the fact that a - b <= d.
type diff struct {
	pair
	d int64
}

// facts are what is known at one point of a body: the interval of a term, and
// a - b <= d for pairs of terms. A nil *facts stands for a point that is never
// reached.
type facts struct {
	spans map[term]span
	diffs []diff // in the order in which they were learnt, one for each pair
}

func newFacts() *facts { return &facts{spans: map[term]span{}} }

// clone returns a copy that can change on its own.
func (f *facts) clone() *facts {
	if f == nil {
		return nil
	}
	g := newFacts()
	for k, v := range f.spans {
		g.spans[k] = v
	}
	g.diffs = slices.Clone(f.diffs)
	return g
}

// join returns what holds on both ways.
func join(f, g *facts) *facts {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	r := newFacts()
	for k, v := range f.spans {
		if w, ok := g.spans[k]; ok {
			r.spans[k] = v.hull(w)
		}
	}
	for _, x := range f.diffs {
		if i := g.find(x.pair); i >= 0 {
			r.diffs = append(r.diffs, diff{x.pair, max(x.d, g.diffs[i].d)})
		}
	}
	return r
}

// forget drops all facts about a local.
func (f *facts) forget(l *tree.Local) {
	if f == nil {
		return
	}
	delete(f.spans, term{l, false})
	delete(f.spans, term{l, true})
	f.diffs = slices.DeleteFunc(f.diffs, func(x diff) bool { return x.a.local == l || x.b.local == l })
}

// find returns the index of the fact about a pair, -1 if there is none.
func (f *facts) find(p pair) int {
	return slices.IndexFunc(f.diffs, func(x diff) bool { return x.pair == p })
}

// span returns what is known of a term.
func (f *facts) span(t term) span {
	s := t.typeSpan()
	if f != nil {
		if known, ok := f.spans[t]; ok {
			s = s.meet(known)
		}
	}
	return s
}

// maxSlice is the largest length of a slice.
const maxSlice = 1<<31 - 1

func (t term) typeSpan() span {
	switch {
	case !t.length:
		return spanOfType(t.local.Type)
	case t.local.Type.Kind == tree.Bytes:
		return smallSpan(0, int64(t.local.Type.Len))
	}
	return smallSpan(0, maxSlice)
}

// maxFacts bounds the facts of each kind at one point, so that a huge function
// costs no more than its length; what is beyond is checked at run time.
const maxFacts = 64

// narrow adds that a term is in an interval.
func (f *facts) narrow(t term, s span) {
	now := f.span(t)
	s = now.meet(s)
	if _, known := f.spans[t]; (known || len(f.spans) < maxFacts) && (s.lo.Cmp(now.lo) != 0 || s.hi.Cmp(now.hi) != 0) {
		f.spans[t] = s
	}
}

// limit adds a - b <= d.
func (f *facts) limit(a, b term, d int64) {
	i := f.find(pair{a, b})
	switch {
	case i >= 0:
		f.diffs[i].d = min(f.diffs[i].d, d)
	case len(f.diffs) < maxFacts:
		f.diffs = append(f.diffs, diff{pair{a, b}, d})
	}
}

// maxEffort bounds the steps of all proofs of a check.
const maxEffort = 1 << 24

// atMost reports whether x - y <= d follows in at most depth steps.
func (b *body) atMost(x, y term, d int64, depth int) bool {
	if x == y {
		return d >= 0
	}
	if b.facts == nil {
		return false
	}
	if i := b.facts.find(pair{x, y}); i >= 0 && b.facts.diffs[i].d <= d {
		return true
	}
	if depth == 0 || b.c.effort > maxEffort {
		return false
	}
	b.c.effort += len(b.facts.diffs)
	for _, k := range b.facts.diffs {
		if k.a == x && b.atMost(k.b, y, d-k.d, depth-1) {
			return true
		}
	}
	return false
}

// linear is term + off; term.local is nil for a constant.
type linear struct {
	term term
	off  int64
}

// linearOf writes an expression as a term and an offset, as far as no
// operation in it can wrap.
func (b *body) linearOf(e tree.Expr) (linear, bool) {
	switch e := e.(type) {
	case *tree.Const:
		v := tree.CellValue(e.Cell, e.T)
		return linear{off: v.Int64()}, e.T.IsNumber() && v.IsInt64()
	case *tree.LocalRef:
		return linear{term: term{e.Local, false}}, e.T.IsNumber()
	case *tree.Len:
		if l, ok := e.X.(*tree.LocalRef); ok {
			return linear{term: term{l.Local, true}}, true
		}
	case *tree.Convert:
		if e.X.Type().IsNumber() && holds(e.T, b.bounds(e.X)) {
			return b.linearOf(e.X)
		}
	case *tree.Binary:
		return b.linearBinary(e)
	}
	return linear{}, false
}

func (b *body) linearBinary(e *tree.Binary) (linear, bool) {
	if e.Op != tree.Add && e.Op != tree.Sub {
		return linear{}, false
	}
	exact, _ := applySpan(e.Op, b.bounds(e.L), b.bounds(e.R))
	l, okL := b.linearOf(e.L)
	r, okR := b.linearOf(e.R)
	if !okL || !okR || !holds(e.T, exact) || !small(l.off) || !small(r.off) {
		return linear{}, false
	}
	switch {
	case e.Op == tree.Add && r.term.local == nil:
		return linear{l.term, l.off + r.off}, true
	case e.Op == tree.Add && l.term.local == nil:
		return linear{r.term, l.off + r.off}, true
	case e.Op == tree.Sub && r.term.local == nil:
		return linear{l.term, l.off - r.off}, true
	}
	return linear{}, false
}

// small keeps sums of offsets far from overflow.
func small(v int64) bool { return v > -1<<40 && v < 1<<40 }

func holds(t *tree.Type, s span) bool { return t.IsNumber() && t.Holds(s.lo, s.hi) }

// bounds is the interval of a number, with what is known here.
func (b *body) bounds(e tree.Expr) span {
	all := exprSpan(e)
	s := all
	switch e := e.(type) {
	case *tree.Const:
		return point(tree.CellValue(e.Cell, e.T))
	case *tree.LocalRef:
		return b.facts.span(term{e.Local, false})
	case *tree.Len:
		if l, ok := e.X.(*tree.LocalRef); ok {
			return b.facts.span(term{l.Local, true})
		}
	case *tree.Convert:
		switch t := e.X.Type(); {
		case t.IsNumber():
			s = b.bounds(e.X)
		case t.Kind == tree.Bool:
			s = smallSpan(0, 1)
		}
	case *tree.Binary:
		s = b.binaryBounds(e, all)
	case *tree.FieldRef:
		if f := part(e); f != nil && f.When == nil && f.Kind == tree.LayoutInt {
			s = spanOfType(refType(*f))
		}
	}
	if e.Type().Kind == tree.Int && !holds(e.Type(), s) {
		return all
	}
	return all.meet(s)
}

func exprSpan(e tree.Expr) span {
	if !e.Type().IsNumber() {
		return smallSpan(0, 1)
	}
	return spanOfType(e.Type())
}

func (b *body) binaryBounds(e *tree.Binary, all span) span {
	l, r := b.bounds(e.L), b.bounds(e.R)
	if bits, _ := e.L.Type().Word(); (e.Op == tree.Shl || e.Op == tree.Shr) && r.hi.Cmp(big.NewInt(int64(bits))) >= 0 {
		return all
	}
	if s, ok := applySpan(e.Op, l, r); ok {
		return s
	}
	return all
}

// assume adds what follows from a condition being true or false.
func (b *body) assume(e tree.Expr, truth bool) {
	if b.facts == nil {
		return
	}
	switch e := e.(type) {
	case *tree.Unary:
		if e.Op == tree.Not {
			b.assume(e.X, !truth)
		}
	case *tree.Binary:
		b.assumeBinary(e, truth)
	case *tree.Equal:
		if e.L.Type().IsNumber() && e.Ne != truth {
			b.assumeLess(e.L, e.R, 0)
			b.assumeLess(e.R, e.L, 0)
		}
	}
}

func (b *body) assumeBinary(e *tree.Binary, truth bool) {
	if e.L.Type().IsReal() {
		return
	}
	switch {
	case e.Op == tree.And && truth, e.Op == tree.Or && !truth:
		b.assume(e.L, truth)
		b.assume(e.R, truth)
	case e.Op == tree.Lt && truth, e.Op == tree.Ge && !truth:
		b.assumeLess(e.L, e.R, -1)
	case e.Op == tree.Le && truth, e.Op == tree.Gt && !truth:
		b.assumeLess(e.L, e.R, 0)
	case e.Op == tree.Gt && truth, e.Op == tree.Le && !truth:
		b.assumeLess(e.R, e.L, -1)
	case e.Op == tree.Ge && truth, e.Op == tree.Lt && !truth:
		b.assumeLess(e.R, e.L, 0)
	}
}

// assumeLess adds l - r <= d.
func (b *body) assumeLess(l, r tree.Expr, d int64) {
	x, okX := b.linearOf(l)
	y, okY := b.linearOf(r)
	ls, rs := b.bounds(l), b.bounds(r)
	diff := big.NewInt(d)
	if okX && x.term.local != nil {
		top := sub(add(rs.hi, diff), big.NewInt(x.off))
		b.facts.narrow(x.term, span{b.facts.span(x.term).lo, top})
	}
	if okY && y.term.local != nil {
		low := sub(sub(ls.lo, diff), big.NewInt(y.off))
		b.facts.narrow(y.term, span{low, b.facts.span(y.term).hi})
	}
	if okX && okY && x.term.local != nil && y.term.local != nil {
		b.facts.limit(x.term, y.term, d+y.off-x.off)
	}
}

// below reports whether l - r <= d is known.
func (b *body) below(l, r tree.Expr, d int64) bool {
	ls, rs := b.bounds(l), b.bounds(r)
	if sub(ls.hi, rs.lo).Cmp(big.NewInt(d)) <= 0 {
		return true
	}
	x, okX := b.linearOf(l)
	y, okY := b.linearOf(r)
	return okX && okY && x.term.local != nil && y.term.local != nil &&
		b.atMost(x.term, y.term, d+y.off-x.off, 3)
}
