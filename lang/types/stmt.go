package types

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// stmt checks one statement. It returns nil after an error.
func (b *body) stmt(n syntax.Stmt) tree.Stmt {
	base := tree.Stmt0{At: n.Span()}
	switch n := n.(type) {
	case *syntax.LetStmt:
		return b.letStmt(n)
	case *syntax.VarStmt:
		return b.varStmt(n)
	case *syntax.AssignStmt:
		return b.assign(n)
	case *syntax.IfStmt:
		return b.ifStmt(n)
	case *syntax.ForStmt:
		return b.forStmt(n)
	case *syntax.WhileStmt:
		return b.whileStmt(n)
	case *syntax.LoopStmt:
		return b.loopStmt(n)
	case *syntax.BreakStmt:
		if b.leaveLoop(n, "break") {
			b.loops[len(b.loops)-1].breaks = facts.Join(b.loops[len(b.loops)-1].breaks, b.facts)
			b.facts = nil
			return &tree.Break{Stmt0: base}
		}
	case *syntax.ContinueStmt:
		if b.leaveLoop(n, "continue") {
			b.facts = nil
			return &tree.Continue{Stmt0: base}
		}
	case *syntax.ReturnStmt:
		return b.returnStmt(n)
	case *syntax.MatchStmt:
		return b.match(n)
	case *syntax.AssertStmt:
		return b.assert(n)
	case *syntax.TimedStmt:
		return b.timedStmt(n)
	case *syntax.ExprStmt:
		return b.exprStmt(n)
	case *syntax.Block:
		return b.block(n)
	case *syntax.SelectStmt:
		return b.selectStmt(n)
	case *syntax.ExpectStmt, *syntax.FailStmt, *syntax.StartStmt, *syntax.CrashStmt:
		return b.testStmt(n)
	}
	return nil
}

func (b *body) leaveLoop(n syntax.Stmt, word string) bool {
	if len(b.loops) > 0 {
		return true
	}
	b.c.errorf(codes.OutsideLoop, n.Span(), "`%s` is not inside a loop", word)
	return false
}

// letStmt checks `let x = e` with or without else.
func (b *body) letStmt(n *syntax.LetStmt) tree.Stmt {
	if n.Else != nil {
		return b.letElse(n)
	}
	if pkg, kind := b.testPackage(n.Value); pkg == "fake" && port.Find(kind) != nil {
		return b.fakeLet(n, kind)
	}
	var want *tree.Type
	if n.Type != nil {
		if want = b.typeOf(n.Type); want == nil {
			b.expr(n.Value, nil)
			return b.poison(n.Name)
		}
	}
	x := b.value(n.Value, want)
	if x == nil || !b.storable(x) {
		return b.poison(n.Name)
	}
	l := b.declareLocal(n.Name, x.Type(), tree.LetLocal)
	if l == nil {
		return &tree.Do{Stmt0: tree.Stmt0{At: n.Span()}, X: x}
	}
	b.facts.Learn(l, x)
	b.learnWhole(l, x)
	return &tree.Declare{Stmt0: tree.Stmt0{At: n.Span()}, Local: l, Value: x}
}

// storable reports an error for a value that cannot be stored, because values of its type may only
// be arguments.
func (b *body) storable(x tree.Expr) bool {
	switch t := x.Type(); {
	case t.Kind == tree.Slice:
		b.c.errorf(codes.StoredSlice, x.Span(), "a slice is not stored, it exists only as an argument").
			Hint("pass `a[i..j]` to a function")
		return false
	case t.Kind == tree.Fraction:
		b.untyped(x.Span())
		return false
	case tree.IsEnd(t):
		b.c.errorf(codes.OnlyInTask, x.Span(), "%s is not stored", describe(t)).Hint("use the parameter of the task")
		return false
	}
	return true
}

