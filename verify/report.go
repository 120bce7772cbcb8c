// Package verify defines the rows of the ladder, the report of all checks of a program from
// level to level. A row names the check, the level, the core and the result. The package works
// on values of the caller (traces, circuits, netlists, images) and does not run a compiler.
//
//	level      core   check     status  n      detail
//	source            trace     equal   1533   the reference
//	ir                trace     equal   1533
//	isa        multi  trace     equal   1533
//	cycle      multi  lockstep  equal   40000  retire records of the program and of random instructions
//	gates      multi  proof     proved  2210   combinational, all states, memories as shared arrays
//
// "proved", "tested" and "equal" mean different things. A proof covers all states, a test
// covers the runs that its row names, and equality covers the current run. Subpackages contain
// the tools. verify/sat is a SAT solver, and verify/blast is an independent bit-blaster.
// verify/equiv proves that a circuit and its gates agree. verify/lockstep compares retired
// instructions. verify/mutate makes faulty circuits that the checks must detect.
// docs/glossary.md explains the terms. Start reading at Row.
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
	Undecided Status = "undecided" // the proof was given up; nothing is known
	Empty     Status = "empty"     // both runs ended alike, but showed nothing to compare
)

// Check names a kind of check.
type Check string

// The kinds of checks.
const (
	Trace    Check = "trace"    // traces of two machines in the same world
	Lockstep Check = "lockstep" // retire records, compared instruction by instruction
	Proof    Check = "proof"    // a proof for all states
	Net      Check = "net"      // the traces of a build that also checks proved facts at run time
	Removal  Check = "removal"  // the image needs no part that the core lacks
	Facts    Check = "facts"    // values have no more bits than narrowed instruction lines read
	Circuit  Check = "circuit"  // the core executes each kept line
	Verilog  Check = "verilog"  // the written Verilog file equals the circuit
	Witness  Check = "witness"  // an external tool agrees
	Netlist  Check = "netlist"  // the file of iCE40 cells equals the circuit
	Mutation Check = "mutation" // the number of planted circuit faults that other checks notice
)

// Row is one line of a report. Core is "", "multi" or "pipe3".
type Row struct {
	Level  string `json:"level"`
	Core   string `json:"core"`
	Check  Check  `json:"check"`
	Status Status `json:"status"`
	N      int    `json:"n"`              // number of events, instructions, cones or words that were checked
	Data   int    `json:"data,omitempty"` // for a proof: number of initial memory contents compared as data
	Detail string `json:"detail"`
}

// Survivor is a mutant of a core that no check noticed.
type Survivor struct {
	Core   string `json:"core"`
	Mutant string `json:"mutant"`
	Why    string `json:"why"` // the difference from the core, or a note that the proof is undecided
}

// Report is the ladder of one program.
type Report struct {
	Program   string             `json:"program"`
	Rows      []Row              `json:"rows"`
	Survivors []Survivor         `json:"survivors,omitempty"` // each mutant once
	Figures   map[string]float64 `json:"figures"`
}

// Add appends a row. If an equal row compared no items, its status becomes Empty.
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

// Skipped makes the row of a check that was not possible, with the reason.
func Skipped(level, core string, check Check, why string) Row {
	return Row{Level: level, Core: core, Check: check, Status: NotRun, Detail: why}
}

// Traces compares the trace of a machine with the trace of the reference.
func Traces(level, core string, want, got *trace.Trace, opts trace.Options) Row {
	return Compared(level, core, len(got.Events), got.Status, trace.Compare(want, got, opts))
}

// Compared makes the row of a run that was compared with the reference. The row has the number
// of events, the end of the run, and the differences.
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
