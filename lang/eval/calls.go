package eval

import "github.com/sinter-lang/sinter/lang/tree"

// calls reports whether an expression calls a function.
func calls(x tree.Expr) bool {
	switch x := x.(type) {
	case nil:
		return false
	case *tree.Call:
		return true
	case *tree.Unary:
		return calls(x.X)
	case *tree.Binary:
		return calls(x.L) || calls(x.R)
	case *tree.Equal:
		return calls(x.L) || calls(x.R)
	case *tree.Convert:
		return calls(x.X)
	case *tree.Index:
		return calls(x.X) || calls(x.I)
	case *tree.FieldRef:
		return calls(x.X)
	case *tree.Const, *tree.ConstRef, *tree.LocalRef, *tree.BytesLit, *tree.None:
		return false
	}
	return true // assumed to contain a call
}
