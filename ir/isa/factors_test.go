package isa

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// TestNarrowed checks that a narrowed line reads the given number of bits of its operands, and
// multiplies the numbers in these bits. The instruction words must be those of the original line.
func TestNarrowed(t *testing.T) {
	mul := RV32IM().Lookup("mul")
	of, ok := mul.Factors()
	require.True(t, ok)
	require.Equal(t, [2]Factor{{32, true}, {32, true}}, of)
	require.False(t, mul.Narrow())
	for _, c := range []struct {
		of   [2]Factor
		name string
	}{
		{[2]Factor{{8, false}, {8, false}}, "mul_8x8"},
		{[2]Factor{{18, true}, {14, false}}, "mul_18sx14"},
		{[2]Factor{{32, true}, {3, true}}, "mul_32sx3s"},
	} {
		in, err := ParseLine(&diag.File{Name: "t.isa", Text: mul.Narrowed(c.of)})
		require.NoError(t, err)
		require.Equal(t, c.name, in.Name)
		require.Equal(t, [2]uint32{mul.Match, mul.Mask}, [2]uint32{in.Match, in.Mask})
		got, ok := in.Factors()
		require.True(t, ok)
		require.True(t, in.Narrow())
		require.Equal(t, c.of, got)
		for _, x := range []uint32{0, 1, 7, 0x80, 0xffff, 0xfffffffd, 0x80000000} {
			v := in.Meaning.Rd.Eval(func(leaf string) uint64 { return uint64(map[string]uint32{"rs1": x, "rs2": ^x}[leaf]) })
			require.Equal(t, c.of[0].Of(x)*c.of[1].Of(^x), uint32(v))
		}
	}
	for _, text := range []string{
		"a R 0000000 000 0001011 rd = rs1 + rs2", "b R 0000000 000 0001011 rd = zext32(rs2[7:0]) * rs1",
		"c R 0000000 000 0001011 rd = zext32(rs1[8:1]) * rs2", "d I 000 0001011 rd = rs1 * imm",
	} {
		in, err := ParseLine(&diag.File{Name: "t.isa", Text: text + "\n"})
		require.NoError(t, err)
		require.False(t, in.Narrow(), text)
	}
}
