package program

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

func run(t *testing.T, m *ir.Module, s *world.Script) *trace.Trace {
	t.Helper()
	require.NoError(t, ir.Verify(m))
	mc, err := New(m, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 100000)
	require.NoError(t, err)
	return tr
}

func TestRandomModulesRun(t *testing.T) {
	ended := 0
	for seed := uint64(0); seed < 300; seed++ {
		m := irtest.Random(seed)
		want := trace.Print(run(t, m, nil))
		text := ir.Print(m)
		again, err := ir.Parse(&diag.File{Name: "r.sir", Text: text})
		require.NoError(t, err, "seed %d", seed)
		require.Equal(t, text, ir.Print(again))
		require.Equal(t, want, trace.Print(run(t, again, nil)))
		ir.Thread(again)
		require.Equal(t, want, trace.Print(run(t, again, nil)))
		if run(t, m, nil).Status == trace.Ended {
			ended++
		}
	}
	require.Greater(t, ended, 100)
}

// TestOperators compares the fast operations with the table of word operators.
func TestOperators(t *testing.T) {
	for seed := uint64(0); seed < 100; seed++ {
		m := irtest.RandomWith(seed, irtest.Options{Pure: true, Size: 200})
		mc, err := New(m, world.New(nil))
		require.NoError(t, err)
		c := mc.tasks[0]
		_, err = c.run(1 << 20)
		require.NoError(t, err)
		for k := range c.code {
			if i := c.code[k]; i.instr != nil && i.instr.Op == ir.OpWord {
				slots := []int32{i.a, i.b, i.c}
				if i.instr.Word == word.Mux {
					slots = []int32{i.c, i.a, i.b}
				}
				var a [3]uint64
				var aw [3]int
				for n, x := range i.instr.Args {
					a[n], aw[n] = c.slots[slots[n]], int(x.Type)
				}
				require.Equal(t, word.Eval(i.instr.Word, int(i.instr.Results[0].Type), a, aw, i.instr.Imm), c.slots[i.dst], "%s", i.instr.Word)
			}
		}
	}
}

const speedLoop = `module speed
task 0 main @main
func @main() {
b0:
  v1: i32 = const 0
  v2: i32 = const 1
  v3: i32 = const 20000000
  v4: i32 = const 13
  jump b1(v1, v2)
b1(v5: i32, v6: i32):
  v7: i32 = xor v6, v5
  v8: i32 = shl v7, v4
  v9: i32 = add v8, v7
  v10: i32 = add v5, v2
  v11: i1 = ltu v10, v3
  br v11, b1(v10, v9), b2
b2:
  ret
}
`

func BenchmarkInstrs(b *testing.B) {
	m := ir.MustParse("speed.sir", speedLoop)
	for b.Loop() {
		mc, err := New(m, world.New(nil))
		require.NoError(b, err)
		start := time.Now()
		_, err = sim.Run(mc, 0)
		require.NoError(b, err)
		b.ReportMetric(float64(mc.Instrs())/time.Since(start).Seconds()/1e6, "Minstr/s")
	}
}
