package checks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/verify"
)

// TestSimulatorRunsTheSameFilesOnce runs files in a simulator that counts its runs. The
// simulator runs once for the same files. It runs again for other files, other commands,
// another version, and files that failed.
func TestSimulatorRunsTheSameFilesOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	runs := filepath.Join(t.TempDir(), "runs")
	s := simulator{name: "sh", commands: [][]string{{"sh", "-c", "echo run >> " + runs + "; cat answer"}}, versions: [][]string{{"echo", "1"}}}
	dir := t.TempDir()
	run := func(answer string) verify.Status {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "answer"), []byte(answer), 0o600))
		return s.row(t.Context(), "multi", dir, map[string]string{"answer": answer}, 3).Status
	}
	count := func() int {
		text, err := os.ReadFile(runs)
		require.NoError(t, err)
		return strings.Count(string(text), "run")
	}
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, 1, count())
	require.Equal(t, verify.Different, run("FAIL"))
	require.Equal(t, verify.Different, run("FAIL"))
	require.Equal(t, 3, count(), "a failure is not remembered")
	require.Equal(t, verify.Equal, run("PASS 3 events, other text"))
	require.Equal(t, 4, count())
	s.versions = [][]string{{"echo", "2"}}
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, 5, count(), "another version runs again")
	s.versions = [][]string{{"false"}}
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, 7, count(), "without a version nothing is remembered")
	s.versions = [][]string{{"echo", "2"}}
	t.Setenv("XDG_CACHE_HOME", "relative, so not a place")
	require.Equal(t, verify.Equal, run("PASS 3 events"))
	require.Equal(t, 8, count(), "without a folder nothing is remembered")
}
