package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	patience  = 2 * time.Minute  // with a mistaken tool, or the test that shall notice: it wants seconds
	compiling = 10 * time.Minute // with the compiler, which may wait for its turn
)

// within runs a command in the project's folder and returns what it said and its
// exit code. When its time is over, it is ended with all its children and the
// error says that it hangs; the code is then -1.
func within(limit time.Duration, env []string, name string, args ...string) (said string, code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return string(out), -1, fmt.Errorf("%s hangs: nothing after %s", name, limit)
	case cmd.ProcessState == nil:
		return string(out), -1, err
	}
	return string(out), cmd.ProcessState.ExitCode(), err
}

// A command that hangs is ended together with its children, soon.
func TestAHangIsAFailure(t *testing.T) {
	began := time.Now()
	_, code, err := within(200*time.Millisecond, nil, "sh", "-c", "sleep 600 & sleep 600")
	require.ErrorContains(t, err, "sh hangs")
	require.Equal(t, -1, code)
	require.Less(t, time.Since(began), time.Minute)
}
