package equiv

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
)

// data lists the items that are compared as data, in order. Each has a name and a printable
// value.
type data []datum

type datum struct {
	name  string
	bits  int
	value string
	init  []uint64
}

func compareData(a, b data) []Item {
	var out []Item
	second := map[string]datum{}
	for _, d := range b {
		second[d.name] = d
	}
	for _, d := range a {
		item := Item{Name: d.name, Bits: d.bits, Data: true}
		e, ok := second[d.name]
		delete(second, d.name)
		switch {
		case !ok:
			item.Status, item.Reason = Different, "missing on the second side"
		case d.value != e.value:
			item.Status, item.Reason = Different, fmt.Sprintf("%s on the first side, %s on the second", d.value, e.value)
		case !slices.Equal(d.init, e.init):
			item.Status, item.Reason = Different, firstWord(d.init, e.init)
		}
		out = append(out, item)
	}
	for _, d := range b {
		if _, ok := second[d.name]; ok {
			out = append(out, Item{Name: d.name, Bits: d.bits, Data: true, Status: Different, Reason: "missing on the first side"})
		}
	}
	return out
}

func firstWord(a, b []uint64) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("word %d is %#x on the first side, %#x on the second", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d words on the first side, %d on the second", len(a), len(b))
}

// trimmed drops zero words at the end, because missing words count as zero.
func trimmed(words []uint64) []uint64 {
	for len(words) > 0 && words[len(words)-1] == 0 {
		words = words[:len(words)-1]
	}
	return words
}

func shape(width, addrBits, lanes, reads, writes int) string {
	return fmt.Sprintf("%d bits x 2^%d, %d lanes, %d read and %d write ports", width, addrBits, lanes, reads, writes)
}

func portKind(sync bool, p rtl.Policy) string {
	if !sync {
		return "asynchronous"
	}
	return "synchronous, policy " + [...]string{"old", "new", "never"}[p]
}

// memory appends the data of a memory.
func (d data) memory(name, shape string, bits int, init []uint64) data {
	return append(d, datum{name: "memory " + name, bits: bits, value: shape},
		datum{name: "contents " + name, bits: bits, init: trimmed(init)})
}

func (d data) port(mem string, port int, kind string) data {
	return append(d, datum{name: fmt.Sprintf("read port %s.%d", mem, port), bits: 1, value: kind})
}

func (d data) reset(reg string, bits int, v uint64) data {
	return append(d, datum{name: "reset " + reg, bits: bits, value: fmt.Sprintf("%d'%#x", bits, v)})
}

func circuitSide(l *leaves, c *rtl.Circuit) (*side, error) {
	s := &side{}
	for _, id := range c.Inputs {
		s.data = append(s.data, datum{name: "input " + c.Nodes[id].Name, bits: c.Nodes[id].Width, value: fmt.Sprintf("%d bits", c.Nodes[id].Width)})
	}
	for _, r := range c.Regs {
		s.data = s.data.reset(r.Name, r.Width, r.Reset)
	}
	for _, m := range c.Mems {
		s.data = s.data.memory(m.Name, shape(m.Width, m.AddrBits, max(m.Lanes, 1), len(m.Reads), len(m.Writes)), m.Width<<m.AddrBits, m.Init)
		for j, p := range m.Reads {
			s.data = s.data.port(m.Name, j, portKind(p.Sync, p.Policy))
		}
	}
	var err error
	s.cones, err = blast.Circuit(l.g, c, l.of)
	s.replay = func(leaf func(blast.Place) uint64) map[blast.Place]uint64 { return replayCircuit(c, leaf) }
	return s, err
}