// letElse checks `let x = e else { }`.
func (b *body) letElse(n *syntax.LetStmt) tree.Stmt {
	x := b.optional(n.Value)
	saved := b.facts.Clone()
	other := b.block(n.Else)
	if b.facts != nil {
		b.c.errorf(codes.ElseFalls, n.Else.Span(), "this else must leave the block").
			Hint("end it with return, break or continue")
	}
	b.facts = saved
	if x == nil {
		return b.poison(n.Name)
	}
	elem := x.Type().Elem
	if n.Type != nil {
		if t := b.typeOf(n.Type); t == nil || !tree.Same(t, elem) {
			if t != nil {
				b.c.errorf(codes.Mismatch, n.Type.Span(), "the value has type %s, not %s", describe(elem), describe(t))
			}
			return b.poison(n.Name)
		}
	}
	l := b.declareLocal(n.Name, elem, tree.LetLocal)
	b.learnOption(l, x)
	return &tree.LetElse{Stmt0: tree.Stmt0{At: n.Span()}, Local: l, Value: x, Else: other}
}

// optional checks an expression that must be an option.
func (b *body) optional(e syntax.Expr) tree.Expr {
	if e == nil {
		return nil
	}
	x := b.expr(e, nil)
	if x != nil && x.Type().Kind != tree.Option {
		b.c.errorf(codes.OptionUse, e.Span(), "expected an option (`T?`), found %s", describe(x.Type())).
			Hint("the value is always there: `let x = e` without else")
		return nil
	}
	return x
}

// varStmt checks var and state.
func (b *body) varStmt(n *syntax.VarStmt) tree.Stmt {
	hints := b.hints(n.Hints, atVariable)
	kind := tree.VarLocal
	if n.State {
		kind = tree.StateLocal
		if !b.inTask() || len(b.loops) > 0 || b.scope.outer == nil || b.scope.outer.outer != nil {
			b.c.errorf(codes.OnlyInTask, n.Span(), "`state` stands directly in the body of a task").Hint("use `var`")
		}
	}
	var want *tree.Type
	if n.Type != nil {
		want = b.typeOf(n.Type)
	}
	var x tree.Expr
	if n.Value != nil {
		if x = b.value(n.Value, want); x != nil && want == nil && n.Type == nil {
			x = b.varValue(n, x)
		}
		if x == nil {
			return b.poison(n.Name)
		}
		if want == nil && n.Type == nil {
			want = x.Type()
		}
	}
	if want == nil {
		return b.poison(n.Name)
	}
	if x == nil && !want.HasZero() {
		b.c.errorf(codes.NoZero, n.Span(), "`%s` needs a value, `%s` has no zero value", n.Name.Name, want)
		return b.poison(n.Name)
	}
	l := b.declareLocal(n.Name, want, kind)
	if l == nil {
		b.c.errorf(codes.NeedsType, n.Name.Span(), "a variable needs a name")
		return nil
	}
	b.c.banks[l] = hints["bank"]
	if x != nil {
		b.facts.Learn(l, x)
	} else {
		b.facts.LearnZero(l)
	}
	return &tree.Declare{Stmt0: tree.Stmt0{At: n.Span()}, Local: l, Value: x}
}

// varValue gives a var without a declared type the type of its value. A constant keeps its
// declared type. A plain number is an error, because it has no type.
func (b *body) varValue(n *syntax.VarStmt, x tree.Expr) tree.Expr {
	if !b.storable(x) {
		return nil
	}
	if name, ok := n.Value.(*syntax.Name); ok && b.lookup(name.Name) == nil {
		if d := b.c.find(name.Ident); d != nil && d.konst != nil && d.konst.Type.Kind == tree.Int {
			return resize(x, d.konst.Type)
		}
	}
	t, lens := x.Type(), ""
	for ; t.Kind == tree.Array; t = t.Elem {
		lens += fmt.Sprintf("[%d]", t.Len)
	}
	_, isConst := x.(*tree.Const)
	_, isList := n.Value.(*syntax.ArrayLit)
	if t.Kind == tree.Range && (isConst || isList) {
		b.c.errorf(codes.NeedsType, n.Name.Span(), "the type of `%s` does not follow from a number", n.Name.Name).
			Hint("write `var %s: %su32 = ...`", n.Name.Name, lens)
		return nil
	}
	return x
}

