package types

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// maxInstances bounds the instances of all generic functions.
const maxInstances = 4096

// genericDecl resolves the parameters between < and >.
func (c *checker) genericDecl(d *decl, n *syntax.FnDecl) *generic {
	g := &generic{decl: d, node: n, byName: map[string]*fnInfo{}}
	seen := map[string]syntax.Ident{}
	ok := c.fewMembers(len(n.Generics), n.Name)
	for _, p := range n.Generics {
		if old, dup := seen[p.Name.Name]; dup {
			c.errorf(codes.DuplicateName, p.Name.Span(), "`%s` is declared twice", p.Name.Name).Note(old.Span(), "the other parameter")
			ok = false
		}
		seen[p.Name.Name] = p.Name
		c.opts.Record.Define(record.Def{Name: p.Name.Name, What: "a parameter", At: p.Name.Span()})
		t := typeParam{name: p.Name}
		if p.Bound != nil {
			ok = c.bound(&t, p.Bound) && ok
		}
		g.params = append(g.params, t)
	}
	if n.Where != nil && len(n.Generics) == 0 {
		c.errorf(codes.BadGeneric, n.Where.Span(), "`where` is for functions with parameters between < and >")
		ok = false
	}
	if !ok {
		return nil
	}
	return g
}

// bound decides whether the text after the colon is a constraint or the type of a constant.
func (c *checker) bound(p *typeParam, e syntax.TypeExpr) bool {
	if n, ok := e.(*syntax.NamedType); ok && n.Package == nil && n.Args == nil {
		if can, ok := abilities[n.Name.Name]; ok {
			p.can = can
			return true
		}
		if c.find(n.Name) == nil && !isIntName(n.Name.Name) && !predeclared[n.Name.Name] {
			c.unknown(n.Name, "constraint", []string{"eq", "num", "u8", "u16", "u32", "u64"}).
				Hint("`T: eq` can be compared, `T: num` is a number, and `N: u32` is a constant")
			return false
		}
	}
	p.of = c.newScratch().typeOf(e)
	if p.of != nil && !p.of.IsNumber() {
		c.errorf(codes.BadGeneric, e.Span(), "a constant parameter is a number, not %s", describe(p.of))
		return false
	}
	return p.of != nil
}

// genericCall checks f(x), or f<u8, 4>(x) if args is set.
func (b *body) genericCall(e *syntax.CallExpr, g *generic, args []syntax.TypeArg) tree.Expr {
	if args != nil {
		got := b.explicit(e, g, args)
		if got == nil {
			return nil
		}
		f := b.c.instantiate(g, got, e.Fun.Span())
		if f == nil {
			return nil
		}
		return b.funcCall(e, f)
	}
	got := g.newEnv()
	names := make([]string, len(g.node.Params))
	for i, p := range g.node.Params {
		names[i] = p.Name.Name
	}
	b.c.namedArguments(e, names, func(i int) diag.Span { return g.node.Params[i].Name.Span() })
	list, ok := b.arguments(e, "`"+g.decl.name.Name+"`", names, func(i int, x syntax.Expr) tree.Expr {
		return b.inferFrom(g, &g.node.Params[i], x, got)
	})
	if !ok || !b.inferred(e, g, got) {
		return nil
	}
	f := b.c.instantiate(g, got, e.Fun.Span())
	if f == nil {
		return nil
	}
	for i, a := range list {
		if list[i].Value = b.passValue(f.tree.Params[a.Index], a.Value, a.Value.Span()); list[i].Value == nil {
			return nil
		}
	}
	return b.finishCall(e, f, list)
}

// explicit binds the arguments between < and >.
func (b *body) explicit(e *syntax.CallExpr, g *generic, args []syntax.TypeArg) *env {
	name := g.decl.name
	if len(args) != len(g.params) {
		b.c.errorf(codes.BadGeneric, e.Fun.Span(), "`%s` takes %d arguments between < and >, found %d", name.Name, len(g.params), len(args)).
			Note(name.Span(), "declared here")
		return nil
	}
	got := g.newEnv()
	for i, p := range g.params {
		switch {
		case p.of == nil && args[i].Type == nil:
			b.c.errorf(codes.BadGeneric, args[i].Span(), "`%s` of `%s` is a type", p.name.Name, name.Name).Note(p.name.Span(), "declared here")
			return nil
		case p.of == nil:
			t := b.typeOf(args[i].Type)
			if t == nil {
				return nil
			}
			got.types[p.name.Name] = t
		case args[i].Value == nil:
			b.c.errorf(codes.BadGeneric, args[i].Span(), "`%s` of `%s` is a constant", p.name.Name, name.Name).Note(p.name.Span(), "declared here")
			return nil
		default:
			v, ok := b.constInt(args[i].Value)
			if !ok {
				return nil
			}
			got.bind(p.name.Name, v)
		}
	}
	return got
}

