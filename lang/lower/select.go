package lower

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// ends holds the channels or devices that an expression may denote. `at` is the run-time index
// that selects one of them, or nil if there is only one. The IR has separate operations for each
// channel. Therefore a chain of branches selects the channel.
type ends struct {
	list []int
	at   *ir.Value
}

func isEnd(t *tree.Type) bool {
	return t.Kind == tree.Chan || t.Kind == tree.Device || tree.EndsOf(t) != nil
}

// endsOf evaluates a channel end, a device, or an array of ends. The expression is a parameter, or
// an element of a parameter with its index check.
func (x *lowering) endsOf(e tree.Expr) ends {
	i, ok := e.(*tree.Index)
	if !ok {
		return ends{list: x.ends[e.(*tree.LocalRef).Local]}
	}
	all := x.ends[i.X.(*tree.LocalRef).Local]
	at := x.index(i, nil)
	if at.Def != nil && at.Def.Op == ir.OpConst && at.Def.Imm < uint64(len(all)) {
		return ends{list: all[at.Def.Imm : at.Def.Imm+1]}
	}
	if len(all) == 1 {
		return ends{list: all}
	}
	return ends{list: all, at: at}
}

func (x *lowering) device(e tree.Expr) int { return x.endsOf(e).list[0] }

// eachEnd emits `do` for each end. At run time, a branch selects the code of one end.
func (x *lowering) eachEnd(e ends, do func(index int)) {
	if e.at == nil {
		do(e.list[0])
		return
	}
	at := x.At
	after := x.NewBlock()
	for k, index := range e.list {
		if k == len(e.list)-1 {
			do(index)
			break
		}
		this, next := x.NewBlock(), x.NewBlock()
		x.branch(x.Word(word.Eq, 1, e.at, x.Const(32, uint64(k))), this, next)
		x.enter(this)
		do(index)
		x.goTo(after)
		x.enter(next)
		x.At = at
	}
	x.goTo(after)
	x.enter(after)
	x.At = at
}

// receiver is the destination of a received value: variables for its words, addresses for its
// objects.
type receiver struct {
	t    *tree.Type
	vars []*variable
	refs []ir.Ref
}

// receiver allocates the destination of a value. The objects of the value are at the addresses in
// dst, if given.
func (x *lowering) receiver(t *tree.Type, dst []ir.Ref) receiver {
	r := receiver{t: t}
	for _, lt := range leavesOf(t) {
		switch {
		case !lt.object:
			r.vars = append(r.vars, x.variable("recv", wordOf(lt.t)))
		case len(dst) > 0:
			r.refs, dst = append(r.refs, dst[0]), dst[1:]
		default:
			r.refs = append(r.refs, x.temp(lt.t))
		}
	}
	return r
}

// receive emits a chrecv or chget instruction.
func (x *lowering) receive(op ir.Op, ch int, r receiver) {
	types := make([]ir.Type, len(r.vars))
	for k, v := range r.vars {
		types[k] = v.t
	}
	out := x.Emit(&ir.Instr{Op: op, Chan: ch, Refs: slices.Clone(r.refs)}, types...).Results
	for k, v := range r.vars {
		x.ssa.write(v, out[k])
	}
}

// received returns the leaves of the received value.
func (x *lowering) received(r receiver) []leaf {
	var out []leaf
	vars, refs := r.vars, r.refs
	for _, lt := range leavesOf(r.t) {
		if !lt.object {
			out = append(out, leaf{v: x.ssa.read(vars[0])})
			vars = vars[1:]
			continue
		}
		size, _ := sizeOf(lt.t)
		out = append(out, leaf{ref: refs[0], size: size})
		refs = refs[1:]
	}
	return out
}

// nothing sets the value of a receiver to an absent option.
func (x *lowering) nothing(r receiver) {
	for _, v := range r.vars {
		x.ssa.write(v, x.Const(v.t, 0))
	}
	refs := r.refs
	for _, lt := range leavesOf(r.t) {
		switch size, _ := sizeOf(lt.t); {
		case !lt.object:
			continue
		case lt.t.Kind == tree.Bytes:
			x.Store(x.Const(32, 0), refs[0])
		default:
			x.Clear(refs[0], size)
		}
		refs = refs[1:]
	}
}

