package plan

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// isShift reports whether a line's result is a shift.
func isShift(in *isa.Inst) bool {
	e := in.Meaning.Rd
	return e != nil && (e.Op == word.Shl || e.Op == word.Shru || e.Op == word.Shrs)
}

// isConstantShift reports whether a line's result is a shift by its immediate.
func isConstantShift(in *isa.Inst) bool {
	return isShift(in) && in.Meaning.Rd.Args[1].Leaf == "imm"
}
