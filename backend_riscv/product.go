package riscv

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// narrowProduct is the tree that a line stands for which multiplies the low bits of two
// registers, nil for other lines. Such a line is in a target when no product of the
// program has operands of more bits; who made the target has seen to that. So it is
// chosen for each product, the first operand in rs1.
func narrowProduct(in *isa.Inst) *node {
	if !in.Narrow() {
		return nil
	}
	return mk32(word.Mul, &node{leaf: operand, width: 32, name: "rs1"}, &node{leaf: operand, width: 32, name: "rs2"})
}
