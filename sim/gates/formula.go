package gates

import "github.com/sinter-lang/sinter/ir/gate"

// ref refers to a value of the formula, or to the complement of a value (bit 0 set). Value 0 is
// the constant 0.
type ref uint32

const (
	low  ref = 0
	high ref = 1
)

func (r ref) not() ref     { return r ^ 1 }
func (r ref) value() int   { return int(r >> 1) }
func (r ref) flipped() ref { return r & 1 }

// kind is the operation of a value. Some kinds complement an operand, so that inverters cost
// nothing.
type kind uint8

const (
	constant kind = iota
	source        // a value that the shell drives
	and           // a & b
	andn          // a &^ b
	nor           // ^(a | b)
	xor           // a ^ b
	mux           // c ? a : b
	muxn          // c ? a : ^b
	not           // ^a, only if the shell needs the bits themselves
	read          // an asynchronous memory read, with all its data bits
	kinds
)

// value is one operation of the formula. a, b and c are indices of values. In an asynchronous
// read, a is the number of the memory and b is the number of the port. The data bits of the
// read are sources.
type value struct {
	kind    kind
	a, b, c int
}

// formula is a netlist as operations on words, in which each bit is a separate lane. Equal
// operations occur only once.
type formula struct {
	values []value
	made   map[value]ref
	after  map[int]int   // for each source that is data of an asynchronous read: the read
	addrs  map[int][]int // for each asynchronous read: its address, lowest bit first
}

// ones is the value that is constant 1. References use the complement of 0 instead.
const ones = 1

func newFormula() *formula {
	return &formula{values: []value{{}, {a: 1}}, made: map[value]ref{}, after: map[int]int{}, addrs: map[int][]int{}}
}

// plain returns a value for a reference. For a complement, plain makes a not operation.
func (f *formula) plain(r ref) int {
	switch {
	case r == high:
		return ones
	case r.flipped() == 1:
		return f.add(value{kind: not, a: r.value()}).value()
	}
	return r.value()
}

func (f *formula) add(v value) ref {
	if r, ok := f.made[v]; ok {
		return r
	}
	r := f.fresh(v)
	f.made[v] = r
	return r
}

func (f *formula) fresh(v value) ref {
	f.values = append(f.values, v)
	return ref(2 * (len(f.values) - 1))
}

func (f *formula) and(a, b ref) ref {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == low || a == b.not():
		return low
	case a == high || a == b:
		return b
	case a.flipped() == 1 && b.flipped() == 1:
		return f.add(value{kind: nor, a: a.value(), b: b.value()})
	case a.flipped() == 1:
		return f.add(value{kind: andn, a: b.value(), b: a.value()})
	case b.flipped() == 1:
		return f.add(value{kind: andn, a: a.value(), b: b.value()})
	}
	return f.add(value{kind: and, a: a.value(), b: b.value()})
}

func (f *formula) xor(a, b ref) ref {
	flip := a.flipped() ^ b.flipped()
	x, y := min(a.value(), b.value()), max(a.value(), b.value())
	switch {
	case x == y:
		return low ^ flip
	case x == 0:
		return ref(2*y) ^ flip
	}
	return f.add(value{kind: xor, a: x, b: y}) ^ flip
}

// mux returns c ? a : b.
func (f *formula) mux(c, a, b ref) ref {
	switch {
	case c.value() == 0 || a == b:
		if c == low {
			return b
		}
		return a
	case a == b.not():
		return f.xor(c, b)
	case a.value() == 0 && a == low:
		return f.and(c.not(), b)
	case a.value() == 0:
		return f.and(c.not(), b.not()).not()
	case b == low:
		return f.and(c, a)
	case b == high:
		return f.and(c, a.not()).not()
	case c.flipped() == 1:
		return f.mux(c.not(), b, a)
	case a.flipped() == 1:
		return f.mux(c, a.not(), b.not()).not()
	case b.flipped() == 1:
		return f.add(value{kind: muxn, a: a.value(), b: b.value(), c: c.value()})
	}
	return f.add(value{kind: mux, a: a.value(), b: b.value(), c: c.value()})
}

// carry builds the carry out of two operands and an incoming carry. The carry out is the
// incoming carry if the operands differ, else one of the operands. The sum uses the same
// exclusive or of the operands.
func (f *formula) carry(a, b, c ref) ref { return f.mux(f.xor(a, b), c, a) }

