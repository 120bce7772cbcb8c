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

// indexed reads a word from 16 words of data, at an index that memory holds.
const indexed = `image indexed
task main
data 64 64
text
  lw x5, 0(x0)
  addi x6, x0, 16
  bgeu x5, x6, out
  slli x7, x5, 2
  lw x8, 0(x7)
out:
  sw x0, -2020(x0)
end
end
`

// TestBoundedAddresses checks when an address counts as bounded: it is aligned and in the data,
// whatever the memory contains. Each change of the program below makes an address that is not
// bounded.
func TestBoundedAddresses(t *testing.T) {
	const p = `point indexed
  core multi
  keep addi I 000 0010011 rd = rs1 + imm
  keep slli Sh 0000000 001 0010011 rd = rs1 shl imm
  keep srli Sh 0000000 101 0010011 rd = rs1 shru imm
  keep add R 0000000 000 0110011 rd = rs1 + rs2
  keep jalr I 000 1100111 rd = pc + 4 ; pc = (rs1 + imm) and 0xfffffffe
  keep sw S 010 0100011 mem32[rs1 + imm] = rs2
  keep lw I 010 0000011 rd = mem32[rs1 + imm]
  keep bgeu B 111 1100011 if rs1 geu rs2: pc = pc + imm
  keep bge B 101 1100011 if rs1 ges rs2: pc = pc + imm
  keep bltu B 110 1100011 if rs1 ltu rs2: pc = pc + imm
  keep bne B 001 1100011 if rs1 ne rs2: pc = pc + imm
  shifts constant
  amounts slli 1 2
  amounts srli 27
  text 4
  data 4
  regs 16
  pc 4
  store halt
end
`
	for _, c := range []struct {
		name, from, to string
		bounded        int
	}{
		{"as it is", "", "", 1},
		{"an index one too large", "x6, x0, 16", "x6, x0, 17", 0},
		{"an order with sign", "bgeu x5, x6", "bge x5, x6", 0},
		{"half of a word", "slli x7, x5, 2", "slli x7, x5, 1", 0},
		{"the word after it", "lw x8, 0(x7)", "lw x8, 4(x7)", 0},
		{"the other way", "bgeu x5, x6", "bltu x5, x6", 0},
		{"a jump after the check", "  lw x5, 0(x0)\n", "  lw x5, 0(x0)\n  bne x5, x0, in\n", 0},
		{"a call returns there", "  lw x5, 0(x0)\n", "  lw x5, 0(x0)\n  jalr x1, 0(x5)\n", 1},
		{"high bits only", "  bgeu x5, x6, out\n", "  srli x5, x5, 27\n", 0},
		{"a loop", "out:\n", "  addi x5, x5, 1\n  bltu x5, x6, in\nout:\n", 1},
		{"a loop to a number that it meets", "out:\n", "  addi x5, x5, 1\n  bne x5, x6, in\nout:\n", 1},
		{"a loop that may step over it", "out:\n", "  addi x5, x5, 2\n  bne x5, x6, in\nout:\n", 0},
	} {
		text := strings.Replace(indexed, "  slli x7", "in:\n  slli x7", 1)
		require.Contains(t, text, c.from, c.name)
		text = strings.Replace(text, c.from, c.to, 1)
		im, err := image.ParseFor(design.NewTarget("rv32i", isa.RV32I(), 16), &diag.File{Name: "indexed.img", Text: text})
		require.NoError(t, err, c.name)
		r := removal.Check(im, point(t, p))
		require.Empty(t, r.Wrong, c.name)
		require.Equal(t, c.bounded, r.Bounded, c.name)
	}
}
