package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// The scheduler of several tasks calls only tasks that may be able to continue. A ready word
// for each task marks these tasks. All ready words are set at the start. A call of a task
// clears the task's word. The word is set again
//
//   - for a task that waits for a value, by the task that puts a value into the
//     channel,
//   - for a task that waits for room, by the task that takes a value,
//   - for a task that waits for the outside, when a wait ends with an event of one
//     of its devices or of the clock,
//   - by a task itself, if it lets the other tasks run first.
//
// If a called step cannot continue, it returns immediately, so a word that is set needlessly
// does no harm. The scheduler runs rounds over all tasks. A task that becomes ready runs in the
// current round if its turn is still to come, else in the next round. After a round without
// calls, the scheduler waits.
//
//	round:  v1: i32 = load4 %sched.ready[0] ; br v1, call0, second(0)
//	call0:  store4 %sched.ready[0], 0 ; call @task.a ; jump second(1)
//	second: ...                                        ; br v9, round, idle
//	idle:   wait for what the tasks wait for, and set their words ; jump round

// readySize is the size in bytes of the ready word of a task.
const readySize = 4

// schedule prepares the ready words, and finds the tasks that wait for each channel.
func (t *tasker) schedule() {
	n := len(t.m.Tasks)
	t.ready = &ir.Object{Name: "sched.ready", Kind: ir.StateObj, Size: readySize * n, Align: 4, Span: t.m.Tasks[0].Func.Span}
	for range n {
		t.ready.Init = append(t.ready.Init, 1, 0, 0, 0)
	}
	t.m.Objects = append(t.m.Objects, t.ready)
	t.findWaiters()
}

// findWaiters lists the tasks that may wait for each channel.
func (t *tasker) findWaiters() {
	t.takers, t.givers = make([][]int, len(t.m.Chans)), make([][]int, len(t.m.Chans))
	for _, k := range t.stepped {
		for _, f := range reach(t.m.Tasks[k].Func) {
			for _, b := range f.Blocks {
				for _, i := range b.Instrs {
					t.noteWaiter(i)
				}
			}
		}
	}
}

func (t *tasker) noteWaiter(i *ir.Instr) {
	add := func(of [][]int, ch int) {
		for _, k := range of[ch] {
			if k == i.Task {
				return
			}
		}
		of[ch] = append(of[ch], i.Task)
	}
	switch i.Op {
	case ir.OpChRecv:
		add(t.takers, i.Chan)
	case ir.OpChSend:
		add(t.givers, i.Chan)
	case ir.OpSelect:
		for _, a := range i.Arms {
			if a.Kind == ir.ArmChan {
				add(t.takers, a.Index)
			}
		}
	}
}

// readyAt is the ready word of a task.
func (t *tasker) readyAt(task int) ir.Ref { return ir.Ref{Obj: t.ready, Disp: readySize * task} }

// wake sets the ready word of a task.
func (t *tasker) wake(x emitter, task int) {
	x.Store(x.const32(1), t.readyAt(task))
}

// wakeAll wakes the tasks that wait for a channel.
func (t *tasker) wakeAll(x emitter, of [][]int, ch int) {
	if t.ready == nil {
		return
	}
	for _, k := range of[ch] {
		t.wake(x, k)
	}
}

// findWaits decides which data a task must store about its waits: the mask, if different
// waits have different masks, and the deadline.
func (s *step) findWaits() {
	same := s.endless()
	for k, p := range s.points {
		if hasTimer(p.i) && s.due == 0 {
			s.due = s.frame.Size
			s.frame.Size += 8
			s.keepDue(p)
		}
		m, fixed := p.fixedMask(s.t)
		if k == 0 {
			s.always = m
		}
		same = same && fixed && m == s.always
	}
	if !same && s.outside() != 0 {
		s.waits, s.always = s.frame.Size, 0
		s.frame.Size += 4
	}
}

// keepDue handles a task with only one timer. It stores the deadline in the part of the
// frame that the scheduler reads.
func (s *step) keepDue(p *point) {
	for _, q := range s.points {
		if q != p && hasTimer(q.i) {
			return
		}
	}
	for k, a := range p.i.Arms {
		if first, n := p.i.ArmArgs(k); a.Kind == ir.ArmTimer && timers(p.i) == 1 && n == 3 {
			low, high := p.i.Args[first+1], p.i.Args[first+2]
			s.slots[high], s.slots[low] = s.due+4, s.due
		}
	}
}

