package syntax

// Walk visits n. If `visit` returns true, Walk then visits all nodes in n, in source order. A
// plain identifier, such as the name of a declaration, is a part of its node and is not visited. A
// name used as a value is visited, because it is a *Name node.
func Walk(n Node, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, k := range Children(n) {
		Walk(k, visit)
	}
}

// RootName returns the variable that contains the written place x, or "" if x is not a place.
func RootName(x Expr) string {
	for {
		switch e := x.(type) {
		case *Name:
			return e.Name
		case *IndexExpr:
			x = e.X
		case *SliceExpr:
			x = e.X
		case *FieldExpr:
			x = e.X
		case *ParenExpr:
			x = e.X
		default:
			return ""
		}
	}
}

// Children lists the direct children of n in source order. Parts that are not interfaces come
// as pointers: *Field, *Variant, *LayoutField, *Seal, *Generic, *Param, *Hint, *MatchArm,
// *SelectArm, *StringPart, *Arg and *TypeArg.
func Children(n Node) []Node {
	switch n.(type) {
	case Decl:
		return childrenOfDecl(n)
	case SystemItem:
		return childrenOfItem(n)
	case Stmt:
		return childrenOfStmt(n)
	case Expr:
		return childrenOfExpr(n)
	case TypeExpr:
		return childrenOfType(n)
	}
	return childrenOfPart(n)
}

// kids collects the nodes that are present.
type kids []Node

func (k kids) expr(list ...Expr) kids {
	for _, x := range list {
		if x != nil {
			k = append(k, x)
		}
	}
	return k
}

func (k kids) typ(x TypeExpr) kids {
	if x != nil {
		k = append(k, x)
	}
	return k
}

func (k kids) stmt(x Stmt) kids {
	if x != nil {
		k = append(k, x)
	}
	return k
}

// one adds a node whose pointer may be nil.
func one[T any, P interface {
	*T
	Node
}](k kids, x P,
) kids {
	if x != nil {
		k = append(k, x)
	}
	return k
}

// each adds parts that are held by value.
func each[T any, P interface {
	*T
	Node
}](k kids, list []T,
) kids {
	for i := range list {
		k = append(k, P(&list[i]))
	}
	return k
}

func childrenOfDecl(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *ConstDecl:
		return k.typ(n.Type).expr(n.Value)
	case *AssertDecl:
		return k.expr(n.Cond)
	case *TypeDecl:
		return k.typ(n.Type)
	case *StructDecl:
		return each(k, n.Fields)
	case *EnumDecl:
		return each(k.typ(n.Width), n.Variants)
	case *LayoutDecl:
		return each(k, n.Fields)
	case *FnDecl:
		k = each(each(k, n.Generics), n.Params).typ(n.Result).expr(n.Where)
		return one(each(k, n.Hints), n.Body)
	case *TaskDecl:
		return one(each(k, n.Params), n.Body)
	case *SystemDecl:
		return each(k, n.Hints).items(n.Items)
	case *TestDecl:
		return one(one(k, n.Name), n.Body)
	case *BudgetDecl:
		return k.expr(n.Lines...)
	}
	return k
}

func (k kids) items(list []SystemItem) kids {
	for _, x := range list {
		k = append(k, x)
	}
	return k
}

func childrenOfItem(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *BindItem:
		return k.expr(n.Value)
	case *ChanItem:
		return k.expr(n.Count).typ(n.Elem).expr(n.Cap)
	case *RunItem:
		return one(k, n.Call)
	case *ForItem:
		return one(k, n.Range).expr(n.Step).items(n.Items)
	}
	return k
}

