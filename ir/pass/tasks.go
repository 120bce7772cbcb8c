package pass

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// tasks turns the tasks into one function Main in which nothing blocks.
//
// With one task, Main is the function of that task. A receive waits and takes. If the frame was
// too long, it waits again. With several tasks, each task becomes a step function. A step runs
// until the task waits, and then returns. The next call continues from there. The values that
// are live across a blocking operation, and the number of the operation, are saved in state
// objects. Functions that block are inlined first. Channels become ring buffers in state
// objects. A send to a channel of capacity 0 puts its value into a ring of one element, and
// waits until the value is taken. A select tests its arms and continues with the number of a
// ready arm (select.go). Main calls the steps that may be able to continue, in the order of the
// system. If there are none, it waits for the devices of the tasks and the earliest deadline.
// It halts when all tasks have ended (sched.go).
//
// With Env.Threads, each task that may be a thread gets a separate context (threads.go). The
// rules above then apply only to the other tasks.
//
// Each event gets the index of its task. Functions with events are therefore cloned if several
// tasks share them.
//
// Needs: nothing. Keeps: the events of each task.
//
//	before  v3: tok, v4: tok %p = recv eth0 %p, v1, v2, 1518
//	after   b1: v5: i32 = wait 1 ; v6: i1 = take eth0 %p, 1518 ; br v6, b2, b1
//	        b2:
func tasks(m *ir.Module, env *Env) bool {
	if len(m.Contexts) > 0 {
		return false
	}
	t := &tasker{m: m, blocks: map[*ir.Func]bool{}, marks: map[mark]uint64{}, marked: map[uint64]bool{}}
	t.findThreads(env)
	t.own()
	t.findBlocking()
	t.threadsInPlace()
	if len(t.m.Tasks) > 1 && len(t.stepped) > 0 {
		t.schedule()
		t.wholeTasks()
		t.hands()
	}
	for _, f := range m.Funcs {
		t.atOnce(f)
	}
	switch {
	case len(m.Tasks) == 1 && len(t.stepped) == 1:
		t.single()
	case len(t.stepped) > 0:
		t.several()
	}
	t.threadContexts()
	dropUncalled(m)
	ir.Thread(m)
	return true
}

type tasker struct {
	m      *ir.Module
	blocks map[*ir.Func]bool // functions that may block
	marks  map[mark]uint64   // the number of each timed region
	marked map[uint64]bool   // numbers that are already used
	rings  []*ring
	ready  *ir.Object // with several tasks: the ready words; a word is not 0 if its task must be called
	takers [][]int    // for each channel: tasks that wait for a value
	givers [][]int    // for each channel: tasks that wait for room, or for a receiver
	pools  []*pool    // for each channel: the pool of its slots, if it swaps slots
	bufs   map[*ir.Object]*buffer
	swaps  map[*ir.Instr]bool // operations that swap slots

	threads []int             // tasks that have separate contexts
	stepped []int             // the other tasks
	static  map[*ir.Func]bool // in a program with threads: functions that use static memory, and their callers
}

// reach lists f and the functions that it calls, callees first.
func reach(f *ir.Func) []*ir.Func {
	var out []*ir.Func
	seen := map[*ir.Func]bool{}
	var visit func(*ir.Func)
	visit = func(g *ir.Func) {
		if seen[g] {
			return
		}
		seen[g] = true
		for _, h := range ir.Callees(g) {
			visit(h)
		}
		out = append(out, g)
	}
	visit(f)
	return out
}

// hasEvents reports whether f or one of its callees has the I/O token.
func hasEvents(f *ir.Func) bool {
	for _, p := range f.Params() {
		if p.Type == ir.Token && p.Obj == nil {
			return true
		}
	}
	return false
}

