package riscv

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// narrowProduct returns the tree of a line that multiplies the low bits of two registers. It
// returns nil for other lines. A target includes such a line only if no multiplication of the
// program has wider operands. So the selector may use the line for every multiplication, with
// the first operand in rs1.
func narrowProduct(in *isa.Inst) *node {
	if !in.Narrow() {
		return nil
	}
	return mk32(word.Mul, &node{leaf: operand, width: 32, name: "rs1"}, &node{leaf: operand, width: 32, name: "rs2"})
}
