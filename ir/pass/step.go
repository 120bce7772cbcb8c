package pass

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// several turns each task into a step function, and makes the loop that calls them.
func (t *tasker) several() {
	var steps []*step
	for _, k := range t.stepped {
		s := &step{t: t, f: t.m.Tasks[k].Func, name: t.m.Tasks[k].Name, task: k}
		s.make()
		steps = append(steps, s)
		t.m.Tasks[k].Waits = s.places()
	}
	t.m.Contexts = []ir.Context{{Func: t.scheduler(steps)}}
}

// places lists the source positions where a task waits. It is nil if some position is unknown.
func (s *step) places() (all []diag.Span) {
	for _, p := range s.points {
		if p.i.Span.IsZero() {
			return nil
		}
		all = append(all, p.i.Span)
	}
	return all
}

// wholeTasks makes sure that each task has a separate function, with all blocking operations of
// the task inside.
func (t *tasker) wholeTasks() {
	for _, k := range t.stepped {
		f := t.m.Tasks[k].Func
		if k > 0 && t.runsEarlier(k) {
			f = t.clone(f, fmt.Sprintf("%s.task%d", f.Name, k))
			t.m.Tasks[k].Func = f
		}
		for inlineCalls(f, func(call *ir.Instr) bool { return t.blocks[call.Callee] }) {
		}
	}
}

// runsEarlier reports whether an earlier task has the same function. Only tasks without events
// can share a function.
func (t *tasker) runsEarlier(k int) bool {
	for _, other := range t.m.Tasks[:k] {
		if other.Func == t.m.Tasks[k].Func {
			return true
		}
	}
	return false
}

// step is a task while it is converted into a step function. A step function has no arguments
// and no results.
//
// The frame of a task is its state between two calls. It holds the number of the point where
// the task waits. The number is 0 before the task has begun, and the last number after it has
// ended. The frame holds the mask and deadline of the wait, if the scheduler needs them
// (sched.go). It also holds the values that are live across points.
type step struct {
	t      *tasker
	f      *ir.Func
	name   string
	task   int
	frame  *ir.Object
	points []*point
	live   [][]*ir.Value           // for each point: the values to save
	slots  map[*ir.Value]int       // offset of each value in the frame
	early  map[*ir.Value]bool      // values that are saved at their definition
	of     map[*ir.Value]*ir.Value // the map for rejoin
	begin  *ir.Block               // the first block of the task
	waits  int                     // offset of the wait mask in the frame, 0 if the mask is constant
	due    int                     // offset of the deadline in the frame, 0 if the task has no timers
	always uint64                  // the constant mask
}

func (s *step) make() {
	s.slots, s.of = map[*ir.Value]int{}, map[*ir.Value]*ir.Value{}
	s.frame = &ir.Object{Name: "frame." + s.name, Kind: ir.StateObj, Size: 4, Align: 4, Span: s.f.Span}
	s.t.m.Objects = append(s.t.m.Objects, s.frame)
	s.stripTokens()
	s.keepLocals()
	s.split()
	s.findWaits()
	s.begin = s.f.Blocks[0]
	s.findLive()
	s.findEarly()
	s.saveEarly()
	s.enter()
	s.leave()
	s.f.Results = nil
	rejoin(s.f, s.of)
}

// stripTokens removes all tokens from the function, because its blocks get new edges.
func (s *step) stripTokens() {
	for _, b := range s.f.Blocks {
		b.Params = wordsOf(b.Params)
		for _, i := range b.Instrs {
			i.Args, i.Results = wordsOf(i.Args), wordsOf(i.Results)
		}
		for k := range b.Term.Succs {
			b.Term.Succs[k].Args = wordsOf(b.Term.Succs[k].Args)
		}
		b.Term.Args = wordsOf(b.Term.Args)
	}
}

func wordsOf(vs []*ir.Value) []*ir.Value {
	var out []*ir.Value
	for _, v := range vs {
		if v.Type != ir.Token {
			out = append(out, v)
		}
	}
	return out
}

