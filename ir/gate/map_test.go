package gate

import (
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/stretchr/testify/require"
)

func mapping(t testing.TB, c *rtl.Circuit, opt Options) (*Graph, *Netlist) {
	g, err := Build(c, opt)
	require.NoError(t, err)
	n, err := Map(g)
	require.NoError(t, err)
	return g, n
}

func circuit(t testing.TB, body func(b *rtl.Builder)) *rtl.Circuit {
	b := rtl.NewBuilder("c")
	body(b)
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestRandomMappings(t *testing.T) {
	for seed := range int64(16) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 30, MaxWidth: 14})
		for _, opt := range []Options{{Probes: true}, {NoCarries: true, Asserts: true}, {NoEnables: true}} {
			g, n := mapping(t, c, opt)
			sameSignals(t, g, n)
			sameSignals(t, n.Graph(), n)
		}
	}
}

func TestMappingIsDeterministic(t *testing.T) {
	for seed := range int64(5) {
		_, a := mapping(t, rtltest.Random(seed, 20), Options{})
		_, b := mapping(t, rtltest.Random(seed, 20), Options{})
		require.Equal(t, a, b)
		require.Equal(t, Prices(a), Prices(b))
	}
}

// TestPrices checks the prices of circuits whose prices on an iCE40 are known.
func TestPrices(t *testing.T) {
	for _, c := range []struct {
		name string
		body func(b *rtl.Builder)
		want Price
	}{
		{"an adder takes a cell a bit, and the last sum none more", func(b *rtl.Builder) {
			b.Output("s", b.Add(b.Input("x", 8), b.Input("y", 8)))
		}, Price{LUTs: 8, Carries: 7, Cells: 8, Depth: 3}},
		{"a counter with enable and reset needs its adder only", func(b *rtl.Builder) {
			r := b.Reg("r", 8, 0)
			b.If(b.Input("en", 1), func() { b.Set(r, b.Add(r.Q(), b.Const(8, 1))) })
			b.Output("q", r.Q())
		}, Price{LUTs: 8, Carries: 7, FFs: 8, Cells: 8, Depth: 3}},
		{"a comparison is a chain, inverters, and a table after it", func(b *rtl.Builder) {
			b.Output("lt", b.Ltu(b.Input("x", 8), b.Input("y", 8)))
		}, Price{LUTs: 9, Carries: 8, Cells: 17, Depth: 4}},
		{"four bits of a multiplexer of two", func(b *rtl.Builder) {
			b.Output("m", b.Mux(b.Input("c", 1), b.Input("x", 4), b.Input("y", 4)))
		}, Price{LUTs: 4, Cells: 4, Depth: 1}},
		{"sixteen bits are compared in two levels and a third", func(b *rtl.Builder) {
			b.Output("e", b.Eq(b.Input("x", 16), b.Input("y", 16)))
		}, Price{LUTs: 11, Cells: 11, Depth: 3}},
		{"a register after nothing is a cell", func(b *rtl.Builder) {
			r := b.Reg("r", 4, 0)
			b.Set(r, b.Input("x", 4))
			b.Output("q", r.Q())
		}, Price{FFs: 4, Cells: 4}},
		{"a memory costs no cell", func(b *rtl.Builder) {
			m := b.Mem("m", 8, 4, 1, nil)
			b.Output("q", b.ReadAsync(m, b.Input("a", 4)))
			b.Output("s", b.ReadSync(m, b.Input("b", 4), rtl.None, rtl.Old))
		}, Price{Depth: 1, MemBits: 128, AsyncBits: 128}},
		{"a constant costs nothing", func(b *rtl.Builder) {
			b.Output("k", b.Const(4, 5))
		}, Price{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, n := mapping(t, circuit(t, c.body), Options{})
			got := Prices(n)
			got.ByOwner, got.Picoseconds = nil, 0 // TestTimes has these
			require.Equal(t, c.want, got)
		})
	}
}

