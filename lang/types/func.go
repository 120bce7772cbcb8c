package types

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// fnDecl resolves the signature of a function.
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
		c.defineLocal(l)
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

// checkBody checks the body of a function or task once. A call during this check returns false:
// the function depends on itself.
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

// head resolves the parameters and the result type of a function.
func (c *checker) head(f *fnInfo, n *syntax.FnDecl) bool {
	ok := c.params(f, n.Params)
	if n.Result != nil {
		b := c.newScratch()
		b.env = f.env
		f.tree.Result = b.typeOf(n.Result)
	}
	return ok && f.tree.Result != nil
}

// unusedLocals warns of variables whose value is never read. A name that begins with `_`
// marks a variable as unused on purpose.
func (c *checker) unusedLocals(f *tree.Func) {
	for _, l := range f.Locals {
		kind := l.Kind == tree.LetLocal || l.Kind == tree.VarLocal || l.Kind == tree.StateLocal
		if !kind || c.read[l] > 0 || strings.HasPrefix(l.Name, "_") {
			continue
		}
		c.hold(diag.Warningf(codes.UnusedVariable, l.Span, "`%s` is never read", l.Name).Hint("remove it, or call it `_%s`", l.Name))
	}
}
