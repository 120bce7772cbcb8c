package lower

import "github.com/sinter-lang/sinter/lang/tree"

// usage records which leaves of lets are needed. Binding a parsed layout to a name copies its
// bytes fields. The copy of a field that is never read is left out. If a leaf is used only as a
// leaf of another let, it is needed exactly if the leaf of the other let is needed.
type usage struct {
	used  map[*tree.Local][]bool
	edges map[*tree.Local][]flowEdge // keyed by the let that receives the value
}

// flowEdge says that leaf k of a let comes from leaf k+shift of from.
type flowEdge struct {
	from  *tree.Local
	shift int
}

func usageOf(f *tree.Func) *usage {
	u := &usage{used: map[*tree.Local][]bool{}, edges: map[*tree.Local][]flowEdge{}}
	for _, p := range f.Locals {
		u.used[p] = make([]bool, len(leavesOf(p.Type)))
	}
	u.block(f.Body)
	for changed := true; changed; {
		changed = false
		for _, to := range f.Locals {
			for _, e := range u.edges[to] {
				for k, yes := range u.used[to] {
					if yes && !u.used[e.from][k+e.shift] {
						u.used[e.from][k+e.shift], changed = true, true
					}
				}
			}
		}
	}
	return u
}

// needs reports whether leaf k of a local must hold its value.
func (u *usage) needs(p *tree.Local, k int) bool { return p.Kind != tree.LetLocal || u.used[p][k] }

// path follows field selections down to a local. The results are the local, and the range of the
// local's leaves that e denotes.
func path(e tree.Expr) (p *tree.Local, first, n int, ok bool) {
	switch e := e.(type) {
	case *tree.LocalRef:
		return e.Local, 0, len(leavesOf(e.Local.Type)), e.Local.Type.Kind != tree.Slice
	case *tree.FieldRef:
		p, first, _, ok := path(e.X)
		if !ok {
			return nil, 0, 0, false
		}
		t := e.X.Type()
		return p, first + firstLeaf(t, partIndex(t, e.Index)), len(leavesOf(e.T)), true
	}
	return nil, 0, 0, false
}

func (u *usage) block(b *tree.Block) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		u.stmt(s)
	}
}

func (u *usage) stmt(s tree.Stmt) {
	switch s := s.(type) {
	case *tree.Declare:
		u.bind(s.Local, s.Value, 0)
	case *tree.LetElse:
		u.bind(s.Local, s.Value, 1)
	case *tree.IfLet:
		u.bind(s.Local, s.Value, 1)
	default:
		for _, e := range tree.Heads(s) {
			u.expr(e)
		}
	}
	for _, b := range tree.Blocks(s) {
		u.block(b)
	}
}

// bind records that the let `to` gets the value e, or the value inside the option e.
func (u *usage) bind(to *tree.Local, e tree.Expr, shift int) {
	p, first, _, ok := path(e)
	switch {
	case e == nil:
	case ok && to != nil && to.Kind == tree.LetLocal:
		u.edges[to] = append(u.edges[to], flowEdge{p, first + shift})
		if shift > 0 {
			u.used[p][first] = true
		}
	case ok && to == nil:
		u.used[p][first] = true
	default:
		u.expr(e)
	}
}

func (u *usage) expr(e tree.Expr) {
	if e == nil {
		return
	}
	if p, first, n, ok := path(e); ok {
		for k := range n {
			u.used[p][first+k] = true
		}
		return
	}
	for _, c := range tree.Operands(e) {
		u.expr(c)
	}
}

// writes reports whether evaluating e may change a local: whether e receives, or calls a
// function with an inout argument.
func writes(e tree.Expr) bool {
	if e == nil {
		return false
	}
	switch e.(type) {
	case *tree.HeadRecv, *tree.Asked:
		return true
	}
	if c, ok := e.(*tree.Call); ok {
		for _, p := range c.Func.Params {
			if p.Kind == tree.InOutLocal {
				return true
			}
		}
	}
	for _, p := range tree.Operands(e) {
		if writes(p) {
			return true
		}
	}
	return false
}
