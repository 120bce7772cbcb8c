// Package rtltest makes random circuits to test the simulators, the gate mapper, the prover and
// the Verilog writer.
//
//	c := rtltest.Random(7, 60)                                  // any operator, any width
//	c = rtltest.Make(rtltest.Config{Seed: 7, Size: 60, MaxWidth: 6, Ops: []word.Op{word.Add, word.Mux}})
//
// The circuits are valid, and depend only on their seed. Nodes are made without folding, so
// there are operators on constants, repeated operands and dead nodes. Constants may be at the
// ends of their range, and shift amounts at or beyond the width. Regions are nested, and a path
// may set a register several times. Memories are so small that ports often access the same
// address in the same cycle, with every policy. This also happens for ports with policy Never.
// In that case the read must give the old word, as the simulators do.
//
// Only tests import it. Start reading at Config.
package rtltest

import (
	"fmt"
	"math/rand"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Config controls the random circuit. The zero values of MaxWidth and Ops mean 64 and All().
type Config struct {
	Seed     int64
	Size     int // approximate number of operators
	MaxWidth int
	Ops      []word.Op
	NoMems   bool
}

// All lists every operator of the word table.
func All() []word.Op {
	var out []word.Op
	for op := word.Bad + 1; op < word.NumOps; op++ {
		out = append(out, op)
	}
	return out
}

// Random makes a circuit of about size operators, of all kinds and widths.
func Random(seed int64, size int) *rtl.Circuit { return Make(Config{Seed: seed, Size: size}) }

// Make makes a circuit. It panics if the circuit does not verify, because this is a bug of this
// package.
func Make(cfg Config) *rtl.Circuit {
	if cfg.MaxWidth == 0 {
		cfg.MaxWidth = 64
	}
	if cfg.Ops == nil {
		cfg.Ops = All()
	}
	g := &maker{Config: cfg, r: rand.New(rand.NewSource(cfg.Seed)), c: &rtl.Circuit{Name: "random"}}
	g.leaves()
	for range cfg.Size {
		g.operator()
		if g.r.Intn(12) == 0 {
			g.asyncRead()
		}
	}
	g.drive()
	g.c.Body = g.effects(0)
	for i := range g.c.Mems {
		g.ports(i)
	}
	g.ends()
	if err := g.c.Verify(); err != nil {
		panic(fmt.Sprintf("rtltest: seed %d: %v", cfg.Seed, err))
	}
	return g.c
}

type maker struct {
	Config
	r    *rand.Rand
	c    *rtl.Circuit
	pool []int // the widths used in this circuit
}

func (g *maker) add(n rtl.Node) rtl.ID {
	g.c.Nodes = append(g.c.Nodes, n)
	return rtl.ID(len(g.c.Nodes) - 1)
}

func (g *maker) pick(n int) int { return g.r.Intn(n) }

// width returns a random width. It prefers the few widths in the pool, so that operands fit
// each other.
func (g *maker) width() int {
	if g.pool == nil {
		g.pool = []int{1, g.edge(), g.edge(), g.edge()}
	}
	if g.pick(8) > 0 {
		return g.pool[g.pick(len(g.pool))]
	}
	return g.edge()
}

// edge returns a random width. It prefers widths at which engines change their method.
func (g *maker) edge() int {
	edges := []int{1, 2, 5, 8, 31, 32, 33, 63, 64}
	if w := edges[g.pick(len(edges))]; g.pick(2) == 0 && w <= g.MaxWidth {
		return w
	}
	return 1 + g.pick(g.MaxWidth)
}

// value returns a random value. It prefers the ends of the range.
func (g *maker) value(w int) uint64 {
	m := word.Mask(w)
	edges := []uint64{0, 1, m, m >> 1, m>>1 + 1, uint64(w), uint64(w) - 1, uint64(w) + 1}
	if g.pick(3) > 0 {
		return edges[g.pick(len(edges))] & m
	}
	return g.r.Uint64() & m
}

// leaves makes inputs, registers, memories and their synchronous ports.
func (g *maker) leaves() {
	for i := range 2 + g.pick(4) {
		id := g.add(rtl.Node{Kind: rtl.KInput, Width: g.width(), Name: fmt.Sprintf("in%d", i)})
		g.c.Inputs = append(g.c.Inputs, id)
	}
	for i := range 1 + g.pick(5) {
		w, name := g.width(), fmt.Sprintf("core.r%d", i)
		id := g.add(rtl.Node{Kind: rtl.KReg, Width: w, Index: i, Name: name})
		g.c.Regs = append(g.c.Regs, rtl.Reg{Name: name, Width: w, Reset: g.value(w), Node: id})
	}
	if g.NoMems {
		return
	}
	for i := range g.pick(4) {
		g.memory(i)
	}
}

func (g *maker) memory(i int) {
	lanes := 1 + g.pick(min(4, g.MaxWidth))
	m := rtl.Mem{Name: fmt.Sprintf("m%d", i), Lanes: lanes, AddrBits: 1 + g.pick(min(3, g.MaxWidth))}
	m.Width = lanes * max(1, min(g.width(), g.MaxWidth)/lanes)
	for range g.pick(1<<m.AddrBits + 1) {
		m.Init = append(m.Init, g.value(m.Width))
	}
	for j := range g.pick(3) {
		policy := rtl.Policy(g.pick(3))
		id := g.add(rtl.Node{Kind: rtl.KRead, Width: m.Width, Index: i, Port: j})
		m.Reads = append(m.Reads, rtl.Read{Node: id, Addr: rtl.None, Enable: rtl.None, Sync: true, Policy: policy})
	}
	g.c.Mems = append(g.c.Mems, m)
}

func (g *maker) constant(w int) rtl.ID {
	return g.add(rtl.Node{Kind: rtl.KConst, Width: w, Imm: g.value(w)})
}

// of returns an existing or new value of width w.
func (g *maker) of(w int) rtl.ID {
	if g.pick(12) == 0 {
		return g.constant(w)
	}
	n := len(g.c.Nodes)
	start := g.pick(n)
	for i := range n { // prefers recent nodes as often as old ones
		if id := rtl.ID((start + i) % n); g.c.Nodes[id].Width == w {
			return id
		}
	}
	x := g.any()
	xw := g.c.Nodes[x].Width
	switch {
	case xw > w:
		return g.add(rtl.Node{Kind: rtl.KOp, Op: word.Slice, Width: w, Args: []rtl.ID{x}, Imm: uint64(g.pick(xw - w + 1))})
	case g.pick(2) == 0:
		return g.add(rtl.Node{Kind: rtl.KOp, Op: word.Sext, Width: w, Args: []rtl.ID{x}})
	}
	return g.add(rtl.Node{Kind: rtl.KOp, Op: word.Zext, Width: w, Args: []rtl.ID{x}})
}

func (g *maker) any() rtl.ID { return rtl.ID(g.pick(len(g.c.Nodes))) }

// operator adds one application of an operator.
func (g *maker) operator() {
	op := g.Ops[g.pick(len(g.Ops))]
	row := word.Table(op)
	w := g.width()
	n := rtl.Node{Kind: rtl.KOp, Op: op, Width: w}
	switch row.Widths {
	case word.Same:
		for range row.Args {
			n.Args = append(n.Args, g.of(w))
		}
	case word.Compare:
		n.Width, n.Args = 1, []rtl.ID{g.of(w), g.of(w)}
	case word.Shift:
		n.Args = []rtl.ID{g.of(w), g.amount(w)}
	case word.Select:
		n.Args = []rtl.ID{g.of(1), g.of(w), g.of(w)}
	case word.Reduce:
		n.Width, n.Args = 1, []rtl.ID{g.any()}
	default:
		if !g.rewire(&n, row.Widths) {
			return
		}
	}
	id := g.add(n)
	if g.pick(6) == 0 {
		g.c.Nodes[id].Name = fmt.Sprintf("core.n%d", id)
	}
}

// amount makes a shift amount. It is often a constant, and sometimes has a different width.
func (g *maker) amount(w int) rtl.ID {
	switch g.pick(3) {
	case 0:
		return g.constant(max(1, min(g.MaxWidth, word.AmountBits(w)+g.pick(3)-1)))
	case 1:
		return g.any()
	}
	return g.of(w)
}

// rewire completes a concatenation, a slice or an extension.
func (g *maker) rewire(n *rtl.Node, rule word.Widths) bool {
	x := g.any()
	xw := g.c.Nodes[x].Width
	n.Args = []rtl.ID{x}
	switch rule {
	case word.Concat:
		if xw == g.MaxWidth {
			return false
		}
		lo := g.of(1 + g.pick(g.MaxWidth-xw))
		n.Args, n.Width = append(n.Args, lo), xw+g.c.Nodes[lo].Width
	case word.Part:
		n.Width = 1 + g.pick(xw)
		n.Imm = uint64(g.pick(xw - n.Width + 1))
	case word.Extend:
		n.Width = xw + g.pick(g.MaxWidth-xw+1)
	}
	return true
}

func (g *maker) asyncRead() {
	if len(g.c.Mems) == 0 {
		return
	}
	i := g.pick(len(g.c.Mems))
	addr := g.of(g.c.Mems[i].AddrBits)
	m := &g.c.Mems[i]
	id := g.add(rtl.Node{Kind: rtl.KRead, Width: m.Width, Index: i, Port: len(m.Reads)})
	m.Reads = append(m.Reads, rtl.Read{Node: id, Addr: addr, Enable: rtl.None})
}

// drive sets the addresses of the synchronous ports.
func (g *maker) drive() {
	for i := range g.c.Mems {
		for j := range g.c.Mems[i].Reads {
			if !g.c.Mems[i].Reads[j].Sync {
				continue
			}
			addr, enable := g.address(i), rtl.None
			if g.pick(3) > 0 {
				enable = g.of(1)
			}
			r := &g.c.Mems[i].Reads[j]
			r.Addr, r.Enable = addr, enable
		}
	}
}

// address returns an address. With probability one half it returns an address that
// another port of the memory uses, so that ports access the same word.
func (g *maker) address(mem int) rtl.ID {
	m := &g.c.Mems[mem]
	if n := len(m.Reads); n > 0 && g.pick(2) == 0 {
		if r := m.Reads[g.pick(n)]; r.Addr != rtl.None {
			return r.Addr
		}
	}
	return g.of(m.AddrBits)
}

// effects makes a random region.
func (g *maker) effects(depth int) []rtl.Effect {
	var out []rtl.Effect
	for range 1 + g.pick(4) {
		switch k := g.pick(8); {
		case k < 3 && depth < 4:
			e := rtl.Effect{Kind: rtl.If, Cond: g.of(1), Value: rtl.None, Then: g.effects(depth + 1)}
			if g.pick(2) == 0 {
				e.Else = g.effects(depth + 1)
			}
			out = append(out, e)
		case k == 3 && len(g.c.Mems) > 0:
			out = append(out, g.write(g.pick(len(g.c.Mems))))
		default:
			i := g.pick(len(g.c.Regs))
			out = append(out, rtl.Effect{Kind: rtl.SetReg, Index: i, Value: g.of(g.c.Regs[i].Width), Cond: rtl.None})
		}
	}
	return out
}

// write makes a write port and its effect.
func (g *maker) write(mem int) rtl.Effect {
	w := rtl.Write{Addr: g.address(mem), Data: g.of(g.c.Mems[mem].Width), Lanes: rtl.None}
	if g.pick(2) == 0 {
		w.Lanes = g.of(g.c.Mems[mem].Lanes)
	}
	m := &g.c.Mems[mem]
	m.Writes = append(m.Writes, w)
	return rtl.Effect{Kind: rtl.WriteMem, Index: mem, Port: len(m.Writes) - 1, Value: rtl.None, Cond: rtl.None}
}

// ports ensures that a memory with a read port also has a write port.
func (g *maker) ports(mem int) {
	m := &g.c.Mems[mem]
	if len(m.Writes) == 0 && g.pick(4) > 0 {
		e := g.write(mem)
		g.c.Body = append(g.c.Body, rtl.Effect{Kind: rtl.If, Cond: g.of(1), Value: rtl.None, Then: []rtl.Effect{e}})
	}
}

// ends makes outputs for the last values, every register and every read port. It also makes an
// assert and a probe.
func (g *maker) ends() {
	show := func(id rtl.ID) {
		g.c.Outputs = append(g.c.Outputs, rtl.Output{Name: fmt.Sprintf("out%d", len(g.c.Outputs)), Node: id})
	}
	for i := range g.c.Nodes {
		if k := g.c.Nodes[i].Kind; k == rtl.KReg || k == rtl.KRead || i >= len(g.c.Nodes)-6 || g.pick(4) == 0 {
			show(rtl.ID(i))
		}
	}
	g.c.Asserts = append(g.c.Asserts, rtl.Assert{Name: "claim", Node: g.of(1)})
	g.c.Probes = append(g.c.Probes, rtl.Probe{Name: "core.probe", Node: g.any()})
}
