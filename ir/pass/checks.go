package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/ir/word"
)

// checks removes checks that cannot fail. It decides comparisons from facts that hold at that
// point: bounds of values, conditions of branches, earlier checks, and bounds of loop counters.
// It never merges two trap sites: it removes a check only if it proves the condition of that
// check.
//
// Needs: tokens. Keeps: blocks, order of effects.
//
//	before  b1(v2: i32): v3: i1 = ltu v2, v1 ; br v3, b2, b3       (v1 = const 64)
//	        b2: v4: tok = check v3, v5 !0 ; v6: i32 = add v2, v7 ; jump b1(v6)
//	after   b2: v6: i32 = add v2, v7 ; jump b1(v6)
func checks(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		p := newProver(f)
		p.params()
		p.counters()
		p.params()
		p.beside = p.companions()
		return p.decideAll()
	})
}

func newProver(f *ir.Func) *prover {
	p := &prover{f: f, flow: ir.FlowOf(f), base: map[*ir.Value]span{}, fact: map[*ir.Value]span{}, truth: map[*ir.Value]bool{}, subst: renames{}}
	p.kids, p.preds, p.from = p.flow.Kids(), preds(f), sources(f)
	return p
}

// decideAll removes the checks and decides the branches that the facts decide.
func (p *prover) decideAll() bool {
	p.pairs = pairsOf(p.f)
	p.walk(0)
	p.subst.apply(p.f)
	ir.RemoveUnreachable(p.f)
	return p.changed
}

type prover struct {
	f       *ir.Func
	flow    *ir.Flow
	kids    [][]int
	preds   map[*ir.Block][]*ir.Edge
	from    map[*ir.Edge]*ir.Block
	only    []bool             // if not nil: for each node, whether to walk it
	base    map[*ir.Value]span // bounds of loop counters, valid everywhere in the loop
	fact    map[*ir.Value]span // bounds that hold at the current position
	truth   map[*ir.Value]bool // conditions that are known at the current position
	undo    []func()
	beside  map[*ir.Value][]companion
	dry     bool                         // analysis only, while counters are found
	known   func(*ir.Value) (span, bool) // optional: bounds of values by their definitions
	probe   func(at *ir.Block)
	visit   func(*ir.Instr)         // optional: called with the facts before each instruction
	above   map[*ir.Value]*ir.Value // for a counter: a word that is never below it, see followers
	subst   renames
	pairs   map[pair][]*ir.Value // all words of the function by operator and operands, for within; nil in an analysis
	changed bool
}

// span returns the bounds of v at the current position.
func (p *prover) span(v *ir.Value) span { return p.bound(v, 6) }

func (p *prover) bound(v *ir.Value, depth int) span {
	s := fullSpan(v.Type)
	if b, ok := p.base[v]; ok {
		s = b
	}
	if f, ok := p.fact[v]; ok {
		s = s.Meet(f)
	}
	if a := p.above[v]; a != nil && depth > 0 {
		s = s.Meet(interval.Unsigned(int(v.Type), 0, p.bound(a, depth-1).Hi))
	}
	if v.Def == nil || depth == 0 {
		return s
	}
	if p.known != nil {
		if k, ok := p.known(v); ok {
			s = s.Meet(k)
		}
	}
	switch v.Def.Op {
	case ir.OpConst:
		return interval.Const(int(v.Type), v.Def.Imm)
	case ir.OpWord:
		s = s.Meet(evalSpan(v.Def, func(x *ir.Value) span { return p.bound(x, depth-1) }))
	case ir.OpLoad:
		if v.Def.Size < 8 {
			s.Hi = min(s.Hi, word.Mask(8*v.Def.Size))
		}
	}
	return s.Sharpen(int(v.Type))
}