// replayCircuit computes the cones as words, with the flat form of the circuit.
func replayCircuit(c *rtl.Circuit, leaf func(blast.Place) uint64) map[blast.Place]uint64 {
	flat := c.Flat()
	v := evalNodes(flat.Circuit, leaf)
	out := map[blast.Place]uint64{}
	for _, o := range c.Outputs {
		out[blast.Place{Kind: blast.Output, Name: o.Name}] = v[o.Node]
	}
	for _, a := range c.Asserts {
		out[blast.Place{Kind: blast.Assert, Name: a.Name}] = v[a.Node]
	}
	for _, p := range c.Probes {
		out[blast.Place{Kind: blast.Probe, Name: p.Name}] = v[p.Node]
	}
	for i, r := range c.Regs {
		out[blast.Place{Kind: blast.Next, Name: r.Name}] = v[flat.Next[i]]
	}
	or := func(id rtl.ID, w int) uint64 {
		if id == rtl.None {
			return word.Mask(w)
		}
		return v[id]
	}
	for i, m := range c.Mems {
		for j, r := range m.Reads {
			out[blast.Place{Kind: blast.ReadAddr, Name: m.Name, Port: j}] = v[r.Addr]
			out[blast.Place{Kind: blast.ReadEnable, Name: m.Name, Port: j}] = or(r.Enable, 1)
		}
		for j, w := range m.Writes {
			out[blast.Place{Kind: blast.WriteAddr, Name: m.Name, Port: j}] = v[w.Addr]
			out[blast.Place{Kind: blast.WriteData, Name: m.Name, Port: j}] = v[w.Data]
			out[blast.Place{Kind: blast.WriteLanes, Name: m.Name, Port: j}] = or(w.Lanes, m.Lanes)
			out[blast.Place{Kind: blast.WriteEnable, Name: m.Name, Port: j}] = v[flat.Enable[i][j]]
		}
	}
	return out
}

// evalNodes computes all nodes with the Eval functions of the word table.
func evalNodes(c *rtl.Circuit, leaf func(blast.Place) uint64) []uint64 {
	v := make([]uint64, len(c.Nodes))
	for id := range c.Nodes {
		n := &c.Nodes[id]
		switch n.Kind {
		case rtl.KConst:
			v[id] = n.Imm
		case rtl.KInput:
			v[id] = leaf(blast.Place{Kind: blast.Input, Name: n.Name})
		case rtl.KReg:
			v[id] = leaf(blast.Place{Kind: blast.Register, Name: c.Regs[n.Index].Name})
		case rtl.KRead:
			v[id] = leaf(blast.Place{Kind: blast.ReadData, Name: c.Mems[n.Index].Name, Port: n.Port})
		case rtl.KOp:
			var a [3]uint64
			var aw [3]int
			for i, x := range n.Args {
				a[i], aw[i] = v[x], c.Nodes[x].Width
			}
			v[id] = word.Eval(n.Op, n.Width, a, aw, n.Imm)
		}
	}
	return v
}

// netlistSide makes the formulas of a netlist from its look-up tables.
func netlistSide(l *leaves, n *gate.Netlist) *side {
	s := &side{data: netlistData(n)}
	nets := make([]blast.Lit, n.Nets)
	nets[gate.Net1] = blast.True
	netlistLeaves(n, func(p blast.Place, bits []gate.Net) {
		for i, lit := range l.of(p, len(bits)) {
			nets[bits[i]] = lit
		}
	})
	for i := range n.Cells {
		c := &n.Cells[i]
		var in []blast.Lit
		for _, x := range c.Used() {
			in = append(in, nets[x])
		}
		if c.Kind == gate.Adder {
			nets[c.Out] = l.g.Ite(l.g.Xor(in[0], in[1]), in[2], in[0])
		} else {
			nets[c.Out] = table(l.g, c.Table, in)
		}
	}
	netlistCones(n, func(p blast.Place, bits []gate.Net) {
		lits := make([]blast.Lit, len(bits))
		for i, x := range bits {
			lits[i] = nets[x]
		}
		s.cones = append(s.cones, blast.Cone{Place: p, Bits: lits})
	})
	for i := range n.Regs { // the enable is already part of the next value
		r := &n.Regs[i]
		next := make([]blast.Lit, len(r.Q))
		for j := range next {
			next[j] = l.g.Ite(nets[r.Enable], nets[r.D[j]], nets[r.Q[j]])
		}
		s.cones = append(s.cones, blast.Cone{Place: blast.Place{Kind: blast.Next, Name: r.Name}, Bits: next})
	}
	s.replay = func(leaf func(blast.Place) uint64) map[blast.Place]uint64 { return replayNetlist(n, leaf) }
	return s
}

