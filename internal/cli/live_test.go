package cli_test

import (
	"bytes"
	"context"
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/process"
)

// said is the output of a command so far.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// liveRun is a running service.
type liveRun struct {
	out, err said
	stop     context.CancelFunc
	code     chan int
}

// startLive starts `sinter run --live`.
func startLive(t *testing.T, args ...string) *liveRun {
	ctx, stop := context.WithCancel(context.Background())
	r := &liveRun{stop: stop, code: make(chan int, 1)}
	go func() {
		r.code <- cli.Run(ctx, append([]string{"run", "--live"}, slices.DeleteFunc(args, func(a string) bool { return a == "--live" })...), strings.NewReader(""), &r.out, &r.err)
	}()
	t.Cleanup(stop)
	return r
}

// expect waits for a text on standard error and returns what a pattern found in it.
func (r *liveRun) expect(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for range 600 {
		if found := re.FindStringSubmatch(r.err.String()); found != nil {
			return found
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(t, "nothing on standard error matches "+pattern, r.err.String()+r.out.String())
	return nil
}

// end waits for the exit code.
func (r *liveRun) end(t *testing.T) int {
	t.Helper()
	select {
	case code := <-r.code:
		return code
	case <-time.After(30 * time.Second):
		require.Fail(t, "the run does not end", r.err.String())
	}
	return -1
}

// needs skips the test if an x86-64 machine cannot run here.
func needs(t *testing.T, machine string) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	switch machine {
	case "unikernel":
		testkit.Tool(t, "qemu-system-x86_64")
	case "monitor":
		testkit.SkipWithout(t, monitor.Available())
	}
}

// call sends a datagram to a port of this computer and returns the answer.
func call(t *testing.T, conn net.Conn, body []byte) []byte {
	t.Helper()
	buf := make([]byte, 2000)
	for range 100 {
		if _, err := conn.Write(body); err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Second)))
		n, err := conn.Read(buf)
		if err == nil {
			return buf[:n]
		}
		time.Sleep(20 * time.Millisecond)
	}
	require.Fail(t, "no answer")
	return nil
}

// TestLiveEcho runs the example echo on every x86-64 machine. Two clients communicate with it
// at the same time. The test ends the run as a signal does, and checks that no process or file
// remains.
func TestLiveEcho(t *testing.T) {
	for _, machine := range []string{"native", "unikernel", "monitor"} {
		t.Run(machine, func(t *testing.T) {
			needs(t, machine)
			tmp, capture := t.TempDir(), filepath.Join(t.TempDir(), "all.pcap")
			t.Setenv("TMPDIR", tmp)
			r := startLive(t, "../../examples/echo", "--on", machine, "--accel", "tcg", "-p", "udp:0:7", "--pcap", capture, "--net", "host=10.3.0.7/16")
			at := r.expect(t, `answers after [0-9.]+ ms at udp (127\.0\.0\.1:\d+) \(port 7 of 10\.3\.0\.7\); image \d+ bytes.*linked: nic`)[1]
			var clients []net.Conn
			for range 2 {
				conn, err := net.Dial("udp4", at)
				require.NoError(t, err)
				defer conn.Close()
				clients = append(clients, conn)
			}
			for n := 0; n <= 1472; n += 92 {
				for k, conn := range clients {
					body := bytes.Repeat([]byte{byte(n), byte(k + 1)}, n/2)
					require.Equal(t, body, bytes.Clone(call(t, conn, body)), "%d bytes", n)
				}
			}
			r.stop()
			require.Equal(t, 130, r.end(t), "%s", r.err.String())
			left, err := os.ReadDir(tmp)
			require.NoError(t, err)
			require.Empty(t, left, "files are left")
			require.GreaterOrEqual(t, captured(t, capture), 2*2*17)
		})
	}
}

