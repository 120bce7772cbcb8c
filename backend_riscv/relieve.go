package riscv

import "math"

// crowdedAt is a bound for the number of edges of the interference graph, each counted twice.
// Above this bound, relieve makes the graph smaller. A graph of this size takes some 100 MB.
const crowdedAt = 1 << 20

// relieve moves registers to memory before the interference graph is built. It moves registers
// only if too many live at the same time: the graph would then grow with the square of the
// function's length. At each point where more registers live than the target has, relieve
// spills the registers with the fewest reads per length of their live range. The size of the
// graph is then proportional to the code.
func (f *fn) relieve(regs int, temps map[reg]bool) {
	const slack = 4 // for temporaries
	r := &reliever{f: f, live: f.liveness(), cost: make([]float64, f.next), gone: make([]bool, f.next), limit: max(regs-slack, 1)}
	if !r.measure(temps) {
		return
	}
	r.scan(r.thin)
	var list []reg
	for x := firstVirtual; x < f.next; x++ {
		if r.gone[x] {
			list = append(list, x)
		}
	}
	f.spill(list, temps, r.shareSlots())
}

type reliever struct {
	f     *fn
	live  [][]reg
	cost  []float64
	gone  []bool
	limit int
}

// scan visits each instruction together with the registers that live after it.
func (r *reliever) scan(visit func(live *liveSet, i *inst, freq float64)) {
	live := newLiveSet(r.f.next)
	for k, b := range r.f.blocks {
		live.reset(r.live[k])
		freq := freqOf(min(b.depth, 8))
		for j := len(b.insts) - 1; j >= 0; j-- {
			visit(live, b.insts[j], freq)
			live.step(b.insts[j])
		}
		visit(live, nil, freq)
	}
}

// measure computes the cost of spilling each register relative to its live range, and reports
// whether the graph is crowded.
func (r *reliever) measure(temps map[reg]bool) bool {
	edges := 0
	spans := make([]float64, r.f.next)
	r.scan(func(live *liveSet, i *inst, freq float64) {
		if i == nil {
			return
		}
		edges += len(i.changes()) * len(live.members)
		touch := func(x *reg) { r.cost[*x] += freq; spans[*x]++ }
		i.uses(touch)
		i.defs(touch)
	})
	if edges < crowdedAt {
		return false
	}
	r.scan(func(live *liveSet, _ *inst, _ float64) {
		for _, x := range live.members {
			spans[x]++
		}
	})
	for x := range r.cost {
		r.cost[x] /= max(spans[x], 1)
		if _, ok := r.f.constOf[reg(x)]; ok {
			r.cost[x] /= 2
		}
		if reg(x) < firstVirtual || temps[reg(x)] {
			r.cost[x] = math.Inf(1)
		}
	}
	return true
}

// thin spills the cheapest registers that live at a point until few enough are left.
func (r *reliever) thin(live *liveSet, _ *inst, _ float64) {
	count := 0
	for _, x := range live.members {
		if !r.gone[x] {
			count++
		}
	}
	for ; count > r.limit; count-- {
		best := reg(0)
		for _, x := range live.members {
			if !r.gone[x] && (best == 0 || r.cost[x] < r.cost[best] || r.cost[x] == r.cost[best] && x < best) {
				best = x
			}
		}
		if math.IsInf(r.cost[best], 1) {
			return
		}
		r.gone[best] = true
	}
}
