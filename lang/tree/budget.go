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
	BudgetCycles   BudgetKind = "cycles"   // of a core in a task between two waits, or in an arm of it
	BudgetDeadlock BudgetKind = "deadlock" // cycles of channels that may block for ever
)

// Budget is one line of a budget: the number is at most Max.
type Budget struct {
	Kind BudgetKind
	Max  int64
	Span diag.Span
	Task string      // BudgetCycles: the task, whichever instance
	Arms []diag.Span // the arms that are meant; nil for the task as a whole
	What string      // as it is written, such as `cycles(echo)`
}
