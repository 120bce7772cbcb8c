package equiv

import (
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/yosys"
)

// VerilogFormulas returns the two sides that function Verilog compares, as two and-inverter
// graphs with the same inputs and outputs. An external prover can compare the graphs.
func VerilogFormulas(c *rtl.Circuit, m *yosys.Module, n *Names) (circuit, module *gate.Graph, err error) {
	l := newLeaves()
	a, b, err := verilogSides(l, c, m, n)
	if err != nil {
		return nil, nil, err
	}
	other := map[blast.Place]blast.Cone{}
	for _, cone := range b.cones {
		other[cone.Place] = cone
	}
	var second []blast.Cone
	for _, cone := range a.cones {
		second = append(second, other[cone.Place])
	}
	return l.gates("circuit", a.cones), l.gates("module", second), nil
}

// gates makes an and-inverter graph of cones over all leaves.
func (l *leaves) gates(name string, cones []blast.Cone) *gate.Graph {
	g := gate.NewGraph(name, false)
	lits := make([]gate.Lit, len(l.g.Nodes))
	for _, p := range l.order {
		bits := g.Leaves(len(l.bits[p]))
		for i, b := range l.bits[p] {
			lits[b.Node()] = bits[i]
		}
		g.Inputs = append(g.Inputs, gate.Word[gate.Lit]{Name: p.String(), Bits: bits})
	}
	of := func(x blast.Lit) gate.Lit { return lits[x.Node()] ^ gate.Lit(x&1) }
	for i := range l.g.Nodes {
		switch n := &l.g.Nodes[i]; n.Kind {
		case blast.KAnd:
			lits[i] = g.And(of(n.A), of(n.B))
		case blast.KXor:
			lits[i] = g.Xor(of(n.A), of(n.B))
		case blast.KIte:
			lits[i] = g.Mux(of(n.C), of(n.A), of(n.B))
		}
	}
	for _, cone := range cones {
		bits := make([]gate.Lit, len(cone.Bits))
		for i, b := range cone.Bits {
			bits[i] = of(b)
		}
		g.Outputs = append(g.Outputs, gate.Word[gate.Lit]{Name: cone.Place.String(), Bits: bits})
	}
	return g
}
