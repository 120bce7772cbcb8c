package checks_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/facts"
)

// watched runs an image without input.
func watched(t *testing.T, im *image.Image) *facts.Watcher {
	w := facts.Watch(im)
	if w == nil {
		return nil
	}
	m, err := iss.New(im, world.New(&world.Script{}))
	require.NoError(t, err)
	m.Retire(w.Retire)
	_, err = sim.Run(m, 2_000_000)
	require.NoError(t, err)
	return w
}

// TestAnOffByOneBitIsNoticed removes a bit from each operand of a program's narrowed line. A
// register then holds more bits than the line reads, and the check must report the position
// of the instruction.
func TestAnOffByOneBitIsNoticed(t *testing.T) {
	for name, want := range map[string]string{"matmul": "mul_8x8", "fir": "mul_18sx14s"} {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		line := im.Target.Set.Lookup(want)
		require.NotNil(t, line, "%s", isa.Print(im.Target.Set))
		right := watched(t, im)
		require.Empty(t, right.Wrong)
		require.Positive(t, right.N)
		of, _ := line.Factors()
		for k := range of {
			if name == "fir" && k == 0 {
				continue // the 18th bit is for the largest possible sum, which no sample reaches
			}
			less := of
			less[k].Bits--
			wrong := *im
			wrong.Target = narrowed(t, im.Target, line, less)
			w := watched(t, &wrong)
			require.NotEmpty(t, w.Wrong, "%s %v", name, less)
			require.Contains(t, w.Wrong[0], name+".sn:")
		}
	}
}

// narrowed is a target in which a line reads a different number of bits.
func narrowed(t *testing.T, of *design.Target, line *isa.Inst, factors [2]isa.Factor) *design.Target {
	in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: isa.RV32IM().Lookup("mul").Narrowed(factors)})
	require.NoError(t, err)
	set, err := of.Set.Without("t", line.Name).Extend("t", in)
	require.NoError(t, err)
	return design.NewTarget("t", set, of.Regs)
}

// narrowProgram makes a random program whose products have few bits. The bounds follow from
// array contents, loop counters and limits, branches, and constants.
func narrowProgram(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	bits := func() int { return 1<<(1+r.IntN(11)) - 1 }
	element := func() string {
		return pick(fmt.Sprintf("i32(s & %d)", bits()), fmt.Sprintf("i32(s & %d) - %d", bits(), r.IntN(3000)), fmt.Sprintf("i32(s >> %d)", 18+r.IntN(12)),
			fmt.Sprintf("-i32(s & %d)", bits()))
	}
	factor := func() string {
		return pick("a[k]", "b[15 - k]", "v", "w", fmt.Sprint(r.IntN(4000)-2000), "i32(u8(s >> 24))", "i32(k)", "v - w")
	}
	lo, hi := -r.IntN(5000), r.IntN(5000)
	return fmt.Sprintf(`fn next(s: u32) -> u32 {
  var x = s
  x = x ^ (x << 13)
  x = x ^ (x >> 17)
  return x ^ (x << 5)
}
task main() {
  var a: [16]i32
  var b: [16]i32
  var s: u32 = %d
  var v: i32 = 0
  var w: i32 = %d
  var sum: i32 = 0
  for k in 0..16 {
    s = next(s)
    a[k] = %s
    s = next(s)
    if s & 1 == 0 { b[k] = %s } else { b[k] = %s }
  }
  for k in 0..16 {
    s = next(s)
    v = v + a[k]
    if v > %d { v = %d }
    if v < %d { v = %d }
    if a[k] > w and a[k] < 2000 { w = a[k] }
    sum = sum ^ %s * %s
    sum = sum ^ %s * %s
  }
  log.print("{u32(sum):hex}")
}
system t { run main() }
`, 1+r.IntN(1000), r.IntN(100), element(), element(), element(), hi, hi, lo, lo, factor(), factor(), factor(), factor())
}

// TestFactsOfRandomPrograms runs random programs with narrow multiplications. No operand may have
// more bits than its instruction line reads. The image and the source must log the same.
func TestFactsOfRandomPrograms(t *testing.T) {
	narrow, programs := 0, 25
	if testkit.Full() {
		programs = 500
	}
	for seed := range uint64(programs) {
		text := narrowProgram(rand.New(rand.NewPCG(seed, 3)))
		p, err := flow.LoadFiles([]*diag.File{{Name: "t.sn", Text: text}}, flow.Options{})
		require.NoError(t, err, text)
		im, err := p.Image(context.Background())
		require.NoError(t, err, text)
		want, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Source})
		require.NoError(t, err, text)
		got, err := p.Run(context.Background(), flow.RunOptions{Level: flow.ISA})
		require.NoError(t, err, text)
		require.Equal(t, want.Lines, got.Lines, text)
		if w := watched(t, im); w != nil {
			require.Empty(t, w.Wrong, text)
			narrow += min(w.N, 1)
		}
	}
	t.Logf("%d of %d programs have narrow products", narrow, programs)
	require.Greater(t, narrow, programs/2)
}
