package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Tests. The body of a test is checked like the body of a task. The body may also use the
// statements of tests and the names `fake` and `any`. The tasks that a test starts between two
// crashes form an epoch. An epoch is a separate system with fake devices. lang/elab elaborates an
// epoch like any other system.

// checkTests checks the tests of the program, or of the package that is
// under test.
func (c *checker) checkTests() {
	names := map[string]diag.Span{}
	for _, n := range c.tests {
		name := b2s(n.Name)
		if old, dup := names[name]; dup {
			c.errorf(codes.DuplicateName, n.Name.Span(), "there are two tests of this name").Note(old, "the other one")
		}
		names[name] = n.Name.Span()
		c.prog.Tests = append(c.prog.Tests, c.checkTest(n, name))
	}
}

// b2s is the text of a string without braces.
func b2s(n *syntax.StringLit) string {
	text := ""
	for _, p := range n.Parts {
		text += p.Bytes
	}
	return text
}

func (c *checker) checkTest(n *syntax.TestDecl, name string) *tree.Test {
	t := &tree.Test{Name: name, Span: n.Name.Span()}
	t.Body = &tree.Func{Name: "test.body", Task: true, Result: &tree.Type{}, Span: n.Name.Span()}
	f := &fnInfo{tree: t.Body, body: n.Body, stage: stageBusy}
	b := &body{c: c, fn: t.Body, info: f, facts: facts.New(&c.effort), test: &testInfo{tree: t, fakes: map[*tree.Local]int{}}}
	for _, p := range n.Name.Parts {
		if p.X != nil {
			c.errorf(codes.BadFormat, p.Span(), "only log.print fills in braces").Hint("a brace itself is written `\\{`")
		}
	}
	port := &tree.Local{Name: "any", Type: portType(), Kind: tree.ParamLocal, Span: t.Span}
	t.Body.Params, t.Body.Locals = []*tree.Local{port}, []*tree.Local{port}
	b.push()
	t.Body.Body = b.block(n.Body)
	b.endEpoch()
	if !t.Chooses {
		withoutPort(t.Body)
	}
	f.stage = stageDone
	return t
}

// withoutPort removes the port parameter from a body that chooses no values.
func withoutPort(f *tree.Func) {
	f.Params, f.Locals = nil, f.Locals[1:]
	for i, l := range f.Locals {
		l.ID = i
	}
}

// inTest reports an error if a construct that only tests may have is outside of a test.
func (b *body) inTest(at diag.Span, what string) bool {
	if b.test != nil {
		return true
	}
	b.c.errorf(codes.OnlyInTest, at, "%s belongs in a test", what).Hint("a test is `test \"what must hold\" { ... }`, and `sinter test` runs it")
	return false
}

// testStmt checks a statement that only tests have.
func (b *body) testStmt(n syntax.Stmt) tree.Stmt {
	switch n := n.(type) {
	case *syntax.ExpectStmt:
		if b.inTest(n.Span(), "`expect`") {
			return b.expect(n)
		}
	case *syntax.FailStmt:
		if b.inTest(n.Span(), "`fail`") {
			return b.fail(n)
		}
	case *syntax.StartStmt:
		if b.inTest(n.Span(), "`start`") && b.atTop(n.Span(), "`start`") {
			return b.start(n)
		}
	case *syntax.CrashStmt:
		if b.inTest(n.Span(), "`crash`") && b.atTop(n.Span(), "`crash`") {
			return b.crash(n)
		}
	}
	return nil
}

// atTop reports an error if a statement is nested in another statement of the test.
func (b *body) atTop(at diag.Span, word string) bool {
	if len(b.loops) == 0 && b.scope.outer != nil && b.scope.outer.outer == nil {
		return true
	}
	b.c.errorf(codes.StartPlace, at, "%s stands directly in the body of a test", word).
		Hint("what a test starts is known before it runs, like a system")
	return false
}

