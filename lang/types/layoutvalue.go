package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// layoutLit checks L(...) and L.sealed(...), which make a layout from its fields. The call has no
// arguments for fixed fields and seals.
func (b *body) layoutLit(e *syntax.CallExpr, t *tree.Type, sealed bool) tree.Expr {
	def := t.Layout
	seal := def.SealedField()
	switch {
	case seal >= 0 && !sealed:
		b.c.errorf(codes.LayoutUse, e.Fun.Span(), "a `%s` carries a seal, which is computed", def.Name).
			Note(def.Fields[seal].Span, "the seal").Hint("write `%s.sealed(...)` with the other fields", def.Name)
		return nil
	case seal < 0 && sealed:
		b.c.errorf(codes.LayoutUse, e.Fun.Span(), "a `%s` has no seal", def.Name).Note(def.Span, "declared here").Hint("write `%s(...)`", def.Name)
		return nil
	case !b.hasBlank(def, e.Span()):
		return nil
	}
	lit := b.layoutFields(e, t)
	if lit == nil || !sealed {
		return lit
	}
	x := &tree.Sealed{Expr0: tree.Expr0{At: e.Span(), T: t}, X: lit, Proved: !def.Loose()}
	b.checked(&x.Proved, &x.Site, tree.TrapLayout, e.Span())
	return x
}

// layoutFields checks the arguments and adds the fields that are not given.
func (b *body) layoutFields(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	def := t.Layout
	var names []string
	var index []int
	var rest []tree.Arg
	for i, f := range def.Fields {
		switch {
		case f.Name == "":
		case f.Seal != tree.NoSeal:
			rest = append(rest, tree.Arg{Index: i, Value: &tree.Const{Expr0: tree.Expr0{At: e.Span(), T: f.Part}}})
		case f.Fixed != nil && f.When == nil:
			rest = append(rest, tree.Arg{Index: i, Value: &tree.Const{Expr0: tree.Expr0{At: e.Span(), T: f.Part}, Cell: *f.Fixed}})
		default:
			names, index = append(names, f.Name), append(index, i)
		}
	}
	b.c.namedArguments(e, names, func(i int) diag.Span { return def.Fields[index[i]].Span })
	args, ok := b.arguments(e, "`"+def.Name+"`", names, func(i int, x syntax.Expr) tree.Expr {
		return b.partValue(x, &def.Fields[index[i]])
	})
	if !ok {
		return nil
	}
	for i := range args {
		args[i].Index = index[args[i].Index]
	}
	return &tree.StructLit{Expr0: tree.Expr0{At: e.Span(), T: t}, Args: append(args, rest...)}
}

// partValue checks a value for a field. A bounded field accepts a value that is known to be within
// the bounds.
func (b *body) partValue(e syntax.Expr, f *tree.LayoutField) tree.Expr {
	if f.Fixed == nil && !f.Bound {
		return b.value(e, f.Type)
	}
	if _, isNone := e.(*syntax.NoneLit); isNone {
		return b.value(e, f.Type)
	}
	var x tree.Expr
	if f.Kind == tree.LayoutEnum {
		if x = b.value(e, f.Part); x != nil {
			if k, ok := x.(*tree.Const); !ok || k.Cell != *f.Fixed {
				b.c.errorf(codes.OutOfRange, e.Span(), "`%s` is always %s", f.Name, f.Part.Enum.Variants[*f.Fixed].Name)
				return nil
			}
		}
	} else {
		x = b.boundedValue(e, refType(*f), f.Part)
	}
	return b.convert(x, f.Type, e.Span())
}

// boundedValue checks a number that must be within a range. The number's type, or the facts
// at this program point, must prove that the number is within this range.
func (b *body) boundedValue(e syntax.Expr, in, part *tree.Type) tree.Expr {
	x := b.expr(e, in)
	if x != nil && tree.Same(x.Type(), part) && facts.Holds(in, b.facts.Bounds(x)) {
		return x
	}
	if x = b.convert(x, in, e.Span()); x == nil {
		return nil
	}
	return resize(x, part)
}