// keepLocals turns the local objects of the task into state objects, because they outlive a
// step.
func (s *step) keepLocals() {
	for _, o := range s.f.Locals {
		o.Kind, o.Name = ir.StateObj, "frame."+s.name+"."+o.Name
		s.t.m.Objects = append(s.t.m.Objects, o)
	}
	s.f.Locals = nil
	for _, b := range s.f.Blocks {
		kept := b.Instrs[:0]
		for _, i := range b.Instrs {
			if i.Op != ir.OpLocal {
				kept = append(kept, i)
			}
		}
		b.Instrs = kept
	}
}

// split ends a block at each blocking operation and makes a point there.
func (s *step) split() {
	for k := 0; k < len(s.f.Blocks); k++ {
		b := s.f.Blocks[k]
		for n, i := range b.Instrs {
			if i.Blocks() {
				p := s.t.point(s.f, b, n)
				if i.Turn { // the task leaves its step immediately, and is called again
					b.Term.Succs[0].To = p.retry
					s.t.wake(p.at(b), s.task)
					p.miss = p.block() // retry ran before, so everything is stored already
				}
				s.f.Blocks = insertBlocks(s.f.Blocks, k+1, slices.Concat(p.attempt(s.t, b), p.waits(), []*ir.Block{p.done})...)
				s.points = append(s.points, p)
				break
			}
		}
	}
	for _, p := range s.points { // until leave sets their terminators
		for _, b := range p.waits() {
			b.Term = ir.Term{Op: ir.Return, Span: p.i.Span}
		}
		// The block `retry` saves the values that are live at `try`. So they must be live
		// in `retry` too, even on the path on which `retry` runs first.
		p.retry.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{{To: p.try}}, Span: p.i.Span}
	}
}

// waits lists the blocks where the step returns because the operation of the point cannot be
// done yet.
func (p *point) waits() []*ir.Block {
	if p.miss == p.retry {
		return []*ir.Block{p.retry}
	}
	return []*ir.Block{p.retry, p.miss}
}

// leaves returns the blocks where a point leaves its step.
func (s *step) leaves() map[*ir.Block]bool {
	waits := map[*ir.Block]bool{}
	for _, p := range s.points {
		for _, b := range p.waits() {
			waits[b] = true
		}
	}
	return waits
}

// findLive finds, for each point, the values that are live at the start of the block `try`.
func (s *step) findLive() {
	in := liveIn(s.f)
	for _, p := range s.points {
		var vs []*ir.Value
		for _, v := range in[p.try] {
			vs = append(vs, v)
			if !isConst(v) {
				s.slot(v)
			}
			s.of[v] = v
		}
		s.live = append(s.live, vs)
	}
}

// findEarly finds the values that are computed less often than the task waits: outside of the
// loops around each point where they are live. Such a value is saved once after its definition,
// and not at each wait.
func (s *step) findEarly() {
	flow, node := ir.FlowOf(s.f), map[*ir.Block]int{}
	for k, b := range s.f.Blocks {
		node[b] = k
	}
	s.early = map[*ir.Value]bool{}
	for k, p := range s.points {
		for _, v := range s.live[k] {
			_, known := s.early[v]
			deeper := flow.Depth[node[v.In]] < flow.Depth[node[p.done]]
			s.early[v] = deeper && (!known || s.early[v])
		}
	}
}

// saveEarly saves the early values.
func (s *step) saveEarly() {
	for _, b := range s.f.Blocks {
		instrs := b.Instrs
		b.Instrs = make([]*ir.Instr, 0, len(instrs))
		x := emitter{&ir.Builder{F: s.f, B: b, At: s.f.Span, Task: -1}}
		for _, v := range b.Params {
			s.saveAt(x, v)
		}
		for _, i := range instrs {
			b.Instrs = append(b.Instrs, i)
			for _, v := range i.Results {
				s.saveAt(x, v)
			}
		}
	}
}

func (s *step) saveAt(x emitter, v *ir.Value) {
	if s.early[v] && !isConst(v) {
		s.save(x, v)
	}
}

// save writes a value to its slot in the frame.
func (s *step) save(x emitter, v *ir.Value) {
	w := v
	if w.Type < 32 {
		w = x.Zext(32, w)
	}
	x.Store(w, s.slot(v))
}

func isConst(v *ir.Value) bool { return v.Def != nil && v.Def.Op == ir.OpConst }

