package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// parsing is the state of the code that parses one message. The position in the message is base +
// pos bits. After a field of known width, only pos increases. After a field whose width is known
// only at run time, a new base begins. Invariant: base <= n.
type parsing struct {
	src    ir.Ref    // address of the first byte
	n      *ir.Value // length of the source in bytes
	base   *ir.Value // byte offset; nil means 0
	pos    int       // bits after base
	sure   int       // number of bytes after base that are known to exist
	fail   *ir.Block
	frames []*frame
}

// frame holds the parsed fields of one layout.
type frame struct {
	layout *tree.LayoutDef
	fields [][]leaf
	start  *ir.Value // for a layout with a seal: byte offset of its start in the source
}

// parseOr parses a layout. If parsing fails, the emitted code jumps to the block `no`.
func (x *lowering) parseOr(e *tree.Parse, no *ir.Block) []leaf {
	n, at := x.span(e.X)
	x.At = e.At
	ps := &parsing{src: at, n: n, fail: no}
	x.parse = append(x.parse, ps)
	l := x.layout(ps, e.Layout)
	x.parse = x.parse[:len(x.parse)-1]
	return l
}

// parseValue parses a layout into an option value, which the program tests later.
func (x *lowering) parseValue(e *tree.Parse) []leaf {
	no := x.NewBlock()
	n, at := x.span(e.X)
	ps := &parsing{src: at, n: n, fail: no}
	j := x.newJoin(e.T, ps)
	x.parse = append(x.parse, ps)
	j.set(x.layout(ps, e.Layout))
	x.parse = x.parse[:len(x.parse)-1]
	done := x.NewBlock()
	x.goTo(done)
	x.enter(no)
	x.goTo(done)
	x.enter(done)
	return j.get()
}

// layout parses the fields of def in order.
func (x *lowering) layout(ps *parsing, def *tree.LayoutDef) []leaf {
	fr := &frame{layout: def, fields: make([][]leaf, len(def.Fields))}
	ps.frames = append(ps.frames, fr)
	seal := def.SealedField()
	if seal >= 0 {
		fr.start = x.here(ps)
	}
	var out []leaf
	for k := range def.Fields {
		f := &def.Fields[k]
		x.At = f.Span
		x.require(ps, fixedBits(def, k))
		fr.fields[k] = x.layoutField(ps, f)
		if f.Name != "" {
			out = append(out, fr.fields[k]...)
		}
	}
	if seal >= 0 && def.Fields[seal].All {
		x.checkWhole(ps, fr, &def.Fields[seal], fr.fields[seal][0].v)
	}
	ps.frames = ps.frames[:len(ps.frames)-1]
	return out
}

// fixedBits is the total width of the consecutive fields of known width, starting with field k.
func fixedBits(def *tree.LayoutDef, k int) int {
	n := 0
	for ; k < len(def.Fields); k++ {
		f := &def.Fields[k]
		if f.When != nil || f.Kind == tree.LayoutBytes {
			if f.When == nil && f.Size == tree.SizePrefix {
				n += 16
			}
			return n
		}
		if f.Kind != tree.LayoutSub {
			n += f.Bits
			continue
		}
		sub := f.Part.Layout
		n += fixedBits(sub, 0)
		if sub.Min != sub.Max {
			return n
		}
	}
	return n
}

// require makes parsing fail unless the given number of bits remains.
func (x *lowering) require(ps *parsing, bits int) {
	bytes := (ps.pos + bits + 7) / 8
	if bytes <= ps.sure {
		return
	}
	left := ps.n
	if ps.base != nil {
		left = x.Word(word.Sub, 32, ps.n, ps.base)
	}
	x.expect(ps, x.not(x.Word(word.Ltu, 1, left, x.Const(32, uint64(bytes)))))
	ps.sure = bytes
}

// expect makes parsing fail unless ok holds.
func (x *lowering) expect(ps *parsing, ok *ir.Value) {
	next := x.NewBlock()
	x.branch(ok, next, ps.fail)
	x.enter(next)
}

// here is the position as a byte offset in the source. The position must be at a byte boundary.
func (x *lowering) here(ps *parsing) *ir.Value {
	k := x.Const(32, uint64(ps.pos/8))
	switch {
	case ps.base == nil:
		return k
	case ps.pos == 0:
		return ps.base
	}
	return x.Word(word.Add, 32, ps.base, k)
}

func (ps *parsing) moveTo(at *ir.Value) { ps.base, ps.pos, ps.sure = at, 0, 0 }

