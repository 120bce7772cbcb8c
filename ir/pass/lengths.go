package pass

import (
	"math"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/interval"
)

// lengths uses an invariant of the program: the length at the start of a bytes object is not
// above the object's capacity. The types of the program IR do not express this invariant. The
// pass first assumes the invariant for each group of objects that exchange contents. It
// withdraws the assumption for a group if some operation may write a first word that is not such
// a length. The remaining assumptions hold by induction over the run. With these lengths the
// pass removes checks in the same way as the pass `checks`, but with more facts about counters.
// It also marks displacements that do not wrap.
//
// Needs: nothing. Keeps: events and their order. It is for x86-64 only.
//
//	before  v2: i32 = load4 %b ; v3: i1 = ltu v1, v2 ; br v3, b1, b2
//	        b1: v4: i8 = load1 %b[v1 + 4]
//	after   b1: v4: i8 = load1 %b[v1 ++ 4]
func lengths(m *ir.Module, env *Env) bool {
	l := newCapacities(m)
	l.settle(m)
	return each(m, env, func(f *ir.Func) bool {
		if !gains(f) {
			return false
		}
		p := l.prover(f)
		marked := false
		p.visit = func(i *ir.Instr) { marked = p.markSums(i) || marked }
		return p.decideAll() || marked
	})
}

// gains reports a function with a check or a sum that could be marked.
func gains(f *ir.Func) bool {
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpCheck {
				return true
			}
			for _, r := range i.Refs {
				if r.Off != nil && r.Disp > 0 && !r.NoWrap {
					return true
				}
			}
		}
	}
	return false
}

// capacities records upper bounds for the lengths in objects whose first word is a length.
// Objects that exchange contents are in one class and share one bound.
type capacities struct {
	up      map[*ir.Object]*ir.Object // a forest of classes
	most    map[*ir.Object]uint64     // the bound of a class, by its root
	spoiled map[*ir.Object]bool       // classes without a bound
}

// lengthSize is the number of bytes of a length.
const lengthSize = 4

func newCapacities(m *ir.Module) *capacities {
	c := &capacities{up: map[*ir.Object]*ir.Object{}, most: map[*ir.Object]uint64{}, spoiled: map[*ir.Object]bool{}}
	for _, o := range m.Objects {
		c.initial(o)
	}
	for _, f := range m.Funcs {
		for _, o := range append(append([]*ir.Object(nil), f.Objs...), f.Locals...) {
			c.initial(o)
		}
	}
	eachRef(m, func(i *ir.Instr, k int) {
		switch {
		case i.Op == ir.OpCall && whole(i.Refs[k]):
			c.join(i.Refs[k].Obj, i.Callee.Objs[k])
		case i.Op == ir.OpCall:
			c.spoil(i.Callee.Objs[k])
		case i.Op == ir.OpCopy && k == 0 && whole(i.Refs[0]) && whole(i.Refs[1]):
			c.join(i.Refs[0].Obj, i.Refs[1].Obj)
		}
	})
	return c
}

func eachRef(m *ir.Module, visit func(i *ir.Instr, k int)) {
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				for k := range i.Refs {
					visit(i, k)
				}
			}
		}
	}
}

// whole reports whether a ref (an object with an offset) refers to the start of the object.
func whole(r ir.Ref) bool { return r.Off == nil && r.Disp == 0 }

// initial makes a class for an object alone.
func (c *capacities) initial(o *ir.Object) {
	c.most[o] = uint64(max(o.Size-lengthSize, 0))
	var first uint64
	for k := min(lengthSize, len(o.Init)) - 1; k >= 0; k-- {
		first = first<<8 | uint64(o.Init[k])
	}
	if o.Size <= lengthSize || o.Boot || o.Slot > 0 || first > c.most[o] {
		c.spoil(o)
	}
}

func (c *capacities) root(o *ir.Object) *ir.Object {
	for c.up[o] != nil {
		o = c.up[o]
	}
	return o
}

func (c *capacities) join(a, b *ir.Object) {
	if a, b = c.root(a), c.root(b); a != b {
		c.up[a] = b
		c.most[b] = min(c.most[a], c.most[b])
		c.spoiled[b] = c.spoiled[a] || c.spoiled[b]
	}
}

