package types

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// selectStmt checks select. The guards and events of all arms are evaluated before any body. A
// message that is too long empties the buffer of its arm, and the select may then choose another
// arm. Facts about the buffers therefore do not hold in the bodies.
func (b *body) selectStmt(n *syntax.SelectStmt) tree.Stmt {
	if !b.inTask() {
		b.c.errorf(codes.OnlyInTask, wordSpan(n.Span(), "select"), "`select` stands in the body of a task").
			Hint("a function may be given channel ends and receive from them")
	}
	if len(n.Arms) == 0 {
		b.c.errorf(codes.BadSelect, n.Span(), "a select needs at least one arm")
		return nil
	}
	s := &tree.Select{Stmt0: tree.Stmt0{At: n.Span()}, Fair: n.Policy != "prio", Turn: n.Policy == "turn"}
	ok := true
	for i := range n.Arms {
		arm, fine := b.armHead(&n.Arms[i])
		s.Arms, ok = append(s.Arms, arm), ok && fine
	}
	for i := range s.Arms {
		if buf := s.Arms[i].Buf; buf != nil && !b.writable(buf, "the buffer of a receive") {
			ok = false
		}
	}
	entry := b.facts
	var after *facts.Known
	for i := range s.Arms {
		b.facts = entry.Clone()
		b.armBody(&s.Arms[i], &n.Arms[i])
		after = facts.Join(after, b.facts)
	}
	b.facts = after
	if !ok {
		return nil
	}
	return s
}

// armHead checks the event that an arm waits for.
func (b *body) armHead(n *syntax.SelectArm) (tree.SelectArm, bool) {
	arm := tree.SelectArm{Span: n.Span()}
	if n.Call == nil {
		return arm, false
	}
	ok, guard := false, true
	before := b.facts.Clone()
	if n.When != nil {
		arm.When = b.condition(n.When)
		if guard = arm.When != nil && b.quiet(arm.When); guard {
			b.facts.Assume(arm.When, true)
		}
	}
	switch n.Kind {
	case syntax.ArmEvery:
		arm.Kind = tree.ArmEvery
		ok = b.every(n.Call, &arm)
	case syntax.ArmAfter:
		arm.Kind = tree.ArmAfter
		arm.After = b.duration(n.Call, "after")
		ok = arm.After != nil && b.quiet(arm.After)
	default:
		ok = b.armRecv(n, &arm)
	}
	if n.Let != nil && (n.Kind != syntax.ArmRecv || ok && arm.Kind == tree.ArmDev && headType(arm.End) == nil) {
		b.c.errorf(codes.BadSelect, n.Let.Span(), "this arm gives no value to `%s`", n.Let.Name)
		ok = false
	}
	b.facts = before
	return arm, ok && guard
}

// quiet checks that an expression in the header of an arm has no effects, because a select
// evaluates the headers of all arms.
func (b *body) quiet(x tree.Expr) bool {
	if !tree.Communicates(x) && len(tree.Written(x)) == 0 {
		return true
	}
	b.c.errorf(codes.BadSelect, x.Span(), "the head of an arm neither receives, sends nor changes anything").
		Hint("compute it before the select, with `let`")
	return false
}

// every checks the constant of `on every(d)`.
func (b *body) every(n *syntax.CallExpr, arm *tree.SelectArm) bool {
	x := b.duration(n, "every")
	if x == nil {
		return false
	}
	if name := variable(x); name != "" {
		b.c.errorf(codes.NotConstant, x.Span(), "`every` takes a constant, but `%s` is a variable", name).
			Hint("`after(d)` takes any duration")
		return false
	}
	cells, ok := b.evaluate(x, x.Span())
	if !ok {
		return false
	}
	if int64(cells[0]) <= 0 {
		b.c.errorf(codes.BadSelect, x.Span(), "the period of `every` is above 0")
		return false
	}
	arm.After = &tree.Const{Expr0: tree.Expr0{At: x.Span(), T: x.Type()}, Cell: cells[0]}
	return true
}

