package x86_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
)

// bootLive boots an image in QEMU. The end of the test kills QEMU.
func bootLive(t *testing.T, img *x86.Image, extra ...string) *bufio.Reader {
	t.Helper()
	return bootOn(t, chipset(img.Product), img, extra...).out
}

// booted is a running guest.
type booted struct {
	out *bufio.Reader
	pid int
}

func bootOn(t *testing.T, c process.Chipset, img *x86.Image, extra ...string) booted {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kernel")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o644))
	args := process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64"), Chipset: c}, path, "")
	cmd := exec.Command(args[0], append(args[1:], extra...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
	})
	return booted{bufio.NewReader(out), cmd.Process.Pid}
}

const clock = `
use time
task tick() {
  for k in 0..101 { select prio { on every(40ms) { log.print("{now()}") } } }
}
system clock { run tick() }
`

// TestClock compares the clock of booted guests with the host's clock, while four busy loops
// load the host. The two clocks may differ by at most half a per cent.
func TestClock(t *testing.T) {
	img := build(t, compile(t, "clock.sn", clock), x86.PVH)
	over, stop := context.WithCancel(context.Background())
	for range 4 {
		go func() {
			for over.Err() == nil {
				runtime.Gosched()
			}
		}()
	}
	t.Cleanup(stop)
	for k := range 3 {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			d := drift(t, bootLive(t, img), time.Now())
			t.Logf("drift %.5f", d)
			require.LessOrEqual(t, math.Abs(d), 0.005)
		})
	}
}

// drift returns the drift between two clocks in one second. It reads lines with the guest's
// time for four seconds. A line may arrive late, but never early. So the line with the smallest
// delay gives the difference of the clocks. drift compares this difference in the first quarter
// of the time with the difference in the last quarter.
func drift(t *testing.T, lines io.Reader, began time.Time) float64 {
	const ticks, period = 100, 40000
	least := [4]int64{1 << 60, 1 << 60, 1 << 60, 1 << 60}
	for k := range ticks {
		var guest int64
		_, err := fmt.Fscan(lines, &guest)
		require.NoError(t, err)
		quarter := 4 * k / ticks
		least[quarter] = min(least[quarter], time.Since(began).Microseconds()-guest)
	}
	return float64(least[3]-least[0]) / (period * ticks * 3 / 4)
}

const twoEchoes = `
use net
task echo(a: net.Eth) {
  var p: bytes<1514>
  loop {
    a.recv(p)
    a.send(p)
  }
}
system two {
  a = net.eth(0)
  b = net.eth(1)
  run echo(a)
  run echo(b)
}
`

// TestStalledPort has two devices, a and b. When the other end of a takes no more frames, b
// continues. Device a continues when its other end takes frames again.
func TestStalledPort(t *testing.T) {
	img := build(t, compile(t, "two.sn", twoEchoes), x86.PVH)
	dir := t.TempDir()
	var conns []*net.UnixConn
	var peers []*net.UnixAddr
	var args []string
	for i := range 2 {
		host, guest := filepath.Join(dir, fmt.Sprint("h", i)), filepath.Join(dir, fmt.Sprint("g", i))
		c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: host, Net: "unixgram"})
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		conns, peers = append(conns, c), append(peers, &net.UnixAddr{Name: guest, Net: "unixgram"})
		args = append(args, process.Microvm.Card(i, fmt.Sprintf("dgram,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s", guest, host))...)
	}
	bootLive(t, img, args...)
	send := func(i int, frame []byte) error {
		require.NoError(t, conns[i].SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		_, err := conns[i].WriteToUnix(frame, peers[i])
		return err
	}
	answer := func(i int, want string) bool {
		buf := make([]byte, 2000)
		for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
			send(i, []byte(want)) //nolint:errcheck // the guest may not be ready yet; it is sent again
			require.NoError(t, conns[i].SetReadDeadline(time.Now().Add(100*time.Millisecond)))
			for {
				n, err := conns[i].Read(buf)
				if err != nil {
					break
				}
				if string(buf[:n]) == want {
					return true
				}
			}
		}
		return false
	}
	require.True(t, answer(0, "device a is there, fourteen bytes or more"))
	require.True(t, answer(1, "device b is there, fourteen bytes or more"))
	for k := range 1000 { // more than the socket and the queues hold
		if send(0, payload(1000)) != nil && k > 300 {
			break
		}
	}
	require.True(t, answer(1, "device b goes on while the other one is stalled"))
	require.True(t, answer(0, "device a goes on when its frames are taken"))
}

// payload returns n bytes.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// TestWrongDevices checks that devices that are not the program's give one clear line.
func TestWrongDevices(t *testing.T) {
	img := build(t, compile(t, "two.sn", twoEchoes), x86.PVH)
	alike := append(process.Microvm.Card(0, "user"), "-netdev", "user,id=x", "-device", "virtio-net-device,netdev=x,mac=52:54:00:00:01:00")
	for want, args := range map[string][]string{
		"a network device of the program is missing":              process.Microvm.Card(0, "user"),
		"two network devices have MAC addresses that end alike":   alike,
		"a network device of the program is missing; its MAC add": nil,
	} {
		said, err := io.ReadAll(bootLive(t, img, args...))
		require.NoError(t, err)
		require.Contains(t, string(said), want)
	}
}
