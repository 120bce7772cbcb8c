package lower

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// devices lists the names of the devices of a program.
func devices(p *tree.Program) []string {
	var out []string
	for _, d := range p.System.Devices {
		out = append(out, d.Name)
	}
	return out
}

func ranOf(t *testing.T, m sim.Machine) *trace.Trace {
	t.Helper()
	tr, err := sim.Run(m, 1<<16)
	require.NoError(t, err)
	require.NotEqual(t, trace.Limit, tr.Status)
	tr.Waits = nil
	return tr
}

// bounded runs a module. The test fails if the module does not stop within the bound.
func bounded(t *testing.T, mc *program.Machine) *trace.Trace {
	t.Helper()
	for !mc.Done() {
		require.NoError(t, mc.Step())
		require.Less(t, mc.Instrs(), uint64(1e7), "it goes round")
	}
	tr := mc.Trace()
	tr.Waits = nil
	return tr
}

// TestSelectUnderJitter runs the programs with select, timers and try operations under a hundred
// scripts, in three forms: as typed tree, as IR, and as IR after all passes.
func TestSelectUnderJitter(t *testing.T) {
	files, err := filepath.Glob("testdata/choice/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			p := check(t, filepath.Base(name), string(text))
			levels := passed(t, p)
			events := 0
			for seed := range uint64(100) {
				s := world.Jitter(devices(p), seed)
				ref, err := source.New(p, world.New(s))
				require.NoError(t, err)
				want := ranOf(t, ref)
				events += len(want.Events)
				for k, m := range levels {
					mc, err := program.New(m, world.New(s))
					require.NoError(t, err)
					got := bounded(t, mc)
					require.Empty(t, trace.Compare(want, got, trace.Options{Channels: k == 0}), "seed %d level %d", seed, k)
				}
			}
			require.Greater(t, events, 1000, "the scripts are too dull")
		})
	}
}

// passed returns three forms of a program's IR: as lowered, after all passes for 64 bits, and
// after all passes for 32 bits.
func passed(t *testing.T, p *tree.Program) []*ir.Module {
	t.Helper()
	var out []*ir.Module
	for k := range 4 {
		m, err := Lower(p)
		require.NoError(t, err)
		again, err := ir.Parse(&diag.File{Name: "m.sir", Text: ir.Print(m)})
		require.NoError(t, err)
		require.Equal(t, ir.Print(m), ir.Print(again))
		env := pass.Env{}
		if k >= 2 {
			env.XLen = 32
		}
		switch k {
		case 1, 2:
			require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env, Check: true, Seed: 3}))
		case 3:
			require.NoError(t, pass.Run(m, pass.Stages(), pass.Options{Env: env, Check: true, Seed: 3}))
		}
		out = append(out, m)
	}
	return out
}