func childrenOfStmt(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *Block:
		if n == nil { // after a parse error
			return nil
		}
		for _, s := range n.Stmts {
			k = append(k, s)
		}
	case *LetStmt:
		return one(k.typ(n.Type).expr(n.Value), n.Else)
	case *VarStmt:
		return each(k.typ(n.Type).expr(n.Value), n.Hints)
	case *AssignStmt:
		return k.expr(n.Target, n.Value)
	case *IfStmt:
		return one(k.expr(n.Cond), n.Then).stmt(n.Else)
	case *ForStmt:
		return one(each(one(k, n.Range).expr(n.Step), n.Hints), n.Body)
	case *WhileStmt:
		return one(each(k.expr(n.Cond, n.Max), n.Hints), n.Body)
	case *LoopStmt:
		return one(each(k, n.Hints), n.Body)
	case *ReturnStmt:
		return k.expr(n.Value)
	case *MatchStmt:
		return one(each(k.expr(n.Value), n.Arms), n.Else)
	case *SelectStmt:
		return each(k, n.Arms)
	case *AssertStmt:
		return k.expr(n.Cond)
	case *TimedStmt:
		return one(k, n.Body)
	case *ExprStmt:
		return one(k.expr(n.X), n.Else)
	default:
		return childrenOfTestStmt(n)
	}
	return k
}

// childrenOfTestStmt lists the children of a statement that occurs only in tests.
func childrenOfTestStmt(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *ExpectStmt:
		return k.expr(n.Cond)
	case *FailStmt:
		return k.expr(n.Message)
	case *StartStmt:
		return one(k, n.Call)
	case *CrashStmt:
		return k.expr(n.Device, n.Losing)
	}
	return k
}

func childrenOfExpr(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *StringLit:
		return each(k, n.Parts)
	case *ArrayLit:
		return k.expr(n.Elems...)
	case *ParenExpr:
		return k.expr(n.X)
	case *UnaryExpr:
		return k.expr(n.X)
	case *BinaryExpr:
		return k.expr(n.L, n.R)
	case *RangeExpr:
		return k.expr(n.Lo, n.Hi)
	case *WithinExpr:
		return one(k.expr(n.X), n.Range)
	case *SearchExpr:
		return one(k, n.Range).expr(n.Where)
	case *CallExpr:
		return each(k.expr(n.Fun), n.Args)
	case *IndexExpr:
		return k.expr(n.X, n.Index)
	case *SliceExpr:
		return one(k.expr(n.X), n.Range)
	case *FieldExpr:
		return k.expr(n.X)
	case *TypeExprValue:
		return k.typ(n.Type)
	}
	return k
}

func childrenOfType(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *NamedType:
		return each(k, n.Args)
	case *BytesType:
		return k.expr(n.Size)
	case *ArrayType:
		return k.expr(n.Len).typ(n.Elem)
	case *SliceType:
		return k.typ(n.Elem)
	case *OptionType:
		return k.typ(n.Elem)
	case *RangeType:
		return one(k, n.Range)
	case *ChanEndType:
		return k.typ(n.Elem)
	}
	return k
}

// childrenOfPart lists the children of a node that only occurs as a part of other nodes.
func childrenOfPart(n Node) kids {
	var k kids
	switch n := n.(type) {
	case *Field:
		return k.typ(n.Type)
	case *Variant:
		return each(k, n.Payload).expr(n.Value)
	case *LayoutField:
		return one(one(k.typ(n.Type), n.In).expr(n.Fixed), n.Seal).expr(n.When)
	case *Generic:
		return k.typ(n.Bound)
	case *Param:
		return k.typ(n.Type)
	case *Hint:
		return k.expr(n.Args...)
	case *MatchArm:
		for _, p := range n.Patterns {
			k = append(k, p)
		}
		return one(k, n.Body)
	case *ValuePattern:
		return k.expr(n.Value)
	case *SelectArm:
		return one(one(k, n.Call).expr(n.When), n.Body)
	case *StringPart:
		return k.expr(n.X)
	case *Arg:
		return k.expr(n.Value)
	case *TypeArg:
		return k.typ(n.Type).expr(n.Value)
	}
	return k
}