// own gives each task separate copies of functions with events, and stores the index of the
// task in the events.
func (t *tasker) own() {
	owner := map[*ir.Func]int{}
	for k, task := range t.m.Tasks {
		mine := map[*ir.Func]*ir.Func{}
		for _, f := range reach(task.Func) {
			_, taken := owner[f]
			if !taken && !hasEvents(f) && !t.static[f] { // a clone belongs to a task already, and has no tokens yet
				continue
			}
			g := f
			if taken {
				g = t.clone(f, fmt.Sprintf("%s.task%d", f.Name, k))
			}
			owner[g], mine[f] = k, g
			for _, b := range g.Blocks {
				for _, i := range b.Instrs {
					if i.Op == ir.OpCall && mine[i.Callee] != nil {
						t.rebind(i, mine[i.Callee])
					}
					if i.Op.Row().IO {
						i.Task = k
					}
					if i.Op == ir.OpMark {
						t.ownMark(i)
					}
				}
			}
		}
		t.m.Tasks[k].Func = mine[task.Func]
		if mine[task.Func] == nil { // a task without events
			t.m.Tasks[k].Func = task.Func
		}
	}
}

// mark is a timed region of one task.
type mark struct {
	number uint64
	task   int
}

// ownMark gives a timed region a separate number for each task that runs it, because a core
// reports only the number.
func (t *tasker) ownMark(i *ir.Instr) {
	m := mark{i.Imm / 2, i.Task}
	if _, seen := t.marks[m]; !seen {
		t.marks[m] = m.number
		if t.marked[m.number] {
			t.marks[m] = uint64(len(t.m.Marks))
			t.m.Marks = append(slices.Clone(t.m.Marks), t.m.Marks[m.number])
		}
		t.marked[m.number] = true
	}
	i.Imm = 2*t.marks[m] + i.Imm%2
}

// rebind makes a call call a clone. The signatures differ only in objects.
func (t *tasker) rebind(i *ir.Instr, to *ir.Func) { i.Callee = to }

// clone copies a function under a new name.
func (t *tasker) clone(f *ir.Func, name string) *ir.Func {
	g := &ir.Func{Name: name, NoInline: f.NoInline, Span: f.Span, Results: wordResults(f)}
	c := newCloner(g, f)
	for _, o := range f.Objs {
		n := *o
		g.Objs = append(g.Objs, &n)
		c.places[o] = ir.Ref{Obj: &n}
	}
	c.lastID = -1
	g.Blocks = c.blocks()
	t.m.Funcs = append(t.m.Funcs, g)
	return g
}

func wordResults(f *ir.Func) []ir.Result {
	var out []ir.Result
	for _, r := range f.Results {
		if r.Type != ir.Token {
			out = append(out, r)
		}
	}
	return out
}

// findBlocking finds the functions that may block.
func (t *tasker) findBlocking() {
	order, _ := ir.CallOrder(t.m)
	for _, f := range order {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Blocks() || i.Op == ir.OpCall && t.blocks[i.Callee] {
					t.blocks[f] = true
				}
			}
		}
	}
}

// single makes the function of the only task Main.
func (t *tasker) single() {
	for _, f := range t.m.Funcs {
		if t.blocks[f] {
			t.waitInPlace(f)
		}
	}
	t.m.Contexts = []ir.Context{{Func: t.m.Tasks[0].Func}}
	haltAtEnd(t.m.Main())
}

// haltAtEnd inserts a halt before each return of a function.
func haltAtEnd(f *ir.Func) {
	for _, b := range f.Blocks {
		if b.Term.Op == ir.Return {
			b.Instrs = append(b.Instrs, &ir.Instr{Op: ir.OpHalt, Task: -1, Span: b.Term.Span})
		}
	}
}

// waitInPlace replaces the blocking operations of f by loops that wait.
func (t *tasker) waitInPlace(f *ir.Func) {
	for k := 0; k < len(f.Blocks); k++ {
		b := f.Blocks[k]
		for n, i := range b.Instrs {
			if !i.Blocks() {
				continue
			}
			p := t.point(f, b, n)
			x := p.at(p.retry) // waits, and then tries again
			if i.Op == ir.OpRecv {
				x.B = p.try // the wait itself is the try
				x.wait(1 << i.Dev)
				p.take(x, p.try)
				f.Blocks = insertBlocks(f.Blocks, k+1, p.try, p.done)
				break
			}
			p.hold(t, x)
			x.Jump(p.try)
			f.Blocks = insertBlocks(f.Blocks, k+1, append(p.attempt(t, b), p.retry, p.done)...)
			break
		}
	}
}

func insertBlocks(bs []*ir.Block, at int, in ...*ir.Block) []*ir.Block {
	return append(bs[:at:at], append(in, bs[at:]...)...)
}

