package pass

import "github.com/sinter-lang/sinter/ir"

// copied is a copy of some blocks of a function. Edges between these blocks lead to the copies.
// All other edges keep their targets.
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

// copyBlocks appends copies of blocks to f. The copies use the same values as the originals if
// these values are defined outside of the blocks.
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

// mendAll updates the uses of all words that the blocks define. After copying, each use takes
// the definition that now reaches it.
func mendAll(f *ir.Func, blocks []*ir.Block, copies []*copied) {
	of := map[*ir.Value]*ir.Value{}
	noteCopies(of, blocks, copies)
	rejoin(f, of)
}

// noteCopies adds the words that the blocks define and their copies to the map for rejoin.
func noteCopies(of map[*ir.Value]*ir.Value, blocks []*ir.Block, copies []*copied) {
	note := func(v *ir.Value) {
		if v.Type == ir.Token {
			return
		}
		of[v] = v
		for _, c := range copies {
			of[c.values[v]] = v
		}
	}
	for _, b := range blocks {
		for _, p := range b.Params {
			note(p)
		}
		for _, i := range b.Instrs {
			for _, v := range i.Results {
				note(v)
			}
		}
	}
}
