package types

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Warnings about what is correct and probably not meant are held back until the
// program is known to have no error: next to an error they would be noise.

// hold keeps a warning for the end, unless it is about the library.
func (c *checker) hold(e *diag.Error) {
	if c.packageOf[e.Span.File] == "" && len(c.held) < maxErrors {
		c.held = append(c.held, e)
	}
}

// release gives the warnings that were held back.
func (c *checker) release() {
	if c.failed > 0 {
		return
	}
	for _, e := range c.held {
		c.warn(e)
	}
}

// unusedLocals warns of variables whose value nobody reads. Those whose names
// begin with `_` are meant to be unused.
func (c *checker) unusedLocals(f *tree.Func) {
	for _, l := range f.Locals {
		kind := l.Kind == tree.LetLocal || l.Kind == tree.VarLocal || l.Kind == tree.StateLocal
		if !kind || c.read[l] > 0 || strings.HasPrefix(l.Name, "_") {
			continue
		}
		c.hold(diag.Warningf(codes.UnusedVariable, l.Span, "`%s` is never read", l.Name).Hint("remove it, or call it `_%s`", l.Name))
	}
}

// unusedTasks warns of tasks that the system does not run.
func (c *checker) unusedTasks(sys *tree.System) {
	run := map[*tree.Func]bool{}
	for _, r := range sys.Runs {
		run[r.Task] = true
	}
	for _, d := range c.order {
		if d.fn != nil && d.fn.tree.Task && d.pkg == "" && !run[d.fn.tree] {
			c.hold(diag.Warningf(codes.UnusedTask, d.name.Span(), "the system `%s` does not run the task `%s`", sys.Name, d.name.Name).
				Note(sys.Span, "the system").Hint("write `run %s(...)` in it, or remove the task", d.name.Name))
		}
	}
}

// shadowed warns of a local that hides another one of the function.
func (b *body) shadowed(name syntax.Ident) {
	for s := b.scope.outer; s != nil; s = s.outer {
		if old := s.locals[name.Name]; old != nil {
			b.c.hold(diag.Warningf(codes.Shadowed, name.Span(), "this `%s` hides another one", name.Name).Note(old.Span, "the other one").
				Hint("give one of them another name"))
			return
		}
	}
}

// writeOnly checks the target of an assignment, which is not a use of the variable
// that it is in, unless an index in it reads it.
func (b *body) writeOnly(e syntax.Expr) tree.Expr {
	l := b.lookup(syntax.RootName(e))
	was := b.c.read[l]
	x := b.expr(e, nil)
	if l != nil && l.Kind != tree.InOutLocal && b.c.read[l] == was+1 {
		b.c.read[l] = was
	}
	return x
}
