package pass

import (
	"slices"
	"sort"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// loop is a natural loop of a function.
type loop struct {
	f      *ir.Func
	head   *ir.Block
	blocks []*ir.Block // in the order of the function
	in     map[*ir.Block]bool
	depth  int
}

// loops returns the loops of f, inner loops first. The entry block is never a loop head.
func loops(f *ir.Func) []*loop {
	flow := ir.FlowOf(f)
	var out []*loop
	for _, h := range flow.Order {
		body := flow.Loop(h)
		if body == nil || h == 0 {
			continue
		}
		sort.Ints(body)
		l := &loop{f: f, head: f.Blocks[h], in: map[*ir.Block]bool{}, depth: flow.Depth[h]}
		for _, k := range body {
			l.blocks = append(l.blocks, f.Blocks[k])
			l.in[f.Blocks[k]] = true
		}
		out = append(out, l)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].depth > out[j].depth })
	return out
}

// entries returns the edges into the head from outside.
func (l *loop) entries() []*ir.Edge {
	var out []*ir.Edge
	for _, b := range l.f.Blocks {
		for k := range b.Term.Succs {
			if e := &b.Term.Succs[k]; e.To == l.head && !l.in[b] {
				out = append(out, e)
			}
		}
	}
	return out
}

// latch returns the block with the edge back to the head. It returns nil if there are several
// such edges.
func (l *loop) latch() *ir.Block {
	var latch *ir.Block
	for _, b := range l.blocks {
		for k := range b.Term.Succs {
			if b.Term.Succs[k].To != l.head {
				continue
			}
			if latch != nil {
				return nil
			}
			latch = b
		}
	}
	return latch
}

// back returns the edge from the latch to the head.
func (l *loop) back(latch *ir.Block) *ir.Edge {
	for k := range latch.Term.Succs {
		if latch.Term.Succs[k].To == l.head {
			return &latch.Term.Succs[k]
		}
	}
	return nil
}

// has reports whether the loop contains an instruction of one of the kinds.
func (l *loop) has(kinds ...ir.Op) bool {
	for _, b := range l.blocks {
		for _, i := range b.Instrs {
			for _, k := range kinds {
				if i.Op == k {
					return true
				}
			}
		}
	}
	return false
}

// innermost returns the loops of f that contain no other loop. No two of them share a block.
func innermost(f *ir.Func) []*loop {
	all := loops(f)
	heads := map[*ir.Block]bool{}
	for _, l := range all {
		heads[l.head] = true
	}
	var out []*loop
	for _, l := range all {
		if !slices.ContainsFunc(l.blocks, func(b *ir.Block) bool { return b != l.head && heads[b] }) {
			out = append(out, l)
		}
	}
	return out
}

// preheader returns a block that leads only into the loop. It makes this block if there is
// none.
func (l *loop) preheader() (pre *ir.Block, made bool) {
	edges := l.entries()
	for _, b := range l.f.Blocks {
		if len(edges) == 1 && b.Term.Op == ir.Jump && &b.Term.Succs[0] == edges[0] {
			return b, false
		}
	}
	pre = &ir.Block{ID: maxBlockID(l.f) + 1}
	onward := ir.Edge{To: l.head}
	for _, p := range l.head.Params {
		q := l.f.NewValue(p.Type, p.Obj, p.Span)
		q.In = pre
		pre.Params = append(pre.Params, q)
		onward.Args = append(onward.Args, q)
	}
	for _, e := range edges {
		e.To = pre
	}
	pre.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{onward}, Span: l.head.Term.Span}
	l.f.Blocks = append(l.f.Blocks, pre)
	return pre, true
}

// outside reports whether v is defined outside of the loop. Such a value is the same in
// all rounds.
func (l *loop) outside(v *ir.Value) bool { return !l.in[v.In] }

// induction is a parameter of the head that changes by a constant in each round.
type induction struct {
	param, start, next *ir.Value
	index              int // index among the parameters
	step               uint64
}

// inductions finds the inductions of a loop with one entry and one latch.
func (l *loop) inductions(entry *ir.Edge, latch *ir.Block) []induction {
	var out []induction
	back := l.back(latch)
	for k, p := range l.head.Params {
		if p.Type == ir.Token {
			continue
		}
		x, c, ok := withConst(back.Args[k], word.Add)
		if ok && x == p {
			out = append(out, induction{p, entry.Args[k], back.Args[k], k, c})
		}
	}
	return out
}

// maxRounds bounds the number of rounds that are counted.
const maxRounds = 1 << 16

// rounds counts the rounds of a loop whose only exit is its latch. It returns 0 if it cannot
// count them. The condition of the latch must depend on one induction with a constant start,
// and on no other value that changes in the loop.
func (l *loop) rounds(entry *ir.Edge, latch *ir.Block) int {
	if latch.Term.Op != ir.Branch {
		return 0
	}
	stay := uint64(0)
	if latch.Term.Succs[0].To == l.head {
		stay = 1
	}
	for _, d := range l.inductions(entry, latch) {
		start, ok := constOf(d.start)
		if !ok {
			continue
		}
		t := d.param.Type
		for n := 1; n <= maxRounds; n++ {
			c, ok := evalWith(latch.Term.Cond, d.param, start, 6)
			if !ok {
				break
			}
			if c != stay {
				return n
			}
			start = (start + d.step) & word.Mask(int(t))
		}
	}
	return 0
}

// evalWith computes v for a value of p, if v depends only on p.
func evalWith(v, p *ir.Value, x uint64, depth int) (uint64, bool) {
	if v == p {
		return x, true
	}
	if c, ok := constOf(v); ok {
		return c, true
	}
	if v.Def == nil || v.Def.Op != ir.OpWord || depth == 0 {
		return 0, false
	}
	var a [3]uint64
	var aw [3]int
	for k, y := range v.Def.Args {
		r, ok := evalWith(y, p, x, depth-1)
		if !ok {
			return 0, false
		}
		a[k], aw[k] = r, int(y.Type)
	}
	return word.Eval(v.Def.Word, int(v.Type), a, aw, v.Def.Imm), true
}
