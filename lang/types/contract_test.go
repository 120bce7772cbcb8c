package types

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// contract checks that a tree satisfies what package tree promises to its users.
type contract struct {
	t    *testing.T
	name string
	fn   *tree.Func
	seen int
}

func (c *contract) bad(at diag.Span, format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s %s: "+format, append([]any{c.name, at}, args...)...)
}

func sameWord(a, b tree.Expr) bool {
	ab, as := a.Type().Word()
	bb, bs := b.Type().Word()
	return ab == bb && as == bs && ab > 0
}

func (c *contract) same(at diag.Span, a, b *tree.Type) {
	if !tree.Same(a, b) {
		c.bad(at, "%s where %s is promised", b, a)
	}
}

func (c *contract) expr(x tree.Expr) {
	if x == nil {
		return
	}
	tree.Walk(x, func(x tree.Expr) {
		c.seen++
		if x.Type() == nil || x.Span().IsZero() {
			c.bad(x.Span(), "%T without type or place", x)
			return
		}
		c.one(x)
	})
}

func (c *contract) one(x tree.Expr) {
	at := x.Span()
	switch x := x.(type) {
	case *tree.Const:
		if tree.Truncate(x.Cell, x.T) != x.Cell || x.T.IsNumber() && !facts.Holds(x.T, interval.Point(facts.Cell(x.Cell, x.T))) {
			c.bad(at, "%#x is not a cell of %s", x.Cell, x.T)
		}
	case *tree.LocalRef:
		c.same(at, x.Local.Type, x.T)
		if x.Local.ID >= len(c.fn.Locals) || c.fn.Locals[x.Local.ID] != x.Local {
			c.bad(at, "%s is not a local of %s", x.Local.Name, c.fn.Name)
		}
	case *tree.Binary:
		c.binary(x)
	case *tree.Equal:
		scalar := x.L.Type().IsScalar() && sameWord(x.L, x.R)
		if !scalar && !tree.Same(x.L.Type(), x.R.Type()) && (x.L.Type().Kind != tree.Bytes || x.R.Type().Kind != tree.Bytes) {
			c.bad(at, "%s == %s", x.L.Type(), x.R.Type())
		}
	case *tree.Within:
		if !sameWord(x.X, x.Lo) || !sameWord(x.X, x.Hi) {
			c.bad(at, "bounds of another word")
		}
	case *tree.Clamp:
		if !sameWord(x.X, x.Lo) || !sameWord(x.X, x.Hi) || !sameWord(x.X, x) {
			c.bad(at, "bounds or result of another word")
		}
	case *tree.Search:
		if !sameWord(x.Lo, x.Hi) {
			c.bad(at, "bounds of another word")
		}
	case *tree.SliceOf:
		if x.Lo != nil && !sameWord(x.Lo, x.Hi) {
			c.bad(at, "bounds of another word")
		}
	case *tree.Some:
		c.same(at, x.T.Elem, x.X.Type())
	case *tree.Call:
		c.call(x)
	case *tree.StructLit:
		for _, a := range x.Args {
			if x.T.Kind == tree.Layout {
				c.same(at, x.T.Layout.Fields[a.Index].Type, a.Value.Type())
			} else {
				c.same(at, x.T.Struct.Fields[a.Index].Type, a.Value.Type())
			}
		}
	case *tree.MapGet:
		c.same(at, x.Map.Type().Key, x.Key.Type())
		c.same(at, x.Map.Type().Elem, x.Default.Type())
	case *tree.ArrayLit:
		for _, e := range x.Elems {
			c.same(at, x.T.Elem, e.Type())
		}
	}
}

func (c *contract) binary(x *tree.Binary) {
	isShift := x.Op == tree.Shl || x.Op == tree.Shr
	if !isShift && !sameWord(x.L, x.R) {
		c.bad(x.At, "operands %s and %s", x.L.Type(), x.R.Type())
	}
	if (x.Op <= tree.Shr) != (x.T.IsNumber() || x.T.IsReal() || x.T.IsTime()) || x.Op <= tree.Shr && !sameWord(x.L, x) {
		c.bad(x.At, "result %s of %s", x.T, x.L.Type())
	}
}

