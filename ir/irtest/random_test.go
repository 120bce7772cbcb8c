package irtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

func TestRandomIsVerifiedAndRepeats(t *testing.T) {
	for seed := uint64(0); seed < 50; seed++ {
		for _, o := range []Options{{}, {Pure: true}, {Tasks: 3}} {
			m := RandomWith(seed, o)
			require.NoError(t, ir.Verify(m), "seed %d", seed)
			require.Equal(t, ir.Print(m), ir.Print(RandomWith(seed, o)))
		}
	}
	require.NotEqual(t, ir.Print(Random(1)), ir.Print(Random(2)))
}

// TestRandomCovers checks that random modules contain every operator and operation. Marks, disks
// and levels are missing, because they need a simulated world that answers. Programs from
// verify/gen contain these operations.
func TestRandomCovers(t *testing.T) {
	words, ops, floats := map[word.Op]bool{}, map[ir.Op]bool{}, map[ir.Float]bool{}
	for seed := uint64(0); seed < 60; seed++ {
		for _, m := range []*ir.Module{Random(seed), RandomWith(seed, Options{Tasks: 2}), RandomWith(seed, Options{Tasks: 3, Selects: true}), RandomWith(seed, Options{Floats: true})} {
			for _, f := range m.Funcs {
				for _, b := range f.Blocks {
					for _, i := range b.Instrs {
						ops[i.Op] = true
						if i.Op == ir.OpWord {
							words[i.Word] = true
						}
						if i.Op == ir.OpFloat {
							floats[i.Float] = true
						}
					}
				}
			}
		}
	}
	for op := word.Bad + 1; op < word.NumOps; op++ {
		require.True(t, words[op], "%s", op)
	}
	require.Len(t, floats, int(ir.NumFloats))
	for op := ir.Op(0); op < ir.NumOps; op++ {
		elsewhere := op == ir.OpMark || op == ir.OpAsk || op == ir.OpGet || op == ir.OpPut
		if !elsewhere && !op.Row().Late {
			require.True(t, ops[op], "%s", op)
		}
	}
}

// TestCorners checks that Corners applies every operator, and that another seed gives other
// constants.
func TestCorners(t *testing.T) {
	for _, w := range []ir.Type{1, 8, 31, 32, 33, 64} {
		m := Corners(1, w)
		require.NoError(t, ir.Verify(m), "width %d", w)
		ops := map[word.Op]bool{}
		for _, b := range m.Funcs[0].Blocks {
			for _, i := range b.Instrs {
				ops[i.Word] = true
			}
		}
		for op := word.Bad + 1; op < word.NumOps; op++ {
			require.True(t, ops[op] || op == word.Cat && w > 32 || op == word.Slice && w == 1, "%s at width %d", op, w)
		}
		require.NotEqual(t, ir.Print(m), ir.Print(Corners(2, w)))
		require.NoError(t, ir.Verify(Shapes(1, w)), "width %d", w)
	}
}
