package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestParallel runs programs on a small field in all ways. Different results would be an error.
func TestParallel(t *testing.T) {
	needStrips(t, "clang-19", "mpicc", "mpirun", "gcc")
	var out bytes.Buffer
	require.NoError(t, printParallel(context.Background(), 1, []stripKernel{{"cg", 16, 7}}, &out))
	var f parallelFigures
	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	require.Len(t, f.Work, 8)
	require.Len(t, f.SpeedUp, 4)
	require.Contains(t, f.Ratios, "cg.threads.openmp")
}

// TestStripsInC checks that a kernel's program in C prints the same as the reference of our
// program.
func TestStripsInC(t *testing.T) {
	needStrips(t, "gcc")
	for _, k := range []stripKernel{{"heat", 16, 7}, {"cg", 16, 7}, {"nbody", 16, 7}} {
		r := stripRun{stripKernel: k, way: "openmp", strips: 2, path: filepath.Join(t.TempDir(), k.name)}
		require.NoError(t, r.build(context.Background(), t.TempDir()))
		require.NoError(t, r.time(context.Background()))
		p, err := r.load()
		require.NoError(t, err)
		want, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Source})
		require.NoError(t, err)
		require.Equal(t, strings.Join(want.Lines, "\n")+"\n", r.said)
	}
}

// TestWaysAgree checks that two ways that print different results cause an error with the names of
// the ways.
func TestWaysAgree(t *testing.T) {
	runs := stripRuns("", []stripKernel{{"heat", 16, 7}})
	require.NoError(t, sayAlike(runs))
	runs[len(runs)-1].said = "other"
	require.EqualError(t, sayAlike(runs), `heat.mpi.2 says "other", and heat.threads.2 says ""`)
	runs[0].wall, runs[1].wall = 1, 3
	runs[2].wall, runs[3].wall = 1, 2
	require.Equal(t, 2.0, figuresOf(runs).SpeedUp["heat.threads"])
	require.Zero(t, figuresOf(runs).SpeedUp["heat.mpi"])
}

func needStrips(t *testing.T, tools ...string) {
	if os.Getenv("SINTER_FULL") != "1" {
		t.Skip("makes many programs: SINTER_FULL=1 runs it")
	}
	for _, tool := range tools {
		testkit.Tool(t, tool)
	}
}
