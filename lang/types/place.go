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

// index checks a[i].
func (b *body) index(e *syntax.IndexExpr) tree.Expr {
	x := b.expr(e.X, nil)
	i := b.number(e.Index)
	if x == nil || i == nil {
		return nil
	}
	elem := sliceElem(x.Type())
	if elem == nil {
		b.c.errorf(codes.BadOperand, e.X.Span(), "%s has no elements", describe(x.Type()))
		return nil
	}
	b.noWrap(i, wideOf(i), "an index")
	n := &tree.Index{Expr0: tree.Expr0{At: e.Span(), T: elem}, X: x, I: i}
	n.Proved = b.empty > 0 || b.facts.InLength(i, x, -1)
	if !n.Proved {
		// Only the types count here, because in code that never runs, facts may contradict each other.
		if s := facts.TypeBounds(i); s.Hi.Sign() < 0 || !s.Lo.Less(facts.Length(x.Type()).Hi) {
			b.c.errorf(codes.AlwaysTraps, e.Index.Span(), "this index is never below the length of %s", describe(x.Type())).
				Labelf("%s", indexIs(s))
			return nil
		}
	}
	b.checked(&n.Proved, &n.Site, tree.TrapIndex, e.Index.Span())
	return n
}

func indexIs(s interval.Set) string {
	if s.IsPoint() {
		return s.Lo.String()
	}
	return "at least " + s.Lo.String()
}

// slice checks a[i..j].
func (b *body) slice(e *syntax.SliceExpr) tree.Expr {
	x := b.expr(e.X, nil)
	if x == nil || e.Range == nil {
		return nil
	}
	elem := sliceElem(x.Type())
	if elem == nil {
		b.c.errorf(codes.BadOperand, e.X.Span(), "%s has no elements", describe(x.Type()))
		return nil
	}
	lo, hi, ok := b.sliceBounds(e, x)
	if !ok {
		return nil
	}
	b.noWrap(lo, wideOf(lo), "a bound of a slice")
	b.noWrap(hi, wideOf(hi), "a bound of a slice")
	t := &tree.Type{Kind: tree.Slice, Elem: elem}
	n := &tree.SliceOf{Expr0: tree.Expr0{At: e.Span(), T: t}, X: x}
	word := facts.WordFor(facts.All(lo.Type()).Hull(facts.All(hi.Type())))
	if word == nil {
		b.c.errorf(codes.TooWide, e.Range.Span(), "64 bits cannot hold both bounds")
		return nil
	}
	n.Proved = b.empty > 0 || b.facts.Bounds(lo).NonNegative() && b.facts.Below(lo, hi, 0) && b.facts.InLength(hi, x, 0)
	n.Lo, n.Hi = toWord(lo, word), toWord(hi, word)
	b.checked(&n.Proved, &n.Site, tree.TrapSlice, e.Range.Span())
	return n
}

// sliceBounds returns both bounds. A missing bound is 0 or the length.
func (b *body) sliceBounds(e *syntax.SliceExpr, x tree.Expr) (lo, hi tree.Expr, ok bool) {
	lo = number(new(big.Int), e.Range.Span())
	if e.Range.Lo != nil {
		lo = b.number(e.Range.Lo)
	}
	hi = length(x, e.Range.Span())
	if e.Range.Hi != nil {
		hi = b.number(e.Range.Hi)
	}
	if lo == nil || hi == nil {
		return nil, nil, false
	}
	if e.Range.Closed && e.Range.Hi != nil {
		one := number(big.NewInt(1), e.Range.Span())
		hi = b.exact(tree.Add, widen(hi), one, e.Range.Span())
	}
	return lo, hi, hi != nil
}

// field checks x.name outside of calls: a variant, a field, a length.
func (b *body) field(e *syntax.FieldExpr) tree.Expr {
	if d := b.typeName(e.X); d != nil && b.mayName(e.X) {
		return b.typeMember(d, e)
	}
	if b.isTimeStart(e) {
		return &tree.Const{Expr0: tree.Expr0{At: e.Span(), T: tree.TimeType()}}
	}
	if pkg := b.packageName(e.X); pkg != nil {
		if d := b.packageValue(*pkg, e); d != nil {
			return b.c.mention(d.konst, e.Span())
		}
		return nil
	}
	x := b.expr(e.X, nil)
	if x == nil {
		return nil
	}
	if ref, ok := x.(*tree.LayoutRef); ok {
		return b.layoutField(ref, e)
	}
	return b.member(x, e)
}

func (b *body) member(x tree.Expr, e *syntax.FieldExpr) tree.Expr {
	t := x.Type()
	if e.Name.Name == "len" && sliceElem(t) != nil {
		return length(x, e.Span())
	}
	var known []string
	switch t.Kind {
	case tree.Struct:
		for i, f := range t.Struct.Fields {
			if f.Name == e.Name.Name {
				b.c.opts.Record.Use(e.Name.Span(), f.Span)
				return fieldRef(x, i, f.Offset, f.Type, e.Span())
			}
			known = append(known, f.Name)
		}
	case tree.Layout:
		for i, f := range t.Layout.Fields {
			if f.Name == e.Name.Name {
				b.c.opts.Record.Use(e.Name.Span(), f.Span)
				return b.partRef(x, i, &f, e.Span())
			}
			known = append(known, f.Name)
		}
	case tree.Bytes, tree.Array, tree.Slice:
		known = append(known, "len")
	}
	b.noMember(t, e.Name, known)
	return nil
}