func (b *body) assign(n *syntax.AssignStmt) tree.Stmt {
	target := plainPlace(b.writeOnly(n.Target))
	var want *tree.Type
	if target != nil {
		want = target.Type()
	}
	if l := tree.Root(target); target != nil && l != nil && kindText[l.Kind] != "" {
		b.writable(target, assigned) // reports that the target is not writable
		return nil
	}
	var x tree.Expr
	if f := part(target); f != nil && n.Value != nil {
		x = b.partValue(n.Value, f)
	} else {
		x = b.value(n.Value, want)
	}
	if target == nil || x == nil {
		return nil
	}
	if _, isLen := target.(*tree.Len); isLen {
		b.c.errorf(codes.Immutable, n.Target.Span(), "`len` is not assigned").Hint("write `b.resize(n)`")
		return nil
	}
	if !b.storable(x) {
		return nil
	}
	if l, ok := target.(*tree.LocalRef); ok && l.T.IsNumber() {
		b.assignFacts(l, x)
		return &tree.Assign{Stmt0: tree.Stmt0{At: n.Span()}, Target: target, Value: x}
	}
	if !b.writable(target, assigned) {
		return nil
	}
	return &tree.Assign{Stmt0: tree.Stmt0{At: n.Span()}, Target: target, Value: x}
}

// assignFacts learns facts from the assigned value before it removes the old facts.
func (b *body) assignFacts(l *tree.LocalRef, x tree.Expr) {
	saved := b.facts.Clone()
	if b.writable(l, assigned) {
		b.facts = saved
		b.facts.Learn(l.Local, x)
	}
}

func (b *body) ifStmt(n *syntax.IfStmt) tree.Stmt {
	if n.Let != nil {
		return b.ifLet(n)
	}
	cond := b.condition(n.Cond)
	s := &tree.If{Stmt0: tree.Stmt0{At: n.Span()}, Cond: cond}
	other := b.facts.Clone()
	if cond != nil {
		b.facts.Assume(cond, true)
	}
	out := ruledOut(n, cond)
	b.silent += out
	s.Then = b.block(n.Then)
	b.silent -= out
	then := b.facts
	b.facts = other
	if cond != nil {
		b.facts.Assume(cond, false)
	}
	s.Else = b.elseBlock(n.Else)
	b.facts = facts.Join(then, b.facts)
	switch {
	case cond == nil:
		return nil
	case out > 0 && s.Else != nil:
		return s.Else
	case out > 0:
		return &tree.Block{Stmt0: s.Stmt0}
	}
	return s
}

// ruledOut is 1 for an if whose condition names a const or config that is false. The checker
// checks the block of such an if, but leaves it out of the program. For any other if, ruledOut is
// 0.
func ruledOut(n *syntax.IfStmt, cond tree.Expr) int {
	_, name := n.Cond.(*syntax.Name)
	if c, ok := cond.(*tree.Const); ok && name && c.Cell == 0 {
		return 1
	}
	return 0
}

// elseBlock checks the else of an if: nothing, a block or another if.
func (b *body) elseBlock(n syntax.Stmt) *tree.Block {
	switch n := n.(type) {
	case *syntax.Block:
		return b.block(n)
	case *syntax.IfStmt:
		s := b.ifStmt(n)
		if s == nil {
			return nil
		}
		return &tree.Block{Stmt0: tree.Stmt0{At: n.Span()}, Stmts: []tree.Stmt{s}}
	}
	return nil
}

