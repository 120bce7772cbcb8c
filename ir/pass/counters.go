package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// counter is a parameter of a loop head that changes by a constant in each round.
type counter struct {
	param *ir.Value
	start *ir.Value // value from outside of the loop
	next  []*ir.Value
	step  int64
}

// counters finds bounds of loop counters. A counter that only grows has its start as a lower
// bound, if adding the step never wraps. To prove this, other facts must bound the counter at
// the point where its next value is computed. The pass first assumes the lower bound and
// derives facts from it. It keeps the bound if these facts prove that adding never wraps.
func (p *prover) counters() {
	for _, c := range p.findCounters() {
		p.boundCounter(c)
	}
}

func (p *prover) findCounters() []counter {
	var out []counter
	for _, h := range p.flow.Order {
		inside := p.inside(h)
		if inside == nil {
			continue
		}
		for n, v := range p.f.Blocks[h].Params {
			if v.Type == ir.Token {
				continue
			}
			if c, ok := p.counterOf(v, n, inside); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// inside returns the blocks of the loop whose head is node h. It returns nil if h heads no loop.
func (p *prover) inside(h int) map[*ir.Block]bool {
	body := p.flow.Loop(h)
	if body == nil {
		return nil
	}
	in := make(map[*ir.Block]bool, len(body))
	for _, k := range body {
		in[p.f.Blocks[k]] = true
	}
	return in
}

// counterOf recognises v as a counter of the loop. v must get one value from outside. Each
// value from inside must be v itself or v plus the same constant.
func (p *prover) counterOf(v *ir.Value, n int, inside map[*ir.Block]bool) (counter, bool) {
	c := counter{param: v}
	for _, e := range p.preds[v.In] {
		a, again := e.Args[n], inside[p.from[e]]
		switch {
		case !again && (c.start == nil || c.start == a):
			c.start = a
		case !again:
			return c, false
		case a == v:
		case !c.takes(a):
			return c, false
		}
	}
	return c, c.start != nil && c.step != 0
}

func (c *counter) takes(a *ir.Value) bool {
	x, d, ok := withConst(a, word.Add)
	if !ok || x != c.param {
		return false
	}
	step := word.Signed(d, int(a.Type))
	if step == 0 || c.step != 0 && c.step != step {
		return false
	}
	c.step = step
	c.next = append(c.next, a)
	return true
}

// boundCounter tries the unsigned bound, then the signed bound.
func (p *prover) boundCounter(c counter) {
	t := c.param.Type
	start := p.span(c.start)
	full := fullSpan(t)
	for _, signed := range []bool{false, true} {
		s := full
		if old, ok := p.base[c.param]; ok {
			s = old
		}
		before, had := p.base[c.param]
		switch {
		case !signed && c.step > 0:
			s.Lo = max(s.Lo, start.Lo)
		case !signed:
			s.Hi = min(s.Hi, start.Hi)
		case c.step > 0:
			s.SLo = max(s.SLo, start.SLo)
		default:
			s.SHi = min(s.SHi, start.SHi)
		}
		p.base[c.param] = s
		if upper, ok := p.confirm(c, signed); ok {
			p.base[c.param] = p.closeSpan(c, s, start, upper, signed).Sharpen(int(t))
			continue
		}
		if had {
			p.base[c.param] = before
		} else {
			delete(p.base, c.param)
		}
	}
}

// params computes bounds of block parameters from the arguments of the edges. On each edge it
// uses the condition of that edge.
func (p *prover) params() {
	found := map[*ir.Value]span{}
	p.dry = true
	p.probe = func(b *ir.Block) {
		for k, e := range b.Term.Succs {
			mark := len(p.undo)
			if b.Term.Op == ir.Branch {
				p.learn(b.Term.Cond, k == 0)
			}
			for n, q := range e.To.Params {
				if q.Type == ir.Token || e.Args[n] == q {
					continue
				}
				s := p.span(e.Args[n])
				if old, ok := found[q]; ok {
					s = s.Join(old)
				}
				found[q] = s
			}
			p.forget(mark)
		}
	}
	p.walk(0)
	p.dry, p.probe = false, nil
	for _, b := range p.f.Blocks[1:] {
		for _, q := range b.Params {
			if s, ok := found[q]; ok {
				p.base[q] = s.Meet(fullSpan(q.Type))
			}
		}
	}
}

// confirm checks that the next value of a counter never wraps. It returns the range of the
// counter where the next value is computed.
func (p *prover) confirm(c counter, signed bool) (reach span, ok bool) {
	need := map[*ir.Block]bool{}
	for _, n := range c.next {
		need[n.In] = true
	}
	ok = true
	first := true
	p.dry = true
	p.probe = func(b *ir.Block) {
		if !need[b] {
			return
		}
		s := p.span(c.param)
		if first {
			reach, first = s, false
		} else {
			reach = reach.Join(s)
		}
		ok = ok && noWrap(s, c, signed)
	}
	p.only = p.dominators(need)
	p.walk(0)
	p.dry, p.probe, p.only = false, nil, nil
	return reach, ok && !first
}

// dominators marks the nodes that dominate one of the given blocks. The facts of these blocks
// come from the marked nodes.
func (p *prover) dominators(of map[*ir.Block]bool) []bool {
	mark := make([]bool, len(p.f.Blocks))
	for _, k := range p.flow.Order {
		if of[p.f.Blocks[k]] {
			for j := k; j >= 0 && !mark[j]; j = p.flow.Idom[j] {
				mark[j] = true
			}
		}
	}
	return mark
}

func noWrap(s span, c counter, signed bool) bool {
	full := fullSpan(c.param.Type)
	switch {
	case s.Empty():
		return true
	case !signed && c.step > 0:
		return s.Hi <= full.Hi-uint64(c.step)
	case !signed:
		return s.Lo >= uint64(-c.step)
	case c.step > 0:
		return s.SHi <= full.SHi-c.step
	}
	return s.SLo >= full.SLo-c.step
}

// closeSpan adds the other bound of a counter. Each value of the counter is its start, or one
// step beyond a value for which the facts of the loop body hold.
func (p *prover) closeSpan(c counter, s, start, reach span, signed bool) span {
	if reach.Empty() {
		return s
	}
	switch {
	case !signed && c.step > 0:
		s.Hi = min(s.Hi, max(start.Hi, reach.Hi+uint64(c.step)))
	case !signed:
		s.Lo = max(s.Lo, min(start.Lo, reach.Lo-uint64(-c.step)))
	case c.step > 0:
		s.SHi = min(s.SHi, max(start.SHi, reach.SHi+c.step))
	default:
		s.SLo = max(s.SLo, min(start.SLo, reach.SLo+c.step))
	}
	return s
}