// ready emits a chready instruction. If `room` is set, the instruction tests whether the channel
// has room, else whether the channel has a value.
func (x *lowering) ready(ch int, room bool) *ir.Value {
	i := &ir.Instr{Op: ir.OpChReady, Chan: ch}
	if room {
		i.Imm = 1
	}
	return x.Emit(i, 1).Results[0]
}

func (x *lowering) tryRecv(e *tree.TryRecv) []leaf {
	from := x.endsOf(e.Chan)
	r, flag := x.receiver(e.T.Elem, nil), x.variable("some", 1)
	x.eachEnd(from, func(ch int) {
		ok := x.ready(ch, false)
		x.ssa.write(flag, ok)
		yes, no, after := x.NewBlock(), x.NewBlock(), x.NewBlock()
		x.branch(ok, yes, no)
		x.enter(yes)
		x.receive(ir.OpChGet, ch, r)
		x.goTo(after)
		x.enter(no)
		x.nothing(r)
		x.goTo(after)
		x.enter(after)
	})
	return append(one(x.ssa.read(flag)), x.received(r)...)
}

func (x *lowering) trySend(e *tree.TrySend) *ir.Value {
	to := x.endsOf(e.Chan)
	args, refs := x.sent(e.Value)
	flag := x.variable("sent", 1)
	x.At = e.At
	x.eachEnd(to, func(ch int) {
		ok := x.ready(ch, true)
		x.ssa.write(flag, ok)
		yes, after := x.NewBlock(), x.NewBlock()
		x.branch(ok, yes, after)
		x.enter(yes)
		x.Emit(&ir.Instr{Op: ir.OpChPut, Chan: ch, Args: slices.Clone(args), Refs: slices.Clone(refs)})
		x.goTo(after)
		x.enter(after)
	})
	return x.ssa.read(flag)
}

// now reads the clock.
func (x *lowering) now() *ir.Value { return x.Emit(&ir.Instr{Op: ir.OpNow}, 64).Results[0] }

// startTimers sets the state of all selects at the start of a task.
func (x *lowering) startTimers(b *tree.Block) {
	var start *ir.Value
	eachSelect(b, func(s *tree.Select) {
		if s.Fair {
			x.turn[s] = x.variable("turn", 32)
			x.ssa.write(x.turn[s], x.Const(32, 0))
		}
		for k := range s.Arms {
			a := &s.Arms[k]
			if a.Kind != tree.ArmEvery {
				continue
			}
			if start == nil {
				start = x.now()
			}
			x.timer[a] = x.variable("deadline", 64)
			x.ssa.write(x.timer[a], x.Word(word.Add, 64, start, x.Const(64, a.After.(*tree.Const).Cell)))
		}
	})
}

// eachSelect visits the selects of a block in source order.
func eachSelect(b *tree.Block, visit func(*tree.Select)) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		if sel, ok := s.(*tree.Select); ok {
			visit(sel)
		}
		for _, inner := range tree.Blocks(s) {
			eachSelect(inner, visit)
		}
	}
}

// choosing is a select that is being lowered. If an arm of the source waits for an element of an
// array of ends, it becomes several arms of the IR operation, one for each element. The IR arms
// for source arm k start at first[k].
type choosing struct {
	*tree.Select
	op    *ir.Instr
	ends  []ends
	first []int // index of the first IR arm for each source arm, plus one entry for the end
}

