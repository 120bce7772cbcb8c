package riscv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
)

// asm disassembles the text of an image, without the last instructions, which every program has.
func asm(im *image.Image) []string {
	var out []string
	for _, w := range im.Text {
		in, ops, ok := isa.Decode(im.Target.Set, w)
		if !ok {
			return append(out, fmt.Sprintf("? %08x", w))
		}
		out = append(out, in.Disassemble(ops))
	}
	return out[:len(out)-1]
}

// TestSelection compares the code for short function bodies with the expected code. Each body
// begins with v3 and v4 in registers and logs v9.
func TestSelection(t *testing.T) {
	mined := `isa mined
  step  R  0000000 000 0001011   rd = (rs1 xor rs2) + zext32(rs2[7:0])
  rori  Sh 0110000 101 0010011   rd = (rs1 shru imm) or (rs1 shl (0 - imm))
  madd  R4 00 000 0101011        rd = rs3 + (rs1 * rs2)
end
`
	extra, err := isa.Parse(&diag.File{Name: "mined.isa", Text: mined})
	require.NoError(t, err)
	all, err := isa.RV32IM().Extend("all", extra.Insts...)
	require.NoError(t, err)
	for _, c := range []struct {
		body string
		set  *isa.Set
		want string
	}{
		{"v9: i32 = add v3, v4", nil, "add x1, x2, x1"},
		{"v5: i32 = const 5 ; v9: i32 = sub v3, v5", nil, "addi x1, x1, -5"},
		{"v5: i32 = const 255 ; v9: i32 = and v3, v5", nil, "andi x1, x1, 255"},
		{"v5: i1 = ltu v3, v4 ; v9: i32 = zext v5", nil, "sltu x1, x2, x1"},
		{"v5: i1 = eq v3, v4 ; v9: i32 = zext v5", nil, "xor x1, x2, x1; sltiu x1, x1, 1"},
		{"v5: i32 = const 65535 ; v9: i32 = and v3, v5", nil, "slli x1, x1, 16; srli x1, x1, 16"},
		{"v5: i32 = const 24 ; v6: i32 = shl v3, v5 ; v9: i32 = shrs v6, v5", nil, "slli x1, x1, 24; srai x1, x1, 24"},
		{"v9: i32 = mul v3, v4", nil, "mul x1, x2, x1"},
		{"v5: i32 = xor v3, v4 ; v6: i32 = const 255 ; v7: i32 = and v4, v6 ; v9: i32 = add v5, v7", all, "step x1, x2, x1"},
		{"v5: i32 = mul v3, v4 ; v9: i32 = add v5, v3", all, "madd x1, x2, x1, x2"},
		{"v5: i32 = const 7 ; v6: i32 = const 25 ; v7: i32 = shru v3, v5 ; v8: i32 = shl v3, v6 ; v9: i32 = or v7, v8", all, "rori x1, x1, 7"},
	} {
		set := c.set
		if set == nil {
			set = isa.RV32IM()
		}
		src := `module t
log 0 "" u:32 ""
state %a 8 align 4
task 0 main @main
main @main
func @main(v1: tok, v2: tok %a) -> (tok) {
b0(v1, v2):
  v3: i32 = load4 %a, v2
  v4: i32 = load4 %a[4], v2
  ` + strings.ReplaceAll(c.body, " ; ", "\n  ") + `
  v20: tok = log v9, v1 !0 task 0
  v21: tok = halt v20 task 0
  ret v21
}
`
		im, err := riscv.Compile(ir.MustParse("t.sir", src), design.NewTarget("t", set, 32))
		require.NoError(t, err)
		got := asm(im)
		var middle []string
		for _, line := range got {
			if !strings.HasPrefix(line, "lw") && !strings.HasPrefix(line, "sw") {
				middle = append(middle, line)
			}
		}
		assert.Equal(t, c.want, strings.Join(middle, "; "), "%s\n%s", c.body, strings.Join(got, "\n"))
	}
}

// TestHooks plants a fault through each hook of Options and finds it in the image.
func TestHooks(t *testing.T) {
	target := design.NewTarget("t", isa.RV32IM(), 16)
	m := example(t, "crc32", target)
	good, err := riscv.Compile(m, target)
	require.NoError(t, err)
	_, want := runImage(t, good, nil)
	require.NotEmpty(t, want.Events)

	drop := riscv.Options{Rules: func(rules []*riscv.Rule) []*riscv.Rule {
		var kept []*riscv.Rule
		for _, r := range rules {
			if r.Line.Name != "srli" {
				kept = append(kept, r)
			}
		}
		return kept
	}}
	im, err := drop.Compile(m, target)
	require.NoError(t, err)
	for _, line := range asm(im) {
		require.NotContains(t, line, "srli")
	}

	swap := riscv.Options{Colors: func(_ string, colors []uint8) {
		for k, c := range colors {
			if c == 1 && k >= 32 {
				colors[k] = 2
			}
		}
	}}
	im, err = swap.Compile(m, target)
	require.NoError(t, err)
	require.NotEqual(t, good.Text, im.Text)
}