// TestLiveSnapshot checks that the example echo, after its end, continues from its
// snapshot. It keeps the MAC addresses that it knew, and answers. A snapshot of another
// program is refused.
func TestLiveSnapshot(t *testing.T) {
	needs(t, "monitor")
	file := filepath.Join(t.TempDir(), "echo.snapshot")
	for _, flag := range []string{"--snapshot", "--restore", "--restore"} {
		r := startLive(t, "../../examples/echo", "--on", "monitor", "-p", "udp:0:7", flag, file)
		conn, err := net.Dial("udp4", r.expect(t, `answers after [0-9.]+ ms at udp (127\.0\.0\.1:\d+)`)[1])
		require.NoError(t, err)
		defer conn.Close()
		require.Equal(t, flag, string(call(t, conn, []byte(flag))))
		r.stop()
		require.Equal(t, 130, r.end(t), "%s", r.err.String())
	}
	code, _, stderr := sinter("", "run", "../../examples/hello", "--live", "--on", "monitor", "--restore", file)
	require.Equal(t, 1, code)
	require.Equal(t, "sinter: --restore "+file+": the snapshot is of another image\n", stderr)
	code, _, stderr = sinter("", "run", "../../examples/hello", "--live", "--on", "native", "--restore", file)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "are of the monitor")
	none := filepath.Join(t.TempDir(), "none")
	code, _, stderr = sinter("", "run", "../../examples/hello", "--live", "--on", "monitor", "--snapshot", none)
	require.Equal(t, 0, code)
	require.Equal(t, "sinter: --snapshot: hello ended without a wait, so "+none+" was not written\n", stderr)
	require.NoFileExists(t, none)
}

// TestLivePCI communicates with the example echo on a chipset with PCI.
func TestLivePCI(t *testing.T) {
	needs(t, "unikernel")
	r := startLive(t, "../../examples/echo", "--vmm", "qemu-q35", "--accel", "tcg", "-p", "udp:0:7")
	at := r.expect(t, `on unikernel answers after [0-9.]+ ms at udp (127\.0\.0\.1:\d+)`)[1]
	conn, err := net.Dial("udp4", at)
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "over PCI", string(call(t, conn, []byte("over PCI"))))
	r.stop()
	require.Equal(t, 130, r.end(t), "%s", r.err.String())
}

// captured counts the frames of a capture with a third-party library.
func captured(t *testing.T, path string) (n int) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	require.NoError(t, err)
	for {
		if _, _, err := r.ReadPacketData(); err == io.EOF {
			return n
		}
		require.NoError(t, err)
		n++
	}
}

// TestLiveEnds checks the exit code of a service for each way to end, on each machine.
func TestLiveEnds(t *testing.T) {
	dir := folder(t)
	for _, machine := range []string{"native", "unikernel", "monitor"} {
		for _, c := range []struct {
			file string
			code int
			out  string
		}{{"good.sn", 0, "a\nb\n"}, {"trap.sn", 4, "trap in task main: index at "}, {"stuck.sn", 5, ""}} {
			t.Run(machine+"/"+c.file, func(t *testing.T) {
				t.Parallel()
				needs(t, machine)
				r := startLive(t, filepath.Join(dir, c.file), "--on", machine, "--accel", "tcg")
				require.Equal(t, c.code, r.end(t), "%s", r.err.String())
				require.Contains(t, r.out.String(), c.out)
			})
		}
	}
}

// TestLiveFor checks that a service ends after the given time, with the exit code of a success.
func TestLiveFor(t *testing.T) {
	needs(t, "native")
	r := startLive(t, filepath.Join(folder(t), "echo.sn"), "--on", "native", "--for", "300ms")
	require.Equal(t, 0, r.end(t), "%s", r.err.String())
	require.Contains(t, r.err.String(), "echo on native has started at `nic` (connected to nothing; --tap nic=NAME)")
}