func netlistData(n *gate.Netlist) data {
	var d data
	for _, w := range n.Inputs {
		d = append(d, datum{name: "input " + w.Name, bits: len(w.Bits), value: fmt.Sprintf("%d bits", len(w.Bits))})
	}
	for _, r := range n.Regs {
		d = d.reset(r.Name, len(r.Q), r.Reset)
	}
	for _, m := range n.Mems {
		d = d.memory(m.Name, shape(m.Width, m.AddrBits, m.Lanes, len(m.Reads), len(m.Writes)), m.Width<<m.AddrBits, m.Init)
		for j, p := range m.Reads {
			d = d.port(m.Name, j, portKind(p.Sync, p.Policy))
		}
	}
	return d
}

func netlistLeaves(n *gate.Netlist, f func(p blast.Place, bits []gate.Net)) {
	for _, w := range n.Inputs {
		f(blast.Place{Kind: blast.Input, Name: w.Name}, w.Bits)
	}
	for _, r := range n.Regs {
		f(blast.Place{Kind: blast.Register, Name: r.Name}, r.Q)
	}
	for _, m := range n.Mems {
		for j, p := range m.Reads {
			f(blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}, p.Data)
		}
	}
}

// netlistCones lists the words that the shell reads, except the next values of registers.
func netlistCones(n *gate.Netlist, f func(p blast.Place, bits []gate.Net)) {
	words := func(k blast.PlaceKind, list []gate.Word[gate.Net]) {
		for _, w := range list {
			f(blast.Place{Kind: k, Name: w.Name}, w.Bits)
		}
	}
	words(blast.Output, n.Outputs)
	words(blast.Assert, n.Asserts)
	words(blast.Probe, n.Probes)
	for _, m := range n.Mems {
		at := func(k blast.PlaceKind, port int) blast.Place { return blast.Place{Kind: k, Name: m.Name, Port: port} }
		for j, p := range m.Reads {
			f(at(blast.ReadAddr, j), p.Addr)
			if p.Sync {
				f(at(blast.ReadEnable, j), []gate.Net{p.Enable})
			}
		}
		for j, p := range m.Writes {
			f(at(blast.WriteAddr, j), p.Addr)
			f(at(blast.WriteData, j), p.Data)
			f(at(blast.WriteLanes, j), p.Lanes)
			f(at(blast.WriteEnable, j), []gate.Net{p.Enable})
		}
	}
}

// table expresses a look-up table by selections. It splits at the last input.
func table(g *blast.Graph, t uint16, in []blast.Lit) blast.Lit {
	if len(in) == 0 {
		return blast.Const(t&1 == 1)
	}
	last := len(in) - 1
	return g.Ite(in[last], table(g, t>>(1<<last), in[:last]), table(g, t, in[:last]))
}

// replayNetlist computes the cones by evaluating the cells.
func replayNetlist(n *gate.Netlist, leaf func(blast.Place) uint64) map[blast.Place]uint64 {
	given := map[gate.Net]uint64{}
	netlistLeaves(n, func(p blast.Place, bits []gate.Net) {
		for i, x := range bits {
			given[x] = leaf(p) >> i & 1
		}
	})
	v := n.Eval(func(x gate.Net) uint64 { return given[x] })
	read := func(bits []gate.Net) uint64 {
		var out uint64
		for i, x := range bits {
			out |= (v[x] & 1) << i
		}
		return out
	}
	out := map[blast.Place]uint64{}
	netlistCones(n, func(p blast.Place, bits []gate.Net) { out[p] = read(bits) })
	for _, r := range n.Regs {
		next := read(r.D)
		if v[r.Enable]&1 == 0 {
			next = read(r.Q)
		}
		out[blast.Place{Kind: blast.Next, Name: r.Name}] = next
	}
	return out
}
