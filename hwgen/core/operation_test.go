package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// TestALinearLineIsSums checks that rounds of a CRC become exclusive ors, even if the source
// writes these rounds with other operators.
func TestALinearLineIsSums(t *testing.T) {
	text := "crc8 R 0000000 000 0001011 c0 = rs1 xor rs2 ; "
	names := "c0c1c2c3c4c5c6c7c8"
	for k := range 8 {
		from, to := names[2*k:2*k+2], names[2*k+2:2*k+4]
		if k == 7 {
			to = "rd"
		}
		text += to + " = (" + from + " shru 1) xor ((0 - (" + from + " and 1)) and 0xedb88320)"
		if k < 7 {
			text += " ; "
		}
	}
	in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: text})
	require.NoError(t, err)
	c, err := Operation(in)
	require.NoError(t, err)
	p := price(t, c)
	t.Logf("%+v", p)
	require.LessOrEqual(t, p.LUTs, 80)
	require.LessOrEqual(t, p.Depth, 4)
	require.Zero(t, p.Carries)
}

// TestRotationsAreWords checks that a sum of rotated and shifted words takes a few operators on
// words, and that its gates are those of the sums of bits.
func TestRotationsAreWords(t *testing.T) {
	rotated := func(n string, by, rest string) string {
		return n + "a = rs1 shru " + by + " ; " + n + "b = rs1 shl " + rest + " ; " + n + " = " + n + "a or " + n + "b ; "
	}
	for _, c := range []struct {
		text  string
		words int // exclusive ors of 32 bits
		luts  int
	}{
		{rotated("p", "2", "30") + rotated("q", "13", "19") + rotated("r", "22", "10") + "rd = p xor q xor r", 2, 32},
		{rotated("p", "7", "25") + rotated("q", "18", "14") + "r = rs1 shru 3 ; rd = p xor q xor r", 2, 32},
		{"p = rs1 shl 13 ; q = p xor rs1 ; r = q shru 17 ; s = r xor q ; u = s shl 5 ; rd = u xor s", 0, 40}, // shares sums
	} {
		in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: "mix R 0000000 000 0001011 " + c.text})
		require.NoError(t, err)
		circuit, err := Operation(in)
		require.NoError(t, err)
		words := 0
		for i := range circuit.Nodes {
			if n := &circuit.Nodes[i]; n.Kind == rtl.KOp && n.Op == word.Xor && n.Width == 32 {
				words++
			}
		}
		require.Equal(t, c.words, words, c.text)
		require.Equal(t, c.luts, price(t, circuit).LUTs, c.text)
	}
}
