package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// body is the state while statements or one expression are checked.
type body struct {
	c     *checker
	fn    *tree.Func
	info  *fnInfo // nil in a constant
	scope *scope
	facts *facts.Known // nil where control never comes
	loops []*loop
	empty int // loops around this place that run no round, whose bodies are never entered
	timed int
	test  *testInfo // nil outside of tests
	// layout is set in the expressions of a layout: names are its earlier fields.
	layout *layoutScope
	// env is what the parameters of a generic function stand for, nil outside.
	env *env
	// bound are the variables of the loops of a system.
	bound map[string]*tree.ConstDef
}

// loop is a loop around the current statement.
type loop struct {
	breaks *facts.Known // joined over all breaks
}

// scope holds the locals of a block.
type scope struct {
	outer  *scope
	locals map[string]*tree.Local
}

// newScratch returns a body for an expression outside of functions.
func (c *checker) newScratch() *body {
	b := &body{c: c, fn: &tree.Func{Result: &tree.Type{}}, facts: facts.New(&c.effort)}
	b.push()
	return b
}

func (b *body) push() { b.scope = &scope{outer: b.scope, locals: map[string]*tree.Local{}} }
func (b *body) pop()  { b.scope = b.scope.outer }

// lookup finds a local.
func (b *body) lookup(name string) *tree.Local {
	for s := b.scope; s != nil; s = s.outer {
		if l := s.locals[name]; l != nil {
			return l
		}
	}
	return nil
}

// declareLocal makes a local in the current scope; a blank name gives nil.
func (b *body) declareLocal(name syntax.Ident, t *tree.Type, kind tree.LocalKind) *tree.Local {
	if name.IsBlank() {
		return nil
	}
	if old := b.scope.locals[name.Name]; old != nil {
		b.c.errorf(codes.DuplicateName, name.Span(), "`%s` is declared twice in this block", name.Name).
			Note(old.Span, "the other declaration")
	}
	b.shadowed(name)
	l := b.newLocal(name.Name, name.Span(), t, kind)
	b.scope.locals[name.Name] = l
	return l
}

func (b *body) newLocal(name string, at diag.Span, t *tree.Type, kind tree.LocalKind) *tree.Local {
	l := &tree.Local{ID: len(b.fn.Locals), Name: name, Type: t, Kind: kind, Span: at}
	b.fn.Locals = append(b.fn.Locals, l)
	return l
}

// names returns what is visible, for "did you mean".
func (b *body) names() []string {
	if b.c.failed > maxHelped {
		return nil
	}
	var names []string
	for s := b.scope; s != nil; s = s.outer {
		for n := range s.locals {
			names = append(names, n)
		}
	}
	for _, d := range b.c.order {
		if d.pkg == "" {
			names = append(names, d.name.Name)
		}
	}
	if b.layout != nil {
		for _, f := range b.layout.def.Fields {
			names = append(names, f.Name)
		}
	}
	if b.env != nil {
		for n := range b.env.consts {
			names = append(names, n)
		}
	}
	return names
}

// trap makes a place that may trap.
func (b *body) trap(code string, at diag.Span) int {
	id := len(b.c.prog.Traps)
	b.c.prog.Traps = append(b.c.prog.Traps, tree.TrapSite{ID: id, Code: code, Span: at})
	return id
}

// fnDecl resolves the head of a function.
func (c *checker) fnDecl(d *decl, n *syntax.FnDecl) *fnInfo {
	if len(n.Generics) > 0 || n.Where != nil {
		d.generic = c.genericDecl(d, n)
		return nil
	}
	f := &fnInfo{decl: d, hints: n.Hints, param: n.Params, body: n.Body}
	f.tree = &tree.Func{Name: qualified(d.pkg, n.Name.Name), Result: &tree.Type{}, Span: n.Name.Span()}
	ok := c.head(f, n)
	c.newScratch().hints(n.Hints, atFunc)
	if !ok {
		return nil
	}
	c.infos[f.tree] = f
	return f
}

func (c *checker) taskDecl(d *decl, n *syntax.TaskDecl) *fnInfo {
	f := &fnInfo{decl: d, param: n.Params, body: n.Body}
	f.tree = &tree.Func{Name: qualified(d.pkg, n.Name.Name), Task: true, Result: &tree.Type{}, Span: n.Name.Span()}
	if !c.params(f, n.Params) {
		return nil
	}
	c.infos[f.tree] = f
	return f
}

// params resolves the types of parameters.
func (c *checker) params(f *fnInfo, list []syntax.Param) bool {
	b := c.newScratch()
	b.env = f.env
	ok := c.fewMembers(len(list), f.decl.name)
	for _, p := range list[:min(len(list), maxMembers)] {
		t := b.anyType(p.Type)
		if t == nil || !c.paramType(f.tree, p, t) {
			ok = false
			continue
		}
		kind := tree.ParamLocal
		if p.InOut {
			kind = tree.InOutLocal
		}
		l := &tree.Local{ID: len(f.tree.Locals), Name: p.Name.Name, Type: t, Kind: kind, Span: p.Name.Span()}
		f.tree.Params = append(f.tree.Params, l)
		f.tree.Locals = append(f.tree.Locals, l)
	}
	return ok
}

func (c *checker) paramType(f *tree.Func, p syntax.Param, t *tree.Type) bool {
	switch {
	case p.InOut && tree.IsEnd(t):
		c.errorf(codes.OnlyInTask, p.Span(), "a channel end or device never changes, so it is not `inout`")
	case f.Task && (p.InOut || t.Kind == tree.Slice):
		c.errorf(codes.OnlyInTask, p.Span(), "a task takes values, channel ends and devices, no references")
	default:
		return true
	}
	return false
}

// checkBody checks the body of a function or task, once. It reports false while that
// is under way.
func (c *checker) checkBody(f *fnInfo) bool {
	if f.generic != nil {
		return c.checkInstance(f)
	}
	return c.checkBodyOnce(f)
}

func (c *checker) checkBodyOnce(f *fnInfo) bool {
	if f.stage != stageNew {
		return f.stage == stageDone
	}
	f.stage = stageBusy
	before := c.failed
	b := &body{c: c, fn: f.tree, info: f, facts: facts.New(&c.effort), env: f.env}
	b.push()
	for _, l := range f.tree.Params {
		if old := b.scope.locals[l.Name]; old != nil {
			c.errorf(codes.DuplicateName, l.Span, "`%s` is declared twice", l.Name).Note(old.Span, "the other parameter")
		}
		b.scope.locals[l.Name] = l
	}
	f.tree.Body = b.block(f.body)
	if b.facts != nil && f.tree.Result.Kind != tree.Unit {
		c.errorf(codes.MissingReturn, f.tree.Span, "`%s` may end without returning its `%s`", f.tree.Name, f.tree.Result).
			Labelf("not all ways lead to a return")
	}
	f.bad = c.failed != before
	c.unusedLocals(f.tree)
	f.stage = stageDone
	return true
}

// inTask reports whether the statement is in the body of a task.
func (b *body) inTask() bool { return b.fn.Task && b.test == nil }
