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
	p, err := plan.Make(load(t, shifts), plan.Options{Core: plan.Multi})
	require.NoError(t, err)
	require.Equal(t, `point shifts
  core multi
  keep lw "1 in the image, first at pc 0x100000"
  keep sw "2 in the image, first at pc 0x100010"
  keep slli "2 in the image, first at pc 0x100004"
  keep srai "1 in the image, first at pc 0x10000c"
  shifts constant "3 constant shifts"
  amounts "slli 2 16" "all in the image"
  amounts "srai 9" "all in the image"
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
		p, err := plan.Make(im, plan.Options{Core: plan.Multi, Shifts: want})
		require.NoError(t, err)
		got, _ := p.Choice("shifts")
		require.Equal(t, want, got)
	}
}

func TestFull(t *testing.T) {
	im := load(t, shifts)
	p, err := plan.Make(im, plan.Options{Core: plan.Pipe3, Full: true})
	require.NoError(t, err)
	c, err := plan.Decode(im, p)
	require.NoError(t, err)
	require.Equal(t, [4]int{38, 32, 30, 0}, [4]int{len(c.Keep), c.Regs, c.PCBits, len(c.Amounts)})
}

// TestDecodeSaysWhatIsWrong edits a point.
func TestDecodeSaysWhatIsWrong(t *testing.T) {
	im := load(t, shifts)
	for _, c := range []struct {
		choice design.Choice
		want   string
	}{
		{design.Choice{Key: "keep", Value: "frobnicate"}, "keep frobnicate: the instruction set has no such line"},
		{design.Choice{Key: "amounts", Value: "slli 32"}, "expected an amount in 0..31"},
		{design.Choice{Key: "amounts", Value: "slli"}, "expected an instruction and shift amounts"},
		{design.Choice{Key: "load", Value: "door"}, "expected a port register"},
		{design.Choice{Key: "load", Value: "halt"}, "expected a port register with that direction"},
		{design.Choice{Key: "device", Value: "eth9"}, "the image has no such device"},
		{design.Choice{Key: "regs", Value: "33"}, "regs is in 2..32, got 33"},
		{design.Choice{Key: "text", Value: "2"}, "text is in 3..18, got 2"},
		{design.Choice{Key: "pc", Value: "many"}, "expected a number"},
	} {
		p, err := plan.Make(im, plan.Options{Core: plan.Pipe3})
		require.NoError(t, err)
		p.Choices = append(p.Choices, c.choice)
		_, err = plan.Decode(im, p)
		require.ErrorContains(t, err, c.want)
	}
}

func TestPointsOfCoresAreVerified(t *testing.T) {
	_, err := plan.Make(load(t, shifts), plan.Options{Core: "five-stage"})
	require.ErrorContains(t, err, "expected a core multi or pipe3")
}

// TestPageNamesEveryChoice keeps docs/hardware.md complete.
func TestPageNamesEveryChoice(t *testing.T) {
	page, err := os.ReadFile("../../docs/hardware.md")
	require.NoError(t, err)
	p, err := plan.Make(load(t, shifts), plan.Options{Core: plan.Pipe3})
	require.NoError(t, err)
	for _, c := range p.Choices {
		require.Contains(t, string(page), "`"+c.Key+"`")
	}
}
