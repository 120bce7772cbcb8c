package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// choices turns an innermost loop into one block, if the loop branches only to choose between words.
// Each round then computes both sides of the branch, and a mux chooses. LLVM can then execute
// several rounds at once.
//
// A load must stay inside its object even if its side is not taken. So each load on a side needs
// witnesses, which are accesses at the same offset in every round: one witness at or below the load,
// and one at or above it. LLVM does not know about witnesses, so it cannot transform loops with such
// loads itself. The pass transforms only these loops.
//
// Needs: rotated loops. Keeps: effects and their order. It is for x86-64 only.
//
//	before  b1(v2: i32): v3: i8 = load1 %a[v2] ; br v4, b2, b3(v9)
//	        b2: v5: i8 = load1 %a[v2] ; jump b3(v5)
//	        b3(v6: i8): store1 %b[v2], v6 ; br v8, b1(v7), b4
//	after   b1(v2: i32): v3: i8 = load1 %a[v2] ; v5: i8 = load1 %a[v2] ; v6: i8 = mux v4, v5, v9
//	        store1 %b[v2], v6 ; br v8, b1(v7), b4
func choices(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		subst, changed := renames{}, false
		for _, l := range innermost(f) {
			if c := newChooser(l); c != nil && c.computes() {
				c.join(subst)
				changed = true
			}
		}
		subst.apply(f)
		ir.RemoveUnreachable(f)
		return changed
	})
}

// maxChosen is the largest number of operations on sides that are computed in every round.
const maxChosen = 32

// chooser turns a loop into one block.
type chooser struct {
	f      *ir.Func
	l      *loop
	latch  *ir.Block
	blocks []*ir.Block          // of the loop; each block follows its predecessors in the round
	always map[*ir.Block]bool   // the blocks that every complete round executes
	edges  map[*ir.Block][]side // for each block: the edges that lead to it in the same round
	taken  map[*ir.Block]*ir.Value
	body   []*ir.Instr
}

// side is an edge within a round.
type side struct {
	from *ir.Block
	k    int // the number of the successor
}

// newChooser returns nil if a block other than the latch can leave the loop, or if the loop does not
// branch.
func newChooser(l *loop) *chooser {
	c := &chooser{
		f: l.f, l: l, latch: l.latch(), always: map[*ir.Block]bool{},
		edges: map[*ir.Block][]side{}, taken: map[*ir.Block]*ir.Value{},
	}
	if c.latch == nil || len(l.blocks) < 2 {
		return nil
	}
	flow := ir.FlowOf(l.f)
	last := slices.Index(l.f.Blocks, c.latch)
	for _, k := range flow.Order {
		b := l.f.Blocks[k]
		if !l.in[b] {
			continue
		}
		c.blocks = append(c.blocks, b)
		c.always[b] = flow.Dominates(k, last)
		if b == c.latch {
			continue
		}
		for s, e := range b.Term.Succs {
			if !l.in[e.To] {
				return nil
			}
			c.edges[e.To] = append(c.edges[e.To], side{b, s})
		}
	}
	return c
}

// computes reports whether the pass changes the loop. The loop must only compute. Its sides must have
// at least one load and at most maxChosen operations. They must have no store, no operation on
// floats, no division, and no load that may leave its object.
func (c *chooser) computes() bool {
	size, loads := 0, 0
	for _, b := range c.blocks {
		for _, i := range b.Instrs {
			switch i.Op {
			case ir.OpConst, ir.OpWord, ir.OpLoad:
			case ir.OpFloat, ir.OpStore:
				if !c.always[b] {
					return false
				}
			default:
				return false
			}
			if c.always[b] {
				continue
			}
			size++
			if i.Op == ir.OpLoad {
				loads++
			}
			if divides(i) || i.Op == ir.OpLoad && !c.inside(i) {
				return false
			}
		}
	}
	return loads > 0 && size <= maxChosen
}

// divides reports whether an operation is a division, which takes much longer than a branch.
func divides(i *ir.Instr) bool {
	return i.Op == ir.OpWord && slices.Contains([]word.Op{word.Divu, word.Remu, word.Divs, word.Rems}, i.Word)
}

// inside reports whether a load stays inside its object in every round. Accesses that happen in
// every round are inside the object. So a load that lies between two of them is inside the object
// too.
func (c *chooser) inside(load *ir.Instr) bool {
	r := load.Refs[0]
	below, above := false, false
	for _, b := range c.blocks {
		if !c.always[b] {
			continue
		}
		for _, i := range b.Instrs {
			if i.Op != ir.OpLoad && i.Op != ir.OpStore {
				continue
			}
			if q := i.Refs[0]; q.Obj == r.Obj && q.Off == r.Off {
				below = below || q.Disp <= r.Disp
				above = above || q.Disp+i.Size >= r.Disp+load.Size
			}
		}
	}
	return below && above
}

// join moves the whole loop into its head. It adds the values that replace the parameters of the
// other blocks to subst.
func (c *chooser) join(subst renames) {
	for n, b := range c.blocks {
		if n > 0 {
			c.enter(b, subst)
		}
		c.body = append(c.body, b.Instrs...)
	}
	for _, i := range c.body {
		for _, v := range i.Results {
			v.In = c.l.head
		}
	}
	c.l.head.Instrs, c.l.head.Term = c.body, c.latch.Term
}

// enter computes whether a round enters a block, and the values of the block's parameters.
func (c *chooser) enter(b *ir.Block, subst renames) {
	sides := c.edges[b]
	conds := make([]*ir.Value, len(sides))
	for k, s := range sides {
		conds[k] = c.takes(s)
	}
	if !c.always[b] {
		c.taken[b] = conds[0]
		for _, cond := range conds[1:] {
			c.taken[b] = c.word(word.Or, 1, b, c.taken[b], cond)
		}
	}
	for n, p := range b.Params {
		last := len(sides) - 1
		v := sides[last].arg(n)
		for k := last - 1; k >= 0 && p.Type != ir.Token; k-- {
			if a := sides[k].arg(n); a != v {
				v = c.word(word.Mux, p.Type, b, conds[k], a, v)
			}
		}
		subst[p] = v
	}
}

func (s side) arg(n int) *ir.Value { return s.from.Term.Succs[s.k].Args[n] }

// takes returns a value that is 1 if a round takes an edge.
func (c *chooser) takes(s side) *ir.Value {
	cond := s.from.Term.Cond
	if s.from.Term.Op == ir.Jump {
		if before := c.taken[s.from]; before != nil {
			return before
		}
		i := newConst(c.f, c.l.head, 1, 1, nil)
		c.body = append(c.body, i)
		return i.Results[0]
	}
	if s.k == 1 {
		cond = c.word(word.Not, 1, s.from, cond)
	}
	if before := c.taken[s.from]; before != nil {
		return c.word(word.And, 1, s.from, before, cond)
	}
	return cond
}

// word adds an operation to the joined block. The caller later replaces operands that are
// parameters of blocks.
func (c *chooser) word(op word.Op, t ir.Type, like *ir.Block, args ...*ir.Value) *ir.Value {
	i := newWord(c.f, c.l.head, op, t, nil, args...)
	i.Span = like.Term.Span
	c.body = append(c.body, i)
	return i.Results[0]
}
