package types

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// checkBudgets resolves the lines of `budget { }`. It also checks the lines about numbers
// that the checker knows.
func (c *checker) checkBudgets() {
	seen := map[string]diag.Span{}
	for _, n := range c.budgets {
		for _, line := range n.Lines {
			b, ok := c.budgetLine(line)
			if !ok {
				continue
			}
			if old, twice := seen[b.What]; twice {
				c.errorf(codes.BadBudget, b.Span, "there are two lines for `%s`", b.What).Note(old, "the other one")
				continue
			}
			seen[b.What] = b.Span
			c.prog.Budgets = append(c.prog.Budgets, b)
			switch b.Kind {
			case tree.BudgetTraps:
				c.trapBudget(b)
			case tree.BudgetDeadlock:
				c.deadlockBudget(b)
			}
		}
	}
}

// budgetLine resolves a line `what == n` or `what <= n`.
func (c *checker) budgetLine(e syntax.Expr) (tree.Budget, bool) {
	b := tree.Budget{Span: e.Span()}
	line, ok := e.(*syntax.BinaryExpr)
	if !ok || line.Op != syntax.OpEq && line.Op != syntax.OpLe {
		c.errorf(codes.BadBudget, e.Span(), "a line of a budget is `what <= number` or `what == number`")
		return b, false
	}
	if !c.budgetKind(line.L, &b) {
		return b, false
	}
	v, ok := c.newScratch().constInt(line.R)
	if !ok {
		return b, false
	}
	if v.Sign() < 0 || !v.IsInt64() {
		c.errorf(codes.BadBudget, line.R.Span(), "a budget is 0 or more, not %s", v)
		return b, false
	}
	if line.Op == syntax.OpEq && v.Sign() != 0 {
		c.errorf(codes.BadBudget, e.Span(), "only 0 is asked for exactly").Hint("write `%s <= %s`", b.What, v)
		return b, false
	}
	b.Max = v.Int64()
	return b, true
}

// budgetKind finds the quantity that a line limits.
func (c *checker) budgetKind(e syntax.Expr, b *tree.Budget) bool {
	if call, ok := e.(*syntax.CallExpr); ok {
		if f, ok := call.Fun.(*syntax.Name); ok && f.Name == "cycles" {
			return c.cycleBudget(call, b)
		}
	}
	n, ok := e.(*syntax.Name)
	if !ok {
		c.errorf(codes.BadBudget, e.Span(), "a budget limits `traps`, `deadlock`, `image`, `luts` or `cycles(task)`")
		return false
	}
	b.Kind, b.What = tree.BudgetKind(n.Name), n.Name
	switch b.Kind {
	case tree.BudgetTraps, tree.BudgetImage, tree.BudgetLUTs, tree.BudgetDeadlock:
		return true
	}
	c.unknown(n.Ident, "budget", []string{"traps", "image", "luts", "cycles", "deadlock"})
	return false
}

// cycleBudget resolves `cycles(task)`. It also resolves `cycles(task.x)`, a limit for the select
// arms that wait for x.
func (c *checker) cycleBudget(e *syntax.CallExpr, b *tree.Budget) bool {
	b.Kind = tree.BudgetCycles
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		c.errorf(codes.BadBudget, e.Span(), "expected `cycles(task)` or `cycles(task.x)`, x being what an arm of a select is on")
		return false
	}
	task, part := e.Args[0].Value, (*syntax.Ident)(nil)
	if f, ok := task.(*syntax.FieldExpr); ok {
		task, part = f.X, &f.Name
	}
	n, ok := task.(*syntax.Name)
	if !ok {
		c.errorf(codes.BadBudget, e.Args[0].Span(), "expected the name of a task")
		return false
	}
	d := c.decls[n.Name]
	c.means(n.Ident, d)
	if d == nil || d.fn == nil || !d.fn.tree.Task {
		c.unknown(n.Ident, "task", c.taskNames())
		return false
	}
	if c.prog.System == nil || !slices.ContainsFunc(c.prog.System.Runs, func(r tree.Run) bool { return r.Task == d.fn.tree }) {
		c.errorf(codes.BadBudget, e.Span(), "the system does not run `%s`", n.Name)
		return false
	}
	b.Task, b.What = n.Name, "cycles("+n.Name+")"
	return part == nil || c.armBudget(d.fn.tree, *part, b)
}

// armBudget finds the select arms on a channel or device of a task.
func (c *checker) armBudget(task *tree.Func, part syntax.Ident, b *tree.Budget) bool {
	b.What = "cycles(" + b.Task + "." + part.Name + ")"
	var names []string
	tree.EachStmt(task.Body, func(s tree.Stmt) {
		sel, ok := s.(*tree.Select)
		if !ok {
			return
		}
		for _, arm := range sel.Arms {
			l := tree.Root(arm.End)
			if l == nil {
				continue
			}
			names = append(names, l.Name)
			if l.Name == part.Name {
				c.opts.Record.Use(part.Span(), l.Span)
				b.Arms = append(b.Arms, arm.Span, arm.Body.At)
			}
		}
	})
	if names == nil && c.failed == 0 {
		c.errorf(codes.BadBudget, part.Span(), "`%s` has no arm on a channel or device", b.Task)
		return false
	}
	if b.Arms == nil && (c.failed == 0 || names != nil) { // after errors the body may be missing
		c.unknown(part, "arm", names)
	}
	return b.Arms != nil
}

// maxShown bounds how many source positions a broken budget shows.
const maxShown = 10

// deadlockBudget checks the number of circles of tasks that may deadlock.
func (c *checker) deadlockBudget(b tree.Budget) {
	n := len(c.loops)
	if int64(n) <= b.Max || c.failed > 0 {
		return
	}
	e := c.errorf(codes.OverBudget, b.Span, "%s of tasks may come to a deadlock, the budget is %d", counted(n, "circle"), b.Max)
	for _, at := range c.loops[:min(n, maxShown)] {
		e.Note(at, "a channel of the circle")
	}
	e.Hint("let a task of the circle receive from a device or the clock, or send and receive without a condition on data")
}

// trapBudget checks the number of operations that may trap.
func (c *checker) trapBudget(b tree.Budget) {
	traps := slices.DeleteFunc(slices.Clone(c.prog.Traps), func(t tree.TrapSite) bool { return t.Const })
	n := len(traps)
	if int64(n) <= b.Max || c.failed > 0 {
		return
	}
	e := c.errorf(codes.OverBudget, b.Span, "%s may trap, the budget is %d", counted(n, "place"), b.Max)
	for _, t := range traps[:min(n, maxShown)] {
		e.Note(t.Span, "`%s`", t.Code)
	}
	e.Hint("prove them with a condition, `within` or an exact range; `sinter check` lists all")
}
