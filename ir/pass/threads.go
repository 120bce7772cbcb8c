package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// A thread gets a separate context. Its function stays the same, except that a `hold`
// replaces each send and receive: it waits until the ring buffer of the channel lets them
// continue. The machine that runs the contexts keeps the numbers of the ring. The slots of
// the ring are a module object:
//
//	chsend c v1       v2: i32 = hold c %ring.c, 1 ; store4 %ring.c[v2 * 4], v1 ; pass c %ring.c, 1
//	v1 = chrecv c     v2: i32 = hold c %ring.c, 0 ; v1: i32 = load4 %ring.c[v2 * 4] ; pass c %ring.c, 0
//
// A sender to a channel of capacity 0 has a second hold, which waits until its value is
// taken. Between hold and pass, a slot belongs to one context. All other memory always
// belongs to one context. Functions with static memory are therefore cloned for each context.

// findThreads decides which tasks become threads.
func (t *tasker) findThreads(env *Env) {
	for k := range t.m.Tasks {
		if env.Threads && t.m.Tasks[k].Thread {
			t.threads = append(t.threads, k)
		} else {
			t.stepped = append(t.stepped, k)
		}
	}
	if t.threads == nil {
		return
	}
	t.static = map[*ir.Func]bool{}
	order, _ := ir.CallOrder(t.m)
	for _, f := range order { // callees first
		for _, o := range f.Locals {
			t.static[f] = t.static[f] || o.Size > ir.LargestOnStack
		}
		for _, g := range ir.Callees(f) {
			t.static[f] = t.static[f] || t.static[g]
		}
	}
}

// threadsInPlace replaces the channel operations of threads by hold and pass operations.
func (t *tasker) threadsInPlace() {
	done := map[*ir.Func]bool{}
	for _, k := range t.threads {
		if t.runsEarlier(k) {
			t.m.Tasks[k].Func = t.clone(t.m.Tasks[k].Func, fmt.Sprintf("%s.task%d", t.m.Tasks[k].Func.Name, k))
		}
		for _, f := range reach(t.m.Tasks[k].Func) {
			if done[f] {
				continue
			}
			done[f] = true
			for _, b := range f.Blocks {
				t.holdInPlace(f, b)
			}
		}
	}
}

func (t *tasker) holdInPlace(f *ir.Func, b *ir.Block) {
	list := b.Instrs
	b.Instrs = nil
	for _, i := range list {
		x := emitter{&ir.Builder{F: f, B: b, At: i.Span, Task: i.Task}}
		switch i.Op {
		case ir.OpChSend:
			r := t.ring(i.Chan)
			r.put(x, i, r.slot(x, ir.HasRoom))
			r.pass(x, ir.HasRoom)
			if r.c.Cap == 0 {
				r.hold(x, ir.IsTaken)
			}
		case ir.OpChRecv:
			r := t.ring(i.Chan)
			r.get(x, i, r.slot(x, ir.HasValue))
			r.pass(x, ir.HasValue)
		default:
			b.Instrs = append(b.Instrs, i)
		}
	}
}

func (r *ring) hold(x emitter, what uint64) *ir.Value {
	return x.Emit(&ir.Instr{Op: ir.OpHold, Chan: r.k, Imm: what, Refs: []ir.Ref{r.at(0)}}, 32).Results[0]
}

func (r *ring) pass(x emitter, what uint64) {
	x.Emit(&ir.Instr{Op: ir.OpPass, Chan: r.k, Imm: what, Refs: []ir.Ref{r.at(0)}})
}

// slot emits a hold. It returns the offset of the slot in the ring, or nil for a ring of one
// element.
func (r *ring) slot(x emitter, what uint64) *ir.Value {
	n := r.hold(x, what)
	if r.room == 1 {
		return nil
	}
	return x.Word(word.Mul, 32, n, x.const32(r.size))
}

// threadContexts gives each thread a context.
func (t *tasker) threadContexts() {
	for _, k := range t.threads {
		f := t.m.Tasks[k].Func
		haltAtEnd(f)
		t.m.Contexts = append(t.m.Contexts, ir.Context{Func: f})
	}
}
