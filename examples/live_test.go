package examples

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// product builds an example for x86-64 into a file.
func product(t *testing.T, dir string, kind x86.Product) string {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	p, err := flow.Load(dir, flow.Options{})
	require.NoError(t, err)
	img, err := p.X86(context.Background(), kind)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "product")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	return path
}

// payload is n bytes that distinguish datagrams.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + n*13)
	}
	return b
}

// client is a UDP client on the host.
type client struct {
	t    *testing.T
	conn *net.UDPConn
	buf  []byte
	// repeated means that a datagram was sent more than once, so answers may come late.
	repeated bool
}

func dial(t *testing.T, port int) *client {
	conn, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn, buf: make([]byte, 2000)}
}

// call sends a datagram until an answer comes, because the network may lose datagrams.
func (c *client) call(message []byte) []byte {
	c.t.Helper()
	for k := range 150 {
		c.repeated = c.repeated || k > 0
		if _, err := c.conn.Write(message); err != nil {
			time.Sleep(50 * time.Millisecond) // the service has not started yet
			continue
		}
		require.NoError(c.t, c.conn.SetReadDeadline(time.Now().Add(400*time.Millisecond)))
		n, err := c.conn.Read(c.buf)
		if err == nil {
			return bytes.Clone(c.buf[:n])
		}
		if !os.IsTimeout(err) {
			time.Sleep(50 * time.Millisecond) // refused: the service is starting
		}
	}
	c.t.Fatal("no answer")
	return nil
}

// echo sends every size once and checks every reply.
func (c *client) echo() {
	c.t.Helper()
	require.Equal(c.t, "are you there?", string(c.call([]byte("are you there?"))))
	for n := 0; n <= 1472; n++ {
		c.drain(n)
		want := payload(n)
		require.True(c.t, bytes.Equal(want, c.call(want)), "%d bytes", n)
	}
}

// drain reads answers that come too late, after a call was repeated. At the start it reads all
// answers. Later calls of drain read only if a call was repeated.
func (c *client) drain(n int) {
	for n == 0 || c.repeated {
		require.NoError(c.t, c.conn.SetReadDeadline(time.Now().Add(500*time.Millisecond)))
		if _, err := c.conn.Read(c.buf); err != nil {
			break
		}
	}
	c.repeated = false
}

// freePort is a UDP port that was free a moment ago.
func freePort(t *testing.T) int {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// boot starts a unikernel with a card on QEMU's own network, for one device of the program.
func boot(t *testing.T, kernel string, device, guestPort int, extra ...string) *client {
	qemu := testkit.Tool(t, "qemu-system-x86_64")
	port := freePort(t)
	args := process.QEMUArgs(process.Options{QEMU: qemu}, kernel, "")
	args = append(args, extra...)
	args = append(args, "-netdev", fmt.Sprintf("user,id=n0,hostfwd=udp:127.0.0.1:%d-:%d", port, guestPort),
		"-device", fmt.Sprintf("virtio-net-device,netdev=n0,mac=52:54:00:00:00:%02x", device))
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
	})
	return dial(t, port)
}

// TestEchoBooted boots the example echo. A UDP client on the host sends datagrams of every size
// through QEMU's user network. QEMU's own capture shows that the guest sends from the MAC
// address of its card.
func TestEchoBooted(t *testing.T) {
	dump := filepath.Join(t.TempDir(), "dump.pcap")
	boot(t, product(t, "echo", x86.PVH), 0, 7, "-object", "filter-dump,id=d0,netdev=n0,file="+dump).echo()
	sent := stations(t, dump)
	require.Positive(t, sent["52:54:00:00:00:00"])
	require.Zero(t, sent["02:00:0a:00:02:0f"])
}

// stations counts the frames of a capture by source MAC address.
func stations(t *testing.T, path string) map[string]int {
	const fileHeader, recordHeader = 24, 16
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Greater(t, len(data), fileHeader)
	out := map[string]int{}
	for rest := data[fileHeader:]; len(rest) >= recordHeader+14; {
		n := int(binary.LittleEndian.Uint32(rest[8:]))
		rest = rest[recordHeader:]
		if n > len(rest) {
			break // the file is being written
		}
		out[net.HardwareAddr(rest[6:12]).String()]++
		rest = rest[n:]
	}
	return out
}

