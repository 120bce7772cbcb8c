package riscv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// lowered makes the program IR of a source text.
func lowered(t *testing.T, name, src string) *ir.Module {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: name, Text: src})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	m, err := lower.Lower(p)
	require.NoError(t, err)
	return m
}

// straight is a program of n statements of u64 in a row, in a loop over frames.
func straight(n int) string {
	var sb strings.Builder
	sb.WriteString("use net\ntask t(d: net.Eth) {\n  state a: u64 = 1\n  state b: u64 = 2\n  var m: bytes<64>\n  loop {\n    d.recv(m)\n    var x = a\n    var y = b + u64(m.len)\n")
	for k := range n {
		c := uint64(k)*2654435761 + 12345
		switch k % 4 {
		case 0:
			fmt.Fprintf(&sb, "    x = x * %d + y\n", c|1)
		case 1:
			fmt.Fprintf(&sb, "    y = y ^ (x >> %d)\n", k%63+1)
		case 2:
			fmt.Fprintf(&sb, "    x = x + (y << %d)\n", k%61+1)
		case 3:
			fmt.Fprintf(&sb, "    y = y - x ^ %d\n", c)
		}
	}
	sb.WriteString("    a = x\n    b = y\n    log.print(\"{x} {y}\")\n  }\n}\nsystem s {\n  nic = net.eth(0)\n  run t(nic)\n}\n")
	return sb.String()
}

// large lists large programs for which an earlier version of the back end failed. Each row also
// has the frames that the program receives.
func large(t *testing.T) map[string]string {
	t.Helper()
	n := 2000
	if testkit.Full() {
		n = 8000
	}
	out := map[string]string{"straight": straight(n)}
	for _, name := range []string{"scal400", "tk180"} {
		src, err := os.ReadFile(filepath.Join("testdata", "large", name+".sn"))
		require.NoError(t, err)
		out[name] = string(src)
	}
	return out
}

// someFrames sends n frames whose first bytes differ.
func someFrames(n int) *world.Script {
	s := &world.Script{Devices: []string{"nic"}}
	for k := range n {
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(k), Data: []byte{byte(k * 51), byte(k), 3}})
	}
	return s
}

// cpuTime is the CPU time of this process so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak runs f and returns the largest heap in use during the run.
func peak(f func()) uint64 {
	done, most := make(chan bool), make(chan uint64)
	go func() {
		top := uint64(0)
		for {
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			top = max(top, s.HeapInuse)
			select {
			case <-done:
				most <- top
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	return <-most
}

// TestLargePrograms checks that the back end works for very large functions. The build of each
// program takes at most 10 s of CPU time and 512 MB. The program behaves the same on the
// machines `isa` and `ir`.
func TestLargePrograms(t *testing.T) {
	target := design.NewTarget("t", isa.RV32IM(), 32)
	for name, src := range large(t) {
		t.Run(name, func(t *testing.T) {
			var im *image.Image
			var err error
			want := lowered(t, name+".sn", src)
			before := cpuTime(t)
			memory := peak(func() {
				m := lowered(t, name+".sn", src)
				require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
				im, err = riscv.Compile(m, target)
			})
			require.NoError(t, err)
			used := cpuTime(t) - before
			t.Logf("%.1f s, %d MB, %d words of text, %d bytes of data", used.Seconds(), memory>>20, len(im.Text), im.DataEnd)
			require.Less(t, used, 10*time.Second)
			require.Less(t, memory, uint64(512<<20))
			sameTrace(t, want, im, someFrames(5))
		})
	}
}

// sameTrace runs a module and its image in the same world and compares the traces.
func sameTrace(t *testing.T, m *ir.Module, im *image.Image, s *world.Script) {
	t.Helper()
	ref, err := program.New(m, world.New(s))
	require.NoError(t, err)
	want, err := sim.Run(ref, 1000000)
	require.NoError(t, err)
	mc, err := iss.New(im, world.New(s))
	require.NoError(t, err)
	got, err := sim.Run(mc, 1000000)
	require.NoError(t, err)
	require.NotEmpty(t, want.Events)
	require.Equal(t, logsOf(want), logsOf(got))
}

func logsOf(tr *trace.Trace) []string {
	var out []string
	for _, e := range tr.Events {
		if e.Kind == trace.Log {
			out = append(out, e.Text)
		}
	}
	return out
}

// TestTooMuchData checks the error for a program with too much data. The error names the
// largest objects with their source positions, and not the last object.
func TestTooMuchData(t *testing.T) {
	src := "task t() {\n  state a: [200000]u32\n  state b: [70000]u32\n  state c: [90000]u16\n  var i: u32 = 0\n  while i < 300 max 300 {\n    a[i] = 1\n    b[i] = 2\n    c[i] = 3\n    i = i + 1\n  }\n" +
		"  log.print(\"{a[1]} {b[1]} {c[1]}\")\n}\nsystem s { run t() }\n"
	m := lowered(t, "big.sn", src)
	target := design.NewTarget("t", isa.RV32IM(), 32)
	require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
	_, err := riscv.Compile(m, target)
	var said []string
	for _, e := range diag.AsList(err) {
		said = append(said, e.Error())
		for _, n := range e.Notes {
			line, col := n.Span.Position()
			said = append(said, fmt.Sprintf("%d:%d %s", line, col, n.Text))
		}
	}
	require.Equal(t, []string{
		"big.sn:2:9: error: the data of a core is at most 1048576 bytes, this program has 1260000; state.t.a takes 800000",
		"3:9 state.t.b takes 280000", "4:9 state.t.c takes 180000",
	}, said)
}
