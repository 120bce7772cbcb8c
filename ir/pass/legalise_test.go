package pass

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// play runs a module and returns its trace as text, without channel events.
func play(t *testing.T, m *ir.Module, s *world.Script) string {
	t.Helper()
	require.NoError(t, ir.Verify(m), "%s", ir.Print(m))
	mc, err := program.New(m, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 1000000)
	require.NoError(t, err)
	kept := tr.Events[:0]
	for _, e := range tr.Events {
		if e.Kind != trace.Send && e.Kind != trace.Recv {
			kept = append(kept, e)
		}
	}
	tr.Events, tr.Waits = kept, nil
	return trace.Print(tr)
}

func bare(op word.Op) bool {
	return word.Table(op).Core && op != word.Mul && op != word.Divu && op != word.Remu
}

func TestLegaliseKeepsTraces(t *testing.T) {
	envs := []Env{{XLen: 32}, {XLen: 32, Has: bare}, {XLen: 32, Has: func(word.Op) bool { return true }}}
	for seed := uint64(0); seed < 150; seed++ {
		o := irtest.Options{}
		if seed%2 == 1 {
			o = irtest.Options{Pure: true, Size: 80}
		}
		want := play(t, irtest.RandomWith(seed, o), nil)
		env := envs[seed%3]
		m := irtest.RandomWith(seed, o)
		require.NoError(t, Run(m, Stages()[:1], Options{Env: env, Check: true, Seed: seed}))
		require.NoError(t, notLegal(m, &env))
		require.Equal(t, want, play(t, m, nil), "seed %d", seed)
	}
}
