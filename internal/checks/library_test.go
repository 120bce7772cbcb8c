package checks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLibraryLendsWhatOneRunMade keeps the objects of one run and uses them in the next run.
// Another version of the tool finds no objects. Without a cache folder nothing is kept.
func TestLibraryLendsWhatOneRunMade(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	b := &library{step: 1, dir: "obj", files: "lib*.o", versions: [][]string{{"echo", "version 1"}}}
	run := func() string {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "obj"), 0o700))
		return dir
	}
	made := run()
	b.lend(t.Context(), 1, made)
	require.Empty(t, list(t, made), "nothing was kept before")
	for _, name := range []string{"lib1.o", "lib2.o", "other.o"} {
		require.NoError(t, os.WriteFile(filepath.Join(made, "obj", name), []byte(name), 0o600))
	}
	b.keep(t.Context(), 0, made)
	next := run()
	b.lend(t.Context(), 1, next)
	require.Empty(t, list(t, next), "another command makes them")
	b.keep(t.Context(), 1, made)
	b.lend(t.Context(), 0, next)
	require.Empty(t, list(t, next), "another command looks for them")
	b.lend(t.Context(), 1, next)
	require.Equal(t, []string{"lib1.o", "lib2.o"}, list(t, next))

	b.known, b.versions = "", [][]string{{"echo", "version 2"}}
	later := run()
	b.lend(t.Context(), 1, later)
	require.Empty(t, list(t, later))
	b.known, b.versions = "", [][]string{{"false"}}
	b.keep(t.Context(), 1, made)
	t.Setenv("XDG_CACHE_HOME", "relative, so not a place")
	b.known, b.versions = "", [][]string{{"echo", "version 1"}}
	b.keep(t.Context(), 1, made)
	b.lend(t.Context(), 1, later)
	require.Empty(t, list(t, later))
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "obj"))
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
