package riscv

import (
	"fmt"
	"sort"
)

// allocator colours the interference graph of one function with the registers
// x1..xN, coalescing moves on the way: the iterated algorithm of George and
// Appel, "Iterated Register Coalescing" (TOPLAS 1996), with their invariants.
// Each register is in exactly one of the states.
type allocator struct {
	f     *fn
	limit int // number of colours
	live  []bits

	n      reg
	adj    bits    // matrix
	list   [][]reg // neighbours of virtual registers
	degree []int
	state  []state
	alias  []reg
	color  []reg
	weight []float64 // of uses and definitions
	moves  []*move
	of     [][]*move // moves of a register
	active []*move   // worth trying
	stack  []reg
	noCost []bool // made by spilling: must get a register
	spills []reg
}

type state uint8

const (
	dead    state = iota // does not occur
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

const infinite = 1 << 30

// allocate replaces virtual registers by physical ones; adjust may change the
// result, for tests that plant faults.
func allocate(f *fn, regs int, adjust func(string, []uint8)) error {
	temps := map[reg]bool{}
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
		a.spill(temps)
	}
}

func newAllocator(f *fn, limit int, temps map[reg]bool) *allocator {
	n := f.next
	a := &allocator{
		f: f, limit: limit, n: n, live: f.liveness(),
		adj: newBits(n * n), list: make([][]reg, n), degree: make([]int, n), state: make([]state, n),
		alias: make([]reg, n), color: make([]reg, n), weight: make([]float64, n), of: make([][]*move, n),
		noCost: make([]bool, n),
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
	for k, b := range a.f.blocks {
		live := append(bits(nil), a.live[k]...)
		freq := freqOf(min(b.depth, 8))
		for j := len(b.insts) - 1; j >= 0; j-- {
			a.buildInst(b.insts[j], live, freq)
		}
	}
	sort.SliceStable(a.active, func(i, j int) bool { return a.active[i].freq > a.active[j].freq })
}

func (a *allocator) buildInst(i *inst, live bits, freq float64) {
	touch := func(r *reg) {
		a.weight[*r] += freq
		if a.state[*r] == dead {
			a.state[*r] = high
		}
	}
	i.uses(touch)
	i.defs(touch)
	if i.code == cMove && i.rs1 != 0 && i.rd != 0 {
		if live.has(i.rs1) {
			live.remove(i.rs1)
		}
		a.addMove(i.rd, i.rs1, freq)
	}
	var defs []reg
	i.defs(func(r *reg) { defs = append(defs, *r) })
	for r := reg(1); i.code == cCall && r < firstVirtual; r++ {
		if i.clobber.has(r) {
			defs = append(defs, r)
		}
	}
	for k, d := range defs {
		live.each(func(l reg) { a.edge(d, l) })
		for _, e := range defs[:k] {
			a.edge(d, e)
		}
	}
	live.step(i)
}

// each calls visit for the members in order.
func (s bits) each(visit func(reg)) {
	for w, word := range s {
		for b := 0; word != 0; b++ {
			if word&1 == 1 {
				visit(reg(w*64 + b))
			}
			word >>= 1
		}
	}
}

func (a *allocator) addMove(x, y reg, freq float64) {
	m := &move{a: x, b: y, freq: freq, queued: true}
	a.of[x], a.of[y] = append(a.of[x], m), append(a.of[y], m)
	a.active = append(a.active, m)
	a.moves = append(a.moves, m)
}

func (a *allocator) edge(x, y reg) {
	if x == y || a.adj.has(x*a.n+y) {
		return
	}
	a.adj.add(x*a.n + y)
	a.adj.add(y*a.n + x)
	for _, p := range [2][2]reg{{x, y}, {y, x}} {
		if p[0] >= firstVirtual {
			a.list[p[0]] = append(a.list[p[0]], p[1])
			a.degree[p[0]]++
		}
	}
}

func (a *allocator) interferes(x, y reg) bool { return a.adj.has(x*a.n + y) }

func (a *allocator) moveRelated(r reg) bool {
	for _, m := range a.of[r] {
		if !m.done {
			return true
		}
	}
	return false
}

// classify puts a register of the graph where it belongs.
func (a *allocator) classify(r reg) {
	switch {
	case a.degree[r] >= a.limit:
		a.state[r] = high
	case a.moveRelated(r):
		a.state[r] = freeze
	default:
		a.state[r] = simple
	}
}

// inGraph reports whether r has been neither removed nor merged.
func (a *allocator) inGraph(r reg) bool { return a.state[r] != stacked && a.state[r] != merged }

func (a *allocator) run() {
	for a.simplify() || a.coalesce() || a.freezeOne() || a.pickSpill() {
	}
	a.assign()
}

// simplify removes all registers of low degree that are in no move.
func (a *allocator) simplify() bool {
	did := false
	for again := true; again; {
		again = false
		for r := firstVirtual; r < a.n; r++ {
			if a.state[r] == simple {
				a.remove(r)
				did, again = true, true
			}
		}
	}
	return did
}

func (a *allocator) remove(r reg) {
	a.state[r] = stacked
	a.stack = append(a.stack, r)
	for _, m := range a.list[r] {
		if a.inGraph(m) {
			a.lower(m)
		}
	}
}

// lower takes one from a degree; a register that becomes low revives the moves
// around it.
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
		x, y := a.find(m.a), a.find(m.b)
		if y < firstVirtual {
			x, y = y, x
		}
		switch {
		case x == y:
			m.done = true
			a.settleMove(x)
		case y < firstVirtual, a.interferes(x, y):
			m.done = true
			a.settleMove(x)
			a.settleMove(y)
		case x < firstVirtual && a.george(x, y), x >= firstVirtual && a.briggs(x, y):
			m.done = true
			a.merge(x, y)
		default:
			continue // perhaps later
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

// george allows merging into a physical register: every neighbour of y is
// harmless to x.
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

// briggs allows merging when the result has few neighbours of high degree.
func (a *allocator) briggs(x, y reg) bool {
	count := 0
	for _, m := range a.list[x] {
		if a.inGraph(m) && a.degreeAfter(m, x, y) >= a.limit {
			count++
		}
	}
	for _, m := range a.list[y] {
		if a.inGraph(m) && !a.interferes(m, x) && a.degree[m] >= a.limit {
			count++
		}
	}
	return count < a.limit
}

// degreeAfter is the degree of m when x and y are one.
func (a *allocator) degreeAfter(m, x, y reg) int {
	if m >= firstVirtual && a.interferes(m, y) {
		return a.degree[m] - 1
	}
	return a.degree[m]
}

func (a *allocator) merge(x, y reg) {
	a.state[y] = merged
	a.alias[y] = x
	a.of[x] = append(a.of[x], a.of[y]...)
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

// freezeOne gives up the moves of the cheapest register of low degree.
func (a *allocator) freezeOne() bool {
	best, cost := reg(0), 0.0
	for r := firstVirtual; r < a.n; r++ {
		if a.state[r] != freeze {
			continue
		}
		c := 0.0
		for _, m := range a.of[r] {
			if !m.done {
				c += m.freq
			}
		}
		if best == 0 || c < cost {
			best, cost = r, c
		}
	}
	if best == 0 {
		return false
	}
	a.freezeMoves(best)
	return true
}

func (a *allocator) freezeMoves(r reg) {
	for _, m := range a.of[r] {
		if !m.done {
			m.done = true
			a.settleMove(a.find(m.a))
			a.settleMove(a.find(m.b))
		}
	}
	if a.state[r] == freeze {
		a.state[r] = simple
	}
}

// pickSpill removes the register whose spilling costs least per neighbour; it
// may still find a colour.
func (a *allocator) pickSpill() bool {
	best, cost := reg(0), 0.0
	for r := firstVirtual; r < a.n; r++ {
		if a.state[r] != high {
			continue
		}
		c := a.weight[r] / float64(a.degree[r])
		if _, ok := a.f.constOf[r]; ok {
			c /= 2
		}
		if a.noCost[r] {
			c = 1e30
		}
		if best == 0 || c < cost {
			best, cost = r, c
		}
	}
	if best == 0 {
		return false
	}
	a.state[best] = simple
	a.freezeMoves(best)
	a.state[best] = simple
	return true
}