// TestLiveRefuses checks that impossible options are reported before a program starts.
func TestLiveRefuses(t *testing.T) {
	needs(t, "native")
	dir := t.TempDir()
	odd := filepath.Join(dir, "odd.img")
	require.NoError(t, os.WriteFile(odd, make([]byte, 700), 0o644))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"-p tcp:80:80: there is no TCP yet", []string{"echo", "-p", "tcp:80:80"}},
		{"-p udp:7: expected udp:HOST:GUEST", []string{"echo", "-p", "udp:7"}},
		{"-p udp:70000:7: a port is a number", []string{"echo", "-p", "udp:70000:7"}},
		{"has no UDP socket at port 9; it has 7 at `nic`", []string{"echo", "-p", "udp:0:9"}},
		{"filter has no UDP socket", []string{"filter", "-p", "udp:0:9"}},
		{"net.host=dhcp: there is no DHCP yet", []string{"echo", "-D", "net.host=dhcp"}},
		{"--net nic.host=dhcp: there is no DHCP yet, it comes with TCP", []string{"echo", "--net", "nic.host=dhcp"}},
		{"expected a number, or an address of four numbers", []string{"echo", "-D", "net.host=10.0.2.300"}},
		{"there is no interface nosuchtap", []string{"echo", "--tap", "nosuchtap"}},
		{"the name of an interface has 1 to 15 characters", []string{"echo", "--tap", "nic=" + strings.Repeat("x", 16)}},
		{"echo_server has no network device `eth7`; there is `nic`", []string{"echo", "--tap", "eth7=tap0"}},
		{"filter has several", []string{"filter", "--tap", "tap0"}},
		{"`nic` is given twice", []string{"echo", "--tap", "nic=a", "--tap", "b"}},
		{"say which file it is, --disk disk=FILE", []string{"queue"}},
		{"there is no file nosuch.img; --size 1M makes one", []string{"queue", "--disk", "nosuch.img"}},
		{"has 700 bytes; a disk is whole sectors of 512", []string{"queue", "--disk", odd}},
		{"--size 100: expected whole sectors", []string{"queue", "--disk", "nosuch.img", "--size", "100"}},
		{"a live run has no pins", []string{"blinky"}},
		{"has the serial line `serial`: a live run has none", []string{"uart-echo"}},
		{"--live runs on native, unikernel or monitor, not on cycle", []string{"echo", "--on", "cycle"}},
		{"--vmm qemu and --on native do not go together", []string{"echo", "--vmm", "qemu"}},
		{"--until goes with a scripted run, not with --live", []string{"echo", "--until", "1s"}},
		{"--mem is for --on unikernel: the kernel gives an image what it needs", []string{"echo", "--mem", "4"}},
		{"a process by hand needs an interface", []string{"echo", "--print-command"}},
	} {
		args := append([]string{"../../examples/" + c.args[0]}, c.args[1:]...)
		if !strings.Contains(c.want, "not on cycle") {
			args = append(args, "--on", "native")
		}
		r := startLive(t, args...)
		require.Equal(t, 1, r.end(t), "%v: %s", c.args, r.err.String())
		require.Contains(t, r.err.String(), c.want)
	}
	code, _, stderr := sinter(dir, "run", "../../examples/echo", "-p", "udp:0:7")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "-p is for live runs: add --live")
}

// TestLiveDiskIsLocked checks that two services cannot use one disk.
func TestLiveDiskIsLocked(t *testing.T) {
	needs(t, "native")
	disk := filepath.Join(t.TempDir(), "disk.img")
	first := startLive(t, "../../examples/queue", "--on", "native", "--disk", disk, "--size", "1M")
	first.expect(t, `answers after`)
	for _, machine := range []string{"native", "unikernel", "monitor"} {
		t.Run(machine, func(t *testing.T) {
			needs(t, machine)
			r := startLive(t, "../../examples/queue", "--on", machine, "--accel", "tcg", "--disk", disk)
			require.Equal(t, 1, r.end(t), "%s", r.err.String())
			require.Contains(t, r.err.String(), "the disk of another run")
		})
	}
	first.stop()
	require.Equal(t, 130, first.end(t))
}