// point is a blocking operation while it is being replaced. The block before the operation
// jumps to the block `try`. If the operation can be done, control goes through `work` to
// `done`, otherwise to `retry`.
type point struct {
	f                      *ir.Func
	i                      *ir.Instr
	try, work, retry, done *ir.Block
	miss                   *ir.Block // target after a failed try: retry, or the end of a step that has nothing to store
	lastID                 int       // the last used block ID
}

// block makes a new block in the function.
func (p *point) block() *ir.Block {
	p.lastID++
	return &ir.Block{ID: p.lastID}
}

// point ends b before instruction n. The block done gets the rest.
func (t *tasker) point(f *ir.Func, b *ir.Block, n int) *point {
	p := &point{f: f, i: b.Instrs[n], lastID: maxBlockID(f)}
	p.try, p.work, p.retry, p.done = p.block(), p.block(), p.block(), p.block()
	p.miss = p.retry
	p.done.Instrs, p.done.Term = b.Instrs[n+1:], b.Term
	for _, i := range p.done.Instrs {
		for _, v := range i.Results {
			v.In = p.done
		}
	}
	b.Instrs = b.Instrs[:n:n]
	b.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{{To: p.try}}, Span: p.i.Span}
	return p
}

// emitter appends instructions to a block, with the source position and task of a point.
type emitter struct{ *ir.Builder }

// at returns an emitter that appends to block b.
func (p *point) at(b *ir.Block) emitter {
	x := &ir.Builder{F: p.f, B: b, At: p.i.Span, Task: p.i.Task}
	return emitter{x}
}

func (x emitter) wait(mask uint64) {
	x.Emit(&ir.Instr{Op: ir.OpWait, Args: []*ir.Value{x.Const(32, mask)}}, 32)
}

func (x emitter) const32(n int) *ir.Value { return x.Const(32, uint64(n)) }

// take ends a block with a take operation. Control goes to `done`, or to `again` if the frame
// was too long.
func (p *point) take(x emitter, again *ir.Block) {
	ok := x.Emit(&ir.Instr{Op: ir.OpTake, Dev: p.i.Dev, Imm: p.i.Imm, Refs: p.i.Refs}, 1).Results[0]
	x.Branch(ok, p.done, again)
}

// attempt fills the block `try`, which tests whether the operation can be done, and the block
// `work`, which does it. The argument `before` is the block that leads to `try`. It returns the
// blocks that it has filled.
func (p *point) attempt(t *tasker, before *ir.Block) []*ir.Block {
	x := p.at(p.try)
	switch p.i.Op {
	case ir.OpRecv:
		s := x.Emit(&ir.Instr{Op: ir.OpStatus}, 32).Results[0]
		x.Branch(x.Slice(1, s, p.i.Dev), p.work, p.retry)
		p.take(p.at(p.work), p.try)
	case ir.OpSelect:
		return p.choose(t)
	case ir.OpChSend:
		r := t.ring(p.i.Chan)
		if r.c.Cap == 0 {
			r.send(p.at(before), p.i)
			taken := x.Word(word.Eq, 1, x.Load(32, r.count()), x.const32(0))
			x.Branch(taken, p.done, p.retry)
			return []*ir.Block{p.try}
		}
		full := x.Word(word.Eq, 1, x.Load(32, r.count()), x.const32(r.c.Cap))
		x.Branch(full, p.retry, p.work)
		r.send(p.at(p.work), p.i)
		p.at(p.work).Jump(p.done)
	default:
		r := t.ring(p.i.Chan)
		empty := x.Word(word.Eq, 1, x.Load(32, r.count()), x.const32(0))
		x.Branch(empty, p.retry, p.work)
		r.recv(p.at(p.work), p.i)
		p.at(p.work).Jump(p.done)
	}
	return []*ir.Block{p.try, p.work}
}

// dropUncalled removes the functions that no context can reach.
func dropUncalled(m *ir.Module) {
	keep := map[*ir.Func]bool{}
	for _, c := range m.Contexts {
		for _, f := range reach(c.Func) {
			keep[f] = true
		}
	}
	kept := m.Funcs[:0]
	for _, f := range m.Funcs {
		if keep[f] {
			kept = append(kept, f)
		}
	}
	m.Funcs = kept
}