// endless reports whether the task can never end.
func (s *step) endless() bool {
	waits := s.leaves()
	for _, b := range s.f.Blocks {
		if b.Term.Op == ir.Return && !waits[b] {
			return false
		}
	}
	return true
}

// noteWait emits code that stores the mask and deadline of a wait.
func (s *step) noteWait(x emitter, p *point) {
	if s.waits > 0 {
		x.Store(p.mask(s.t, x), s.place(s.waits))
	}
	if !hasTimer(p.i) {
		return
	}
	d := p.only(x)
	if d == nil {
		d = p.earliest(x, x.never())
	}
	x.Store(d[0], s.place(s.due))
	x.Store(d[1], s.place(s.due+4))
}

// only returns the deadline of the only timer arm of a select. The mask tells whether it is
// active. It is nil if there are several timer arms.
func (p *point) only(x emitter) []*ir.Value {
	if timers(p.i) > 1 {
		return nil
	}
	for k, a := range p.i.Arms {
		if a.Kind == ir.ArmTimer {
			return p.deadline(x, k)
		}
	}
	return nil
}

// mask returns the bits of the outside events that a task waits for now.
func (s *step) mask(x emitter) *ir.Value {
	if s.waits == 0 {
		return x.Const(32, s.always)
	}
	return x.Load(32, s.place(s.waits))
}

// outside returns the bits of all outside events that a task can ever wait for.
func (s *step) outside() uint64 {
	bits := uint64(0)
	for _, p := range s.points {
		bits |= p.allBits(s.t)
	}
	return bits
}

// own returns the bits of the devices and the clock that a task itself can wait for. If a
// task waits for a service, that service wakes it.
func (s *step) own() uint64 {
	bits := uint64(0)
	for _, p := range s.points {
		if p.i.Op == ir.OpRecv {
			bits |= 1 << p.i.Dev
		}
		for _, a := range p.i.Arms {
			switch a.Kind {
			case ir.ArmDev:
				bits |= 1 << a.Index
			case ir.ArmTimer:
				bits |= 1 << ir.TimerBit
			}
		}
	}
	return bits
}

// allBits returns the bits that a point may wait for.
func (p *point) allBits(t *tasker) uint64 {
	switch p.i.Op {
	case ir.OpRecv:
		return 1 << p.i.Dev
	case ir.OpChRecv:
		return t.fedBy(p.i.Chan)
	}
	bits := uint64(0)
	for _, a := range p.i.Arms {
		bits |= armBits(t, a)
	}
	return bits
}

// armBits returns the bits that an arm waits for if its guard is true.
func armBits(t *tasker, a ir.Arm) uint64 {
	switch a.Kind {
	case ir.ArmChan:
		return t.fedBy(a.Index)
	case ir.ArmTimer:
		return 1 << ir.TimerBit
	}
	return 1 << a.Index
}

// fixedMask returns the mask of a point if no guard influences it.
func (p *point) fixedMask(t *tasker) (uint64, bool) {
	fixed := true
	for k, a := range p.i.Arms {
		if c, ok := constOf(p.guard(k)); (!ok || c == 0) && armBits(t, a) != 0 {
			fixed = false
		}
	}
	return p.allBits(t), fixed
}

// scheduler makes the function Main.
func (t *tasker) scheduler(steps []*step) *ir.Func {
	f := &ir.Func{Name: "sched.main"}
	t.m.Funcs = append(t.m.Funcs, f)
	x := emitter{ir.NewBuilder(f)}
	round, idle := x.NewBlock(), x.NewBlock()
	x.Jump(round)
	x.B = round
	t.round(x, steps, round, idle)
	x.B = idle
	t.end(x, steps)
	t.sleep(x, steps)
	x.Jump(round)
	return f
}

