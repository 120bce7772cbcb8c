package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// Three shell scripts simulate a Slurm, for situations that a real Slurm reaches too slowly
// or too rarely. Jobs are processes of this computer.
const (
	fakeSbatch = `#!/bin/sh
set -eu
for a in "$@"; do
  case "$a" in --array=0-*) last=${a#--array=0-} ;; --output=*) out=${a#--output=} ;; esac
  script=$a
done
sh -n "$script"
id=$(($(ls "$FAKE" | wc -l) + 100))
mkdir "$FAKE/$id"
for k in $(seq 0 "$last"); do
  (
    export SLURM_ARRAY_JOB_ID=$id SLURM_ARRAY_TASK_ID=$k
    "$script" &
    echo $! >"$FAKE/$id/$k.part"
    mv "$FAKE/$id/$k.part" "$FAKE/$id/$k"
    wait
    rm -f "$FAKE/$id/$k"
  ) >>"$(echo "$out" | sed "s/%a/$k/")" 2>&1 </dev/null &
  while [ ! -e "$FAKE/$id/$k" ] && kill -0 $! 2>/dev/null; do sleep 0.01; done
done
echo "$id;cluster"
`
	fakeSqueue = `#!/bin/sh
for a in "$@"; do case "$a" in [0-9]*) id=$a ;; esac; done
cd "$FAKE/$id" && for k in *; do [ -e "$k" ] && echo "${id}_$k"; done
exit 0
`
	fakeScancel = `#!/bin/sh
cd "$FAKE/$1" && for k in *; do [ -e "$k" ] && kill -9 "$(cat "$k")"; done
exit 0
`
)

// cluster is a folder with a program, a space, and a simulated Slurm at the front of PATH.
type cluster struct {
	t              *testing.T
	dir, jobs, bin string
	env            []string
}

const clusterSpace = "[axes]\norganisation = ['multi', 'pipe3']\nregisters = { from = 8, to = 12 }\n[config]\nn = { from = 500, to = 502 }\n"

// clusterPoints is the number of points in the space.
const clusterPoints = 2 * 5 * 3

func newCluster(t *testing.T, scripts map[string]string) *cluster {
	c := &cluster{t: t, dir: t.TempDir(), jobs: t.TempDir()}
	bin := t.TempDir()
	c.bin = bin
	for name, text := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "slow.sn"), []byte(slowProgram), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "f.toml"), []byte(clusterSpace), 0o644))
	c.env = append(os.Environ(), "FAKE="+c.jobs, "PATH="+bin+":"+os.Getenv("PATH"))
	return c
}

func fakeSlurm(t *testing.T) *cluster {
	return newCluster(t, map[string]string{"sbatch": fakeSbatch, "squeue": fakeSqueue, "scancel": fakeScancel})
}

func (c *cluster) command(runner, out string) *exec.Cmd {
	cmd := exec.Command(c.linked(), "explore", "slow.sn", "-o", out, "--space", "f.toml", "--runner", runner, "-j", "3")
	cmd.Dir, cmd.Env = c.dir, c.env
	return cmd
}

// linked makes a file with the tool's own name. Workers run the file that began the sweep.
// That file must not be the test binary itself, because the test binary would run these
// tests.
func (c *cluster) linked() string {
	self, err := os.Executable()
	require.NoError(c.t, err)
	path := filepath.Join(c.bin, "sinter")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if os.Link(self, path) == nil {
		return path
	}
	data, err := os.ReadFile(self) // on another file system
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(path, data, 0o755))
	return path
}

// start begins a sweep and waits until it has some results.
func (c *cluster) start(out string) (*exec.Cmd, *bytes.Buffer) {
	cmd, said := c.command("slurm", out), &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	require.NoError(c.t, cmd.Start())
	require.Eventually(c.t, func() bool { return results(filepath.Join(c.dir, out)) >= 3 }, 60*time.Second, 5*time.Millisecond, "%s", said)
	return cmd, said
}

