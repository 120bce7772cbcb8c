package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// rejoin restores static single assignment when a value has got further
// definitions. of maps each definition, the first one too, to a key; every use
// of one of them is replaced by the definition with the same key that reaches
// it, with new block parameters where several meet. Definitions are results of
// instructions or block parameters. Tokens are not looked at.
func rejoin(f *ir.Func, of map[*ir.Value]*ir.Value) {
	r := &rejoiner{f: f, of: of, flow: ir.FlowOf(f), joins: make([]map[*ir.Value]*ir.Value, len(f.Blocks))}
	r.node = map[*ir.Block]int{}
	for k, b := range f.Blocks {
		r.node[b] = k
	}
	var keys []*ir.Value
	seen := map[*ir.Value]bool{}
	for _, k := range r.flow.Order {
		r.defs(f.Blocks[k], func(v *ir.Value) {
			if key := of[v]; key != nil && !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		})
	}
	frontier := r.flow.Frontier()
	for _, key := range keys {
		r.place(key, frontier)
	}
	r.rename(keys)
}

type rejoiner struct {
	f     *ir.Func
	of    map[*ir.Value]*ir.Value
	flow  *ir.Flow
	node  map[*ir.Block]int
	joins []map[*ir.Value]*ir.Value // by node and key: the new parameter
}

// defs visits the definitions of a block.
func (r *rejoiner) defs(b *ir.Block, visit func(*ir.Value)) {
	for _, p := range b.Params {
		visit(p)
	}
	for _, i := range b.Instrs {
		for _, v := range i.Results {
			visit(v)
		}
	}
}

// place finds where definitions of key meet and it is live.
func (r *rejoiner) place(key *ir.Value, frontier [][]int) {
	live := r.live(key)
	var work []int
	for _, k := range r.flow.Order {
		n := len(work)
		r.defs(r.f.Blocks[k], func(v *ir.Value) {
			if r.of[v] == key && len(work) == n {
				work = append(work, k)
			}
		})
	}
	for len(work) > 0 {
		k := work[len(work)-1]
		work = work[:len(work)-1]
		for _, j := range frontier[k] {
			if live[j] && r.joins[j][key] == nil {
				if r.joins[j] == nil {
					r.joins[j] = map[*ir.Value]*ir.Value{}
				}
				p := r.f.NewValue(key.Type, nil, key.Span)
				p.In = r.f.Blocks[j]
				r.joins[j][key] = p
				work = append(work, j)
			}
		}
	}
}

// live reports, by node, whether key is needed at the node's start.
func (r *rejoiner) live(key *ir.Value) []bool {
	live, kill := make([]bool, len(r.f.Blocks)), make([]bool, len(r.f.Blocks))
	var work []int
	for _, k := range r.flow.Order {
		b := r.f.Blocks[k]
		use := func(v **ir.Value) { live[k] = live[k] || !kill[k] && r.of[*v] == key }
		for _, p := range b.Params {
			kill[k] = kill[k] || r.of[p] == key
		}
		for _, i := range b.Instrs {
			i.Uses(use)
			for _, v := range i.Results {
				kill[k] = kill[k] || r.of[v] == key
			}
		}
		b.Term.Uses(use)
		if live[k] {
			work = append(work, k)
		}
	}
	for len(work) > 0 {
		k := work[len(work)-1]
		work = work[:len(work)-1]
		for _, p := range r.flow.Preds[k] {
			if !live[p] && !kill[p] {
				live[p] = true
				work = append(work, p)
			}
		}
	}
	return live
}

func (r *rejoiner) rename(keys []*ir.Value) {
	for k, joins := range r.joins {
		b := r.f.Blocks[k]
		for _, key := range keys {
			if p := joins[key]; p != nil {
				b.Params = append(b.Params, p)
			}
		}
	}
	kids := r.flow.Kids()
	type visit struct {
		node int
		now  map[*ir.Value]*ir.Value
	}
	for stack := []visit{{0, nil}}; len(stack) > 0; {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		now := map[*ir.Value]*ir.Value{}
		for k, v := range top.now {
			now[k] = v
		}
		r.block(top.node, now, keys)
		for _, k := range kids[top.node] {
			stack = append(stack, visit{k, now})
		}
	}
}

func (r *rejoiner) block(k int, now map[*ir.Value]*ir.Value, keys []*ir.Value) {
	b := r.f.Blocks[k]
	put := func(v **ir.Value) {
		if key := r.of[*v]; key != nil && now[key] != nil {
			*v = now[key]
		}
	}
	define := func(v *ir.Value) {
		if key := r.of[v]; key != nil {
			now[key] = v
		}
	}
	for _, p := range b.Params {
		define(p)
	}
	for _, key := range keys {
		if p := r.joins[k][key]; p != nil {
			now[key] = p
		}
	}
	for _, i := range b.Instrs {
		i.Uses(put)
		for _, v := range i.Results {
			define(v)
		}
	}
	b.Term.Uses(put)
	for j := range b.Term.Succs {
		e := &b.Term.Succs[j]
		for _, key := range keys {
			if r.joins[r.node[e.To]][key] != nil {
				e.Args = append(e.Args, now[key])
			}
		}
	}
}

func sortValues(vs []*ir.Value) {
	slices.SortFunc(vs, func(a, b *ir.Value) int { return a.ID - b.ID })
}
