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

// stmtExprs visits the expressions that a statement evaluates itself, not
// those of the blocks in it.
func stmtExprs(s tree.Stmt, visit func(tree.Expr)) {
	switch s := s.(type) {
	case *tree.Declare:
		visit(s.Value)
	case *tree.Assign:
		visit(s.Target)
		visit(s.Value)
	case *tree.Assert:
		visit(s.Cond)
	case *tree.Log:
		for _, a := range s.Args {
			visit(a)
		}
	case *tree.Do:
		visit(s.X)
	case *tree.Append:
		visit(s.Buf)
		visit(s.Value)
	case *tree.Resize:
		visit(s.Buf)
		visit(s.Len)
	case *tree.MapPut:
		visit(s.Map)
		visit(s.Key)
		visit(s.Value)
	case *tree.MapRemove:
		visit(s.Map)
		visit(s.Key)
	case *tree.Expect:
		visit(s.Cond)
	}
}
