package gate

import "math"

// Map covers the graph with look-up tables and carry cells. The first pass is optimal in depth.
// Further passes use slack to save tables, first by area flow, then by exact counts.
func Map(g *Graph) (*Netlist, error) {
	m := newMapper(g)
	m.enumerate()
	for i := range m.chosen {
		m.chosen[i] = 0
	}
	m.cover()
	for range 2 {
		m.require()
		m.recover(m.chooseByFlow)
		m.cover()
	}
	for range 3 {
		m.require()
		m.recover(m.chooseExactly)
		m.cover()
	}
	n := m.netlist()
	return n, n.Verify()
}

type mapper struct {
	g        *Graph
	async    []*Read[Lit] // for each node: the asynchronous read that drives it
	order    []int        // the nodes; data of asynchronous reads come after their addresses
	cuts     [][]cut
	chosen   []int32 // for each And node: its chosen cut
	arrive   []int32
	required []int32
	flow     []float32
	fanout   []int32     // number of readers, first in the graph, then in the current cover
	roots    []int       // nodes that the shell reads
	sums     map[int]cut // for each sum of an adder: the inputs of its carry cell
}

func newMapper(g *Graph) *mapper {
	n := len(g.Nodes)
	m := &mapper{
		g: g, async: make([]*Read[Lit], n), cuts: make([][]cut, n), chosen: make([]int32, n),
		arrive: make([]int32, n), required: make([]int32, n), flow: make([]float32, n), fanout: make([]int32, n), sums: map[int]cut{},
	}
	for i := range g.Mems {
		for j := range g.Mems[i].Reads {
			if p := &g.Mems[i].Reads[j]; !p.Sync {
				for _, d := range p.Data {
					m.async[d.Node()] = p
				}
			}
		}
	}
	m.sort()
	g.Readers(func(l Lit) {
		m.roots = append(m.roots, l.Node())
		m.fanout[l.Node()]++
	})
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Kind == And || n.Kind == Carry {
			m.fanout[n.A.Node()]++
			m.fanout[n.B.Node()]++
			if n.Kind == Carry {
				m.fanout[n.C.Node()]++
				m.findSum(n)
			}
		}
	}
	return m
}

// sort orders the nodes. Leaves may be anywhere, except that the data of an asynchronous read come
// after its address.
func (m *mapper) sort() {
	seen := make([]bool, len(m.g.Nodes))
	var visit func(node int)
	visit = func(node int) {
		if seen[node] {
			return
		}
		seen[node] = true
		n := &m.g.Nodes[node]
		visit(n.A.Node())
		visit(n.B.Node())
		visit(n.C.Node())
		if p := m.async[node]; p != nil {
			for _, a := range p.Addr {
				visit(a.Node())
			}
		}
		m.order = append(m.order, node)
	}
	for i := range m.g.Nodes {
		visit(i)
	}
}

// findSum finds the table that shares the logic cell of a carry. This table must read the inputs
// of the carry, which fixes its cut.
func (m *mapper) findSum(n *Node) {
	s, ok := m.g.foundXor(n.A, n.B)
	if ok {
		s, ok = m.g.foundXor(s, n.C)
	}
	if !ok || m.g.Nodes[s.Node()].Kind != And {
		return
	}
	c := cut{}
	for _, l := range []Lit{n.A, n.B, n.C} {
		if l > True {
			self := cut{n: 1, leaf: [4]int32{int32(l.Node())}}
			c, _ = merge(&c, &self)
		}
	}
	if c.n > 1 { // with one operand, the sum is that operand
		m.sums[s.Node()] = c
	}
}

// inputs calls f for each node that the chosen cut of a used node reads, with the delay of the
// connection.
func (m *mapper) inputs(node int, f func(in int, delay int32)) {
	n := &m.g.Nodes[node]
	switch n.Kind {
	case Carry:
		f(n.A.Node(), delayToCarry)
		f(n.B.Node(), delayToCarry)
		f(n.C.Node(), delayCarry)
	case And:
		for _, l := range m.cuts[node][m.chosen[node]].leaves() {
			f(int(l), delayLUT)
		}
	case Leaf:
		if p := m.async[node]; p != nil {
			for _, a := range p.Addr {
				f(a.Node(), delayLUT)
			}
		}
	}
}

