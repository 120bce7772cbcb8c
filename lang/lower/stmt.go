package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

func (x *lowering) block(b *tree.Block) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		x.At = s.Span()
		x.stmt(s)
	}
}

func (x *lowering) stmt(s tree.Stmt) {
	switch s := s.(type) {
	case *tree.Declare:
		x.declareStmt(s)
	case *tree.LetElse:
		x.letElse(s)
	case *tree.IfLet:
		x.ifLet(s)
	case *tree.Assign:
		x.assignStmt(s)
	case *tree.If:
		x.ifStmt(s)
	case *tree.For:
		x.forStmt(s)
	case *tree.While:
		x.while(s)
	case *tree.Loop:
		x.loop(s)
	case *tree.Break:
		x.goTo(x.loops[len(x.loops)-1].done)
		x.dead()
	case *tree.Continue:
		x.goTo(x.loops[len(x.loops)-1].next)
		x.dead()
	case *tree.Match:
		x.match(s)
	case *tree.Return:
		x.returnStmt(s)
	case *tree.Assert:
		x.Check(x.word(s.Cond), s.Site)
	case *tree.Expect:
		x.Check(x.word(s.Cond), s.Site)
	case *tree.Fail:
		x.Check(x.word(&tree.Const{Expr0: tree.Expr0{At: s.At, T: &tree.Type{Kind: tree.Bool}}}), s.Site)
		x.stmt(&tree.Return{Stmt0: s.Stmt0})
	case *tree.Timed:
		x.Emit(&ir.Instr{Op: ir.OpMark, Imm: uint64(2 * s.Mark)})
		x.block(s.Body)
		x.At = s.At
		x.Emit(&ir.Instr{Op: ir.OpMark, Imm: uint64(2*s.Mark + 1)})
	case *tree.Do:
		x.value(s.X, nil)
	case *tree.Block:
		x.block(s)
	case *tree.Append:
		x.appendTo(s)
	case *tree.Resize:
		x.resize(s)
	case *tree.MapPut:
		x.mapPut(s)
	case *tree.MapRemove:
		x.mapRemove(s)
	default:
		x.osStmt(s)
	}
}

func (x *lowering) returnStmt(s *tree.Return) {
	if s.Value == nil {
		x.ret(nil)
		return
	}
	l := x.value(s.Value, nil)
	x.At = s.At
	if l == nil {
		l = []leaf{}
	}
	x.ret(l)
}

func (x *lowering) declareStmt(s *tree.Declare) {
	slots := x.begin(s.Local)
	if s.Value == nil {
		x.clear(s.Local, slots)
		return
	}
	var dst []ir.Ref
	for _, t := range slots {
		if t.v == nil && t.ref.Obj != nil {
			dst = append(dst, t.ref)
		}
	}
	if len(dst) != objects(s.Local.Type) {
		dst = nil // some leaf has no address
	}
	l := x.value(s.Value, dst)
	x.At = s.At
	x.assign(s.Local.Type, slots, l)
}

func objects(t *tree.Type) int {
	n := 0
	for _, lt := range leavesOf(t) {
		if lt.object {
			n++
		}
	}
	return n
}

// option evaluates an option. If the option is absent, the emitted code jumps to the block
// `no`. Otherwise it continues in a new block with the leaves of the value.
func (x *lowering) option(e tree.Expr, no *ir.Block) []leaf {
	if p, ok := e.(*tree.Parse); ok {
		return x.parseOr(p, no)
	}
	var l []leaf
	if w, ok := e.(*tree.Within); ok {
		x.At = e.Span()
		l = x.within(w)
	} else {
		l = x.value(e, nil)
	}
	x.At = e.Span()
	yes := x.NewBlock()
	x.branch(l[0].v, yes, no)
	x.enter(yes)
	return l[1:]
}

// bind sets a new local to the leaves of a value.
func (x *lowering) bind(p *tree.Local, l []leaf) {
	if p != nil {
		x.assign(p.Type, x.begin(p), l)
	}
}

func (x *lowering) letElse(s *tree.LetElse) {
	no, after := x.NewBlock(), x.NewBlock()
	l := x.option(s.Value, no)
	x.At = s.At
	x.bind(s.Local, l)
	x.goTo(after)
	x.enter(no)
	x.block(s.Else)
	x.goTo(after) // not reached: the else leaves the block
	x.enter(after)
}