func (c *contract) call(x *tree.Call) {
	if len(x.Args) != len(x.Func.Params) {
		c.bad(x.At, "%d arguments for %d parameters", len(x.Args), len(x.Func.Params))
	}
	for _, a := range x.Args {
		p := x.Func.Params[a.Index]
		c.same(a.Value.Span(), p.Type, a.Value.Type())
		if p.Kind == tree.InOutLocal && tree.Root(a.Value) == nil {
			c.bad(a.Value.Span(), "an inout argument that is not a place")
		}
	}
}

func (c *contract) block(b *tree.Block) {
	if b == nil {
		return
	}
	for i, s := range b.Stmts {
		c.stmt(s)
		switch s.(type) {
		case *tree.Return, *tree.Break, *tree.Continue:
			if i+1 < len(b.Stmts) {
				c.bad(s.Span(), "statements after it")
			}
		}
	}
}

func (c *contract) stmt(s tree.Stmt) {
	for _, x := range tree.Heads(s) {
		c.expr(x)
	}
	switch s := s.(type) {
	case *tree.Declare:
		if s.Value != nil {
			c.same(s.At, s.Local.Type, s.Value.Type())
		}
	case *tree.LetElse:
		c.expr(s.Value)
		c.block(s.Else)
	case *tree.Assign:
		c.same(s.At, s.Target.Type(), s.Value.Type())
	case *tree.If:
		c.expr(s.Cond)
		c.block(s.Then)
		c.block(s.Else)
	case *tree.IfLet:
		c.expr(s.Value)
		c.block(s.Then)
		c.block(s.Else)
	case *tree.For:
		c.forStmt(s)
	case *tree.While:
		c.expr(s.Cond)
		c.block(s.Body)
	case *tree.Loop:
		c.block(s.Body)
	case *tree.Match:
		c.expr(s.Value)
		for _, a := range s.Arms {
			c.block(a.Body)
		}
		c.block(s.Else)
	case *tree.Return:
		if s.Value != nil {
			c.expr(s.Value)
			c.same(s.At, c.fn.Result, s.Value.Type())
		}
	case *tree.Timed:
		c.block(s.Body)
	case *tree.Block:
		c.block(s)
	case *tree.ChanSend:
		c.expr(s.Value)
		c.same(s.At, s.Chan.Type().Elem, s.Value.Type())
	}
}

func (c *contract) forStmt(s *tree.For) {
	c.expr(s.Lo)
	c.expr(s.Hi)
	bits, _ := s.Lo.Type().Word()
	var1, _ := s.Var.Type.Word()
	if !sameWord(s.Lo, s.Hi) || var1 > bits || s.Step == 0 {
		c.bad(s.At, "bounds %s and %s of %s", s.Lo.Type(), s.Hi.Type(), s.Var.Type)
	}
	c.block(s.Body)
}

// TestContract checks the trees of all examples and test programs.
func TestContract(t *testing.T) {
	examples, _ := filepath.Glob("../../examples/*/*.sn")
	programs, _ := filepath.Glob("testdata/programs/*.txtar")
	total := 0
	for _, name := range append(examples, programs...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if filepath.Ext(name) == ".txtar" {
			text = string(txtar.Parse(data).Files[0].Data)
		}
		f, errs := syntax.Parse(&diag.File{Name: name, Text: text})
		p, more := Check([]*syntax.File{f}, Options{})
		if p == nil || errs.Err() != nil {
			t.Fatalf("%s:\n%s", name, diag.Render(append(errs, more...)))
		}
		all := append(p.Funcs, p.Tasks...)
		for _, test := range p.Tests {
			all = append(all, test.Body)
		}
		for _, fn := range all {
			c := &contract{t: t, name: name, fn: fn}
			c.block(fn.Body)
			total += c.seen
		}
	}
	if total < 1000 {
		t.Errorf("only %d expressions", total)
	}
}