func (p *prover) set(v *ir.Value, s span) {
	old, had := p.fact[v]
	if had {
		s = s.Meet(old)
	}
	p.fact[v] = s
	p.undo = append(p.undo, func() {
		if had {
			p.fact[v] = old
		} else {
			delete(p.fact, v)
		}
	})
}

// learn records the value of condition c from here on.
func (p *prover) learn(c *ir.Value, holds bool) {
	if c.Def == nil || c.Def.Op != ir.OpWord {
		p.know(c, holds)
		return
	}
	p.know(c, holds)
	op, a := c.Def.Word, c.Def.Args
	switch op {
	case word.Not:
		p.learn(a[0], !holds)
		return
	case word.And:
		if holds {
			p.learn(a[0], true)
			p.learn(a[1], true)
		}
		return
	case word.Or:
		if !holds {
			p.learn(a[0], false)
			p.learn(a[1], false)
		}
		return
	}
	r, ok := relationOf(op)
	if !ok {
		return
	}
	if !holds {
		r = r.Inverse()
	}
	x, y := r.Assume(p.span(a[0]), p.span(a[1]), int(a[0].Type))
	p.narrow(a[0], x)
	p.narrow(a[1], y)
}

// narrow records bounds of v, and the bounds of its operand that follow from them.
func (p *prover) narrow(v *ir.Value, s span) {
	p.set(v, s)
	if a, ok := isWord(v, word.Zext); ok {
		in := fullSpan(a[0].Type)
		in.Lo, in.Hi = s.Lo, min(s.Hi, in.Hi)
		p.narrow(a[0], in.Sharpen(int(a[0].Type)))
	}
	if x, c, ok := withConst(v, word.Add); ok {
		m := word.Mask(int(v.Type))
		if lo, hi := (s.Lo-c)&m, (s.Hi-c)&m; lo <= hi {
			p.set(x, interval.Unsigned(int(x.Type), lo, hi).Meet(p.span(x)))
		}
	}
}

func (p *prover) know(c *ir.Value, holds bool) {
	old, had := p.truth[c]
	p.truth[c] = holds
	p.undo = append(p.undo, func() {
		if had {
			p.truth[c] = old
		} else {
			delete(p.truth, c)
		}
	})
}

// decide returns the value of a condition if it is known here.
func (p *prover) decide(c *ir.Value) (holds, known bool) {
	if h, ok := p.truth[c]; ok {
		return h, true
	}
	if c.Type != 1 {
		return false, false
	}
	if s := p.span(c); s.Lo == s.Hi {
		return s.Lo == 1, true
	}
	if c.Def == nil || c.Def.Op != ir.OpWord {
		return false, false
	}
	a := c.Def.Args
	switch c.Def.Word {
	case word.Not:
		h, ok := p.decide(a[0])
		return !h, ok
	case word.And, word.Or:
		stop := c.Def.Word == word.Or
		x, okx := p.decide(a[0])
		y, oky := p.decide(a[1])
		if okx && x == stop || oky && y == stop {
			return stop, true
		}
		return !stop, okx && oky
	}
	r, ok := relationOf(c.Def.Word)
	if !ok {
		return false, false
	}
	x, y := p.besides(a[0]), p.span(a[1])
	if x.Empty() || y.Empty() {
		return false, false
	}
	if holds, known = r.Decide(x, y); known || c.Def.Word != word.Ltu {
		return holds, known
	}
	return true, p.within(a[0], a[1])
}

// within proves v < n in one case: v is x plus a constant, and the facts at this point
// show x < n and that n - x is more than the constant.
func (p *prover) within(v, n *ir.Value) bool {
	x, c, ok := withConst(v, word.Add)
	if !ok {
		return false
	}
	below := false
	for _, less := range p.pairs[pair{word.Ltu, x, n}] {
		below = below || p.truth[less]
	}
	if !below {
		return false
	}
	for _, left := range p.pairs[pair{word.Sub, n, x}] {
		if p.span(left).Lo > c {
			return true
		}
	}
	return false
}

