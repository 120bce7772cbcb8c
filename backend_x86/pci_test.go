package x86_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestPCIScripted checks that a chipset with PCI behaves like a chipset without PCI.
func TestPCIScripted(t *testing.T) {
	t.Parallel()
	m := parse(t, echo)
	frames := &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: payload(64)}, {Data: payload(14)}}}
	var traces []*trace.Trace
	for _, p := range []x86.Product{x86.PVH, x86.PVHPCI} {
		traces = append(traces, run(t, m, p, world.New(frames)))
	}
	require.Len(t, traces[0].Events, 4)
	require.Equal(t, traces[0], traces[1])
}

const countsBoots = `
use blk
task main(d: blk.Disk) {
  var s: blk.Sector
  d.read(1, s)
  s[0] = s[0] + 1
  d.write(1, s)
  d.flush()
  log.print("boot {s[0]}")
}
system boots {
  d = blk.virtio(0)
  run main(d)
}
`

// TestPCIDisk has a disk on the first bus, a disk behind a bridge, and a device that the
// program does not use.
func TestPCIDisk(t *testing.T) {
	t.Parallel()
	img := build(t, compile(t, "boots.sn", countsBoots), x86.PVHPCI)
	path := filepath.Join(t.TempDir(), "disk.img")
	require.NoError(t, os.WriteFile(path, make([]byte, 2048), 0o644))
	near := process.Q35.Disk(0, path)
	far := append(append([]string{}, near...), "-device", "pcie-root-port,id=p,slot=1,chassis=1")
	far[3] += ",bus=p"
	for k, disk := range [][]string{near, append([]string{"-device", "pcie-root-port,id=p,slot=1,chassis=1", "-device", "virtio-rng-pci"}, far[:4]...)} {
		said, err := io.ReadAll(bootLive(t, img, disk...))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("boot %d\n", k+1), string(said))
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.EqualValues(t, 2, data[512])
}

const looksAtErrors = `
use blk
task main(d: blk.Disk) {
  var s: blk.Sector
  s[0] = 7
  log.print("ready")
  select prio { on after(100ms) { } }
  d.read(1, s) else { log.print("no read {s[0]}") }
  d.write(2, s) else { log.print("no write") }
  d.read(2, s) else { log.print("never") }
  d.flush()
  log.print("{s[0]}")
}
system errors {
  d = blk.virtio(0)
  run main(d)
}
`

