package types

import (
	"slices"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

// spins reports whether a loop can start its next round without an operation that waits.
func spins(body *tree.Block) bool {
	w := way{}
	return w.block(body) || w.next
}

// way describes the paths through a loop body on which the task has not yet waited. If such a path
// reaches a continue of the loop, the field `next` is set. For a break the field is `out`, and for
// a return it is `back`.
type way struct {
	next, out bool
	back      bool // a path reached a return
}

// block reports whether a path without waiting reaches the end of the block.
func (w *way) block(b *tree.Block) bool {
	if b == nil {
		return true
	}
	for _, s := range b.Stmts {
		if !w.stmt(s) {
			return false
		}
	}
	return true
}

// stmt reports whether a path without waiting leads through a statement.
func (w *way) stmt(s tree.Stmt) bool {
	switch s := s.(type) {
	case *tree.ChanSend, *tree.DevRecv, *tree.DevSend, *tree.Fail:
		return false
	case *tree.DevAsk: // a bus always answers immediately
		return !kindOf(s.Dev).Blocks() && !waitsIn(s)
	case *tree.Select:
		return w.selected(s)
	case *tree.Return:
		w.back = true
		return false
	case *tree.Break:
		w.out = true
		return false
	case *tree.Continue:
		w.next = true
		return false
	case *tree.If:
		if waits(s.Cond) {
			return false
		}
		then, other := w.block(s.Then), w.block(s.Else)
		return then || other
	case *tree.IfLet:
		if waits(s.Value) {
			return false
		}
		then, other := w.block(s.Then), w.block(s.Else)
		return then || other
	case *tree.LetElse:
		if waits(s.Value) {
			return false
		}
		w.block(s.Else)
		return true
	case *tree.Match:
		return w.match(s)
	case *tree.For:
		return !waits(s.Lo) && !waits(s.Hi)
	case *tree.While:
		return !waits(s.Cond)
	case *tree.Loop:
		inner := way{}
		inner.block(s.Body)
		return inner.out
	case *tree.Timed:
		return w.block(s.Body)
	case *tree.Block:
		return w.block(s)
	}
	return !waitsIn(s)
}

// selected follows the paths through the arms of a select that may be ready on entry. A path
// through any other arm has waited, because that arm runs only after an event.
func (w *way) selected(s *tree.Select) bool {
	through := false
	for i := range s.Arms {
		if a := &s.Arms[i]; atOnce(a) {
			through = w.block(a.Body) || through
		}
	}
	return through
}

func (w *way) match(s *tree.Match) bool {
	if waits(s.Value) {
		return false
	}
	through := false
	for _, a := range s.Arms {
		through = w.block(a.Body) || through
	}
	if s.Else != nil {
		through = w.block(s.Else) || through
	}
	return through
}

// waitsIn reports whether the evaluation of a simple statement always receives.
func waitsIn(s tree.Stmt) bool {
	return slices.ContainsFunc(tree.Heads(s), waits)
}

// waits reports whether evaluating x always receives. Right operands of `and` and `or` do not
// count, because a program may skip their evaluation.
func waits(x tree.Expr) bool {
	switch x := x.(type) {
	case nil:
		return false
	case *tree.ChanRecv, *tree.HeadRecv, *tree.Take:
		return true
	case *tree.Asked:
		if kindOf(x.Ask.Dev).Blocks() {
			return true
		}
	case *tree.Call:
		if alwaysWaits(x.Func) {
			return true
		}
	case *tree.Binary:
		return waits(x.L) || x.Op != tree.And && x.Op != tree.Or && waits(x.R)
	case *tree.Search:
		return waits(x.Lo) || waits(x.Hi)
	}
	found := false
	for _, e := range tree.Operands(x) {
		found = found || waits(e)
	}
	return found
}

// alwaysWaits reports whether each path through a function waits.
func alwaysWaits(f *tree.Func) bool {
	if !tree.TakesEnds(f) || f.Body == nil {
		return false
	}
	w := way{}
	return !w.block(f.Body) && !w.back
}

// checkRecursion reports cycles of the call graph.
func (c *checker) checkRecursion() {
	g := graph{c: c, stages: map[*fnInfo]stage{}}
	for _, f := range c.functions() {
		g.visit(f)
	}
}

// graph is the state of a depth-first walk through the call graph.
type graph struct {
	c      *checker
	stages map[*fnInfo]stage
	path   []call // the calls that lead to the current function
}

func (g *graph) visit(f *fnInfo) {
	if g.stages[f] != stageNew {
		return
	}
	g.stages[f] = stageBusy
	for _, k := range f.calls {
		g.path = append(g.path, k)
		if g.stages[k.to] == stageBusy {
			g.report(k.to)
		}
		g.visit(k.to)
		g.path = g.path[:len(g.path)-1]
	}
	g.stages[f] = stageDone
}

// report reports the call cycle at the end of the path.
func (g *graph) report(f *fnInfo) {
	e := g.c.errorf(codes.Recursion, f.tree.Span, "`%s` calls itself", f.tree.Name)
	from := len(g.path) - 1
	for from > 0 && g.path[from-1].to != f {
		from--
	}
	for _, k := range g.path[from:min(len(g.path), from+maxNotes)] {
		e.Note(k.at, "calls `%s`", k.to.tree.Name)
	}
	e.Hint("there is no recursion: memory is known before the program runs; use a loop with an array as its stack")
}

// checkTimed reports timed kernels (functions with a timed region) that the evaluation of a
// constant called.
func (c *checker) checkTimed() {
	for _, use := range c.consts {
		if len(use.fn.timed) > 0 {
			c.errorf(codes.TimedConst, use.at, "`%s` is a timed kernel and is not evaluated at compile time", use.fn.tree.Name).
				Note(use.fn.timed[0], "it is timed here")
		}
	}
}

// checkMemory bounds the memory that the whole program declares.
func (c *checker) checkMemory() {
	total := 0
	for _, f := range c.functions() {
		for _, l := range f.tree.Locals {
			if l.Kind == tree.ParamLocal || l.Kind == tree.InOutLocal || l.Type == nil {
				continue
			}
			if total += tree.Cells(l.Type); total > tree.MaxCells {
				c.errorf(codes.TooLarge, l.Span, "the variables of the program have more than %d words of memory", tree.MaxCells)
				return
			}
		}
	}
}
