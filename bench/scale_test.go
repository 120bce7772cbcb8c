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

// allocations counts the allocations on the way from source to an artefact. This measure of
// work does not depend on the machine.
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

// Eight times as many lines take eight times the work, with a tolerance of a third. This
// holds for many functions and for a single function.
func TestWorkGrowsWithTheProgram(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	ratio := func(text func(int) string, ext string, lines int) float64 {
		little, much := write("little.sn", text(lines)), write("much.sn", text(8*lines))
		return allocations(t, much, ext) / allocations(t, little, ext)
	}
	for _, ext := range []string{"", ".ll", ".img"} {
		r := ratio(scaleProgram, ext, 500)
		require.Greater(t, r, 5.0, ext)
		require.Less(t, r, 11.0, ext)
	}
	r := ratio(straight, ".img", 250)
	require.Greater(t, r, 4.0)
	require.Less(t, r, 11.0)
}
