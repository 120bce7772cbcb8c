package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestSilentProgram checks a process that computes without an end. Like the reference, it stops
// with the exit code of a limit. All its tasks run in one thread, or each task has a thread.
func TestSilentProgram(t *testing.T) {
	if !testkit.Full() {
		t.Skip("takes 30 s: SINTER_FULL=1 runs it")
	}
	needs(t, "native")
	dir := folder(t)
	spin, err := os.ReadFile(filepath.Join(dir, "spin.sn"))
	require.NoError(t, err)
	threads := strings.Replace(string(spin), "system endless", "system endless @parallel", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "threads.sn"), []byte(threads), 0o600))
	for _, name := range []string{"spin.sn", "threads.sn"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, machine := range []string{"source", "native"} {
				code, _, stderr := sinter(dir, "run", name, "--on", machine)
				require.Equal(t, 6, code, "%s: %s", machine, stderr)
			}
		})
	}
}
