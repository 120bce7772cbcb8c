package types

import (
	"fmt"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// levels maps each log function with a level to this level.
var levels = map[string]uint64{"debug": 0, "info": 1, "warn": 2, "error": 3}

// levelStmt checks log.info("text {x}") and the functions for the other levels. The result is a
// log.print whose text begins with the level. If the config log.level is above this level, the
// result is an empty statement.
func (b *body) levelStmt(e *syntax.CallExpr, name string) tree.Stmt {
	least := uint64(0)
	if d := b.c.publicDecl("log", "level"); d != nil && b.c.resolve(d, e.Span()) {
		least = d.konst.Cells[0]
	}
	if levels[name] >= least {
		return b.logStmt(e, "log."+name, name+": ")
	}
	b.silent++
	defer func() { b.silent-- }()
	return b.logStmt(e, "log."+name, name+": ")
}

// logStmt checks log.print("text {x} {y:hex}").
func (b *body) logStmt(e *syntax.CallExpr, name, prefix string) tree.Stmt {
	var lit *syntax.StringLit
	if len(e.Args) == 1 && e.Args[0].Name == nil {
		lit, _ = e.Args[0].Value.(*syntax.StringLit)
	}
	if lit == nil {
		b.c.errorf(codes.BadFormat, e.Span(), "`%s` takes one string", name).Hint("write `%s(\"x is {x}\")`", name)
		return nil
	}
	site := tree.LogSite{Parts: []string{prefix}, Span: e.Span()}
	s := &tree.Log{Stmt0: tree.Stmt0{At: e.Span()}}
	ok := true
	for _, p := range lit.Parts {
		if p.X == nil {
			site.Parts[len(site.Parts)-1] += p.Bytes
			continue
		}
		x, arg := b.logArg(p)
		ok = ok && x != nil
		s.Args = append(s.Args, x)
		site.Args = append(site.Args, arg)
		site.Parts = append(site.Parts, "")
	}
	if !ok {
		return nil
	}
	b.acts()
	if b.silent > 0 {
		return &tree.Block{Stmt0: s.Stmt0}
	}
	site.ID = len(b.c.prog.Logs)
	s.Site = site.ID
	b.c.prog.Logs = append(b.c.prog.Logs, site)
	return s
}

// logArg checks a placeholder {x} or {x:hex}.
func (b *body) logArg(p syntax.StringPart) (tree.Expr, tree.LogArg) {
	x := b.expr(p.X, nil)
	if x == nil {
		return nil, tree.LogArg{}
	}
	format := p.Format.Name
	if format != "" && format != "hex" {
		b.c.unknown(p.Format, "format", []string{"hex"})
		return nil, tree.LogArg{}
	}
	if len(tree.Written(x)) > 0 || tree.Communicates(x) {
		b.c.errorf(codes.BadFormat, p.X.Span(), "what is printed must not change anything").Hint("compute it before, with `let`")
		return nil, tree.LogArg{}
	}
	t := x.Type()
	width, signed := t.Word()
	number := t.IsNumber() || t.IsTime()
	switch {
	case t.Kind == tree.Opaque && t.Can == tree.CanCount:
		return x, tree.LogArg{Kind: "u", Width: 64}
	case t.Kind == tree.Fraction:
		b.untyped(p.X.Span())
		return nil, tree.LogArg{}
	case (number || t.IsReal()) && format == "hex":
		return x, tree.LogArg{Kind: "hex", Width: width}
	case t.Kind == tree.Fix:
		return x, tree.LogArg{Kind: fmt.Sprintf("fix%d", t.Frac), Width: width}
	case t.Kind == tree.Float:
		return x, tree.LogArg{Kind: "float", Width: width}
	case number && signed:
		return x, tree.LogArg{Kind: "i", Width: width}
	case number:
		return x, tree.LogArg{Kind: "u", Width: width}
	case t.Kind == tree.Bool && format == "":
		return x, tree.LogArg{Kind: "bool", Width: 1}
	case t.Kind == tree.Bytes && format == "":
		return x, tree.LogArg{Kind: "bytes", Width: t.Len}
	}
	e := b.c.errorf(codes.BadFormat, p.X.Span(), "log.print shows numbers, times, bools and bytes, not %s", describe(t))
	if format == "hex" && (t.Kind == tree.Bool || t.Kind == tree.Bytes) {
		e.Message = "`hex` is for numbers, not for " + describe(t)
	}
	if t.Kind == tree.Enum {
		e.Hint("print `bits(...)`")
	}
	return nil, tree.LogArg{}
}

// acts records that the function has an effect that is not allowed in constants.
func (b *body) acts() {
	if b.info != nil {
		b.info.acts = true
	}
}
