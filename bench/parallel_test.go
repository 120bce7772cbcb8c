package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestParallel runs a small field in all ways. If the results differ, there are no figures.
func TestParallel(t *testing.T) {
	if os.Getenv("SINTER_FULL") != "1" {
		t.Skip("makes eight programs: SINTER_FULL=1 runs it")
	}
	for _, tool := range []string{"clang-19", "mpicc", "mpirun", "gcc"} {
		testkit.Tool(t, tool)
	}
	var out bytes.Buffer
	require.NoError(t, printParallel(context.Background(), 1, stripSize{16, 7}, &out))
	var f parallelFigures
	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Seconds, 8)
	require.Contains(t, f.Ratios, "threads.openmp")
}
