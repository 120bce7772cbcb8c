package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// writing is the state of the code that writes one message. The code writes byte by byte, because
// the position may be unaligned. The position is base + pos bytes plus the bits in acc.
type writing struct {
	out  ir.Ref    // address of the first byte
	base *ir.Value // byte offset; nil means 0
	pos  int       // bytes after base
	acc  *ir.Value // bits of the incomplete byte, nil for none
	ok   *variable // whether the parts are consistent so far
	seal *ir.Value // the seal, once it is known
}

// layoutBytesOf lowers x.bytes().
func (x *lowering) layoutBytesOf(e *tree.Write) leaf {
	l := x.value(e.X, nil)
	x.At = e.At
	return x.message(e.X.Type(), l, e.T, e.Site, e.Proved, nil)
}

// sealed lowers L.sealed(...).
func (x *lowering) sealed(e *tree.Sealed) []leaf {
	t := e.T
	l := append([]leaf(nil), x.value(e.X, nil)...)
	x.At = e.At
	var w writing
	x.message(t, l, tree.BytesType(t.Layout.Max), e.Site, e.Proved, &w)
	l[firstLeaf(t, partIndex(t, t.Layout.SealedField()))] = leaf{v: w.seal}
	return l
}

// message writes the leaves of a layout into new bytes. If sealing is set, message stores the
// state of the writer and the seal in `sealing`.
func (x *lowering) message(t *tree.Type, l []leaf, bytes *tree.Type, site int, proved bool, sealing *writing) leaf {
	r := x.temp(bytes)
	w := &writing{out: r, ok: x.variable("fits", 1)}
	if sealing != nil {
		w = sealing
		w.out, w.ok = r, x.variable("fits", 1)
	}
	w.out.Disp += 4
	x.ssa.write(w.ok, x.Const(1, 1))
	x.parse = append(x.parse, &parsing{})
	x.putLayout(w, t.Layout, l, sealing != nil)
	x.parse = x.parse[:len(x.parse)-1]
	if !proved {
		x.Check(x.ssa.read(w.ok), site)
	}
	n := x.written(w)
	x.Store(n, r)
	if k := t.Layout.SealedField(); sealing != nil && t.Layout.Fields[k].All {
		w.seal = x.sum(t.Layout.Fields[k].Seal, w.out, n)
	}
	size, _ := sizeOf(bytes)
	return leaf{ref: r, size: size}
}

// written is the position in bytes.
func (x *lowering) written(w *writing) *ir.Value {
	k := x.Const(32, uint64(w.pos))
	if w.base == nil {
		return k
	}
	return x.Word(word.Add, 32, w.base, k)
}

// spot is the address of the current position.
func (x *lowering) spot(w *writing) ir.Ref {
	at := w.out
	if w.base != nil {
		at = x.offset(at, w.base, 1)
	}
	at.Disp += w.pos
	return at
}

// putLayout writes the fields in order. As in parsing, lengths and conditions can read the leaves
// of other fields.
func (x *lowering) putLayout(w *writing, def *tree.LayoutDef, l []leaf, sealing bool) {
	ps := x.parse[len(x.parse)-1]
	fr := &frame{layout: def, fields: make([][]leaf, len(def.Fields))}
	ps.frames = append(ps.frames, fr)
	for k := range def.Fields {
		f := &def.Fields[k]
		if f.Name != "" {
			n := len(leavesOf(f.Type))
			fr.fields[k], l = l[:n], l[n:]
		}
	}
	for k := range def.Fields {
		f := &def.Fields[k]
		if f.When == nil {
			x.putPart(w, f, fr.fields[k], sealing)
			continue
		}
		x.putOptional(w, f, fr.fields[k])
	}
	ps.frames = ps.frames[:len(ps.frames)-1]
}