// relay carries datagrams between a UDP socket of the host and a process at the other end of a
// frame socket. relay also answers the process's ARP requests.
func relay(t *testing.T, f *os.File, guest world.Host) int {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 2000)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			frame, _ := world.Wrap(guest, world.Message(near(2), from.Port(), buf[:n])) // no host accepts a loopback address from a wire
			if _, err := f.Write(frame); err != nil {
				return
			}
		}
	}()
	go func() {
		buf := make([]byte, 2000)
		for {
			n, err := f.Read(buf)
			if err != nil || n == 0 {
				return
			}
			if u, ok := world.Unwrap(buf[:n]); ok && u.GoodChecksum && u.Src == guest {
				conn.WriteToUDP(u.Body, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(u.Dst.Port)}) //nolint:errcheck // the client asks again
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// echoProcess starts the echo as a Linux process. It returns the other end of the socket that
// carries the process's frames.
func echoProcess(t *testing.T) *os.File {
	path := product(t, "echo", x86.Linux)
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	cmd := exec.Command(path, "nic=fd:3")
	cmd.ExtraFiles = []*os.File{theirs}
	require.NoError(t, cmd.Start())
	theirs.Close()
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
		ours.Close()
	})
	return ours
}

// TestEchoProcess runs the example echo as a Linux process, and communicates over an inherited
// socket that carries frames.
func TestEchoProcess(t *testing.T) {
	ours := echoProcess(t)
	dial(t, relay(t, ours, world.Host{Address: 0x0a00020f, Port: 7})).echo()
}

// TestMalformedFrames sends the process frames with every kind of damage, and then a datagram
// that must be answered.
func TestMalformedFrames(t *testing.T) {
	ours := echoProcess(t)
	host, peer := world.Host{Address: 0x0a00020f, Port: 7}, world.Host{Address: 0x0a000203, Port: 99}
	good := [][]byte{
		world.Datagram(world.MAC(peer.Address), world.MAC(host.Address), peer, host, payload(20)),
		world.ARP(false, world.MAC(peer.Address), peer.Address, nil, host.Address),
		world.Echo(false, world.MAC(peer.Address), world.MAC(host.Address), peer.Address, host.Address),
	}
	answered := make(chan bool, 1<<16)
	go func() { // without this goroutine both ends would wait for room
		defer close(answered)
		buf := make([]byte, 2000)
		for {
			n, err := ours.Read(buf)
			if err != nil || n == 0 {
				return
			}
			if u, ok := world.Unwrap(buf[:n]); ok && u.GoodChecksum && bytes.Equal(u.Body, payload(20)) {
				answered <- true
			}
		}
	}()
	answers := 0
	check := func() {
		_, err := ours.Write(good[0])
		require.NoError(t, err)
		select {
		case ok := <-answered:
			require.True(t, ok, "the program has ended")
			answers++
		case <-time.After(20 * time.Second):
			t.Fatal("no answer to a datagram after broken frames")
		}
	}
	rng := uint32(1)
	next := func(n int) int {
		rng = rng*1664525 + 1013904223
		return int(rng>>8) % n
	}
	for round := range 20000 {
		f := bytes.Clone(good[next(3)])
		for range 1 + next(4) {
			switch next(3) {
			case 0:
				f[12+next(len(f)-12)] = byte(next(256))
			case 1:
				f = f[:max(1, next(len(f)))]
			default:
				f = append(f, payload(next(40))...)
			}
			if len(f) < 14 {
				break
			}
		}
		_, err := ours.Write(f)
		require.NoError(t, err)
		if round%50 == 0 {
			check()
		}
	}
	check()
	require.Greater(t, answers, 400)
}

// request is a request to the queue.
func request(op byte, id uint32, body string) []byte {
	b := []byte{op, byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id), byte(len(body) >> 8), byte(len(body))}
	return append(b, body...)
}

// TestQueueSurvivesPowerCuts fills the booted queue, kills the machine while it runs, boots it
// again on the same disk, and finds all acknowledged entries.
func TestQueueSurvivesPowerCuts(t *testing.T) {
	kernel := product(t, "queue", x86.PVH)
	disk := filepath.Join(t.TempDir(), "disk.img")
	require.NoError(t, os.WriteFile(disk, make([]byte, 1<<20), 0o644))
	drive := []string{"-drive", "file=" + disk + ",if=none,format=raw,id=d0", "-device", "virtio-blk-device,drive=d0,serial=0"}
	found := map[string]bool{}
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			c := boot(t, kernel, 1, 9324, drive...)
			for round > 0 { // a lost answer leaves a hidden message, not a lost one
				answer := c.call(request(1, 0, ""))
				if string(answer) == "empty" {
					break
				}
				require.Len(t, answer, 512)
				n := int(answer[5])<<8 | int(answer[6])
				found[string(answer[7:7+n])] = true
			}
			for k := range round * 4 {
				require.True(t, found[fmt.Sprintf("message %d of round %d", k%4, k/4)], "%d after %d power cuts", k, round)
			}
			for k := range 4 {
				c.drain(0)
				require.Len(t, c.call(request(0, 0, fmt.Sprintf("message %d of round %d", k, round))), 4)
			}
		})
	}
}