// partRef reads a field of a layout. The type of a bounded field is its range.
func (b *body) partRef(x tree.Expr, i int, f *tree.LayoutField, at diag.Span) tree.Expr {
	ref := fieldRef(x, i, f.Offset, f.Type, at)
	if f.Bound && f.When == nil && f.Kind == tree.LayoutInt {
		return &tree.Convert{Expr0: tree.Expr0{At: at, T: facts.RangeType(facts.OfField(f))}, X: ref}
	}
	return ref
}

// typeName returns the declaration of the type that the expression names. The result is nil if the
// expression is not the name of a type.
func (b *body) typeName(e syntax.Expr) *decl {
	var d *decl
	switch n := e.(type) {
	case *syntax.Name:
		if b.lookup(n.Name) == nil {
			d = b.c.find(n.Ident)
		}
	case *syntax.FieldExpr:
		if pkg := b.packageName(n.X); pkg != nil {
			d = b.c.publicDecl(pkg.Name, n.Name.Name)
			b.c.means(n.Name, d)
		}
	}
	if d == nil {
		return nil
	}
	switch d.node.(type) {
	case *syntax.TypeDecl, *syntax.StructDecl, *syntax.EnumDecl, *syntax.LayoutDecl:
		return d
	}
	return nil
}

// typeMember checks Enum.variant.
func (b *body) typeMember(d *decl, e *syntax.FieldExpr) tree.Expr {
	if !b.c.resolve(d, e.Span()) {
		return nil
	}
	if d.typ.Kind != tree.Enum {
		b.noMember(d.typ, e.Name, nil)
		return nil
	}
	i := variantIndex(d.typ.Enum, e.Name.Name)
	if i < 0 {
		b.noMember(d.typ, e.Name, variantNames(d.typ.Enum))
		return nil
	}
	b.c.opts.Record.Use(e.Name.Span(), d.typ.Enum.Variants[i].Span)
	if len(d.typ.Enum.Variants[i].Payload) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "the variant `%s` carries values", e.Name.Name).
			Hint("write `%s.%s(...)`", d.name.Name, e.Name.Name)
		return nil
	}
	return variantValue(d.typ, i, e.Span())
}

func variantNames(e *tree.EnumDef) []string {
	var names []string
	for _, v := range e.Variants {
		names = append(names, v.Name)
	}
	return names
}

// assigned is the text by which `writable` describes the target of an assignment.
const assigned = "the target of an assignment"

// writable checks that x is a place that may change. It then removes the facts about this place.
func (b *body) writable(x tree.Expr, what string) bool {
	if !b.mayChange(x, what) {
		return false
	}
	if x = plainPlace(x); !isIndex(x) {
		b.facts.Forget(tree.Root(x))
	}
	return true
}

func isIndex(x tree.Expr) bool {
	_, ok := x.(*tree.Index)
	return ok
}

// mayChange is like writable, but keeps the facts. It is for changes of elements, which change no
// length.
func (b *body) mayChange(x tree.Expr, what string) bool {
	x = plainPlace(x)
	l := tree.Root(x)
	if l == nil {
		b.c.errorf(codes.NotAPlace, x.Span(), "%s must be a variable or a part of one", what)
		return false
	}
	if l.Kind != tree.VarLocal && l.Kind != tree.StateLocal && l.Kind != tree.InOutLocal {
		b.c.errorf(codes.Immutable, x.Span(), "`%s` cannot change, it is %s", l.Name, kindText[l.Kind]).
			Note(l.Span, "declared here").Hint("%s", kindHint[l.Kind])
		return false
	}
	return b.writablePart(x, what == assigned)
}

var kindText = map[tree.LocalKind]string{
	tree.ParamLocal: "a parameter", tree.LetLocal: "declared with let", tree.LoopLocal: "the variable of a loop",
}

var kindHint = map[tree.LocalKind]string{
	tree.ParamLocal: "declare the parameter `inout`, or copy it into a `var`",
	tree.LetLocal:   "declare it with `var`",
	tree.LoopLocal:  "copy it into a `var`",
}

// writeOnly checks the target of an assignment. The assignment does not count as a use of the
// target's variable. Only an index in the target counts, if it reads the variable.
func (b *body) writeOnly(e syntax.Expr) tree.Expr {
	l := b.lookup(syntax.RootName(e))
	was := b.c.read[l]
	x := b.expr(e, nil)
	if l != nil && l.Kind != tree.InOutLocal && b.c.read[l] == was+1 {
		b.c.read[l] = was
	}
	return x
}
