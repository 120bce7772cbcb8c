package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// callValue checks a call whose value is used.
func (b *body) callValue(e *syntax.CallExpr, want *tree.Type) tree.Expr {
	s, x := b.call(e, want)
	if s != nil {
		b.c.errorf(codes.NotAValue, e.Span(), "this call gives no value")
		return nil
	}
	if x != nil && x.Type().Kind == tree.Unit {
		b.c.errorf(codes.NotAValue, e.Span(), "`%s` returns nothing", x.(*tree.Call).Func.Name)
		return nil
	}
	return x
}

// call checks a call of any kind. The result is a statement for a call without a value, else an
// expression. After an error, both results are nil.
func (b *body) call(e *syntax.CallExpr, want *tree.Type) (tree.Stmt, tree.Expr) {
	switch f := e.Fun.(type) {
	case *syntax.Name:
		return nil, b.nameCall(e, f, want)
	case *syntax.FieldExpr:
		return b.memberCall(e, f)
	case *syntax.TypeExprValue:
		if n, ok := f.Type.(*syntax.NamedType); ok && n.Args != nil {
			if d := b.namedFunc(n); d != nil {
				return nil, b.explicitCall(e, d, n)
			}
		}
		t := b.anyType(f.Type)
		if t != nil {
			return nil, b.conversion(e, t)
		}
		return nil, nil
	}
	b.c.errorf(codes.NotCallable, e.Fun.Span(), "only functions, types and methods can be called")
	return nil, nil
}

func (b *body) nameCall(e *syntax.CallExpr, f *syntax.Name, want *tree.Type) tree.Expr {
	if l := b.lookup(f.Name); l != nil {
		b.c.errorf(codes.NotCallable, f.Span(), "`%s` is a variable, not a function", f.Name).Note(l.Span, "declared here")
		return nil
	}
	if b.env != nil && b.env.types[f.Name] != nil {
		b.c.opts.Record.Use(f.Span(), b.env.at[f.Name])
		return b.conversion(e, b.env.types[f.Name])
	}
	if d := b.c.find(f.Ident); d != nil {
		return b.declCall(e, d)
	}
	if isIntName(f.Name) || f.Name == "f32" || f.Name == "f64" {
		if t := b.namedType(&syntax.NamedType{Place: f.Place, Name: f.Ident}); t != nil {
			return b.conversion(e, t)
		}
		return nil
	}
	if predeclared[f.Name] {
		return b.builtin(e, f)
	}
	if x, ok := b.bareVariantCall(e, f, want); ok {
		return x
	}
	if here := elsewhere[f.Name]; here != "" {
		b.c.errorf(codes.UnknownName, f.Span(), "there is no function `%s`", f.Name).Hint("%s", here)
		return nil
	}
	b.c.unknown(f.Ident, "function", b.names())
	return nil
}

// bareVariantCall checks variant(payload) where an enum is expected.
func (b *body) bareVariantCall(e *syntax.CallExpr, f *syntax.Name, want *tree.Type) (tree.Expr, bool) {
	if want != nil && want.Kind == tree.Option {
		want = want.Elem
	}
	if want == nil || want.Kind != tree.Enum {
		return nil, false
	}
	i := variantIndex(want.Enum, f.Name)
	if i < 0 {
		return nil, false
	}
	b.c.opts.Record.Use(f.Span(), want.Enum.Variants[i].Span)
	return b.variantLit(e, want, i), true
}

func (b *body) declCall(e *syntax.CallExpr, d *decl) tree.Expr {
	if !b.c.resolve(d, e.Fun.Span()) {
		return nil
	}
	switch {
	case d.fn != nil && d.fn.tree.Task:
		b.c.errorf(codes.NotCallable, e.Fun.Span(), "a task is not called").Hint("write `run %s(...)` in the system", d.name.Name)
	case d.fn != nil:
		return b.funcCall(e, d.fn)
	case d.generic != nil:
		return b.genericCall(e, d.generic, nil)
	case d.typ != nil && d.typ.Kind == tree.Struct:
		return b.structLit(e, d.typ)
	case d.typ != nil && d.typ.IsNumber():
		return b.conversion(e, d.typ)
	case d.typ != nil && d.typ.Kind == tree.Layout:
		return b.layoutLit(e, d.typ, false)
	case d.typ != nil:
		return b.conversion(e, d.typ)
	default:
		b.c.errorf(codes.NotCallable, e.Fun.Span(), "`%s` is %s, not a function", d.name.Name, d.what()).
			Note(d.name.Span(), "declared here")
	}
	return nil
}

