package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// This file splits unaligned accesses for targets that need aligned words. The payload of a
// frame follows 14 bytes of Ethernet header, so its words are aligned only to 2 bytes.
//
//	before  v3: i32 = load4 %f[38], v2
//	after   v4: i32 = load2 %f[38], v2 ; v5: i32 = load2 %f[40], v2
//	        v6: i32 = shl v5, 16 ; v3: i32 = or v4, v6
//
// The message buffers of a core's ports must be word-aligned. A buffer that is not is copied
// through an aligned object.

// loadWord emits a load of up to four bytes.
func (l *legaliser) loadWord(size int, r ir.Ref) *ir.Value {
	step := min(size, r.Aligned())
	v := l.b.LoadSize(32, step, r)
	for at := step; at < size; at += step {
		r.Disp += step
		v = l.op(word.Or, v, l.op(word.Shl, l.b.LoadSize(32, step, r), l.const32(8*at)))
	}
	return v
}

// storeWord emits a store of up to four bytes.
func (l *legaliser) storeWord(v *ir.Value, size int, r ir.Ref) {
	step := min(size, r.Aligned())
	for at := 0; at < size; at += step {
		part := v
		if at > 0 {
			part = l.op(word.Shru, v, l.const32(8*at))
		}
		l.b.StoreSize(part, step, r)
		r.Disp += step
	}
}

// wordAligned is the alignment of buffers at the ports of a core.
const wordAligned = 4

// byWay replaces the message buffers of a port operation by aligned objects. It returns a
// function that emits the copies to be made after the operation.
func (l *legaliser) byWay(i *ir.Instr) (after func()) {
	after = func() {}
	switch i.Op {
	case ir.OpLog, ir.OpSend, ir.OpAsk, ir.OpTake, ir.OpRecv:
	default:
		return after
	}
	for k, r := range i.Refs {
		if r.Aligned() >= wordAligned {
			continue
		}
		o := &ir.Object{Name: l.freeName("aligned"), Kind: ir.LocalObj, Size: (r.Obj.Size - max(r.Disp, 0) + 3) / 4 * 4, Align: wordAligned, Span: i.Span}
		l.b.F.Locals = append(l.b.F.Locals, o)
		l.b.Local(o)
		way := ir.Ref{Obj: o}
		i.Refs[k] = way
		if i.Access(k) == ir.Reads {
			l.moveBytes(way, r)
			continue
		}
		before := after
		after = func() {
			before()
			l.moveBytes(r, way)
		}
	}
	return after
}

// moveBytes emits a copy of a length and as many bytes after it.
func (l *legaliser) moveBytes(to, from ir.Ref) {
	n := l.loadWord(4, from)
	l.storeWord(n, 4, to)
	to.Disp += 4
	from.Disp += 4
	l.b.Move(to, from, n)
}

// freeName makes a name that no local of the function has.
func (l *legaliser) freeName(name string) string {
	for _, o := range l.b.F.Locals {
		if o.Name == name {
			return l.freeName(name + "_")
		}
	}
	return name
}