// expect checks `expect c`. The result keeps the two operands of a comparison, because the message
// of a failure shows their values.
func (b *body) expect(n *syntax.ExpectStmt) tree.Stmt {
	x := b.condition(n.Cond)
	if x == nil {
		return nil
	}
	s := &tree.Expect{Stmt0: tree.Stmt0{At: n.Span()}, Cond: x, Site: b.trap(tree.TrapExpect, n.Span())}
	block := &tree.Block{Stmt0: s.Stmt0}
	keep := func(x tree.Expr) (*tree.Local, tree.Expr) {
		l := b.newLocal("", x.Span(), x.Type(), tree.LetLocal)
		block.Stmts = append(block.Stmts, &tree.Declare{Stmt0: tree.Stmt0{At: x.Span()}, Local: l, Value: x})
		return l, &tree.LocalRef{Expr0: tree.Expr0{At: x.Span(), T: x.Type()}, Local: l}
	}
	switch e := x.(type) {
	case *tree.Equal:
		kept := *e
		s.L, kept.L = keep(e.L)
		s.R, kept.R = keep(e.R)
		s.Cond = &kept
	case *tree.Binary:
		if e.Op < tree.Lt || e.Op > tree.Ge {
			break
		}
		kept := *e
		s.L, kept.L = keep(e.L)
		s.R, kept.R = keep(e.R)
		s.Cond = &kept
	}
	b.facts.Assume(x, true)
	block.Stmts = append(block.Stmts, s)
	return block
}

func (b *body) fail(n *syntax.FailStmt) tree.Stmt {
	lit, ok := n.Message.(*syntax.StringLit)
	if !ok {
		b.c.errorf(codes.Mismatch, n.Span(), "`fail` takes a text, as in `fail \"no answer\"`")
		return nil
	}
	x, ok := b.stringLit(lit).(*tree.BytesLit)
	b.facts = nil
	if !ok {
		return nil
	}
	return &tree.Fail{Stmt0: tree.Stmt0{At: n.Span()}, Why: string(x.Data), Site: b.trap(tree.TrapExpect, n.Span())}
}

// start adds a task to the current epoch. The first task begins an epoch.
func (b *body) start(n *syntax.StartStmt) tree.Stmt {
	t := b.test
	if n.Call == nil {
		return nil
	}
	if !t.talked.IsZero() {
		b.c.errorf(codes.StartPlace, n.Span(), "all tasks start before the test talks to the first of them").
			Note(t.talked, "here it does").Hint("move this `start` up")
		return nil
	}
	var s tree.Stmt
	if t.epoch == nil {
		t.epoch = elab.New(b.c.host(), &tree.System{Name: "test", Span: n.Span()})
		s = &tree.Start{Stmt0: tree.Stmt0{At: n.Span()}, Epoch: len(t.tree.Epochs)}
		t.tree.Epochs = append(t.tree.Epochs, t.epoch.System())
	}
	if sys := b.c.systemNamed(n.Call); sys != nil {
		b.startSystem(n.Call, sys)
		return s
	}
	for _, a := range n.Call.Args {
		if name, ok := a.Value.(*syntax.Name); ok {
			if i, fake := b.offer(name); fake {
				t.epoch.Name(name.Name, i)
			}
		}
	}
	t.epoch.Run(&syntax.RunItem{Place: n.Place, Call: n.Call})
	return s
}

// systemNamed returns the system that a start statement names, or nil. If a task has the same
// name, the statement means the task, unless the number of arguments differs from the number of
// the task's parameters.
func (c *checker) systemNamed(call *syntax.CallExpr) *syntax.SystemDecl {
	name, ok := call.Fun.(*syntax.Name)
	if !ok || len(c.systems) == 0 || c.systems[0].Name.Name != name.Name {
		return nil
	}
	d := c.decls[name.Name]
	if d == nil {
		return c.systems[0]
	}
	if n, task := d.node.(*syntax.TaskDecl); task && len(n.Params) != len(call.Args) {
		return c.systems[0]
	}
	return nil
}

// startSystem checks `start edge(inside: a, outside: b)`. It starts all tasks of the
// system, with fakes for its devices.
func (b *body) startSystem(call *syntax.CallExpr, sys *syntax.SystemDecl) {
	names, at := devicesToGive(call, sys)
	b.c.opts.Record.Use(call.Fun.Span(), sys.Name.Span())
	b.c.namedArguments(call, names, func(i int) diag.Span { return at[i] })
	given := map[string]int{}
	_, ok := b.arguments(call, "`"+sys.Name.Name+"`", names, func(k int, x syntax.Expr) tree.Expr {
		name, ok := x.(*syntax.Name)
		i, fake := 0, false
		if ok {
			i, fake = b.offer(name)
		}
		if !fake {
			b.c.errorf(codes.BadBinding, x.Span(), "expected a device of the test for `%s`", names[k]).Hint("write `let d = fake.eth()` before")
			return nil
		}
		given[names[k]] = i
		return boolConst(true, x.Span())
	})
	if ok {
		b.test.epoch.Start(sys.Items, given)
	}
}

