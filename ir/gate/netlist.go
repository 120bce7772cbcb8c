package gate

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Net is a signal of a Netlist.
type Net int32

// The constant nets.
const (
	Net0 Net = 0
	Net1 Net = 1
)

// CellKind is the kind of a cell.
type CellKind uint8

// The kinds of cells.
const (
	LUT   CellKind = iota // the output is bit (In[3] In[2] In[1] In[0]) of Table
	Adder                 // the output is the carry of In[0] + In[1] + In[2]; In[2] is a constant or the output of an Adder
)

// Cell is one cell of a Netlist. The cell uses the first N inputs. The Table of a LUT is repeated
// over the unused inputs.
type Cell struct {
	Kind   CellKind
	N      int
	In     [4]Net
	Table  uint16
	Out    Net
	Origin rtl.ID // the circuit node for which the cell was made, or rtl.None
}

// Netlist is the form of a circuit for an FPGA: look-up tables and carry cells in a shell. Cells
// are in topological order, including asynchronous memory reads. The nets are 0 (constant 0), 1
// (constant 1), the drivers of the shell, and the outputs of the cells.
type Netlist struct {
	Shell[Net]
	Nets   int
	Cells  []Cell
	Owners []string // for each circuit node: the name of its owner
}

// Used returns the inputs in use.
func (c *Cell) Used() []Net { return c.In[:c.N] }

// Eval computes the cell for 64 patterns in parallel.
func (c *Cell) Eval(v []uint64) uint64 {
	if c.Kind == Adder {
		x, y, z := v[c.In[0]], v[c.In[1]], v[c.In[2]]
		return x&y | z&(x|y)
	}
	var in [4]uint64
	for i, n := range c.Used() {
		in[i] = v[n]
	}
	return lookup(c.Table, in[:c.N])
}

// lookup evaluates a table as a tree of multiplexers.
func lookup(table uint16, in []uint64) uint64 {
	if len(in) == 0 {
		return -uint64(table & 1)
	}
	last := len(in) - 1
	half := 1 << last
	low := lookup(table, in[:last])
	high := lookup(table>>half, in[:last])
	return low ^ (low^high)&in[last]
}

// Eval computes all nets for 64 patterns in parallel. `leaf` gives the value of each net that the
// shell drives.
func (n *Netlist) Eval(leaf func(Net) uint64) []uint64 {
	v := make([]uint64, n.Nets)
	v[Net1] = ^uint64(0)
	n.Drivers(func(x Net) { v[x] = leaf(x) })
	for i := range n.Cells {
		v[n.Cells[i].Out] = n.Cells[i].Eval(v)
	}
	return v
}

// Verify checks these rules, in this order. Every net except the constants has exactly one driver:
// the shell or a cell. A cell uses 0 to 4 inputs (a carry cell 3). All inputs of a cell are driven
// before the cell. If an input is memory data, the address of the read is also driven before the
// cell. Tables are repeated over unused inputs. The third input of a carry cell is a constant or a
// carry. The shell reads existing nets. Names and widths are as in Graph.Verify.
func (n *Netlist) Verify() error {
	by := make([]int8, n.Nets) // 0 undriven, 1 shell, 2 LUT, 3 carry
	if n.Nets < 2 {
		return fmt.Errorf("gate: a netlist has at least the two constant nets")
	}
	by[Net0], by[Net1] = 1, 1
	var err error
	drive := func(x Net, kind int8) {
		switch {
		case err != nil:
		case x < 0 || int(x) >= n.Nets:
			err = fmt.Errorf("gate: net %d does not exist", x)
		case by[x] != 0:
			err = fmt.Errorf("gate: net %d has two drivers", x)
		default:
			by[x] = kind
		}
	}
	n.Drivers(func(x Net) { drive(x, 1) })
	address := n.addresses()
	for i := range n.Cells {
		if err == nil {
			err = n.verifyCell(&n.Cells[i], by, address)
		}
		drive(n.Cells[i].Out, 2+int8(n.Cells[i].Kind))
	}
	n.Readers(func(x Net) {
		if err == nil && (x < 0 || int(x) >= n.Nets || by[x] == 0) {
			err = fmt.Errorf("gate: net %d is read but not driven", x)
		}
	})
	if err != nil {
		return err
	}
	return verifyShell(&n.Shell)
}

// addresses gives, for each data net of an asynchronous read, the nets of its address.
func (n *Netlist) addresses() map[Net][]Net {
	out := map[Net][]Net{}
	for i := range n.Mems {
		for j := range n.Mems[i].Reads {
			if p := &n.Mems[i].Reads[j]; !p.Sync {
				for _, d := range p.Data {
					out[d] = p.Addr
				}
			}
		}
	}
	return out
}

func (n *Netlist) verifyCell(c *Cell, by []int8, address map[Net][]Net) error {
	if c.N < 0 || c.N > 4 || c.Kind == Adder && c.N != 3 {
		return fmt.Errorf("gate: cell of net %d uses %d inputs", c.Out, c.N)
	}
	for _, x := range c.Used() {
		if x < 0 || int(x) >= n.Nets || by[x] == 0 {
			return fmt.Errorf("gate: cell of net %d reads net %d, which is not driven before it", c.Out, x)
		}
		for _, a := range address[x] {
			if a >= 0 && int(a) < n.Nets && by[a] == 0 {
				return fmt.Errorf("gate: cell of net %d reads memory data, net %d, before their address", c.Out, x)
			}
		}
	}
	if c.Kind == Adder {
		if in := c.In[2]; in > Net1 && by[in] != 2+int8(Adder) {
			return fmt.Errorf("gate: carry cell of net %d is not fed by a carry", c.Out)
		}
		return nil
	}
	if widen(c.Table, c.N) != c.Table {
		return fmt.Errorf("gate: table %04x of net %d depends on unused inputs", c.Table, c.Out)
	}
	return nil
}

// widen repeats the low 1<<n bits of a table over all 16 bits.
func widen(table uint16, n int) uint16 {
	if n < 4 {
		table &= 1<<(1<<n) - 1
	}
	for ; n < 4; n++ {
		table |= table << (1 << n)
	}
	return table
}

// Graph converts the netlist back to a graph, for AIGER and for comparisons.
func (n *Netlist) Graph() *Graph {
	g := NewGraph(n.Name, false)
	lits := make([]Lit, n.Nets)
	lits[Net1] = True
	n.Drivers(func(x Net) { lits[x] = g.Leaf() })
	for i := range n.Cells {
		c := &n.Cells[i]
		g.origin = c.Origin
		var in [4]Lit
		for j, x := range c.Used() {
			in[j] = lits[x]
		}
		if c.Kind == Adder {
			lits[c.Out] = g.majority(in[0], in[1], in[2])
		} else {
			lits[c.Out] = g.table(c.Table, in[:c.N])
		}
	}
	g.Shell = MapShell(&n.Shell, func(x Net) Lit { return lits[x] })
	g.Owners = n.Owners
	return g
}

// table builds a function from its table. The two halves of the table, for the last input 0 and 1,
// become the operands of a multiplexer.
func (g *Graph) table(table uint16, in []Lit) Lit {
	if len(in) == 0 {
		return g.Lit(table&1 == 1)
	}
	last := len(in) - 1
	return g.Mux(in[last], g.table(table>>(1<<last), in[:last]), g.table(table, in[:last]))
}
