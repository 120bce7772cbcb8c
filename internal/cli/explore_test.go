package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// slowProgram takes some time for each point.
const slowProgram = `config n: u32 = 2000
config rounds: u32 = 40

task main() {
  var x: u32 = 1
  for k in 0..rounds {
    for i in 0..n {
      x = x * 3 + (x >> 7)
    }
  }
  log.print("x {x}")
}

system slow {
  run main()
}
`

// results counts the results in the folder of a sweep.
func results(dir string) int {
	list, _ := filepath.Glob(filepath.Join(dir, "points", "*.json"))
	return len(list)
}

// An interrupted sweep reports which results are kept, and ends with 130. A repeated
// command makes only the remaining results. During a sweep, a second sweep in the same
// folder is refused.
func TestInterruptedSweepGoesOn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "slow.sn"), []byte(slowProgram), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f.toml"), []byte(clusterSpace), 0o644))
	const all = clusterPoints
	args := []string{"explore", "slow.sn", "-o", "sweep", "--space", "f.toml", "-j", "1"}
	sweep := filepath.Join(dir, "sweep")

	cmd := tool(t, dir, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return results(sweep) >= 2 }, 60*time.Second, 5*time.Millisecond, "%s", &out)

	second, err := tool(t, dir, args...).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(second), "another sweep is at work in sweep")

	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	cmd.Wait() //nolint:errcheck // the exit code is checked below
	require.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s", &out)
	kept := results(sweep)
	require.Less(t, kept, all, "it was interrupted")
	require.Contains(t, out.String(), strconv.Itoa(kept)+" points of 30 are in sweep; the same command goes on from there")
	require.NoFileExists(t, filepath.Join(sweep, "points.csv"))

	rest, err := tool(t, dir, args...).CombinedOutput()
	require.NoError(t, err, "%s", rest)
	require.Regexp(t, regexp.MustCompile(`(?m)^30 points: `+strconv.Itoa(kept)+` from the folder, `+strconv.Itoa(all-kept)+` made, 0 failed`), string(rest))
	require.Equal(t, all, results(sweep))
}

// TestResearchPage checks that the first command of docs/research.md prints the output that
// the page shows, and that the space that the page explains is a valid space.
func TestResearchPage(t *testing.T) {
	shown := testkit.Blocks(t, "../../docs/research.md", "text")
	first, want, _ := strings.Cut(shown[0], "\n")
	words := strings.Fields(first)
	require.Equal(t, []string{"$", "sinter", "explore", "examples/fir", "-o", "build/fir"}, words)
	code, out, said := sinter("", "explore", "../../examples/fir", "-o", filepath.Join(t.TempDir(), "fir"))
	require.Equal(t, 0, code, said)
	require.Equal(t, want, out)

	spaces := testkit.Blocks(t, "../../docs/research.md", "toml")
	require.Len(t, spaces, 1)
	space, err := explore.ReadSpace(&diag.File{Name: "research.md", Text: spaces[0]})
	require.NoError(t, err)
	require.NotEmpty(t, space.Points())
}
