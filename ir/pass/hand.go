package pass

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Hand-over of slots. A channel element that is one large object need not be copied into and
// out of the ring buffer, if buffers can be swapped instead. All buffers of such channels, and
// of their senders and receivers, are slots of one object, the pool. A ring holds slot numbers,
// and a task variable holds a slot number:
//
//	chrecv c %buf     the first slot of the ring becomes %buf, and %buf the ring's
//	chsend c %buf     the next slot of the ring becomes %buf, and %buf the ring's
//
// A receive may always swap, because it overwrites its whole buffer. (For a bytes<N> it
// overwrites the length and that many bytes, and nothing reads beyond them.) A send may swap if
// the program does not read its buffer again before the buffer is filled or begins a new lifetime. Other sends and
// receives on these channels copy to and from the slots.

// pool is a set of channels and buffers that swap slots with each other.
type pool struct {
	size  int // size of a slot in bytes
	chans []int
	bufs  []*buffer
	o     *ir.Object
}

// buffer is a local object of a task that is stored in a slot of a pool.
type buffer struct {
	o    *ir.Object
	f    *ir.Func
	cell *ir.Object // state object that holds the number of the slot
	p    *pool
}

// hands finds the channels and buffers that swap slots, and groups them into pools.
func (t *tasker) hands() {
	t.pools, t.bufs, t.swaps = make([]*pool, len(t.m.Chans)), map[*ir.Object]*buffer{}, map[*ir.Instr]bool{}
	for _, k := range t.stepped {
		f := t.m.Tasks[k].Func
		for _, b := range f.Blocks {
			for n, i := range b.Instrs {
				if t.changesPlaces(b, n) {
					t.swaps[i] = true
					t.join(f, i)
				}
			}
		}
	}
	for k := range t.m.Chans {
		if p := t.pools[k]; p != nil && p.o == nil {
			t.makePool(p)
		}
	}
	for _, k := range t.stepped {
		t.moveBuffers(t.m.Tasks[k].Func)
	}
}

// handed reports whether each element of a channel is one large object.
func (t *tasker) handed(ch int) bool {
	c := &t.m.Chans[ch]
	return len(c.Words) == 0 && len(c.Objs) == 1 && c.Objs[0] >= longBytes
}

// changesPlaces reports whether a channel operation of a task can swap its buffer with a slot
// of the ring.
func (t *tasker) changesPlaces(b *ir.Block, n int) bool {
	i := b.Instrs[n]
	switch i.Op {
	case ir.OpChRecv, ir.OpChGet, ir.OpChSend, ir.OpChPut:
	default:
		return false
	}
	if !t.handed(i.Chan) {
		return false
	}
	r := i.Refs[0]
	if r.Obj.Kind != ir.LocalObj || r.Off != nil || r.Disp != 0 || r.Obj.Size != t.m.Chans[i.Chan].Objs[0] {
		return false
	}
	if i.Op == ir.OpChRecv || i.Op == ir.OpChGet {
		return true
	}
	return !readAfter(b, n+1, r.Obj, map[*ir.Block]bool{})
}

// readAfter reports whether o may be read at or after instruction n of b, before it is filled
// or begins a new lifetime.
func readAfter(b *ir.Block, n int, o *ir.Object, seen map[*ir.Block]bool) bool {
	for _, i := range b.Instrs[n:] {
		for k, r := range i.Refs {
			if r.Obj == o && (i.Access(k) == ir.Reads || i.Op == ir.OpCall) {
				return true
			}
		}
		if fills(i, o) {
			return false
		}
	}
	for _, e := range b.Term.Succs {
		if !seen[e.To] {
			seen[e.To] = true
			if readAfter(e.To, 0, o, seen) {
				return true
			}
		}
	}
	return false
}

// fills reports whether i overwrites the whole contents of o.
func fills(i *ir.Instr, o *ir.Object) bool {
	switch i.Op {
	case ir.OpLocal, ir.OpChRecv, ir.OpChGet, ir.OpTake, ir.OpRecv:
		r := i.Refs
		return len(r) == 1 && r[0].Obj == o && r[0].Off == nil && r[0].Disp == 0
	}
	return false
}

