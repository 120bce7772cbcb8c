package pass

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// stencil returns a program with a loop that reads an element and its two neighbours. Not every
// round executes all of these reads: some follow a condition or are on one side of a branch.
func stencil(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var cond func(depth int) string
	cond = func(depth int) string {
		if depth == 0 {
			return pick("a[i - 1]", "a[i]", "a[i]", "a[i + 1]", "n", "k") + pick(" < ", " == ", " >= ") + pick("n", "k", "2", "5", "a[i]")
		}
		return pick("", "not ") + "(" + cond(depth-1) + pick(" and ", " or ") + cond(depth-1) + ")"
	}
	value := func() string { return pick("a[i]", "k", "n + 1", "a[i - 1] * k", "u32("+cond(1)+")") }
	return fmt.Sprintf(`fn step(a: [40]u32, b: inout [40]u32, k: u32) {
  for i in 1..39 {
    let n = a[i - 1] + a[i + 1]
    var x = %s
    if (%s and %s) or (%s and %s) { x = %s } else { if %s { x = %s } }
    b[i] = x
  }
}

task main() {
  var a: [40]u32
  var b: [40]u32
  for i in 0..40 { a[i] = u32(i) * 7 & 3 }
  for k in 0..5 {
    step(a, b, u32(k))
    step(b, a, u32(k))
  }
  for i in 0..40 { log.print("{a[i]} {b[i]}") }
}

system t { run main() }
`, value(), cond(0), cond(0), cond(0), cond(0), value(), cond(1), value())
}

// Loops that choose instead of branching have the same effects as before.
func TestChoicesKeepTraces(t *testing.T) {
	seeds := uint64(8)
	if testkit.Full() {
		seeds = 60
	}
	chosen := 0
	for seed := range seeds {
		text := stencil(rand.New(rand.NewPCG(seed, 2)))
		f, errs := syntax.Parse(&diag.File{Name: "stencil.sn", Text: text})
		require.NoError(t, errs.Err(), text)
		p, errs := types.Check([]*syntax.File{f}, types.Options{})
		require.NoError(t, errs.Err(), text)
		m, err := lower.Lower(p)
		require.NoError(t, err)
		want, before := play(t, m, nil), ""
		after := func(_ int, p *Pass, m *ir.Module) error {
			if p.Name == "choices" && before != ir.Print(m) {
				chosen++
			}
			before = ir.Print(m)
			return nil
		}
		require.NoError(t, Run(m, List(), Options{Check: true, Seed: seed, After: after}), text)
		require.Equal(t, want, play(t, m, nil), "seed %d\n%s\n%s", seed, text, ir.Print(m))
	}
	require.Greater(t, chosen, int(seeds)/3)
}
