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

// How long to wait for a command.
const (
	Patience  = 2 * time.Minute  // with a mistaken tool, or the test that shall notice: it wants seconds
	Compiling = 10 * time.Minute // with the compiler, which may wait for its turn
)

// Within runs a command in a folder and returns what it said and its exit code.
// When its time is over, it is ended with all its children and the error says
// that it hangs; the code is then -1.
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
