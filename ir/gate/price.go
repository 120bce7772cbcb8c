package gate

import (
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Price is the cost of a netlist on an FPGA of the iCE40 family. The cost model is:
//
//   - A logic cell holds one look-up table, one carry cell and one flip-flop.
//   - A carry cell shares its logic cell with a table that reads its incoming
//     carry, its two operands and at most one more net. Such a table is the sum
//     bit of an adder. In the chain of a comparison these tables stay empty.
//   - A carry reaches other logic only through the table of the next logic cell.
//     It costs one more table if it continues in its chain and is also read by
//     other tables or the shell. If only one table reads the end of a chain,
//     that table is in the next logic cell.
//   - A flip-flop shares the logic cell of the table that drives it if nothing
//     else reads this table. Clock enable and reset are free. The mapper has
//     already counted a table for an inverted leaf.
//   - Memories are block RAM and cost no logic cell. iCE40 has no asynchronous
//     read ports. AsyncBits counts the memory bits with such a port, which
//     would have to be flip-flops or distributed RAM.
//
// On the same circuits we compared the price with that of yosys 0.23 (synth_ice40). For generated
// cores, our mapping uses 8 to 11 % more tables, because it does not rewrite the graph first. For
// a plain ALU, it uses 10 % fewer tables, because the comparison of the ALU shares its chain with
// the subtraction.
//
// Depth counts the tables on the longest path between registers, ports and memories. A step along
// a carry chain counts as a tenth. The sum is rounded up. Picoseconds is the delay of the longest
// path, with the delays of an iCE40 HX (timing.go). It serves to compare the clock rates of
// circuits.
type Price struct {
	LUTs      int // tables, including tables that only pass on a carry
	Carries   int // carry cells
	FFs       int
	Cells     int // logic cells after packing
	Depth     int
	MemBits   int
	AsyncBits int

	Picoseconds int // the longest path, see timing.go

	ByOwner []OwnerPrice // largest first
}

// OwnerPrice is one line of the breakdown by owner. An owner is the part of a name before the last
// dot, and therefore the prices follow the hierarchy of names.
type OwnerPrice struct {
	Name               string
	LUTs, Carries, FFs int
}

// Prices computes the price of a netlist.
func Prices(n *Netlist) Price {
	p := pricer{n: n, out: map[string]*OwnerPrice{}}
	p.count()
	free := p.packCarries()
	p.price.LUTs += free
	p.price.Cells = p.price.LUTs + p.price.Carries - p.shared + p.looseFFs()
	p.price.Depth = p.depth()
	p.price.Picoseconds = n.Picoseconds()
	for _, m := range n.Mems {
		bits := m.Width << m.AddrBits
		p.price.MemBits += bits
		for _, r := range m.Reads {
			if !r.Sync {
				p.price.AsyncBits += bits
				break
			}
		}
	}
	for _, o := range p.out {
		p.price.ByOwner = append(p.price.ByOwner, *o)
	}
	sort.Slice(p.price.ByOwner, func(i, j int) bool {
		a, b := p.price.ByOwner[i], p.price.ByOwner[j]
		if a.LUTs+a.Carries != b.LUTs+b.Carries {
			return a.LUTs+a.Carries > b.LUTs+b.Carries
		}
		return a.Name < b.Name
	})
	return p.price
}

type pricer struct {
	n      *Netlist
	price  Price
	out    map[string]*OwnerPrice
	shared int // carry cells that share a logic cell with a table
}

// owner finds the breakdown line of a dotted name.
func (p *pricer) owner(name string) *OwnerPrice {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		name = name[:dot]
	}
	if p.out[name] == nil {
		p.out[name] = &OwnerPrice{Name: name}
	}
	return p.out[name]
}

func (p *pricer) ownerOf(id rtl.ID) *OwnerPrice {
	if id == rtl.None || int(id) >= len(p.n.Owners) {
		return p.owner("")
	}
	return p.owner(p.n.Owners[id])
}

func (p *pricer) count() {
	for i := range p.n.Cells {
		c := &p.n.Cells[i]
		if c.Kind == Adder {
			p.price.Carries++
			p.ownerOf(c.Origin).Carries++
		} else {
			p.price.LUTs++
			p.ownerOf(c.Origin).LUTs++
		}
	}
	for i := range p.n.Regs {
		r := &p.n.Regs[i]
		p.price.FFs += len(r.Q)
		p.owner(r.Name).FFs += len(r.Q)
	}
}

