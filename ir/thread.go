package ir

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/par"
)

// Thread rebuilds all tokens of m from the order of its instructions. Thread drops the existing
// tokens, and determines again which tokens each function takes and gives. A token becomes a block
// parameter only where different tokens meet and a later instruction needs the token. The method
// is Cytron et al., "Efficiently Computing Static Single Assignment Form", 1991, extended with
// liveness.
//
//	before  v2: i32 = load4 %a          after  v2: i32 = load4 %a, v5
//	        store4 %a, v2                      v6: tok %a = store4 %a, v2, v5
//
// A function takes its tokens before its words: the I/O token, then tokens of module objects in
// their order, then tokens of its object parameters. Its results are the tokens that it changes,
// followed by its result words. Functions must not call themselves.
func Thread(m *Module) { ThreadSome(m, func(*Func) bool { return true }) }

// ThreadSome does the same as Thread, for a module where only some functions have changed. The
// other functions keep their tokens, unless the signature of a callee changes.
func ThreadSome(m *Module, changed func(f *Func) bool) {
	place := map[*Object]int{nil: -1}
	for n, o := range m.Objects {
		place[o] = n
	}
	other := map[*Func]bool{} // functions whose token signature has changed
	for _, wave := range waves(m) {
		differs := make([]bool, len(wave))
		par.Each(len(wave), func(k int) {
			c := wave[k]
			if !changed(c.f) && !slices.ContainsFunc(c.callees, func(g *Func) bool { return other[g] }) {
				return
			}
			before := signatureOf(c.f)
			strip(c.f)
			t := &threader{f: c.f, place: place, flow: FlowOf(c.f)}
			t.run()
			differs[k] = !before.equal(signatureOf(c.f))
		})
		for k, d := range differs {
			if d {
				other[wave[k].f] = true
			}
		}
	}
}

// caller is a function with its callees.
type caller struct {
	f       *Func
	callees []*Func
}

// waves divides the functions of m into waves, where each function is in a later wave than its
// callees.
func waves(m *Module) [][]caller {
	order, _ := CallOrder(m)
	level := map[*Func]int{}
	var out [][]caller
	for _, f := range order {
		c := caller{f, Callees(f)}
		for _, g := range c.callees {
			level[f] = max(level[f], level[g]+1)
		}
		for len(out) <= level[f] {
			out = append(out, nil)
		}
		out[level[f]] = append(out[level[f]], c)
	}
	return out
}

// signature lists the objects whose tokens f takes and gives.
type signature struct{ takes, gives []*Object }

func signatureOf(f *Func) (s signature) {
	for _, p := range f.Params() {
		if p.Type == Token {
			s.takes = append(s.takes, p.Obj)
		}
	}
	for _, r := range f.Results {
		if r.Type == Token {
			s.gives = append(s.gives, r.Obj)
		}
	}
	return s
}

func (s signature) equal(o signature) bool {
	return slices.Equal(s.takes, o.takes) && slices.Equal(s.gives, o.gives)
}

// strip removes all tokens of f.
func strip(f *Func) {
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			e.Args = withoutTokens(e.Args)
		}
		b.Term.Args = withoutTokens(b.Term.Args)
		for _, i := range b.Instrs {
			i.Args, i.Results = withoutTokens(i.Args), withoutTokens(i.Results)
		}
	}
	for _, b := range f.Blocks {
		b.Params = withoutTokens(b.Params)
	}
	var kept []Result
	for _, r := range f.Results {
		if r.Type != Token {
			kept = append(kept, r)
		}
	}
	f.Results = kept
}

// withoutTokens returns the words in vs. If vs has only words, the result shares the memory of vs.
// Appending to the result never changes vs.
func withoutTokens(vs []*Value) []*Value {
	if slices.ContainsFunc(vs, func(v *Value) bool { return v.Type == Token }) {
		return words(vs)
	}
	return vs[:len(vs):len(vs)]
}

