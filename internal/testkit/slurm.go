package testkit

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// slurmConf configures a Slurm of one node on the loopback device, with all its files in one
// folder. KEY stands for that folder, and HOST for the computer.
const slurmConf = `ClusterName=test
SlurmctldHost=HOST(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=KEY/munge/sock
SlurmUser=root
SlurmdUser=root
SlurmctldPort=PORT1
SlurmdPort=PORT2
StateSaveLocation=KEY/state
SlurmdSpoolDir=KEY/spool
SlurmctldPidFile=KEY/slurmctld.pid
SlurmdPidFile=KEY/slurmd.pid
SlurmctldLogFile=KEY/slurmctld.log
SlurmdLogFile=KEY/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=sched_interval=5,batch_sched_delay=0,sched_min_interval=0
CommunicationParameters=NoAddrCache,NoCtldInAddrAny,NoInAddrAny
NodeName=HOST NodeAddr=127.0.0.1 CPUs=CPUS RealMemory=1024
PartitionName=all Nodes=HOST Default=YES MaxTime=INFINITE State=UP
`

// Slurm starts a Slurm of one node that ends with the test, and returns the environment for its
// commands. Only root can start one.
func Slurm(t *testing.T) []string {
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch"} {
		Tool(t, name)
	}
	if os.Getuid() != 0 {
		Skip(t, "a Slurm is started by root")
	}
	dir, err := os.MkdirTemp("", "slurm-") // short: the path of a socket has a limit
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, sub := range []string{"", "munge", "state", "spool"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
		require.NoError(t, os.Chmod(filepath.Join(dir, sub), 0o755))
	}
	key := filepath.Join(dir, "munge", "key")
	require.NoError(t, os.WriteFile(key, bytes.Repeat([]byte("a key for a test"), 64), 0o400))
	host, err := os.Hostname()
	require.NoError(t, err)
	host, _, _ = strings.Cut(host, ".")
	port := 20000 + os.Getpid()%20000
	conf := strings.NewReplacer("KEY", dir, "HOST", host, "PORT1", fmt.Sprint(port), "PORT2", fmt.Sprint(port+1), "CPUS", fmt.Sprint(runtime.NumCPU())).Replace(slurmConf)
	file := filepath.Join(dir, "slurm.conf")
	require.NoError(t, os.WriteFile(file, []byte(conf), 0o644))
	env := append(os.Environ(), "SLURM_CONF="+file)
	munge := func(name string) string { return filepath.Join(dir, "munge", name) }
	foreground(t, env, munge("out"), "munged", "--foreground", "--force", "--key-file="+key, "--socket="+munge("sock"), "--pid-file="+munge("pid"), "--log-file="+munge("log"), "--seed-file="+munge("seed"))
	require.Eventually(t, func() bool { _, err := os.Stat(munge("sock")); return err == nil }, 20*time.Second, 20*time.Millisecond, "munged does not start")
	foreground(t, env, filepath.Join(dir, "ctld.out"), "slurmctld", "-D", "-c", "-f", file)
	foreground(t, env, filepath.Join(dir, "d.out"), "slurmd", "-D", "-c", "-f", file, "-N", host)
	require.Eventually(t, func() bool {
		cmd := exec.Command("sinfo", "-h", "-o", "%T")
		cmd.Env = env
		out, _ := cmd.Output()
		return strings.TrimSpace(string(out)) == "idle"
	}, 60*time.Second, 100*time.Millisecond, "no node is idle")
	return env
}

// foreground starts a daemon that ends with the test.
func foreground(t *testing.T, env []string, log, name string, args ...string) {
	out, err := os.Create(log)
	require.NoError(t, err)
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt) //nolint:errcheck // it may have ended
		ended := make(chan struct{})
		go func() { cmd.Wait(); close(ended) }() //nolint:errcheck // it was ended
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill() //nolint:errcheck // it may have ended
			<-ended
		}
		out.Close()
	})
}
