package checks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/refine"
)

// TestProofRow checks that cones and data are counted separately. If the prover gave up on an
// item, the item counts neither as proved nor as tested.
func TestProofRow(t *testing.T) {
	items := []equiv.Item{{Name: "next a"}, {Name: "reset a", Data: true}, {Name: "contents m", Data: true}}
	row := proofRow("multi", &equiv.Report{Items: items, Solver: "s"})
	require.Equal(t, []any{verify.Proved, 1, 2}, []any{row.Status, row.N, row.Data})
	items[0].Status, items[0].Reason = equiv.Undecided, "too hard"
	row = proofRow("multi", &equiv.Report{Items: items})
	require.Equal(t, verify.Undecided, row.Status)
	require.Equal(t, "1 of 1 cones undecided, first next a: too hard", row.Detail)
	items[1].Status = equiv.Different
	require.Equal(t, verify.Different, proofRow("multi", &equiv.Report{Items: items}).Status)
}

// If the solver gives up on a claim of the row `circuit`, the claim counts neither as proved
// nor as tested. If another claim fails, the row is `different`.
func TestUndecidedLinesAreNotTested(t *testing.T) {
	items := []refine.Item{{Name: "add: value"}, {Name: "mul: value", Status: equiv.Undecided, Reason: "too hard"}}
	row := circuitRow("multi", &refine.Report{Items: items, Lines: 2})
	require.Equal(t, verify.Undecided, row.Status)
	require.Equal(t, "1 of 2 claims undecided, first mul: value: too hard", row.Detail)
	row = circuitRow("multi", &refine.Report{Items: append(items, refine.Item{Name: "sub: value", Status: equiv.Different, Reason: "the core differs"}), Lines: 3})
	require.Equal(t, verify.Different, row.Status)
	require.Equal(t, verify.Proved, circuitRow("multi", &refine.Report{Items: items[:1], Lines: 1}).Status)
}