type threader struct {
	f          *Func
	place      map[*Object]int // index of each object in the module; I/O comes first
	flow       *Flow
	need, give [][][]*Object // for each instruction, by node and index: the objects whose tokens it needs and gives
	params     []*Object     // objects whose tokens f takes
	changed    []*Object     // objects whose tokens f gives
	locals     map[*Object][]*Instr
	joins      [][]*Object // for each node: objects whose tokens meet there
	node       map[*Block]int
}

func (t *threader) run() {
	t.node = map[*Block]int{}
	for k, b := range t.f.Blocks {
		t.node[b] = k
	}
	t.effects()
	t.fences()
	t.joins = make([][]*Object, len(t.f.Blocks))
	extents, frontier := t.extents(), t.flow.Frontier()
	for _, o := range t.keys() {
		t.placeJoins(o, extents[o], frontier)
	}
	t.rename()
}

// effects finds the tokens that each instruction needs and gives, and the token signature of
// the function.
func (t *threader) effects() {
	needs, gives := map[*Object]bool{}, map[*Object]bool{}
	t.locals = map[*Object][]*Instr{}
	t.need, t.give = make([][][]*Object, len(t.f.Blocks)), make([][][]*Object, len(t.f.Blocks))
	for _, k := range t.flow.Order {
		is := t.f.Blocks[k].Instrs
		t.need[k], t.give[k] = make([][]*Object, len(is)), make([][]*Object, len(is))
		for at, i := range is {
			need, give := t.tokens(i)
			t.need[k][at], t.give[k][at] = need, give
			for _, o := range need {
				needs[o] = true
			}
			for _, o := range give {
				gives[o] = true
			}
			if i.Op == OpLocal {
				t.locals[i.Refs[0].Obj] = append(t.locals[i.Refs[0].Obj], i)
			}
		}
	}
	for _, o := range t.foreign(needs, gives) {
		t.params = append(t.params, o)
		if gives[o] {
			t.changed = append(t.changed, o)
		}
	}
}

// tokens lists the objects whose tokens i needs and gives. The tokens of a mark are determined
// later.
func (t *threader) tokens(i *Instr) (need, give []*Object) {
	switch i.Op.Row().Tokens {
	case ByCallee:
		return callTokens(i)
	case Fence:
		return []*Object{nil}, []*Object{nil}
	}
	return tokensOf(i)
}

