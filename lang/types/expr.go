package types

import (
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// expr checks an expression. `want` is the type that the context expects, or nil. A literal takes
// this type, but the result may have a different type (see value). After an error, expr returns
// nil.
func (b *body) expr(e syntax.Expr, want *tree.Type) tree.Expr {
	x := b.plainExpr(e, want)
	if x != nil && b.c.opts.Record != nil {
		v := record.Value{At: e.Span(), Type: x.Type(), Range: interval.Make(0, -1)}
		if x.Type().IsNumber() {
			v.Range = b.facts.Bounds(x)
		}
		b.c.opts.Record.Evaluate(v)
	}
	return x
}

func (b *body) plainExpr(e syntax.Expr, want *tree.Type) tree.Expr {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return b.expr(e.X, want)
	case *syntax.IntLit:
		return number(e.Value(), e.Span())
	case *syntax.BoolLit:
		return boolConst(e.Value, e.Span())
	case *syntax.StringLit:
		return b.stringLit(e)
	case *syntax.NoneLit:
		return b.none(e, want)
	case *syntax.Name:
		return b.name(e, want)
	case *syntax.ArrayLit:
		return b.arrayLit(e, want)
	case *syntax.UnaryExpr:
		return b.unary(e)
	case *syntax.BinaryExpr:
		return b.binary(e)
	case *syntax.WithinExpr:
		return b.within(e)
	case *syntax.SearchExpr:
		return b.search(e)
	case *syntax.CallExpr:
		return b.callValue(e, want)
	case *syntax.IndexExpr:
		return b.index(e)
	case *syntax.SliceExpr:
		return b.slice(e)
	case *syntax.FieldExpr:
		return b.field(e)
	case *syntax.FloatLit:
		return b.floatLit(e)
	case *syntax.TimeLit:
		return &tree.Const{Expr0: tree.Expr0{At: e.Span(), T: tree.DurationType()}, Cell: uint64(e.Ticks)}
	case *syntax.RangeExpr:
		b.c.errorf(codes.NotAValue, e.Span(), "a range is not a value")
	case *syntax.TypeExprValue:
		b.c.errorf(codes.NotAValue, e.Span(), "a type is not a value")
	}
	return nil
}

// value checks an expression that must have a type and a value.
func (b *body) value(e syntax.Expr, want *tree.Type) tree.Expr {
	if e == nil {
		return nil
	}
	return b.convert(b.expr(e, want), want, e.Span())
}

// condition checks a bool.
func (b *body) condition(e syntax.Expr) tree.Expr {
	if e == nil {
		return nil
	}
	x := b.expr(e, nil)
	if x == nil {
		return nil
	}
	if x.Type().Kind == tree.Bool {
		return x
	}
	d := b.c.errorf(codes.Mismatch, e.Span(), "expected a condition (`bool`), found %s", describe(x.Type()))
	switch {
	case x.Type().IsNumber():
		d.Hint("write `... != 0`")
	case x.Type().Kind == tree.Option:
		d.Hint("write `if let x = ... { }`")
	}
	return nil
}

func (b *body) stringLit(e *syntax.StringLit) tree.Expr {
	text := ""
	for _, p := range e.Parts {
		if p.X != nil {
			b.c.errorf(codes.BadFormat, p.Span(), "only log.print fills in braces").Hint("a brace itself is written `\\{`")
			return nil
		}
		text += p.Bytes
	}
	return &tree.BytesLit{Expr0: tree.Expr0{At: e.Span(), T: tree.BytesType(len(text))}, Data: []byte(text)}
}

func (b *body) none(e *syntax.NoneLit, want *tree.Type) tree.Expr {
	if want == nil {
		b.c.errorf(codes.NeedsType, e.Span(), "the type of this `none` does not follow").Hint("declare it, as in `var x: u32? = none`")
		return nil
	}
	if want.Kind != tree.Option {
		b.c.errorf(codes.OptionUse, e.Span(), "expected `%s`, found `none`", want).Hint("the type of an optional value is `%s?`", want)
		return nil
	}
	return &tree.None{Expr0: tree.Expr0{At: e.Span(), T: want}}
}

