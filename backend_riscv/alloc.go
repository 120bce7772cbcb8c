package riscv

import (
	"container/heap"
	"fmt"
	"sort"
)

// allocator colours the interference graph of one function with the registers x1..xN, and
// coalesces moves at the same time. The algorithm is that of George and Appel, "Iterated
// Register Coalescing" (TOPLAS 1996), and the allocator keeps the invariants of that paper. At
// any time, each register is in exactly one state.
type allocator struct {
	f     *fn
	limit int     // number of colours
	live  [][]reg // at the end of each block

	n      reg
	adj    *pairs
	list   [][]reg // neighbours of virtual registers
	degree []int
	state  []state
	alias  []reg
	color  []reg
	weight []float64 // weight of uses and definitions
	open   []int     // pending moves of a register
	hope   []float64 // how often the pending moves run
	moves  []*move
	of     [][]*move // the moves that read or write a register
	active []*move   // moves worth trying
	tries  int       // attempts to merge moves, for the bound
	stack  []reg
	noCost []bool // registers made by spilling: each must get a colour
	spills []reg

	ready, next queue // simple registers, for this sweep and for the next one
	swept       reg   // the position of this sweep
	frozen      queue // ordered by the value of their moves
	crowded     queue // of high degree, ordered by spill cost
}

type state uint8

const (
	dead    state = iota // does not occur in the code
	fixed                // physical
	simple               // low degree, no moves
	freeze               // low degree, moves
	high                 // high degree
	stacked              // removed
	merged               // coalesced into alias
)

type move struct {
	a, b   reg
	freq   float64
	done   bool
	queued bool // in active
}

const (
	infinite = 1 << 30
	maxTries = 1 << 18 // after this, moves that failed are not tried again
)

// allocate replaces virtual registers with physical ones. Tests plant faults with `adjust`,
// which may change the result.
func allocate(f *fn, regs int, adjust func(string, []uint8)) error {
	temps := map[reg]bool{}
	f.relieve(regs-1, temps)
	for round := 0; ; round++ {
		a := newAllocator(f, regs-1, temps)
		a.run()
		if len(a.spills) == 0 {
			a.finish(adjust)
			return nil
		}
		if round > 40 {
			return fmt.Errorf("riscv: no allocation of @%s to %d registers", f.name, regs)
		}
		f.spill(a.spills, temps, a.find)
	}
}

func newAllocator(f *fn, limit int, temps map[reg]bool) *allocator {
	n := f.next
	a := &allocator{
		f: f, limit: limit, n: n, live: f.liveness(),
		adj: newPairs(), list: make([][]reg, n), degree: make([]int, n), state: make([]state, n),
		alias: make([]reg, n), color: make([]reg, n), weight: make([]float64, n), of: make([][]*move, n),
		open: make([]int, n), hope: make([]float64, n), noCost: make([]bool, n),
	}
	for r := reg(1); r < firstVirtual; r++ {
		a.state[r], a.color[r], a.degree[r] = fixed, r, infinite
	}
	for r := range temps {
		a.noCost[r] = true
	}
	a.build()
	for r := firstVirtual; r < n; r++ {
		if a.state[r] != dead {
			a.classify(r)
		}
	}
	return a
}

func freqOf(depth int) float64 {
	w := 1.0
	for ; depth > 0; depth-- {
		w *= 8
	}
	return w
}

func (a *allocator) build() {
	live := newLiveSet(a.n)
	for k, b := range a.f.blocks {
		live.reset(a.live[k])
		freq := freqOf(min(b.depth, 8))
		for j := len(b.insts) - 1; j >= 0; j-- {
			a.buildInst(b.insts[j], live, freq)
		}
	}
	sort.SliceStable(a.active, func(i, j int) bool { return a.active[i].freq > a.active[j].freq })
}

func (a *allocator) buildInst(i *inst, live *liveSet, freq float64) {
	touch := func(r *reg) {
		a.weight[*r] += freq
		if a.state[*r] == dead {
			a.state[*r] = high
		}
	}
	i.uses(touch)
	i.defs(touch)
	if i.code == cMove && i.rs1 != 0 && i.rd != 0 {
		live.remove(i.rs1)
		a.addMove(i.rd, i.rs1, freq)
	}
	defs := i.changes()
	for k, d := range defs {
		for _, l := range live.members {
			a.edge(d, l)
		}
		for _, e := range defs[:k] {
			a.edge(d, e)
		}
	}
	live.step(i)
}

