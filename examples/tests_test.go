package examples

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// tested lists the examples that must have test blocks. Examples that exist only for their
// figures need no test blocks.
func tested() []string {
	return []string{"crc32", "crc32t", "dns", "echo", "edge", "filter", "fir", "firewall", "hello", "kv", "limiter", "matmul", "pipeline", "queue", "router", "sort"}
}

// TestTestBlocks runs the tests of each example on machines on which they are fast.
func TestTestBlocks(t *testing.T) {
	for _, dir := range folders(t) {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			programs, err := checks.LoadTests([]string{dir}, flow.Options{})
			require.NoError(t, err)
			results, err := checks.Test(context.Background(), programs[0], checks.TestOptions{
				Levels: []string{flow.Source, flow.IR, flow.ISA}, Cases: 20, Seed: 1, Jobs: 1,
			})
			require.NoError(t, err)
			require.False(t, slices.Contains(tested(), dir) && len(results) == 0, "no tests")
			for _, r := range results {
				require.NotEqual(t, checks.Failed, r.Status, "%s on %s\n%s", r.Name, r.Level, r.Detail)
			}
		})
	}
}
