package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestMinedLinesPay checks that no program is slower with mined lines, and that arithmetic
// programs are much faster.
func TestMinedLinesPay(t *testing.T) {
	names := []string{"crc32", "sort"}
	if testkit.Campaign() {
		names = append(names, "crc32t", "sha256", "fir", "matmul", "firewall", "filter", "router", "limiter")
	}
	table, err := mined(context.Background(), examplesNamed(t, names...), 16, flow.GoalTime)
	require.NoError(t, err)
	require.Empty(t, table.Slower)
	require.Greater(t, table.Rows[0].Saved, 7.0, "%+v", table.Rows[0])
	require.Greater(t, table.Instructions, 1.2)
}
