package ice40

import "github.com/sinter-lang/sinter/ir/gate"

// The pins of a logic cell that its carry reads too: both operands and the incoming carry.
const (
	pinA  = 1
	pinB  = 2
	pinCI = 3
)

// place pairs carries with tables and chooses the pins of all tables. A placer puts a carry
// into the cell of a table if this table has the incoming carry at I3 and the operands at I1
// and I2. A table may ignore the nets at some of its pins. So a table can share the cell of a
// carry if the table reads at most one net that the carry does not read.
func (d *Design) place() {
	cells := d.n.Cells
	readers := make([][]int, d.n.Nets)
	carry := make([]bool, d.n.Nets)
	for i := range cells {
		for _, x := range cells[i].Used() {
			readers[x] = append(readers[x], i)
		}
		carry[cells[i].Out] = cells[i].Kind == gate.Adder
	}
	d.pins, d.paired = make([][4]gate.Net, len(cells)), make([]int, len(cells))
	done := make([]bool, len(cells))
	for i := range cells {
		d.paired[i] = -1
		if cells[i].Kind != gate.Adder || cells[i].In[2] <= gate.Net1 {
			continue
		}
		for _, r := range readers[cells[i].In[2]] {
			if pins, ok := partner(&cells[r], &cells[i]); ok && !done[r] {
				d.paired[i], d.pins[r], done[r] = r, pins, true
				d.shared++
				break
			}
		}
	}
	for i := range cells {
		if c := &cells[i]; c.Kind == gate.LUT && !done[i] {
			d.pins[i] = alone(c, carry, readers)
		}
	}
}

// partner returns the pins of a table that shares the cell of a carry.
func partner(t, c *gate.Cell) (pins [4]gate.Net, ok bool) {
	if t.Kind != gate.LUT {
		return pins, false
	}
	pins[pinA], pins[pinB], pins[pinCI] = c.In[0], c.In[1], c.In[2]
	others := 0
	for _, x := range t.Used() {
		if x != c.In[0] && x != c.In[1] && x != c.In[2] {
			pins[0] = x
			others++
		}
	}
	return pins, others <= 1
}

// alone returns the pins of a table in a separate cell. If this table is the only reader of a
// carry, the table reads the carry from the chain, at I3. Any other carry must not be at I3,
// because a placer would then put that carry into the cell of this table.
func alone(c *gate.Cell, carry []bool, readers [][]int) (pins [4]gate.Net) {
	var rest []gate.Net
	for _, x := range c.Used() {
		if carry[x] && len(readers[x]) == 1 && pins[pinCI] == gate.Net0 {
			pins[pinCI] = x
		} else {
			rest = append(rest, x)
		}
	}
	at := 0
	for _, last := range []bool{true, false} { // carries are assigned to the first pins
		for _, x := range rest {
			if carry[x] == last {
				pins[at] = x
				at++
			}
		}
	}
	return pins
}

// table is the truth table of a look-up table in the order of its pins.
func table(c *gate.Cell, pins [4]gate.Net) uint16 {
	var out uint16
	for row := range 16 {
		from := 0
		for j, x := range c.Used() {
			for k, p := range pins {
				if p == x && row>>k&1 == 1 {
					from |= 1 << j
				}
			}
		}
		out |= (c.Table >> from & 1) << row
	}
	return out
}