// join puts the channel and the buffer of an operation into one pool.
func (t *tasker) join(f *ir.Func, i *ir.Instr) {
	o := i.Refs[0].Obj
	p := t.pools[i.Chan]
	if p == nil {
		p = &pool{size: (o.Size + 3) / 4 * 4, chans: []int{i.Chan}}
		t.pools[i.Chan] = p
	}
	b := t.bufs[o]
	switch {
	case b == nil:
		b = &buffer{o: o, f: f, p: p}
		t.bufs[o] = b
		p.bufs = append(p.bufs, b)
	case b.p != p: // all slots have the same size, so the pools merge
		from := b.p
		for _, ch := range from.chans {
			t.pools[ch] = p
		}
		for _, other := range from.bufs {
			other.p = p
		}
		p.chans, p.bufs = append(p.chans, from.chans...), append(p.bufs, from.bufs...)
	}
}

// makePool makes the object of a pool. Its first slots are the buffers of the tasks.
func (t *tasker) makePool(p *pool) {
	slots := len(p.bufs)
	for _, ch := range p.chans {
		slots += max(1, t.m.Chans[ch].Cap)
	}
	p.o = &ir.Object{Name: "slots." + t.m.Chans[p.chans[0]].Name, Kind: ir.StateObj, Size: p.size * slots, Slot: p.size, Align: 4, Span: t.m.Chans[p.chans[0]].Span}
	t.m.Objects = append(t.m.Objects, p.o)
	for k, b := range p.bufs {
		b.cell = &ir.Object{Name: "slot." + b.f.Name + "." + b.o.Name, Kind: ir.StateObj, Size: 4, Align: 4, Init: slotBytes(k * p.size), Span: b.o.Span}
		t.m.Objects = append(t.m.Objects, b.cell)
	}
	next := len(p.bufs)
	for _, ch := range p.chans {
		r := t.ring(ch)
		for k := range r.room {
			at := ringData + k*r.size + r.objs[0]
			copy(r.o.Init[at:], slotBytes((next+k)*p.size))
		}
		next += r.room
	}
}

func slotBytes(at int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(at/4)) }

// moveBuffers replaces refs to buffers of f by refs to their slots. Operations that swap keep
// the ref to the buffer until the ring of their channel is known.
func (t *tasker) moveBuffers(f *ir.Func) {
	kept := f.Locals[:0]
	for _, o := range f.Locals {
		if t.bufs[o] == nil {
			kept = append(kept, o)
		}
	}
	if len(kept) == len(f.Locals) {
		return
	}
	f.Locals = kept
	for _, b := range f.Blocks {
		list := b.Instrs
		b.Instrs = nil
		var given *ir.Object
		for _, i := range list {
			if given != nil && fills(i, given) {
				given = nil
			}
			if i.Op == ir.OpLocal && t.bufs[i.Refs[0].Obj] != nil || given != nil && i.Op == ir.OpStore && i.Refs[0].Obj == given {
				continue
			}
			if t.swaps[i] && (i.Op == ir.OpChSend || i.Op == ir.OpChPut) {
				given = i.Refs[0].Obj // writes before the next fill are lost
			}
			x := emitter{&ir.Builder{F: f, B: b, At: i.Span, Task: i.Task}}
			for k := range i.Refs {
				if buf := t.bufs[i.Refs[k].Obj]; buf != nil && !t.swaps[i] {
					i.Refs[k] = buf.place(x, i.Refs[k])
				}
			}
			b.Instrs = append(b.Instrs, i)
		}
	}
}

// place translates a ref to the buffer into a ref to the slot of the buffer.
func (b *buffer) place(x emitter, r ir.Ref) ir.Ref {
	off := slotAt(x, ir.Ref{Obj: b.cell})
	if r.Off != nil {
		off = x.Word(word.Add, 32, off, r.Off)
	}
	return ir.Ref{Obj: b.p.o, Off: off, Disp: r.Disp}
}

// slotAt is the offset of the slot whose number is stored in a cell or an element. The shift
// lets later passes see that the offset is aligned.
func slotAt(x emitter, r ir.Ref) *ir.Value { return x.Word(word.Shl, 32, x.Load(32, r), x.const32(2)) }

// swap exchanges the slot of a buffer with the slot of a ring element.
func (b *buffer) swap(x emitter, element ir.Ref) {
	cell := ir.Ref{Obj: b.cell}
	mine, theirs := x.Load(32, cell), x.Load(32, element)
	x.Store(theirs, cell)
	x.Store(mine, element)
}