// conversion checks T(x) for an integer type T and a number or bool x. The conversion keeps the
// low bits.
func (b *body) conversion(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	if t.IsReal() {
		return b.toReal(e, t)
	}
	if t.Kind != tree.Int && (t.Kind != tree.Opaque || t.Can < tree.CanCount) {
		d := b.c.errorf(codes.BadConversion, e.Span(), "there is no conversion to %s", describe(t))
		if t.Kind == tree.Range {
			d.Hint("use `x within %s..=%s`", t.Lo, t.Hi)
		}
		return nil
	}
	x := b.oneArgument(e, t.String(), nil)
	if x == nil {
		return nil
	}
	if x.Type().IsTime() {
		return resize(x, t)
	}
	if x.Type().IsReal() {
		return &tree.Convert{Expr0: tree.Expr0{At: e.Span(), T: t}, X: x}
	}
	if !x.Type().IsNumber() && x.Type().Kind != tree.Bool && (x.Type().Kind != tree.Opaque || x.Type().Can < tree.CanCount) {
		d := b.c.errorf(codes.BadConversion, e.Span(), "`%s(...)` converts numbers and bools, not %s", t, describe(x.Type()))
		if x.Type().Kind == tree.Enum {
			d.Hint("write `bits(...)`")
		}
		return nil
	}
	if x.Type().Kind == tree.Int && t.Kind == tree.Int && t.Bits > x.Type().Bits {
		b.noWrap(x, t, "widened to `"+t.String()+"`")
	}
	return resize(x, t)
}

// byteOrders are the builtins be16 to le64.
var byteOrders = map[string]struct {
	size   int
	little bool
}{
	"be16": {2, false}, "be32": {4, false}, "be64": {8, false}, "le16": {2, true}, "le32": {4, true}, "le64": {8, true},
}

func (b *body) builtin(e *syntax.CallExpr, f *syntax.Name) tree.Expr {
	if order, ok := byteOrders[f.Name]; ok {
		x := b.oneArgument(e, f.Name, tree.IntType(order.size*8, false))
		if x == nil {
			return nil
		}
		base := tree.Expr0{At: e.Span(), T: tree.BytesType(order.size)}
		return &tree.ToBytes{Expr0: base, X: x, Size: order.size, Little: order.little}
	}
	switch f.Name {
	case "bits":
		return b.bits(e)
	case "sqrt":
		return b.sqrt(e)
	case "clamp":
		return b.clamp(e)
	case "now":
		return b.now(e)
	case "wrap":
		return b.wrapCall(e)
	default:
		b.c.errorf(codes.NotCallable, e.Span(), "`%s` is not a function", f.Name)
	}
	return nil
}

// bits checks bits(x), which gives the bits of x as an unsigned integer.
func (b *body) bits(e *syntax.CallExpr) tree.Expr {
	x := b.oneArgument(e, "bits", nil)
	if x == nil {
		return nil
	}
	t := x.Type()
	switch {
	case t.Kind == tree.Int:
		return resize(x, tree.IntType(t.Bits, false))
	case t.Kind == tree.Bool:
		return resize(x, tree.IntType(1, false))
	case t.IsTime():
		return resize(x, tree.IntType(64, false))
	case t.IsReal():
		return &tree.Bits{Expr0: tree.Expr0{At: e.Span(), T: tree.IntType(t.Bits, false)}, X: x}
	case t.Kind == tree.Enum && t.IsScalar():
		width := t.Enum.Bits
		if width == 0 {
			width = 32
		}
		return &tree.Bits{Expr0: tree.Expr0{At: e.Span(), T: tree.IntType(width, false)}, X: x}
	}
	b.c.errorf(codes.BadConversion, e.Span(), "`bits` is for integers, fix, floats, bools and enums without values, not for %s", describe(t))
	return nil
}

// clamp checks clamp(x, lo, hi).
func (b *body) clamp(e *syntax.CallExpr) tree.Expr {
	if len(e.Args) != 3 {
		b.c.errorf(codes.BadArguments, e.Span(), "expected `clamp(x, lo, hi)`")
		return nil
	}
	x, lo, hi := b.number(e.Args[0].Value), b.number(e.Args[1].Value), b.number(e.Args[2].Value)
	if x == nil || lo == nil || hi == nil {
		return nil
	}
	ls, hs := facts.All(lo.Type()), facts.All(hi.Type())
	if hs.Lo.Less(ls.Hi) {
		b.c.errorf(codes.BadSize, e.Span(), "the bounds of `clamp` may be in the wrong order").
			Labelf("%s to %s", describe(lo.Type()), describe(hi.Type()))
		return nil
	}
	word := facts.WordFor(facts.All(x.Type()).Hull(ls).Hull(hs))
	if word == nil {
		b.c.errorf(codes.TooWide, e.Span(), "64 bits cannot hold both the number and the bounds")
		return nil
	}
	n := &tree.Clamp{X: toWord(x, word), Lo: toWord(lo, word), Hi: toWord(hi, word)}
	n.At, n.T = e.Span(), word
	t := facts.RangeType(interval.Set{Lo: ls.Lo, Hi: hs.Hi})
	if bits, signed := t.Word(); bits == word.Bits && signed == word.Signed {
		n.T = t
		return n
	}
	return &tree.Convert{Expr0: tree.Expr0{At: e.Span(), T: t}, X: n}
}