// TestLiveCommand runs the output of --print-command in a shell, and communicates with the
// service that the shell starts.
func TestLiveCommand(t *testing.T) {
	needs(t, "unikernel")
	t.Setenv("TMPDIR", t.TempDir())
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	at := free.LocalAddr().String()
	require.NoError(t, free.Close())
	_, port, _ := net.SplitHostPort(at)
	r := startLive(t, "../../examples/echo", "--on", "unikernel", "--accel", "tcg", "-p", "udp:"+port+":7", "--print-command")
	require.Equal(t, 0, r.end(t), "%s", r.err.String())
	cmd := exec.Command("sh", "-c", "exec "+strings.TrimSuffix(strings.TrimSpace(r.out.String()), "; (exit $(( ($? - 1) / 2 )))"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	defer func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
	}()
	conn, err := net.Dial("udp4", at)
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "by hand", string(call(t, conn, []byte("by hand"))))

	r = startLive(t, filepath.Join(folder(t), "trap.sn"), "--on", "unikernel", "--accel", "tcg", "--print-command")
	require.Equal(t, 0, r.end(t), "%s", r.err.String())
	err = exec.Command("sh", "-c", r.out.String()).Run()
	require.EqualError(t, err, fmt.Sprintf("exit status %d", 4))
}

// TestBundleQEMU writes a folder for QEMU and runs the folder's script. It communicates with
// the started service, and ends the service with a signal.
func TestBundleQEMU(t *testing.T) {
	needs(t, "unikernel")
	dir := filepath.Join(t.TempDir(), "echo")
	code, out, stderr := sinter("", "build", "../../examples/echo", "--vmm", "qemu", "-o", dir, "-D", "port=1234", "-D", "net.host=10.1.2.3", "-D", "net.gateway=10.1.2.1")
	require.Equal(t, 0, code, stderr)
	require.Contains(t, out, filepath.Join(dir, "run.sh"))
	info, err := os.Stat(filepath.Join(dir, "echo_server.elf"))
	require.NoError(t, err)
	require.EqualValues(t, 0o755, info.Mode().Perm())
	text, err := os.ReadFile(filepath.Join(dir, "run.sh"))
	require.NoError(t, err)
	require.Contains(t, string(text), "net=10.1.2.0/24,host=10.1.2.1,hostfwd=udp:127.0.0.1:11234-10.1.2.3:1234")
	cmd := exec.Command(filepath.Join(dir, "run.sh"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) //nolint:errcheck // if all is well, all processes have ended
	conn, err := net.Dial("udp4", "127.0.0.1:11234")
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "from a folder", string(call(t, conn, []byte("from a folder"))))
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.EqualError(t, cmd.Wait(), "exit status 130")
}

// TestBundleFirecracker checks that Firecracker accepts the configuration. The configuration
// passes the word sn.disks=order to the image. The image then assigns disks in order, and
// ignores their serial numbers.
func TestBundleFirecracker(t *testing.T) {
	needs(t, "unikernel")
	dir := t.TempDir()
	code, _, stderr := sinter("", "build", "../../examples/queue", "--vmm", "firecracker", "-o", dir)
	require.Equal(t, 0, code, stderr)
	data, err := os.ReadFile(filepath.Join(dir, "sqs.json"))
	require.NoError(t, err)
	var conf struct {
		Boot struct {
			Kernel string `json:"kernel_image_path"`
			Args   string `json:"boot_args"`
		} `json:"boot-source"`
		Drives []struct {
			Path string `json:"path_on_host"`
		}
		Networks []struct {
			MAC string `json:"guest_mac"`
		} `json:"network-interfaces"`
	}
	require.NoError(t, json.Unmarshal(data, &conf))
	require.Len(t, conf.Drives, 1)
	require.Equal(t, "52:54:00:00:00:01", conf.Networks[0].MAC)
	disk := filepath.Join(dir, conf.Drives[0].Path)
	require.NoError(t, os.WriteFile(disk, make([]byte, 1<<16), 0o644))
	boot := func(line string, limit time.Duration) (string, error) {
		ctx, stop := context.WithTimeout(context.Background(), limit)
		defer stop()
		args := process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64")}, filepath.Join(dir, conf.Boot.Kernel), line)
		args = append(args, process.Microvm.Card(1, "user")...)
		args = append(args, "-drive", "file="+disk+",if=none,format=raw,id=d", "-device", "virtio-blk-device,drive=d,serial=64768123456789012345")
		out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
		return string(out), err
	}
	out, _ := boot("xsn.disks=order", time.Minute)
	require.Contains(t, out, "a disk of the program is missing")
	out, _ = boot("sn.disks=orderly", time.Minute)
	require.Contains(t, out, "sn.disks=orderly: expected host=")
	out, err = boot("panic=1 "+conf.Boot.Args+" quiet", 3*time.Second)
	require.NotContains(t, out, "missing")
	require.Error(t, err, "killed: it waits for requests, or it finds no queue on the disk and ends")
}

