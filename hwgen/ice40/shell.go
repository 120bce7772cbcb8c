package ice40

import "github.com/sinter-lang/sinter/ir/gate"

// prepare adapts a graph to the cells of the part:
//
//   - Reset becomes an input.
//   - The part resets a flip-flop only if it is enabled, so enables include reset.
//   - No memory is written during reset.
//   - In blocks of 16 bits a lane that is 0 masks its bits. In narrower blocks each lane
//     has separate blocks and a separate enable.
func prepare(g *gate.Graph) {
	reset := g.Leaf()
	g.Inputs = append(g.Inputs, gate.Word[gate.Lit]{Name: resetName, Bits: []gate.Lit{reset}})
	for i := range g.Regs {
		r := &g.Regs[i]
		if r.Enable != gate.True {
			r.Enable = g.And(r.Enable.Not(), reset.Not()).Not()
		}
	}
	for i := range g.Mems {
		m := &g.Mems[i]
		for j := range m.Writes {
			w := &m.Writes[j]
			w.Enable = g.And(w.Enable, reset.Not())
			lanes(g, m, w)
		}
	}
}

// lanes turns the lanes of a write into block inputs: masks or enables.
func lanes(g *gate.Graph, m *gate.Mem[gate.Lit], w *gate.Write[gate.Lit]) {
	for k, l := range w.Lanes {
		switch {
		case m.Lanes == 1:
			w.Enable, w.Lanes[k] = g.And(w.Enable, l), gate.True
		case modeOf(m.AddrBits) == 0:
			w.Lanes[k] = l.Not()
		default:
			w.Lanes[k] = g.And(w.Enable, l)
		}
	}
}
