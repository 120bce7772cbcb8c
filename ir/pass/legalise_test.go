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

// play runs a module and gives its trace as text, without channel events.
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

// requireLegal checks the contract of legalise.
func requireLegal(t *testing.T, m *ir.Module, env *Env) {
	t.Helper()
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, v := range b.Params {
				require.Contains(t, []ir.Type{ir.Token, 1, 32}, v.Type)
			}
			for _, i := range b.Instrs {
				for _, v := range i.Results {
					require.Contains(t, []ir.Type{ir.Token, 1, 32}, v.Type, "%s", i.Op)
				}
				if i.Op == ir.OpWord {
					requireLegalWord(t, i, env)
				}
			}
		}
	}
}

func requireLegalWord(t *testing.T, i *ir.Instr, env *Env) {
	t.Helper()
	switch v := i.Results[0]; i.Word {
	case word.Cat:
		t.Fatal("a cat is left")
	case word.Slice:
		require.EqualValues(t, 1, v.Type)
		require.EqualValues(t, 32, i.Args[0].Type)
	case word.Zext, word.Sext:
		require.EqualValues(t, 32, v.Type)
		require.EqualValues(t, 1, i.Args[0].Type)
	case word.Mux:
	case word.And, word.Or, word.Xor, word.Not:
	default:
		require.EqualValues(t, 32, i.Args[0].Type, "%s", i.Word)
		require.True(t, env.has(i.Word), "%s", i.Word)
	}
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
		require.NoError(t, Run(m, []Pass{{Name: "legalise", Run: legalise, Gives: []Property{Legal}}}, Options{Env: env, Check: true, Seed: seed}))
		requireLegal(t, m, &env)
		require.Equal(t, want, play(t, m, nil), "seed %d", seed)
	}
}
