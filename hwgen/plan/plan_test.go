package plan_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
)

func load(t *testing.T, src string) *image.Image {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "t.image", Text: src})
	require.NoError(t, err)
	return im
}

const shifts = `image shifts
  task main
  data 0 12
  text
    lw x1, 4(x0)
    slli x1, x1, 16
    slli x1, x1, 2
    srai x7, x1, 9
    sw x1, 8(x0)
    sw x0, -2020(x0)
  end
end
`

func TestPoint(t *testing.T) {
	p, err := plan.Make(load(t, shifts), plan.Options{Core: design.Multi})
	require.NoError(t, err)
	require.Equal(t, `point shifts
  core multi
  keep lw     I           010 0000011  rd = mem32[rs1 + imm] "1 in the image, first at pc 0x100000"
  keep sw     S           010 0100011  mem32[rs1 + imm] = rs2 "2 in the image, first at pc 0x100010"
  keep slli   Sh  0000000 001 0010011  rd = rs1 shl imm "2 in the image, first at pc 0x100004"
  keep srai   Sh  0100000 101 0010011  rd = rs1 shrs imm "1 in the image, first at pc 0x10000c"
  keep ebreak Sys 000000000001 00000 000 00000 1110011  trap "words outside of the image trap"
  shifts constant "3 constant shifts"
  amounts slli 2 16 "all in the image"
  amounts srai 9 "all in the image"
  text 3 "6 words of text"
  data 2 "12 bytes of data"
  regs 8 "the highest register in the image is x7"
  pc 3 "the text and the address after it"
  store halt "first at pc 0x100014"
end
`, design.Print(p))
}

func TestShiftsByWish(t *testing.T) {
	im := load(t, shifts)
	for _, want := range []string{plan.ShiftBarrel, plan.ShiftConstant} {
		p, err := plan.Make(im, plan.Options{Core: design.Multi, Shifts: want})
		require.NoError(t, err)
		require.Equal(t, want, p.Shifts.How)
	}
}

func TestFull(t *testing.T) {
	im := load(t, shifts)
	p, err := plan.Make(im, plan.Options{Core: design.Pipe3, Full: true})
	require.NoError(t, err)
	require.Equal(t, [3]int{38, 32, 30}, [3]int{len(p.Lines), p.Regs.N, p.PC.N})
	require.Equal(t, plan.ShiftBarrel, p.Shifts.How)
}

// TestAPointThatDoesNotHoldTheImage edits a point so that the image does not fit.
func TestAPointThatDoesNotHoldTheImage(t *testing.T) {
	im := load(t, shifts)
	for _, c := range []struct {
		edit func(*design.Point)
		want string
	}{
		{func(p *design.Point) { p.Text.N = 2 }, "design point shifts: text: 2 address bits do not hold the 6 words of the image shifts"},
		{func(p *design.Point) { p.Data.N = 1 }, "design point shifts: data: 1 address bits do not hold the 12 bytes of the image shifts"},
	} {
		p, err := plan.Make(im, plan.Options{Core: design.Pipe3})
		require.NoError(t, err)
		c.edit(p)
		require.EqualError(t, plan.Fits(p, im), "error: "+c.want)
	}
}

func TestPointsOfCoresAreVerified(t *testing.T) {
	_, err := plan.Make(load(t, shifts), plan.Options{Core: "five-stage"})
	require.ErrorContains(t, err, "core: expected multi, pipe3, serial1, serial2 or serial4")
}

// TestPageNamesEveryChoice checks that docs/hardware.md lists every choice.
func TestPageNamesEveryChoice(t *testing.T) {
	page, err := os.ReadFile("../../docs/hardware.md")
	require.NoError(t, err)
	p, err := plan.Make(load(t, shifts), plan.Options{Core: design.Pipe3})
	require.NoError(t, err)
	for _, c := range p.Choices() {
		require.Contains(t, string(page), "`"+c.Key+"`")
	}
}
