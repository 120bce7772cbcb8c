package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// A sweep runs on a real Slurm, and a job is cancelled in the middle. Nothing is lost, nothing
// is made twice, and the table equals the table of a sweep on one computer.
func TestSweepOnSlurm(t *testing.T) {
	long(t)
	env := testkit.Slurm(t)
	c := newCluster(t, nil)
	c.env = env
	cmd, said := c.start("sweep")
	before := c.written("sweep")
	job, err := os.ReadFile(filepath.Join(c.dir, "sweep", "queue", "job"))
	require.NoError(t, err)
	cancel := exec.Command("scancel", "--signal=KILL", string(job)+"_0")
	cancel.Env = env
	out, err := cancel.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, cmd.Wait(), "%s", said)
	c.summary(said.String(), "0")
	require.Contains(t, said.String(), " wait again")
	c.complete("sweep", before)
}

// TestMutantsOnSlurm checks that mutants that run as jobs of a real Slurm give the same result as
// on one computer.
func TestMutantsOnSlurm(t *testing.T) {
	long(t)
	env := testkit.Slurm(t)
	c := newCluster(t, nil)
	c.env = env
	out := c.sameOnSlurm(4, "verify", "slow.sn", "-D", "n=20", "--checks", "mutation", "--random", "500", "--mutants", "20")
	require.Contains(t, out, `"check": "mutation"`)
}
