package core

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// selectImage compiles one of the programs with select and timers.
func selectImage(t *testing.T, name string) *image.Image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../lang/lower/testdata/choice", name))
	require.NoError(t, err)
	f, errs := syntax.Parse(&diag.File{Name: name, Text: string(text)})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	m, err := lower.Lower(p)
	require.NoError(t, err)
	require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: pass.Env{XLen: 32, Has: func(word.Op) bool { return true }}}))
	im, err := riscv.Compile(m, design.NewTarget("t", isa.RV32IM(), 16))
	require.NoError(t, err)
	return im
}

func deviceNames(im *image.Image) []string {
	var out []string
	for _, d := range im.Devices {
		out = append(out, d.Name)
	}
	return out
}

// TestSelectOnCircuits runs programs with select and timers on both cores, with and without
// gaps at the ports.
func TestSelectOnCircuits(t *testing.T) {
	for _, name := range []string{"prio.sn", "fair.sn", "ends.sn"} {
		im := selectImage(t, name)
		for _, core := range cores() {
			c := generate(t, im, plan.Options{Core: core})
			for seed := range uint64(4) {
				s := world.Jitter(deviceNames(im), seed)
				want := reference(t, im, s)
				got, _ := simulate(t, im, c, s, int64(seed))
				require.Empty(t, trace.Compare(want, got, trace.Options{}), "%s %s seed %d", name, core, seed)
			}
		}
	}
}

// TestSelectOnGates runs one of these programs on mapped gates, with a script in each lane.
func TestSelectOnGates(t *testing.T) {
	im := selectImage(t, "prio.sn")
	c := generate(t, im, plan.Options{Core: design.Pipe3})
	g, err := gate.Build(c, gate.Options{})
	require.NoError(t, err)
	n, err := gate.Map(g)
	require.NoError(t, err)
	p, err := gates.Compile(n, "")
	require.NoError(t, err)
	var lanes []gates.Lane
	for seed := range uint64(8) {
		lanes = append(lanes, gates.Lane{Core: iss.CoreOf(im), World: world.New(world.Jitter(deviceNames(im), seed)), Seed: int64(seed)})
	}
	m, err := gates.NewMachine(p, lanes...)
	require.NoError(t, err)
	_, err = sim.Run(m, 1<<20)
	require.NoError(t, err)
	for seed := range lanes {
		want := reference(t, im, world.Jitter(deviceNames(im), uint64(seed)))
		require.Empty(t, trace.Compare(want, m.Harness(seed).Trace(), trace.Options{}), "seed %d", seed)
	}
}

// TestTimerPorts checks that a core that does not use the time has no time ports, and that a
// core that only reads the clock has no deadline port.
func TestTimerPorts(t *testing.T) {
	has := func(c *rtl.Circuit, name string) bool {
		for _, o := range c.Outputs {
			if o.Name == name {
				return true
			}
		}
		for _, id := range c.Inputs {
			if c.Nodes[id].Name == name {
				return true
			}
		}
		return false
	}
	c := generate(t, load(t, echo), plan.Options{Core: design.Pipe3})
	require.False(t, has(c, rtl.PortClock) || has(c, rtl.PortTimer) || has(c, rtl.PortDeadline))
	c = generate(t, selectImage(t, "prio.sn"), plan.Options{Core: design.Pipe3})
	require.True(t, has(c, rtl.PortClock) && has(c, rtl.PortTimer) && has(c, rtl.PortDeadline))
}
