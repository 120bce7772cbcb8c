package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// rejoin restores static single assignment form after a value has got several definitions. of
// maps each of these definitions, including the original one, to a common key. Each use of a
// definition is replaced by the definition with the same key that reaches the use. If several
// definitions reach the same point, rejoin adds block parameters there. Definitions are results
// of instructions or block parameters. Tokens are ignored.
//
// The work is one visit of each instruction plus the live ranges of the keys. It is therefore
// cheap to rejoin many values together.
func rejoin(f *ir.Func, of map[*ir.Value]*ir.Value) {
	r := &rejoiner{f: f, of: of, flow: ir.FlowOf(f), node: map[*ir.Block]int{}, ranges: map[*ir.Value]*liveRange{}}
	for k, b := range f.Blocks {
		r.node[b] = k
	}
	for _, k := range r.flow.Order {
		r.scan(k)
	}
	r.joins = make([][]join, len(f.Blocks))
	r.live, r.joined = make([]int, len(f.Blocks)), make([]int, len(f.Blocks))
	frontier := r.flow.Frontier()
	for n, key := range r.keys {
		r.place(n+1, key, frontier)
	}
	r.rename()
}

type rejoiner struct {
	f      *ir.Func
	of     map[*ir.Value]*ir.Value
	flow   *ir.Flow
	node   map[*ir.Block]int
	keys   []*ir.Value // in the order of their first definitions
	ranges map[*ir.Value]*liveRange
	joins  [][]join // by node, each list in the order of the keys
	live   []int    // by node: number of the last key found live at the start of the node
	joined []int    // by node: number of the last key with a join at the node
}

// liveRange lists two kinds of nodes for a key: those that define the key, and those that use
// the key before they define it themselves.
type liveRange struct {
	defs, needs []int
}

// join is a new block parameter for a key.
type join struct {
	key, param *ir.Value
}

// scan records the keys that node k defines and the keys that it needs at its start.
func (r *rejoiner) scan(k int) {
	b := r.f.Blocks[k]
	for _, p := range b.Params {
		r.define(p, k)
	}
	use := func(v **ir.Value) {
		if key := r.of[*v]; key != nil {
			g := r.rangeOf(key)
			if last(g.defs) != k && last(g.needs) != k {
				g.needs = append(g.needs, k)
			}
		}
	}
	for _, i := range b.Instrs {
		i.Uses(use)
		for _, v := range i.Results {
			r.define(v, k)
		}
	}
	b.Term.Uses(use)
}

func (r *rejoiner) define(v *ir.Value, k int) {
	key := r.of[v]
	if key == nil {
		return
	}
	g := r.rangeOf(key)
	if len(g.defs) == 0 {
		r.keys = append(r.keys, key)
	}
	if last(g.defs) != k {
		g.defs = append(g.defs, k)
	}
}

func (r *rejoiner) rangeOf(key *ir.Value) *liveRange {
	g := r.ranges[key]
	if g == nil {
		g = &liveRange{}
		r.ranges[key] = g
	}
	return g
}

// last returns the last node of a list, or -1.
func last(list []int) int {
	if len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

// place finds the nodes where several definitions of key meet and key is live. n is the number
// of the key.
func (r *rejoiner) place(n int, key *ir.Value, frontier [][]int) {
	r.spread(n, r.ranges[key])
	work := slices.Clone(r.ranges[key].defs)
	for len(work) > 0 {
		k := work[len(work)-1]
		work = work[:len(work)-1]
		for _, j := range frontier[k] {
			if r.live[j] == n && r.joined[j] != n {
				r.joined[j] = n
				p := r.f.NewValue(key.Type, nil, key.Span)
				p.In = r.f.Blocks[j]
				r.joins[j] = append(r.joins[j], join{key, p})
				work = append(work, j)
			}
		}
	}
}

// spread marks the nodes where key n is live at the start. It goes back from the nodes that
// need the key to the nodes that define it.
func (r *rejoiner) spread(n int, g *liveRange) {
	kills := map[int]bool{}
	for _, k := range g.defs {
		kills[k] = true
	}
	work := slices.Clone(g.needs)
	for _, k := range work {
		r.live[k] = n
	}
	for len(work) > 0 {
		k := work[len(work)-1]
		work = work[:len(work)-1]
		for _, p := range r.flow.Preds[k] {
			if r.live[p] != n && !kills[p] {
				r.live[p] = n
				work = append(work, p)
			}
		}
	}
}

// rename walks the dominator tree and gives each use the definition that
// reaches it.
func (r *rejoiner) rename() {
	for k, joins := range r.joins {
		for _, j := range joins {
			r.f.Blocks[k].Params = append(r.f.Blocks[k].Params, j.param)
		}
	}
	s := &reaching{now: map[*ir.Value]*ir.Value{}}
	kids := r.flow.Kids()
	const leave = -1
	for stack := []int{0}; len(stack) > 0; {
		k := last(stack)
		stack = stack[:len(stack)-1]
		if k == leave {
			s.leave()
			continue
		}
		s.enter()
		r.block(k, s)
		stack = append(append(stack, leave), kids[k]...)
	}
}

// reaching holds the definition of each key that reaches the current position. It also holds
// the changes to undo at the end of a dominator subtree.
type reaching struct {
	now   map[*ir.Value]*ir.Value
	undo  []join // a key and its previous definition
	marks []int
}

func (s *reaching) enter() { s.marks = append(s.marks, len(s.undo)) }

func (s *reaching) leave() {
	mark := last(s.marks)
	s.marks = s.marks[:len(s.marks)-1]
	for len(s.undo) > mark {
		u := s.undo[len(s.undo)-1]
		s.undo = s.undo[:len(s.undo)-1]
		s.now[u.key] = u.param
	}
}

func (s *reaching) define(key, v *ir.Value) {
	s.undo = append(s.undo, join{key, s.now[key]})
	s.now[key] = v
}

func (r *rejoiner) block(k int, s *reaching) {
	b := r.f.Blocks[k]
	put := func(v **ir.Value) {
		if key := r.of[*v]; key != nil && s.now[key] != nil {
			*v = s.now[key]
		}
	}
	define := func(v *ir.Value) {
		if key := r.of[v]; key != nil {
			s.define(key, v)
		}
	}
	for _, p := range b.Params {
		define(p)
	}
	for _, j := range r.joins[k] {
		s.define(j.key, j.param)
	}
	for _, i := range b.Instrs {
		i.Uses(put)
		for _, v := range i.Results {
			define(v)
		}
	}
	b.Term.Uses(put)
	for n := range b.Term.Succs {
		e := &b.Term.Succs[n]
		for _, j := range r.joins[r.node[e.To]] {
			e.Args = append(e.Args, s.now[j.key])
		}
	}
}

func sortValues(vs []*ir.Value) {
	slices.SortFunc(vs, func(a, b *ir.Value) int { return a.ID - b.ID })
}
