package types

import "github.com/sinter-lang/sinter/lang/tree"

// walk visits x and all expressions in it, outermost first.
func walk(x tree.Expr, visit func(tree.Expr)) {
	if x == nil {
		return
	}
	visit(x)
	children(x, func(e tree.Expr) { walk(e, visit) })
}

// children visits the operands of x in the order of evaluation.
func children(x tree.Expr, visit func(tree.Expr)) {
	some := func(list ...tree.Expr) {
		for _, e := range list {
			if e != nil {
				visit(e)
			}
		}
	}
	switch x := x.(type) {
	case *tree.Unary:
		some(x.X)
	case *tree.Binary:
		some(x.L, x.R)
	case *tree.Equal:
		some(x.L, x.R)
	case *tree.Convert:
		some(x.X)
	case *tree.Bits:
		some(x.X)
	case *tree.FromBits:
		some(x.X)
	case *tree.Index:
		some(x.X, x.I)
	case *tree.SliceOf:
		some(x.X, x.Lo, x.Hi)
	case *tree.FieldRef:
		some(x.X)
	case *tree.Call:
		args(x.Args, visit)
	case *tree.StructLit:
		args(x.Args, visit)
	case *tree.EnumLit:
		args(x.Args, visit)
	case *tree.ArrayLit:
		some(x.Elems...)
	case *tree.Some:
		some(x.X)
	case *tree.Search:
		some(x.Lo, x.Hi, x.Where)
	case *tree.Within:
		some(x.X, x.Lo, x.Hi)
	case *tree.Clamp:
		some(x.X, x.Lo, x.Hi)
	case *tree.Parse:
		some(x.X)
	case *tree.Len:
		some(x.X)
	case *tree.ToBytes:
		some(x.X)
	case *tree.Write:
		some(x.X)
	case *tree.Sealed:
		some(x.X)
	case *tree.ChanRecv:
		some(x.Chan)
	case *tree.TryRecv:
		some(x.Chan)
	case *tree.TrySend:
		some(x.Chan, x.Value)
	case *tree.Take:
		some(x.Within, x.To)
	case *tree.Choose:
		some(x.Lo, x.Hi)
	case *tree.ChooseBytes:
		some(x.Len)
	case *tree.ChooseSubset:
		some(x.X)
	case *tree.Sector:
		some(x.I)
	case *tree.UdpRecv:
		some(x.Buf)
	case *tree.MapGet:
		some(x.Map, x.Key, x.Default)
	}
}

func args(list []tree.Arg, visit func(tree.Expr)) {
	for _, a := range list {
		if a.Value != nil {
			visit(a.Value)
		}
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
