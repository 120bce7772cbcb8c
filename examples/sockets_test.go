package examples

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// system is a port at the address that programs have by default.
func system(port uint16) world.Host { return world.Host{Address: 0x0a00020f, Port: port} }

// datagram is a frame to the system from a host in its network.
func datagram(from byte, port uint16, body []byte) []byte {
	src := world.Host{Address: 0x0a000200 | uint32(from), Port: 5000 + uint16(from)}
	return world.Datagram(world.MAC(src.Address), world.MAC(system(port).Address), src, system(port), body)
}

// stamped is a frame with its arrival time in us.
type stamped struct {
	at   uint64
	data []byte
}

func capture(t *testing.T, frames []stamped) []byte {
	tr := &trace.Trace{}
	for _, f := range frames {
		tr.Events = append(tr.Events, trace.Event{Kind: trace.Out, Port: "nic", Time: f.at, Data: f.data})
	}
	data, err := world.CaptureOf(tr, "nic", false)
	require.NoError(t, err)
	return data
}

// socketFrames are the frames that arrive in testdata/devices/sockets.sn: twelve datagrams for
// the late task, and ARP requests and echoes between these datagrams.
func socketFrames() []stamped {
	var frames []stamped
	add := func(at uint64, data []byte) { frames = append(frames, stamped{at, data}) }
	question := func(id uint16, name string) []byte {
		q := binary.BigEndian.AppendUint16(nil, id)
		q = binary.BigEndian.AppendUint16(q, uint16(len(name)))
		return append(q, name...)
	}
	add(0, world.ARP(false, world.MAC(0x0a000203), 0x0a000203, nil, system(0).Address))
	for k := range 12 {
		at := uint64(10 * k)
		add(at, datagram(9, 9, []byte{'a' + byte(k)}))
		add(at, datagram(3, 7, []byte(strings.Repeat("echo ", k*20))))
		switch k % 4 {
		case 0:
			add(at+1, datagram(4, 53, question(uint16(k), "gateway")))
		case 1:
			add(at+1, datagram(4, 53, question(uint16(k), "nobody")))
		case 2:
			add(at+1, datagram(4, 53, []byte("not a question")))
		default:
			add(at+1, datagram(5, 1234, []byte("no socket")))
		}
	}
	add(2000, datagram(9, 9, []byte("again")))
	return frames
}

// TestSocketCapture checks that the capture equals socketFrames. SINTER_UPDATE=1 writes the
// capture.
func TestSocketCapture(t *testing.T) {
	testkit.Golden(t, "testdata/devices/sockets.pcap", string(capture(t, socketFrames())))
}

// traceOf runs a program on a level with frames at device nic.
func traceOf(t *testing.T, p *flow.Program, level string, frames []stamped) *trace.Trace {
	path := filepath.Join(t.TempDir(), "in.pcap")
	require.NoError(t, os.WriteFile(path, capture(t, frames), 0o644))
	r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3, World: flow.World{Captures: []string{"nic=" + path}}})
	require.NoError(t, err)
	return r.Trace
}

// A socket reports to its task how many datagrams it has lost, in the upper 16 bits above the
// peer. The losses do not affect the datagrams of other sockets.
func TestLostDatagramsAreCounted(t *testing.T) {
	p, err := flow.Load("testdata/devices/sockets.sn", flow.Options{})
	require.NoError(t, err)
	var lost []uint16
	echoes := 0
	for _, e := range traceOf(t, p, flow.Source, socketFrames()).Events {
		if e.Kind != trace.Recv {
			continue
		}
		switch e.Task {
		case "late":
			lost = append(lost, binary.LittleEndian.Uint16(e.Args[0].Bytes[6:]))
		case "echo":
			require.Zero(t, binary.LittleEndian.Uint16(e.Args[0].Bytes[6:]))
			echoes++
		}
	}
	require.Equal(t, []uint16{0, 0, 0, 0, 0, 0, 0, 0, 4}, lost)
	require.Equal(t, 12, echoes)
	said := ""
	for _, e := range traceOf(t, p, flow.IR, socketFrames()).Events {
		if e.Kind == trace.Log {
			said = e.Text
		}
	}
	require.Equal(t, "9 again, 4 lost", said)
}

// Every machine drops the frames that the deployed image drops: frames with a wrong checksum,
// and frames for another MAC address or IP address.
func TestWrongFramesAreDropped(t *testing.T) {
	good := datagram(3, 7, []byte("good"))
	for _, c := range []struct {
		name string
		at   int
	}{{"checksum of UDP", 40}, {"checksum of IPv4", 24}, {"address", 33}, {"station", 5}, {"payload", 43}, {"port", 37}} {
		t.Run(c.name, func(t *testing.T) {
			bad := bytes.Clone(good)
			bad[c.at] ^= 0x10
			p, err := flow.Load("echo", flow.Options{})
			require.NoError(t, err)
			for _, level := range []string{flow.Source, flow.IR, flow.ISA, flow.Native} {
				if level == flow.Native {
					testkit.Tool(t, "clang-19", "clang")
				}
				sent := 0
				for _, e := range traceOf(t, p, level, []stamped{{0, bad}, {1, good}, {2, bad}}).Events {
					if e.Kind == trace.Out {
						require.Equal(t, uint64(1), e.Time, level)
						sent++
					}
				}
				require.Equal(t, 1, sent, level)
			}
		})
	}
}

