package riscv_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/hwgen/mine"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
)

// TestRandomMined runs random programs with all mined lines that save at least one instruction.
// In a program, the values that two lines compute may overlap or lie next to each other. Each
// program must behave as without mined lines.
func TestRandomMined(t *testing.T) {
	seeds := uint64(30)
	if testkit.Full() {
		seeds = 400
	}
	target, lines := design.NewTarget("t", isa.RV32IM(), 16), 0
	for seed := range seeds {
		m := irtest.Random(seed)
		want := reference(t, m, nil)
		require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
		r, err := mine.Find(m, mine.Options{Set: target.Set, Lines: 12, Cells: 1 << 20, Power: 2})
		require.NoError(t, err)
		set, err := target.Set.Extend("mined", r.Lines()...)
		require.NoError(t, err)
		im, err := riscv.Compile(m, design.NewTarget("t", set, 16))
		require.NoError(t, err)
		_, got := runImage(t, im, nil)
		require.Empty(t, trace.Compare(want, got, trace.Options{}), "seed %d with\n%s", seed, isa.Print(r.Set("mined")))
		lines += len(r.Chosen)
	}
	require.Greater(t, lines, 2*int(seeds))
}
