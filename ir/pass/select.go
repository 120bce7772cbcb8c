package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// atOnce replaces the non-blocking channel operations (try_send, try_recv) of f.
func (t *tasker) atOnce(f *ir.Func) {
	for _, b := range f.Blocks {
		list := b.Instrs
		b.Instrs = nil
		for _, i := range list {
			x := emitter{&ir.Builder{F: f, B: b, At: i.Span, Task: i.Task}}
			switch i.Op {
			case ir.OpChReady:
				r := t.ring(i.Chan)
				bound := 0 // there is a value if the count is not 0
				if i.Imm == 1 {
					bound = r.c.Cap
				}
				args := []*ir.Value{x.Load(32, r.count()), x.const32(bound)}
				x.redefine(&ir.Instr{Op: ir.OpWord, Word: word.Ne, Args: args}, i.Results[wordResult(i)])
			case ir.OpChGet:
				t.ring(i.Chan).recv(x, i)
			case ir.OpChPut:
				t.ring(i.Chan).send(x, i)
			default:
				b.Instrs = append(b.Instrs, i)
			}
		}
	}
}

// wordResult is the index of the first result that is a word.
func wordResult(i *ir.Instr) int {
	for k, v := range i.Results {
		if v.Type != ir.Token {
			return k
		}
	}
	return -1
}

// choose fills the block `try` with the tests of all arms of a select and a chain of branches.
// The chain passes the number of the first ready arm to the block `done`. A fair select first
// tests the arms from its argument on, then all arms.
//
//	try:    v5: i1 = guard and ready ; v6 = ... ; br v5, done(0), b2
//	b2:     br v6, done(1), retry
func (p *point) choose(t *tasker) []*ir.Block {
	x := p.at(p.try)
	blocks := []*ir.Block{p.try}
	ready := p.armsReady(t, &x, &blocks)
	last := len(ready) - 1
	hit := func(k int, c *ir.Value, end bool) {
		next := p.miss
		if !end {
			next = p.block()
		}
		number := x.const32(k)
		x.B.Term = ir.Term{Op: ir.Branch, Cond: c, Succs: []ir.Edge{{To: p.done, Args: []*ir.Value{number}}, {To: next}}, Span: x.At}
		if !end {
			blocks = append(blocks, next)
			x.B = next
		}
	}
	if p.i.Fair {
		for k, c := range ready {
			if k < last {
				c = x.Word(word.And, 1, c, x.Word(word.Geu, 1, x.const32(k), p.i.Args[0]))
			}
			hit(k, c, k == last && last == 0)
		}
		ready = ready[:last]
	}
	for k, c := range ready {
		hit(k, c, k == len(ready)-1)
	}
	v := p.i.Results[wordResult(p.i)]
	v.Def, v.In = nil, p.done
	p.done.Params = []*ir.Value{v}
	return blocks
}

// armsReady emits code that computes whether each arm is ready.
func (p *point) armsReady(t *tasker, x *emitter, blocks *[]*ir.Block) []*ir.Value {
	var status *ir.Value
	var now []*ir.Value
	var out []*ir.Value
	for k, a := range p.i.Arms {
		var ok *ir.Value
		switch a.Kind {
		case ir.ArmChan:
			ok = x.Word(word.Ne, 1, x.Load(32, t.ring(a.Index).count()), x.const32(0))
		case ir.ArmDev:
			if status == nil {
				status = x.Emit(&ir.Instr{Op: ir.OpStatus}, 32).Results[0]
			}
			ok = x.Slice(1, status, a.Index)
		case ir.ArmTimer:
			if _, always := constOf(p.guard(k)); !always && timers(p.i) == 1 {
				out = append(out, p.timerReady(x, k, blocks))
				continue
			}
			if now == nil {
				now = x.Emit(&ir.Instr{Op: ir.OpNow}, 32, 32).Results
			}
			ok = x.Word(word.Not, 1, x.earlier(now, p.deadline(*x, k)))
		}
		out = append(out, x.Word(word.And, 1, p.guard(k), ok))
	}
	return out
}