// changes lists the registers that i writes, including the registers that a call clobbers.
func (i *inst) changes() []reg {
	var out []reg
	i.defs(func(r *reg) { out = append(out, *r) })
	for r := reg(1); i.code == cCall && r < firstVirtual; r++ {
		if i.clobber.has(r) {
			out = append(out, r)
		}
	}
	return out
}

func (a *allocator) addMove(x, y reg, freq float64) {
	m := &move{a: x, b: y, freq: freq, queued: true}
	for _, r := range [2]reg{x, y} {
		a.of[r] = append(a.of[r], m)
		a.open[r]++
		a.hope[r] += freq
	}
	a.active = append(a.active, m)
	a.moves = append(a.moves, m)
}

// decide marks move m as settled: m is not tried again.
func (a *allocator) decide(m *move) {
	m.done = true
	for _, r := range [2]reg{a.find(m.a), a.find(m.b)} {
		a.open[r]--
		a.hope[r] -= m.freq
		if a.state[r] == freeze {
			a.frozen.put(r, a.hope[r])
		}
	}
}

func (a *allocator) edge(x, y reg) {
	if x == y || !a.adj.add(x, y) {
		return
	}
	for _, p := range [2][2]reg{{x, y}, {y, x}} {
		if p[0] >= firstVirtual {
			a.list[p[0]] = append(a.list[p[0]], p[1])
			a.degree[p[0]]++
		}
	}
}

func (a *allocator) interferes(x, y reg) bool { return a.adj.has(x, y) }

// classify gives a register of the graph its first state.
func (a *allocator) classify(r reg) {
	switch {
	case a.degree[r] >= a.limit:
		a.enter(r, high)
	case a.open[r] > 0:
		a.enter(r, freeze)
	default:
		a.enter(r, simple)
	}
}

// enter gives a register a state, and puts it into the queue of that state.
func (a *allocator) enter(r reg, s state) {
	a.state[r] = s
	switch {
	case s == high:
		a.crowded.put(r, a.spillCost(r))
	case s == freeze:
		a.frozen.put(r, a.hope[r])
	case s == simple && r > a.swept:
		a.ready.put(r, 0)
	case s == simple:
		a.next.put(r, 0)
	}
}

// inGraph reports whether r has been neither removed nor merged.
func (a *allocator) inGraph(r reg) bool { return a.state[r] != stacked && a.state[r] != merged }

func (a *allocator) run() {
	for a.simplify() || a.coalesce() || a.freezeOne() || a.pickSpill() {
	}
	a.assign()
}

// simplify removes all registers of low degree without moves from the graph. It makes several
// sweeps over the registers, in the order of their numbers.
func (a *allocator) simplify() bool {
	did := false
	isSimple := func(r reg) bool { return a.state[r] == simple }
	for a.swept = 0; ; a.swept = 0 {
		a.ready, a.next = append(a.ready, a.next...), a.next[:0]
		heap.Init(&a.ready)
		if a.ready.Len() == 0 {
			return did
		}
		for r := a.ready.take(isSimple, free0); r != 0; r = a.ready.take(isSimple, free0) {
			a.swept = r
			a.remove(r)
			did = true
		}
	}
}

func free0(reg) float64 { return 0 }

func (a *allocator) remove(r reg) {
	a.state[r] = stacked
	a.stack = append(a.stack, r)
	for _, m := range a.list[r] {
		if a.inGraph(m) {
			a.lower(m)
		}
	}
}

// lower subtracts one from a register's degree. If the degree becomes low, the moves of the
// register and of its neighbours are tried again.
func (a *allocator) lower(r reg) {
	if r < firstVirtual {
		return
	}
	a.degree[r]--
	if a.degree[r] == a.limit-1 {
		a.revive(r)
		for _, m := range a.list[r] {
			if m >= firstVirtual && a.inGraph(m) {
				a.revive(m)
			}
		}
		a.classify(r)
	}
}

func (a *allocator) revive(r reg) {
	if a.tries > maxTries {
		return
	}
	for _, m := range a.of[r] {
		if !m.done && !m.queued {
			m.queued = true
			a.active = append(a.active, m)
		}
	}
}

