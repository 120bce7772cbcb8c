package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// equal lowers == and != of two values of one type.
func (x *lowering) equal(e *tree.Equal) *ir.Value {
	t := e.L.Type()
	l := x.value(e.L, nil)
	r := x.value(e.R, nil)
	x.At = e.At
	v := x.same(t, e.R.Type(), l, r)
	if e.Ne {
		return x.not(v)
	}
	return v
}

// same compares the leaves of two values. The result is 1 if the values are equal.
func (x *lowering) same(t, u *tree.Type, l, r []leaf) *ir.Value {
	if words(t) {
		return x.sameWords(t, l, r)
	}
	if t.Kind == tree.Bytes {
		return x.equalBytes(x.solid(t, l[0]), x.solid(u, r[0]))
	}
	out := x.variable("same", 1)
	x.ssa.write(out, x.Const(1, 0))
	differ := x.NewBlock()
	x.compare(t, l, r, differ)
	x.ssa.write(out, x.Const(1, 1))
	x.goTo(differ)
	x.enter(differ)
	return x.ssa.read(out)
}

// words reports whether both of these facts hold: all leaves of a type are words, and two values
// of the type are equal exactly if all their leaves are equal.
func words(t *tree.Type) bool {
	if t.IsScalar() {
		return true
	}
	if t.Kind != tree.Struct && t.Kind != tree.Layout {
		return false
	}
	for _, p := range partsOf(t) {
		if !words(p) {
			return false
		}
	}
	return true
}

func (x *lowering) sameWords(t *tree.Type, l, r []leaf) *ir.Value {
	var all *ir.Value
	leaves := leavesOf(t)
	for k := range l {
		eq := x.equalWords(leaves[k].t, l[k].v, r[k].v)
		if all == nil {
			all = eq
		} else {
			all = x.Word(word.And, 1, all, eq)
		}
	}
	if all == nil {
		return x.Const(1, 1)
	}
	return all
}

// compare continues in the current block if two values are equal. Otherwise it jumps to differ.
func (x *lowering) compare(t *tree.Type, l, r []leaf, differ *ir.Block) {
	switch {
	case words(t):
		x.demand(x.sameWords(t, l, r), differ)
	case t.Kind == tree.Bytes:
		x.demand(x.equalBytes(x.solid(t, l[0]), x.solid(t, r[0])), differ)
	case t.Kind == tree.Array:
		x.compareElements(t, x.solid(t, l[0]), x.solid(t, r[0]), differ)
	case t.Kind == tree.Option:
		x.demand(x.Word(word.Eq, 1, l[0].v, r[0].v), differ)
		x.when(l[0].v, func() { x.compare(t.Elem, l[1:], r[1:], differ) })
	case t.Kind == tree.Enum:
		x.compareEnum(t, l, r, differ)
	default:
		for _, p := range partsOf(t) {
			n := len(leavesOf(p))
			x.compare(p, l[:n], r[:n], differ)
			l, r = l[n:], r[n:]
		}
	}
}

// demand continues in the current block if ok holds. Otherwise it jumps to the block `no`.
func (x *lowering) demand(ok *ir.Value, no *ir.Block) {
	next := x.NewBlock()
	x.branch(ok, next, no)
	x.enter(next)
}

// when emits `body` as code that runs only if c holds.
func (x *lowering) when(c *ir.Value, body func()) {
	yes, after := x.NewBlock(), x.NewBlock()
	x.branch(c, yes, after)
	x.enter(yes)
	body()
	x.goTo(after)
	x.enter(after)
}

func (x *lowering) compareElements(t *tree.Type, l, r leaf, differ *ir.Block) {
	stride, _ := sizeOf(t.Elem)
	x.repeat(x.Const(32, uint64(t.Len)), func(i *ir.Value) {
		a := x.read(place{t: t.Elem, ref: x.offset(l.ref, i, stride)})
		b := x.read(place{t: t.Elem, ref: x.offset(r.ref, i, stride)})
		x.compare(t.Elem, a, b, differ)
	})
}

func (x *lowering) compareEnum(t *tree.Type, l, r []leaf, differ *ir.Block) {
	x.demand(x.Word(word.Eq, 1, l[0].v, r[0].v), differ)
	part := 0
	for k, v := range t.Enum.Variants {
		if len(v.Payload) == 0 {
			continue
		}
		from := part
		part += len(v.Payload)
		is := x.Word(word.Eq, 1, l[0].v, x.Const(l[0].v.Type, uint64(k)))
		x.when(is, func() {
			for j, f := range v.Payload {
				at := firstLeaf(t, from+j)
				n := len(leavesOf(f.Type))
				x.compare(f.Type, l[at:at+n], r[at:at+n], differ)
			}
		})
	}
}

// solid returns the leaf itself if it is present. For an absent object, solid allocates memory
// whose contents are never read.
func (x *lowering) solid(t *tree.Type, l leaf) leaf {
	if !l.absent() {
		return l
	}
	size, _ := sizeOf(t)
	r := x.temp(t)
	x.Clear(r, size)
	return leaf{ref: r, size: size}
}
