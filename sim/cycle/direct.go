package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Direct is an engine that follows the definition of circuits: it computes every node in order,
// and executes every effect whose conditions hold. Direct is slow, and shares only the word
// table with other engines.
type Direct struct {
	c     *rtl.Circuit
	value []uint64
	regs  []uint64
	ports [][]uint64 // for each memory and read port: the current word
	mems  [][]uint64
	reset bool
}

// NewDirect makes the engine for a valid circuit. Registers have their reset values, and
// memories have their initial words.
func NewDirect(c *rtl.Circuit) *Direct {
	d := &Direct{c: c, value: make([]uint64, len(c.Nodes))}
	for _, r := range c.Regs {
		d.regs = append(d.regs, r.Reset)
	}
	for _, m := range c.Mems {
		words := make([]uint64, 1<<m.AddrBits)
		copy(words, m.Init)
		d.mems = append(d.mems, words)
		d.ports = append(d.ports, make([]uint64, len(m.Reads)))
	}
	d.show()
	return d
}

// Reset sets the implicit input reset until the next call.
func (d *Direct) Reset(on bool) { d.reset = on }

// Cell returns the address of the value of a node.
func (d *Direct) Cell(id rtl.ID) *uint64 { return &d.value[id] }

// Peek returns the value of a node in the present cycle.
func (d *Direct) Peek(id rtl.ID) uint64 { return d.value[id] }

// Memory returns the words of a memory, for reading and loading.
func (d *Direct) Memory(index int) []uint64 { return d.mems[index] }

// Restore sets the state from a snapshot of any engine of the same circuit.
func (d *Direct) Restore(s *Snapshot) {
	state := s.state
	copy(d.regs, state)
	state = state[len(d.regs):]
	for i := range d.c.Mems {
		for j, r := range d.c.Mems[i].Reads {
			if r.Sync {
				d.ports[i][j], state = state[0], state[1:]
			}
		}
		copy(d.mems[i], s.mems[i])
	}
	for i, id := range d.c.Inputs {
		d.value[id] = s.inputs[i]
	}
	d.reset = s.reset
	d.show()
}

// show copies the values of registers and synchronous reads to their nodes.
func (d *Direct) show() {
	for i := range d.c.Regs {
		d.value[d.c.Regs[i].Node] = d.regs[i]
	}
	for i := range d.c.Mems {
		for j, r := range d.c.Mems[i].Reads {
			if r.Sync {
				d.value[r.Node] = d.ports[i][j]
			}
		}
	}
}

// Eval computes every node from registers, memories and inputs.
func (d *Direct) Eval() {
	for i := range d.c.Nodes {
		n := &d.c.Nodes[i]
		switch n.Kind {
		case rtl.KConst:
			d.value[i] = n.Imm
		case rtl.KRead:
			if r := d.c.Mems[n.Index].Reads[n.Port]; !r.Sync {
				d.value[i] = d.mems[n.Index][d.value[r.Addr]]
			}
		case rtl.KOp:
			var a [3]uint64
			var aw [3]int
			for j, x := range n.Args {
				a[j], aw[j] = d.value[x], d.c.Nodes[x].Width
			}
			d.value[i] = word.Eval(n.Op, n.Width, a, aw, n.Imm)
		}
	}
}

// Clock performs the clock edge. It executes the effects of the cycle, or resets the registers,
// and captures the words of synchronous reads.
func (d *Direct) Clock() {
	before := make([][]uint64, len(d.mems))
	for i, m := range d.mems {
		before[i] = append([]uint64(nil), m...)
	}
	if d.reset {
		for i, r := range d.c.Regs {
			d.regs[i] = r.Reset
		}
	} else {
		d.effects(d.c.Body)
	}
	d.capture(before)
	d.show()
}

// capture updates the words of synchronous read ports. The policy of a port says whether the
// port reads its memory before or after the writes of the edge.
func (d *Direct) capture(before [][]uint64) {
	for i, m := range d.c.Mems {
		for j, r := range m.Reads {
			switch {
			case !r.Sync || r.Enable != rtl.None && d.value[r.Enable] == 0:
			case r.Policy == rtl.New:
				d.ports[i][j] = d.mems[i][d.value[r.Addr]]
			default:
				d.ports[i][j] = before[i][d.value[r.Addr]]
			}
		}
	}
}

func (d *Direct) effects(list []rtl.Effect) {
	for _, e := range list {
		switch e.Kind {
		case rtl.SetReg:
			d.regs[e.Index] = d.value[e.Value]
		case rtl.WriteMem:
			d.write(e.Index, d.c.Mems[e.Index].Writes[e.Port])
		case rtl.If:
			if d.value[e.Cond] != 0 {
				d.effects(e.Then)
			} else {
				d.effects(e.Else)
			}
		}
	}
}

func (d *Direct) write(mem int, w rtl.Write) {
	m := &d.c.Mems[mem]
	lane := m.Width / m.Lanes
	for b := range m.Width {
		if w.Lanes != rtl.None && d.value[w.Lanes]>>(b/lane)&1 == 0 {
			continue
		}
		word := &d.mems[mem][d.value[w.Addr]]
		*word = *word&^(1<<b) | d.value[w.Data]&(1<<b)
	}
}