// selectStmt lowers a select: the guards and events, the choice, and a chain of branches to the
// arms. If a message is too long for its buffer, control returns to the choice.
func (x *lowering) selectStmt(s *tree.Select) {
	c := x.choiceOf(s)
	again, after := x.NewBlock(), x.NewBlock()
	x.goTo(again)
	x.B = again
	x.At = s.At
	if s.Fair {
		c.op.Args = append([]*ir.Value{x.ssa.read(x.turn[s])}, c.op.Args...)
	}
	number := x.Emit(c.op, 32).Results[0]
	for k := range s.Arms {
		next := x.NewBlock()
		x.At = s.Arms[k].Span
		if k == len(s.Arms)-1 {
			x.goTo(next)
			x.enter(next)
			x.arm(c, k, again)
			x.goTo(after)
			break
		}
		this := x.NewBlock()
		x.branch(x.Word(word.Ltu, 1, number, x.Const(32, uint64(c.first[k+1]))), this, next)
		x.enter(this)
		x.arm(c, k, again)
		x.goTo(after)
		x.enter(next)
	}
	x.ssa.seal(again)
	x.enter(after)
}

// choiceOf evaluates the guards and events of the arms.
func (x *lowering) choiceOf(s *tree.Select) *choosing {
	c := &choosing{Select: s, op: &ir.Instr{Op: ir.OpSelect, Fair: s.Fair, Turn: s.Turn}}
	var entry *ir.Value
	for k := range s.Arms {
		a := &s.Arms[k]
		c.first = append(c.first, len(c.op.Arms))
		if a.Kind == tree.ArmAfter && entry == nil {
			entry = x.now()
		}
		open, from, deadline := x.head(a, entry)
		c.ends = append(c.ends, from)
		x.At = a.Span
		x.addArms(c, a, from, open, deadline)
	}
	c.first = append(c.first, len(c.op.Arms))
	return c
}

// head evaluates the guard of an arm. If the guard holds, head also evaluates the end and the
// deadline.
func (x *lowering) head(a *tree.SelectArm, entry *ir.Value) (open *ir.Value, from ends, deadline *ir.Value) {
	if a.When == nil {
		open = x.Const(1, 1)
		from, deadline = x.waitedFor(a, entry)
		return open, from, deadline
	}
	open = x.word(a.When)
	x.At = a.Span
	index, time := x.variable("index", 32), x.variable("deadline", 64)
	x.ssa.write(index, x.Const(32, 0))
	x.ssa.write(time, x.Const(64, 0))
	yes, after := x.NewBlock(), x.NewBlock()
	x.branch(open, yes, after)
	x.enter(yes)
	from, deadline = x.waitedFor(a, entry)
	if from.at != nil {
		x.ssa.write(index, from.at)
	}
	if deadline != nil {
		x.ssa.write(time, deadline)
	}
	x.goTo(after)
	x.enter(after)
	if from.at != nil {
		from.at = x.ssa.read(index)
	}
	if deadline != nil {
		deadline = x.ssa.read(time)
	}
	return open, from, deadline
}

// waitedFor evaluates the event that an arm waits for: a channel or device, or a deadline.
func (x *lowering) waitedFor(a *tree.SelectArm, entry *ir.Value) (from ends, deadline *ir.Value) {
	switch a.Kind {
	case tree.ArmEvery:
		return from, x.ssa.read(x.timer[a])
	case tree.ArmAfter:
		d := x.word(a.After)
		x.At = a.Span
		zero := x.Const(64, 0)
		later := x.Word(word.Mux, 64, x.Word(word.Lts, 1, d, zero), zero, d)
		return from, x.Word(word.Add, 64, entry, later)
	}
	return x.endsOf(a.End), nil
}

// addArms adds the IR arms for one source arm.
func (x *lowering) addArms(c *choosing, a *tree.SelectArm, from ends, open, deadline *ir.Value) {
	switch {
	case deadline != nil:
		c.op.Arms = append(c.op.Arms, ir.Arm{Kind: ir.ArmTimer})
		c.op.Args = append(c.op.Args, open, deadline)
		return
	case a.Kind == tree.ArmDev && from.list[0] < 0:
		c.op.Arms = append(c.op.Arms, ir.Arm{Kind: ir.ArmChan, Index: x.socket(from.list[0]).In})
		c.op.Args = append(c.op.Args, open)
		return
	case a.Kind == tree.ArmDev, a.Kind == tree.ArmLevel:
		c.op.Arms = append(c.op.Arms, ir.Arm{Kind: ir.ArmDev, Index: from.list[0]})
		c.op.Args = append(c.op.Args, open)
		return
	}
	for k, ch := range from.list {
		guard := open
		if from.at != nil {
			guard = x.Word(word.And, 1, open, x.Word(word.Eq, 1, from.at, x.Const(32, uint64(k))))
		}
		c.op.Arms = append(c.op.Arms, ir.Arm{Kind: ir.ArmChan, Index: ch})
		c.op.Args = append(c.op.Args, guard)
	}
}