// table builds the function of a look-up table. The cofactors of an input are the functions
// that remain if the input is 0 or 1. table splits at an input where the split needs no
// multiplexer, for example because one cofactor is the complement of the other. If there is no
// such input, table splits at the input with the simplest cofactors.
func (f *formula) table(t uint16, in []ref) ref {
	switch t {
	case 0:
		return low
	case 0xFFFF:
		return high
	}
	best, bestCost := -1, 1<<30
	for i := len(in) - 1; i >= 0; i-- {
		lo, hi := cofactors(t, i)
		if lo == hi {
			continue
		}
		if cost := splitCost(lo, hi, len(in)); cost < bestCost {
			best, bestCost = i, cost
		}
	}
	lo, hi := cofactors(t, best)
	x := in[best]
	if hi == ^lo {
		return f.xor(x, f.table(lo, in))
	}
	return f.mux(x, f.table(hi, in), f.table(lo, in))
}

// splitCost is the number of operations of a split at an input with these cofactors, assuming
// that the cofactors share nothing.
func splitCost(lo, hi uint16, n int) int {
	switch {
	case lo == ^hi:
		return 1 + tableCost(lo, n)
	case hi == 0 || hi == 0xFFFF:
		return 1 + tableCost(lo, n)
	case lo == 0 || lo == 0xFFFF:
		return 1 + tableCost(hi, n)
	}
	return 2 + tableCost(lo, n) + tableCost(hi, n)
}

// tableCost is the cost of the best split of a table. A single variable costs nothing.
func tableCost(t uint16, n int) int {
	support, best := 0, 1<<30
	for i := range n {
		if lo, hi := cofactors(t, i); lo != hi {
			support++
			best = min(best, splitCost(lo, hi, n))
		}
	}
	if support <= 1 {
		return 0
	}
	return best
}

// cofactors returns the table with input i fixed to 0, and with input i fixed to 1.
func cofactors(t uint16, i int) (lo, hi uint16) {
	mask, shift := [4]uint16{0x5555, 0x3333, 0x0F0F, 0x00FF}[i], 1<<i
	lo, hi = t&mask, t>>shift&mask
	return lo | lo<<shift, hi | hi<<shift
}

// formulaOf makes the formula of a netlist. It returns the reference for each net.
func formulaOf(n *gate.Netlist) (*formula, []ref) {
	f, nets := newFormula(), make([]ref, n.Nets)
	nets[gate.Net1] = high
	n.Drivers(func(x gate.Net) { nets[x] = f.fresh(value{kind: source}) })
	reads := newReads(f, n, nets)
	for i := range n.Cells {
		c := &n.Cells[i]
		var in [4]ref
		for j, x := range c.Used() {
			reads.need(x)
			in[j] = nets[x]
		}
		if c.Kind == gate.Adder {
			nets[c.Out] = f.carry(in[0], in[1], in[2])
		} else {
			nets[c.Out] = f.table(c.Table, in[:c.N])
		}
	}
	n.Readers(reads.need)
	return f, nets
}

// reads adds the asynchronous reads to the order of values. A read becomes a value when the
// first data bit of the read is needed, so that the read comes after the address of the read.
type reads struct {
	f    *formula
	n    *gate.Netlist
	nets []ref
	port map[gate.Net][2]int // for each data net: memory and port
	done map[[2]int]bool
}

func newReads(f *formula, n *gate.Netlist, nets []ref) *reads {
	r := &reads{f, n, nets, map[gate.Net][2]int{}, map[[2]int]bool{}}
	for i := range n.Mems {
		for j := range n.Mems[i].Reads {
			if p := &n.Mems[i].Reads[j]; !p.Sync {
				for _, d := range p.Data {
					r.port[d] = [2]int{i, j}
				}
			}
		}
	}
	return r
}

func (r *reads) need(x gate.Net) {
	at, ok := r.port[x]
	if !ok || r.done[at] {
		return
	}
	r.done[at] = true
	p := &r.n.Mems[at[0]].Reads[at[1]]
	for _, a := range p.Addr {
		r.need(a)
	}
	v := r.f.fresh(value{kind: read, a: at[0], b: at[1]}).value()
	for _, a := range p.Addr {
		r.f.addrs[v] = append(r.f.addrs[v], r.f.plain(r.nets[a]))
	}
	for _, d := range p.Data {
		r.f.after[r.nets[d].value()] = v
	}
}
