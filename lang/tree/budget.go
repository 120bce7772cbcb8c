package tree

import "github.com/sinter-lang/sinter/internal/diag"

// BudgetKind is the kind of quantity that a line of a budget limits.
type BudgetKind string

// The kinds of budget lines. The component that computes a quantity also checks the budget lines
// for this quantity. For example, the checker checks traps, and the image builder checks the image
// size.
const (
	BudgetTraps    BudgetKind = "traps"    // trap sites
	BudgetImage    BudgetKind = "image"    // bytes of text and data in the built image
	BudgetLUTs     BudgetKind = "luts"     // look-up tables of a generated core
	BudgetCycles   BudgetKind = "cycles"   // clock cycles that a core spends in a task, or one of its arms, between two waits
	BudgetDeadlock BudgetKind = "deadlock" // circles of channels that may block forever
)

// Budget is one line of a budget. It states that the quantity is at most Max.
type Budget struct {
	Kind BudgetKind
	Max  int64
	Span diag.Span
	Task string      // for BudgetCycles: the task, in all its instances
	Arms []diag.Span // the select arms that are limited; nil for the whole task
	What string      // the source text, such as `cycles(echo)`
}
