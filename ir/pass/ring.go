package pass

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// ring is a channel in memory, as a ring buffer. It holds the number of elements, the offset of
// the first element, the offset after the last one, and the elements. It has room for Cap
// elements, or for one if Cap is 0.
type ring struct {
	k    int // index of the channel
	c    *ir.Chan
	o    *ir.Object
	word []int // offset of each word within an element
	objs []int
	size int        // size of an element
	room int        // capacity in elements
	data int        // offset of the elements
	copy []*ir.Func // for each object: a function that copies a bytes<N> up to its length; nil: copy the whole object
	pool *pool      // pool of the slots that the elements name; nil: the elements hold the objects themselves
	t    *tasker
}

// RingCount is the offset of the element count in the ring of a channel.
const RingCount = 0

// Offsets of the numbers in a ring. The elements come after them.
const (
	ringCount = RingCount
	ringFirst = 4
	ringNext  = 8
	ringData  = 12
)

// ring returns the ring of channel k.
func (t *tasker) ring(k int) *ring {
	if t.rings == nil {
		t.rings = make([]*ring, len(t.m.Chans))
	}
	if t.rings[k] != nil {
		return t.rings[k]
	}
	r := &ring{k: k, c: &t.m.Chans[k], room: max(1, t.m.Chans[k].Cap), data: ringData, t: t}
	name := "chan."
	if slices.Contains(t.threads, r.c.Writer) { // for a thread, the machine that runs the contexts keeps these numbers
		name, r.data = ir.RingPrefix, 0
	}
	for _, w := range r.c.Words {
		r.word = append(r.word, r.size)
		r.size += max(4, w.Bytes())
	}
	if t.ready != nil && r.data > 0 {
		r.pool = t.pools[k]
	}
	for k, n := range r.c.Objs {
		r.copy = append(r.copy, t.copier(r.c, k))
		r.objs = append(r.objs, r.size)
		if r.pool != nil {
			n = 4 // an element holds the number of a slot
		}
		r.size += (n + 3) / 4 * 4
	}
	r.o = &ir.Object{Name: name + r.c.Name, Kind: ir.StateObj, Size: r.data + r.size*r.room, Align: 4, Span: r.c.Span}
	if r.pool != nil {
		r.o.Init = make([]byte, r.o.Size)
	}
	t.m.Objects = append(t.m.Objects, r.o)
	t.rings[k] = r
	return r
}

func (r *ring) at(n int) ir.Ref { return ir.Ref{Obj: r.o, Disp: n} }

func (r *ring) count() ir.Ref { return r.at(ringCount) }

// place loads the element offset that is stored at offset which. It is nil for a ring of one
// element.
func (r *ring) place(x emitter, which int) *ir.Value {
	if r.room == 1 {
		return nil
	}
	return x.Load(32, r.at(which))
}

// advance moves an element offset to the next element and changes the count.
func (r *ring) advance(x emitter, which int, off *ir.Value, count word.Op) {
	n := x.Word(count, 32, x.Load(32, r.count()), x.const32(1))
	x.Store(n, r.count())
	if off == nil {
		return
	}
	next := x.Word(word.Add, 32, off, x.const32(r.size))
	end := x.Word(word.Eq, 1, next, x.const32(r.size*r.room))
	x.Store(x.Word(word.Mux, 32, end, x.const32(0), next), r.at(which))
}

// send emits code that puts the operands of a chsend into the ring.
func (r *ring) send(x emitter, i *ir.Instr) {
	off := r.place(x, ringNext)
	r.put(x, i, off)
	r.advance(x, ringNext, off, word.Add)
	r.t.wakeAll(x, r.t.takers, r.k)
}

// put emits code that writes the operands of a chsend to the element at off.
func (r *ring) put(x emitter, i *ir.Instr, off *ir.Value) {
	for k, v := range i.Words() {
		at := ir.Ref{Obj: r.o, Off: off, Disp: r.data + r.word[k]}
		if v.Type < 32 {
			v = x.Zext(32, v)
		}
		x.Store(v, at)
	}
	for k, src := range i.Refs {
		r.exchange(x, k, i, ir.Ref{Obj: r.o, Off: off, Disp: r.data + r.objs[k]}, src, true)
	}
}

