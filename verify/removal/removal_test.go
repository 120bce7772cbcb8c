package removal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/verify/removal"
)

const program = `image small
task main
data 64 64
text
  addi x5, x0, 12
  slli x6, x5, 3
  sw x6, 8(x0)
  lw x7, 0(x5)
back:
  bne x7, x6, back
  sw x0, -2020(x0)
end
end
`

// good is a point that has just what the program needs.
const good = "keep addi, keep slli, amounts slli 3, keep sw, keep lw, keep bne, regs 8, pc 3, data 4"

func point(choices string) *design.Point {
	p := &design.Point{Program: "small", Core: "multi"}
	for _, c := range strings.Split(choices, ", ") {
		key, value, _ := strings.Cut(c, " ")
		p.Choices = append(p.Choices, design.Choice{Key: key, Value: value})
	}
	return p
}

func check(t *testing.T, choices string) *removal.Result {
	t.Helper()
	im, err := image.ParseFor(design.NewTarget("rv32i", isa.RV32I(), 32), &diag.File{Name: "small.img", Text: program})
	require.NoError(t, err)
	r, err := removal.Check(im, point(choices), isa.RV32IM())
	require.NoError(t, err)
	return r
}

func TestWhatIsKeptIsEnough(t *testing.T) {
	r := check(t, good)
	require.Empty(t, r.Wrong)
	require.Equal(t, 6, r.Words)
	require.Equal(t, 2, r.Absolute)
	require.Equal(t, 1, r.Computed)
}

// Each thing that is taken away too much must be noticed.
func TestMissingThingsAreNoticed(t *testing.T) {
	for _, c := range []struct{ old, new, wrong string }{
		{"keep lw, ", "", "word 3 is lw, which the core lacks"},
		{"amounts slli 3", "amounts slli 2", "word 1 shifts by 3, which the core lacks"},
		{"regs 8", "regs 7", "word 3 names x7, the core has 7 registers"},
		{"pc 3", "pc 2", "word 5 lies after what 2 bits of program counter reach"},
		{"data 4", "data 1", "word 2 reaches address 0x8, the core has 8 bytes of data"},
		{"data 4", "data 0", "word 2 reaches address 0x8, the core has 0 bytes of data"},
	} {
		r := check(t, strings.Replace(good, c.old, c.new, 1))
		require.NotEmpty(t, r.Wrong, c.new)
		require.Equal(t, c.wrong, r.Wrong[0])
	}
}

func TestABadPointIsAnError(t *testing.T) {
	im, err := image.ParseFor(design.NewTarget("rv32i", isa.RV32I(), 32), &diag.File{Name: "small.img", Text: program})
	require.NoError(t, err)
	_, err = removal.Check(im, point("regs many"), isa.RV32IM())
	require.ErrorContains(t, err, "regs many")
}