// foreign lists those objects of the sets that are not locals of f: I/O, then module
// objects, then object parameters of f, each group in its order.
func (t *threader) foreign(sets ...map[*Object]bool) []*Object {
	has := map[*Object]bool{}
	var out []*Object
	for _, set := range sets {
		for o := range set {
			if _, ok := t.place[o]; ok && !has[o] {
				has[o] = true
				out = append(out, o)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Object) int { return t.place[a] - t.place[b] })
	for _, o := range t.f.Objs {
		if slices.ContainsFunc(sets, func(set map[*Object]bool) bool { return set[o] }) {
			out = append(out, o)
		}
	}
	return out
}

// keys lists all objects that have tokens in f, including I/O.
func (t *threader) keys() []*Object {
	out := append([]*Object(nil), t.params...)
	for _, o := range t.f.Locals {
		if len(t.locals[o]) > 0 {
			out = append(out, o)
		}
	}
	return out
}

func (t *threader) each(visit func(*Instr)) {
	for _, k := range t.flow.Order {
		for _, i := range t.f.Blocks[k].Instrs {
			visit(i)
		}
	}
}

// callTokens is like tokensOf, but for a call. The callee must already have its tokens.
func callTokens(i *Instr) (need, give []*Object) {
	for _, r := range callArgs(i) {
		if r.Type == Token {
			need = append(need, r.Obj)
		}
	}
	for _, r := range i.Callee.Results {
		if r.Type == Token {
			give = append(give, bound(i, r.Obj))
		}
	}
	return need, give
}

// fences makes each mark take and give all tokens that f has at that point.
func (t *threader) fences() {
	for _, k := range t.flow.Order {
		b := t.f.Blocks[k]
		for at, i := range b.Instrs {
			if i.Op.Row().Tokens != Fence {
				continue
			}
			var all []*Object
			for _, o := range t.keys() {
				if o == nil || o.Kind != LocalObj || t.begun(o, k, at) {
					all = append(all, o)
				}
			}
			t.need[k][at], t.give[k][at] = all, all
		}
	}
	for _, o := range t.params {
		if !containsObj(t.changed, o) && t.hasMark() {
			t.changed = append(t.changed, o)
		}
	}
}

func (t *threader) hasMark() bool {
	found := false
	t.each(func(i *Instr) { found = found || i.Op.Row().Tokens == Fence })
	return found
}

// begun reports whether a lifetime of local o begins on every path to instruction number `at`
// of node k.
func (t *threader) begun(o *Object, k, at int) bool {
	for _, begin := range t.locals[o] {
		for j, b := range t.f.Blocks {
			for n, i := range b.Instrs {
				if i == begin && (j == k && n < at || j != k && t.flow.Dominates(j, k)) {
					return true
				}
			}
		}
	}
	return false
}

func containsObj(os []*Object, o *Object) bool {
	for _, x := range os {
		if x == o {
			return true
		}
	}
	return false
}

// extent lists, in order, the nodes that give an object a new token. It also lists the nodes that
// need the token of the object at their start.
type extent struct {
	gives, needs []int
}

// extents finds the extent of each object in one pass over the instructions.
func (t *threader) extents() map[*Object]*extent {
	out := map[*Object]*extent{}
	for _, o := range t.keys() {
		out[o] = &extent{}
	}
	need := func(o *Object, k int) {
		if x := out[o]; lastOf(x.gives) != k && lastOf(x.needs) != k {
			x.needs = append(x.needs, k)
		}
	}
	for _, k := range t.flow.Order {
		b := t.f.Blocks[k]
		for at := range b.Instrs {
			for _, o := range t.need[k][at] {
				need(o, k)
			}
			for _, o := range t.give[k][at] {
				if x := out[o]; lastOf(x.gives) != k {
					x.gives = append(x.gives, k)
				}
			}
		}
		if b.Term.Op == Return {
			for _, o := range t.changed {
				need(o, k)
			}
		}
	}
	return out
}

// lastOf returns the last node of a list, or -1.
func lastOf(list []int) int {
	if len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

// placeJoins chooses the nodes where the token of o becomes a block parameter. These nodes are the
// live nodes in the iterated dominance frontier of the token's definitions.
func (t *threader) placeJoins(o *Object, x *extent, frontier [][]int) {
	live := t.live(x)
	has := map[int]bool{}
	work := append([]int(nil), x.gives...)
	for len(work) > 0 {
		k := work[0]
		work = work[1:]
		for _, j := range frontier[k] {
			if !has[j] && live[j] {
				has[j] = true
				t.joins[j] = append(t.joins[j], o)
				work = append(work, j)
			}
		}
	}
}

// live reports, for each node, whether the token is needed at the start of the node.
func (t *threader) live(x *extent) map[int]bool {
	live, kill := map[int]bool{}, map[int]bool{}
	for _, k := range x.gives {
		kill[k] = true
	}
	for _, k := range x.needs {
		live[k] = true
	}
	work := append([]int(nil), x.needs...)
	for len(work) > 0 {
		k := work[len(work)-1]
		work = work[:len(work)-1]
		for _, p := range t.flow.Preds[k] {
			if !live[p] && !kill[p] {
				live[p] = true
				work = append(work, p)
			}
		}
	}
	return live
}

// rename walks the dominator tree and gives each instruction its tokens.
func (t *threader) rename() {
	entry := t.f.Blocks[0]
	now := newest{}
	var toks []*Value
	for _, o := range t.params {
		v := t.token(o, entry)
		now[o] = v
		toks = append(toks, v)
	}
	entry.Params = append(toks, entry.Params...)
	var results []Result
	for _, o := range t.changed {
		results = append(results, Result{Token, o})
	}
	t.f.Results = append(results, t.f.Results...)
	for k, os := range t.joins {
		for _, o := range os {
			b := t.f.Blocks[k]
			b.Params = append(b.Params, t.token(o, b))
		}
	}
	t.walk(&reaching{now: now})
}

// walk adds the tokens of all blocks. It visits each block with the tokens that reach it.
func (t *threader) walk(now *reaching) {
	kids := t.flow.Kids()
	const leave = -1
	for stack := []int{0}; len(stack) > 0; {
		k := lastOf(stack)
		stack = stack[:len(stack)-1]
		if k == leave {
			now.leave()
			continue
		}
		now.enter()
		t.block(k, now)
		stack = append(append(stack, leave), kids[k]...)
	}
}

// reaching holds the newest token of each object at the current position. It also holds the
// changes that are undone at the end of a dominator subtree.
type reaching struct {
	now   newest
	undo  []*Value  // the previous newest tokens, nil for none
	gone  []*Object // the objects of these tokens
	marks []int
}

func (r *reaching) enter() { r.marks = append(r.marks, len(r.undo)) }

func (r *reaching) set(v *Value) {
	r.undo, r.gone = append(r.undo, r.now[v.Obj]), append(r.gone, v.Obj)
	r.now[v.Obj] = v
}

func (r *reaching) leave() {
	mark := lastOf(r.marks)
	r.marks = r.marks[:len(r.marks)-1]
	for n := len(r.undo) - 1; n >= mark; n-- {
		r.now[r.gone[n]] = r.undo[n]
	}
	r.undo, r.gone = r.undo[:mark], r.gone[:mark]
}

func (t *threader) token(o *Object, b *Block) *Value {
	v := t.f.NewValue(Token, o, t.f.Span)
	v.In = b
	return v
}

// block adds the tokens of one block. `reach` holds the tokens at the start of the block.
func (t *threader) block(k int, reach *reaching) {
	b := t.f.Blocks[k]
	for _, p := range b.Params {
		if p.Type == Token {
			reach.set(p)
		}
	}
	now := reach.now
	for at, i := range b.Instrs {
		for _, o := range t.need[k][at] {
			i.Args = append(i.Args, now[o])
		}
		var toks []*Value
		for _, o := range t.give[k][at] {
			v := t.f.NewValue(Token, o, i.Span)
			v.Def, v.In = i, b
			reach.set(v)
			toks = append(toks, v)
		}
		if i.Op.Row().Tokens == ByCallee {
			i.Args = callOrder(i)
			i.Results = append(toks, i.Results...)
			continue
		}
		i.Results = append(i.Results, toks...)
	}
	for k := range b.Term.Succs {
		e := &b.Term.Succs[k]
		for _, o := range t.joins[t.node[e.To]] {
			e.Args = append(e.Args, now[o])
		}
	}
	if b.Term.Op == Return {
		var toks []*Value
		for _, o := range t.changed {
			toks = append(toks, now[o])
		}
		b.Term.Args = append(toks, b.Term.Args...)
	}
}

// callOrder puts the arguments of a call into the order of the callee's parameters. Before
// callOrder, the words come before the tokens.
func callOrder(i *Instr) []*Value {
	ws := words(i.Args)
	toks := i.Args[len(ws):]
	var out []*Value
	for _, r := range callArgs(i) {
		if r.Type == Token {
			out, toks = append(out, toks[0]), toks[1:]
		} else {
			out, ws = append(out, ws[0]), ws[1:]
		}
	}
	return out
}