// recv emits code that takes the results of a chrecv out of the ring.
func (r *ring) recv(x emitter, i *ir.Instr) {
	off := r.place(x, ringFirst)
	r.get(x, i, off)
	r.advance(x, ringFirst, off, word.Sub)
	r.t.wakeAll(x, r.t.givers, r.k)
}

// get emits code that reads the results of a chrecv from the element at off.
func (r *ring) get(x emitter, i *ir.Instr, off *ir.Value) {
	k := 0
	for _, v := range i.Results {
		if v.Type == ir.Token {
			continue
		}
		at := ir.Ref{Obj: r.o, Off: off, Disp: r.data + r.word[k]}
		k++
		if v.Type == 1 { // other legal words are loaded as they are
			w := x.Load(32, at)
			x.redefine(&ir.Instr{Op: ir.OpWord, Word: word.Slice, Args: []*ir.Value{w}}, v)
			continue
		}
		x.redefine(&ir.Instr{Op: ir.OpLoad, Size: max(4, v.Type.Bytes()), Refs: []ir.Ref{at}}, v)
	}
	for k, dst := range i.Refs {
		r.exchange(x, k, i, ir.Ref{Obj: r.o, Off: off, Disp: r.data + r.objs[k]}, dst, false)
	}
}

// redefine appends i as a new definition of v.
func (x emitter) redefine(i *ir.Instr, v *ir.Value) {
	i.Span, i.Task, i.Results = x.At, -1, []*ir.Value{v}
	v.Def, v.In = i, x.B
	x.B.Instrs = append(x.B.Instrs, i)
}

// exchange swaps object k of an element with a buffer if the operation can swap. Otherwise it
// copies object k to or from the buffer.
func (r *ring) exchange(x emitter, k int, i *ir.Instr, element, buf ir.Ref, in bool) {
	if r.pool != nil {
		if r.t.swaps[i] {
			r.t.bufs[buf.Obj].swap(x, element)
			return
		}
		element = ir.Ref{Obj: r.pool.o, Off: slotAt(x, element)}
	}
	if in {
		r.move(x, k, element, buf)
	} else {
		r.move(x, k, buf, element)
	}
}

// move emits a copy of object k of an element.
func (r *ring) move(x emitter, k int, dst, src ir.Ref) {
	if f := r.copy[k]; f != nil {
		x.Call(f, nil, []ir.Ref{dst, src})
		return
	}
	x.Copy(dst, src, r.c.Objs[k])
}

// longBytes is the smallest size of a bytes<N> in a channel that is copied only up to its
// length. Most messages are much shorter than the capacity.
const longBytes = 256

// copier returns the function that copies object k of a channel, if it is a long bytes<N>:
//
//	func @copy.bytes1480[%to 1484, %from 1484 ro]: a length and that number of bytes
func (t *tasker) copier(c *ir.Chan, k int) *ir.Func {
	size := c.Objs[k]
	if size < longBytes || size%4 != 0 || !isBytes(c, k) {
		return nil
	}
	name := fmt.Sprintf("copy.bytes%d", size-4)
	for _, f := range t.m.Funcs {
		if f.Name == name {
			return f
		}
	}
	f := &ir.Func{Name: name, Span: c.Span}
	to := &ir.Object{Name: "to", Kind: ir.ParamObj, Size: size, Align: 4, Span: c.Span}
	from := &ir.Object{Name: "from", Kind: ir.ParamObj, Size: size, Align: 4, ReadOnly: true, Span: c.Span}
	f.Objs = []*ir.Object{to, from}
	x := emitter{ir.NewBuilder(f)}
	x.At = c.Span
	n := x.Load(32, ir.Ref{Obj: from})
	x.Store(n, ir.Ref{Obj: to})
	x.Move(ir.Ref{Obj: to, Disp: 4}, ir.Ref{Obj: from, Disp: 4}, n)
	x.Ret()
	t.m.Funcs = append(t.m.Funcs, f)
	return f
}

// isBytes reports whether object k of a channel is a single bytes<N>.
func isBytes(c *ir.Chan, k int) bool {
	found := false
	for n, from := range c.From {
		if from.Obj != k {
			continue
		}
		if found || from.Off != 0 || c.Args[n].Kind != "bytes" {
			return false
		}
		found = true
	}
	return found
}
