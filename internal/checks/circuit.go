package checks

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/refine"
)

// invariants proves the asserts of a circuit, once for each core.
func (l *ladder) invariants(c *flow.Core) (*equiv.Report, error) {
	if rep, ok := l.proved[c.Kind]; ok {
		return rep, nil
	}
	l.progress("claims of %s", c.Kind)
	rep, err := equiv.Invariants(c.Circuit, claimFrames, equiv.Options{})
	l.proved[c.Kind] = rep
	return rep, err
}

// provedNames lists the asserts that a report proves.
func provedNames(rep *equiv.Report) []string {
	var names []string
	for _, item := range rep.Items {
		if item.Status == equiv.Proved {
			names = append(names, strings.TrimPrefix(item.Name, "assert "))
		}
	}
	return names
}

// circuit proves that the core executes each kept line according to its definition.
func (l *ladder) circuit(c *flow.Core) error {
	hold, err := l.invariants(c)
	if err != nil {
		return err
	}
	l.progress("lines of %s", c.Kind)
	rep, err := refine.Check(c.Circuit, c.Point, provedNames(hold), refine.Options{})
	if err != nil {
		return err
	}
	l.report.Add(circuitRow(c.Kind, rep))
	return nil
}

// circuitRow is the row for the proof of a core's lines. A claim on which the prover gave up
// counts neither as proved nor as tested.
func circuitRow(core string, rep *refine.Report) verify.Row {
	row := verify.Row{
		Level: flow.Cycle, Core: core, Check: verify.Circuit, Status: verify.Proved, N: rep.Lines,
		Detail: fmt.Sprintf("circuit = lines of the point, all operands, stalls, forwards and squashes: %d claims of %d lines, by induction; accesses aligned and in data, jumps in the text; ports and the frame engine as their pages say", len(rep.Items), rep.Lines),
	}
	if item := rep.First(equiv.Undecided); item != nil {
		row.Status = verify.Undecided
		row.Detail = fmt.Sprintf("%d of %d claims undecided, first %s: %s", rep.Count(equiv.Undecided), len(rep.Items), item.Name, item.Reason)
	}
	if item := rep.First(equiv.Different); item != nil {
		row.Status, row.Detail = verify.Different, item.Name+": "+item.Reason
	}
	return row
}