// hostile makes frames: changed copies of real frames, frames of every length, and noise.
func hostile(n int) []stamped {
	r := rand.New(rand.NewPCG(1, 2))
	host := system(7).Address
	var good [][]byte
	for from := range byte(12) {
		mac := world.MAC(0x0a000200 | uint32(from))
		good = append(good, datagram(from, 7, payload(int(from)*123)), datagram(from, 9, nil),
			world.ARP(from%2 == 0, mac, 0x0a000200|uint32(from), world.MAC(host), host),
			world.Echo(from%3 == 0, mac, world.MAC(host), 0x0a000200|uint32(from), host))
	}
	frames := make([]stamped, n)
	for k := range frames {
		f := bytes.Clone(good[r.IntN(len(good))])
		switch r.IntN(8) {
		case 0:
			f = make([]byte, 1+k%1518)
			for i := range f {
				f[i] = byte(r.Uint32())
			}
			if len(f) > 14 && r.IntN(2) == 0 { // noise that reaches the stack
				copy(f, good[0][:14])
			}
		case 1:
			f = f[:1+r.IntN(len(f))]
		case 2:
			f = append(f, payload(r.IntN(40))...)
		case 3: // complete and correct
		default:
			for range 1 + r.IntN(4) {
				f[r.IntN(len(f))] ^= byte(r.Uint32())
			}
		}
		frames[k] = stamped{uint64(k / 3), f}
	}
	return frames
}

// TestHostileFrames checks that the interpreter and the process treat broken frames alike and
// continue. There are 100,000 frames with SINTER_FULL=1 and a million in a campaign.
func TestHostileFrames(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	n := 3000
	switch {
	case os.Getenv("SINTER_CAMPAIGN") != "":
		n = 1_000_000
	case testkit.Full():
		n = 100_000
	}
	p, err := flow.Load("echo", flow.Options{})
	require.NoError(t, err)
	frames := hostile(n)
	want := traceOf(t, p, flow.IR, frames)
	got := traceOf(t, p, flow.Native, frames)
	require.Empty(t, trace.Compare(want, got, trace.Options{Console: true}))
	answers := 0
	for _, e := range want.Events {
		if e.Kind == trace.Out {
			answers++
		}
	}
	require.Greater(t, answers, n/20)
}

// TestHostileFramesIntoTheGuest sends broken frames to a booted image, as fast as QEMU
// delivers them. Afterwards the image answers a correct frame within a second.
func TestHostileFramesIntoTheGuest(t *testing.T) {
	qemu := testkit.Tool(t, "qemu-system-x86_64")
	n := 2000
	if testkit.Full() {
		n = 100_000
	}
	kernel := product(t, "echo", x86.PVH)
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	defer ours.Close()
	args := append(process.QEMUArgs(process.Options{QEMU: qemu}, kernel, ""), process.Microvm.Card(0, "dgram,local.type=fd,local.str=3")...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.ExtraFiles, cmd.Stderr = []*os.File{theirs}, os.Stderr
	require.NoError(t, cmd.Start())
	theirs.Close()
	defer func() {
		cmd.Process.Kill() //nolint:errcheck // the process may have ended
		cmd.Wait()         //nolint:errcheck // killed on purpose
	}()
	// The guest has the MAC address of its card.
	guest := []byte{0x52, 0x54, 0, 0, 0, 0}
	right := datagram(3, 7, []byte("the right one"))
	copy(right, guest)
	answered := make(chan bool, n+100)
	go func() {
		buf := make([]byte, 2000)
		for {
			k, err := ours.Read(buf)
			if err != nil {
				return
			}
			if bytes.HasSuffix(buf[:k], []byte("the right one")) {
				answered <- true
			}
		}
	}()
	ask := func(limit time.Duration) bool {
		for end := time.Now().Add(limit); time.Now().Before(end); {
			if _, err := ours.Write(right); err != nil {
				return false
			}
			select {
			case <-answered:
				return true
			case <-time.After(50 * time.Millisecond):
			}
		}
		return false
	}
	require.True(t, ask(20*time.Second), "the guest does not start")
	for k, f := range hostile(n) {
		if !bytes.Equal(f.data[:min(6, len(f.data))], []byte{255, 255, 255, 255, 255, 255}[:min(6, len(f.data))]) && k%8 != 0 {
			copy(f.data, guest)
		}
		_, err := ours.Write(f.data)
		require.NoError(t, err)
	}
	time.Sleep(50 * time.Millisecond)
	for len(answered) > 0 {
		<-answered
	}
	require.True(t, ask(time.Second), "no answer within a second of broken frames")
}

// TestUserPrograms runs programs that users wrote. Models of these programs in another language
// give the expected frames.
func TestUserPrograms(t *testing.T) {
	levels := []string{flow.Source, flow.IR, flow.ISA, flow.Native}
	for _, name := range []string{"lease", "modbus", "ntp"} {
		dir := filepath.Join("testdata", "programs", name)
		p, err := flow.Load(filepath.Join(dir, "prog.sn"), flow.Options{})
		require.NoError(t, err)
		read := func(file string) string {
			text, err := os.ReadFile(filepath.Join(dir, file))
			require.NoError(t, err)
			return string(text)
		}
		for _, level := range levels {
			t.Run(name+" "+level, func(t *testing.T) {
				if level == flow.Native {
					testkit.Tool(t, "clang-19", "clang")
				}
				r, err := p.Run(context.Background(), flow.RunOptions{Level: level, World: flow.World{Captures: []string{"nic=" + filepath.Join(dir, "in.pcap")}}})
				require.NoError(t, err)
				var logs, sent strings.Builder
				for _, e := range r.Trace.Events {
					switch e.Kind {
					case trace.Log:
						fmt.Fprintln(&logs, e.Text)
					case trace.Out:
						fmt.Fprintln(&sent, e.Time, hex.EncodeToString(e.Data))
					}
				}
				require.Equal(t, strings.TrimSpace(read("expected.log")), strings.TrimSpace(logs.String()))
				require.Equal(t, strings.TrimSpace(read("expected.nic.hex")), strings.TrimSpace(sent.String()))
			})
		}
	}
}
