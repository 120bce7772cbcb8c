package types

import (
	"strings"

	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// memberCall checks x.name(...), where x is a package, a type or a value.
func (b *body) memberCall(e *syntax.CallExpr, f *syntax.FieldExpr) (tree.Stmt, tree.Expr) {
	if pkg, _ := b.testPackage(e); pkg != "" {
		return b.testCall(e, pkg, f)
	}
	if pkg := b.packageName(f.X); pkg != nil {
		return b.packageCall(e, f, *pkg)
	}
	if f.Name.Name == "from_bits" {
		if t, ok := b.typeOperand(f.X); ok {
			return nil, b.fromBits(e, t)
		}
	}
	if d := b.typeName(f.X); d != nil && b.mayName(f.X) {
		return nil, b.typeCall(e, f, d)
	}
	x := b.expr(f.X, nil)
	if x == nil {
		return nil, nil
	}
	if i, fake := b.fakeOf(x); fake {
		return b.fakeCall(e, f, i)
	}
	switch x.Type().Kind {
	case tree.Device:
		return b.deviceCall(e, f, x)
	case tree.Chan:
		return b.chanCall(e, f, x)
	case tree.Bytes:
		return b.bytesCall(e, f, x), nil
	case tree.Map:
		return b.mapCall(e, f, x)
	case tree.Layout:
		if f.Name.Name == "bytes" {
			return nil, b.layoutBytes(e, x)
		}
	}
	b.noMethod(x.Type(), f.Name, methodsOf(x.Type()))
	return nil, nil
}

func (b *body) packageCall(e *syntax.CallExpr, f *syntax.FieldExpr, pkg syntax.Ident) (tree.Stmt, tree.Expr) {
	switch pkg.Name + "." + f.Name.Name {
	case "log.print":
		return b.logStmt(e, "log.print", ""), nil
	case "log.debug", "log.info", "log.warn", "log.error":
		return b.levelStmt(e, f.Name.Name), nil
	case "log.take":
		if b.inTest(e.Span(), "`log.take`") {
			return nil, b.take(e, tree.LogOfTest)
		}
		return nil, nil
	}
	if port.MadeBy(pkg.Name+"."+f.Name.Name) != nil {
		b.c.errorf(codes.BadBinding, e.Span(), "devices are made in the system and given to a task")
		return nil, nil
	}
	if d := b.packageMember(pkg, f.Name, "function", functionsOf(pkg.Name)...); d != nil {
		return nil, b.declCall(e, d)
	}
	return nil, nil
}

// functionsOf lists the built-in functions of a package, which are not written in the language.
func functionsOf(pkg string) []string {
	if pkg == "log" {
		return []string{"print", "debug", "info", "warn", "error"}
	}
	return elab.Constructors(pkg)
}

// typeCall checks Layout.parse(b), Enum.variant(...) or T.from_bits(u).
func (b *body) typeCall(e *syntax.CallExpr, f *syntax.FieldExpr, d *decl) tree.Expr {
	if !b.c.resolve(d, f.Span()) {
		return nil
	}
	t := d.typ
	switch {
	case t.Kind == tree.Layout && f.Name.Name == "parse":
		return b.parse(e, t)
	case t.Kind == tree.Layout && f.Name.Name == "sealed":
		return b.layoutLit(e, t, true)
	case t.Kind == tree.Enum:
		if i := variantIndex(t.Enum, f.Name.Name); i >= 0 {
			b.c.opts.Record.Use(f.Name.Span(), t.Enum.Variants[i].Span)
			return b.variantLit(e, t, i)
		}
		b.noMember(t, f.Name, variantNames(t.Enum))
		return nil
	case t.Kind == tree.Layout:
		b.noMember(t, f.Name, []string{"parse", "sealed"})
		return nil
	}
	b.noMember(t, f.Name, nil)
	return nil
}

func (b *body) parse(e *syntax.CallExpr, t *tree.Type) tree.Expr {
	x := b.oneArgument(e, "parse", nil)
	if x == nil || !b.isByteRun(x, "`parse`") {
		return nil
	}
	return &tree.Parse{Expr0: tree.Expr0{At: e.Span(), T: tree.OptionOf(t)}, Layout: t.Layout, X: x}
}

// chanMethods are the operations of channel ends.
var chanMethods = map[string]bool{"send": true, "recv": true, "try_send": true, "try_recv": true}

// chanCall checks c.send(e), c.recv(), c.try_send(e) or c.try_recv().
func (b *body) chanCall(e *syntax.CallExpr, f *syntax.FieldExpr, ch tree.Expr) (tree.Stmt, tree.Expr) {
	t := ch.Type()
	switch {
	case !chanMethods[f.Name.Name]:
		b.noMethod(t, f.Name, []string{"recv", "send", "try_recv", "try_send"})
	case strings.HasSuffix(f.Name.Name, "send") != t.Out:
		b.c.errorf(codes.WrongEnd, f.Name.Span(), "`%s` on %s", f.Name.Name, describe(t)).
			Hint("an `out` end sends, an `in` end receives")
	case f.Name.Name == "try_send" || f.Name.Name == "try_recv":
		return nil, b.tryCall(e, f, ch)
	case t.Out:
		if x := b.oneArgument(e, "send", t.Elem); x != nil {
			return &tree.ChanSend{Stmt0: tree.Stmt0{At: e.Span()}, Chan: ch, Value: x}, nil
		}
	case len(e.Args) > 0:
		b.c.errorf(codes.BadArguments, e.Span(), "`recv` of a channel takes no arguments").Hint("write `let x = c.recv()`")
	default:
		return nil, &tree.ChanRecv{Expr0: tree.Expr0{At: e.Span(), T: t.Elem}, Chan: ch}
	}
	return nil, nil
}

// bytesCall checks b.append(e) or b.resize(n).
func (b *body) bytesCall(e *syntax.CallExpr, f *syntax.FieldExpr, buf tree.Expr) tree.Stmt {
	switch f.Name.Name {
	case "append":
		return b.appendStmt(e, buf)
	case "resize":
		return b.resizeStmt(e, buf)
	}
	b.noMethod(buf.Type(), f.Name, []string{"append", "resize", "len"})
	return nil
}

func (b *body) appendStmt(e *syntax.CallExpr, buf tree.Expr) tree.Stmt {
	if len(e.Args) != 1 {
		b.c.errorf(codes.BadArguments, e.Span(), "`append` takes one argument")
		return nil
	}
	byteType := tree.IntType(8, false)
	x := b.expr(e.Args[0].Value, byteType)
	if x == nil {
		return nil
	}
	elem := sliceElem(x.Type())
	if elem == nil {
		x = b.convert(x, byteType, x.Span())
	} else if !tree.Same(elem, byteType) {
		b.c.errorf(codes.Mismatch, x.Span(), "`append` takes a u8, bytes or a slice of u8, found %s", describe(x.Type()))
		return nil
	}
	if x == nil {
		return nil
	}
	if l := tree.Root(buf); l != nil && elem != nil && l == tree.Root(x) && !b.disjoint(buf, x) {
		b.c.errorf(codes.Aliased, x.Span(), "`%s` is appended to itself", l.Name).Hint("copy it into a variable of its own")
	}
	b.noOverlap(buf, x)
	s := &tree.Append{Stmt0: tree.Stmt0{At: e.Span()}, Buf: buf, Value: x}
	more := interval.Make(1, 1)
	if elem != nil {
		more = b.facts.LengthOf(x)
	}
	room := interval.Int(int64(buf.Type().Len))
	s.Proved = !room.Less(b.facts.LengthOf(buf).Hi.Add(more.Hi))
	if !b.writable(buf, "what is appended to") {
		return nil
	}
	b.checked(&s.Proved, &s.Site, tree.TrapLength, e.Span())
	return s
}

func (b *body) resizeStmt(e *syntax.CallExpr, buf tree.Expr) tree.Stmt {
	if len(e.Args) != 1 {
		b.c.errorf(codes.BadArguments, e.Span(), "`resize` takes the new length")
		return nil
	}
	n := b.number(e.Args[0].Value)
	if n == nil {
		return nil
	}
	b.noWrap(n, wideOf(n), "a length")
	s := &tree.Resize{Stmt0: tree.Stmt0{At: e.Span()}, Buf: buf, Len: n}
	known := b.facts.Bounds(n)
	s.Proved = facts.Holds(tree.SmallRange(0, int64(buf.Type().Len)), known)
	if !b.writable(buf, "what is resized") {
		return nil
	}
	b.checked(&s.Proved, &s.Site, tree.TrapLength, e.Span())
	b.facts.LearnLength(buf, known)
	return s
}
