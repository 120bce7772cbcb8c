package pass

import "github.com/sinter-lang/sinter/ir"

// copied is a copy of some blocks of a function: edges among them lead to
// copies, all other edges where they led before.
type copied struct {
	blocks map[*ir.Block]*ir.Block
	values map[*ir.Value]*ir.Value
}

func (c *copied) value(v *ir.Value) *ir.Value {
	if w := c.values[v]; w != nil {
		return w
	}
	return v
}

// copyBlocks appends copies of blocks to f. Values defined outside are shared.
func copyBlocks(f *ir.Func, blocks []*ir.Block) *copied {
	c := &copied{map[*ir.Block]*ir.Block{}, map[*ir.Value]*ir.Value{}}
	id := maxBlockID(f)
	for _, b := range blocks {
		id++
		n := &ir.Block{ID: id}
		c.blocks[b] = n
		n.Params = c.define(f, b.Params, nil, n)
		for _, i := range b.Instrs {
			j := *i
			j.Results = c.define(f, i.Results, &j, n)
			n.Instrs = append(n.Instrs, &j)
		}
		f.Blocks = append(f.Blocks, n)
	}
	put := func(v **ir.Value) { *v = c.value(*v) }
	for _, b := range blocks {
		n := c.blocks[b]
		for _, i := range n.Instrs {
			i.Args = append([]*ir.Value(nil), i.Args...)
			i.Refs = append([]ir.Ref(nil), i.Refs...)
			i.Uses(put)
		}
		n.Term = c.term(&b.Term)
		n.Term.Uses(put)
	}
	return c
}

func (c *copied) define(f *ir.Func, vs []*ir.Value, def *ir.Instr, in *ir.Block) []*ir.Value {
	var out []*ir.Value
	for _, v := range vs {
		w := f.NewValue(v.Type, v.Obj, v.Span)
		w.Def, w.In = def, in
		c.values[v] = w
		out = append(out, w)
	}
	return out
}

func (c *copied) term(t *ir.Term) ir.Term {
	out := *t
	out.Args = append([]*ir.Value(nil), t.Args...)
	out.Succs = nil
	for _, e := range t.Succs {
		to := e.To
		if n := c.blocks[to]; n != nil {
			to = n
		}
		out.Succs = append(out.Succs, ir.Edge{To: to, Args: append([]*ir.Value(nil), e.Args...)})
	}
	return out
}

// repair makes the uses of a value right after its block was copied: v has one
// definition at the end of each of some blocks, and a use elsewhere takes the
// one that reaches it, through new parameters where several do (Braun et al.,
// "Simple and Efficient Construction of Static Single Assignment Form", 2013).
type repair struct {
	f     *ir.Func
	v     *ir.Value
	end   map[*ir.Block]*ir.Value
	start map[*ir.Block]*ir.Value
	preds map[*ir.Block][]*ir.Block
}

// repairAll mends the uses of all words that the blocks define, given their copies.
func repairAll(f *ir.Func, blocks []*ir.Block, copies []*copied) {
	from := map[*ir.Block][]*ir.Block{}
	for _, b := range f.Blocks {
		seen := map[*ir.Block]bool{}
		for _, e := range b.Term.Succs {
			if !seen[e.To] {
				seen[e.To] = true
				from[e.To] = append(from[e.To], b)
			}
		}
	}
	fix := func(v *ir.Value) {
		if v.Type == ir.Token {
			return
		}
		r := &repair{f: f, v: v, end: map[*ir.Block]*ir.Value{v.In: v}, start: map[*ir.Block]*ir.Value{}, preds: from}
		for _, c := range copies {
			r.end[c.blocks[v.In]] = c.values[v]
		}
		r.uses()
	}
	for _, b := range blocks {
		for _, p := range append([]*ir.Value(nil), b.Params...) {
			fix(p)
		}
		for _, i := range b.Instrs {
			for _, v := range i.Results {
				fix(v)
			}
		}
	}
}

func (r *repair) uses() {
	for _, b := range append([]*ir.Block(nil), r.f.Blocks...) {
		if r.end[b] != nil {
			continue
		}
		found := false
		eachUse(b, func(u **ir.Value) { found = found || *u == r.v })
		if !found {
			continue
		}
		v := r.atStart(b) // may lengthen the edges of b
		eachUse(b, func(u **ir.Value) {
			if *u == r.v {
				*u = v
			}
		})
	}
}

func eachUse(b *ir.Block, visit func(**ir.Value)) {
	for _, i := range b.Instrs {
		i.Uses(visit)
	}
	b.Term.Uses(visit)
}

func (r *repair) atEnd(b *ir.Block) *ir.Value {
	if v := r.end[b]; v != nil {
		return v
	}
	return r.atStart(b)
}

func (r *repair) atStart(b *ir.Block) *ir.Value {
	if v := r.start[b]; v != nil {
		return v
	}
	if ps := r.preds[b]; len(ps) == 1 && b != r.f.Blocks[0] {
		v := r.atEnd(ps[0])
		r.start[b] = v
		return v
	}
	p := r.f.NewValue(r.v.Type, nil, r.v.Span)
	p.In = b
	b.Params = append(b.Params, p)
	r.start[b] = p
	for _, q := range r.preds[b] {
		v := r.atEnd(q)
		for k := range q.Term.Succs {
			if e := &q.Term.Succs[k]; e.To == b {
				e.Args = append(e.Args, v)
			}
		}
	}
	return p
}