func (a *allocator) find(r reg) reg {
	for a.state[r] == merged {
		r = a.alias[r]
	}
	return r
}

// coalesce tries the active moves until one is decided.
func (a *allocator) coalesce() bool {
	for len(a.active) > 0 {
		m := a.active[0]
		a.active = a.active[1:]
		m.queued = false
		if m.done {
			continue
		}
		a.tries++
		x, y := a.find(m.a), a.find(m.b)
		if y < firstVirtual {
			x, y = y, x
		}
		switch {
		case x == y:
			a.decide(m)
			a.settleMove(x)
		case y < firstVirtual, a.interferes(x, y):
			a.decide(m)
			a.settleMove(x)
			a.settleMove(y)
		case x < firstVirtual && a.george(x, y), x >= firstVirtual && a.briggs(x, y):
			a.decide(m)
			a.merge(x, y)
		default:
			continue // the move may succeed later
		}
		return true
	}
	return false
}

func (a *allocator) settleMove(r reg) {
	if r >= firstVirtual && a.state[r] == freeze {
		a.classify(r)
	}
}

// george reports whether y may be merged into the physical register x, because no neighbour
// of y makes x harder to colour.
func (a *allocator) george(x, y reg) bool {
	if int(x) > a.limit {
		return false
	}
	for _, m := range a.list[y] {
		if a.inGraph(m) && !(m < firstVirtual || a.degree[m] < a.limit || a.interferes(m, x)) {
			return false
		}
	}
	return true
}

// briggs allows a merge if the merged register has few neighbours of high degree.
func (a *allocator) briggs(x, y reg) bool {
	count := 0
	for _, m := range a.list[x] {
		if a.degree[m] >= a.limit && a.inGraph(m) && a.staysHigh(m, y) {
			if count++; count == a.limit {
				return false
			}
		}
	}
	for _, m := range a.list[y] {
		if a.degree[m] >= a.limit && a.inGraph(m) && !a.interferes(m, x) {
			if count++; count == a.limit {
				return false
			}
		}
	}
	return true
}

// staysHigh reports whether m, a neighbour of high degree, keeps its high degree after the
// merge of y with another neighbour of m.
func (a *allocator) staysHigh(m, y reg) bool {
	return m < firstVirtual || a.degree[m] > a.limit || !a.interferes(m, y)
}

func (a *allocator) merge(x, y reg) {
	a.state[y] = merged
	a.alias[y] = x
	a.of[x] = append(a.of[x], a.of[y]...)
	a.open[x] += a.open[y]
	a.hope[x] += a.hope[y]
	a.weight[x] += a.weight[y]
	a.noCost[x] = a.noCost[x] || a.noCost[y]
	for _, m := range a.list[y] {
		if a.inGraph(m) {
			a.edge(m, x)
			a.lower(m)
		}
	}
	if x >= firstVirtual {
		a.revive(x)
		a.classify(x)
	}
}

// freezeOne gives up the attempt to coalesce the moves of one register of low degree: the
// register whose moves cost least.
func (a *allocator) freezeOne() bool {
	best := a.frozen.take(func(r reg) bool { return a.state[r] == freeze }, func(r reg) float64 { return a.hope[r] })
	if best == 0 {
		return false
	}
	a.freezeMoves(best)
	return true
}

func (a *allocator) freezeMoves(r reg) {
	for _, m := range a.of[r] {
		if !m.done {
			a.decide(m)
			a.settleMove(a.find(m.a))
			a.settleMove(a.find(m.b))
		}
	}
	if a.state[r] == freeze {
		a.enter(r, simple)
	}
}

// pickSpill removes the register with the lowest spill cost per neighbour. That register
// may still get a colour later.
func (a *allocator) pickSpill() bool {
	best := a.crowded.take(func(r reg) bool { return a.state[r] == high }, a.spillCost)
	if best == 0 {
		return false
	}
	a.state[best] = simple
	a.freezeMoves(best)
	a.enter(best, simple)
	return true
}

func (a *allocator) spillCost(r reg) float64 {
	if a.noCost[r] {
		return 1e30
	}
	c := a.weight[r] / float64(max(a.degree[r], 1))
	if _, ok := a.f.constOf[r]; ok {
		c /= 2
	}
	return c
}