// devicesToGive lists the devices of a system for which a test must give fakes. A socket needs no
// fake if its network device gets a fake. A network device needs no fake if its sockets get fakes.
func devicesToGive(call *syntax.CallExpr, sys *syntax.SystemDecl) (names []string, at []diag.Span) {
	said := map[string]bool{}
	for _, a := range call.Args {
		if a.Name != nil {
			said[a.Name.Name] = true
		}
	}
	under := map[string]bool{} // network devices for which a socket is given
	var binds []*syntax.BindItem
	for _, item := range sys.Items {
		bind, ok := item.(*syntax.BindItem)
		if !ok {
			continue
		}
		if nic, socket := overDevice(bind.Value); socket && !said[bind.Name.Name] {
			continue
		} else if socket {
			under[nic] = true
		}
		binds = append(binds, bind)
	}
	for _, bind := range binds {
		if name := bind.Name; said[name.Name] || !under[name.Name] {
			names, at = append(names, name.Name), append(at, name.Span())
		}
	}
	return names, at
}

// overDevice reports whether a binding is net.udp(nic, ...). The first result is the name of the
// network device.
func overDevice(x syntax.Expr) (nic string, socket bool) {
	call, ok := x.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	if f, ok := call.Fun.(*syntax.FieldExpr); !ok || f.Name.Name != "udp" {
		return "", false
	}
	n, ok := call.Args[0].Value.(*syntax.Name)
	if !ok {
		return "", true
	}
	return n.Name, true
}

// offer adds a fake to the devices of the epoch, once.
func (b *body) offer(name *syntax.Name) (int, bool) {
	l := b.lookup(name.Name)
	i, fake := b.test.fakes[l]
	if !fake {
		return 0, false
	}
	b.c.opts.Record.Use(name.Span(), l.Span)
	return b.test.epoch.Offer(b.test.tree.Devices[i]), true
}

// endEpoch completes the system of the tasks that were started.
func (b *body) endEpoch() {
	t := b.test
	if t.epoch != nil {
		t.epoch.NameRuns()
		if b.c.failed == 0 {
			t.epoch.AddServices()
		}
	}
	t.epoch, t.talked = nil, diag.Span{}
}

// crash checks the crash statement, which ends the epoch.
func (b *body) crash(n *syntax.CrashStmt) tree.Stmt {
	x := b.expr(n.Device, nil)
	i, ok := b.fakeOf(x)
	if x != nil && !ok {
		b.c.errorf(codes.Mismatch, n.Device.Span(), "`crash` names a device of the test, found %s", describe(x.Type()))
	}
	s := &tree.Crash{Stmt0: tree.Stmt0{At: n.Span()}, Dev: i}
	if n.Losing != nil && ok {
		if s.Losing = b.losing(n.Losing, b.test.tree.Devices[i]); s.Losing == nil {
			ok = false
		}
	}
	if ok && b.test.epoch == nil {
		b.c.errorf(codes.StartPlace, n.Span(), "nothing is running that could crash").Hint("`start` a task first")
	}
	b.endEpoch()
	if !ok {
		return nil
	}
	return s
}

// losing checks the set of sectors that a crash loses.
func (b *body) losing(n syntax.Expr, d tree.Fake) tree.Expr {
	if !port.KeepsBlocks(d.Kind) {
		b.c.errorf(codes.Mismatch, n.Span(), "only a disk loses what was written; `%s` is none", d.Name)
		return nil
	}
	return b.value(n, sectorSet(d))
}

// sectorSet is the type of a set of sectors of a disk.
func sectorSet(d tree.Fake) *tree.Type {
	return &tree.Type{Kind: tree.Array, Len: d.Sectors, Elem: boolType()}
}

// fakeOf returns the index of the fake device that an expression names.
func (b *body) fakeOf(x tree.Expr) (int, bool) {
	l, ok := x.(*tree.LocalRef)
	if !ok || b.test == nil {
		return 0, false
	}
	i, ok := b.test.fakes[l.Local]
	return i, ok
}
