package gate

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Lit is a node of a Graph (Lit>>1) or its complement (bit 0 set).
type Lit uint32

// The constants. Node 0 is constant 0.
const (
	False Lit = 0
	True  Lit = 1
)

// Not returns the complement of l.
func (l Lit) Not() Lit { return l ^ 1 }

// Node returns the index of the literal's node.
func (l Lit) Node() int { return int(l >> 1) }

// Inverted reports whether l is a complement.
func (l Lit) Inverted() bool { return l&1 == 1 }

// NodeKind is the kind of a node of a Graph.
type NodeKind uint8

// The kinds of nodes.
const (
	Zero  NodeKind = iota // node 0
	Leaf                  // driven by the shell
	And                   // A and B
	Carry                 // at least two of A, B, C; C is a constant or a carry node, not inverted
)

// Node is one node of a Graph. A, B and C refer to earlier nodes.
type Node struct {
	Kind    NodeKind
	A, B, C Lit
	Origin  rtl.ID // the circuit node for which the node was first made
}

// Graph is an and-inverter graph with carry nodes. It is structurally hashed: equal nodes are a
// single node, and constants are folded. Nodes are in topological order. The address of an
// asynchronous read comes before the first node that uses its data.
type Graph struct {
	Shell[Lit]
	Nodes  []Node
	Owners []string // for each circuit node: the name of its owner, see owners.go
	hash   map[Node]Lit
	origin rtl.ID
	plain  bool // build carries from ands
}

// NewGraph returns an empty graph. If carries is set, the carry of an adder is one node.
// Otherwise the graph has only ands.
func NewGraph(name string, carries bool) *Graph {
	return &Graph{Shell: Shell[Lit]{Name: name}, Nodes: []Node{{Kind: Zero}}, hash: map[Node]Lit{}, origin: rtl.None, plain: !carries}
}

// Lit returns a constant.
func (g *Graph) Lit(v bool) Lit {
	if v {
		return True
	}
	return False
}

// Not returns the complement of a.
func (g *Graph) Not(a Lit) Lit { return a.Not() }

// Leaf adds a node that the shell drives.
func (g *Graph) Leaf() Lit {
	g.Nodes = append(g.Nodes, Node{Kind: Leaf, Origin: g.origin})
	return Lit(2 * (len(g.Nodes) - 1))
}

// Leaves adds w leaves.
func (g *Graph) Leaves(w int) []Lit {
	out := make([]Lit, w)
	for i := range out {
		out[i] = g.Leaf()
	}
	return out
}

// node returns the literal of a node. If no equal node exists, it makes the node.
func (g *Graph) node(n Node) Lit {
	if l, ok := g.hash[n]; ok {
		return l
	}
	l := Lit(2 * len(g.Nodes))
	g.hash[n] = l
	n.Origin = g.origin
	g.Nodes = append(g.Nodes, n)
	return l
}

// And returns the and of a and b, folded and hashed.
func (g *Graph) And(a, b Lit) Lit {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == False || a == b.Not():
		return False
	case a == True || a == b:
		return b
	}
	if l, ok := g.absorb(a, b); ok {
		return l
	}
	if l, ok := g.absorb(b, a); ok {
		return l
	}
	return g.node(Node{Kind: And, A: a, B: b})
}

// absorb simplifies the and of a and b if b is an and that contains a: x(xy) = xy, x(!x y) = 0,
// x !(!x y) = x and x !(xy) = x !y.
func (g *Graph) absorb(a, b Lit) (Lit, bool) {
	n := &g.Nodes[b.Node()]
	if n.Kind != And {
		return 0, false
	}
	has, not := n.A == a || n.B == a, n.A == a.Not() || n.B == a.Not()
	switch {
	case !b.Inverted() && has:
		return b, true
	case !b.Inverted() && not:
		return False, true
	case b.Inverted() && not:
		return a, true
	case b.Inverted() && n.A == a:
		return g.And(a, n.B.Not()), true
	case b.Inverted() && n.B == a:
		return g.And(a, n.A.Not()), true
	}
	return 0, false
}

// Xor returns a xor b. Complements of operands move to the result, and each function therefore has
// a single form.
func (g *Graph) Xor(a, b Lit) Lit {
	flip := (a ^ b) & 1
	a, b = a&^1, b&^1
	return g.And(or[Lit](g, a, b), g.And(a, b).Not()) ^ flip
}

// Mux returns c ? x : y. Mux folds some cases that And does not fold.
func (g *Graph) Mux(c, x, y Lit) Lit {
	switch x {
	case y:
		return x
	case y.Not():
		return g.Xor(c, y)
	}
	return or[Lit](g, g.And(c, x), g.And(c.Not(), y))
}

// Carry returns the majority of a, b and c, where c is the incoming carry. The result is a carry
// node unless it is constant or equal to an operand. In this way a constant operand does not break
// a carry chain.
func (g *Graph) Carry(a, b, c Lit) Lit {
	switch {
	case g.plain:
		return g.majority(a, b, c)
	case a == b || a == c:
		return a
	case b == c:
		return b
	case a == b.Not():
		return c
	}
	if c.Inverted() && c != True { // majority is self-dual, and the chain can stay positive
		return g.Carry(a.Not(), b.Not(), c.Not()).Not()
	}
	if a > b {
		a, b = b, a
	}
	if n := c.Node(); n != 0 && g.Nodes[n].Kind != Carry { // begins a chain: c + 1 + 0 carries c
		c = g.node(Node{Kind: Carry, A: True, B: c, C: False})
	}
	return g.node(Node{Kind: Carry, A: a, B: b, C: c})
}

