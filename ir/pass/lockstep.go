package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// companions lists for each counter of rounds the counters that step in the same rounds. A
// counter of rounds starts with a constant and grows by one, like the counter that a `max`
// makes. A bound of a companion is then also a bound of the rounds:
//
//	b1(v2: i32, v3: i32): ... check v3 < 256 ; check v2 < 1000 ; ... ; b1(v2 + 1, v3 + 1)
//
// The second check cannot fail if both start with 0: v3 has taken as many steps as v2.
func (p *prover) companions() map[*ir.Value][]companion {
	heads := map[*ir.Block][]counter{}
	for _, c := range p.findCounters() {
		heads[c.param.In] = append(heads[c.param.In], c)
	}
	out := map[*ir.Value][]companion{}
	for _, b := range p.f.Blocks {
		for _, own := range heads[b] {
			first, ok := constOf(own.start)
			if !ok || own.step != 1 {
				continue
			}
			for _, other := range heads[b] {
				if other.param != own.param && other.param.Type == own.param.Type && p.together(own, other) {
					out[own.param] = append(out[own.param], companion{first, other})
				}
			}
		}
	}
	return out
}

// companion is a counter beside a counter of rounds that starts with first.
type companion struct {
	first uint64
	counter
}

// together checks every edge to the head. It reports whether each edge starts both
// counters, steps both, or leaves both unchanged.
func (p *prover) together(x, y counter) bool {
	head := x.param.In
	kx, ky := slices.Index(head.Params, x.param), slices.Index(head.Params, y.param)
	for _, e := range p.preds[head] {
		a, b := e.Args[kx], e.Args[ky]
		if slices.Contains(x.next, a) != slices.Contains(y.next, b) || (a == x.param) != (b == y.param) {
			return false
		}
	}
	return true
}

// besides bounds v here, by the counters beside it too.
func (p *prover) besides(v *ir.Value) span {
	s := p.span(v)
	for _, c := range p.beside[v] {
		if most, ok := p.mostSteps(s, c); ok {
			s.Hi = min(s.Hi, c.first+most)
		}
	}
	return s.Sharpen(int(v.Type))
}

// mostSteps bounds the steps that a companion of a counter in s has taken. The distance of
// the companion from its start is steps times step, modulo 2^width. If both factors are
// small, the product does not wrap, so the distance is exact.
func (p *prover) mostSteps(s span, c companion) (most uint64, ok bool) {
	now, start := p.span(c.param), p.span(c.start)
	if s.Empty() || now.Empty() || start.Empty() || s.Lo < c.first || c.param.Type < 8 {
		return 0, false
	}
	small := uint64(1) << (c.param.Type - 2)
	step := uint64(max(c.step, -c.step))
	if s.Hi >= small || now.Hi >= small || start.Hi >= small || step > small/(s.Hi+1) {
		return 0, false
	}
	far, near := now.Hi, start.Lo
	if c.step < 0 {
		far, near = start.Hi, now.Lo
	}
	return (far - min(near, far)) / step, true
}
