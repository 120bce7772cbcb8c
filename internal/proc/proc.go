// Package proc starts outside tools as children that end together with their own children.
// A compiler starts other compilers. If one of these continued, it would hold the output of
// the tool open and use its temporary folder.
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

// patience is how long the output of a killed child may stay open.
const patience = time.Second

// Command is exec.CommandContext in a separate process group. The whole group is killed
// when ctx ends.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = patience
	return cmd
}
