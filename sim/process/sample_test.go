package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A process that works gives one sample for each half millisecond of CPU time. Signals still
// reach the process. The code that waits for the process still gets the exit status.
func TestSamplesOfAProcess(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", `trap "exit 3" TERM; while :; do :; done`)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() }) // also after a failure
	samples := &Samples{}
	s := sample(cmd.Process.Pid, samples)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if used, err := s.threads[0].used(); err != nil || used > 20*time.Millisecond {
			break
		}
	}
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, waitsForEnd(cmd.Process.Pid))
	s.stop()
	require.Error(t, cmd.Wait())
	require.Equal(t, 3, cmd.ProcessState.ExitCode(), "%v", cmd.ProcessState)
	require.NoError(t, samples.Err)
	require.Positive(t, samples.Looks)
	sum := time.Duration(0)
	for _, d := range samples.At {
		sum += d
	}
	require.Positive(t, sum)
	require.LessOrEqual(t, sum, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()+10*time.Millisecond)
}

// Sampling does not disturb a process that waits. A process that ends before the first sample
// has no samples and no error.
func TestSamplesOfAShortProcess(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "exit 0")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() }) // also after a failure
	require.NoError(t, waitsForEnd(cmd.Process.Pid))
	samples := &Samples{}
	s := sample(cmd.Process.Pid, samples)
	s.stop()
	require.NoError(t, cmd.Wait())
	require.NoError(t, samples.Err)
	require.Zero(t, samples.Looks)
}

// A process of another user cannot be sampled, which is an error with its reason.
func TestSamplesAreRefused(t *testing.T) {
	samples := &Samples{}
	s := sample(os.Getpid(), samples) // no process traces itself
	s.stop()
	require.ErrorContains(t, samples.Err, "ptrace does not let the tool look at the process")
}

// A process that continues after the sampling is released, and is not stopped later.
func TestSamplesLetGo(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "while :; do :; done")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() }) // also after a failure
	samples := &Samples{}
	s := sample(cmd.Process.Pid, samples)
	time.Sleep(5 * time.Millisecond)
	s.stop()
	require.NoError(t, samples.Err)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.ErrorContains(t, cmd.Wait(), "terminated")
}

// waitsForEnd returns when a child has ended, and does not take its exit status.
func waitsForEnd(pid int) error {
	t := (&sampler{pid: pid}).thread(pid)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		info, err := t.waitid(waitEnd | waitLeave | syscall.WNOHANG)
		if err != nil || info.pid != 0 && info.code != codeTrapped {
			return err
		}
	}
	return errors.New("the process does not end")
}