// hasBlank reports a part without a name whose value cannot be written.
func (b *body) hasBlank(def *tree.LayoutDef, at diag.Span) bool {
	for _, f := range def.Fields {
		if f.Name == "" && f.Kind == tree.LayoutSub {
			b.c.errorf(codes.LayoutUse, at, "`%s` has a layout without a name, so it is read but not made or written", def.Name).
				Note(f.Span, "this part").Hint("give it a name")
			return false
		}
		if f.Kind == tree.LayoutSub && !b.hasBlank(f.Part.Layout, at) {
			return false
		}
	}
	return true
}

// layoutBytes checks x.bytes().
func (b *body) layoutBytes(e *syntax.CallExpr, x tree.Expr) tree.Expr {
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`bytes` takes no arguments")
		return nil
	}
	return b.bytesOfLayout(x, e.Span())
}

// bytesOfLayout builds the expression that writes a layout as bytes.
func (b *body) bytesOfLayout(x tree.Expr, at diag.Span) tree.Expr {
	def := x.Type().Layout
	if !b.hasBlank(def, at) {
		return nil
	}
	n := &tree.Write{Expr0: tree.Expr0{At: at, T: tree.BytesType(def.Max)}, X: x, Proved: !def.Loose() || b.isWhole(x)}
	b.checked(&n.Proved, &n.Site, tree.TrapLayout, at)
	return n
}

// isWhole reports whether the parts of all layouts in a value are known to agree. The parts agree
// in the result of parse or sealed, in a let with such a value, and in a part of such a value.
func (b *body) isWhole(x tree.Expr) bool {
	switch x := x.(type) {
	case *tree.Parse, *tree.Sealed:
		return true
	case *tree.LocalRef:
		return b.c.whole[x.Local]
	case *tree.FieldRef:
		return b.isWhole(x.X)
	}
	return false
}

// learnWhole records that the value of a let is whole (see isWhole).
func (b *body) learnWhole(l *tree.Local, x tree.Expr) {
	if l != nil && l.Kind == tree.LetLocal && b.isWhole(x) {
		b.c.whole[l] = true
	}
}

// part returns the layout field that a place denotes, nil for any other place.
func part(x tree.Expr) *tree.LayoutField {
	f, ok := x.(*tree.FieldRef)
	if !ok || f.X.Type().Kind != tree.Layout {
		return nil
	}
	return &f.X.Type().Layout.Fields[f.Index]
}

// writablePart checks that a place inside layouts may change: the place is not in a sealed layout
// and is not fixed. If `assigned` is set, partValue has checked the bounds of the place.
func (b *body) writablePart(x tree.Expr, assigned bool) bool {
	if f := part(x); f != nil {
		def := x.(*tree.FieldRef).X.Type().Layout
		seal := def.SealedField()
		switch {
		case seal >= 0:
			b.c.errorf(codes.LayoutUse, x.Span(), "a `%s` carries a seal, so its parts do not change", def.Name).
				Note(def.Fields[seal].Span, "the seal").Hint("make a new one with `%s.sealed(...)`", def.Name)
			return false
		case f.Fixed != nil && f.When == nil:
			b.c.errorf(codes.Immutable, x.Span(), "`%s` cannot change, its value is fixed", f.Name).Note(f.Span, "declared here")
			return false
		case (f.Bound || f.Fixed != nil) && !assigned:
			b.c.errorf(codes.Immutable, x.Span(), "`%s` is bounded, so it changes by assignment only", f.Name).Note(f.Span, "declared here").
				Hint("copy it into a `var`, and assign what is `within` its bounds")
			return false
		}
	}
	switch x := x.(type) {
	case *tree.Index:
		return b.writablePart(x.X, false)
	case *tree.SliceOf:
		return b.writablePart(x.X, false)
	case *tree.FieldRef:
		return b.writablePart(x.X, true)
	}
	return true
}

// isByteRun checks that x is bytes, an array of u8 or a slice of u8.
func (b *body) isByteRun(x tree.Expr, what string) bool {
	elem := sliceElem(x.Type())
	if elem != nil && tree.Same(elem, tree.IntType(8, false)) {
		return true
	}
	b.c.errorf(codes.Mismatch, x.Span(), "%s reads bytes or a slice of u8, found %s", what, describe(x.Type()))
	return false
}