// spoil withdraws the bound of an object's class. It reports whether the class had a bound.
func (c *capacities) spoil(o *ir.Object) bool {
	r := c.root(o)
	had := !c.spoiled[r]
	c.spoiled[r] = true
	return had
}

// settle withdraws bounds until the remaining bounds prove each other.
func (c *capacities) settle(m *ir.Module) {
	for again := true; again; {
		again = false
		for _, f := range m.Funcs {
			if !c.matters(f) {
				continue
			}
			p := c.prover(f)
			p.dry, p.visit = true, func(i *ir.Instr) {
				for k, r := range i.Refs {
					if !c.spoiled[c.root(r.Obj)] && !c.keeps(p, i, k) {
						again = c.spoil(r.Obj) || again
					}
				}
			}
			p.walk(0)
		}
	}
}

// matters reports whether a function writes an object with a bound.
func (c *capacities) matters(f *ir.Func) bool {
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			for k, r := range i.Refs {
				if i.Access(k) == ir.Writes && !c.spoiled[c.root(r.Obj)] {
					return true
				}
			}
		}
	}
	return false
}

// prover returns a prover that knows the lengths and the bounds of a function's counters. It
// computes the bounds repeatedly, because bounds of nested loops depend on each other.
func (c *capacities) prover(f *ir.Func) *prover {
	p := newProver(f)
	p.known = c.bound
	p.params()
	p.counters()
	p.params()
	p.params()
	p.followers()
	return p
}

// bound returns the bounds of a value that is a loaded length.
func (c *capacities) bound(v *ir.Value) (span, bool) {
	if !isLength(v.Def) {
		return span{}, false
	}
	r := c.root(v.Def.Refs[0].Obj)
	return interval.Unsigned(int(v.Type), 0, c.most[r]), !c.spoiled[r]
}

func isLength(i *ir.Instr) bool {
	return i.Op == ir.OpLoad && i.Size == lengthSize && i.Results[0].Type >= 32 && whole(i.Refs[0])
}

// keeps reports whether an operation keeps the first word of its object within the bound.
func (c *capacities) keeps(p *prover, i *ir.Instr, k int) bool {
	if i.Access(k) != ir.Writes {
		return true
	}
	r := i.Refs[k]
	if p.pastLength(r) {
		return true
	}
	most := c.most[c.root(r.Obj)]
	switch {
	case !whole(r):
		return false
	case i.Op == ir.OpStore:
		return i.Size == lengthSize && p.span(i.Args[0]).Hi <= most
	case i.Op == ir.OpTake, i.Op == ir.OpAsk: // they write a length of at most Imm
		return i.Imm <= most
	case i.Op == ir.OpCopy: // the source must be the start of an object, which is in the class
		return i.Imm >= lengthSize && whole(i.Refs[1])
	}
	return i.Op == ir.OpClear || i.Op == ir.OpCall
}

// pastLength reports whether a position is after the length word of its object. A write that
// goes upward from there stays inside the object, so it cannot change the length word.
func (p *prover) pastLength(r ir.Ref) bool {
	if r.Off == nil {
		return r.Disp >= lengthSize
	}
	s := p.span(r.Off)
	return s.Lo <= math.MaxUint32 && int64(s.Lo)+int64(r.Disp) >= lengthSize && s.Hi <= math.MaxUint32 && int64(s.Hi)+int64(r.Disp) <= math.MaxUint32
}

// markSums marks the refs of an operation whose sums of offset and displacement do not wrap. It
// reports whether it has marked a ref.
func (p *prover) markSums(i *ir.Instr) bool {
	marked := false
	for k, r := range i.Refs {
		if r.Off == nil || r.Disp <= 0 || r.NoWrap || p.span(r.Off).Hi > math.MaxUint32-uint64(r.Disp) {
			continue
		}
		if !marked { // another instruction may share the list
			i.Refs, marked = append([]ir.Ref(nil), i.Refs...), true
		}
		i.Refs[k].NoWrap = true
	}
	return marked
}