// bindReceived makes the objects of an arm's local the destination of the receive.
func (x *lowering) bindReceived(a *tree.SelectArm, from ends) {
	t := a.End.Type().Elem
	var slots []slot
	var dst []ir.Ref
	if a.Local != nil {
		slots = x.begin(a.Local)
		for k, lt := range leavesOf(t) {
			switch {
			case !lt.object:
			case slots[k].ref.Obj == nil:
				dst = append(dst, x.temp(lt.t))
			default:
				dst = append(dst, slots[k].ref)
			}
		}
	}
	r := x.receiver(t, dst)
	x.eachEnd(from, func(ch int) { x.receive(ir.OpChGet, ch, r) })
	if a.Local != nil {
		x.assign(a.Local.Type, slots, x.received(r))
	}
}

// arm takes the value or message of arm k and runs its body.
func (x *lowering) arm(c *choosing, k int, again *ir.Block) {
	a := &c.Arms[k]
	switch a.Kind {
	case tree.ArmChan:
		x.bindReceived(a, c.ends[k])
	case tree.ArmDev:
		if kindOf(a.End).HeadBits > 0 {
			x.takeHeaded(a, c.ends[k].list[0], again)
			break
		}
		buf := x.object(x.place(a.Buf))
		x.At = a.Span
		take := &ir.Instr{Op: ir.OpTake, Dev: c.ends[k].list[0], Refs: []ir.Ref{buf.ref}, Imm: uint64(a.Buf.Type().Len)}
		fits := x.NewBlock()
		x.branch(x.Emit(take, 1).Results[0], fits, again)
		x.enter(fits)
	case tree.ArmLevel:
		x.bind(a.Local, one(x.levelGet(c.ends[k].list[0], a.Span)))
	case tree.ArmEvery:
		v := x.timer[a]
		x.ssa.write(v, x.Word(word.Add, 64, x.ssa.read(v), x.Const(64, a.After.(*tree.Const).Cell)))
	}
	if c.Fair {
		next := c.first[k+1] % c.first[len(c.Arms)]
		x.ssa.write(x.turn[c.Select], x.Const(32, uint64(next)))
	}
	x.block(a.Body)
}

// callEach calls the instance of f for the channels and devices of the arguments. If an index
// chooses an element of an array of ends, there is one call for each element.
func (x *lowering) callEach(f *tree.Func, args []argument, sizes []extent, words []*ir.Value, refs []ir.Ref) []*ir.Value {
	bound := make([][]int, len(args))
	var open []int
	for k := range args {
		bound[k] = args[k].ends.list
		if args[k].ends.at != nil {
			open = append(open, k)
		}
	}
	if len(open) == 0 {
		return x.Call(x.function(f, sizes, bound), words, refs)
	}
	var vars []*variable
	var choose func(n int)
	choose = func(n int) {
		if n < len(open) {
			x.eachEnd(args[open[n]].ends, func(index int) {
				bound[open[n]] = []int{index}
				choose(n + 1)
			})
			return
		}
		out := x.Call(x.function(f, sizes, bound), slices.Clone(words), slices.Clone(refs))
		for k, v := range out {
			if k == len(vars) {
				vars = append(vars, x.variable("result", v.Type))
			}
			x.ssa.write(vars[k], v)
		}
	}
	choose(0)
	var results []*ir.Value
	for _, v := range vars {
		results = append(results, x.ssa.read(v))
	}
	return results
}
