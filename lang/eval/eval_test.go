package eval_test

import (
	"errors"
	"testing"

	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
)

var u32 = tree.IntType(32, false)

// array is a constant array that an expression can index.
func array(cells ...uint64) tree.Expr {
	typ := &tree.Type{Kind: tree.Array, Len: len(cells), Elem: u32}
	return &tree.ConstRef{Expr0: tree.Expr0{T: typ}, Const: &tree.ConstDef{Type: typ, Cells: cells}}
}

func index(x tree.Expr, i uint64, proved bool) tree.Expr {
	return &tree.Index{Expr0: tree.Expr0{T: u32}, X: x, I: constant(i, u32), Proved: proved, Site: 5}
}

func TestTrapAndFault(t *testing.T) {
	a := array(7, 8)
	check(t, "a[1]", index(a, 1, false), 8)
	_, err := eval.Constant(index(a, 2, false), nil, &eval.Limits{Statements: 9, Cells: 99})
	var trap *eval.Trap
	if !errors.As(err, &trap) || trap.Site != 5 || trap.Code != tree.TrapIndex {
		t.Errorf("a[2] gives %v", err)
	}
	var fault *eval.Fault
	if _, err := eval.Constant(index(a, 2, true), nil, &eval.Limits{Statements: 9, Cells: 99}); !errors.As(err, &fault) {
		t.Errorf("a wrong proof gives %v", err)
	}
}

// loopFor is a function with a loop that counts to n.
func loopFor(n uint64) tree.Expr {
	i := &tree.Local{ID: 0, Name: "i", Type: u32, Kind: tree.LoopLocal}
	f := &tree.Func{Name: "f", Result: u32, Locals: []*tree.Local{i}}
	f.Body = &tree.Block{Stmts: []tree.Stmt{
		&tree.For{Var: i, Lo: constant(0, u32), Hi: constant(n, u32), Step: 1, Body: &tree.Block{}},
		&tree.Return{Value: constant(3, u32)},
	}}
	return &tree.Call{Expr0: tree.Expr0{T: u32}, Func: f}
}

func TestLimits(t *testing.T) {
	lim := &eval.Limits{Statements: 1 << 20, Cells: 99}
	if cells, err := eval.Constant(loopFor(1<<18), nil, lim); err != nil || cells[0] != 3 {
		t.Errorf("%v %v", cells, err)
	}
	if used := 1<<20 - lim.Statements; used < 1<<18-1<<17 || used > 1<<19 {
		t.Errorf("%d statements counted for a loop of %d rounds", used, 1<<18)
	}
	if _, err := eval.Constant(loopFor(1<<30), nil, lim); err == nil {
		t.Error("no limit on statements")
	}
	if _, err := eval.Constant(array(make([]uint64, 200)...), nil, lim); err == nil {
		t.Error("no limit on memory")
	}
}

// TestSmallEvaluationsAddUp checks that a short evaluation subtracts from the limit only the
// statements that the evaluation has executed.
func TestSmallEvaluationsAddUp(t *testing.T) {
	lim := &eval.Limits{Statements: 1 << 17, Cells: 99}
	for range 1000 {
		if _, err := eval.Constant(loopFor(9), nil, lim); err != nil {
			t.Fatal(err)
		}
	}
}
