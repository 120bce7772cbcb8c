package types

import "github.com/sinter-lang/sinter/lang/tree"

// walk visits x and all expressions in it, outermost first.
func walk(x tree.Expr, visit func(tree.Expr)) {
	if x == nil {
		return
	}
	visit(x)
	for _, e := range tree.Operands(x) {
		walk(e, visit)
	}
}
