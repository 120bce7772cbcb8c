package gate

// Live returns a graph with only those leaves and nodes that an output, a register or a memory
// port depends on.
func (g *Graph) Live() *Graph {
	live := make([]bool, len(g.Nodes))
	g.Readers(func(l Lit) { live[l.Node()] = true })
	for i := len(g.Nodes) - 1; i > 0; i-- {
		if n := &g.Nodes[i]; live[i] && (n.Kind == And || n.Kind == Carry) {
			live[n.A.Node()], live[n.B.Node()] = true, true
			if n.Kind == Carry {
				live[n.C.Node()] = true
			}
		}
	}
	out := NewGraph(g.Name, !g.plain)
	out.Owners = g.Owners
	lits := make([]Lit, len(g.Nodes))
	of := func(l Lit) Lit { return lits[l.Node()] ^ l&1 }
	for i := 1; i < len(g.Nodes); i++ {
		n := g.Nodes[i]
		if n.Kind != Leaf && !live[i] {
			continue
		}
		n.A, n.B, n.C = of(n.A), of(n.B), of(n.C)
		lits[i] = Lit(2 * len(out.Nodes))
		out.Nodes = append(out.Nodes, n)
		if n.Kind != Leaf {
			key := n
			key.Origin = 0
			out.hash[key] = lits[i]
		}
	}
	out.Shell = MapShell(&g.Shell, of)
	return out
}