// putOptional writes an optional part if its condition holds.
func (x *lowering) putOptional(w *writing, f *tree.LayoutField, l []leaf) {
	c := x.word(f.When)
	for _, p := range f.Needs {
		c = x.Word(word.And, 1, x.present(x.parse[len(x.parse)-1], p), c)
	}
	if f.Name != "" {
		x.demandFit(w, x.Word(word.Eq, 1, c, l[0].v))
		l = l[1:]
	}
	at := x.variable("at", 32)
	before := x.written(w)
	x.ssa.write(at, before)
	x.when(c, func() {
		w.base, w.pos = before, 0
		x.putPart(w, f, l, false)
		x.ssa.write(at, x.written(w))
	})
	w.base, w.pos = x.ssa.read(at), 0
}

// demandFit records that the value is parsable only if ok holds.
func (x *lowering) demandFit(w *writing, ok *ir.Value) {
	x.ssa.write(w.ok, x.Word(word.And, 1, x.ssa.read(w.ok), ok))
}

func (x *lowering) putPart(w *writing, f *tree.LayoutField, l []leaf, sealing bool) {
	switch {
	case f.Kind == tree.LayoutSub:
		x.putLayout(w, f.Part.Layout, l, false)
	case f.Kind == tree.LayoutBytes:
		x.putBytes(w, f, l)
	case sealing && f.Seal != tree.NoSeal && !f.All:
		w.seal = x.sum(f.Seal, w.out, x.written(w))
		x.putBits(w, w.seal, f.Little)
	case l == nil:
		x.putNumber(w, f, x.Const(wordOf(f.Part), f.Blank))
	default:
		x.putNumber(w, f, l[0].v)
	}
}

// putNumber writes an integer or enum.
func (x *lowering) putNumber(w *writing, f *tree.LayoutField, v *ir.Value) {
	if f.Kind == tree.LayoutEnum {
		v = x.variantNumber(f.Part.Enum, v, ir.Type(f.Bits))
	}
	x.putBits(w, x.Slice(ir.Type(f.Bits), v, 0), f.Little)
}

// putBits writes a word with the most significant bit first. If `little` is set, it writes the
// bytes of the word in little-endian order.
func (x *lowering) putBits(w *writing, v *ir.Value, little bool) {
	if little {
		for low := 0; low < int(v.Type); low += 8 {
			x.putBits(w, x.Slice(8, v, low), false)
		}
		return
	}
	for left := int(v.Type); left > 0; {
		have := 0
		if w.acc != nil {
			have = int(w.acc.Type)
		}
		n := min(8-have, left)
		left -= n
		part := x.Slice(ir.Type(n), v, left)
		if w.acc != nil {
			part = x.Word(word.Cat, ir.Type(have+n), w.acc, part)
		}
		w.acc = part
		if have+n == 8 {
			x.StoreSize(part, 1, x.spot(w))
			w.acc = nil
			w.pos++
		}
	}
}

// putBytes writes a bytes field. The emitted code never reads beyond the length of the value, even
// if this length does not fit the field.
func (x *lowering) putBytes(w *writing, f *tree.LayoutField, l []leaf) {
	n := x.Const(32, 0)
	var from ir.Ref
	if l != nil {
		n, from = x.bytesOf(x.solid(f.Part, l[0]))
	}
	size := n
	switch f.Size {
	case tree.SizePrefix:
		x.putBits(w, x.Slice(16, n, 0), false)
	case tree.SizeExpr:
		size = x.Zext(32, x.word(f.Len))
		x.At = f.Span
		if l == nil {
			to := x.spot(w)
			x.repeat(size, func(i *ir.Value) { x.Store(x.Const(8, 0), x.offset(to, i, 1)) })
		} else {
			x.demandFit(w, x.Word(word.Eq, 1, n, size))
			n = x.Word(word.Mux, 32, x.Word(word.Ltu, 1, size, n), size, n)
		}
	}
	if l != nil {
		x.copyBytes(x.spot(w), from, n)
	}
	w.base, w.pos = x.Word(word.Add, 32, x.written(w), size), 0
}
