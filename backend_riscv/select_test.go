package riscv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestSelectUnderJitter runs images of the programs with select and timers under a hundred
// scripts. It compares the runs with the runs of the source.
func TestSelectUnderJitter(t *testing.T) {
	files, err := filepath.Glob("../lang/lower/testdata/choice/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	target := design.NewTarget("t", isa.RV32I(), 16)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			f, errs := syntax.Parse(&diag.File{Name: filepath.Base(name), Text: string(text)})
			require.NoError(t, errs.Err())
			p, errs := types.Check([]*syntax.File{f}, types.Options{})
			require.NoError(t, errs.Err())
			m, err := lower.Lower(p)
			require.NoError(t, err)
			require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
			im, err := riscv.Compile(m, target)
			require.NoError(t, err)
			var devices []string
			for _, d := range p.System.Devices {
				devices = append(devices, d.Name)
			}
			for seed := range uint64(100) {
				s := world.Jitter(devices, seed)
				ref, err := source.New(p, world.New(s))
				require.NoError(t, err)
				want, err := sim.Run(ref, 1<<16)
				require.NoError(t, err)
				mc, err := iss.New(im, world.New(s))
				require.NoError(t, err)
				got, err := sim.Run(mc, 1<<16)
				require.NoError(t, err)
				require.Empty(t, trace.Compare(want, got, trace.Options{}), "seed %d", seed)
			}
		})
	}
}

// TestRandomSelect runs images of random tasks that use select and try.
func TestRandomSelect(t *testing.T) {
	target := design.NewTarget("t", isa.RV32IM(), 16)
	for seed := uint64(0); seed < 24; seed++ {
		o := irtest.Options{Tasks: 2 + int(seed%3), Size: 15, Selects: true}
		var devices []string
		for k := range o.Tasks {
			devices = append(devices, fmt.Sprintf("d%d", k))
		}
		s := world.Jitter(devices, seed)
		want := reference(t, irtest.RandomWith(seed, o), s)
		m := irtest.RandomWith(seed, o)
		require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
		im, err := riscv.Compile(m, target)
		require.NoError(t, err, "seed %d", seed)
		_, got := runImage(t, im, s)
		require.Empty(t, trace.Compare(want, got, trace.Options{}), "seed %d", seed)
	}
}
