package x86_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
)

// pair is a socket that keeps frame boundaries, with a time-out on our end.
func pair(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	require.NoError(t, syscall.SetsockoptTimeval(fds[0], syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 10}))
	ours, theirs = os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	t.Cleanup(func() { ours.Close() })
	return ours, theirs
}

// launch starts a Linux product with a socket as its device. The end of the test kills it.
func launch(t *testing.T, img *x86.Image, files []*os.File, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	cmd := exec.Command(path, args...)
	cmd.ExtraFiles = files
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() })
	for _, f := range files {
		f.Close()
	}
	return cmd
}

func receive(t *testing.T, f *os.File) string {
	t.Helper()
	buf := make([]byte, 2000)
	n, err := syscall.Read(int(f.Fd()), buf)
	require.NoError(t, err)
	return string(buf[:n])
}

// TestInheritedSocket echoes frames over an inherited descriptor. The program ends when the
// test closes its end of the socket.
func TestInheritedSocket(t *testing.T) {
	ours, theirs := pair(t)
	cmd := launch(t, build(t, parse(t, echo), x86.Linux), []*os.File{theirs}, "eth0=fd:3")
	for _, frame := range []string{"one", strings.Repeat("x", 64)} {
		_, err := ours.Write([]byte(frame))
		require.NoError(t, err)
		require.Equal(t, frame, receive(t, ours))
	}
	_, err := ours.Write(make([]byte, 65)) // longer than the buffer: dropped
	require.NoError(t, err)
	_, err = ours.Write([]byte("three"))
	require.NoError(t, err)
	require.Equal(t, "three", receive(t, ours))
	requireFilter(t, cmd.Process.Pid)
	ours.Close()
	require.NoError(t, cmd.Wait())
}

// requireFilter checks that the kernel holds a filter for the process.
func requireFilter(t *testing.T, pid int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	require.Regexp(t, `(?m)^Seccomp:\s2$`, string(status))
	require.Regexp(t, `(?m)^NoNewPrivs:\s1$`, string(status))
}

const merge2 = `module two
device 0 eth0 eth task 0 rx tx
device 1 eth1 eth task 0 rx
task 0 pump @main
main @main

func @main(v1: tok) -> (tok) {
  local %buf 68 align 4
b0(v1):
  v2: tok %buf = local %buf
  jump b1(v1, v2)
b1(v3: tok, v4: tok %buf):
  v5: i32 = const 3
  v6: i32, v7: tok = wait v5, v3
  v8: i1 = slice v6, 0
  br v8, b2(v7, v4), b3(v7, v4)
b2(v9: tok, v10: tok %buf):
  v11: i1, v12: tok, v13: tok %buf = take eth0 %buf, v9, v10, 64
  v14: tok = send eth0 %buf, v12, v13
  jump b1(v14, v13)
b3(v15: tok, v16: tok %buf):
  v17: i1, v18: tok, v19: tok %buf = take eth1 %buf, v15, v16, 64
  v20: tok = send eth0 %buf, v18, v19
  jump b1(v20, v19)
}
`

// TestOneDeviceCloses checks that the other device continues.
func TestOneDeviceCloses(t *testing.T) {
	a, theirA := pair(t)
	b, theirB := pair(t)
	cmd := launch(t, build(t, parse(t, merge2), x86.Linux), []*os.File{theirA, theirB}, "eth0=fd:3", "eth1=fd:4")
	_, err := b.Write([]byte("last"))
	require.NoError(t, err)
	require.Equal(t, "last", receive(t, a))
	b.Close()
	_, err = a.Write([]byte("on"))
	require.NoError(t, err)
	require.Equal(t, "on", receive(t, a))
	a.Close()
	require.NoError(t, cmd.Wait())
}

// TestForbiddenCallKills checks that the filter allows only the system calls that the program
// and its mode need.
func TestForbiddenCallKills(t *testing.T) {
	call := func(n int) string { return callOn(n, map[bool]int{true: 1}[n == 228]) }
	const read, clock, getpid, exit = 0, 228, 39, 231
	for _, c := range []struct {
		name, text string
		number     int
		killed     bool
		args       []string
	}{
		{"getpid", hello, getpid, true, nil},
		{"getpid in a script", hello, getpid, true, []string{"--script"}},
		{"the clock is not used", hello, clock, true, nil},
		{"no device, so nothing to read", hello, read, true, nil},
		{"a script is read", hello, read, false, []string{"--script"}},
		{"the clock is used", strings.Replace(hello, "v2: i32 = const 42", "v2: i64, v9: tok = now v1", 1), clock, false, nil},
		{"the end", hello, exit, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if strings.Contains(text, "v9: tok") {
				text = strings.NewReplacer("log v2, v1", "log v2, v9", "u:32", "u:64").Replace(text)
			}
			img := buildWith(t, parse(t, text), x86.Linux, x86.Options{Plant: call(c.number)})
			path := filepath.Join(t.TempDir(), "prog")
			require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
			cmd := exec.Command(path, c.args...)
			err := cmd.Run()
			if c.killed {
				require.EqualError(t, err, "signal: bad system call")
				return
			}
			require.NotEqual(t, -1, cmd.ProcessState.ExitCode(), "%v", err)
		})
	}
}