// layoutField parses one field and returns the leaves of its type.
func (x *lowering) layoutField(ps *parsing, f *tree.LayoutField) []leaf {
	if f.When == nil {
		return x.layoutPart(ps, f)
	}
	c := x.word(f.When)
	for _, p := range f.Needs {
		c = x.Word(word.And, 1, x.present(ps, p), c)
	}
	x.At = f.Span
	ps.moveTo(x.here(ps))
	j := x.newJoin(f.Type, ps)
	part, done := x.NewBlock(), x.NewBlock()
	x.branch(c, part, done)
	x.enter(part)
	j.set(x.layoutPart(ps, f))
	x.goTo(done)
	x.enter(done)
	l := j.get()
	ps.moveTo(x.ssa.read(j.at))
	return l
}

func (x *lowering) layoutPart(ps *parsing, f *tree.LayoutField) []leaf {
	switch f.Kind {
	case tree.LayoutSub:
		return x.layout(ps, f.Part.Layout)
	case tree.LayoutBytes:
		return []leaf{x.layoutBytes(ps, f)}
	}
	x.require(ps, f.Bits)
	v := x.bits(ps, ps.pos, f.Bits, f.Little)
	if f.Seal != tree.NoSeal && !f.All {
		fr := ps.frames[len(ps.frames)-1]
		n := x.Word(word.Sub, 32, x.here(ps), fr.start)
		x.expect(ps, x.Word(word.Eq, 1, v, x.sum(f.Seal, x.offset(ps.src, fr.start, 1), n)))
	}
	ps.pos += f.Bits
	if f.Kind == tree.LayoutEnum {
		return one(x.variant(ps, v, f.Part.Enum))
	}
	if f.Fixed != nil {
		x.expect(ps, x.Word(word.Eq, 1, v, x.Const(v.Type, *f.Fixed)))
	}
	if f.Bound {
		lo, hi := x.Const(v.Type, f.Low), x.Const(v.Type, f.High)
		x.expect(ps, x.Word(word.And, 1, x.atMost(lo, v, f.Part, false), x.atMost(v, hi, f.Part, false)))
	}
	return one(x.convert(v, tree.IntType(f.Bits, f.Signed), f.Part))
}

// bits reads an n-bit number at bit pos after the base. The emitted code reads byte by byte,
// because the position may be unaligned.
func (x *lowering) bits(ps *parsing, pos, n int, little bool) *ir.Value {
	first, skip := pos/8, pos%8
	bytes := (skip + n + 7) / 8
	if n > 32 || bytes > 4 {
		low := min(32, n-8)
		if little {
			return x.Word(word.Cat, ir.Type(n), x.bits(ps, pos+low, n-low, true), x.bits(ps, pos, low, true))
		}
		return x.Word(word.Cat, ir.Type(n), x.bits(ps, pos, n-low, false), x.bits(ps, pos+n-low, low, false))
	}
	at := ps.src
	if ps.base != nil {
		at = x.offset(at, ps.base, 1)
	}
	at.Disp += first
	if at.Off == nil && at.Disp+bytes > at.Obj.Size {
		return x.Const(ir.Type(n), 0) // never reached: the source cannot be that long
	}
	var sum *ir.Value
	for k := range bytes {
		v := x.byteAt(at)
		at.Disp++
		up := 8 * (bytes - 1 - k)
		if little {
			up = 8 * k
		}
		if up > 0 {
			v = x.Word(word.Shl, 32, v, x.Const(32, uint64(up)))
		}
		if sum == nil {
			sum = v
		} else {
			sum = x.Word(word.Or, 32, sum, v)
		}
	}
	return x.Slice(ir.Type(n), sum, 8*bytes-skip-n)
}

// byteAt loads a byte. If the address is beyond the end of the object, the length check has
// already failed. In that case byteAt loads nothing and returns 0.
func (x *lowering) byteAt(at ir.Ref) *ir.Value {
	if at.Off == nil && at.Disp >= at.Obj.Size {
		return x.Const(32, 0)
	}
	return x.LoadSize(32, 1, at)
}

// variant converts the number of an enum to the index of its variant. Parsing fails if no
// variant has the number.
func (x *lowering) variant(ps *parsing, v *ir.Value, e *tree.EnumDef) *ir.Value {
	t := wordOf(&tree.Type{Kind: tree.Enum, Enum: e})
	index := x.Const(t, 0)
	known := x.Const(1, 0)
	for k, variant := range e.Variants {
		is := x.Word(word.Eq, 1, v, x.Const(v.Type, variant.Value))
		index = x.Word(word.Mux, t, is, x.Const(t, uint64(k)), index)
		known = x.Word(word.Or, 1, known, is)
	}
	x.expect(ps, known)
	return index
}

