package cli_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
)

// computer writes the folder that starts an example on a computer. Starting a computer takes
// seconds, so tests that start one belong to full runs.
func computer(t *testing.T, example string, more ...string) string {
	if !testkit.Full() {
		t.Skip("SINTER_FULL=1 starts computers")
	}
	needs(t, "unikernel")
	if _, err := os.Stat(process.Firmware); err != nil {
		testkit.Skip(t, "no "+process.Firmware+" (apt-get install ovmf)")
	}
	dir := filepath.Join(t.TempDir(), "out")
	code, _, stderr := sinter("", append([]string{"build", "../../examples/" + example, "--vmm", "qemu-uefi", "-o", dir}, more...)...)
	require.Equal(t, 0, code, stderr)
	return dir
}

// TestComputerEnds starts a QEMU computer with firmware from the disk. The computer prints the
// same output as a process, and then switches off.
func TestComputerEnds(t *testing.T) {
	dir := computer(t, "hello")
	want := startLive(t, "../../examples/hello", "--on", "native")
	require.Equal(t, 0, want.end(t))
	said, code, err := testkit.Within(2*time.Minute, dir, nil, filepath.Join(dir, "run.sh"))
	require.NoError(t, err)
	require.Equal(t, 0, code, said)
	_, console, _ := strings.Cut(said, "starting Boot")
	_, console, _ = strings.Cut(console, "\r\n")
	require.Equal(t, "hello, world\n", want.out.String())
	require.Equal(t, want.out.String(), console)
}

// TestComputerAnswers has a client on the host that communicates with the program echo over
// three kinds of network cards. The first card has an interrupt line, and the second sends
// interrupt messages. The third is a virtio card whose registers the firmware puts above 4 GiB.
func TestComputerAnswers(t *testing.T) {
	for _, card := range []string{"e1000", "e1000e", "virtio-net-pci"} {
		t.Run(card, func(t *testing.T) {
			dir := computer(t, "echo", "--word", "port=1239", "--net", "host=10.1.2.3/24", "--net", "gateway=10.1.2.1")
			text, err := os.ReadFile(filepath.Join(dir, "run.sh"))
			require.NoError(t, err)
			require.Contains(t, string(text), "e1000,romfile=")
			run := filepath.Join(dir, "card.sh")
			require.NoError(t, os.WriteFile(run, []byte(strings.Replace(string(text), "e1000,", card+",", 1)), 0o755))
			cmd := exec.Command(run)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			require.NoError(t, cmd.Start())
			defer cmd.Wait()                                      //nolint:errcheck // killed on purpose
			defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) //nolint:errcheck // the computer serves for ever
			conn, err := net.Dial("udp4", "127.0.0.1:11239")
			require.NoError(t, err)
			defer conn.Close()
			answered(t, conn)
			for n := 1; n < 1472; n += 117 {
				body := bytes.Repeat([]byte{byte(n)}, n)
				require.Equal(t, body, call(t, conn, body), "%d bytes", n)
			}
			before := ticksOf(t, cmd.Process.Pid)
			time.Sleep(500 * time.Millisecond)
			require.LessOrEqual(t, ticksOf(t, cmd.Process.Pid)-before, 5, "it sleeps while nothing arrives")
		})
	}
}

// answered waits until the service answers. The computer's firmware starts the service.
func answered(t *testing.T, conn net.Conn) {
	buf := make([]byte, 100)
	for until := time.Now().Add(2 * time.Minute); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		conn.Write([]byte("there?")) //nolint:errcheck // the service may not run yet
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Second)))
		if n, err := conn.Read(buf); err == nil && string(buf[:n]) == "there?" {
			break
		}
	}
	for { // late answers to the same question
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(500*time.Millisecond)))
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

// ticksOf is the CPU time of a child in hundredths of a second.
func ticksOf(t *testing.T, pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	user, err := strconv.Atoi(fields[11])
	require.NoError(t, err)
	system, err := strconv.Atoi(fields[12])
	require.NoError(t, err)
	return user + system
}

// TestComputerShows checks that the last message of a stopped program stays on the screen.
// QEMU returns the screen as a picture. The computer's clock and timers agree with the
// host's.
func TestComputerShows(t *testing.T) {
	dir := computer(t, "hello")
	trap := filepath.Join(dir, "trap.sn")
	const text = "use time\ntask main() {\n  var i: u32 = 0\n  for k in 0..3 { select prio { on every(500ms) { log.print(\"{now()}\") } } }\n  while i < 3 max 9 { i = i + 1 }\n  assert i == 4\n}\nsystem trap { run main() }\n"
	require.NoError(t, os.WriteFile(trap, []byte(text), 0o644))
	code, _, stderr := sinter("", "build", trap, "-o", filepath.Join(dir, "hello.raw"))
	require.Equal(t, 0, code, stderr)
	args := process.FirmwareArgs(testkit.Tool(t, "qemu-system-x86_64"), filepath.Join(dir, "hello.raw"), 0)
	cmd := exec.Command(args[0], append(args[1:], "-monitor", "unix:"+filepath.Join(dir, "m")+",server,nowait")...)
	var out said
	cmd.Stdout = &out
	require.NoError(t, cmd.Start())
	defer cmd.Wait()         //nolint:errcheck // killed on purpose
	defer cmd.Process.Kill() //nolint:errcheck // the computer shows its trap for ever
	for range 1200 {
		if strings.Contains(out.String(), "trap in task main: assert at ") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	require.Regexp(t, `\n5\d{5}\n10\d{5}\n15\d{5}\ntrap in task main: assert at \S+trap.sn:6`, out.String())
	monitor, err := net.Dial("unix", filepath.Join(dir, "m"))
	require.NoError(t, err)
	defer monitor.Close()
	picture := filepath.Join(dir, "screen.ppm")
	_, err = monitor.Write([]byte("screendump " + picture + "\n"))
	require.NoError(t, err)
	lit := 0
	for range 100 {
		data, _ := os.ReadFile(picture)
		if lit = bytes.Count(data, []byte{0xe0, 0xe0, 0xe0}); lit > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	require.Greater(t, lit, 4*300, "dots of some sixty characters, each of four pixels")
}
