package pass

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// nest is a program with two nested loops, whose indices are linear in the counters. Its
// parameters are unknown to every pass.
func nest(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	number := func() string { return pick("0", "1", "2", "3", "5", "20", "0x80000000", "0xffffffff", "0xfffffffe") }
	index := func() string {
		return pick("j", "i + j", "i * p[2] + j", "(j << (p[2] & 63)) + p[3]", "p[3] - j", "i * 4 - j", "j - p[3]", "u64(j) << p[2]", "u64(i * 3) + u64(p[3] - j)", "i", "p[3]")
	}
	return fmt.Sprintf(`task main() {
  var p: [4]u32
  for k in 0..4 { p[k] = read(k) }
  var a: [40]u32
  for i0 in 0..read(%d) {
    let i = u32(i0)
    for j0 in p[0]..p[1] {
      let j = u32(j0)
      a[%s] = a[%s] + a[%s] + 1
    }
  }
  for k in 0..40 { log.print("{a[k]}") }
}

fn read(k: u32) -> u32 {
  let v: [6]u32 = [%s, %s, %s, %d, %d]
  if k < 6 { return v[k] }
  return 0
}

system t { run main() }
`, 4+r.IntN(2), index(), index(), index(), pick("0, 2", "0, 9", "1, 2", "3, 6", "6, 3", "0xfffffffc, 0xffffffff"), number(), number(), 1+r.IntN(3), 2+r.IntN(9))
}

// Loops with two versions behave as before. They wrap and trap in the same cases as before.
func TestVersionsKeepTraces(t *testing.T) {
	seeds := uint64(25)
	if testkit.Full() {
		seeds = 600
	}
	versions, trapped, ended := 0, 0, 0
	for seed := range seeds {
		text := nest(rand.New(rand.NewPCG(seed, 1)))
		f, errs := syntax.Parse(&diag.File{Name: "nest.sn", Text: text})
		require.NoError(t, errs.Err(), text)
		p, errs := types.Check([]*syntax.File{f}, types.Options{})
		require.NoError(t, errs.Err(), text)
		m, err := lower.Lower(p)
		require.NoError(t, err)
		want, before := play(t, m, nil), ""
		after := func(_ int, p *Pass, m *ir.Module) error {
			if p.Name == "versions" && before != ir.Print(m) {
				versions++
			}
			before = ir.Print(m)
			return nil
		}
		require.NoError(t, Run(m, List(), Options{Check: true, Seed: seed, After: after}), text)
		require.Equal(t, want, play(t, m, nil), "seed %d\n%s\n%s", seed, text, ir.Print(m))
		if strings.Contains(want, "trap") {
			trapped++
		} else {
			ended++
		}
	}
	require.Greater(t, versions, int(seeds)/2)
	require.Greater(t, trapped, int(seeds)/10)
	require.Greater(t, ended, int(seeds)/10)
}