// written returns the time at which each result was written.
func (c *cluster) written(out string) map[string]time.Time {
	list, err := filepath.Glob(filepath.Join(c.dir, out, "points", "*.json"))
	require.NoError(c.t, err)
	when := map[string]time.Time{}
	for _, name := range list {
		if info, err := os.Stat(name); err == nil {
			when[name] = info.ModTime()
		}
	}
	return when
}

// workers are the processes of running jobs.
func (c *cluster) workers() (pids []int) {
	list, _ := filepath.Glob(filepath.Join(c.jobs, "*", "[0-9]"))
	for _, name := range list {
		text, _ := os.ReadFile(name)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// busy stops a worker that has claimed a unit, and returns the worker's process.
func (c *cluster) busy(out string) (pid int) {
	require.Eventually(c.t, func() bool {
		list, _ := filepath.Glob(filepath.Join(c.jobs, "*", "[0-9]"))
		for _, name := range list {
			text, _ := os.ReadFile(name)
			p, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil || syscall.Kill(p, syscall.SIGSTOP) != nil {
				continue
			}
			worker := filepath.Base(filepath.Dir(name)) + "_" + filepath.Base(name)
			if claims, _ := filepath.Glob(filepath.Join(c.dir, out, "*", "claimed", "*."+worker)); len(claims) > 0 {
				pid = p
				return true
			}
			syscall.Kill(p, syscall.SIGCONT) //nolint:errcheck // the worker may have ended
		}
		return false
	}, 60*time.Second, time.Millisecond)
	return pid
}

// complete checks three things about the sweep in a folder. The folder has every result.
// Earlier results were not made again. The table equals the table of a sweep on one
// computer.
func (c *cluster) complete(out string, before map[string]time.Time) {
	now := c.written(out)
	require.Len(c.t, now, clusterPoints)
	for name, when := range before {
		require.Equal(c.t, when, now[name], "%s was made twice", name)
	}
	if local, err := c.command("local", "local").CombinedOutput(); err != nil {
		c.t.Fatalf("%v: %s", err, local)
	}
	for _, name := range []string{"points.csv", "points.jsonl", "front.svg", "manifest.json"} {
		want, err := os.ReadFile(filepath.Join(c.dir, "local", name))
		require.NoError(c.t, err)
		got, err := os.ReadFile(filepath.Join(c.dir, out, name))
		require.NoError(c.t, err)
		require.Equal(c.t, string(want), string(got), name)
	}
}

func (c *cluster) summary(said, kept string) {
	require.Regexp(c.t, regexp.MustCompile(`(?m)^30 points: `+kept+` from the folder, \d+ made, 0 failed`), said)
}

// long skips a test unless the run is a full run.
func long(t *testing.T) {
	if !testkit.Full() {
		t.Skip("SINTER_FULL=1 runs it")
	}
}

// A killed worker loses nothing, because another worker does its unit.
func TestKilledWorkerLosesNothing(t *testing.T) {
	c := fakeSlurm(t)
	cmd, said := c.start("sweep")
	before := c.written("sweep")
	require.NoError(t, syscall.Kill(c.busy("sweep"), syscall.SIGKILL))
	require.NoError(t, cmd.Wait(), "%s", said)
	require.Contains(t, said.String(), "a worker was lost: 1 of its units wait again")
	c.summary(said.String(), "0")
	c.complete("sweep", before)
}

// All workers are killed, as if the nodes failed. The coordinator submits them again.
func TestLostNodesAreReplaced(t *testing.T) {
	long(t)
	c := fakeSlurm(t)
	cmd, said := c.start("sweep")
	before := c.written("sweep")
	for _, pid := range c.workers() {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	require.NoError(t, cmd.Wait(), "%s", said)
	require.Contains(t, said.String(), "these units are submitted again")
	c.complete("sweep", before)
}

// A killed coordinator leaves running workers. The next coordinator ends these workers and
// continues the sweep.
func TestKilledCoordinatorGoesOn(t *testing.T) {
	long(t)
	c := fakeSlurm(t)
	cmd, _ := c.start("sweep")
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait() //nolint:errcheck // the coordinator was killed
	before := c.written("sweep")
	rest, err := c.command("slurm", "sweep").CombinedOutput()
	require.NoError(t, err, "%s", rest)
	c.summary(string(rest), `\d+`)
	require.NotContains(t, string(rest), ": 0 from the folder")
	c.complete("sweep", before)
}

// An interrupted coordinator ends its workers, and exits with 130.
func TestInterruptedCoordinatorEndsItsWorkers(t *testing.T) {
	long(t)
	c := fakeSlurm(t)
	cmd, said := c.start("sweep")
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	cmd.Wait() //nolint:errcheck // the exit code is checked below
	require.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s", said)
	require.Contains(t, said.String(), "the same command goes on from there")
	require.Eventually(t, func() bool { return len(c.workers()) == 0 }, time.Minute, 10*time.Millisecond)
}

func TestWorkersThatFinishNothing(t *testing.T) {
	c := newCluster(t, map[string]string{"squeue": fakeSqueue, "scancel": fakeScancel, "sbatch": strings.Replace(fakeSbatch, `"$script" &`, `echo no module sinter &`, 1)})
	said, err := c.command("slurm", "sweep").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "3 submissions one after another finished nothing, 15 units are left; a worker says: no module sinter")
}

func TestNoSlurm(t *testing.T) {
	c := newCluster(t, nil)
	c.env = append(c.env, "PATH="+t.TempDir())
	said, err := c.command("slurm", "sweep").CombinedOutput()
	require.Error(t, err)
	require.Equal(t, "sinter: sbatch not found: there is no Slurm here; --runner local, or slurm-or-local, sweeps on this computer\n", string(said))
	require.NoDirExists(t, filepath.Join(c.dir, "sweep"))
	said, err = c.command("slurm-or-local", "sweep").CombinedOutput()
	require.NoError(t, err, "%s", said)
	c.summary(string(said), "0")
}

// Only the worker that met a failure reports the failure, and only once.
func TestFailuresComeFromWorkers(t *testing.T) {
	long(t)
	c := fakeSlurm(t)
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "slow.sn"), []byte(slowProgram+"budget { luts <= 200 }\n"), 0o644))
	said, err := c.command("slurm", "sweep").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), fmt.Sprintf("%d points: ", clusterPoints))
	list := regexp.MustCompile(`(?m)^slow, .*: refused: .*the budget is 200$`).FindAllString(string(said), -1)
	require.NotEmpty(t, list)
	require.Contains(t, string(said), fmt.Sprintf(" %d made, %d failed", clusterPoints-len(list), len(list)))
}

