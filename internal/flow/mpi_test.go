package flow

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// forRanks builds a program for MPI, and returns its path.
func forRanks(t *testing.T, text string) (*Program, string) {
	p, err := LoadFiles([]*diag.File{{Name: "net.sn", Text: text}}, Options{})
	require.NoError(t, err)
	img, err := p.X86(context.Background(), "mpi")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "net")
	require.NoError(t, os.WriteFile(path, img.ELF, 0o700))
	return p, path
}

// needsRanks skips the test if programs over MPI cannot be made and run here.
func needsRanks(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"mpicc", "mpirun", "clang-19"} {
		testkit.Tool(t, tool)
	}
}

// onRanks is a run of a program that a test starts and observes.
func onRanks(ctx context.Context, path string, ranks int) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(ctx, "mpirun", "--allow-run-as-root", "--oversubscribe", "--mca", "btl_vader_single_copy_mechanism", "none", "-n", strconv.Itoa(ranks), path)
	cmd.Env = append(os.Environ(), "OMPI_MCA_rmaps_base_oversubscribe=1")
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

func code(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// TestRanks runs a random network on one, two and three ranks, and compares each task's output
// with the reference.
func TestRanks(t *testing.T) {
	t.Parallel()
	needsRanks(t)
	p, path := forRanks(t, kahn(1))
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	for _, ranks := range manyOrOne([]int{1, 2, 3}, 2) {
		cmd, out := onRanks(ctx, path, ranks)
		require.NoError(t, cmd.Run(), "%d ranks: %s", ranks, out)
		require.Equal(t, byTask(strings.Join(want.Lines, "\n")), byTask(out.String()), "%d ranks", ranks)
	}
}

// manyOrOne returns the list `all` in a full run. In other runs it returns a list of one number.
func manyOrOne(all []int, one int) []int {
	if os.Getenv("SINTER_FULL") == "1" {
		return all
	}
	return []int{one}
}

// onlyInFull skips a test that starts many processes, except in full runs.
func onlyInFull(t *testing.T) {
	if os.Getenv("SINTER_FULL") != "1" {
		t.Skip("starts ranks: SINTER_FULL=1 runs it")
	}
}

// endless is a circle of tasks that runs for a long time.
const endless = `
task first(a: out chan<u32>, b: in chan<u32>) {
  var x: u32 = 0
  for i in 0..1000000000 {
    a.send(x)
    x = b.recv() + 1
  }
  log.print("{x}")
}
task second(a: in chan<u32>, b: out chan<u32>) {
  for i in 0..1000000000 { b.send(a.recv() * 3) }
}
system s @parallel {
  chan a: u32 cap 1
  chan b: u32 cap 1
  run first(a, b)
  run second(a, b)
}
`

// stuck is a program in which a task waits for more values than are sent. How many values
// are sent depends on data.
const stuck = `
task first(a: out chan<u32>, b: in chan<u32>) {
  a.send(5)
  for i in 0..6 {
    let x = b.recv()
    log.print("{x}")
  }
}
task second(a: in chan<u32>, b: out chan<u32>) {
  let n = a.recv()
  for i in 0..n { b.send(i) }
}
system s @parallel {
  chan a: u32 cap 1
  chan b: u32 cap 1
  run first(a, b)
  run second(a, b)
}
`

// TestRanksStuck checks ranks that wait for each other for ever. The ranks notice this
// state and list their tasks.
func TestRanksStuck(t *testing.T) {
	t.Parallel()
	onlyInFull(t)
	needsRanks(t)
	_, path := forRanks(t, stuck)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	cmd, out := onRanks(ctx, path, 2)
	require.Equal(t, 5, code(cmd.Run()), "%s", out)
	require.Contains(t, out.String(), "first: 4\n")
	require.Contains(t, out.String(), "is stuck, as all are")
}

// TestRankDies checks that a killed rank is reported with its tasks, and that the run ends.
func TestRankDies(t *testing.T) {
	t.Parallel()
	onlyInFull(t)
	needsRanks(t)
	_, path := forRanks(t, endless)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	cmd, out := onRanks(ctx, path, 2)
	require.NoError(t, cmd.Start())
	victim := 0
	for end := time.Now().Add(40 * time.Second); victim == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		victim = worker(path, "1")
	}
	require.NotZero(t, victim, "%s", out)
	require.NoError(t, syscall.Kill(victim, syscall.SIGKILL))
	require.NotZero(t, code(cmd.Wait()))
	require.Contains(t, out.String(), "rank 1 with second was killed by signal 9")
}

// worker finds the process that runs a rank. The parent of that process runs the same program.
func worker(path, rank string) int {
	all, _ := filepath.Glob("/proc/[0-9]*/exe")
	own := map[string]bool{}
	for _, exe := range all {
		if at, err := os.Readlink(exe); err == nil && at == path {
			own[filepath.Base(filepath.Dir(exe))] = true
		}
	}
	for pid := range own {
		env, _ := os.ReadFile("/proc/" + pid + "/environ")
		stat, _ := os.ReadFile("/proc/" + pid + "/stat")
		f := strings.Fields(string(stat))
		if len(f) > 3 && own[f[3]] && bytes.Contains(env, []byte("\x00OMPI_COMM_WORLD_RANK="+rank+"\x00")) {
			n, _ := strconv.Atoi(pid)
			return n
		}
	}
	return 0
}

// TestNoRanks tries programs and options that product mpi does not support.
func TestNoRanks(t *testing.T) {
	testkit.Tool(t, "clang-19")
	p := threadedProgram(t)
	_, err := p.X86(context.Background(), "mpi")
	require.ErrorContains(t, err, "product mpi distributes threads over ranks, and the task `clock` is not a thread")
	plain, err := LoadFiles([]*diag.File{{Name: "net.sn", Text: strings.Replace(kahn(1), "@parallel ", "", 1)}}, Options{})
	require.NoError(t, err)
	_, err = plain.X86(context.Background(), "mpi")
	require.ErrorContains(t, err, "write `@parallel` after the name of the system")
	p, err = LoadFiles([]*diag.File{{Name: "net.sn", Text: kahn(1)}}, Options{})
	require.NoError(t, err)
	_, err = p.llvm()
	require.NoError(t, err)
	t.Setenv("PATH", t.TempDir())
	_, err = p.X86(context.Background(), "mpi")
	require.EqualError(t, err, "mpicc not found: apt-get install openmpi-bin libopenmpi-dev")
}
