package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// propagate finds values that are constant on every possible path, and branches with only one
// possible target. It implements Wegman and Zadeck, "Constant Propagation with Conditional
// Branches", 1991, with repeated rounds instead of work lists.
func propagate(f *ir.Func) bool {
	s := &constants{f: f, fact: map[*ir.Value]lattice{}, live: map[*ir.Block]bool{f.Blocks[0]: true}}
	for _, p := range f.Params() {
		s.fact[p] = lattice{state: varies}
	}
	order := ir.FlowOf(f).Order
	for s.grew = true; s.grew; {
		s.grew = false
		for _, k := range order {
			if b := f.Blocks[k]; s.live[b] {
				s.block(b)
			}
		}
	}
	return s.rewrite()
}

// lattice is what is known of a value: nothing yet, one constant, or several possible values.
type lattice struct {
	state byte
	value uint64
}

const (
	unknown byte = iota
	exact
	varies
)

type constants struct {
	f    *ir.Func
	fact map[*ir.Value]lattice
	live map[*ir.Block]bool
	grew bool
}

func (s *constants) meet(v *ir.Value, l lattice) {
	old := s.fact[v]
	if l.state == unknown || old.state == varies || old == l {
		return
	}
	if old.state == exact {
		l = lattice{state: varies}
	}
	s.fact[v] = l
	s.grew = true
}

func (s *constants) block(b *ir.Block) {
	for _, i := range b.Instrs {
		switch i.Op {
		case ir.OpConst:
			s.meet(i.Results[0], lattice{exact, i.Imm})
		case ir.OpWord, ir.OpFloat:
			s.meet(i.Results[0], s.eval(i))
		default:
			for _, r := range i.Results {
				s.meet(r, lattice{state: varies})
			}
		}
	}
	for k := range b.Term.Succs {
		if s.mayGo(&b.Term, k) {
			s.follow(b.Term.Succs[k])
		}
	}
}

func (s *constants) eval(i *ir.Instr) lattice {
	var a [3]uint64
	var aw [3]int
	for k, x := range i.Args {
		l := s.fact[x]
		if l.state != exact {
			return lattice{state: l.state}
		}
		a[k], aw[k] = l.value, int(x.Type)
	}
	if i.Op == ir.OpFloat {
		return lattice{exact, ir.EvalFloat(i.Float, i.Results[0].Type, i.Args[0].Type, a[0], a[1])}
	}
	return lattice{exact, word.Eval(i.Word, int(i.Results[0].Type), a, aw, i.Imm)}
}

// mayGo reports whether edge k may be taken.
func (s *constants) mayGo(t *ir.Term, k int) bool {
	if t.Op != ir.Branch {
		return true
	}
	c := s.fact[t.Cond]
	return c.state == varies || c.state == exact && c.value == uint64(1-k)
}

func (s *constants) follow(e ir.Edge) {
	if !s.live[e.To] {
		s.live[e.To] = true
		s.grew = true
	}
	for k, a := range e.Args {
		s.meet(e.To.Params[k], s.fact[a])
	}
}

// rewrite replaces constant parameters by constants, and decided branches by jumps. Other
// passes fold word operations on constants.
func (s *constants) rewrite() bool {
	changed := false
	subst := renames{}
	for _, b := range s.f.Blocks {
		if !s.live[b] {
			continue
		}
		for _, p := range b.Params {
			if l := s.fact[p]; l.state == exact && b != s.f.Blocks[0] {
				c := newConst(s.f, b, p.Type, l.value, nil)
				insertAt(b, 0, c)
				subst[p] = c.Results[0]
			}
		}
		if c := s.fact[b.Term.Cond]; b.Term.Op == ir.Branch && c.state == exact {
			b.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{b.Term.Succs[1-c.value]}, Span: b.Term.Span}
			changed = true
		}
	}
	for p := range subst {
		changed = true
		dropParam(s.f, p)
	}
	subst.apply(s.f)
	return ir.RemoveUnreachable(s.f) || changed
}

// dropParam removes a parameter of a block and its arguments on edges.
func dropParam(f *ir.Func, p *ir.Value) {
	to := p.In
	at := -1
	for k, q := range to.Params {
		if q == p {
			at = k
		}
	}
	if at < 0 {
		return
	}
	to.Params = append(to.Params[:at:at], to.Params[at+1:]...)
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			if e := &b.Term.Succs[k]; e.To == to {
				e.Args = append(e.Args[:at:at], e.Args[at+1:]...)
			}
		}
	}
}
