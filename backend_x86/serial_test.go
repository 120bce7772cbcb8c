package x86_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
)

// serialEcho is a program that sends back the bytes of a serial line, with buffers of 64 bytes.
// A buffer that begins with a tab causes a trap.
func serialEcho() string {
	return strings.NewReplacer("device 0 eth0 eth", "device 0 line uart", "eth0", "line").Replace(echo)
}

// terminal opens a pair of pseudo-terminals. It returns our end and the path of the other end.
func terminal(t *testing.T) (ours *os.File, theirs string) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		testkit.Skip(t, "no pseudo-terminals: "+err.Error())
	}
	t.Cleanup(func() { ours.Close() })
	var unlock, number int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, ours.Fd(), request, uintptr(unsafe.Pointer(arg)))
		require.Zero(t, errno)
	}
	return ours, fmt.Sprintf("/dev/pts/%d", number)
}

// exchange writes bytes and expects the same bytes back, in any pieces.
func exchange(t *testing.T, line io.ReadWriter, data string) {
	t.Helper()
	var came atomic.Int64
	done := make(chan error, 1)
	back := make([]byte, len(data))
	go func() {
		for n := 0; n < len(back); {
			k, err := line.Read(back[n:])
			if err != nil {
				done <- err
				return
			}
			n += k
			came.Store(int64(n))
		}
		done <- nil
	}()
	_, err := io.WriteString(line, data)
	require.NoError(t, err)
	select {
	case err = <-done:
		require.NoError(t, err)
		require.Equal(t, data, string(back))
	case <-time.After(time.Minute):
		require.FailNow(t, fmt.Sprintf("%d of %d bytes came back", came.Load(), len(data)))
	}
}

// all are bytes of every value, except a tab that would be first in a buffer.
func all() string {
	var b strings.Builder
	for i := range 256 {
		b.WriteByte(byte(255 - i))
	}
	return strings.ReplaceAll(b.String(), "\t", "")
}

// TestTerminal checks that a Linux product puts a terminal into raw mode at the given speed, so
// that all bytes pass unchanged. The process ends when the other end of the terminal is closed.
func TestTerminal(t *testing.T) {
	ours, theirs := terminal(t)
	held, err := os.OpenFile(theirs, os.O_RDWR|syscall.O_NOCTTY, 0) // so that the terminal's settings stay
	require.NoError(t, err)
	cmd := launch(t, build(t, parse(t, serialEcho()), x86.Linux), nil, "line=tty:"+theirs+":31250")
	require.Eventually(t, func() bool { return speed(t, held) == 31250 }, time.Minute, 5*time.Millisecond)
	exchange(t, ours, all())
	exchange(t, ours, strings.Repeat("a line that is longer than any buffer of the program\r\n", 40))
	requireFilter(t, cmd.Process.Pid)
	require.NoError(t, held.Close())
	require.NoError(t, ours.Close())
	require.NoError(t, cmd.Wait())
}

// speed asks the kernel for the speed of a terminal (struct termios2).
func speed(t *testing.T, f *os.File) uint32 {
	var termios [44]byte
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), 0x802c542a, uintptr(unsafe.Pointer(&termios)))
	require.Zero(t, errno)
	return uint32(termios[40]) | uint32(termios[41])<<8 | uint32(termios[42])<<16
}

// TestTerminalInterface compares the structure and requests of the layer with the kernel's
// header.
func TestTerminalInterface(t *testing.T) {
	text, err := os.ReadFile("hal/linux_serial.c")
	require.NoError(t, err)
	_, part, ok := strings.Cut(string(text), "#if SN_STREAMS\n")
	require.True(t, ok)
	part, _, ok = strings.Cut(part, "enum { NO_TERMINAL")
	require.True(t, ok)
	part = strings.Replace(part, "struct termios2", "struct ours", 1)
	sameAsKernel(t, []string{"asm/termbits.h", "asm/ioctls.h", "asm/ioctl.h", "fcntl.h"}, part, [][2]string{
		{"TERM_GET", "TCGETS2"},
		{"TERM_SET", "TCSETS2"},
		{"TERM_BITS8", "CS8"},
		{"TERM_READ", "CREAD"},
		{"TERM_LOCAL", "CLOCAL"},
		{"TERM_ANY_SPEED", "BOTHER"},
		{"TERM_LEAST", "VMIN"},
		{"TERM_LEAST - 1", "VTIME"},
		{"NO_DOORKEEPER", "(O_NOCTTY | O_NONBLOCK)"},
		{"sizeof(struct ours)", "sizeof(struct termios2)"},
		{"__builtin_offsetof(struct ours, chars)", "__builtin_offsetof(struct termios2, c_cc)"},
		{"__builtin_offsetof(struct ours, speed_in)", "__builtin_offsetof(struct termios2, c_ispeed)"},
	})
}

// TestWrongTerminal checks that a file that cannot be a serial line is refused with a message.
func TestWrongTerminal(t *testing.T) {
	img := build(t, parse(t, serialEcho()), x86.Linux)
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	_, theirs := terminal(t)
	for arg, want := range map[string]string{
		"line=tty:/dev/null":           "line=tty:/dev/null: cannot open this as a terminal",
		"line=tty:/no/such/thing":      "cannot open this as a terminal",
		"line=tty:" + theirs + ":fast": "does not take this speed",
		"line=tty:" + theirs + ":0":    "does not take this speed",
		"line=tap:tap0":                "usage:",
	} {
		out, err := exec.Command(path, arg).CombinedOutput()
		require.Error(t, err, arg)
		require.Contains(t, string(out), want)
	}
}

// TestSecondUART checks that a PVH guest in QEMU communicates over the UART beside its console.
// The first bytes are sent before the guest runs.
func TestSecondUART(t *testing.T) {
	img := build(t, parse(t, serialEcho()), x86.PVH)
	path := filepath.Join(t.TempDir(), "line")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	defer l.Close()
	questions := filepath.Join(t.TempDir(), "monitor")
	bootLive(t, img, append(process.LineArgs(0, "socket,id=s0,path="+path), "-monitor", "unix:"+questions+",server=on,wait=off")...)
	defer func() {
		if t.Failed() {
			t.Log(guestState(questions))
		}
	}()
	require.NoError(t, l.(*net.UnixListener).SetDeadline(time.Now().Add(time.Minute)))
	line, err := l.Accept()
	require.NoError(t, err)
	defer line.Close()
	exchange(t, line, "hello")
	exchange(t, line, all())
	exchange(t, line, strings.Repeat("more than the sixteen bytes of its queue ", 60))
}

// guestState asks QEMU's monitor for the state of a guest that waits for a byte: the CPU, the
// interrupt controllers, and three registers of the UART (enabled interrupts, pending
// interrupt, line status).
func guestState(path string) string {
	c, err := net.Dial("unix", path)
	if err != nil {
		return "the guest's state is unknown: " + err.Error()
	}
	defer c.Close()
	said := bytes.Buffer{}
	_, err = io.WriteString(c, "info registers\ninfo lapic\ninfo pic\ni /xb 0x2f9\ni /xb 0x2fa\ni /xb 0x2fd\nquit\n")
	if err == nil {
		err = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	}
	if err == nil {
		_, err = io.Copy(&said, c)
	}
	return fmt.Sprintf("%s\n%v", &said, err)
}

// TestMissingUART checks that a guest without its serial line reports this and ends.
func TestMissingUART(t *testing.T) {
	said, err := io.ReadAll(bootLive(t, build(t, parse(t, serialEcho()), x86.PVH)))
	require.NoError(t, err)
	require.Contains(t, string(said), "a serial line of the program is missing")
}