// pair is the key of an operation: an operator and two words.
type pair struct {
	op   word.Op
	x, y *ir.Value
}

// pairsOf lists the differences and comparisons of a function by their operands.
func pairsOf(f *ir.Func) map[pair][]*ir.Value {
	out := map[pair][]*ir.Value{}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpWord && (i.Word == word.Sub || i.Word == word.Ltu) {
				k := pair{i.Word, i.Args[0], i.Args[1]}
				out[k] = append(out[k], i.Results[0])
			}
		}
	}
	return out
}

// walk visits the dominator tree from node k. It keeps the facts that hold on entry.
func (p *prover) walk(k int) {
	mark := len(p.undo)
	b := p.f.Blocks[k]
	p.entered(b)
	p.instrs(b)
	if p.probe != nil {
		p.probe(b)
	}
	if !p.dry {
		if b.Term.Op == ir.Branch {
			p.branch(b)
		}
		p.shortcut(b)
	}
	for _, c := range p.kids[k] {
		if p.only == nil || p.only[c] {
			p.walk(c)
		}
	}
	p.forget(mark)
}

// forget removes the facts that were learned after a mark.
func (p *prover) forget(mark int) {
	for len(p.undo) > mark {
		p.undo[len(p.undo)-1]()
		p.undo = p.undo[:len(p.undo)-1]
	}
}

// entered learns from the branch condition of the edge into b, if b has only one incoming edge.
func (p *prover) entered(b *ir.Block) {
	if len(p.preds[b]) != 1 {
		return
	}
	e := p.preds[b][0]
	if q := p.from[e]; q.Term.Op == ir.Branch {
		p.learn(q.Term.Cond, &q.Term.Succs[0] == e)
	}
	for n, param := range b.Params {
		if param.Type != ir.Token {
			p.set(param, p.span(e.Args[n]))
		}
	}
}

func (p *prover) instrs(b *ir.Block) {
	kept := make([]*ir.Instr, 0, len(b.Instrs))
	for _, i := range b.Instrs {
		if p.visit != nil {
			p.visit(i)
		}
		if i.Op == ir.OpCheck {
			if !p.dry {
				if holds, known := p.decide(i.Args[0]); known && holds {
					p.subst[i.Results[0]] = i.Args[1]
					p.changed = true
					continue
				}
			}
			p.learn(i.Args[0], true)
		}
		kept = append(kept, i)
	}
	b.Instrs = kept
}

// shortcut redirects edges of b past a block that only branches, if its condition is known on
// the edge.
func (p *prover) shortcut(b *ir.Block) {
	for k := range b.Term.Succs {
		e := &b.Term.Succs[k]
		over := e.To
		if len(over.Instrs) > 0 || over.Term.Op != ir.Branch || hasWords(over.Params) || over == b {
			continue
		}
		mark := len(p.undo)
		if b.Term.Op == ir.Branch {
			p.learn(b.Term.Cond, k == 0)
		}
		if holds, known := p.decide(over.Term.Cond); known {
			next := over.Term.Succs[map[bool]int{true: 0, false: 1}[holds]]
			*e = ir.Edge{To: next.To, Args: append([]*ir.Value(nil), next.Args...)}
			p.changed = true
		}
		p.forget(mark)
	}
}

func hasWords(vs []*ir.Value) bool {
	for _, v := range vs {
		if v.Type != ir.Token {
			return true
		}
	}
	return false
}

// branch replaces the condition of a decided branch by a constant.
func (p *prover) branch(b *ir.Block) {
	if _, ok := constOf(b.Term.Cond); ok {
		return
	}
	holds, known := p.decide(b.Term.Cond)
	if !known {
		return
	}
	c := newConst(p.f, b, 1, map[bool]uint64{true: 1}[holds], nil)
	b.Instrs = append(b.Instrs, c)
	b.Term.Cond = c.Results[0]
	p.changed = true
}