func TestPriceByOwner(t *testing.T) {
	c := circuit(t, func(b *rtl.Builder) {
		x, y := b.Input("x", 8), b.Input("y", 8)
		sum := b.Name("alu.sum", b.Add(x, y))
		r := b.Reg("alu.acc", 8, 0)
		b.Set(r, b.Xor(sum, b.And(x, y)))
		b.Output("o", b.Name("out.mix", b.And(r.Q(), x, y)))
	})
	_, n := mapping(t, c, Options{})
	p := Prices(n)
	sum := OwnerPrice{}
	byName := map[string]OwnerPrice{}
	for i, o := range p.ByOwner {
		byName[o.Name] = o
		sum.LUTs, sum.Carries, sum.FFs = sum.LUTs+o.LUTs, sum.Carries+o.Carries, sum.FFs+o.FFs
		require.True(t, i == 0 || o.LUTs+o.Carries <= p.ByOwner[i-1].LUTs+p.ByOwner[i-1].Carries)
	}
	require.Equal(t, OwnerPrice{LUTs: p.LUTs, Carries: p.Carries, FFs: p.FFs}, sum)
	require.Equal(t, 8, byName["alu"].FFs)
	require.Equal(t, 7, byName["alu"].Carries)
	require.Equal(t, 8, byName["out"].LUTs)
}

func TestEnablesAreFound(t *testing.T) {
	c := circuit(t, func(b *rtl.Builder) {
		p, q, x := b.Input("p", 1), b.Input("q", 1), b.Input("x", 4)
		r := b.Reg("r", 4, 9)
		b.If(p, func() { b.Set(r, x) }, func() {
			b.If(q, func() { b.Set(r, b.Not(x)) })
		})
		s := b.Reg("s", 4, 0)
		b.Set(s, b.Mux(p, s.Q(), x))
		u := b.Reg("u", 4, 0)
		b.Output("o", b.Xor(r.Q(), s.Q(), u.Q()))
	})
	g, err := Build(c, Options{})
	require.NoError(t, err)
	p, q := g.Inputs[0].Bits[0], g.Inputs[1].Bits[0]
	require.Equal(t, g.And(p.Not(), q.Not()).Not(), g.Regs[0].Enable)
	require.Equal(t, p.Not(), g.Regs[1].Enable)
	require.Equal(t, g.Inputs[2].Bits, g.Regs[1].D)
	require.Equal(t, False, g.Regs[2].Enable)
	require.Equal(t, uint64(9), g.Regs[0].Reset)
}