// inferFrom checks an argument and binds the parameters that follow from the argument's type.
func (b *body) inferFrom(g *generic, p *syntax.Param, x syntax.Expr, got *env) tree.Expr {
	if g.known(p.Type, got) && !p.InOut {
		s := b.c.newScratch()
		s.env = got
		if t := s.anyType(p.Type); t != nil {
			return b.value(x, t)
		}
		return nil
	}
	v := b.expr(x, b.elements(g, p.Type, got))
	if v != nil && v.Type().Kind == tree.Fraction {
		b.untyped(v.Span())
		return nil
	}
	if v != nil {
		g.unify(p.Type, v.Type(), got)
	}
	return v
}

// elements returns the type for an array literal whose element type is known but whose length
// must be inferred.
func (b *body) elements(g *generic, e syntax.TypeExpr, got *env) *tree.Type {
	a, ok := e.(*syntax.ArrayType)
	if !ok || !g.known(a.Elem, got) {
		return nil
	}
	s := b.c.newScratch()
	s.env = got
	return wrap(s.typeOf(a.Elem), func(t *tree.Type) *tree.Type { return &tree.Type{Kind: tree.Slice, Elem: t} })
}

// known reports whether all type and constant parameters in a written type are bound.
func (g *generic) known(e syntax.TypeExpr, got *env) bool {
	for _, p := range g.params {
		if !got.has(p.name.Name) && namesOf(e)[p.name.Name] {
			return false
		}
	}
	return true
}

// inferred reports a parameter that no argument determines.
func (b *body) inferred(e *syntax.CallExpr, g *generic, got *env) bool {
	for _, p := range g.params {
		if !got.has(p.name.Name) {
			var all []string
			for _, q := range g.params {
				all = append(all, q.name.Name)
			}
			b.c.errorf(codes.NeedsType, e.Fun.Span(), "`%s` of `%s` does not follow from the arguments", p.name.Name, g.decl.name.Name).
				Note(p.name.Span(), "declared here").Hint("write it, as in `%s<%s>(...)`", g.decl.name.Name, strings.Join(all, ", "))
			return false
		}
	}
	return true
}

// unify binds parameters by matching the written type e with the type t of an argument.
func (g *generic) unify(e syntax.TypeExpr, t *tree.Type, got *env) {
	switch e := e.(type) {
	case *syntax.NamedType:
		g.unifyName(e, t, got)
	case *syntax.OptionType:
		if t.Kind == tree.Option {
			t = t.Elem
		}
		g.unify(e.Elem, t, got)
	case *syntax.SliceType:
		if elem := sliceElem(t); elem != nil {
			g.unify(e.Elem, elem, got)
		}
	case *syntax.ArrayType:
		if t.Kind == tree.Array {
			g.unifySize(e.Len, t.Len, got)
			g.unify(e.Elem, t.Elem, got)
		}
	case *syntax.ChanEndType:
		if t.Kind == tree.Chan {
			g.unify(e.Elem, t.Elem, got)
		}
	case *syntax.BytesType:
		if t.Kind == tree.Bytes && e.Kind == syntax.BytesOf {
			g.unifySize(e.Size, t.Len, got)
		}
	}
}

// unifyName binds a type parameter. An argument that is a plain number without a type binds
// nothing.
func (g *generic) unifyName(e *syntax.NamedType, t *tree.Type, got *env) {
	if t.Kind == tree.Map && e.Name.Name == "map" && len(e.Args) == 3 {
		g.unify(e.Args[0].Type, t.Key, got)
		g.unify(e.Args[1].Type, t.Elem, got)
		g.unifySize(e.Args[2].Value, t.Len, got)
		return
	}
	p := g.param(e.Name.Name)
	literal := t.Kind == tree.Range && t.Lo.Cmp(t.Hi) == 0
	if p != nil && p.of == nil && e.Package == nil && !got.has(p.name.Name) && !literal {
		got.types[p.name.Name] = t
	}
}

