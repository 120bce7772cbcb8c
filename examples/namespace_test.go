package examples

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// namespace is a thread in a separate network namespace. The thread runs the functions that
// it receives. The namespace ends with the thread.
type namespace struct {
	do     chan func()
	thread int
}

func newNamespace(t *testing.T) *namespace {
	n := &namespace{do: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this function
		n.thread = syscall.Gettid()
		ready <- syscall.Unshare(syscall.CLONE_NEWNET)
		for f := range n.do {
			f()
		}
	}()
	require.NoError(t, <-ready)
	t.Cleanup(func() { close(n.do) })
	return n
}

// in runs a function in the namespace.
func (n *namespace) in(f func() error) error {
	result := make(chan error)
	n.do <- func() { result <- f() }
	return <-result
}

// ip configures the namespace.
func (n *namespace) ip(t *testing.T, args ...string) {
	t.Helper()
	require.NoError(t, n.in(func() error {
		out, err := exec.Command("ip", args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %q: %w: %s", args, err, out)
		}
		return nil
	}))
}

// needsTaps skips the test if namespaces with TAP interfaces are not possible here.
func needsTaps(t *testing.T) {
	if os.Geteuid() != 0 {
		testkit.Skip(t, "namespaces and TAP interfaces need root")
	}
	testkit.Tool(t, "ip")
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		testkit.Skip(t, "no TAP interfaces: "+err.Error())
	}
}

// start runs a process in the namespace with a TAP interface for each of two devices. It waits
// until the process has opened both interfaces.
func (n *namespace) start(t *testing.T, path string, devices ...[2]string) {
	var args []string
	for _, d := range devices {
		n.ip(t, "tuntap", "add", d[1], "mode", "tap")
		args = append(args, d[0]+"=tap:"+d[1])
	}
	cmd := exec.Command(path, args...)
	cmd.Stderr = os.Stderr
	require.NoError(t, n.in(cmd.Start))
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
	})
	for _, d := range devices {
		n.ip(t, "link", "set", d[1], "up")
		taken := func() bool { // an interface has a carrier once the process has opened it
			return n.in(func() error {
				out, err := exec.Command("ip", "-o", "link", "show", d[1]).CombinedOutput()
				if err == nil && !strings.Contains(string(out), "LOWER_UP") {
					return fmt.Errorf("%s", out)
				}
				return err
			}) == nil
		}
		require.Eventually(t, taken, 20*time.Second, 20*time.Millisecond, d[1])
	}
}

// TestTranslatorBetweenNamespaces puts the translator between two networks of the kernel. A
// client of the inside network communicates with a server of the outside network, which sees
// the outer address. An answer to a ping also comes back. Unrequested datagrams from the
// server do not come through.
func TestTranslatorBetweenNamespaces(t *testing.T) {
	needsTaps(t)
	path := product(t, "nat", x86.Linux)
	inside, outside := newNamespace(t), newNamespace(t)
	inside.start(t, path, [2]string{"inside", "in0"}, [2]string{"outside", "out0"})
	inside.ip(t, "link", "set", "out0", "netns", fmt.Sprint(outside.thread))
	inside.ip(t, "addr", "add", "192.168.0.5/24", "dev", "in0")
	inside.ip(t, "route", "add", "default", "via", "192.168.0.1")
	outside.ip(t, "link", "set", "lo", "up")
	outside.ip(t, "link", "set", "out0", "up")
	outside.ip(t, "addr", "add", "10.0.2.2/24", "dev", "out0")
	outside.ip(t, "addr", "add", "8.8.8.8/32", "dev", "lo")

	var server, client *net.UDPConn
	require.NoError(t, outside.in(func() (err error) {
		server, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(8, 8, 8, 8), Port: 99})
		return err
	}))
	defer server.Close()
	require.NoError(t, inside.in(func() (err error) {
		client, err = net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(8, 8, 8, 8), Port: 99})
		return err
	}))
	defer client.Close()
	buf := make([]byte, 100)
	for k := range 20 {
		question := fmt.Sprintf("question %d", k)
		_, err := client.Write([]byte(question))
		require.NoError(t, err)
		require.NoError(t, server.SetReadDeadline(time.Now().Add(10*time.Second)))
		n, from, err := server.ReadFromUDP(buf)
		require.NoError(t, err)
		require.Equal(t, question, string(buf[:n]))
		require.Equal(t, "10.0.2.15:40000", from.String())
		_, err = server.WriteToUDP([]byte("answer"), from)
		require.NoError(t, err)
		require.NoError(t, client.SetReadDeadline(time.Now().Add(10*time.Second)))
		n, err = client.Read(buf)
		require.NoError(t, err)
		require.Equal(t, "answer", string(buf[:n]))
	}
	_, err := server.WriteToUDP([]byte("nobody asked"), &net.UDPAddr{IP: net.IPv4(10, 0, 2, 15), Port: 40009})
	require.NoError(t, err)
	require.NoError(t, client.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
	_, err = client.Read(buf)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, inside.in(ping))
}

// ping sends an echo request to the host of the outer network and waits for the answer.
func ping() error {
	c, err := net.ListenPacket("ip4:icmp", "192.168.0.5")
	if err != nil {
		return err
	}
	defer c.Close()
	b := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g'}
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	binary.BigEndian.PutUint16(b[2:], ^uint16(sum&0xffff+sum>>16))
	if _, err := c.WriteTo(b, &net.IPAddr{IP: net.IPv4(10, 0, 2, 2)}); err != nil {
		return err
	}
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	reply := make([]byte, 100)
	n, from, err := c.ReadFrom(reply)
	if err != nil {
		return err
	}
	if n != len(b) || reply[0] != 0 || string(reply[4:n]) != string(b[4:]) || from.String() != "10.0.2.2" {
		return fmt.Errorf("got % x from %s", reply[:n], from)
	}
	return nil
}
