package types

import "github.com/sinter-lang/sinter/lang/syntax"

// changedNames returns the names of all variables that a block and further
// expressions may change: targets of assignments, arguments of calls (which may
// be inout) and what methods are called on. Names are enough: at the head of
// a loop they mean what they mean there.
func changedNames(b *syntax.Block, more ...syntax.Expr) map[string]bool {
	w := changes{}
	w.block(b)
	for _, e := range more {
		w.expr(e)
	}
	return w
}

// changes is a set of names.
type changes map[string]bool

// root adds the variable that a place is in.
func (w changes) root(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.Name:
		w[e.Name] = true
	case *syntax.IndexExpr:
		w.root(e.X)
	case *syntax.SliceExpr:
		w.root(e.X)
	case *syntax.FieldExpr:
		w.root(e.X)
	case *syntax.ParenExpr:
		w.root(e.X)
	}
}

func (w changes) block(b *syntax.Block) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		w.stmt(s)
	}
}

func (w changes) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.LetStmt:
		w.expr(s.Value)
		w.block(s.Else)
	case *syntax.VarStmt:
		w.expr(s.Value)
	case *syntax.AssignStmt:
		w.element(s.Target)
		w.expr(s.Target)
		w.expr(s.Value)
	case *syntax.IfStmt:
		w.expr(s.Cond)
		w.block(s.Then)
		w.stmt(s.Else)
	case *syntax.ForStmt:
		w.bounds(s.Range)
		w.block(s.Body)
	case *syntax.WhileStmt:
		w.expr(s.Cond)
		w.block(s.Body)
	case *syntax.LoopStmt:
		w.block(s.Body)
	case *syntax.ReturnStmt:
		w.expr(s.Value)
	case *syntax.MatchStmt:
		w.expr(s.Value)
		for _, a := range s.Arms {
			w.block(a.Body)
		}
		w.block(s.Else)
	case *syntax.SelectStmt:
		for _, a := range s.Arms {
			if a.Call != nil {
				w.expr(a.Call)
			}
			w.expr(a.When)
			w.block(a.Body)
		}
	case *syntax.AssertStmt:
		w.expr(s.Cond)
	case *syntax.ExpectStmt:
		w.expr(s.Cond)
	case *syntax.TimedStmt:
		w.block(s.Body)
	case *syntax.ExprStmt:
		w.expr(s.X)
	case *syntax.Block:
		w.block(s)
	}
}

// element adds the target of an assignment unless it is an element, which
// changes no number and no length that facts are about.
func (w changes) element(e syntax.Expr) {
	if _, ok := e.(*syntax.IndexExpr); !ok {
		w.root(e)
	}
}

func (w changes) bounds(r *syntax.RangeExpr) {
	if r != nil {
		w.expr(r.Lo)
		w.expr(r.Hi)
	}
}

func (w changes) expr(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ArrayLit:
		for _, x := range e.Elems {
			w.expr(x)
		}
	case *syntax.ParenExpr:
		w.expr(e.X)
	case *syntax.UnaryExpr:
		w.expr(e.X)
	case *syntax.BinaryExpr:
		w.expr(e.L)
		w.expr(e.R)
	case *syntax.WithinExpr:
		w.expr(e.X)
		w.bounds(e.Range)
	case *syntax.SearchExpr:
		w.bounds(e.Range)
		w.expr(e.Where)
	case *syntax.CallExpr:
		w.call(e)
	case *syntax.IndexExpr:
		w.expr(e.X)
		w.expr(e.Index)
	case *syntax.SliceExpr:
		w.expr(e.X)
		w.bounds(e.Range)
	case *syntax.FieldExpr:
		w.expr(e.X)
	case *syntax.StringLit:
		for _, p := range e.Parts {
			w.expr(p.X)
		}
	}
}

func (w changes) call(e *syntax.CallExpr) {
	if f, ok := e.Fun.(*syntax.FieldExpr); ok {
		w.root(f.X)
		w.expr(f.X)
	}
	if n, ok := e.Fun.(*syntax.Name); ok && (isIntName(n.Name) || predeclared[n.Name]) {
		for _, a := range e.Args {
			w.expr(a.Value) // conversions and builtins change nothing
		}
		return
	}
	for _, a := range e.Args {
		w.root(a.Value)
		w.expr(a.Value)
	}
}
