// Package verify holds the rows of the ladder. A row says what was compared or proved, at
// which level, for which core, and with which result. The package gets values (traces,
// circuits, netlists, images) and runs no compiler.
//
//	level      core   check     status  n      detail
//	source            trace     equal   1533   the reference
//	ir                trace     equal   1533
//	isa        multi  trace     equal   1533
//	cycle      multi  lockstep  equal   40000  retire records of the program and of random instructions
//	gates      multi  proof     proved  2210   combinational, all states, memories as shared arrays
//
// "proved", "tested" and "equal" are different: a proof covers all states, a test covers the
// runs that it names, equality covers the present run. Subpackages hold the tools. verify/sat
// is a solver, and verify/blast is a separate bit-blaster. verify/equiv proves that circuit
// and gates agree. verify/lockstep compares retired instructions. verify/mutate makes faulty
// circuits that the checks must detect. Start reading at Row.
package verify

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
)

// Status is the result of a check.
type Status string

// The statuses.
const (
	Equal     Status = "equal"
	Proved    Status = "proved"
	Tested    Status = "tested"
	Different Status = "different"
	NotRun    Status = "not run"
	Undecided Status = "undecided" // a proof that was given up; nothing is known
	Empty     Status = "empty"     // both runs ended alike, and showed nothing to compare
)

// Check names a kind of check.
type Check string

// The kinds of checks.
const (
	Trace    Check = "trace"    // traces of two machines on one world
	Lockstep Check = "lockstep" // retire records, instruction by instruction
	Proof    Check = "proof"    // for all states
	Net      Check = "net"      // the traces of a build that checks the proved facts
	Removal  Check = "removal"  // the image needs no part that the core lacks
	Facts    Check = "facts"    // values have no more bits than narrowed lines read
	Circuit  Check = "circuit"  // the core executes each kept line
	Verilog  Check = "verilog"  // the written file is the circuit
	Witness  Check = "witness"  // an external tool agrees
	Netlist  Check = "netlist"  // the file of iCE40 cells is the circuit
	Mutation Check = "mutation" // the number of circuit faults that other checks notice
)

// Row is one line of a report. Core is empty, "multi" or "pipe3".
type Row struct {
	Level  string `json:"level"`
	Core   string `json:"core"`
	Check  Check  `json:"check"`
	Status Status `json:"status"`
	N      int    `json:"n"`              // events, instructions, cones or words that were checked
	Data   int    `json:"data,omitempty"` // of a proof: initial memory contents that were compared as data
	Detail string `json:"detail"`
}

// Survivor is a mutant of a core that no check noticed.
type Survivor struct {
	Core   string `json:"core"`
	Mutant string `json:"mutant"`
	Why    string `json:"why"` // the difference from the core, or that it is undecided
}

// Report is the ladder of one program.
type Report struct {
	Program   string             `json:"program"`
	Rows      []Row              `json:"rows"`
	Survivors []Survivor         `json:"survivors,omitempty"` // each mutant once
	Figures   map[string]float64 `json:"figures"`
}

// Add appends a row. An equal row without any compared items becomes Empty.
func (r *Report) Add(row Row) {
	if row.Status == Equal && row.N == 0 {
		row.Status = Empty
	}
	r.Rows = append(r.Rows, row)
}

// Different reports whether some row found a difference.
func (r *Report) Different() bool {
	for _, row := range r.Rows {
		if row.Status == Different {
			return true
		}
	}
	return false
}

// Skipped is the row of a check that could not be made, with the reason.
func Skipped(level, core string, check Check, why string) Row {
	return Row{Level: level, Core: core, Check: check, Status: NotRun, Detail: why}
}

// Traces compares a machine's trace with the reference's.
func Traces(level, core string, want, got *trace.Trace, opts trace.Options) Row {
	return Compared(level, core, len(got.Events), got.Status, trace.Compare(want, got, opts))
}

// Compared is the row of a run that was compared with the reference. It has the number of
// events, the end of the run, and the differences.
func Compared(level, core string, events int, ended trace.Status, diffs []trace.Difference) Row {
	row := Row{Level: level, Core: core, Check: Trace, N: events}
	if ended == trace.Limit {
		row.Status, row.Detail = Different, "stopped at its limit, after so many events"
		return row
	}
	if len(diffs) == 0 {
		row.Status = Equal
		if row.N == 0 {
			row.Status, row.Detail = Empty, "no event in either run; both end "+string(ended)
		}
		return row
	}
	row.Status, row.Detail = Different, diffs[0].String()
	if len(diffs) > 1 {
		row.Detail += fmt.Sprintf(" (and %d more)", len(diffs)-1)
	}
	return row
}
