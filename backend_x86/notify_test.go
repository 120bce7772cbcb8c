package x86_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// TestNotify checks the notifications of a process to systemd. The process notifies when it
// waits for the first time and when it ends. A process that never waits sends both
// notifications at its end. A missing socket changes nothing.
func TestNotify(t *testing.T) {
	dir := t.TempDir()
	echoes, greets := filepath.Join(dir, "echo"), filepath.Join(dir, "hello")
	require.NoError(t, os.WriteFile(echoes, build(t, parse(t, echo), x86.Linux).Stripped, 0o755))
	require.NoError(t, os.WriteFile(greets, build(t, parse(t, hello), x86.Linux).Stripped, 0o755))
	for name, path := range map[string]string{"a file": filepath.Join(dir, "notify"), "a name": "@sinter-notify-" + filepath.Base(filepath.Dir(dir))} {
		t.Run(name, func(t *testing.T) {
			c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
			require.NoError(t, err)
			defer c.Close()
			said := func() string {
				buf := make([]byte, 100)
				require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
				n, err := c.Read(buf)
				require.NoError(t, err)
				return string(buf[:n])
			}
			ours, theirs := pair(t)
			cmd := exec.Command(echoes, "eth0=fd:3")
			cmd.ExtraFiles, cmd.Env = []*os.File{theirs}, []string{"NOTIFY_SOCKET=" + path}
			require.NoError(t, cmd.Start())
			theirs.Close()
			require.Equal(t, "READY=1", said())
			ours.Close()
			require.NoError(t, cmd.Wait())
			require.Equal(t, "STOPPING=1", said())

			cmd = exec.Command(greets)
			cmd.Env = []string{"NOTIFY_SOCKET=" + path}
			out, err := cmd.Output()
			require.NoError(t, err)
			require.Equal(t, "hello 42\n", string(out))
			require.Equal(t, "READY=1\nSTOPPING=1", said())
		})
	}
	for _, wrong := range []string{"", "x", filepath.Join(dir, "nobody"), "relative/path"} {
		cmd := exec.Command(greets)
		cmd.Env = []string{"NOTIFY_SOCKET=" + wrong}
		out, err := cmd.Output()
		require.NoError(t, err, wrong)
		require.Equal(t, "hello 42\n", string(out))
	}
}
