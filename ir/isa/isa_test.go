package isa

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

func parse(src string) (*Set, error) { return Parse(&diag.File{Name: "t.isa", Text: src}) }

func TestBaseSets(t *testing.T) {
	require.Len(t, RV32I().Insts, 38)
	require.Len(t, RV32M().Insts, 8)
	require.NoError(t, RV32IM().Verify())
	require.NotSame(t, RV32I().Insts[0], RV32I().Insts[0], "two compilations must not share lines")
}

// TestRoundTrip: what is printed reads back as the same set, from the written
// meaning and from the meaning alone.
func TestRoundTrip(t *testing.T) {
	for _, s := range []*Set{RV32I(), RV32M(), RV32IM(), mined(t)} {
		text := Print(s)
		again, err := parse(text)
		require.NoError(t, err, text)
		require.Equal(t, text, Print(again))
		for i, in := range s.Insts {
			require.Equal(t, in.Meaning.String(), again.Insts[i].Meaning.String())
			in.Text = ""
		}
		bare, err := parse(Print(s))
		require.NoError(t, err, Print(s))
		for i, in := range s.Insts {
			got := bare.Insts[i]
			require.Equal(t, in.Meaning, got.Meaning, in.Name)
			require.Equal(t, [2]uint32{in.Match, in.Mask}, [2]uint32{got.Match, got.Mask})
		}
	}
}

const minedText = `isa mined
  cust0  R  0000000 000 0001011   rd = (rs1 xor rs2) + zext32(rs2[7:0])
  cust1  R4 01 010 0001011  rd = mux(rs3[0], (rs1 shru 1) xor 0xedb88320, rs2 - 1)
  lwpi   I  111 0001011     rd = sext32(mem16[rs1 + imm]) * rs1
end
`

func mined(t *testing.T) *Set {
	s, err := parse(minedText)
	require.NoError(t, err)
	return s
}
