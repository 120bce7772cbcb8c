package riscv

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// narrowProduct is the tree of a line that multiplies the low bits of two registers, nil for
// other lines. A target has such a line only when no product of the program has wider operands.
// The maker of the target ensures that. So the line is chosen for each product, with the first
// operand in rs1.
func narrowProduct(in *isa.Inst) *node {
	if !in.Narrow() {
		return nil
	}
	return mk32(word.Mul, &node{leaf: operand, width: 32, name: "rs1"}, &node{leaf: operand, width: 32, name: "rs2"})
}
