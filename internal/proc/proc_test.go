package proc_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/proc"
)

// A grandchild that holds the output of the child ends together with the child.
func TestGrandchildrenEnd(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cmd := proc.Command(ctx, "sh", "-c", "sleep 60 & echo $! >pid.part; mv pid.part pid; wait")
	cmd.Dir = t.TempDir()
	done := make(chan error, 1)
	go func() {
		_, err := cmd.CombinedOutput()
		done <- err
	}()
	grandchild := 0
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(cmd.Dir, "pid"))
		if err == nil {
			grandchild, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, syscall.Kill(grandchild, 0))
	stop()
	select {
	case err := <-done:
		require.Error(t, err)
	case <-time.After(20 * time.Second):
		require.Fail(t, "the child goes on")
	}
	require.Eventually(t, func() bool {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(grandchild) + "/stat")
		return err != nil || strings.Contains(string(text), ") Z ")
	}, 20*time.Second, 10*time.Millisecond)
}
