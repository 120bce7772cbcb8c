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

// good is a point that has exactly the parts that the program needs.
const good = `point small
  core multi
  keep addi I 000 0010011 rd = rs1 + imm
  keep slli Sh 0000000 001 0010011 rd = rs1 shl imm
  keep sw S 010 0100011 mem32[rs1 + imm] = rs2
  keep lw I 010 0000011 rd = mem32[rs1 + imm]
  keep bne B 001 1100011 if rs1 ne rs2: pc = pc + imm
  shifts constant
  amounts slli 3
  text 3
  data 4
  regs 8
  pc 3
  store halt
end
`

func point(t *testing.T, text string) *design.Point {
	p, err := design.Parse(&diag.File{Name: "small.design", Text: text})
	require.NoError(t, err)
	return p
}

func small(t *testing.T) *image.Image {
	im, err := image.ParseFor(design.NewTarget("rv32i", isa.RV32I(), 32), &diag.File{Name: "small.img", Text: program})
	require.NoError(t, err)
	return im
}

func TestWhatIsKeptIsEnough(t *testing.T) {
	r := removal.Check(small(t), point(t, good))
	require.Empty(t, r.Wrong)
	require.Equal(t, 6, r.Words)
	require.Equal(t, 2, r.Absolute)
	require.Equal(t, 1, r.Computed)
}

// Each necessary part that is removed must be noticed.
func TestMissingThingsAreNoticed(t *testing.T) {
	for _, c := range []struct{ old, new, wrong string }{
		{"  keep lw I 010 0000011 rd = mem32[rs1 + imm]\n", "", "word 3 is lw, which the core lacks"},
		{
			"keep addi I 000 0010011 rd = rs1 + imm", "keep addi I 000 0010011 rd = rs1 xor imm",
			"word 0 is `addi I 000 0010011 rd = rs1 + imm`, which the core executes as `addi I 000 0010011 rd = rs1 xor imm`",
		},
		{"amounts slli 3", "amounts slli 2", "word 1 shifts by 3, which the core lacks"},
		{"regs 8", "regs 7", "word 3 names x7, the core has 7 registers"},
		{"  text 3\n  data 4\n  regs 8\n  pc 3", "  text 2\n  data 4\n  regs 8\n  pc 2", "word 5 lies outside the text memory, which has 2 address bits"},
		{"data 4", "data 3", "the image has 64 bytes of data, the core 32"},
		{"store halt", "store log", "word 5 needs the store of halt, which the core lacks"},
		{"shifts constant\n  amounts slli 3", "shifts none", "word 1 shifts, the core's shifts are none"},
		{"data 4", "data 1", "word 2 reaches address 0x8, the core has 8 bytes of data"},
		{"data 4", "data 0", "word 2 reaches address 0x8, the core has 0 bytes of data"},
	} {
		require.Contains(t, good, c.old)
		r := removal.Check(small(t), point(t, strings.Replace(good, c.old, c.new, 1)))
		require.NotEmpty(t, r.Wrong, c.new)
		require.Equal(t, c.wrong, r.Wrong[0])
	}
}

// TestAnAddedLineIsAnInstruction checks an image whose target has a line that no base set has.
func TestAnAddedLineIsAnInstruction(t *testing.T) {
	andn, err := isa.ParseLine(&diag.File{Name: "andn.isa", Text: "andn R 0100000 111 0110011 rd = rs1 and not(rs2)"})
	require.NoError(t, err)
	set, err := isa.RV32I().Extend("more", andn)
	require.NoError(t, err)
	text := strings.Replace(program, "slli x6, x5, 3", "andn x6, x5, x5", 1)
	im, err := image.ParseFor(design.NewTarget("more", set, 32), &diag.File{Name: "small.img", Text: text})
	require.NoError(t, err)
	require.Contains(t, removal.Check(im, point(t, good)).Wrong, "word 1 is andn, which the core lacks")
	with := strings.Replace(good, "  keep bne", "  keep "+andn.String()+"\n  keep bne", 1)
	require.Empty(t, removal.Check(im, point(t, with)).Wrong)
}