// TestErrorsOfDisks checks that an operation that a disk cannot do gives an error value. For a
// guest, QEMU simulates errors at some sectors, or a read-only disk. For a process, the test
// truncates the disk's file during the run.
func TestErrorsOfDisks(t *testing.T) {
	t.Parallel()
	m := compile(t, "errors.sn", looksAtErrors)
	dir := t.TempDir()
	path, conf := filepath.Join(dir, "disk.img"), filepath.Join(dir, "errors")
	require.NoError(t, os.WriteFile(path, make([]byte, 2048), 0o644))
	require.NoError(t, os.WriteFile(conf, []byte("[inject-error]\nevent = \"read_aio\"\nsector = \"1\"\n[inject-error]\nevent = \"write_aio\"\nsector = \"2\"\n"), 0o644))
	img := build(t, m, x86.PVHPCI)
	for change, want := range map[string]string{
		"file=blkdebug:" + conf + ":" + path: "ready\nno read 7\nno write\n0\n",
		"readonly=on,file=" + path:           "ready\nno write\n0\n",
	} {
		args := process.Q35.Disk(0, path)
		args[1] = strings.Replace(args[1], "file="+path, change, 1)
		said, err := io.ReadAll(bootLive(t, img, args...))
		require.NoError(t, err)
		require.Equal(t, want, string(said), change)
	}
	file := filepath.Join(dir, "process")
	require.NoError(t, os.WriteFile(file, build(t, m, x86.Linux).Stripped, 0o755))
	cmd := exec.Command(file, "d=file:"+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	require.NoError(t, os.Truncate(path, 700)) // sector 1 is cut off, and a write makes sector 2 again
	rest, err := io.ReadAll(said)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	require.Equal(t, "no read 7\n7\n", string(rest))
}

// TestMessagesWake sends each datagram while the guest sleeps. An interrupt message (MSI-X) of
// the card must wake the guest. QEMU's own log counts the interrupts. A guest that waits uses
// no CPU time.
func TestMessagesWake(t *testing.T) {
	const frames = 10
	img := build(t, compile(t, "two.sn", twoEchoes), x86.PVHPCI)
	dir := t.TempDir()
	var conns []*net.UnixConn
	var args []string
	for i := range 2 {
		host, guest := filepath.Join(dir, fmt.Sprint("h", i)), filepath.Join(dir, fmt.Sprint("g", i))
		c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: host, Net: "unixgram"})
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		conns = append(conns, c)
		args = append(args, process.Q35.Card(i, fmt.Sprintf("dgram,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s", guest, host))...)
	}
	record := filepath.Join(dir, "log")
	guest := bootOn(t, process.Q35, img, append(args, "-d", "int", "-D", record)...)
	exchange := func(i, k int) {
		want, buf := payload(60+k), make([]byte, 2000)
		for range 300 {
			require.NoError(t, conns[i].SetDeadline(time.Now().Add(200*time.Millisecond)))                           // a full socket blocks too
			conns[i].WriteToUnix(want, &net.UnixAddr{Name: filepath.Join(dir, fmt.Sprint("g", i)), Net: "unixgram"}) //nolint:errcheck // the guest may not be ready yet; it is sent again
			for {
				n, err := conns[i].Read(buf)
				if err != nil {
					break
				}
				if bytes.Equal(want, buf[:n]) { // another answer is to a datagram that was sent again
					return
				}
			}
		}
		require.Fail(t, "no answer")
	}
	for i := range 2 {
		exchange(i, 0)
	}
	// On a busy host, the guest may go to sleep only after the next frame, which then needs no
	// interrupt. So the client pauses longer after each attempt in which an interrupt was
	// missing.
	most, size := 0, 0
	for pause := 10 * time.Millisecond; pause < time.Second && most < frames; pause *= 3 {
		time.Sleep(5 * pause)
		before := interrupts(t, record)
		for k := range frames {
			size++ // so that a late answer is never taken for the next one
			exchange(k%2, size)
			time.Sleep(pause)
		}
		most = interrupts(t, record) - before
	}
	require.GreaterOrEqual(t, most, frames)
	used := ticks(t, guest.pid)
	time.Sleep(300 * time.Millisecond)
	require.LessOrEqual(t, ticks(t, guest.pid)-used, 3, "of 30 that a guest takes which looks all the time")
}

// interrupts counts the interrupts with the guest's vector in a log of QEMU.
func interrupts(t *testing.T, path string) int {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.Count(string(data), "Servicing hardware INT=0x20")
}

// ticks is the CPU time of a child in hundredths of a second.
func ticks(t *testing.T, pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(data), ") ")
	fields, sum := strings.Fields(rest), 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		require.NoError(t, err)
		sum += n
	}
	return sum
}

// TestPCIWrongDevices checks that wrong devices on PCI cause one clear error line.
func TestPCIWrongDevices(t *testing.T) {
	t.Parallel()
	img := build(t, compile(t, "boots.sn", countsBoots), x86.PVHPCI)
	path := filepath.Join(t.TempDir(), "disk.img")
	require.NoError(t, os.WriteFile(path, make([]byte, 2048), 0o644))
	drive := func(device string) []string {
		return []string{"-drive", "file=" + path + ",if=none,format=raw,id=d0", "-device", device}
	}
	for want, args := range map[string][]string{
		"a disk of the program is missing; its serial number":                     drive("virtio-blk-pci,drive=d0,serial=00x"),
		"a legacy device; give QEMU's device disable-modern=off":                  drive("virtio-blk-pci,drive=d0,serial=0,disable-modern=on,disable-legacy=off"),
		"virtio: the device's queues are too short":                               drive("virtio-blk-pci,drive=d0,serial=0,queue-size=32"),
		"virtio: a disk of the program is missing; its serial number is the devi": nil,
	} {
		said, err := io.ReadAll(bootLive(t, img, args...))
		require.NoError(t, err)
		require.Contains(t, string(said), want)
	}
	cards := build(t, compile(t, "two.sn", twoEchoes), x86.PVHPCI)
	said, err := io.ReadAll(bootLive(t, cards, "-netdev", "user,id=x", "-device", "virtio-net-pci,romfile=,netdev=x,mac=52:54:00:00:00:00,vectors=0"))
	require.NoError(t, err)
	require.Contains(t, string(said), "a network device without MSI-X")
}
