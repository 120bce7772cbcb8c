package riscv_test

import (
	"fmt"
	"testing"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
)

// TestAbsentLines takes lines away, alone and together: the others replace them.
func TestAbsentLines(t *testing.T) {
	for _, drop := range [][]string{
		{"sltu", "sltiu"}, {"slt", "slti"}, {"slti", "sltiu", "slt", "sltu"},
		{"xor"}, {"xori"}, {"xor", "xori"}, {"or", "ori"}, {"and", "andi"}, {"sub"}, {"add"},
		{"lui"}, {"lui", "auipc"}, {"slli"}, {"sll"}, {"srai", "sra"}, {"lb", "lh"}, {"lbu", "lhu"},
		{"beq"}, {"bne"}, {"bltu", "bgeu"}, {"blt", "bge"}, {"bge", "bgeu", "beq"}, {"bne", "blt", "bltu"},
		{"beq", "bne", "blt", "bge", "bgeu"}, {"blt", "bge", "bltu", "bgeu", "beq"}, {"blt", "bge", "bltu", "bgeu", "bne"},
		{"slti", "sltiu", "slt", "sltu", "sub", "lb", "lh"},
		{"and", "andi", "ori", "xori", "blt", "bge", "bne", "slti", "sltiu", "slt"},
	} {
		t.Run(fmt.Sprint(drop), func(t *testing.T) {
			set := isa.RV32IM().Without("less", drop...)
			for seed := uint64(0); seed < 12; seed++ {
				differ(t, seed, words(true), design.NewTarget("less", set, 32))
			}
		})
	}
}
