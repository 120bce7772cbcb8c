package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// The time limits for commands.
const (
	Patience  = 2 * time.Minute  // for a tool with a planted mistake, or for the test that must find the mistake; normally a run takes seconds
	Compiling = 10 * time.Minute // for the compiler, which may wait until other builds end
)

// Within runs a command in a folder and returns its output and its exit code. After the time
// limit, Within kills the command and its children. It then returns code -1 and the error that
// the command hangs.
func Within(limit time.Duration, dir string, env []string, name string, args ...string) (said string, code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
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
