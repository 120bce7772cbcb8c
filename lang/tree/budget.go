package tree

import "github.com/sinter-lang/sinter/internal/diag"

// BudgetKind is the kind of number that a line of a budget limits.
type BudgetKind string

// The kinds of lines. The component that produces a number checks its line: the checker for
// traps, the builder of an image for its size, and the pricing of a core for its look-up tables.
const (
	BudgetTraps    BudgetKind = "traps"    // trap sites
	BudgetImage    BudgetKind = "image"    // bytes of text and data in the built image
	BudgetLUTs     BudgetKind = "luts"     // look-up tables of a generated core
	BudgetCycles   BudgetKind = "cycles"   // cycles of a core in a task between two waits, or in one of its arms
	BudgetDeadlock BudgetKind = "deadlock" // cycles of channels that may block for ever
)

// Budget is one line of a budget: the number is at most Max.
type Budget struct {
	Kind BudgetKind
	Max  int64
	Span diag.Span
	Task string      // BudgetCycles: the task, in all its instances
	Arms []diag.Span // the arms in question; nil for the whole task
	What string      // the source text, such as `cycles(echo)`
}
