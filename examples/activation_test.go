package examples

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/sim/world"
)

// activated starts a process as systemd does. The process has descriptors from 3 on. Its
// environment holds the number and names of the descriptors, and the id of this process.
func activated(t *testing.T, path, names string, files []*os.File, args ...string) (*exec.Cmd, *bytes.Buffer) {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(stop)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, path}, args...)...)
	cmd.ExtraFiles, cmd.Env = files, []string{fmt.Sprintf("LISTEN_FDS=%d", len(files)), "LISTEN_FDNAMES=" + names}
	said := &bytes.Buffer{}
	cmd.Stderr = said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed
	})
	return cmd, said
}

// bound is a UDP socket of this computer, as a file, and its port.
func bound(t *testing.T, network, address string) (*os.File, int) {
	a, err := net.ResolveUDPAddr(network, address)
	require.NoError(t, err)
	c, err := net.ListenUDP(network, a)
	require.NoError(t, err)
	defer c.Close()
	f, err := c.File()
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f, c.LocalAddr().(*net.UDPAddr).Port
}

// Sockets that another process has bound serve the ports of the program. The name or the port
// number of a socket selects the port. The sockets may be IPv4 sockets, or IPv6 sockets that
// receive from IPv4 addresses.
func TestSocketActivation(t *testing.T) {
	echo := product(t, "echo", x86.Linux)
	for _, c := range []struct{ name, network, address, names string }{
		{"named", "udp4", "127.0.0.1:0", "nic.7"},
		{"numbered", "udp4", "127.0.0.1:0", "echo.socket"},
		{"both versions", "udp", "[::]:0", "unknown"},
		{"without a name", "udp4", "0.0.0.0:0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, port := bound(t, c.network, c.address)
			args := []string{fmt.Sprintf("sn.port=%d", port), "sn.nic.host=10.77.0.5/24"}
			if c.names == "nic.7" {
				args = nil
			}
			activated(t, echo, c.names, []*os.File{f}, args...)
			var clients []net.Conn
			for range 2 {
				conn, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", port))
				require.NoError(t, err)
				defer conn.Close()
				clients = append(clients, conn)
			}
			for n := 0; n <= 1472; n += 368 {
				for k, conn := range clients {
					body, buf := bytes.Repeat([]byte{byte(n), byte(k)}, n/2), make([]byte, 2000)
					_, err := conn.Write(body)
					require.NoError(t, err)
					require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
					got, err := conn.Read(buf)
					require.NoError(t, err, "%d bytes", n)
					require.Equal(t, body, buf[:got])
				}
			}
		})
	}
	t.Run("frames", func(t *testing.T) { activatedFrames(t, echo) })
	t.Run("refused", func(t *testing.T) { activationRefused(t, echo) })
}

// A descriptor with the name of a device carries the device's frames.
func activatedFrames(t *testing.T, echo string) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	require.NoError(t, err)
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	defer ours.Close()
	activated(t, echo, "nic", []*os.File{theirs})
	require.NoError(t, theirs.Close())
	_, err = ours.Write(world.ARP(false, world.MAC(0x0a000202), 0x0a000202, nil, 0x0a00020f))
	require.NoError(t, err)
	require.NoError(t, syscall.SetsockoptTimeval(fds[0], syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 20}))
	buf := make([]byte, 2000)
	n, err := syscall.Read(fds[0], buf)
	require.NoError(t, err)
	require.Equal(t, uint16(0x0806), binary.BigEndian.Uint16(buf[12:n]))
	require.Equal(t, byte(2), buf[21], "an answer")
}

// A request that cannot be served ends the start with a message. Descriptors for another
// process are not touched.
func activationRefused(t *testing.T, echo string) {
	udp, _ := bound(t, "udp4", "127.0.0.1:0")
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	tcp, err := l.(*net.TCPListener).File()
	require.NoError(t, err)
	defer tcp.Close()
	for _, c := range []struct {
		names string
		files []*os.File
		args  []string
		want  string
	}{
		{"nic.0", []*os.File{udp}, nil, "nic.0: expected DEVICE or DEVICE.PORT\n"},
		{"nic.70000", []*os.File{udp}, nil, "nic.70000: expected DEVICE or DEVICE.PORT\n"},
		{"nic.7x", []*os.File{udp}, nil, "nic.7x: expected DEVICE or DEVICE.PORT\n"},
		{"nic.7:nic.7", []*os.File{udp, udp}, nil, "nic.7: two UDP sockets are for one port\n"},
		{"nic", []*os.File{tcp}, nil, "nic: there is no TCP yet: expected a UDP socket\n"},
		{"nic.7", []*os.File{udp}, []string{"nic=fd:3"}, "nic.7: this device is given twice\n"},
		{strings.Repeat("nic:", 64) + "nic", slicesOf(udp, 65), nil, "65: LISTEN_FDS is a number of descriptors, at most 64\n"},
	} {
		cmd, said := activated(t, echo, c.names, c.files, c.args...)
		require.EqualError(t, cmd.Wait(), "exit status 1", c.names)
		require.Equal(t, c.want, said.String()[max(0, len(said.String())-len(c.want)):])
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, echo)
	cmd.ExtraFiles, cmd.Env = []*os.File{udp}, []string{"LISTEN_FDS=1", "LISTEN_PID=1"}
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	text, err := io.ReadAll(out)
	require.NoError(t, err)
	require.EqualError(t, cmd.Wait(), "exit status 1")
	require.Contains(t, string(text), "usage: ")
}

func slicesOf(f *os.File, n int) (all []*os.File) {
	for range n {
		all = append(all, f)
	}
	return all
}