// callOn is C code that makes a system call with a first argument.
func callOn(n, first int) string {
	return fmt.Sprintf(`{ u64 r; __asm__ volatile("syscall" : "=a"(r) : "a"(%d), "D"(%d), "S"(0), "d"(0) : "rcx", "r11", "memory"); }`, n, first)
}

// callOfEnvironment is C code that makes a system call. The environment gives the call's number
// and first argument. Then the code ends the process.
const callOfEnvironment = `{
  const char *e = ((char **)(sp + 1))[sp[0] + 1];
  long n = 0, first = 0;
  for (; *e != ' '; e++) n = n * 10 + *e - '0';
  for (e++; *e; e++) first = first * 10 + *e - '0';
  sys(n, first, 0, 0, 0);
  hal_exit(0);
}`

// TestArgumentsOfCalls checks that the filter restricts the descriptors and the clock of a
// call.
func TestArgumentsOfCalls(t *testing.T) {
	const read, write, pread, clock = 0, 1, 17, 228
	timed := strings.NewReplacer("v2: i32 = const 42", "v2: i64, v9: tok = now v1", "log v2, v1", "log v2, v9", "u:32", "u:64").Replace(hello)
	device, script := []string{"eth0=fd:5"}, []string{"--script"}
	for _, program := range []struct {
		text  string
		calls []forbidden
	}{
		{echo, []forbidden{
			{"a frame is read", read, 3, false, device},
			{"standard input is read", read, 0, true, device},
			{"what was inherited is read", read, 5, true, device},
			{"a frame is written", write, 3, false, device},
			{"standard input is written", write, 0, true, device},
			{"what is not there is written", write, 6, true, device},
			{"a script reads a device", read, 3, true, script},
			{"no disk is read", pread, 3, true, device},
		}},
		{timed, []forbidden{
			{"an error is written without devices", write, 2, true, nil},
			{"the clock of the wall", clock, 0, true, nil},
			{"the clock", clock, 1, false, nil},
		}},
	} {
		path := filepath.Join(t.TempDir(), "prog")
		require.NoError(t, os.WriteFile(path, buildWith(t, parse(t, program.text), x86.Linux, x86.Options{Plant: callOfEnvironment}).Stripped, 0o755))
		for _, c := range program.calls {
			t.Run(c.name, func(t *testing.T) { c.try(t, path) })
		}
	}
}

// forbidden is a system call, and whether it kills the process.
type forbidden struct {
	name          string
	number, first int
	killed        bool
	args          []string
}

func (c forbidden) try(t *testing.T, path string) {
	_, theirs := pair(t)
	defer theirs.Close()
	require.NoError(t, syscall.SetNonblock(int(theirs.Fd()), true))
	cmd := exec.Command(path, c.args...)
	cmd.ExtraFiles, cmd.Env = []*os.File{theirs, theirs, theirs}, []string{fmt.Sprintf("%d %d", c.number, c.first)}
	err := cmd.Run()
	if c.killed {
		require.EqualError(t, err, "signal: bad system call")
		return
	}
	require.NoError(t, err)
}

// TestLongPieceOfAHarness checks a harness that announces more bytes than the program's buffer
// holds. The process ends before it reads any of these bytes.
func TestLongPieceOfAHarness(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, build(t, parse(t, serialEcho()), x86.Linux).Stripped, 0o755))
	for length, want := range map[uint32]int{64: 3, 65: 2, 1<<32 - 1: 2} {
		cmd := exec.Command(path, "--script")
		answers := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, length) // first the ready devices: only device 0, a serial line; then the number of its bytes
		cmd.Stdin = bytes.NewReader(append(answers, make([]byte, 8192)...))
		out, err := cmd.Output()
		if want == 2 {
			require.EqualError(t, err, "exit status 7")
			require.Len(t, out, 32, "two requests: for what is ready, and for the bytes")
		}
		require.GreaterOrEqual(t, len(out), 16*want)
		require.Equal(t, "T", string(out[16:17]))
	}
}

