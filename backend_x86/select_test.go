package x86_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// compile makes the module for x86-64 from a program.
func compile(t *testing.T, name, text string) *ir.Module {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: name, Text: text})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	m, err := lower.Lower(p)
	require.NoError(t, err)
	require.NoError(t, pass.Run(m, pass.List(), pass.Options{}))
	return m
}

// TestSelectUnderJitter runs the programs with select and timers as Linux processes under a few
// scripts. Another test runs the same programs on the machine `ir` under many scripts.
func TestSelectUnderJitter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prio.sn", "fair.sn", "ends.sn"} {
		text, err := os.ReadFile(filepath.Join("../lang/lower/testdata/choice", name))
		require.NoError(t, err)
		m := compile(t, name, string(text))
		img := build(t, m, x86.Linux)
		var devices []string
		for _, d := range m.Devices {
			devices = append(devices, d.Name)
		}
		for seed := range uint64(8) {
			s := world.Jitter(devices, seed)
			ref, err := program.New(m, world.New(s))
			require.NoError(t, err)
			want, err := sim.Run(ref, 1<<16)
			require.NoError(t, err)
			mc, err := process.NewNative(context.Background(), guest(m, img), world.New(s), process.Options{})
			require.NoError(t, err)
			got, err := sim.Run(mc, 1e6)
			mc.Close()
			require.NoError(t, err)
			require.Empty(t, trace.Compare(want, got, trace.Options{Console: true}), "%s seed %d", name, seed)
		}
	}
}

// TestSelectInUnikernel runs one of these programs in QEMU.
func TestSelectInUnikernel(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../lang/lower/testdata/choice/prio.sn")
	require.NoError(t, err)
	m := compile(t, "prio.sn", string(text))
	s := world.Jitter([]string{"eth0", "eth1"}, 4)
	ref, err := program.New(m, world.New(s))
	require.NoError(t, err)
	want, err := sim.Run(ref, 1<<16)
	require.NoError(t, err)
	got := run(t, m, x86.PVH, world.New(s))
	require.Empty(t, trace.Compare(want, got, trace.Options{Console: true}))
}

const ticking = `
task tick() {
  for k in 0..3 {
    select prio { on every(20ms) { log.print("tick {k}") } }
  }
  select prio { on after(15ms) { log.print("late {now() >= time.start + 75ms}") } }
}
system ticking { run tick() }
`

// TestLiveTimers runs a program with timers against the clock of the machine.
func TestLiveTimers(t *testing.T) {
	t.Parallel()
	m := compile(t, "ticking.sn", ticking)
	for _, p := range products() {
		began := time.Now()
		out, code := live(t, build(t, m, p))
		require.Equal(t, "tick 0\ntick 1\ntick 2\nlate true\n", out, "%s", p)
		require.Equal(t, 0, code, "%s", p)
		require.GreaterOrEqual(t, time.Since(began), 75*time.Millisecond)
	}
}
