package lower

import (
	"math/bits"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// leaf is one leaf of a value: a word, or an object at an address. A leaf can also be a view: n
// bytes at ref, without a length before them. An unneeded leaf is absent.
type leaf struct {
	v    *ir.Value
	ref  ir.Ref
	size int // number of readable bytes at ref, including the header
	n    *ir.Value
	off  *ir.Value // for a view that is being parsed: its byte offset in the source
}

func (l leaf) absent() bool { return l.v == nil && l.ref.Obj == nil }

// place is the location of a value: slots of a local, memory, or only the leaves of a temporary
// value.
type place struct {
	t      *tree.Type
	slots  []slot
	ref    ir.Ref
	leaves []leaf
}

// place finds the location of e and evaluates its indices. If e has no location, the result
// holds its leaves.
func (x *lowering) place(e tree.Expr) place {
	switch e := e.(type) {
	case *tree.LocalRef:
		return place{t: e.Local.Type, slots: x.slotsOf(e.Local)}
	case *tree.ConstRef:
		if hasObject(e.T) {
			return place{t: e.T, ref: ir.Ref{Obj: x.constant(e.Const)}}
		}
	case *tree.FieldRef:
		return x.field(x.place(e.X), e)
	case *tree.Index:
		return x.element(e)
	}
	return place{t: e.Type(), leaves: x.value(e, nil)}
}

func hasObject(t *tree.Type) bool {
	for _, l := range leavesOf(t) {
		if l.object {
			return true
		}
	}
	return false
}

// slotsOf returns the slots of a local. The result is never nil.
func (x *lowering) slotsOf(p *tree.Local) []slot {
	if x.vars[p] == nil {
		x.declare(p)
	}
	return x.vars[p]
}

func (x *lowering) field(p place, e *tree.FieldRef) place {
	k := partIndex(p.t, e.Index)
	first := firstLeaf(p.t, k)
	n := len(leavesOf(e.T))
	out := place{t: e.T}
	switch {
	case p.slots != nil:
		out.slots = p.slots[first : first+n : first+n]
	case p.leaves != nil:
		out.leaves = p.leaves[first : first+n : first+n]
	default:
		at, _ := partOffset(p.t, k)
		out.ref = p.ref
		out.ref.Disp += at
	}
	return out
}

// element is the location of X[I], with the index check.
func (x *lowering) element(e *tree.Index) place {
	t := e.X.Type()
	switch t.Kind {
	case tree.Slice:
		base, start, n := x.slice(e.X)
		i := x.index(e, n)
		x.At = e.At
		stride, _ := sizeOf(t.Elem)
		return place{t: t.Elem, ref: x.offset(x.offset(base.ref, start, 1), i, stride)}
	case tree.Bytes:
		l := x.object(x.place(e.X))
		n, at := x.bytesOf(l)
		i := x.index(e, n)
		return place{t: tree.IntType(8, false), ref: x.offset(at, i, 1)}
	}
	l := x.object(x.place(e.X))
	i := x.index(e, nil)
	stride, _ := sizeOf(t.Elem)
	return place{t: t.Elem, ref: x.offset(l.ref, i, stride)}
}

// object returns the single leaf of an array or bytes.
func (x *lowering) object(p place) leaf { return x.read(p)[0] }

// index evaluates and checks the index of e. n is the length unless e.X is an array.
func (x *lowering) index(e *tree.Index, n *ir.Value) *ir.Value {
	i := x.word(e.I)
	x.At = e.At
	wide := ir.Type(32)
	if i.Type > 32 {
		wide = 64
	}
	if isSigned(e.I.Type()) {
		i = x.Sext(wide, i)
	} else {
		i = x.Zext(wide, i)
	}
	if !e.Proved {
		if n == nil {
			n = x.Const(32, uint64(e.X.Type().Len))
		}
		x.Check(x.Word(word.Ltu, 1, i, x.Zext(wide, n)), e.Site)
	}
	return x.Zext(32, i)
}

// offset adds i elements of stride bytes to an address. After a check that always fails,
// unreachable code may have a constant index outside of the object. Such an index stays a run-time
// offset.
func (x *lowering) offset(r ir.Ref, i *ir.Value, stride int) ir.Ref {
	if i.Def != nil && i.Def.Op == ir.OpConst {
		if at := r.Disp + int(i.Def.Imm)*stride; at+stride <= r.Obj.Size {
			r.Disp = at
			return r
		}
	}
	off := x.times(i, stride)
	if r.Off != nil {
		off = x.Word(word.Add, 32, r.Off, off)
	}
	r.Off = off
	return r
}

// times multiplies by a constant. If a few shifts are enough, the emitted code uses shifts,
// because some targets have no multiplication.
func (x *lowering) times(i *ir.Value, n int) *ir.Value {
	if n == 1 {
		return i
	}
	if n <= 0 || bits.OnesCount(uint(n)) > 3 {
		return x.Word(word.Mul, 32, i, x.Const(32, uint64(n)))
	}
	var sum *ir.Value
	for k := range 32 {
		if n>>k&1 == 0 {
			continue
		}
		part := i
		if k > 0 {
			part = x.Word(word.Shl, 32, i, x.Const(32, uint64(k)))
		}
		if sum == nil {
			sum = part
		} else {
			sum = x.Word(word.Add, 32, sum, part)
		}
	}
	return sum
}

// read returns the leaves of a place. The emitted code loads words that are in memory.
func (x *lowering) read(p place) []leaf {
	if p.leaves != nil {
		return p.leaves
	}
	out := make([]leaf, 0, len(p.slots))
	for _, s := range p.slots {
		if s.v != nil {
			out = append(out, leaf{v: x.ssa.read(s.v)})
		} else {
			out = append(out, leaf{ref: s.ref, size: s.size})
		}
	}
	if p.slots != nil {
		return out
	}
	offsets := leafOffsets(p.t)
	for k, lt := range leavesOf(p.t) {
		r := p.ref
		r.Disp += offsets[k]
		if lt.object {
			n, _ := sizeOf(lt.t)
			out = append(out, leaf{ref: r, size: n})
			continue
		}
		out = append(out, leaf{v: x.loadScalar(lt.t, r)})
	}
	return out
}

// write stores leaves at a place.
func (x *lowering) write(p place, value []leaf) {
	if p.slots != nil {
		x.assign(p.t, p.slots, value)
		return
	}
	offsets := leafOffsets(p.t)
	for k, lt := range leavesOf(p.t) {
		r := p.ref
		r.Disp += offsets[k]
		if lt.object {
			x.copyLeaf(r, lt.t, value[k])
			continue
		}
		x.storeScalar(value[k].v, lt.t, r)
	}
}

// loadScalar loads a word with the size that its type has in memory.
func (x *lowering) loadScalar(t *tree.Type, r ir.Ref) *ir.Value {
	size, w := scalarSize(t), wordOf(t)
	if isSigned(t) && 8*size < int(w) {
		return x.Sext(w, x.Load(ir.Type(8*size), r))
	}
	return x.LoadSize(w, size, r)
}

// storeScalar stores a word with the size that its type has in memory. Signed words are
// sign-extended.
func (x *lowering) storeScalar(v *ir.Value, t *tree.Type, r ir.Ref) {
	size := scalarSize(t)
	if isSigned(t) && int(v.Type) < 8*size {
		v = x.Sext(ir.Type(8*size), v)
	}
	x.StoreSize(v, size, r)
}

func (x *lowering) assignLeaf(s slot, lt leafType, value leaf) {
	switch {
	case s.v != nil:
		x.ssa.write(s.v, value.v)
	case s.ref.Obj != nil:
		x.copyLeaf(s.ref, lt.t, value)
	}
}

// assign stores leaves in the slots of a local of type t.
func (x *lowering) assign(t *tree.Type, slots []slot, value []leaf) {
	for k, lt := range leavesOf(t) {
		x.assignLeaf(slots[k], lt, value[k])
	}
}

// copyLeaf copies an object of type t. For an absent leaf, copyLeaf writes zeros, because sends
// and events include even absent leaves.
func (x *lowering) copyLeaf(dst ir.Ref, t *tree.Type, l leaf) {
	if l.absent() {
		x.zero(dst, t)
		return
	}
	n, _ := sizeOf(t)
	x.copyObject(dst, n, l)
}

// zero sets an object of type t to its zero value. The bytes after the length of a bytes value
// stay unset, because they are never visible.
func (x *lowering) zero(dst ir.Ref, t *tree.Type) {
	if t.Kind == tree.Bytes {
		x.Store(x.Const(32, 0), dst)
		return
	}
	n, _ := sizeOf(t)
	x.Clear(dst, n)
}

func (x *lowering) copyObject(dst ir.Ref, size int, l leaf) {
	switch {
	case l.n == nil && l.ref == dst:
	case l.n != nil:
		x.Store(l.n, dst)
		dst.Disp += 4
		x.copyBytes(dst, l.ref, l.n)
	default:
		x.Copy(dst, l.ref, min(size, l.size))
	}
}

// declare makes the slots of a local: variables and, if needed, objects.
func (x *lowering) declare(p *tree.Local) {
	if x.vars[p] != nil {
		return
	}
	slots := []slot{}
	for k, lt := range leavesOf(p.Type) {
		switch {
		case !lt.object:
			slots = append(slots, slot{v: x.variable(p.Name, wordOf(lt.t))})
		case !x.used.needs(p, k):
			slots = append(slots, slot{})
		case p.Kind == tree.StateLocal:
			slots = append(slots, x.stateSlot(p, lt.t))
		default:
			size, align := sizeOf(lt.t)
			room, whole := x.room(p)
			if room > 0 {
				align = 4
			}
			slots = append(slots, slot{ref: ir.Ref{Obj: x.newLocal(p.Name, max(room+size, whole), align, p.Span), Disp: room}, size: size})
		}
	}
	x.vars[p] = slots
}

// stateSlot makes a module-level object for an array in the state of a task.
func (x *lowering) stateSlot(p *tree.Local, t *tree.Type) slot {
	size, align := sizeOf(t)
	room, whole := x.room(p)
	if room > 0 {
		align = 4
	}
	o := x.lowerer.object("state."+x.p.System.Runs[x.run].Name+"."+p.Name, nil, max(room+size, whole), align, p.Span)
	o.Kind = ir.StateObj
	return slot{ref: ir.Ref{Obj: o, Disp: room}, size: size}
}

// begin starts the lifetimes of the objects of a local.
func (x *lowering) begin(p *tree.Local) []slot {
	slots := x.slotsOf(p)
	for _, s := range slots {
		if s.ref.Obj != nil && s.ref.Obj.Kind == ir.LocalObj {
			x.Local(s.ref.Obj)
		}
	}
	return slots
}

// clear sets a local to its zero value. The objects of a state variable are already zero,
// because a state is initialised once, before its first use.
func (x *lowering) clear(p *tree.Local, slots []slot) {
	for k, lt := range leavesOf(p.Type) {
		s := slots[k]
		switch {
		case s.v != nil:
			x.ssa.write(s.v, x.Const(s.v.t, 0))
		case s.ref.Obj == nil || s.ref.Obj.Kind == ir.StateObj:
		default:
			x.zero(s.ref, lt.t)
			x.noSum(p, s.ref)
		}
	}
}

// constLeaves returns the leaves of a constant: words, and constant objects.
func (x *lowering) constLeaves(t *tree.Type, cells []uint64, name string, at diag.Span) []leaf {
	if !hasObject(t) {
		return x.constWords(t, cells)
	}
	p := place{t: t, ref: ir.Ref{Obj: x.data("const."+name, t, cells, at)}}
	return x.read(p)
}

func (x *lowering) constWords(t *tree.Type, cells []uint64) []leaf {
	switch {
	case t.IsScalar():
		return []leaf{{v: x.Const(wordOf(t), cells[0])}}
	case t.Kind == tree.Option:
		return append([]leaf{{v: x.Const(1, cells[0])}}, x.constWords(t.Elem, cells[1:])...)
	case t.Kind == tree.Enum:
		return x.constEnum(t, cells)
	}
	var out []leaf
	for _, p := range partsOf(t) {
		out = append(out, x.constWords(p, cells)...)
		cells = cells[tree.Cells(p):]
	}
	return out
}

func (x *lowering) constEnum(t *tree.Type, cells []uint64) []leaf {
	out := []leaf{{v: x.Const(wordOf(tagType(t.Enum)), cells[0])}}
	for k, v := range t.Enum.Variants {
		for _, f := range v.Payload {
			if uint64(k) == cells[0] {
				out = append(out, x.constWords(f.Type, cells[1+f.Offset:])...)
			} else {
				out = append(out, x.zeroLeaves(f.Type)...)
			}
		}
	}
	return out
}

// zeroLeaves are the leaves of an absent value.
func (x *lowering) zeroLeaves(t *tree.Type) []leaf {
	var out []leaf
	for _, lt := range leavesOf(t) {
		if lt.object {
			out = append(out, leaf{})
		} else {
			out = append(out, leaf{v: x.Const(wordOf(lt.t), 0)})
		}
	}
	return out
}
