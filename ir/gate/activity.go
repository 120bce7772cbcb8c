package gate

import "math/bits"

// Energy is the energy proxy: a measure without a unit of how much a netlist switches. It serves
// to compare cores that run the same program in the same simulated world. The proxy estimates the
// part of the energy that depends on the design of a core:
//
//	Logic   each change of an input, a flip-flop, a table or a word of memory counts 1, and 1 more
//	        for each cell or port that reads the bit (the wires)
//	Carries each change of a carry counts 1: its wire is short
//	Memory  each access of a memory port counts the width of its word
//	Clock   each flip-flop counts 1 in each cycle
//
// The proxy does not include leakage, glitches within a cycle, and the lengths of wires. The
// weights are not measured. The only rule behind them is that parts with more capacitance have
// larger weights.
type Energy struct {
	Cycles, Logic, Carries, Memory, Clock uint64
}

// Total is the sum of the parts.
func (e Energy) Total() uint64 { return e.Logic + e.Carries + e.Memory + e.Clock }

// PerCycle is the total divided by the number of cycles.
func (e Energy) PerCycle() float64 {
	if e.Cycles == 0 {
		return 0
	}
	return float64(e.Total()) / float64(e.Cycles)
}

// Activity counts the signal changes of a netlist in a run. Another machine runs the program, and
// provides the inputs, registers and memory data of each cycle. Activity computes the cells for 64
// cycles at once.
type Activity struct {
	n       *Netlist
	weight  []uint64 // for each net except carries: the weight of a change
	carry   []bool   // for each net: whether a carry cell drives it, whose changes count 1
	groups  [][]Net
	flops   uint64
	values  []uint64 // for each net: its values, a bit for each cycle
	before  []uint64 // for each net: its value before these cycles, in bit 0
	pending int      // number of cycles in values
	total   Energy
}

// NewActivity makes a counter for a netlist.
func NewActivity(n *Netlist) *Activity {
	a := &Activity{n: n, weight: make([]uint64, n.Nets), carry: make([]bool, n.Nets), values: make([]uint64, n.Nets)}
	for i := range n.Cells {
		c := &n.Cells[i]
		for _, in := range c.Used() {
			a.weight[in]++
		}
		a.weight[c.Out]++
		a.carry[c.Out] = c.Kind == Adder
	}
	n.Readers(func(x Net) { a.weight[x]++ })
	n.Drivers(func(x Net) { a.weight[x]++ })
	for i := range n.Inputs {
		a.groups = append(a.groups, n.Inputs[i].Bits)
	}
	for i := range n.Regs {
		a.groups = append(a.groups, n.Regs[i].Q)
		a.flops += uint64(len(n.Regs[i].Q))
	}
	for i := range n.Mems {
		for j := range n.Mems[i].Reads {
			a.groups = append(a.groups, n.Mems[i].Reads[j].Data)
		}
	}
	return a
}

// Cycle records a cycle. `value` returns the value of a leaf by its number. The leaves are the
// inputs, then the registers, then the data of the memories' read ports. Each of these kinds is in
// the order of the netlist's shell (everything around the gates).
func (a *Activity) Cycle(value func(group int) uint64) {
	for i, group := range a.groups {
		v := value(i)
		for k, x := range group {
			a.values[x] |= (v >> k & 1) << a.pending
		}
	}
	if a.pending++; a.pending == 64 {
		a.flush()
	}
}

// flush counts the pending cycles.
func (a *Activity) flush() {
	if a.pending == 0 {
		return
	}
	v, n := a.values, a.n
	v[Net1] = ^uint64(0)
	for i := range n.Cells {
		v[n.Cells[i].Out] = n.Cells[i].Eval(v)
	}
	mask := ^uint64(0) >> (64 - a.pending)
	first := a.before == nil
	if first {
		a.before = make([]uint64, n.Nets)
	}
	for x := int(Net1) + 1; x < n.Nets; x++ {
		if first { // nothing changes in the first cycle
			a.before[x] = v[x] & 1
		}
		changes := uint64(bits.OnesCount64((v[x] ^ (v[x]<<1 | a.before[x])) & mask))
		if a.carry[x] {
			a.total.Carries += changes
		} else {
			a.total.Logic += changes * a.weight[x]
		}
		a.before[x] = v[x] >> (a.pending - 1) & 1
	}
	a.accesses(mask)
	a.total.Cycles += uint64(a.pending)
	a.total.Clock += uint64(a.pending) * a.flops
	a.pending = 0
	clear(v)
}

// accesses counts the accesses at memory ports.
func (a *Activity) accesses(mask uint64) {
	for i := range a.n.Mems {
		m := &a.n.Mems[i]
		port := func(enable Net) {
			a.total.Memory += uint64(m.Width) * uint64(bits.OnesCount64(a.values[enable]&mask))
		}
		for j := range m.Reads {
			port(m.Reads[j].Enable)
		}
		for j := range m.Writes {
			port(m.Writes[j].Enable)
		}
	}
}

// Energy returns the counts so far.
func (a *Activity) Energy() Energy {
	a.flush()
	return a.total
}