// TestWrongBatches checks a harness that sends wrong frames in advance: frames that are cut,
// or that belong to a device that does not exist. The process ends before it takes such a
// frame.
func TestWrongBatches(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, build(t, parse(t, echo), x86.Linux).Stripped, 0o755))
	words := func(list ...uint32) (out []byte) {
		for _, w := range list {
			out = binary.LittleEndian.AppendUint32(out, w)
		}
		return out
	}
	// The head of a batch: the devices that are ready, the number of bytes that have arrived,
	// the number of all bytes, and the clock. After the head comes a frame: time, device,
	// length, bytes.
	for name, answer := range map[string][]byte{
		"right":                words(1, 24, 24, 0, 0 /**/, 0, 0, 0, 8, 1, 2),
		"longer than the rest": words(1, 24, 24, 0, 0 /**/, 0, 0, 0, 9, 1, 2),
		"longer than any":      words(1, 24, 24, 0, 0 /**/, 0, 0, 0, 1<<32-1, 1, 2),
		"of another device":    words(1, 24, 24, 0, 0 /**/, 0, 0, 1, 8, 1, 2),
		"a head that is cut":   words(1, 24, 32, 0, 0 /**/, 0, 0, 0, 8, 1, 2, 0, 0),
		"half a frame is here": words(1, 16, 24, 0, 0 /**/, 0, 0, 0, 8, 1, 2),
		"more is here than is": words(1, 32, 24, 0, 0 /**/, 0, 0, 0, 8, 1, 2),
		"more than has room":   words(1, 0, 1<<18+8, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(path, "--script")
			cmd.Stdin = bytes.NewReader(append(answer, make([]byte, 1<<19)...))
			out, err := cmd.Output()
			require.Equal(t, "B", string(out[:1]))
			if name == "right" { // zeros follow it
				require.Contains(t, string(out), "S")
				return
			}
			require.EqualError(t, err, "exit status 7")
			require.Len(t, out, 16, "one request: for what is ready")
		})
	}
}

// TestLayouts checks that a seed moves a process and a guest of the monitor to other addresses,
// and that process and guest behave the same at the other addresses.
func TestLayouts(t *testing.T) {
	entry := func(img *x86.Image) uint64 {
		f, err := elf.NewFile(bytes.NewReader(img.Stripped))
		require.NoError(t, err)
		return f.Entry
	}
	one := buildWith(t, parse(t, hello), x86.Linux, x86.Options{Layout: 1})
	two := buildWith(t, parse(t, hello), x86.Linux, x86.Options{Layout: 2})
	require.Greater(t, max(entry(one), entry(two))-min(entry(one), entry(two)), uint64(1<<20))
	for _, img := range []*x86.Image{one, two} {
		out, code := live(t, img)
		require.Equal(t, "hello 42\n", out)
		require.Equal(t, 0, code)
	}
	guest := buildWith(t, parse(t, hello), x86.HVT, x86.Options{Layout: 1})
	require.Equal(t, entry(one)>>21, entry(guest)>>21)
	testkit.SkipWithout(t, monitor.Available())
	im, err := monitor.Load(guest.ELF)
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = monitor.Run(t.Context(), im, monitor.Config{Console: &out})
	require.NoError(t, err)
	require.Equal(t, "hello 42\n", out.String())
}

// TestTAP echoes a frame over a TAP interface in a separate network.
func TestTAP(t *testing.T) {
	if os.Getuid() != 0 {
		testkit.Skip(t, "making a TAP interface needs root")
	}
	if _, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0); err != nil {
		testkit.Skip(t, "no TAP interfaces: "+err.Error())
	}
	img := build(t, parse(t, echo), x86.Linux)
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	testkit.Tool(t, "ip")
	cmd := exec.Command("sh", "-c", "ip tuntap add sn0 mode tap && exec \"$0\" eth0=tap:sn0", path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	requireInterface(t, cmd.Process.Pid, "sn0")
	frame := append([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5"), bytes.Repeat([]byte{7}, 46)...)
	answer := make(chan error)
	go func() { answer <- overTAP(cmd.Process.Pid, "sn0", frame) }()
	require.NoError(t, <-answer)
	requireFilter(t, cmd.Process.Pid)
}

// requireInterface waits until a process sees a network interface.
func requireInterface(t *testing.T, pid int, name string) {
	t.Helper()
	pattern := regexp.MustCompile(`(?m)^\s*` + name + `:`)
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", pid))
		return err == nil && pattern.Match(text)
	}, time.Minute, 10*time.Millisecond)
}

// overTAP enters the network of a process, sends a frame through an interface and waits until
// the frame comes back. The calling thread is not reused, because it stays in that network.
func overTAP(pid int, name string, frame []byte) error {
	runtime.LockOSThread()
	ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return err
	}
	defer ns.Close()
	if _, _, e := syscall.RawSyscall(sysSetns, ns.Fd(), syscall.CLONE_NEWNET, 0); e != 0 {
		return fmt.Errorf("setns: %w", e)
	}
	const all = 0x0300 // ETH_P_ALL in network order
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, all)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer syscall.Close(fd)
	if err := up(fd, name); err != nil {
		return fmt.Errorf("interface up: %w", err)
	}
	device, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all, Ifindex: device.Index}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 5}); err != nil {
		return err
	}
	if _, err := syscall.Write(fd, frame); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for buf := make([]byte, 2000); ; {
		n, from, err := syscall.Recvfrom(fd, buf, 0)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		link, ok := from.(*syscall.SockaddrLinklayer)
		if ok && link.Pkttype != syscall.PACKET_OUTGOING && bytes.Equal(buf[:n], frame) {
			return nil
		}
	}
}

const sysSetns = 308

// up activates an interface.
func up(fd int, name string) error {
	var req struct {
		name  [16]byte
		flags uint16
		pad   [22]byte
	}
	copy(req.name[:15], name)
	req.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	_, _, e := syscall.RawSyscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req)))
	if e != 0 {
		return e
	}
	return nil
}
