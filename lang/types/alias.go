package types

import (
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

func isInOut(f *tree.Func, a tree.Arg) bool { return f.Params[a.Index].Kind == tree.InOutLocal }

// noAlias checks that an inout argument overlaps no other argument. It also checks that the
// evaluation of one argument changes no variable of another argument.
func (b *body) noAlias(f *tree.Func, args []tree.Arg) {
	for i, x := range args {
		for j, y := range args {
			inout, other := isInOut(f, x), isInOut(f, y)
			if i == j || !inout || other && j < i || !other && y.Value.Type().IsScalar() {
				continue // not a pair of references, or a pair already checked
			}
			if l := tree.Root(x.Value); l != nil && l == tree.Root(y.Value) && !b.disjoint(x.Value, y.Value) {
				b.c.errorf(codes.Aliased, x.Value.Span(), "`%s` may overlap another argument, and this one is inout", l.Name).
					Note(y.Value.Span(), "the other argument").Hint("copy one of them into a variable of its own")
			}
		}
	}
	list := make([]tree.Expr, len(args))
	for i, a := range args {
		list[i] = a.Value
	}
	b.noOverlap(list...)
}

// disjoint reports whether two places (variables or parts of them) share no memory. Different
// fields are disjoint. Slices of one array are disjoint if one slice ends before the other begins.
func (b *body) disjoint(x, y tree.Expr) bool {
	p, q := pathOf(x), pathOf(y)
	for i := 0; i < len(p) && i < len(q); i++ {
		if b.stepsApart(p[i], q[i]) {
			return true
		}
	}
	return false
}

// pathOf lists the steps from a local to the place x: fields, indices and slices.
func pathOf(x tree.Expr) []tree.Expr {
	switch n := x.(type) {
	case *tree.Index:
		return append(pathOf(n.X), x)
	case *tree.FieldRef:
		return append(pathOf(n.X), x)
	case *tree.SliceOf:
		return append(pathOf(n.X), x)
	}
	return nil
}

func (b *body) stepsApart(x, y tree.Expr) bool {
	switch x := x.(type) {
	case *tree.FieldRef:
		y, ok := y.(*tree.FieldRef)
		return ok && x.Index != y.Index
	case *tree.Index:
		y, ok := y.(*tree.Index)
		return ok && (b.facts.Below(x.I, y.I, -1) || b.facts.Below(y.I, x.I, -1))
	case *tree.SliceOf:
		y, ok := y.(*tree.SliceOf)
		return ok && x.Lo != nil && y.Lo != nil && (b.facts.Below(x.Hi, y.Lo, 0) || b.facts.Below(y.Hi, x.Lo, 0))
	}
	return false
}

// noOverlap checks that no expression of a list changes a place that another expression refers to.
// An example is f(a, g(a)), if the parameter of g is inout.
func (b *body) noOverlap(list ...tree.Expr) {
	for i, x := range list {
		for _, w := range tree.Written(x) {
			for j, y := range list {
				if i != j && !y.Type().IsScalar() && tree.Root(y) == tree.Root(w) {
					b.c.errorf(codes.Aliased, w.Span(), "`%s` is changed here and read in the same call", tree.Root(w).Name).
						Note(y.Span(), "it is read here").Hint("call first and keep the result in a `let`")
				}
			}
		}
	}
}
