package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
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