// name resolves a plain name: a local, a layout field, a constant or a variant.
func (b *body) name(e *syntax.Name, want *tree.Type) tree.Expr {
	if b.layout != nil {
		if x := b.layoutName(e.Ident); x != nil {
			return x
		}
	}
	if k := b.bound[e.Name]; k != nil {
		b.c.opts.Record.Use(e.Span(), k.Span)
		return constRef(k, e.Span())
	}
	if l := b.lookup(e.Name); l != nil {
		b.c.opts.Record.Use(e.Span(), l.Span)
		if l.Type == nil {
			return nil // the declaration had an error
		}
		b.c.read[l]++
		return &tree.LocalRef{Expr0: tree.Expr0{At: e.Span(), T: l.Type}, Local: l}
	}
	if b.env != nil && b.env.consts[e.Name] != nil {
		b.c.opts.Record.Use(e.Span(), b.env.at[e.Name])
		return constRef(b.env.consts[e.Name], e.Span())
	}
	if d := b.c.find(e.Ident); d != nil {
		return b.declValue(d, e)
	}
	if x := b.bareVariant(e.Ident, want); x != nil {
		return x
	}
	if predeclared[e.Name] || isIntName(e.Name) || isPackage(e.Name) {
		b.c.errorf(codes.NotAValue, e.Span(), "`%s` is a word of the language, expected a value", e.Name)
		return nil
	}
	b.c.unknown(e.Ident, "name", b.names())
	return nil
}

func (b *body) declValue(d *decl, e *syntax.Name) tree.Expr {
	if !b.c.resolve(d, e.Span()) {
		return nil
	}
	if d.konst == nil {
		x := b.c.errorf(codes.NotAValue, e.Span(), "`%s` is %s, expected a value", e.Name, d.what()).Note(d.name.Span(), "declared here")
		if d.fn != nil || d.generic != nil {
			x.Hint("call it: `%s(...)`", e.Name)
		}
		return nil
	}
	return b.c.mention(d.konst, e.Span())
}

// bareVariant resolves the bare name of a variant where an enum is expected.
func (b *body) bareVariant(name syntax.Ident, want *tree.Type) tree.Expr {
	if want != nil && want.Kind == tree.Option {
		want = want.Elem
	}
	if want == nil || want.Kind != tree.Enum {
		return nil
	}
	i := variantIndex(want.Enum, name.Name)
	if i < 0 || len(want.Enum.Variants[i].Payload) > 0 {
		return nil
	}
	b.c.opts.Record.Use(name.Span(), want.Enum.Variants[i].Span)
	return variantValue(want, i, name.Span())
}

// arrayLit checks [a, b, c]. If no type is expected, the elements determine the element type.
// Either all elements have the same type, or all are numbers and get a common range as their type.
func (b *body) arrayLit(e *syntax.ArrayLit, want *tree.Type) tree.Expr {
	var elem *tree.Type
	if want != nil && want.Kind == tree.Option {
		want = want.Elem
	}
	if want != nil && (want.Kind == tree.Array || want.Kind == tree.Slice) {
		elem = want.Elem
	}
	list := make([]tree.Expr, 0, len(e.Elems))
	for _, x := range e.Elems {
		list = append(list, b.value(x, elem))
	}
	if elem == nil {
		elem = b.commonType(e, list)
	}
	if elem != nil && elem.Kind == tree.Fraction {
		b.untyped(e.Span())
		return nil
	}
	if elem == nil {
		return nil
	}
	for i, x := range list {
		if list[i] = b.convert(x, elem, e.Elems[i].Span()); list[i] == nil {
			return nil
		}
	}
	t := &tree.Type{Kind: tree.Array, Len: len(list), Elem: elem}
	if want != nil && want.Kind == tree.Array && want.Len != t.Len {
		b.c.errorf(codes.Mismatch, e.Span(), "expected %d elements, found %d", want.Len, t.Len)
		return nil
	}
	if elem.Kind == tree.Slice {
		b.c.errorf(codes.StoredSlice, e.Span(), "a slice exists only as a parameter")
		return nil
	}
	if tree.IsEnd(elem) {
		b.c.errorf(codes.OnlyInTask, e.Span(), "channel ends and devices are not stored").Hint("declare `chan name[N]: T` and give the array to the task")
		return nil
	}
	return &tree.ArrayLit{Expr0: tree.Expr0{At: e.Span(), T: t}, Elems: list}
}

