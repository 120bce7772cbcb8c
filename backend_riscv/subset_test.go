package riscv_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
)

// TestAbsentLines removes lines from the target, alone and together. Other lines replace them.
func TestAbsentLines(t *testing.T) {
	for _, drop := range [][]string{
		{"sltu", "sltiu"},
		{"slt", "slti"},
		{"slti", "sltiu", "slt", "sltu"},
		{"xor"},
		{"xori"},
		{"xor", "xori"},
		{"or", "ori"},
		{"and", "andi"},
		{"sub"},
		{"add"},
		{"lui", "auipc"},
		{"slli"},
		{"sll", "srl"},
		{"srai", "sra"},
		{"lb", "lh"},
		{"lbu", "lhu"},
		{"beq"},
		{"bne"},
		{"bltu", "bgeu"},
		{"blt", "bge"},
		{"bge", "bgeu", "beq"},
		{"bne", "blt", "bltu"},
		{"beq", "bne", "blt", "bge", "bgeu"},
		{"blt", "bge", "bltu", "bgeu", "beq"},
		{"blt", "bge", "bltu", "bgeu", "bne"},
		{"slti", "sltiu", "slt", "sltu", "sub", "lb", "lh"},
		{"and", "andi", "ori", "xori", "blt", "bge", "bne", "slti", "sltiu", "slt"},
	} {
		t.Run(fmt.Sprint(drop), func(t *testing.T) {
			target := design.NewTarget("less", isa.RV32IM().Without("less", drop...), 32)
			for seed := uint64(0); seed < 6; seed++ {
				differ(t, seed, pass.Stages(), target)
				differ(t, seed, pass.List(), target)
			}
		})
	}
}

// TestImpossible checks that the error names the meaning that a target lacks, never a mnemonic.
func TestImpossible(t *testing.T) {
	const src = `module t
log 0 "" u:32 ""
state %a 8 align 4
task 0 main @main
func @main(v1: tok, v2: tok %a) -> (tok) {
b0(v1, v2):
  v3: i32 = load4 %a, v2
  v4: i8 = load1 %a[4], v2
  v5: i32 = zext v4
  v6: i32 = shru v3, v5
  v7: tok = log v6, v1 !0 task 0
  ret v7
}
`
	for _, c := range []struct {
		drop []string
		want string
	}{
		{[]string{"jal"}, "`rd = pc + 4 ; pc = pc + imm`"},
		{[]string{"jalr"}, "`rd = pc + 4 ; pc = rs1 + imm`"},
		{[]string{"lw"}, "`rd = mem32[rs1 + imm]`"},
		{[]string{"sw"}, "`mem32[rs1 + imm] = rs2`"},
		{[]string{"addi"}, "`rd = rs1 + imm`"},
		{[]string{"ebreak"}, "`trap`"},
		{[]string{"beq", "bne", "blt", "bge", "bltu", "bgeu"}, "`if ...: pc = pc + imm`"},
		{[]string{"srl", "srli"}, "no instruction for shru of 32 bits"},
		{[]string{"lb", "lbu"}, "no instruction that loads 8 bits"},
	} {
		target := design.NewTarget("less", isa.RV32IM().Without("less", c.drop...), 32)
		m := ir.MustParse("t.sir", src)
		require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
		_, err := riscv.Compile(m, target)
		require.ErrorContains(t, err, c.want)
	}
	m := ir.MustParse("t.sir", src)
	_, err := riscv.Compile(m, design.NewTarget("t", isa.RV32IM(), 32))
	require.ErrorContains(t, err, "the tasks pass runs first")
}
