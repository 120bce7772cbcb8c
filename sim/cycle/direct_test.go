package cycle_test

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// direct runs a circuit as its definition reads: every node in order, every
// effect where its conditions hold. It is slow and shares nothing with the
// engine but the word table.
type direct struct {
	c     *rtl.Circuit
	value []uint64
	regs  []uint64
	ports [][]uint64 // per memory and read port
	mems  [][]uint64
	in    map[rtl.ID]uint64
	reset bool
}

func newDirect(c *rtl.Circuit) *direct {
	d := &direct{c: c, value: make([]uint64, len(c.Nodes)), in: map[rtl.ID]uint64{}}
	for _, r := range c.Regs {
		d.regs = append(d.regs, r.Reset)
	}
	for _, m := range c.Mems {
		words := make([]uint64, 1<<m.AddrBits)
		copy(words, m.Init)
		d.mems = append(d.mems, words)
		d.ports = append(d.ports, make([]uint64, len(m.Reads)))
	}
	return d
}

func (d *direct) eval() {
	for i := range d.c.Nodes {
		n := &d.c.Nodes[i]
		switch n.Kind {
		case rtl.KConst:
			d.value[i] = n.Imm
		case rtl.KInput:
			d.value[i] = d.in[rtl.ID(i)]
		case rtl.KReg:
			d.value[i] = d.regs[n.Index]
		case rtl.KRead:
			r := d.c.Mems[n.Index].Reads[n.Port]
			if r.Sync {
				d.value[i] = d.ports[n.Index][n.Port]
			} else {
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

func (d *direct) clock() {
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

func (d *direct) effects(list []rtl.Effect) {
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

func (d *direct) write(mem int, w rtl.Write) {
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