func (b *body) ifLet(n *syntax.IfStmt) tree.Stmt {
	x := b.optional(n.Cond)
	other := b.facts.Clone()
	s := &tree.IfLet{Stmt0: tree.Stmt0{At: n.Span()}, Value: x}
	b.push()
	if x == nil {
		b.poison(*n.Let)
	} else {
		if name, ok := n.Cond.(*syntax.Name); ok && name.Name == n.Let.Name { // the name deliberately hides the option that it unwraps
			s.Local = b.newLocal(n.Let.Name, n.Let.Span(), x.Type().Elem, tree.LetLocal)
			b.scope.locals[n.Let.Name] = s.Local
		} else {
			s.Local = b.declareLocal(*n.Let, x.Type().Elem, tree.LetLocal)
		}
		b.learnOption(s.Local, x)
	}
	s.Then = b.block(n.Then)
	b.pop()
	then := b.facts
	b.facts = other
	s.Else = b.elseBlock(n.Else)
	b.facts = facts.Join(then, b.facts)
	if x == nil {
		return nil
	}
	return s
}

func (b *body) returnStmt(n *syntax.ReturnStmt) tree.Stmt {
	s := &tree.Return{Stmt0: tree.Stmt0{At: n.Span()}}
	want := b.fn.Result
	if b.timed > 0 {
		b.c.errorf(codes.LeavesTimed, n.Span(), "a timed region is left at its brace only").Hint("return after it")
	}
	switch {
	case n.Value != nil && want.Kind == tree.Unit:
		b.expr(n.Value, nil)
		e := b.c.errorf(codes.Mismatch, n.Value.Span(), "`%s` returns nothing", b.fn.Name)
		if b.fn.Task {
			e.Hint("a task ends with `return` alone; it tells others through a channel")
		} else {
			e.Hint("declare its result: `-> T`")
		}
	case n.Value == nil && want.Kind != tree.Unit:
		b.c.errorf(codes.Mismatch, n.Span(), "`%s` returns a `%s`, expected a value here", b.fn.Name, want)
	case n.Value != nil:
		s.Value = b.value(n.Value, want)
	}
	b.facts = nil
	if n.Value != nil && s.Value == nil {
		return nil
	}
	return s
}

func (b *body) assert(n *syntax.AssertStmt) tree.Stmt {
	x := b.condition(n.Cond)
	if x == nil {
		return nil
	}
	b.facts.Assume(x, true)
	return &tree.Assert{Stmt0: tree.Stmt0{At: n.Span()}, Cond: x, Site: b.trap(tree.TrapAssert, n.Span())}
}

func (b *body) timedStmt(n *syntax.TimedStmt) tree.Stmt {
	id, ok := b.c.marks[n.Name.Name]
	if !ok {
		id = len(b.c.prog.Marks)
		b.c.marks[n.Name.Name] = id
		b.c.prog.Marks = append(b.c.prog.Marks, n.Name.Name)
	}
	b.acts()
	b.timed++
	loops := b.loops
	b.loops = nil // break and continue do not leave a timed region
	s := &tree.Timed{Stmt0: tree.Stmt0{At: n.Span()}, Mark: id, Body: b.block(n.Body)}
	b.loops = loops
	b.timed--
	return s
}

// exprStmt checks a call that is used for its effect.
func (b *body) exprStmt(n *syntax.ExprStmt) tree.Stmt {
	e := n.X
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	k, ok := e.(*syntax.CallExpr)
	if !ok {
		b.c.errorf(codes.UnusedResult, n.Span(), "this value is not used")
		return nil
	}
	s, x := b.call(k, nil)
	if n.Else != nil {
		return b.orElse(n, s, x)
	}
	if b.failing(s); s != nil || x == nil {
		return s
	}
	if _, taken := x.(*tree.Take); x.Type().Kind != tree.Unit && !taken {
		b.c.errorf(codes.UnusedResult, n.Span(), "the result of this call is not used").
			Labelf("a %s", describe(x.Type())).Hint("write `let _ = ...` to drop it on purpose")
		return nil
	}
	return &tree.Do{Stmt0: tree.Stmt0{At: n.Span()}, X: x}
}