func (g *generic) unifySize(e syntax.Expr, n int, got *env) {
	if name, ok := e.(*syntax.Name); ok {
		if p := g.param(name.Name); p != nil && p.of != nil && !got.has(name.Name) {
			got.bind(name.Name, big.NewInt(int64(n)))
		}
	}
}

func (g *generic) param(name string) *typeParam {
	for i := range g.params {
		if g.params[i].name.Name == name {
			return &g.params[i]
		}
	}
	return nil
}

// instantiate returns the instance of generic function g for the arguments in got. After an error,
// instantiate returns nil. If the call is in a body with opaque types (see generic), the instance
// also has opaque types, and its body is not checked.
func (c *checker) instantiate(g *generic, got *env, at diag.Span) *fnInfo {
	name, opaque, ok := c.instanceName(g, got, at)
	if !ok {
		return nil
	}
	if f := g.byName[name]; f != nil {
		return f
	}
	if c.instances++; c.instances > maxInstances {
		if c.instances == maxInstances+1 {
			c.errorf(codes.TooLarge, at, "the program has more than %d instances of generic functions", maxInstances)
		}
		return nil
	}
	f := &fnInfo{decl: g.decl, hints: g.node.Hints, param: g.node.Params, body: g.node.Body, env: got, generic: g, at: at}
	f.tree = &tree.Func{Name: name, Result: &tree.Type{}, Span: g.node.Name.Span()}
	if !c.head(f, g.node) {
		return nil
	}
	if opaque {
		return f
	}
	if !c.whereHolds(f, g, at) {
		return nil
	}
	g.byName[name] = f
	g.instances = append(g.instances, f)
	c.infos[f.tree] = f
	return f
}

// instanceName checks the constraints and returns the name of an instance, as in f<u8, 4>.
func (c *checker) instanceName(g *generic, got *env, at diag.Span) (name string, opaque, ok bool) {
	var list []string
	for _, p := range g.params {
		if p.of != nil {
			v := tree.CellValue(got.consts[p.name.Name].Cells[0], got.consts[p.name.Name].Type)
			if !p.of.Holds(v, v) {
				c.errorf(codes.OutOfRange, at, "`%s` of `%s` is %s, which `%s` does not contain", p.name.Name, g.decl.name.Name, v, p.of)
				return "", false, false
			}
			list = append(list, v.String())
			continue
		}
		t := got.types[p.name.Name]
		if !fulfils(t, p.can) {
			c.errorf(codes.Constraint, at, "`%s` of `%s` is %s, which %s", p.name.Name, g.decl.name.Name, describe(t), lacks[p.can]).
				Note(p.name.Span(), "the constraint")
			return "", false, false
		}
		opaque = opaque || isOpaque(t)
		list = append(list, t.String())
	}
	return fmt.Sprintf("%s<%s>", qualified(g.decl.pkg, g.decl.name.Name), strings.Join(list, ", ")), opaque, true
}

// whereHolds checks the where condition of an instance.
func (c *checker) whereHolds(f *fnInfo, g *generic, at diag.Span) bool {
	if g.node.Where == nil {
		return true
	}
	b := c.newScratch()
	b.env = f.env
	x := b.condition(g.node.Where)
	if x == nil {
		return false
	}
	cells, ok := b.evaluate(x, g.node.Where.Span())
	if ok && cells[0] == 0 {
		c.errorf(codes.Constraint, at, "this is `%s`, whose condition does not hold", f.tree.Name).Note(g.node.Where.Span(), "the condition")
		return false
	}
	return ok
}

// checkOpaque checks the body of a generic function once, with opaque types and the constants
// of its first instance.
func (c *checker) checkOpaque(g *generic, like *env) {
	if g.checked {
		return
	}
	g.checked = true
	v := g.newEnv()
	for _, p := range g.params {
		if p.of == nil {
			v.types[p.name.Name] = &tree.Type{Kind: tree.Opaque, Name: p.name.Name, Can: p.can}
		} else {
			v.consts[p.name.Name] = like.consts[p.name.Name]
		}
	}
	before := c.failed
	traps, logs, marks, proofs := len(c.prog.Traps), len(c.prog.Logs), len(c.prog.Marks), len(c.proofs)
	f := &fnInfo{decl: g.decl, hints: g.node.Hints, param: g.node.Params, body: g.node.Body, env: v}
	f.tree = &tree.Func{Name: qualified(g.decl.pkg, g.decl.name.Name), Result: &tree.Type{}, Span: g.node.Name.Span()}
	if c.head(f, g.node) {
		c.checkBody(f)
	}
	c.newScratch().hints(g.node.Hints, atFunc)
	c.trapsOf = c.trapsOf[:traps]
	c.prog.Traps, c.prog.Logs, c.proofs = c.prog.Traps[:traps], c.prog.Logs[:logs], c.proofs[:proofs]
	for _, name := range c.prog.Marks[marks:] {
		delete(c.marks, name)
	}
	c.prog.Marks = c.prog.Marks[:marks]
	g.bad = c.failed != before
}

