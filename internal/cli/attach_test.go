package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// boardLine opens a pair of pseudo-terminals. It returns the board's end and the path of our
// end.
func boardLine(t *testing.T) (board *os.File, path string) {
	t.Helper()
	board, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		testkit.Skip(t, "no pseudo-terminals: "+err.Error())
	}
	t.Cleanup(func() { board.Close() })
	var unlock, number int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, board.Fd(), request, uintptr(unsafe.Pointer(arg)))
		require.Zero(t, errno)
	}
	path = fmt.Sprintf("/dev/pts/%d", number)
	held, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0) // with our end open, reads at the board's end wait
	require.NoError(t, err)
	t.Cleanup(func() { held.Close() })
	return board, path
}

// TestAttachCaptures sends the frames of a capture to a board, which returns each frame
// reversed. The board's output becomes a capture again. All bytes arrive unchanged, even
// bytes that are special in SLIP.
func TestAttachCaptures(t *testing.T) {
	board, line := boardLine(t)
	dir := t.TempDir()
	sent := &trace.Trace{}
	var want [][]byte
	for i := range 40 {
		f := make([]byte, 14+i*20)
		back := make([]byte, len(f))
		for k := range f {
			f[k] = byte(k*7 + i*0x31)
			back[len(f)-1-k] = f[k]
		}
		sent.Events = append(sent.Events, trace.Event{Kind: trace.Out, Port: "d", Time: uint64(i), Data: f})
		want = append(want, back)
	}
	data, err := world.CaptureOf(sent, "d", false)
	require.NoError(t, err)
	in, out := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "out.pcap")
	require.NoError(t, os.WriteFile(in, data, 0o644))
	go func() { // the board
		var r periph.SlipReader
		buf := make([]byte, 512)
		for {
			n, err := board.Read(buf)
			if err != nil {
				return
			}
			for _, c := range buf[:n] {
				if f, whole := r.Next(c); whole {
					turned := make([]byte, len(f))
					for k := range f {
						turned[len(f)-1-k] = f[k]
					}
					board.Write(periph.SlipFrame(turned)) //nolint:errcheck // the test checks the received frames
				}
			}
		}
	}()
	code, _, said := sinter(dir, "attach", line, "--pcap-in", in, "--pcap-out", out, "--frames", "40", "--for", "60s")
	require.Zero(t, code, said)
	require.Equal(t, "40 frames to the board, 40 frames from it\n", said)
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	script, err := world.FromCaptures([]string{"d"}, []world.Capture{{Name: out, Data: text}})
	require.NoError(t, err)
	require.Len(t, script.Inputs, len(want))
	for i, w := range want {
		require.Equal(t, w, script.Inputs[i].Data)
	}
}

// TestAttachErrors checks that each mistake gives one sentence.
func TestAttachErrors(t *testing.T) {
	_, line := boardLine(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"attach joins the line with --tap NAME, or with --pcap-in FILE and --pcap-out FILE", []string{line}},
		{"attach takes --tap or captures, not both", []string{line, "--tap", "tap0", "--pcap-in", "x"}},
		{"cannot open the line /no/such: no such file or directory", []string{"/no/such", "--pcap-out", "x"}},
		{"/dev/null is not a terminal", []string{"/dev/null", "--pcap-out", "x"}},
		{"a serial line has 1 to 100000000 baud, not 0", []string{line, "--baud", "0", "--pcap-out", "x"}},
		{"there is no interface nosuch0", []string{line, "--tap", "nosuch0"}},
		{"gone.pcap: no such file or directory", []string{line, "--pcap-in", "gone.pcap"}},
	} {
		code, _, said := sinter(t.TempDir(), append([]string{"attach"}, c.args...)...)
		require.Equal(t, 1, code, said)
		require.Contains(t, said, c.want)
	}
}
