// Package proc starts outside tools as children that end with everything that they
// have started: a compiler runs compilers, and one that goes on would hold the output
// of the tool open, and its temporary folder in use.
//
//	cmd := proc.Command(ctx, "yosys", "-p", script)
//	said, err := cmd.CombinedOutput()
package proc

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// patience is how long the output of a child that was killed may stay open.
const patience = time.Second

// Command is exec.CommandContext in a process group of its own, which is killed as a
// whole when ctx ends.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = patience
	return cmd
}