// cover counts how often the chosen cuts use each node. The addresses of asynchronous reads are
// already among the roots. Therefore the data of such a read count as a leaf that uses no other
// node.
func (m *mapper) cover() {
	clear(m.fanout)
	for _, r := range m.roots {
		m.fanout[r]++
	}
	for i := len(m.g.Nodes) - 1; i > 0; i-- {
		if m.fanout[i] > 0 && m.g.Nodes[i].Kind != Leaf {
			m.inputs(i, func(in int, _ int32) { m.fanout[in]++ })
		}
	}
}

// require computes the arrival times of the current cover. It also computes the latest arrival
// time of each used node that does not extend the longest path.
func (m *mapper) require() {
	var longest int32
	m.arrivals()
	for _, r := range m.roots {
		longest = max(longest, m.arrive[r])
	}
	for i := range m.required {
		m.required[i] = math.MaxInt32
	}
	for _, r := range m.roots {
		m.required[r] = longest
	}
	for k := len(m.order) - 1; k > 0; k-- {
		if i := m.order[k]; m.fanout[i] > 0 {
			m.inputs(i, func(in int, d int32) { m.required[in] = min(m.required[in], m.required[i]-d) })
		}
	}
}

func (m *mapper) arrivals() {
	for _, i := range m.order {
		switch n := &m.g.Nodes[i]; n.Kind {
		case Leaf:
			m.arrive[i] = m.leafArrival(i)
		case Carry:
			m.arrive[i] = m.carryArrival(n)
		case And:
			c := &m.cuts[i][m.chosen[i]]
			m.weigh(c)
			m.arrive[i] = c.arrive
		}
	}
}

// recover chooses a cut again for every node, in order. The choice considers only the cuts that
// arrive in time.
func (m *mapper) recover(choose func(node int)) {
	for _, i := range m.order {
		switch n := &m.g.Nodes[i]; n.Kind {
		case Leaf:
			m.arrive[i] = m.leafArrival(i)
		case Carry:
			m.arrive[i] = m.carryArrival(n)
			m.flow[i] = (m.flow[n.A.Node()] + m.flow[n.B.Node()] + m.flow[n.C.Node()] + 1) / m.refs(i)
		case And:
			for j := range m.cuts[i] {
				m.weigh(&m.cuts[i][j])
			}
			choose(i)
			c := &m.cuts[i][m.chosen[i]]
			m.arrive[i], m.flow[i] = c.arrive, c.flow/m.refs(i)
		}
	}
}

func (m *mapper) chooseByFlow(node int) {
	best := -1
	for j := range m.cuts[node] {
		c := &m.cuts[node][j]
		if c.arrive > m.required[node] {
			continue
		}
		if best < 0 || c.flow < m.cuts[node][best].flow ||
			c.flow == m.cuts[node][best].flow && c.arrive < m.cuts[node][best].arrive {
			best = j
		}
	}
	if best >= 0 {
		m.chosen[node] = int32(best)
	}
}

// chooseExactly tries each cut of a used node. It keeps the cut whose cone adds the fewest
// tables to the cover.
func (m *mapper) chooseExactly(node int) {
	if m.fanout[node] == 0 {
		m.chooseByFlow(node)
		return
	}
	m.drop(node)
	best, bestArea := m.chosen[node], int32(math.MaxInt32)
	for j := range m.cuts[node] {
		c := &m.cuts[node][j]
		if c.arrive > m.required[node] {
			continue
		}
		m.chosen[node] = int32(j)
		area := m.take(node)
		m.drop(node)
		if area < bestArea || area == bestArea && c.arrive < m.cuts[node][best].arrive {
			best, bestArea = int32(j), area
		}
	}
	m.chosen[node] = best
	m.take(node)
}

// take adds 1 to the use count of each node that the chosen cut of a node reads. If such a node
// was unused before, take does the same for this node. It returns the number of cells that are
// added to the cover.
func (m *mapper) take(node int) int32 {
	area := int32(1)
	m.inputs(node, func(in int, _ int32) {
		if m.fanout[in]++; m.fanout[in] == 1 && m.hasCell(in) {
			area += m.take(in)
		}
	})
	return area
}

// drop undoes take.
func (m *mapper) drop(node int) {
	m.inputs(node, func(in int, _ int32) {
		if m.fanout[in]--; m.fanout[in] == 0 && m.hasCell(in) {
			m.drop(in)
		}
	})
}

func (m *mapper) hasCell(node int) bool {
	k := m.g.Nodes[node].Kind
	return k == And || k == Carry
}