// layoutBytes returns a view of a bytes field and moves the position past the field.
func (x *lowering) layoutBytes(ps *parsing, f *tree.LayoutField) leaf {
	var n *ir.Value
	switch f.Size {
	case tree.SizeExpr:
		n = x.Zext(32, x.word(f.Len))
		x.At = f.Span
	case tree.SizePrefix:
		x.require(ps, 16)
		n = x.Zext(32, x.bits(ps, ps.pos, 16, false))
		ps.pos += 16
	default:
		n = x.Word(word.Sub, 32, ps.n, x.here(ps))
	}
	at := x.here(ps)
	if f.Size != tree.SizeRest {
		left := x.Word(word.Sub, 32, ps.n, at)
		x.expect(ps, x.not(x.Word(word.Ltu, 1, left, n)))
	}
	if f.Size != tree.SizeExpr {
		x.expect(ps, x.not(x.Word(word.Ltu, 1, x.Const(32, uint64(f.Part.Len)), n)))
	}
	ps.moveTo(x.Word(word.Add, 32, at, n))
	return x.view(ps, at, n)
}

// view makes a view of n bytes of the source from offset at.
func (x *lowering) view(ps *parsing, at, n *ir.Value) leaf {
	return leaf{ref: x.offset(ps.src, at, 1), n: n, off: at}
}

// join merges the two paths after an optional part. On the path without the part, all leaves of
// the part are 0.
type join struct {
	x      *lowering
	t      *tree.Type
	ps     *parsing
	at     *variable // the position after the optional part
	words  []*variable
	starts []*variable // offsets of views
}

// newJoin returns a join whose optional part is absent.
func (x *lowering) newJoin(t *tree.Type, ps *parsing) *join {
	j := &join{x: x, t: t, ps: ps, at: x.variable("at", 32)}
	if ps.base != nil {
		x.ssa.write(j.at, ps.base)
	}
	for _, lt := range leavesOf(t) {
		var start *variable
		w := ir.Type(32)
		if lt.object {
			start = x.variable("start", 32)
			x.ssa.write(start, x.Const(32, 0))
		} else {
			w = wordOf(lt.t)
		}
		v := x.variable("part", w)
		x.ssa.write(v, x.Const(w, 0))
		j.words, j.starts = append(j.words, v), append(j.starts, start)
	}
	return j
}

// set makes the optional part present on the current path, with the given leaves.
func (j *join) set(l []leaf) {
	x := j.x
	x.ssa.write(j.words[0], x.Const(1, 1))
	for k, l := range l {
		if j.starts[k+1] != nil {
			x.ssa.write(j.starts[k+1], l.off)
			x.ssa.write(j.words[k+1], l.n)
			continue
		}
		x.ssa.write(j.words[k+1], l.v)
	}
	x.ssa.write(j.at, x.here(j.ps))
}

// get returns the leaves of the optional part after the paths have merged.
func (j *join) get() []leaf {
	var out []leaf
	for k, v := range j.words {
		if j.starts[k] != nil {
			out = append(out, j.x.view(j.ps, j.x.ssa.read(j.starts[k]), j.x.ssa.read(v)))
			continue
		}
		out = append(out, leaf{v: j.x.ssa.read(v)})
	}
	return out
}

// find follows a path that starts at an earlier field. It returns the leaves and the type of the
// last part of the path.
func (x *lowering) find(ps *parsing, def *tree.LayoutDef, path []int) ([]leaf, *tree.Type) {
	var fr *frame
	for _, f := range ps.frames {
		if def == nil || f.layout == def {
			fr = f
		}
	}
	l, t := fr.fields[path[0]], fr.layout.Fields[path[0]].Type
	for _, k := range path[1:] {
		if t.Kind == tree.Option {
			l, t = l[1:], t.Elem
		}
		first := firstLeaf(t, partIndex(t, k))
		t = t.Layout.Fields[k].Type
		l = l[first : first+len(leavesOf(t))]
	}
	return l, t
}

// present is the flag that says whether an optional field is present.
func (x *lowering) present(ps *parsing, path []int) *ir.Value {
	l, _ := x.find(ps, nil, path)
	return l[0].v
}

// layoutRef is the value of an earlier field.
func (x *lowering) layoutRef(e *tree.LayoutRef) *ir.Value {
	l, t := x.find(x.parse[len(x.parse)-1], e.Layout, e.Path)
	if t.Kind == tree.Option {
		l, t = l[1:], t.Elem
	}
	return x.convert(l[0].v, t, e.T)
}
