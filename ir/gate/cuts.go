package gate

import "sort"

// Delays in the model of the mapper. The unit is a tenth of the delay of a look-up table with
// its wires.
const (
	delayLUT     = 10 // through a look-up table, or through an asynchronous memory read
	delayToCarry = 8  // from a net into the carry chain
	delayCarry   = 1  // along the chain
)

const maxCuts = 16 // number of cuts kept for each node

// cut is a sorted set of nodes, the leaves of another node. One look-up table can compute the
// other node from the leaves.
type cut struct {
	n      int8
	leaf   [4]int32
	arrive int32
	flow   float32
}

func (c *cut) leaves() []int32 { return c.leaf[:c.n] }

// merge joins two cuts. ok is false if the result has more than four leaves.
func merge(a, b *cut) (out cut, ok bool) {
	i, j := int8(0), int8(0)
	for i < a.n || j < b.n {
		if out.n == 4 {
			return out, false
		}
		switch {
		case j == b.n || i < a.n && a.leaf[i] < b.leaf[j]:
			out.leaf[out.n] = a.leaf[i]
			i++
		case i == a.n || b.leaf[j] < a.leaf[i]:
			out.leaf[out.n] = b.leaf[j]
			j++
		default:
			out.leaf[out.n] = a.leaf[i]
			i, j = i+1, j+1
		}
		out.n++
	}
	return out, true
}

// within reports whether every leaf of a is a leaf of b.
func within(a, b *cut) bool {
	j := int8(0)
	for i := int8(0); i < a.n; i++ {
		for j < b.n && b.leaf[j] < a.leaf[i] {
			j++
		}
		if j == b.n || b.leaf[j] != a.leaf[i] {
			return false
		}
	}
	return true
}

// enumerate finds the best cuts of every And node. The best cut has the earliest arrival time and,
// among equal times, the smallest area flow.
func (m *mapper) enumerate() {
	for _, i := range m.order {
		n := &m.g.Nodes[i]
		switch n.Kind {
		case Leaf:
			m.arrive[i] = m.leafArrival(i)
		case Carry:
			m.arrive[i] = m.carryArrival(n)
			m.flow[i] = (m.flow[n.A.Node()] + m.flow[n.B.Node()] + m.flow[n.C.Node()] + 1) / m.refs(i)
		case And:
			m.cuts[i] = m.cutsOf(i, n)
			best := &m.cuts[i][0]
			m.arrive[i], m.flow[i] = best.arrive, best.flow/m.refs(i)
		}
	}
}

func (m *mapper) refs(node int) float32 { return float32(max(m.fanout[node], 1)) }

// cutsOf merges the cuts of both operands, drops each cut that contains another cut, and keeps
// the best of the rest.
func (m *mapper) cutsOf(i int, n *Node) []cut {
	if c, ok := m.sums[i]; ok {
		m.weigh(&c)
		return []cut{c}
	}
	left, right := m.asOperand(n.A.Node()), m.asOperand(n.B.Node())
	var out []cut
	for i := range left {
		for j := range right {
			if c, ok := merge(&left[i], &right[j]); ok {
				out = addCut(out, c)
			}
		}
	}
	for i := range out {
		m.weigh(&out[i])
	}
	sort.SliceStable(out, func(i, j int) bool { return better(&out[i], &out[j]) })
	return out[:min(len(out), maxCuts)]
}

func better(a, b *cut) bool {
	if a.arrive != b.arrive {
		return a.arrive < b.arrive
	}
	if a.flow != b.flow {
		return a.flow < b.flow
	}
	return a.n < b.n
}

func addCut(set []cut, c cut) []cut {
	kept := set[:0]
	for i := range set {
		if within(&set[i], &c) {
			return set
		}
	}
	for i := range set {
		if !within(&c, &set[i]) {
			kept = append(kept, set[i])
		}
	}
	return append(kept, c)
}

// asOperand returns the cuts of a node, and also the cut that has only the node itself.
func (m *mapper) asOperand(node int) []cut {
	self := cut{n: 1, leaf: [4]int32{int32(node)}}
	return append([]cut{self}, m.cuts[node]...)
}

// weigh computes the arrival time and area flow of a cut from its leaves.
func (m *mapper) weigh(c *cut) {
	c.arrive, c.flow = 0, 1
	for _, l := range c.leaves() {
		c.arrive = max(c.arrive, m.arrive[l]+delayLUT)
		c.flow += m.flow[l]
	}
}

func (m *mapper) carryArrival(n *Node) int32 {
	into := max(m.arrive[n.A.Node()], m.arrive[n.B.Node()]) + delayToCarry
	return max(into, m.arrive[n.C.Node()]+delayCarry)
}

// leafArrival is the arrival time of a leaf. This time is 0, except for the data of asynchronous
// reads, which arrive after the address.
func (m *mapper) leafArrival(node int) int32 {
	p := m.async[node]
	if p == nil {
		return 0
	}
	var at int32
	for _, a := range p.Addr {
		at = max(at, m.arrive[a.Node()])
	}
	return at + delayLUT
}

// tableOf computes the function of a node in terms of the leaves of a cut. Each node between the
// leaves and the node is visited only once, because there can be many nodes between them.
func (g *Graph) tableOf(node int, c *cut) uint16 {
	done := map[int]uint16{}
	for i, l := range c.leaves() {
		done[int(l)] = [4]uint16{0xAAAA, 0xCCCC, 0xF0F0, 0xFF00}[i]
	}
	return g.tableIn(node, done)
}

func (g *Graph) tableIn(node int, done map[int]uint16) uint16 {
	if t, ok := done[node]; ok {
		return t
	}
	n := &g.Nodes[node]
	a, b := g.tableIn(n.A.Node(), done), g.tableIn(n.B.Node(), done)
	if n.A.Inverted() {
		a = ^a
	}
	if n.B.Inverted() {
		b = ^b
	}
	done[node] = a & b
	return a & b
}
