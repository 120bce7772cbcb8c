package tree

// Walk visits x and all expressions in it, outer expressions first.
func Walk(x Expr, visit func(Expr)) {
	if x == nil {
		return
	}
	visit(x)
	for _, e := range Operands(x) {
		Walk(e, visit)
	}
}

// EachStmt visits the statements of a block and of its nested blocks.
func EachStmt(b *Block, visit func(Stmt)) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		visit(s)
		for _, in := range Blocks(s) {
			EachStmt(in, visit)
		}
	}
}

// Root returns the local that contains the place x, or nil if x is not a place.
func Root(x Expr) *Local {
	switch x := x.(type) {
	case *LocalRef:
		return x.Local
	case *Index:
		return Root(x.X)
	case *FieldRef:
		return Root(x.X)
	case *SliceOf:
		return Root(x.X)
	}
	return nil
}

// Written lists the places that evaluating x changes: inout arguments and receive buffers.
func Written(x Expr) []Expr {
	var list []Expr
	Walk(x, func(e Expr) {
		if r, ok := e.(*HeadRecv); ok {
			list = append(list, r.Buf)
		}
		if a, ok := e.(*Asked); ok && a.Ask.Into != nil {
			list = append(list, a.Ask.Into)
		}
		k, ok := e.(*Call)
		if !ok {
			return
		}
		for _, a := range k.Args {
			if k.Func.Params[a.Index].Kind == InOutLocal {
				list = append(list, a.Value)
			}
		}
	})
	return list
}

// IsEnd reports whether a type is a device, a channel end or an array of channel ends.
func IsEnd(t *Type) bool { return t.Kind == Chan || t.Kind == Device || EndsOf(t) != nil }

// TakesEnds reports whether a function has channel ends or devices as parameters.
func TakesEnds(f *Func) bool {
	for _, p := range f.Params {
		if IsEnd(p.Type) {
			return true
		}
	}
	return false
}

// Communicates reports whether x sends or receives on a channel or device.
func Communicates(x Expr) bool {
	found := false
	Walk(x, func(e Expr) {
		switch e := e.(type) {
		case *ChanRecv, *HeadRecv, *Asked, *TryRecv, *TrySend, *LevelGet:
			found = true
		case *Call:
			found = found || TakesEnds(e.Func)
		}
	})
	return found
}
