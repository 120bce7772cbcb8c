package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// bytesOf returns the length of a bytes leaf and the address of its first byte.
func (x *lowering) bytesOf(l leaf) (*ir.Value, ir.Ref) {
	if l.n != nil {
		return l.n, l.ref
	}
	at := l.ref
	at.Disp += 4
	return x.Load(32, l.ref), at
}

// span returns the length and the address of the first element of bytes, an array or a slice.
func (x *lowering) span(e tree.Expr) (*ir.Value, ir.Ref) {
	t := e.Type()
	switch t.Kind {
	case tree.Slice:
		base, start, n := x.slice(e)
		return n, x.offset(base.ref, start, 1)
	case tree.Array:
		return x.Const(32, uint64(t.Len)), x.object(x.place(e)).ref
	}
	return x.bytesOf(x.object(x.place(e)))
}

// repeat builds a loop that runs `body` for i = 0 .. n-1.
func (x *lowering) repeat(n *ir.Value, body func(i *ir.Value)) {
	x.repeatUntil(n, func(i *ir.Value, _ *ir.Block) { body(i) })
}

// repeatUntil is repeat with an exit: `body` may jump to the block `done`, which ends the loop.
func (x *lowering) repeatUntil(n *ir.Value, body func(i *ir.Value, done *ir.Block)) {
	i := x.variable("i", 32)
	x.ssa.write(i, x.Const(32, 0))
	head, inner, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.goTo(head)
	x.B = head
	now := x.ssa.read(i)
	x.branch(x.Word(word.Ltu, 1, now, n), inner, done)
	x.enter(inner)
	body(now, done)
	x.ssa.write(i, x.Word(word.Add, 32, now, x.Const(32, 1)))
	x.goTo(head)
	x.ssa.seal(head)
	x.enter(done)
}

// copyBytes copies n bytes. If the two regions overlap, dst must be at the lower address.
func (x *lowering) copyBytes(dst, src ir.Ref, n *ir.Value) { x.Move(dst, src, n) }

// equalBytes compares two bytes leaves. The result is 1 if their contents are equal.
func (x *lowering) equalBytes(a, b leaf) *ir.Value {
	na, pa := x.bytesOf(a)
	nb, pb := x.bytesOf(b)
	same := x.variable("same", 1)
	x.ssa.write(same, x.Word(word.Eq, 1, na, nb))
	loop, done := x.NewBlock(), x.NewBlock()
	x.branch(x.ssa.read(same), loop, done)
	x.enter(loop)
	i := x.variable("i", 32)
	x.ssa.write(i, x.Const(32, 0))
	head, inner, next, differ := x.NewBlock(), x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.goTo(head)
	x.B = head
	now := x.ssa.read(i)
	x.branch(x.Word(word.Ltu, 1, now, na), inner, done)
	x.enter(inner)
	ca, cb := x.Load(8, x.offset(pa, now, 1)), x.Load(8, x.offset(pb, now, 1))
	x.branch(x.Word(word.Eq, 1, ca, cb), next, differ)
	x.enter(next)
	x.ssa.write(i, x.Word(word.Add, 32, now, x.Const(32, 1)))
	x.goTo(head)
	x.ssa.seal(head)
	x.enter(differ)
	x.ssa.write(same, x.Const(1, 0))
	x.goTo(done)
	x.enter(done)
	return x.ssa.read(same)
}

// literal makes a bytes leaf from a constant.
func (x *lowering) literal(e *tree.BytesLit) leaf {
	mem := append([]byte{byte(len(e.Data)), byte(len(e.Data) >> 8), byte(len(e.Data) >> 16), byte(len(e.Data) >> 24)}, e.Data...)
	size := alignTo(len(mem), 4)
	o := x.lowerer.object("bytes", mem, size, 4, e.At)
	return leaf{ref: ir.Ref{Obj: o}, size: size}
}

// toBytes lowers be16(x), le16(x) and the wider forms.
func (x *lowering) toBytes(e *tree.ToBytes) leaf {
	v := x.word(e.X)
	bits := ir.Type(8 * e.Size)
	if isSigned(e.X.Type()) {
		v = x.Sext(bits, v)
	} else {
		v = x.Zext(bits, v)
	}
	r := x.temp(e.T)
	x.Store(x.Const(32, uint64(e.Size)), r)
	for k := range e.Size {
		at := r
		at.Disp += 4 + k
		low := 8 * k
		if !e.Little {
			low = 8 * (e.Size - 1 - k)
		}
		x.Store(x.Slice(8, v, low), at)
	}
	size, _ := sizeOf(e.T)
	return leaf{ref: r, size: size}
}

// appendTo lowers b.append(e).
func (x *lowering) appendTo(s *tree.Append) {
	buf := x.object(x.place(s.Buf))
	if s.Value.Type().IsNumber() {
		v := x.word(s.Value)
		n, at := x.grow(s, buf, x.Const(32, 1))
		x.Store(x.Zext(8, v), x.offset(at, n, 1))
		return
	}
	more, from := x.span(s.Value)
	n, at := x.grow(s, buf, more)
	x.copyBytes(x.offset(at, n, 1), from, more)
}

// grow checks the new length and sets it. The results are the old length and the address of the
// first byte.
func (x *lowering) grow(s *tree.Append, buf leaf, more *ir.Value) (*ir.Value, ir.Ref) {
	n, at := x.bytesOf(buf)
	sum := x.Word(word.Add, 32, n, more)
	if !s.Proved {
		x.Check(x.not(x.Word(word.Ltu, 1, x.Const(32, uint64(s.Buf.Type().Len)), sum)), s.Site)
	}
	x.Store(sum, buf.ref)
	return n, at
}

// resize lowers b.resize(n).
func (x *lowering) resize(s *tree.Resize) {
	buf := x.object(x.place(s.Buf))
	x.forget(s, buf)
	n := x.word(s.Len)
	if !s.Proved {
		wide := max(n.Type, 32)
		if isSigned(s.Len.Type()) {
			n = x.Sext(wide, n)
		}
		n = x.Zext(wide, n)
		x.Check(x.not(x.Word(word.Ltu, 1, x.Const(wide, uint64(s.Buf.Type().Len)), n)), s.Site)
	}
	n = x.Zext(32, n)
	old, at := x.bytesOf(buf)
	grows := x.Word(word.Ltu, 1, old, n)
	more := x.Word(word.Mux, 32, grows, x.Word(word.Sub, 32, n, old), x.Const(32, 0))
	to := x.offset(at, old, 1)
	x.repeat(more, func(i *ir.Value) { x.Store(x.Const(8, 0), x.offset(to, i, 1)) })
	x.Store(n, buf.ref) // last, so that the code after it knows the length
}

// forget begins a new lifetime of a variable that a resize to 0 empties. The old contents are
// never read again.
func (x *lowering) forget(s *tree.Resize, buf leaf) {
	c, empty := s.Len.(*tree.Const)
	_, whole := s.Buf.(*tree.LocalRef)
	if empty && whole && c.Cell == 0 && buf.ref.Obj.Kind == ir.LocalObj {
		x.Local(buf.ref.Obj)
		x.Store(x.Const(32, 0), buf.ref)
	}
}

func (x *lowering) not(v *ir.Value) *ir.Value { return x.Word(word.Not, 1, v) }