func (b *body) commonType(e *syntax.ArrayLit, list []tree.Expr) *tree.Type {
	var t *tree.Type
	for _, x := range list {
		switch {
		case x == nil:
			return nil
		case t == nil:
			t = x.Type()
		case t.Kind == tree.Range && x.Type().Kind == tree.Range:
			s := facts.All(t).Hull(facts.All(x.Type()))
			t = facts.RangeType(s)
			if !facts.Fits64(s) {
				b.c.errorf(codes.TooWide, x.Span(), "64 bits do not hold all elements")
				return nil
			}
		}
	}
	if t == nil {
		b.c.errorf(codes.NeedsType, e.Span(), "the type of an empty array does not follow")
	}
	return t
}

// within checks `x within a..b`.
func (b *body) within(e *syntax.WithinExpr) tree.Expr {
	x := b.number(e.X)
	lo, hi := b.rangeBounds(e.Range)
	if x == nil || lo == nil || hi == nil {
		return nil
	}
	ls, hs := facts.All(lo.Type()), facts.All(hi.Type())
	top := hs.Hi
	if !e.Range.Closed {
		top = top.Sub(interval.Int(1))
	}
	word := facts.WordFor(facts.All(x.Type()).Hull(ls).Hull(hs))
	if word == nil {
		b.c.errorf(codes.TooWide, e.Span(), "64 bits cannot hold both the number and the bounds").
			Hint("convert the number first, as in `i64(...)`")
		return nil
	}
	if top.Less(ls.Lo) {
		b.c.errorf(codes.BadSize, e.Range.Span(), "this range has no member")
		return nil
	}
	t := tree.OptionOf(facts.RangeType(interval.Set{Lo: ls.Lo, Hi: top}))
	return &tree.Within{
		Expr0: tree.Expr0{At: e.Span(), T: t}, X: toWord(x, word), Lo: toWord(lo, word), Hi: toWord(hi, word),
		Closed: e.Range.Closed,
	}
}

// number checks an expression that must be a number of any type.
func (b *body) number(e syntax.Expr) tree.Expr {
	if e == nil {
		return nil
	}
	x := b.expr(e, nil)
	if x != nil && !x.Type().IsNumber() {
		d := b.c.errorf(codes.Mismatch, e.Span(), "expected a number, found %s", describe(x.Type()))
		if x.Type().Kind == tree.Enum {
			d.Hint("write `bits(...)`")
		}
		return nil
	}
	return x
}

func (b *body) rangeBounds(r *syntax.RangeExpr) (lo, hi tree.Expr) {
	if r == nil {
		return nil, nil
	}
	return b.number(r.Lo), b.number(r.Hi)
}

// search checks `first i in a..b where p` and the related forms.
func (b *body) search(e *syntax.SearchExpr) tree.Expr {
	h := b.loopHead(e.Range, nil)
	if h == nil {
		return nil
	}
	changed := changedNames(e.Where)
	for name := range changed { // a call in the condition may have changed the variable in an earlier round
		if l := b.lookup(name); l != nil {
			b.facts.Forget(l)
		}
	}
	saved := b.facts.Clone()
	b.push()
	v := b.declareLocal(e.Var, h.typ, tree.LoopLocal)
	if v == nil {
		v = b.newLocal("_", e.Var.Span(), h.typ, tree.LoopLocal)
	}
	b.facts.LearnRound(v, h.before, changed)
	var where tree.Expr
	runs := b.inside(h, func() { where = b.condition(e.Where) })
	b.pop()
	b.facts = keep(saved, b.facts)
	if where == nil {
		return nil
	}
	if tree.Communicates(where) {
		b.c.errorf(codes.OnlyInTask, e.Where.Span(), "the condition of a search does not receive")
		return nil
	}
	if !runs {
		where = &tree.Const{Expr0: tree.Expr0{At: where.Span(), T: boolType()}}
	}
	x := &tree.Search{Var: v, Lo: h.lo, Hi: h.hi, Closed: h.closed, Safe: h.safe, Where: where}
	x.At = e.Span()
	switch e.Kind {
	case syntax.SearchFirst:
		x.Kind, x.T = tree.First, tree.OptionOf(h.typ)
	case syntax.SearchCount:
		all := facts.All(h.typ)
		n := all.Hi.Sub(all.Lo).Add(interval.Int(1))
		x.Kind, x.T = tree.Count, facts.RangeType(interval.Set{Hi: n})
		if n.BitLen() > 64 {
			b.c.errorf(codes.TooWide, e.Span(), "the count may need more than 64 bits")
			return nil
		}
	case syntax.SearchAny:
		x.Kind, x.T = tree.Any, boolType()
	case syntax.SearchAll:
		x.Kind, x.T = tree.All, boolType()
	}
	return x
}
