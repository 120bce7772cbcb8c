package gate

import "math/bits"

// Times of an iCE40 HX in picoseconds, from the timing data of Project IceStorm. Wire delays
// depend on the placement. The wire delays here are averages over paths of placed cores, with an
// addition for high fan-out.
const (
	psFlop       = 540  // from the clock to the output
	psBlock      = 2146 // from the clock to the output of a block RAM
	psLUT        = 390  // through a table, averaged over its four inputs
	psLUTCarry   = 316  // through a table, from the carry of the same cell
	psToCarry    = 245  // from an operand into the chain
	psCarry      = 126  // along the chain
	psCarryTile  = 196  // added between tiles of 8 cells
	psFromCarry  = 300  // the wire from a carry to the table of the next cell
	psWire       = 950
	psWireFanout = 60  // added for each doubling of the fan-out
	psFlopSetup  = 470 // setup of a flip-flop, including the table before it
	psBlockSetup = 150
	psEnable     = 700 // added before the enable of flip-flops, whose wire many flip-flops share
	tileCells    = 8
)

// timer computes the time in a cycle at which each net has its value.
type timer struct {
	n      *Netlist
	at     []int
	uses   []int   // number of readers of each net
	driver []int32 // the cell that drives each net, -1: none
	chain  []int   // for each carry: its index in the chain
}

// Picoseconds estimates the longest path of a netlist on an iCE40 HX.
func (n *Netlist) Picoseconds() int {
	t := &timer{n: n, at: make([]int, n.Nets), uses: make([]int, n.Nets), driver: make([]int32, n.Nets), chain: make([]int, n.Nets)}
	for i := range t.driver {
		t.driver[i] = -1
	}
	for i := range n.Cells {
		t.driver[n.Cells[i].Out] = int32(i)
		for _, x := range n.Cells[i].Used() {
			t.uses[x]++
		}
	}
	n.Readers(func(x Net) { t.uses[x]++ })
	return t.longest()
}

// longest follows the cells in order and returns the latest end of a path.
func (t *timer) longest() int {
	n, async := t.n, t.leaves()
	for i := range n.Cells {
		c := &n.Cells[i]
		for _, x := range c.Used() {
			if r := async[x]; r != nil && t.at[x] == 0 {
				t.at[x] = t.latest(r.Addr) + psLUT
			}
		}
		t.at[c.Out] = t.through(c)
	}
	end := 0
	for i := range n.Outputs {
		end = max(end, t.latest(n.Outputs[i].Bits))
	}
	for i := range n.Regs {
		r := &n.Regs[i]
		end = max(end, t.arrive(r.Enable)+psEnable)
		for _, d := range r.D {
			end = max(end, t.intoFlop(d))
		}
	}
	for i := range n.Mems {
		for j := range n.Mems[i].Reads {
			p := &n.Mems[i].Reads[j]
			end = max(end, t.latest(p.Addr)+psBlockSetup, t.arrive(p.Enable)+psBlockSetup)
		}
		for j := range n.Mems[i].Writes {
			p := &n.Mems[i].Writes[j]
			end = max(end, t.latest(p.Addr)+psBlockSetup, t.latest(p.Data)+psBlockSetup, t.latest(p.Lanes)+psBlockSetup, t.arrive(p.Enable)+psBlockSetup)
		}
	}
	return end
}

// leaves sets the times at which the drivers of the shell have their values. The data of an
// asynchronous memory read come later, after the address.
func (t *timer) leaves() map[Net]*Read[Net] {
	async := map[Net]*Read[Net]{}
	for i := range t.n.Regs {
		for _, q := range t.n.Regs[i].Q {
			t.at[q] = psFlop
		}
	}
	for i := range t.n.Mems {
		for j := range t.n.Mems[i].Reads {
			r := &t.n.Mems[i].Reads[j]
			for _, d := range r.Data {
				if r.Sync {
					t.at[d] = psBlock
				} else {
					async[d] = r
				}
			}
		}
	}
	return async
}

// arrive is the time at which the value of a net reaches the cells that read it.
func (t *timer) arrive(x Net) int {
	if x <= Net1 {
		return 0
	}
	if d := t.driver[x]; d >= 0 && t.n.Cells[d].Kind == Adder { // the carry leaves the chain through a table
		return t.at[x] + psFromCarry + psLUTCarry + psWire
	}
	return t.at[x] + psWire + psWireFanout*bits.Len(uint(max(t.uses[x]-1, 0)))
}

func (t *timer) latest(nets []Net) int {
	at := 0
	for _, x := range nets {
		at = max(at, t.arrive(x))
	}
	return at
}

// through is the time at which the output of a cell has its value.
func (t *timer) through(c *Cell) int {
	at := 0
	for k, x := range c.Used() {
		d := t.driver[x]
		fromCarry := d >= 0 && t.n.Cells[d].Kind == Adder
		switch {
		case x <= Net1:
		case c.Kind == Adder && k == 2:
			t.chain[c.Out] = t.chain[x] + 1
			next := t.at[x] + psCarry
			if t.chain[c.Out]%tileCells == 0 {
				next += psCarryTile
			}
			at = max(at, next)
		case c.Kind == Adder:
			at = max(at, t.arrive(x)+psToCarry)
		case fromCarry:
			at = max(at, t.at[x]+psFromCarry+psLUTCarry)
		default:
			at = max(at, t.arrive(x)+psLUT)
		}
	}
	return at
}

// intoFlop is the time at which a flip-flop can store d. If the flip-flop is the only reader of
// the table that drives it, the flip-flop is in the cell of this table.
func (t *timer) intoFlop(d Net) int {
	i := t.driver[d]
	if i < 0 || t.n.Cells[i].Kind != LUT || t.uses[d] > 1 {
		return t.arrive(d) + psFlopSetup
	}
	return t.at[d] - psLUT + psFlopSetup
}
