package examples

import (
	"context"
	"math/rand"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// restarted lists the examples for a plain run: one without data, one whose data starts at
// zero, and one whose data starts at other values.
var restarted = []string{"blinky", "buttons", "crc32t"}

// TestRestart checks that a reset at any cycle starts the program again on the core of a board.
// The test puts the memory contents at that cycle into a machine with reset registers. The trace
// of this machine must equal the trace of a fresh run. This must also hold for random memory
// contents.
func TestRestart(t *testing.T) {
	dirs, steps := restarted, uint64(20_000)
	if testkit.Full() {
		all, err := filepath.Glob("*/*.sn")
		require.NoError(t, err)
		dirs, steps = nil, 50_000
		for _, file := range all {
			dirs = append(dirs, filepath.Dir(file))
		}
		dirs = slices.Compact(dirs)
	}
	for _, dir := range dirs {
		t.Run(dir, func(t *testing.T) { restart(t, dir, steps) })
	}
}

func restart(t *testing.T, dir string, steps uint64) {
	ctx := context.Background()
	e := read(t, dir)
	p, err := flow.Load(dir, flow.Options{})
	require.NoError(t, err)
	r := rand.New(rand.NewSource(int64(len(dir))))
	for _, kind := range append(flow.Cores(), flow.Serial1) {
		c, err := p.Core(ctx, kind)
		require.NoError(t, err)
		made, err := top.Restart(c.Circuit)
		require.NoError(t, err)
		ports, err := p.PortsOf(ctx)
		require.NoError(t, err)
		begin := func() *cycle.Machine {
			script, err := p.Script(e.world())
			require.NoError(t, err)
			m, err := cycle.NewMachine(made, ports, world.New(script), cycle.Options{})
			require.NoError(t, err)
			return m
		}
		run := func(m *cycle.Machine, n uint64) string {
			tr, err := sim.Run(m, n)
			require.NoError(t, err)
			return trace.Print(tr)
		}
		fresh := begin()
		want := run(fresh, steps)
		for range 2 {
			before := begin()
			run(before, 1+uint64(r.Int63n(int64(min(steps, fresh.Cycles())))))
			again := begin()
			for i := range made.Mems {
				copy(again.Inside().Memory(i), before.Inside().Memory(i))
			}
			require.Equal(t, want, run(again, steps), "%s, after a run of %d cycles", kind, before.Cycles())
		}
		random := begin()
		for i := range made.Mems {
			if isState(&made.Mems[i]) {
				for k, words := 32/made.Mems[i].Width, random.Inside().Memory(i); k < len(words); k++ { // the first word of the register file is x0
					words[k] = r.Uint64() & (1<<made.Mems[i].Width - 1)
				}
			}
		}
		require.Equal(t, want, run(random, steps), "%s, after random words", kind)
	}
}

// isState reports whether a run changes a memory.
func isState(m *rtl.Mem) bool { return len(m.Writes) > 0 }

// TestRestartIsNeeded checks that without a restart the data of a run changes the next run.
func TestRestartIsNeeded(t *testing.T) {
	ctx := context.Background()
	e := read(t, "buttons")
	p, err := flow.Load("buttons", flow.Options{})
	require.NoError(t, err)
	c, err := p.Core(ctx, flow.Pipe3)
	require.NoError(t, err)
	ports, err := p.PortsOf(ctx)
	require.NoError(t, err)
	begin := func() *cycle.Machine {
		script, err := p.Script(e.world())
		require.NoError(t, err)
		m, err := cycle.NewMachine(c.Circuit, ports, world.New(script), cycle.Options{})
		require.NoError(t, err)
		return m
	}
	fresh, before, again := begin(), begin(), begin()
	want, err := sim.Run(fresh, 40_000)
	require.NoError(t, err)
	_, err = sim.Run(before, fresh.Cycles()/2) // after the whole run the program has counted down again
	require.NoError(t, err)
	for i := range c.Circuit.Mems {
		copy(again.Inside().Memory(i), before.Inside().Memory(i))
	}
	got, err := sim.Run(again, 40_000)
	require.NoError(t, err)
	require.NotEqual(t, trace.Print(want), trace.Print(got))
}