// sameOnSlurm runs a campaign on Slurm and on this computer, and compares the outputs.
func (c *cluster) sameOnSlurm(units int, args ...string) string {
	said := map[string]string{}
	for _, runner := range []string{"slurm", "local"} {
		cmd := exec.Command(c.linked(), append(args, "--json", "--campaign", runner, "--runner", runner, "-j", "2")...)
		cmd.Dir, cmd.Env = c.dir, c.env
		out, err := cmd.Output()
		require.NoError(c.t, err, "%s", out)
		said[runner] = secondsOf.ReplaceAllString(string(out), "")
		require.Equal(c.t, units, results(filepath.Join(c.dir, runner)))
	}
	require.Equal(c.t, said["local"], said["slurm"])
	return said["slurm"]
}

// secondsOf matches the figures that differ from run to run.
var secondsOf = regexp.MustCompile(`(?m)^ *"seconds\..*\n`)

// TestFuzzOnSlurm checks that random programs give the same result as jobs of Slurm and on
// one computer.
func TestFuzzOnSlurm(t *testing.T) {
	long(t)
	c := fakeSlurm(t)
	require.Contains(t, c.sameOnSlurm(3, "fuzz", "--count", "50", "--on", "ir"), `"programs": 50`)
	cmd := exec.Command(c.linked(), "explore", "slow.sn", "-o", "slurm", "--space", "f.toml")
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "holds a campaign")
}