// packCarries puts sum tables into the logic cells of carries. The result is the number of
// additional tables that only pass a carry to other logic.
func (p *pricer) packCarries() (passes int) {
	readers := p.readers()
	packed := make([]bool, len(p.n.Cells))
	for i := range p.n.Cells {
		c := &p.n.Cells[i]
		if c.Kind != Adder {
			continue
		}
		// The table of the sum reads the incoming carry. At the start of a chain there is no
		// incoming carry, and the table reads the first operand.
		for _, r := range readers[p.anchor(c)] {
			if t := &p.n.Cells[r]; t.Kind == LUT && !packed[r] && fits(t, c) {
				packed[r] = true
				p.shared++
				break
			}
		}
	}
	shell := make([]bool, p.n.Nets)
	p.n.Readers(func(x Net) { shell[x] = true })
	for i := range p.n.Cells {
		c := &p.n.Cells[i]
		if c.Kind == Adder && p.needsPass(readers[c.Out], packed, shell[c.Out]) {
			passes++
			p.ownerOf(c.Origin).LUTs++
		}
	}
	return passes
}

// anchor is a net that any sum table of the carry cell reads.
func (p *pricer) anchor(c *Cell) Net {
	for _, x := range []Net{c.In[2], c.In[0], c.In[1]} {
		if x > Net1 {
			return x
		}
	}
	return Net0
}

// fits reports whether table t can share the logic cell of carry c. For this, t must read the
// inputs of c and at most one more net.
func fits(t, c *Cell) bool {
	other, own := 0, 0
	for _, x := range t.Used() {
		if x == c.In[0] || x == c.In[1] || x == c.In[2] {
			own++
		} else {
			other++
		}
	}
	return other <= 1 && own >= 1 && (own >= 2 || c.In[0] <= Net1 || c.In[1] <= Net1)
}

func (p *pricer) needsPass(readers []int, packed []bool, shell bool) bool {
	chain, tables := false, 0
	for _, r := range readers {
		switch {
		case p.n.Cells[r].Kind == Adder:
			chain = true
		case !packed[r]:
			tables++
		}
	}
	if chain {
		return tables > 0 || shell
	}
	return shell || tables > 1
}

// readers lists the cells that read each net.
func (p *pricer) readers() [][]int {
	out := make([][]int, p.n.Nets)
	for i := range p.n.Cells {
		for _, x := range p.n.Cells[i].Used() {
			out[x] = append(out[x], i)
		}
	}
	return out
}

// looseFFs counts the flip-flops that cannot share a logic cell with the table that drives
// them.
func (p *pricer) looseFFs() int {
	uses, driver := make([]int, p.n.Nets), make([]bool, p.n.Nets)
	for i := range p.n.Cells {
		for _, x := range p.n.Cells[i].Used() {
			uses[x]++
		}
		driver[p.n.Cells[i].Out] = p.n.Cells[i].Kind == LUT
	}
	p.n.Readers(func(x Net) { uses[x]++ })
	loose := 0
	for i := range p.n.Regs {
		for _, d := range p.n.Regs[i].D {
			if !driver[d] || uses[d] > 1 {
				loose++
			}
		}
	}
	return loose
}

func (p *pricer) depth() int {
	at := make([]int, p.n.Nets)
	async := make([]*Read[Net], p.n.Nets)
	for i := range p.n.Mems {
		for j := range p.n.Mems[i].Reads {
			if r := &p.n.Mems[i].Reads[j]; !r.Sync {
				for _, d := range r.Data {
					async[d] = r
				}
			}
		}
	}
	arrive := func(x Net) int {
		if r := async[x]; r != nil {
			at[x] = delayLUT
			for _, a := range r.Addr {
				at[x] = max(at[x], at[a]+delayLUT)
			}
		}
		return at[x]
	}
	for i := range p.n.Cells {
		c := &p.n.Cells[i]
		t := 0
		for k, x := range c.Used() {
			t = max(t, arrive(x)+delayOf(c.Kind, k))
		}
		at[c.Out] = t
	}
	longest := 0
	p.n.Readers(func(x Net) { longest = max(longest, arrive(x)) })
	return (longest + delayLUT - 1) / delayLUT
}

func delayOf(k CellKind, input int) int {
	switch {
	case k == LUT:
		return delayLUT
	case input == 2:
		return delayCarry
	}
	return delayToCarry
}