func (x *lowering) ifLet(s *tree.IfLet) {
	no, after := x.NewBlock(), x.NewBlock()
	l := x.option(s.Value, no)
	x.At = s.At
	x.bind(s.Local, l)
	x.block(s.Then)
	x.goTo(after)
	x.enter(no)
	x.block(s.Else)
	x.goTo(after)
	x.enter(after)
}

func (x *lowering) assignStmt(s *tree.Assign) {
	p := x.place(s.Target)
	l := x.value(s.Value, nil)
	x.At = s.At
	if len(l) > 1 && objects(s.Target.Type()) > 1 { // one object may be read while another is written
		l = x.keep(s.Target.Type(), l)
	}
	x.write(p, l)
}

func (x *lowering) ifStmt(s *tree.If) {
	yes, no, after := x.NewBlock(), x.NewBlock(), x.NewBlock()
	if s.Else == nil {
		no = after
	}
	x.condition(s.Cond, yes, no)
	x.enter(yes)
	x.block(s.Then)
	x.goTo(after)
	if s.Else != nil {
		x.enter(no)
		x.block(s.Else)
		x.goTo(after)
	}
	x.enter(after)
}

// counting is a loop over a range. The loop tests at the end of a round whether another round
// follows, which needs only one jump in each round. If the last value plus the step may overflow
// the word, the loop tests the remaining distance instead.
type counting struct {
	v      *tree.Local
	lo, hi tree.Expr
	closed bool
	safe   bool
	step   uint64
}

// count emits the loop and, for each round, `body`. After the loop, emission continues in the exit
// block.
func (x *lowering) count(c counting, body func(next, done *ir.Block)) {
	lo := x.word(c.lo)
	hi := x.word(c.hi)
	x.At = c.lo.Span()
	t := c.lo.Type()
	i := x.variable(c.v.Name, lo.Type)
	x.ssa.write(i, lo)
	head, next, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.branch(x.atMost(lo, hi, t, !c.closed), head, done)
	x.B = head
	slots := x.slotsOf(c.v)
	x.ssa.write(slots[0].v, x.Zext(slots[0].v.t, x.ssa.read(i)))
	body(next, done)
	x.goTo(next)
	x.enter(next)
	x.At = c.lo.Span()
	now := x.ssa.read(i)
	step := x.Const(lo.Type, c.step)
	after := x.Word(word.Add, lo.Type, now, step)
	var again *ir.Value
	if c.safe {
		again = x.atMost(after, hi, t, !c.closed)
	} else {
		left := x.Word(word.Sub, lo.Type, hi, now)
		again = x.Word(word.Ltu, 1, step, left)
		if c.closed {
			again = x.not(x.Word(word.Ltu, 1, left, step))
		}
		if c.step>>lo.Type != 0 { // no second round
			again = x.Const(1, 0)
		}
	}
	x.ssa.write(i, after)
	x.branch(again, head, done)
	x.ssa.seal(head)
	x.enter(done)
}

func (x *lowering) forStmt(s *tree.For) {
	c := counting{v: s.Var, lo: s.Lo, hi: s.Hi, closed: s.Closed, safe: s.Safe, step: s.Step}
	x.count(c, func(next, done *ir.Block) { x.inLoop(next, done, s.Body) })
}

func (x *lowering) inLoop(next, done *ir.Block, body *tree.Block) {
	x.loops = append(x.loops, loop{next, done})
	x.block(body)
	x.loops = x.loops[:len(x.loops)-1]
}

func (x *lowering) while(s *tree.While) {
	wide := ir.Type(32)
	if s.Max >= 1<<32 {
		wide = 64
	}
	n := x.variable("rounds", wide)
	x.ssa.write(n, x.Const(wide, 0))
	head, body, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.goTo(head)
	x.B = head
	x.condition(s.Cond, body, done)
	x.enter(body)
	x.At = s.At
	now := x.ssa.read(n)
	x.Check(x.Word(word.Ltu, 1, now, x.Const(wide, s.Max)), s.Site)
	x.ssa.write(n, x.Word(word.Add, wide, now, x.Const(wide, 1)))
	x.inLoop(head, done, s.Body)
	x.goTo(head)
	x.ssa.seal(head)
	x.enter(done)
}

