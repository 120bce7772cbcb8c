package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// followers finds loop counters that never exceed another parameter of the loop's head. For example,
// the counter of a `max` counts rounds, and an index grows by at least one in each round. So a bound
// of the index is also a bound of the counter.
func (p *prover) followers() {
	p.above = map[*ir.Value]*ir.Value{}
	for _, h := range p.flow.Order {
		inside := p.inside(h)
		if inside == nil {
			continue
		}
		g := &growth{prover: p, head: p.f.Blocks[h], inside: inside}
		for n, c := range g.head.Params {
			for k, v := range g.head.Params {
				if n != k && c.Type == v.Type && c.Type != ir.Token && p.above[v] != c && g.keepsUp(n, k) {
					p.above[c] = v
					break
				}
			}
		}
	}
}

// growth computes how much words of a loop have grown since the start of the round.
type growth struct {
	*prover
	head   *ir.Block
	inside map[*ir.Block]bool
	from   *ir.Value // the parameter of the head that grows
	open   map[*ir.Value]bool
	steps  int
}

// mostGrowth is the largest number of words that growth visits for one edge.
const mostGrowth = 64

// keepsUp reports whether parameter k is never below counter n. It is never below if its first value
// is at least the counter's, and if it grows by at least as much on every edge back to the head.
func (g *growth) keepsUp(n, k int) bool {
	counts := false
	for _, e := range g.preds[g.head] {
		c, v := e.Args[n], e.Args[k]
		if !g.inside[g.prover.from[e]] {
			if c != v && g.span(c).Hi > g.span(v).Lo {
				return false
			}
			continue
		}
		x, step, ok := withConst(c, word.Add)
		if !ok || x != g.head.Params[n] || step > word.Mask(int(c.Type))/2 {
			return false
		}
		g.from, g.open, g.steps, counts = g.head.Params[k], map[*ir.Value]bool{}, 0, true
		if by, ok := g.grown(v); !ok || by < step {
			return false
		}
	}
	return counts
}

// grown returns the least growth of v since the start of the round. A parameter of an inner loop
// may be passed back to itself, with numbers added that do not wrap. Such a path does not lower
// the result.
func (g *growth) grown(v *ir.Value) (by uint64, ok bool) {
	g.steps++
	switch {
	case v == g.from:
		return 0, true
	case g.open[v]:
		return word.Mask(int(v.Type)), true
	case g.steps > mostGrowth:
		return 0, false
	}
	if x, c, ok := withConst(v, word.Add); ok {
		most := word.Mask(int(v.Type))
		before, ok := g.grown(x)
		return min(before, most-c) + c, ok && g.span(x).Hi <= most-c
	}
	if v.Def != nil || !g.inside[v.In] || v.In == g.head {
		return 0, false
	}
	g.open[v] = true
	defer delete(g.open, v)
	by, ok = word.Mask(int(v.Type)), true
	for n, q := range v.In.Params {
		if q != v {
			continue
		}
		for _, e := range g.preds[v.In] {
			least, known := g.grown(e.Args[n])
			by, ok = min(by, least), ok && known
		}
	}
	return by, ok
}
