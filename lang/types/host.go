package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// host implements elab.Host for one system: it answers the questions of the elaborator.
type host struct {
	c *checker
	b *body // checks the expressions of the system
}

// host makes the host of a system.
func (c *checker) host() elab.Host {
	h := host{c, c.newScratch()}
	h.b.bound = map[string]*tree.ConstDef{}
	return elab.Host{Record: c.opts.Record, Report: h, Values: h, Tasks: h, Packages: h, Library: h}
}

func (h host) Errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error {
	return h.c.errorf(code, at, format, args...)
}

func (h host) Warn(e *diag.Error) { h.c.warn(e) }

func (h host) Failed() int { return h.c.failed }

func (h host) Unknown(name syntax.Ident, what string, known []string) *diag.Error {
	return h.c.unknown(name, what, known)
}

func (h host) Suggest(e *diag.Error, name string, known []string) { h.c.suggest(e, name, known) }

func (h host) TypeOf(x syntax.TypeExpr) *tree.Type { return h.b.typeOf(x) }

func (h host) Int(x syntax.Expr) (*big.Int, bool) { return h.b.constInt(x) }

func (h host) Size(x syntax.Expr, what string) (int, bool) { return h.b.size(x, what) }

func (h host) Cells(x syntax.Expr, want *tree.Type) ([]uint64, bool) {
	v := h.b.value(x, want)
	if v == nil {
		return nil, false
	}
	return h.b.evaluate(v, x.Span())
}

func (h host) Bind(name string, k *tree.ConstDef) *tree.ConstDef {
	was := h.b.bound[name]
	h.b.bound[name] = k
	return was
}

func (h host) Task(x syntax.Expr) *tree.Func {
	d := h.taskDecl(x)
	if d == nil || !h.c.resolve(d, x.Span()) {
		return nil
	}
	if d.fn == nil || !d.fn.tree.Task {
		h.c.errorf(codes.BadBinding, x.Span(), "`%s` is %s, expected a task", d.name.Name, d.what()).Note(d.name.Span(), "declared here")
		return nil
	}
	h.c.checkBodies() // includes library bodies: the body of a task shows how it uses devices
	h.c.spreadUse()   // uses through called functions count as well
	return d.fn.tree
}

// taskDecl finds the declaration of the task named by run.
func (h host) taskDecl(x syntax.Expr) *decl {
	switch x := x.(type) {
	case *syntax.Name:
		d := h.c.find(x.Ident)
		if d == nil {
			h.c.unknown(x.Ident, "task", h.c.taskNames())
		}
		return d
	case *syntax.FieldExpr:
		if pkg := h.b.packageName(x.X); pkg != nil {
			return h.b.packageMember(*pkg, x.Name, "task")
		}
	}
	h.c.errorf(codes.BadBinding, x.Span(), "`run` takes the name of a task")
	return nil
}

func (c *checker) taskNames() []string {
	var names []string
	for _, d := range c.order {
		if _, ok := d.node.(*syntax.TaskDecl); ok && d.pkg == "" {
			names = append(names, d.name.Name)
		}
	}
	return names
}

func (h host) Arguments(call *syntax.CallExpr, what string, names []string, check func(i int, x syntax.Expr)) bool {
	_, ok := h.b.arguments(call, what, names, func(i int, x syntax.Expr) tree.Expr {
		check(i, x)
		return boolConst(true, x.Span())
	})
	return ok
}

func (h host) Use(p *tree.Local) elab.Use {
	use := h.c.useOf[p]
	return elab.Use{Rx: use.rx, Tx: use.tx, LongestIn: use.longIn, LongestOut: use.longOut}
}

func (h host) Tried(p *tree.Local) []diag.Span { return h.c.tries[p] }

func (h host) Package(x syntax.Expr) *syntax.Ident { return h.b.packageName(x) }

func (h host) InUse(pkg syntax.Ident) bool { return h.b.needsUse(pkg) }

func (h host) Default(name string, at diag.Span) uint32 {
	d := h.c.publicDecl("net", name)
	if d == nil || !h.c.resolve(d, at) || d.konst == nil {
		return 0
	}
	return uint32(d.konst.Cells[0])
}

// checkSystem elaborates the system and checks that every channel end and device is connected.
func (c *checker) checkSystem() {
	for _, s := range c.systems[min(len(c.systems), 1):] {
		c.errorf(codes.ManySystems, s.Name.Span(), "a program has one system").Note(c.systems[0].Name.Span(), "the first one")
	}
	if len(c.systems) == 0 {
		c.noSystem()
		return
	}
	n := c.systems[0]
	e := elab.New(c.host(), &tree.System{Name: n.Name.Name, Span: n.Name.Span()})
	before := c.failed
	e.Items(n.Items)
	e.NameRuns()
	if c.failed == before {
		e.Connected()
		c.unusedTasks(e.System())
	}
	c.elaborated, c.prog.System = e, e.System()
	e.System().Parallel = c.newScratch().hints(n.Hints, atSystem)["parallel"] > 0
}

// checkParallel decides which tasks of a parallel system are threads.
func (c *checker) checkParallel() {
	s := c.prog.System
	if s == nil || !s.Parallel || c.failed > 0 {
		return
	}
	traps := map[*tree.Func]tree.TrapSite{}
	for i, f := range c.trapsOf {
		if f == nil {
			continue
		}
		if _, seen := traps[f.tree]; !seen && !c.prog.Traps[i].Const {
			traps[f.tree] = c.prog.Traps[i]
		}
	}
	elab.Parallel(s, traps, host{c: c})
}

// checkDeadlock looks for tasks that wait for each other. It runs only if the system has no
// errors.
func (c *checker) checkDeadlock() {
	if s := c.prog.System; s != nil && c.failed == 0 {
		c.loops = elab.Deadlock(s, host{c: c})
	}
}

// noSystem warns of a program that has tasks, but neither a system nor a test.
func (c *checker) noSystem() {
	for _, d := range c.order {
		if d.fn != nil && d.fn.tree.Task && d.pkg == "" && len(c.tests) == 0 {
			c.hold(diag.Warningf(codes.UnusedTask, d.name.Span(), "there is no system, so nothing runs the task `%s`", d.name.Name).
				Hint("write `system s { run %s(...) }`", d.name.Name))
			return
		}
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
