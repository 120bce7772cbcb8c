package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// head is the checked header of a for loop or search.
type head struct {
	lo, hi tree.Expr // bounds, in one word type
	closed bool
	safe   bool
	step   uint64
	typ    *tree.Type  // type of the loop variable
	before facts.Range // the known range of the bounds before the loop
}

// loopHead checks the bounds and the step.
func (b *body) loopHead(r *syntax.RangeExpr, step syntax.Expr) *head {
	lo, hi := b.rangeBounds(r)
	h := &head{step: 1}
	if step != nil && !b.step(step, h) {
		return nil
	}
	if lo == nil || hi == nil {
		return nil
	}
	ls, hs := facts.All(lo.Type()), facts.All(hi.Type())
	word := facts.WordFor(ls.Hull(hs))
	if word == nil {
		b.c.errorf(codes.TooWide, r.Span(), "64 bits cannot hold both bounds")
		return nil
	}
	h.before = b.facts.Over(lo, hi, r.Closed)
	h.closed = r.Closed
	top := hs.Hi
	if !r.Closed {
		top = top.Sub(interval.Int(1))
	}
	h.typ = facts.RangeType(interval.Set{Lo: ls.Lo, Hi: interval.Max(top, ls.Lo)})
	h.lo, h.hi = toWord(lo, word), toWord(hi, word)
	b.openRange(h, word, hs)
	h.safe = h.isSafe(word)
	return h
}

func (b *body) step(e syntax.Expr, h *head) bool {
	v, ok := b.constInt(e)
	if !ok {
		return false
	}
	if v.Sign() <= 0 || !v.IsInt64() {
		b.c.errorf(codes.BadSize, e.Span(), "a step is a constant from 1 to 9223372036854775807, not %s", v)
		return false
	}
	h.step = v.Uint64()
	return true
}

// openRange turns a..=b into a..b+1 if the word type can hold b+1.
func (b *body) openRange(h *head, word *tree.Type, hs interval.Set) {
	next := interval.Point(hs.Hi.Add(interval.Int(1)))
	if !h.closed || !facts.Holds(word, next) {
		return
	}
	one := &tree.Const{Expr0: tree.Expr0{At: h.hi.Span(), T: word}, Cell: 1}
	if k, ok := h.hi.(*tree.Const); ok {
		h.hi = &tree.Const{Expr0: k.Expr0, Cell: k.Cell + 1}
		h.hi.(*tree.Const).T = word
	} else {
		h.hi = &tree.Binary{Expr0: tree.Expr0{At: h.hi.Span(), T: word}, Op: tree.Add, L: h.hi, R: one}
	}
	h.closed = false
}

// isSafe reports whether the last value plus the step fits the types of the bounds and the
// variable.
func (h *head) isSafe(word *tree.Type) bool {
	bits, signed := h.typ.Word()
	past := interval.Point(facts.All(h.typ).Hi.Add(interval.Uint(h.step)))
	return facts.Holds(word, past) && facts.Holds(tree.IntType(bits, signed), past)
}

// inside checks the body of the loop and reports whether the loop may run. In an instance of a
// generic function, constants can make the range of a loop empty. All checks inside such a loop
// count as proved, and the caller drops the loop.
func (b *body) inside(h *head, check func()) (runs bool) {
	runs = !h.before.Empty()
	if !runs {
		b.empty++
		defer func() { b.empty-- }()
	}
	check()
	return runs
}

// enter starts the body of a loop. It removes the facts about variables that the body changes.
func (b *body) enter(names map[string]bool) {
	for name := range names {
		if l := b.lookup(name); l != nil {
			b.facts.Forget(l)
		}
	}
	b.loops = append(b.loops, &loop{})
}

func (b *body) leave() *loop {
	l := b.loops[len(b.loops)-1]
	b.loops = b.loops[:len(b.loops)-1]
	return l
}

func (b *body) forStmt(n *syntax.ForStmt) tree.Stmt {
	hints := b.hints(n.Hints, atLoop)
	h := b.loopHead(n.Range, n.Step)
	names := changedNames(n.Body)
	b.enter(names)
	after := b.facts.Clone()
	b.push()
	if h == nil {
		b.poison(n.Var)
		b.block(n.Body)
		b.pop()
		b.leave()
		b.facts = after
		return nil
	}
	v := b.declareLocal(n.Var, h.typ, tree.LoopLocal)
	if v == nil {
		v = b.newLocal("_", n.Var.Span(), h.typ, tree.LoopLocal)
	}
	b.facts.LearnRound(v, h.before, names)
	s := &tree.For{
		Stmt0: tree.Stmt0{At: n.Span()}, Var: v, Lo: h.lo, Hi: h.hi, Closed: h.closed, Step: h.step, Safe: h.safe,
		Unroll: hints["unroll"],
	}
	if b.inside(h, func() { s.Body = b.block(n.Body) }) {
		b.fewBanks(s, hintSpan(n))
	} else {
		s.Body = &tree.Block{}
	}
	b.pop()
	b.leave()
	b.facts = after
	return s
}

// maxRounds bounds the max of a while loop.
const maxRounds = 1 << 32

func (b *body) whileStmt(n *syntax.WhileStmt) tree.Stmt {
	b.hints(n.Hints, atLoop)
	s := &tree.While{Stmt0: tree.Stmt0{At: n.Span()}}
	s.Max = b.rounds(n)
	b.enter(changedNames(n.Body, n.Cond))
	after := b.facts.Clone()
	s.Cond = b.condition(n.Cond)
	if s.Cond != nil {
		b.facts.Assume(s.Cond, true)
	}
	s.Body = b.block(n.Body)
	l := b.leave()
	b.facts = after
	if s.Cond == nil {
		return nil
	}
	b.facts.Assume(s.Cond, false)
	b.facts = facts.Join(b.facts, l.breaks)
	s.Site = b.trap(tree.TrapMax, n.Max.Span())
	return s
}

// rounds checks the max of a while loop.
func (b *body) rounds(n *syntax.WhileStmt) uint64 {
	if n.Max == nil {
		b.c.errorf(codes.BadMax, n.Span(), "a while loop states its `max`").Hint("write `while c max 100 { }`")
		return 0
	}
	v, ok := b.constInt(n.Max)
	if !ok {
		return 0
	}
	if v.Sign() < 0 || v.Cmp(big.NewInt(maxRounds)) > 0 {
		b.c.errorf(codes.BadMax, n.Max.Span(), "the max of a loop is 0 to 4294967296, not %s", v)
	}
	return v.Uint64()
}

func (b *body) loopStmt(n *syntax.LoopStmt) tree.Stmt {
	b.hints(n.Hints, atLoop)
	b.enter(changedNames(n.Body))
	s := &tree.Loop{Stmt0: tree.Stmt0{At: n.Span()}}
	before := b.c.failed
	s.Body = b.block(n.Body)
	l := b.leave()
	b.facts = l.breaks
	if b.c.failed == before && spins(s.Body) {
		e := b.c.errorf(codes.Spins, wordSpan(n.Span(), "loop"), "this loop may go round without waiting").
			Hint("on each way round it must send, receive or leave")
		if !b.inTask() {
			e.Hint("in a function use `for` or `while c max n`")
		}
	}
	return s
}

// wordSpan is the source position of the keyword that a statement starts with.
func wordSpan(at diag.Span, word string) diag.Span {
	at.End = min(at.End, at.Start+len(word))
	return at
}

// hintSpan is the source position of a loop's hints.
func hintSpan(n *syntax.ForStmt) diag.Span {
	if len(n.Hints) == 0 {
		return n.Span()
	}
	return n.Hints[0].Span()
}
