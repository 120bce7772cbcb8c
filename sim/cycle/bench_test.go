package cycle_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

func load(t testing.TB, core string) *rtl.Circuit {
	t.Helper()
	src, err := os.ReadFile("testdata/" + core + ".rtl")
	require.NoError(t, err)
	return parse(t, string(src))
}

// TestSampleCores runs the circuits of the benchmark in lock-step with the engine Direct, and
// compares every node.
func TestSampleCores(t *testing.T) {
	for _, core := range []string{"multi", "pipe3"} {
		lockstep(t, load(t, core), 1, 300)
	}
}

// BenchmarkEngine runs the circuit alone, BenchmarkMachine with its ports.
func BenchmarkEngine(b *testing.B) {
	for _, core := range []string{"multi", "pipe3"} {
		c := load(b, core)
		for _, m := range cycle.Engines() {
			b.Run(core+"/"+m.Name, func(b *testing.B) {
				e, err := m.Make(c)
				require.NoError(b, err)
				n := 0
				for b.Loop() {
					e.Eval()
					e.Clock()
					n++
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cycles/s")
				b.ReportMetric(float64(len(c.Nodes)), "nodes")
			})
		}
	}
}

func BenchmarkMachine(b *testing.B) {
	for _, core := range []string{"multi", "pipe3"} {
		b.Run(core, func(b *testing.B) {
			m, err := cycle.NewMachine(load(b, core), &sim.Core{Program: core, Tasks: []string{"main"}}, world.New(nil), cycle.Options{})
			require.NoError(b, err)
			for b.Loop() {
				require.NoError(b, m.Step())
			}
			b.ReportMetric(float64(m.Cycles())/b.Elapsed().Seconds(), "cycles/s")
		})
	}
}

// BenchmarkRun makes many cycles in one call.
func BenchmarkRun(b *testing.B) {
	for _, core := range []string{"multi", "pipe3"} {
		b.Run(core, func(b *testing.B) {
			e, err := cycle.NewNative(load(b, core))
			require.NoError(b, err)
			require.NoError(b, e.Prepare(&cycle.Stop{}))
			n := uint64(0)
			for b.Loop() {
				n += e.Run(1000)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cycles/s")
		})
	}
}