// round emits calls of the steps whose words are set. After them it starts another round, or
// goes to idle if no word was set.
func (t *tasker) round(x emitter, steps []*step, again, idle *ir.Block) {
	called := x.Const(1, 0)
	for _, s := range steps {
		call, next := x.NewBlock(), x.NewBlock()
		after := x.Param(next, 1)
		ready := x.Word(word.Ne, 1, x.Load(32, t.readyAt(s.task)), x.const32(0))
		x.B.Term = ir.Term{Op: ir.Branch, Cond: ready, Succs: []ir.Edge{{To: call}, {To: next, Args: []*ir.Value{called}}}, Span: x.At}
		x.B = call
		x.Store(x.const32(0), t.readyAt(s.task))
		x.Call(s.f, nil, nil)
		x.Jump(next, x.Const(1, 1))
		x.B, called = next, after
	}
	x.Branch(called, again, idle)
}

// anyOf combines words by or.
func (x emitter) anyOf(vs []*ir.Value) *ir.Value {
	v := vs[0]
	for _, w := range vs[1:] {
		v = x.Word(word.Or, v.Type, v, w)
	}
	return v
}

// end emits code that halts when all tasks of the program have ended. It emits nothing if some
// task can never end.
func (t *tasker) end(x emitter, steps []*step) {
	var ended []*ir.Value
	for _, s := range steps {
		if t.m.Tasks[s.task].Service {
			continue
		}
		if s.endless() {
			return
		}
		ended = append(ended, x.Word(word.Eq, 1, x.Load(32, s.place(0)), x.const32(s.last())))
	}
	end, on := x.NewBlock(), x.NewBlock()
	all := ended[0]
	for _, e := range ended[1:] {
		all = x.Word(word.And, 1, all, e)
	}
	x.Branch(all, end, on)
	x.B = end
	x.Emit(&ir.Instr{Op: ir.OpHalt})
	x.Ret()
	x.B = on
}

// sleep emits code that waits for the events of the tasks and wakes the tasks whose events have
// occurred. If only services wait for the outside, it does not wait for their events.
func (t *tasker) sleep(x emitter, steps []*step) {
	mask, serves := []*ir.Value{x.const32(0)}, []*ir.Value(nil)
	for _, s := range steps {
		if t.m.Tasks[s.task].Service {
			serves = append(serves, s.mask(x))
		} else {
			mask = append(mask, s.mask(x))
		}
	}
	all := x.anyOf(mask)
	if serves != nil {
		stuck := x.Word(word.Eq, 1, all, x.const32(0))
		all = x.Word(word.Mux, 32, stuck, all, x.Word(word.Or, 32, all, x.anyOf(serves)))
	}
	t.setAlarm(x, steps)
	got := x.Emit(&ir.Instr{Op: ir.OpWait, Args: []*ir.Value{all}}, 32).Results[0]
	var outside []*step
	for _, s := range steps {
		if s.own() != 0 {
			outside = append(outside, s)
		}
	}
	for _, s := range outside {
		if len(outside) == 1 {
			t.wake(x, s.task)
			continue
		}
		x.Store(x.Word(word.And, 32, got, x.Const(32, s.own())), t.readyAt(s.task))
	}
}

// setAlarm emits code that gives the machine the earliest deadline, if some task has timers. A
// deadline counts only while the mask of its task includes the timer. If only one task has
// timers, the `wait` operation itself checks the mask.
func (t *tasker) setAlarm(x emitter, steps []*step) {
	var timed []*step
	for _, s := range steps {
		if s.due > 0 {
			timed = append(timed, s)
		}
	}
	if timed == nil {
		return
	}
	deadline := func(s *step) []*ir.Value {
		return []*ir.Value{x.Load(32, s.place(s.due)), x.Load(32, s.place(s.due+4))}
	}
	due := deadline(timed[0])
	if len(timed) > 1 {
		due = x.never()
		for _, s := range timed {
			d := deadline(s)
			c := x.Word(word.And, 1, x.Slice(1, s.mask(x), ir.TimerBit), x.earlier(d, due))
			due = []*ir.Value{x.Word(word.Mux, 32, c, d[0], due[0]), x.Word(word.Mux, 32, c, d[1], due[1])}
		}
	}
	x.Emit(&ir.Instr{Op: ir.OpAlarm, Args: due})
}
