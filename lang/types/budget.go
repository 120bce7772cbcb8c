package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// budgets resolves the lines of `budget { }` and checks those that the checker
// has the numbers for.
func (c *checker) checkBudgets() {
	seen := map[tree.BudgetKind]diag.Span{}
	for _, n := range c.budgets {
		for _, line := range n.Lines {
			b, ok := c.budgetLine(line)
			if !ok {
				continue
			}
			if old, twice := seen[b.Kind]; twice {
				c.errorf(BadBudget, b.Span, "there are two lines for `%s`", b.Kind).Note(old, "the other one")
				continue
			}
			seen[b.Kind] = b.Span
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

// budgetLine resolves `what == n` or `what <= n`.
func (c *checker) budgetLine(e syntax.Expr) (tree.Budget, bool) {
	b := tree.Budget{Span: e.Span()}
	line, ok := e.(*syntax.BinaryExpr)
	if !ok || line.Op != syntax.OpEq && line.Op != syntax.OpLe {
		c.errorf(BadBudget, e.Span(), "a line of a budget is `what <= number` or `what == number`")
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
		c.errorf(BadBudget, line.R.Span(), "a budget is 0 or more, not %s", v)
		return b, false
	}
	if line.Op == syntax.OpEq && v.Sign() != 0 {
		c.errorf(BadBudget, e.Span(), "only 0 is asked for exactly").Hint("write `%s <= %s`", b.Kind, v)
		return b, false
	}
	b.Max = v.Int64()
	return b, true
}

// budgetKind finds what a line limits.
func (c *checker) budgetKind(e syntax.Expr, b *tree.Budget) bool {
	if call, ok := e.(*syntax.CallExpr); ok {
		if f, ok := call.Fun.(*syntax.Name); ok && f.Name == "cycles" {
			return c.cycleBudget(call, b)
		}
	}
	n, ok := e.(*syntax.Name)
	if !ok {
		c.errorf(BadBudget, e.Span(), "a budget limits `traps`, `deadlock`, `image`, `luts` or `cycles(task)`")
		return false
	}
	b.Kind = tree.BudgetKind(n.Name)
	switch b.Kind {
	case tree.BudgetTraps, tree.BudgetImage, tree.BudgetLUTs, tree.BudgetDeadlock:
		return true
	}
	c.unknown(n.Ident, "budget", []string{"traps", "image", "luts", "cycles", "deadlock"})
	return false
}

// cycleBudget resolves `cycles(task)`. On a core with several tasks nobody can
// tell yet whose cycles they are, nor those of one arm or loop.
func (c *checker) cycleBudget(e *syntax.CallExpr, b *tree.Budget) bool {
	b.Kind = tree.BudgetCycles
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		c.errorf(BadBudget, e.Span(), "expected `cycles(task)`")
		return false
	}
	n, ok := e.Args[0].Value.(*syntax.Name)
	if !ok {
		c.notYet(e.Args[0].Span(), "a budget of the cycles of a part of a task is")
		return false
	}
	if d := c.decls[n.Name]; d == nil || d.fn == nil || !d.fn.tree.Task {
		c.unknown(n.Ident, "task", c.taskNames())
		return false
	}
	if c.prog.System == nil || len(c.prog.System.Runs) != 1 {
		c.notYet(e.Span(), "a budget of cycles where the system does not run exactly one task is")
		return false
	}
	return true
}

// maxShown bounds the places that a broken budget shows.
const maxShown = 10

// deadlockBudget checks how many circles of tasks may come to wait for each other.
func (c *checker) deadlockBudget(b tree.Budget) {
	n := len(c.loops)
	if int64(n) <= b.Max || c.failed > 0 {
		return
	}
	e := c.errorf(OverBudget, b.Span, "%s of tasks may come to a deadlock, the budget is %d", counted(n, "circle"), b.Max)
	for _, at := range c.loops[:min(n, maxShown)] {
		e.Note(at, "a channel of the circle")
	}
	e.Hint("let a task of the circle hear from a device or the clock, or send and receive without a condition on data")
}

// trapBudget checks how many places may trap.
func (c *checker) trapBudget(b tree.Budget) {
	n := len(c.prog.Traps)
	if int64(n) <= b.Max || c.failed > 0 {
		return
	}
	e := c.errorf(OverBudget, b.Span, "%s may trap, the budget is %d", counted(n, "place"), b.Max)
	for _, t := range c.prog.Traps[:min(n, maxShown)] {
		e.Note(t.Span, "`%s`", t.Code)
	}
	e.Hint("prove them with a condition, `within` or an exact range; `sinter check` lists all")
}