func (s *step) slot(v *ir.Value) ir.Ref {
	at, ok := s.slots[v]
	if !ok {
		at = s.frame.Size
		s.slots[v] = at
		s.frame.Size += max(4, v.Type.Bytes())
	}
	return ir.Ref{Obj: s.frame, Disp: at}
}

// liveIn lists, for each block, the words that are live at its start, ordered by ID.
func liveIn(f *ir.Func) map[*ir.Block][]*ir.Value {
	live := map[*ir.Block]map[*ir.Value]bool{}
	for _, b := range f.Blocks {
		live[b] = map[*ir.Value]bool{}
	}
	for again := true; again; {
		again = false
		for k := len(f.Blocks) - 1; k >= 0; k-- {
			b := f.Blocks[k]
			now := map[*ir.Value]bool{}
			for _, e := range b.Term.Succs {
				for v := range live[e.To] {
					now[v] = true
				}
			}
			use := func(v **ir.Value) { now[*v] = (*v).Type != ir.Token }
			b.Term.Uses(use)
			for n := len(b.Instrs) - 1; n >= 0; n-- {
				for _, v := range b.Instrs[n].Results {
					delete(now, v)
				}
				b.Instrs[n].Uses(use)
			}
			for _, v := range b.Params {
				delete(now, v)
			}
			if len(now) != len(live[b]) {
				live[b], again = now, true
			}
		}
	}
	out := map[*ir.Block][]*ir.Value{}
	for _, b := range f.Blocks {
		for v := range live[b] {
			out[b] = append(out[b], v)
		}
		sortValues(out[b])
	}
	return out
}

// enter makes the entry block. It branches to the point with the saved number and reloads all
// values.
func (s *step) enter() {
	id := maxBlockID(s.f)
	block := func() *ir.Block { id++; return &ir.Block{ID: id} }
	entry, start := block(), block()
	x := emitter{&ir.Builder{F: s.f, B: entry, At: s.f.Span, Task: -1}}
	number := x.Load(32, ir.Ref{Obj: s.frame})
	front := []*ir.Block{entry}
	test := func(n int, to *ir.Block) {
		next := block()
		x.Branch(x.Word(word.Eq, 1, number, x.const32(n)), to, next)
		x.B = next
		front = append(front, to, next)
	}
	for k, p := range s.points {
		resume := block()
		test(k+1, resume)
		s.resume(resume, p, s.live[k])
	}
	test(0, start)
	x.Ret() // the task has ended
	x.B = start
	x.Jump(s.begin)
	s.f.Blocks = append(front, s.f.Blocks...)
}

// resume reloads the values that are live at p and goes to p.
func (s *step) resume(b *ir.Block, p *point, live []*ir.Value) {
	x := p.at(b)
	for _, v := range live {
		var w *ir.Value
		switch {
		case isConst(v):
			w = x.Const(v.Type, v.Def.Imm)
		case v.Type == 1:
			w = x.Slice(1, x.Load(32, s.slot(v)), 0)
		default:
			w = x.LoadSize(v.Type, max(4, v.Type.Bytes()), s.slot(v))
		}
		s.of[w] = v
	}
	x.Jump(p.try)
}

// leave makes the terminators of a step: the waits at points, and the end of the task.
func (s *step) leave() {
	for k, p := range s.points {
		x := p.at(p.retry)
		for _, v := range s.live[k] {
			if !s.early[v] && !isConst(v) {
				s.save(x, v)
			}
		}
		x.Store(x.const32(k+1), ir.Ref{Obj: s.frame})
		s.noteWait(x, p)
		x.Ret()
	}
	waits := s.leaves()
	for _, b := range s.f.Blocks {
		if b.Term.Op == ir.Return && len(b.Term.Args) == 0 && !waits[b] {
			x := emitter{&ir.Builder{F: s.f, B: b, At: b.Term.Span, Task: -1}}
			x.Store(x.const32(s.last()), ir.Ref{Obj: s.frame})
			if s.waits > 0 {
				x.Store(x.const32(0), s.place(s.waits))
			}
			x.Ret()
		}
	}
}

// last is the point number that means that the task has ended.
func (s *step) last() int { return len(s.points) + 1 }

// place is a ref to an offset in the frame.
func (s *step) place(at int) ir.Ref { return ir.Ref{Obj: s.frame, Disp: at} }
