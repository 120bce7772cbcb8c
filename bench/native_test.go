package main

import (
	"context"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// Each kernel exists in both languages.
func TestKernelsArePairs(t *testing.T) {
	own, err := fs.Glob(pairs, "c/*.c")
	require.NoError(t, err)
	var names []string
	for _, f := range own {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".c"))
	}
	names = append(names, kernelNames()...)
	slices.Sort(names)
	require.Equal(t, names, pairNames())
	require.GreaterOrEqual(t, len(names), 20)
}

// A pair has a time for each process. A pair whose processes print different lines is refused.
func TestPairIsTimedAndCompared(t *testing.T) {
	testkit.Tool(t, clangName)
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	clang, err := exec.LookPath(clangName)
	require.NoError(t, err)
	f := newNative()
	require.NoError(t, f.pair(context.Background(), clang, "crc32", 1))
	f.means()
	for _, key := range []string{"crc32.sinter", "crc32.O3", "crc32.O2"} {
		require.Positive(t, f.Seconds[key], key)
	}
	require.InDelta(t, f.Ratios["crc32.O3"], f.Ratios["mean.O3"], 1e-3)

	dir := t.TempDir()
	path, err := buildC(context.Background(), clang, dir, "crc32", cNormal)
	require.NoError(t, err)
	said, _, err := userTime(context.Background(), path)
	require.NoError(t, err)
	require.Error(t, agree("sinter", said, "C", "result 0\n"))
	require.Error(t, agree("sinter", "", "C", ""))
	require.NoError(t, agree("sinter", said, "C", said))
}
