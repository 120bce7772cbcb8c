package pass

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
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
	all, many, few := Optimisers(), uint64(40), uint64(10)
	if testkit.Full() {
		many, few = 100, 30
	}
	for k := -1; k < len(all); k++ {
		name, passes, seeds := "all", append(append([]Pass(nil), all...), all...), many
		if k >= 0 {
			name, passes, seeds = all[k].Name, all[k:k+1], few
		}
		t.Run(name, func(t *testing.T) {
			for seed := uint64(0); seed < seeds; seed++ {
				m := irtest.Random(seed)
				want, before := traceOf(t, m), ir.Print(m)
				require.NoError(t, Run(m, passes, Options{Check: true, Seed: seed}), "seed %d\n%s", seed, before)
				require.Equal(t, want, traceOf(t, m), "seed %d\n%s\n%s", seed, before, ir.Print(m))
			}
		})
	}
}

// TestOptimiserCases runs each pass on each module of the testdata folder that has the pass's
// name. The pass changes every case, keeps its trace, and gives its golden text. A second run
// of the pass changes nothing.
func TestOptimiserCases(t *testing.T) {
	for _, p := range Optimisers() {
		files, err := filepath.Glob(filepath.Join("testdata", p.Name, "*.sir"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "pass %s has no case", p.Name)
		for _, file := range files {
			t.Run(p.Name+"/"+strings.TrimSuffix(filepath.Base(file), ".sir"), func(t *testing.T) {
				src, err := os.ReadFile(file)
				require.NoError(t, err)
				m, err := ir.Parse(&diag.File{Name: file, Text: string(src)})
				require.NoError(t, err)
				ir.Thread(m)
				require.NoError(t, ir.Verify(m))
				want, before := traceOf(t, m), ir.Print(m)
				require.NoError(t, Run(m, []Pass{p}, Options{Check: true, Seed: 1}))
				require.NotEqual(t, before, ir.Print(m), "the pass changes nothing")
				require.Equal(t, want, traceOf(t, m))
				if p.Name != "unroll" { // joins rounds again while they are few and short
					require.False(t, p.Run(m, &Env{}), "a second run changes something:\n%s", ir.Print(m))
				}
				require.NoError(t, Run(m, []Pass{clean()}, Options{}))
				testkit.Golden(t, strings.TrimSuffix(file, ".sir")+".want", ir.Print(m))
			})
		}
	}
}

// clean removes what a pass leaves unused, so that golden texts show the essential change.
func clean() Pass { return Pass{Name: "dce", Run: dce} }
