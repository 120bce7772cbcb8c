package gate

// Plain returns the graph in a form that AIGER can express. Carries become ands, and enables
// become multiplexers before the registers. Leaves come first, in the order inputs, memory
// reads, registers. Unused nodes are dropped.
func (g *Graph) Plain() *Graph {
	p := NewGraph(g.Name, false)
	p.Owners = g.Owners
	lits := make([]Lit, len(g.Nodes))
	leaf := func(bits []Lit) {
		for _, b := range bits {
			lits[b.Node()] = p.Leaf()
		}
	}
	for i := range g.Inputs {
		leaf(g.Inputs[i].Bits)
	}
	for i := range g.Mems {
		for j := range g.Mems[i].Reads {
			leaf(g.Mems[i].Reads[j].Data)
		}
	}
	for i := range g.Regs {
		leaf(g.Regs[i].Q)
	}
	of := func(l Lit) Lit { return lits[l.Node()] ^ l&1 }
	for i := range g.Nodes {
		n := &g.Nodes[i]
		p.origin = n.Origin
		switch n.Kind {
		case And:
			lits[i] = p.And(of(n.A), of(n.B))
		case Carry:
			lits[i] = p.majority(of(n.A), of(n.B), of(n.C))
		}
	}
	p.Shell = MapShell(&g.Shell, of)
	for i := range p.Regs {
		r := &p.Regs[i]
		for j := range r.D {
			r.D[j] = p.Mux(r.Enable, r.D[j], r.Q[j])
		}
		r.Enable = True
	}
	return p.Live()
}
