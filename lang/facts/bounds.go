package facts

import (
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// linear is the sum term + off. term.local is nil for a constant.
type linear struct {
	term term
	off  int64
}

// linearOf writes an expression as a term plus an offset. linearOf does not look inside an
// operation that may wrap.
func (f *Known) linearOf(e tree.Expr) (linear, bool) {
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
		if e.X.Type().IsNumber() && Holds(e.T, f.Bounds(e.X)) {
			return f.linearOf(e.X)
		}
	case *tree.Binary:
		return f.linearBinary(e)
	}
	return linear{}, false
}

// linearTerm is linearOf for expressions that are not constants.
func (f *Known) linearTerm(e tree.Expr) (linear, bool) {
	v, ok := f.linearOf(e)
	return v, ok && v.term.local != nil
}

func (f *Known) linearBinary(e *tree.Binary) (linear, bool) {
	if e.Op != tree.Add && e.Op != tree.Sub || !e.T.IsNumber() {
		return linear{}, false
	}
	exact, _ := Apply(e.Op, f.Bounds(e.L), f.Bounds(e.R))
	l, okL := f.linearOf(e.L)
	r, okR := f.linearOf(e.R)
	if !okL || !okR || !Holds(e.T, exact) || !small(l.off) || !small(r.off) {
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

// Bounds is the interval that contains the value of a number expression, given the facts.
func (f *Known) Bounds(e tree.Expr) interval.Set {
	all := TypeBounds(e)
	s := all
	switch e := e.(type) {
	case *tree.Const:
		return interval.Point(Cell(e.Cell, e.T))
	case *tree.LocalRef:
		return f.span(term{e.Local, false})
	case *tree.Len:
		if l, ok := e.X.(*tree.LocalRef); ok {
			return f.span(term{l.Local, true})
		}
	case *tree.Convert:
		switch t := e.X.Type(); {
		case t.IsNumber():
			s = f.Bounds(e.X)
		case t.Kind == tree.Bool:
			s = interval.Make(0, 1)
		}
	case *tree.Binary:
		s = f.binaryBounds(e, all)
	case *tree.FieldRef:
		if t := e.X.Type(); t.Kind == tree.Layout {
			if p := &t.Layout.Fields[e.Index]; p.When == nil && p.Kind == tree.LayoutInt {
				s = OfField(p)
			}
		}
	}
	if e.Type().Kind == tree.Int && !Holds(e.Type(), s) {
		return all
	}
	return meet(all, s)
}

// TypeBounds is the interval of an expression's type, 0..=1 for a bool.
func TypeBounds(e tree.Expr) interval.Set {
	if !e.Type().IsNumber() {
		return interval.Make(0, 1)
	}
	return All(e.Type())
}

func (f *Known) binaryBounds(e *tree.Binary, all interval.Set) interval.Set {
	l, r := f.Bounds(e.L), f.Bounds(e.R)
	if bits, _ := e.L.Type().Word(); (e.Op == tree.Shl || e.Op == tree.Shr) && !r.Hi.Less(interval.Int(int64(bits))) {
		return all
	}
	if s, ok := Apply(e.Op, l, r); ok {
		return s
	}
	return all
}

// LengthOf is the interval that contains the length of an array, slice or bytes. The length of
// a slice x[lo..hi] that did not trap is hi - lo.
func (f *Known) LengthOf(x tree.Expr) interval.Set {
	if l, ok := x.(*tree.LocalRef); ok && x.Type().Kind != tree.Array {
		return f.span(term{l.Local, true})
	}
	if s, ok := x.(*tree.SliceOf); ok && s.Lo != nil {
		most := f.Bounds(s.Hi).Hi.Sub(f.Bounds(s.Lo).Lo)
		return interval.Set{Lo: interval.Int(0), Hi: interval.Max(most, interval.Int(0))}
	}
	return Length(x.Type())
}

// Below reports whether the facts prove l - r <= d.
func (f *Known) Below(l, r tree.Expr, d int64) bool {
	if !interval.Int(d).Less(f.Bounds(l).Hi.Sub(f.Bounds(r).Lo)) {
		return true
	}
	x, okX := f.linearTerm(l)
	y, okY := f.linearTerm(r)
	return okX && okY && f.atMost(x.term, y.term, d+y.off-x.off, maxSteps)
}

// InLength reports whether the facts prove 0 <= i and i - length of x <= d.
func (f *Known) InLength(i, x tree.Expr, d int64) bool {
	s := f.Bounds(i)
	if s.Lo.Sign() < 0 {
		return false
	}
	if !interval.Int(d).Less(s.Hi.Sub(f.LengthOf(x).Lo)) {
		return true
	}
	l, ok := x.(*tree.LocalRef)
	at, okAt := f.linearTerm(i)
	if !ok || !okAt || x.Type().Kind == tree.Array {
		return false
	}
	return f.atMost(at.term, term{l.Local, true}, d-at.off, maxSteps)
}