// timerReady emits code that reads the clock for a timer arm if its guard is true.
//
//	b1:     br guard, b2, b3(0)
//	b2:     v5: i32, v6: i32 = now ; v7: i1 = ... ; jump b3(v7)
//	b3(v8):
func (p *point) timerReady(x *emitter, k int, blocks *[]*ir.Block) *ir.Value {
	look, after := p.block(), p.block()
	ok := x.Param(after, 1)
	x.B.Term = ir.Term{Op: ir.Branch, Cond: p.guard(k), Succs: []ir.Edge{{To: look}, {To: after, Args: []*ir.Value{x.Const(1, 0)}}}, Span: x.At}
	x.B = look
	now := x.Emit(&ir.Instr{Op: ir.OpNow}, 32, 32).Results
	x.Jump(after, x.Word(word.Not, 1, x.earlier(now, p.deadline(*x, k))))
	x.B = after
	*blocks = append(*blocks, look, after)
	return ok
}

// guard is the guard of arm k.
func (p *point) guard(k int) *ir.Value {
	first, _ := p.i.ArmArgs(k)
	return p.i.Args[first]
}

// deadline returns the two halves of the deadline of arm k, low half first.
func (p *point) deadline(x emitter, k int) []*ir.Value {
	first, n := p.i.ArmArgs(k)
	if n == 3 {
		return p.i.Args[first+1 : first+3]
	}
	v := p.i.Args[first+1]
	return []*ir.Value{x.Slice(32, v, 0), x.Slice(32, v, 32)}
}

// earlier compares two times that are given in halves.
func (x emitter) earlier(a, b []*ir.Value) *ir.Value {
	low := x.Word(word.And, 1, x.Word(word.Eq, 1, a[1], b[1]), x.Word(word.Ltu, 1, a[0], b[0]))
	return x.Word(word.Or, 1, x.Word(word.Ltu, 1, a[1], b[1]), low)
}

// mask emits code that computes the bits of the devices and of the timer that a point waits
// for. If a point waits for a channel from a service, it waits for the devices of that service.
func (p *point) mask(t *tasker, x emitter) *ir.Value {
	switch p.i.Op {
	case ir.OpRecv:
		return x.const32(1 << p.i.Dev)
	case ir.OpChRecv:
		return x.Const(32, t.fedBy(p.i.Chan))
	case ir.OpSelect:
	default:
		return x.const32(0)
	}
	var mask *ir.Value
	for k, a := range p.i.Arms {
		bits := uint64(1) << a.Index
		switch a.Kind {
		case ir.ArmChan:
			if bits = t.fedBy(a.Index); bits == 0 {
				continue
			}
		case ir.ArmTimer:
			bits = 1 << ir.TimerBit
		}
		m := x.Word(word.Mux, 32, p.guard(k), x.Const(32, bits), x.const32(0))
		if mask == nil {
			mask = m
		} else {
			mask = x.Word(word.Or, 32, mask, m)
		}
	}
	if mask == nil {
		return x.const32(0)
	}
	return mask
}

// fedBy returns the bits of the devices of the service that writes a channel.
func (t *tasker) fedBy(ch int) uint64 {
	bits := uint64(0)
	for k, d := range t.m.Devices {
		if w := t.m.Chans[ch].Writer; d.Task == w && w < len(t.m.Tasks) && t.m.Tasks[w].Service {
			bits |= 1 << k
		}
	}
	return bits
}

// earliest returns the earliest of the time `from` and the deadlines of the select arms whose
// guard is true. It returns nil if the select has no timers.
func (p *point) earliest(x emitter, from []*ir.Value) []*ir.Value {
	some := false
	for k, a := range p.i.Arms {
		if a.Kind != ir.ArmTimer {
			continue
		}
		d := p.deadline(x, k)
		c := x.Word(word.And, 1, p.guard(k), x.earlier(d, from))
		from = []*ir.Value{x.Word(word.Mux, 32, c, d[0], from[0]), x.Word(word.Mux, 32, c, d[1], from[1])}
		some = true
	}
	if !some {
		return nil
	}
	return from
}

// never is a deadline that the clock never reaches.
func (x emitter) never() []*ir.Value {
	v := x.Const(32, 1<<32-1)
	return []*ir.Value{v, v}
}

// hold emits a wait for the events of the point.
func (p *point) hold(t *tasker, x emitter) {
	if d := p.earliest(x, x.never()); d != nil {
		x.Emit(&ir.Instr{Op: ir.OpAlarm, Args: d})
	}
	x.Emit(&ir.Instr{Op: ir.OpWait, Args: []*ir.Value{p.mask(t, x)}}, 32)
}

func hasTimer(i *ir.Instr) bool { return timers(i) > 0 }

// timers counts the arms of a select that wait for the clock.
func timers(i *ir.Instr) int {
	n := 0
	for _, a := range i.Arms {
		if a.Kind == ir.ArmTimer {
			n++
		}
	}
	return n
}