// TestBundleCloud checks that cloud-hypervisor accepts the command, and that the image uses PCI
// and takes disks in order.
func TestBundleCloud(t *testing.T) {
	needs(t, "unikernel")
	dir := t.TempDir()
	code, _, stderr := sinter("", "build", "../../examples/queue", "--vmm", "cloud-hypervisor", "-o", dir, "--net", "host=10.1.0.7/16")
	require.Equal(t, 0, code, stderr)
	text, err := os.ReadFile(filepath.Join(dir, "run.sh"))
	require.NoError(t, err)
	line := "sn.disks=order sn.nic.host=10.1.0.7/16"
	require.Contains(t, string(text), "[ -e disk.img ] || truncate -s 1M disk.img\n")
	require.Contains(t, string(text), "exec cloud-hypervisor --kernel sqs.elf --cmdline '"+line+"' --cpus boot=1 --memory size=16M --serial tty --console off"+
		" --disk path=disk.img --net tap=tap0,mac=52:54:00:00:00:01\n")
	disk := filepath.Join(dir, "disk.img")
	require.NoError(t, os.WriteFile(disk, make([]byte, 1<<16), 0o644))
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	args := process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64"), Chipset: process.Q35}, filepath.Join(dir, "sqs.elf"), line)
	args = append(args, process.Q35.Card(1, "user")...)
	args = append(args, "-drive", "file="+disk+",if=none,format=raw,id=d", "-device", "virtio-blk-pci,drive=d,serial=other")
	out, _ := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
	require.NotContains(t, string(out), "missing")
	require.NotContains(t, string(out), "FAULT")
}

// TestSystemdUnit checks that systemd accepts the unit.
func TestSystemdUnit(t *testing.T) {
	needs(t, "native")
	dir := t.TempDir()
	code, _, stderr := sinter("", "build", "../../examples/queue", "--systemd", "-o", dir)
	require.Equal(t, 0, code, stderr)
	unit := filepath.Join(dir, "sqs.service")
	text, err := os.ReadFile(unit)
	require.NoError(t, err)
	require.Contains(t, string(text), "ExecStart=/usr/local/bin/sqs disk=file:/var/lib/sqs/disk.img nic=tap:tap0\n")
	text2, err := os.ReadFile(filepath.Join(dir, "sqs-udp.service"))
	require.NoError(t, err)
	require.Contains(t, string(text2), "Sockets=sqs-nic-9324.socket\n")
	require.Contains(t, string(text2), "ExecStart=/usr/local/bin/sqs disk=file:/var/lib/sqs/disk.img\n")
	socket, err := os.ReadFile(filepath.Join(dir, "sqs-nic-9324.socket"))
	require.NoError(t, err)
	require.Contains(t, string(socket), "ListenDatagram=0.0.0.0:9324\nFileDescriptorName=nic.9324\nService=sqs-udp.service\n")
	verify := testkit.Tool(t, "systemd-analyze")
	program := strings.ReplaceAll(string(text), "/usr/local/bin/sqs", filepath.Join(dir, "sqs"))
	require.NoError(t, os.WriteFile(unit, []byte(program), 0o644))
	out, err := exec.Command(verify, "verify", unit).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "sqs.service")
}