// TestVerify damages graphs and netlists in different ways. Verify must report the expected
// damage.
func TestVerify(t *testing.T) {
	graphs := map[string]func(g *Graph){
		"the constant is node 0":   func(g *Graph) { g.Nodes[5].Kind = Zero },
		"does not come before it":  func(g *Graph) { n := lastAnd(g); n.A = Lit(2 * len(g.Nodes)) },
		"does not name a leaf":     func(g *Graph) { g.Inputs[0].Bits[0] ^= 1 },
		"has two drivers":          func(g *Graph) { g.Inputs[0].Bits[0] = g.Inputs[1].Bits[0] },
		"refers to no node":        func(g *Graph) { g.Outputs[0].Bits[0] = Lit(1 << 30) },
		"has no driver":            func(g *Graph) { g.Leaf() },
		"two things are named":     func(g *Graph) { g.Outputs[1].Name = g.Outputs[0].Name },
		"has no name":              func(g *Graph) { g.Regs[0].Name = "" },
		"next value has":           func(g *Graph) { g.Regs[0].D = g.Regs[0].D[1:] },
		"does not fit 6 bits":      func(g *Graph) { g.Regs[1].Reset = 64 },
		"lanes do not divide":      func(g *Graph) { g.Mems[0].Lanes = 3 },
		"initial words do not fit": func(g *Graph) { g.Mems[0].Init = make([]uint64, 17) },
		"initial word 256":         func(g *Graph) { g.Mems[0].Init[0] = 256 },
		"address bits, want":       func(g *Graph) { g.Mems[0].AddrBits = 99 },
		"read address has":         func(g *Graph) { g.Mems[0].Reads[0].Addr = nil },
		"write lanes has":          func(g *Graph) { g.Mems[0].Writes[0].Lanes = nil },
		"before their address":     func(g *Graph) { g.Mems[0].Reads[0].Addr[0] = Lit(2 * (len(g.Nodes) - 1)) },
		"incoming carry is not":    func(g *Graph) { lastCarry(g).C = g.Inputs[0].Bits[0] },
		"want 1 to 64":             func(g *Graph) { g.Outputs[0].Bits = nil },
	}
	for want, hurt := range graphs {
		g, err := Build(alu(t, 8), Options{})
		require.NoError(t, err)
		hurt(g)
		require.ErrorContains(t, g.Verify(), want)
	}
	netlists := map[string]func(n *Netlist){
		"at least the two constant": func(n *Netlist) { n.Nets = 1 },
		"does not exist":            func(n *Netlist) { n.Inputs[0].Bits[0] = 1 << 20 },
		"has two drivers":           func(n *Netlist) { n.Cells[1].Out = n.Cells[0].Out },
		"uses 5 inputs":             func(n *Netlist) { n.Cells[0].N = 5 },
		"not driven before it":      func(n *Netlist) { n.Cells[0].In[0] = n.Cells[len(n.Cells)-1].Out },
		"depends on unused inputs":  func(n *Netlist) { c := &n.Cells[firstLUT(n)]; c.N, c.Table = 1, 0x8000 },
		"is not fed by a carry":     func(n *Netlist) { n.Cells[firstAdder(n)].In[2] = n.Inputs[0].Bits[0] },
		"is read but not driven":    func(n *Netlist) { n.Nets++; n.Outputs[0].Bits[0] = Net(n.Nets - 1) },
	}
	for want, hurt := range netlists {
		_, n := mapping(t, alu(t, 8), Options{})
		hurt(n)
		require.ErrorContains(t, n.Verify(), want)
	}
}

func lastOf(g *Graph, k NodeKind) *Node {
	for i := len(g.Nodes) - 1; ; i-- {
		if g.Nodes[i].Kind == k {
			return &g.Nodes[i]
		}
	}
}

func lastAnd(g *Graph) *Node   { return lastOf(g, And) }
func lastCarry(g *Graph) *Node { return lastOf(g, Carry) }

func firstOf(n *Netlist, k CellKind) int {
	for i := range n.Cells {
		if n.Cells[i].Kind == k {
			return i
		}
	}
	return -1
}

func firstLUT(n *Netlist) int   { return firstOf(n, LUT) }
func firstAdder(n *Netlist) int { return firstOf(n, Adder) }

// TestGraphFolds lists the identities that the graph applies.
func TestGraphFolds(t *testing.T) {
	g := NewGraph("g", true)
	a, b := g.Leaf(), g.Leaf()
	ab := g.And(a, b)
	require.Equal(t, ab, g.And(b, a))
	require.Equal(t, ab, g.And(a, ab))
	require.Equal(t, False, g.And(a.Not(), ab))
	require.Equal(t, a.Not(), g.And(a.Not(), ab.Not()))
	require.Equal(t, g.And(a, b.Not()), g.And(a, ab.Not()))
	require.Equal(t, g.Xor(a, b), g.Xor(a.Not(), b.Not()))
	require.Equal(t, g.Xor(a, b).Not(), g.Xor(a, b.Not()))
	require.Equal(t, b, g.Mux(a, b, b))
	require.Equal(t, g.Xor(a, b), g.Mux(a, b.Not(), b))
	require.Equal(t, a, g.Carry(a, a, b))
	require.Equal(t, b, g.Carry(a, a.Not(), b))
	c := g.Carry(a, b, False)
	require.Equal(t, g.Carry(a, b, c), g.Carry(b, a, c))
	require.Equal(t, g.Carry(a, b, c), g.Carry(a.Not(), b.Not(), c.Not()).Not())
}