func (b *body) structLit(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	args, ok := b.fieldArguments(e, "`"+t.Struct.Name+"`", t.Struct.Fields)
	if !ok {
		return nil
	}
	return &tree.StructLit{Expr0: tree.Expr0{At: e.Span(), T: t}, Args: args}
}

func (b *body) variantLit(e *syntax.CallExpr, t *tree.Type, i int) tree.Expr {
	v := t.Enum.Variants[i]
	args, ok := b.fieldArguments(e, "`"+v.Name+"`", v.Payload)
	if !ok {
		return nil
	}
	if len(v.Payload) == 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "the variant `%s` carries no values", v.Name).Hint("write `%s.%s`", t.Enum.Name, v.Name)
		return nil
	}
	return &tree.EnumLit{Expr0: tree.Expr0{At: e.Span(), T: t}, Variant: i, Args: args}
}

func (b *body) fieldArguments(e *syntax.CallExpr, what string, fields []tree.Field) ([]tree.Arg, bool) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	b.c.namedArguments(e, names, func(i int) diag.Span { return fields[i].Span })
	return b.arguments(e, what, names, func(i int, x syntax.Expr) tree.Expr { return b.value(x, fields[i].Type) })
}

func (b *body) funcCall(e *syntax.CallExpr, f *fnInfo) tree.Expr {
	names := make([]string, len(f.tree.Params))
	for i, p := range f.tree.Params {
		names[i] = p.Name
	}
	b.c.namedArguments(e, names, func(i int) diag.Span { return f.tree.Params[i].Span })
	args, ok := b.arguments(e, "`"+f.tree.Name+"`", names, func(i int, x syntax.Expr) tree.Expr {
		return b.paramValue(f.tree.Params[i], x)
	})
	if !ok {
		return nil
	}
	return b.finishCall(e, f, args)
}

// finishCall builds a call. The arguments already have the types of the parameters.
func (b *body) finishCall(e *syntax.CallExpr, f *fnInfo, args []tree.Arg) tree.Expr {
	b.noAlias(f.tree, args)
	b.passEnds(f, args)
	for _, a := range args {
		if f.tree.Params[a.Index].Kind == tree.InOutLocal {
			b.writable(a.Value, "an inout argument")
		}
	}
	b.noteCall(f, e.Span())
	return &tree.Call{Expr0: tree.Expr0{At: e.Span(), T: f.tree.Result}, Func: f.tree, Args: args}
}

// namedFunc returns the function that a written type names, as in f<u8>. For any other type, the
// result is nil.
func (b *body) namedFunc(n *syntax.NamedType) *decl {
	var d *decl
	switch {
	case n.Package != nil && b.c.used[n.Package.Span().File][n.Package.Name]:
		d = b.c.publicDecl(n.Package.Name, n.Name.Name)
	case n.Package == nil && b.lookup(n.Name.Name) == nil:
		d = b.c.find(n.Name)
	}
	if d == nil {
		return nil
	}
	if _, ok := d.node.(*syntax.FnDecl); !ok {
		return nil
	}
	return d
}

// explicitCall checks f<u8, 4>(x).
func (b *body) explicitCall(e *syntax.CallExpr, d *decl, n *syntax.NamedType) tree.Expr {
	if !b.c.resolve(d, n.Span()) {
		return nil
	}
	if d.generic == nil {
		b.c.errorf(codes.BadGeneric, n.Span(), "`%s` takes no arguments between < and >", d.name.Name).Note(d.name.Span(), "declared here")
		return nil
	}
	return b.genericCall(e, d.generic, n.Args)
}

func (b *body) noteCall(f *fnInfo, at diag.Span) {
	if b.info != nil {
		b.info.calls = append(b.info.calls, call{f, at})
	}
	if b.timed > 0 {
		f.timed = append(f.timed, at)
		f.tree.NoInline = true
	}
}

// paramValue checks the argument of a parameter.
func (b *body) paramValue(p *tree.Local, e syntax.Expr) tree.Expr {
	if p.Kind != tree.InOutLocal {
		x := b.value(e, p.Type)
		if _, fake := b.fakeOf(x); fake {
			b.c.errorf(codes.BadBinding, e.Span(), "a device of a test is given to tasks only").Hint("`start` a task with it")
			return nil
		}
		return x
	}
	return b.passValue(p, b.expr(e, nil), e.Span())
}

// passValue gives an argument the type of its parameter. An inout parameter needs a place
// of exactly that type.
func (b *body) passValue(p *tree.Local, x tree.Expr, at diag.Span) tree.Expr {
	if x == nil {
		return nil
	}
	if p.Kind != tree.InOutLocal {
		return b.convert(x, p.Type, at)
	}
	x = plainPlace(x)
	if tree.Root(x) == nil {
		b.c.errorf(codes.NotAPlace, at, "an inout argument must be a variable or a part of one")
		return nil
	}
	if p.Type.Kind != tree.Slice && !tree.Same(x.Type(), p.Type) {
		b.c.errorf(codes.Mismatch, at, "an inout argument has exactly the type `%s`, found %s", p.Type, describe(x.Type()))
		return nil
	}
	return b.convert(x, p.Type, at)
}
