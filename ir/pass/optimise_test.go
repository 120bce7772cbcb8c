package pass

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

func traceOf(t *testing.T, m *ir.Module) string {
	t.Helper()
	mc, err := program.New(m, world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 100000)
	require.NoError(t, err)
	return trace.Print(tr)
}

// TestOptimisersKeepTraces runs each optimising pass by itself and all together
// on random modules, in check mode.
func TestOptimisersKeepTraces(t *testing.T) {
	all := Optimisers()
	for k := -1; k < len(all); k++ {
		name, passes := "all", append(append([]Pass(nil), all...), all...)
		if k >= 0 {
			name, passes = all[k].Name, all[k:k+1]
		}
		t.Run(name, func(t *testing.T) {
			for seed := uint64(0); seed < 150; seed++ {
				m := irtest.Random(seed)
				want, before := traceOf(t, m), ir.Print(m)
				require.NoError(t, Run(m, passes, Options{Check: true, Seed: seed}), "seed %d\n%s", seed, before)
				require.Equal(t, want, traceOf(t, m), "seed %d\n%s\n%s", seed, before, ir.Print(m))
			}
		})
	}
}