// maxTried bounds how many constants are tried for a generic function that has no instance.
const maxTried = 64

// checkUnused checks a generic function that is never called. For the constant parameters, it uses
// the smallest values that satisfy the condition of the function.
func (c *checker) checkUnused(g *generic) {
	if g.checked {
		return
	}
	for n := int64(1); n <= maxTried; n++ {
		v := g.newEnv()
		for _, p := range g.params {
			if p.of != nil {
				v.bind(p.name.Name, big.NewInt(n))
			}
		}
		if c.quietly(func() bool { return c.constantsFit(g, v) }) {
			c.checkOpaque(g, v)
			return
		}
	}
}

// constantsFit reports whether the constants in v fit their types and satisfy the condition of g.
func (c *checker) constantsFit(g *generic, v *env) bool {
	for _, p := range g.params {
		if p.of != nil && !p.of.Holds(v.consts[p.name.Name].Type.Lo, v.consts[p.name.Name].Type.Lo) {
			return false
		}
	}
	return c.whereHolds(&fnInfo{env: v, tree: &tree.Func{}}, g, diag.Span{})
}

// checkInstance checks the body of an instance if the check with opaque types found no errors.
// Error messages name the instance. Warnings are dropped, because the check with opaque types has
// already given them.
func (c *checker) checkInstance(f *fnInfo) bool {
	if f.stage == stageNew {
		c.checkOpaque(f.generic, f.env)
		if f.generic.bad {
			f.bad, f.stage = true, stageDone
			f.tree.Body = &tree.Block{}
			return true
		}
	}
	from := len(c.errs)
	done := c.checkBodyOnce(f)
	for _, e := range c.errs[from:] {
		if e.Severity == diag.SevError {
			e.Note(f.at, "in `%s`, which is needed here", f.tree.Name)
		}
	}
	c.errs = append(c.errs[:from], slices.DeleteFunc(c.errs[from:], func(e *diag.Error) bool {
		return e.Severity != diag.SevError && slices.ContainsFunc(c.errs[:from], func(o *diag.Error) bool { return o.Span == e.Span && o.Code == e.Code })
	})...)
	return done
}

// opaqueBinary checks an operator on a type parameter.
func (b *body) opaqueBinary(op tree.Op, l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	t := l.Type()
	if t.Kind != tree.Opaque {
		t = r.Type()
	}
	switch op {
	case tree.Add, tree.Sub, tree.Mul, tree.Div, tree.Lt, tree.Le, tree.Gt, tree.Ge:
	default:
		b.c.errorf(codes.BadOperand, e.OpAt, "`%s` does not work on every `num`, only + - * / and comparisons do", opText[op])
		return nil
	}
	if t.Can < tree.CanCount {
		b.c.errorf(codes.BadOperand, e.OpAt, "`%s` works on numbers, and `%s` may be any type", opText[op], t).
			Hint("ask for a number: `%s: num`", t)
		return nil
	}
	if l, r = b.convert(l, t, l.Span()), b.convert(r, t, r.Span()); l == nil || r == nil {
		return nil
	}
	if op == tree.Lt || op == tree.Le || op == tree.Gt || op == tree.Ge {
		t = boolType()
	}
	return &tree.Binary{Expr0: tree.Expr0{At: e.Span(), T: t}, Op: op, L: l, R: r}
}

// namesOf lists the plain names in a written type.
func namesOf(e syntax.TypeExpr) map[string]bool {
	names := map[string]bool{}
	syntax.Walk(e, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.NamedType:
			names[n.Name.Name] = true
		case *syntax.Name:
			names[n.Name] = true
		}
		return true
	})
	return names
}
