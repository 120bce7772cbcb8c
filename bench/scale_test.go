package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// allocations counts what the way from source to an artefact allocates: a
// measure of work that does not depend on the machine.
func allocations(t *testing.T, path, ext string) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := flow.Load(path, flow.Options{})
	require.NoError(t, err)
	if ext != "" {
		_, err = p.Artefact(context.Background(), "scale"+ext, flow.ArtefactOptions{Product: "linux"})
		require.NoError(t, err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs)
}

// Eight times the lines are eight times the work, within a third.
func TestWorkGrowsWithTheProgram(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, lines int) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(scaleProgram(lines)), 0o644))
		return path
	}
	little, much := write("little.sn", 500), write("much.sn", 4000)
	for _, ext := range []string{"", ".ll", ".img"} {
		ratio := allocations(t, much, ext) / allocations(t, little, ext)
		require.Greater(t, ratio, 5.0, ext)
		require.Less(t, ratio, 11.0, ext)
	}
}