// armRecv checks `on e.recv(...)`.
func (b *body) armRecv(n *syntax.SelectArm, arm *tree.SelectArm) bool {
	f, ok := n.Call.Fun.(*syntax.FieldExpr)
	if !ok || f.Name.Name != "recv" && f.Name.Name != "changed" {
		b.c.errorf(codes.BadSelect, n.Call.Span(), "an arm waits for `recv`, `changed`, `every` or `after`").
			Hint("a select has no arms that send: send in the body of an arm")
		return false
	}
	arm.End = b.expr(f.X, nil)
	if arm.End == nil || !b.quiet(arm.End) {
		return false
	}
	switch t := arm.End.Type(); t.Kind {
	case tree.Chan:
		s, x := b.chanCall(n.Call, f, arm.End)
		_, recv := x.(*tree.ChanRecv)
		return s == nil && recv
	case tree.Device:
		if kindOf(arm.End).Shape == port.Level {
			return b.levelArm(n.Call, f, arm)
		}
		arm.Kind = tree.ArmDev
		switch s, x := b.deviceCall(n.Call, f, arm.End); {
		case x != nil:
			arm.Buf = x.(*tree.HeadRecv).Buf
		case s != nil:
			arm.Buf = s.(*tree.DevRecv).Buf
		default:
			return false
		}
		return b.quiet(arm.Buf)
	}
	b.noMethod(arm.End.Type(), f.Name, nil)
	return false
}

// armBody checks the body of an arm. In the body, the guard of the arm is a known fact.
func (b *body) armBody(arm *tree.SelectArm, n *syntax.SelectArm) {
	b.push()
	defer b.pop()
	if arm.When != nil {
		b.facts.Assume(arm.When, true)
	}
	if n.Let != nil {
		if arm.Kind == tree.ArmLevel {
			arm.Local = b.declareLocal(*n.Let, boolType(), tree.LetLocal)
		} else if arm.Kind == tree.ArmDev && arm.End != nil && headType(arm.End) != nil {
			arm.Local = b.declareLocal(*n.Let, headType(arm.End), tree.LetLocal)
		} else if arm.Kind == tree.ArmChan && arm.End != nil && arm.End.Type().Kind == tree.Chan {
			arm.Local = b.declareLocal(*n.Let, arm.End.Type().Elem, tree.LetLocal)
		} else {
			b.poison(*n.Let)
		}
	}
	arm.Body = b.block(n.Body)
}

// atOnce reports whether an arm of a select is ready on entry: the arm is `on after(d)` with a
// constant d of at most 0. A select that takes such an arm does not wait.
func atOnce(a *tree.SelectArm) bool {
	k, ok := a.After.(*tree.Const)
	return a.Kind == tree.ArmAfter && ok && int64(k.Cell) <= 0
}

// tryCall checks c.try_recv(), which gives an option, and c.try_send(e), which gives a bool.
func (b *body) tryCall(e *syntax.CallExpr, f *syntax.FieldExpr, ch tree.Expr) tree.Expr {
	elem := ch.Type().Elem
	if !ch.Type().Out {
		if len(e.Args) > 0 {
			b.c.errorf(codes.BadArguments, e.Span(), "`try_recv` of a channel takes no arguments").Hint("write `if let x = c.try_recv() { }`")
			return nil
		}
		return &tree.TryRecv{Expr0: tree.Expr0{At: e.Span(), T: tree.OptionOf(elem)}, Chan: ch}
	}
	x := b.oneArgument(e, f.Name.Name, elem)
	if x == nil {
		return nil
	}
	l := tree.Root(ch)
	b.c.tries[l] = append(b.c.tries[l], f.Name.Span())
	return &tree.TrySend{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Chan: ch, Value: x}
}

// passEnds records the channel ends and devices that a call passes. passEnds first checks the body
// of the called function, because the check of the caller may need to know whether the function
// waits.
func (b *body) passEnds(f *fnInfo, args []tree.Arg) {
	if !tree.TakesEnds(f.tree) {
		return
	}
	b.c.checkBody(f)
	for _, a := range args {
		if p := f.tree.Params[a.Index]; tree.IsEnd(p.Type) {
			b.c.passed = append(b.c.passed, passing{tree.Root(a.Value), p})
		}
	}
}

// spreadUse adds uses of parameters through calls: a task also uses a device or channel end as the
// called functions use it.
func (c *checker) spreadUse() {
	for changed := true; changed; {
		changed = false
		for _, k := range c.passed {
			from, to := c.useOf[k.from], c.useOf[k.to]
			all := from.and(to)
			if all != from {
				c.useOf[k.from], changed = all, true
			}
			if len(c.tries[k.from]) == 0 && len(c.tries[k.to]) > 0 {
				c.tries[k.from], changed = c.tries[k.to], true
			}
		}
	}
}
