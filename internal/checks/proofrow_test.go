package checks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
)

// TestProofRow: cones and data are counted apart, and what was given up is neither
// proved nor tested.
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