// TestBundleRefuses checks that programs and options without a bundle get an error.
func TestBundleRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"the monitor is a part of this tool": {"--vmm", "monitor"},
		"write two different folders":        {"--vmm", "qemu", "--systemd"},
	} {
		code, _, stderr := sinter("", append([]string{"build", "../../examples/echo", "-o", filepath.Join(t.TempDir(), "x")}, args...)...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, want)
	}
}

// TestDecode checks that decode adds source positions to the text of a console.
func TestDecode(t *testing.T) {
	needs(t, "unikernel")
	dir := folder(t)
	path := filepath.Join(dir, "trap.sn")
	kernel := filepath.Join(dir, "k.elf")
	code, _, stderr := sinter("", "build", path, "-o", kernel, "--product", "pvh")
	require.Equal(t, 0, code, stderr)
	f, err := elfFile(kernel)
	require.NoError(t, err)
	console := filepath.Join(dir, "console.txt")
	text := fmt.Sprintf("hello\r\ntrap in task main: index at %s:4.9\n\nCRASH 000000000000000e 0000000000000002 %016x 00000000d0000000 \n", path, f)
	require.NoError(t, os.WriteFile(console, []byte(text), 0o644))
	code, out, stderr := sinter("", "decode", path, "--console", console)
	require.Equal(t, 0, code, stderr)
	require.Contains(t, out, "hello\ntrap in task main: index at "+path+":4.9\n  4 |   while a[i] == 0 max 9 { i = i + 1 }\n")
	require.Regexp(t, `page fault at \S+trap\.sn:\d+ \(rip 0x[0-9a-f]+, address 0xd0000000, written\)\n  \d+ \|`, out)
	code, out, stderr = sinter("", "decode", kernel, "--console", console)
	require.Equal(t, 0, code, stderr)
	require.Regexp(t, `page fault at \S+trap\.sn:\d+ `, out)
	code, _, stderr = sinter("", "decode", path, "--console", filepath.Join(dir, "none.txt"))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "cannot read")
}

// elfFile returns an address to which an executable's line table assigns a line of the program.
func elfFile(path string) (uint64, error) {
	f, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	d, err := f.DWARF()
	if err != nil {
		return 0, err
	}
	for r := d.Reader(); ; r.SkipChildren() {
		unit, err := r.Next()
		if err != nil || unit == nil {
			return 0, errors.Join(err, io.EOF)
		}
		lines, err := d.LineReader(unit)
		if err != nil || lines == nil {
			continue
		}
		for e := (dwarf.LineEntry{}); lines.Next(&e) == nil; {
			if strings.HasSuffix(e.File.Name, "trap.sn") && e.Line > 0 && e.Address > 0 && !e.EndSequence {
				return e.Address, nil
			}
		}
	}
}

// TestLivePage runs each command of docs/live.md for a short time. Services run until they
// answer, and other commands run to their end.
func TestLivePage(t *testing.T) {
	needs(t, "unikernel")
	page, err := os.ReadFile("../../docs/live.md")
	require.NoError(t, err)
	t.Setenv("TMPDIR", t.TempDir())
	examples, err := filepath.Abs("../../examples")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```live\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			args := strings.Fields(strings.ReplaceAll(line, "examples/", examples+"/"))
			require.Equal(t, "sinter", args[0])
			ran++
			if args[1] != "run" || strings.Contains(line, "--print-command") {
				code, _, stderr := sinter("", args[1:]...)
				require.Equal(t, 0, code, "%s: %s", line, stderr)
				continue
			}
			args = append(args[3:], args[2])
			if !strings.Contains(line, "--vmm monitor") {
				args = append(args, "--on", "native")
			} else if err := monitor.Available(); err != nil {
				t.Logf("not run: %s%v", line, err)
				continue
			}
			r := startLive(t, args...)
			r.expect(t, `answers after [0-9.]+ ms at udp 127.0.0.1:\d+ \(port \d+ of 10\.\d`)
			r.stop()
			require.Equal(t, 130, r.end(t))
		}
	}
	require.GreaterOrEqual(t, ran, 7)
}
