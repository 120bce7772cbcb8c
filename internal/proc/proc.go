// Package proc starts outside tools as child processes that end together with their own
// children. For example, a compiler starts other compilers. If such a compiler continued after
// the tool's end, it would keep the tool's output open and use its temporary folder.
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

// patience is the time for which the output of a killed child may stay open.
const patience = time.Second

// Command is exec.CommandContext with a separate process group. When ctx ends, the whole group
// is killed.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = patience
	return cmd
}