func (x *lowering) loop(s *tree.Loop) {
	head, done := x.NewBlock(), x.NewBlock()
	x.goTo(head)
	x.B = head
	x.inLoop(head, done, s.Body)
	x.goTo(head)
	x.ssa.seal(head)
	x.enter(done)
}

func (x *lowering) match(s *tree.Match) {
	t := s.Value.Type()
	l := x.value(s.Value, nil)
	word0 := t
	if t.Kind == tree.Enum && !t.IsScalar() {
		word0 = tagType(t.Enum)
	}
	if casesOf(s) >= treeFrom {
		x.matchTree(s, l, word0)
		return
	}
	after := x.NewBlock()
	for k := range s.Arms {
		a := &s.Arms[k]
		x.At = a.Span
		body, next := x.NewBlock(), x.NewBlock()
		if k == len(s.Arms)-1 && s.Else == nil {
			x.goTo(body) // the arms are exhaustive
		} else {
			x.branch(x.fits(l[0].v, word0, a.Cases), body, next)
		}
		x.enter(body)
		x.bindPayload(t, a, l)
		x.block(a.Body)
		x.goTo(after)
		x.enter(next)
	}
	x.block(s.Else)
	x.goTo(after)
	x.enter(after)
}

// fits compares a word with the cases of an arm.
func (x *lowering) fits(v *ir.Value, t *tree.Type, cases []tree.Case) *ir.Value {
	var any *ir.Value
	for _, c := range cases {
		lo := x.Const(v.Type, c.Lo)
		var ok *ir.Value
		if c.Lo == c.Hi {
			ok = x.Word(word.Eq, 1, v, lo)
		} else {
			ok = x.Word(word.And, 1, x.atMost(lo, v, t, false), x.atMost(v, x.Const(v.Type, c.Hi), t, false))
		}
		if any == nil {
			any = ok
		} else {
			any = x.Word(word.Or, 1, any, ok)
		}
	}
	if any == nil {
		return x.Const(1, 0)
	}
	return any
}

// bindPayload binds the names of an arm to the payload of its only variant.
func (x *lowering) bindPayload(t *tree.Type, a *tree.Arm, l []leaf) {
	if len(a.Binds) == 0 {
		return
	}
	variant := int(a.Cases[0].Lo)
	first := payloadIndex(t.Enum, variant)
	for k, p := range a.Binds {
		at := firstLeaf(t, first+k)
		x.bind(p, l[at:])
	}
}

// search lowers first, count, any and all.
func (x *lowering) search(e *tree.Search) []leaf {
	flag := x.variable("found", 1)
	number := x.variable("number", wordOf(e.Var.Type))
	if e.Kind == tree.Count {
		number.t = wordOf(e.T)
	}
	x.ssa.write(number, x.Const(number.t, 0))
	start := uint64(0)
	if e.Kind == tree.All {
		start = 1
	}
	x.ssa.write(flag, x.Const(1, start))
	c := counting{v: e.Var, lo: e.Lo, hi: e.Hi, closed: e.Closed, safe: e.Safe, step: 1}
	x.count(c, func(next, done *ir.Block) {
		hit := x.NewBlock()
		if e.Kind == tree.All {
			x.condition(e.Where, next, hit)
		} else {
			x.condition(e.Where, hit, next)
		}
		x.enter(hit)
		x.At = e.At
		if e.Kind == tree.Count {
			x.ssa.write(number, x.Word(word.Add, number.t, x.ssa.read(number), x.Const(number.t, 1)))
			return
		}
		x.ssa.write(flag, x.Const(1, 1-start))
		x.ssa.write(number, x.ssa.read(x.slotsOf(e.Var)[0].v))
		x.goTo(done)
		x.dead()
	})
	switch e.Kind {
	case tree.First:
		return []leaf{{v: x.ssa.read(flag)}, {v: x.ssa.read(number)}}
	case tree.Count:
		return one(x.ssa.read(number))
	}
	return one(x.ssa.read(flag))
}
