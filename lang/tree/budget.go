package tree

import "github.com/sinter-lang/sinter/internal/diag"

// BudgetKind is what a line of a budget limits.
type BudgetKind string

// The kinds of lines. Who produces the number checks the line: the checker the
// traps, who builds an image its size, who prices a core its look-up tables.
const (
	BudgetTraps    BudgetKind = "traps"    // places that may trap
	BudgetImage    BudgetKind = "image"    // bytes of text and data of what is built
	BudgetLUTs     BudgetKind = "luts"     // look-up tables of a generated core
	BudgetCycles   BudgetKind = "cycles"   // of a core between two waits of its only task
	BudgetDeadlock BudgetKind = "deadlock" // cycles of channels that may block for ever
)

// Budget is one line of a budget: the number is at most Max.
type Budget struct {
	Kind BudgetKind
	Max  int64
	Span diag.Span
}