func (g *Graph) majority(a, b, c Lit) Lit {
	return or[Lit](g, g.And(a, b), g.And(c, or[Lit](g, a, b)))
}

// found looks up an and without making it.
func (g *Graph) found(a, b Lit) (Lit, bool) {
	l, ok := g.hash[Node{Kind: And, A: min(a, b), B: max(a, b)}]
	return l, ok
}

// foundXor looks up an exclusive or without making it, as a positive literal.
func (g *Graph) foundXor(a, b Lit) (Lit, bool) {
	a, b = a&^1, b&^1
	if a == False || b == False {
		return a | b, true
	}
	none, ok1 := g.found(a.Not(), b.Not())
	both, ok2 := g.found(a, b)
	if !ok1 || !ok2 {
		return 0, false
	}
	return g.found(none.Not(), both.Not())
}

// Counts returns the numbers of And and Carry nodes.
func (g *Graph) Counts() (ands, carries int) {
	for i := range g.Nodes {
		switch g.Nodes[i].Kind {
		case And:
			ands++
		case Carry:
			carries++
		}
	}
	return ands, carries
}

// Eval computes all nodes for 64 patterns in parallel. `leaf` gives the value of each leaf node.
// The index of the result is the number of a node. The data of memory reads are leaves. Eval is
// for checks, and sim/gates is the fast engine.
func (g *Graph) Eval(leaf func(node int) uint64) []uint64 {
	v := make([]uint64, len(g.Nodes))
	for i := range g.Nodes {
		n := &g.Nodes[i]
		switch n.Kind {
		case Leaf:
			v[i] = leaf(i)
		case And:
			v[i] = ValueOf(v, n.A) & ValueOf(v, n.B)
		case Carry:
			a, b, c := ValueOf(v, n.A), ValueOf(v, n.B), ValueOf(v, n.C)
			v[i] = a&b | c&(a|b)
		}
	}
	return v
}

// ValueOf returns the value of a literal, given the values of the nodes.
func ValueOf(values []uint64, l Lit) uint64 {
	v := values[l.Node()]
	if l.Inverted() {
		return ^v
	}
	return v
}

// Verify checks these rules, in this order. Node 0 is the only constant. Ands and carries refer to
// earlier nodes. Nodes that use the data of an asynchronous read come after the nodes of the
// read's address. The C of a carry is a constant or a carry, and is not inverted. Each leaf is
// driven by exactly one bit of the shell, which is not inverted. The shell reads existing nodes.
// Groups of bits have the widths that the memories require. Names are unique and not empty.
func (g *Graph) Verify() error {
	after := g.addressed()
	for i := range g.Nodes {
		if err := g.verifyNode(i, after); err != nil {
			return fmt.Errorf("gate: node %d: %w", i, err)
		}
	}
	driven := make([]bool, len(g.Nodes))
	var err error
	g.Drivers(func(l Lit) {
		switch {
		case err != nil:
		case l.Node() >= len(g.Nodes) || l.Inverted() || g.Nodes[l.Node()].Kind != Leaf:
			err = fmt.Errorf("gate: literal %d does not name a leaf", l)
		case driven[l.Node()]:
			err = fmt.Errorf("gate: leaf %d has two drivers", l.Node())
		default:
			driven[l.Node()] = true
		}
	})
	g.Readers(func(l Lit) {
		if err == nil && l.Node() >= len(g.Nodes) {
			err = fmt.Errorf("gate: literal %d refers to no node", l)
		}
	})
	if err != nil {
		return err
	}
	for i := range g.Nodes {
		if g.Nodes[i].Kind == Leaf && !driven[i] {
			return fmt.Errorf("gate: leaf %d has no driver", i)
		}
	}
	return verifyShell(&g.Shell)
}

// addressed gives, for each data bit of an asynchronous read, the last node of the address.
func (g *Graph) addressed() map[int]int {
	after := map[int]int{}
	for i := range g.Mems {
		for j := range g.Mems[i].Reads {
			p := &g.Mems[i].Reads[j]
			last := 0
			for _, a := range p.Addr {
				last = max(last, a.Node())
			}
			for _, d := range p.Data {
				if !p.Sync {
					after[d.Node()] = last
				}
			}
		}
	}
	return after
}

func (g *Graph) verifyNode(i int, after map[int]int) error {
	n := &g.Nodes[i]
	if (n.Kind == Zero) != (i == 0) {
		return fmt.Errorf("the constant is node 0 and no other")
	}
	if n.Kind != And && n.Kind != Carry {
		return nil
	}
	if n.A.Node() >= i || n.B.Node() >= i || n.C.Node() >= i {
		return fmt.Errorf("refers to a node that does not come before it")
	}
	if max(after[n.A.Node()], after[n.B.Node()], after[n.C.Node()]) >= i {
		return fmt.Errorf("reads memory data before their address")
	}
	if n.Kind == Carry && n.C > True && (n.C.Inverted() || g.Nodes[n.C.Node()].Kind != Carry) {
		return fmt.Errorf("the incoming carry is not a carry")
	}
	return nil
}
