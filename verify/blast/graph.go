package blast

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

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	KZero Kind = iota // node 0
	KFree             // a free input
	KAnd              // A and B
	KXor              // A xor B, both not complemented
	KIte              // C ? A : B, with A and C not complemented
)

// Node is one node of a formula. Its operands are earlier nodes.
type Node struct {
	Kind    Kind
	A, B, C Lit
}

// Graph is a formula graph of conjunctions, exclusive ors and selections. Equal nodes are
// one node, constants are folded, and the nodes are in topological order.
type Graph struct {
	// Digits selects how products are built: from digits as cores build them (product.go), or
	// from rows of single bits as gates do.
	Digits bool

	Nodes []Node
	made  map[Node]Lit
}

// NewGraph returns an empty formula graph.
func NewGraph() *Graph { return &Graph{Nodes: []Node{{}}, made: map[Node]Lit{}} }

// Const returns a constant.
func Const(v bool) Lit {
	if v {
		return True
	}
	return False
}

// Free adds a free input.
func (g *Graph) Free() Lit {
	g.Nodes = append(g.Nodes, Node{Kind: KFree})
	return Lit(2 * (len(g.Nodes) - 1))
}

func (g *Graph) make(n Node) Lit {
	if l, ok := g.made[n]; ok {
		return l
	}
	l := Lit(2 * len(g.Nodes))
	g.Nodes = append(g.Nodes, n)
	g.made[n] = l
	return l
}

// And returns a and b.
func (g *Graph) And(a, b Lit) Lit {
	switch {
	case a == False || b == False || a == b.Not():
		return False
	case a == True || a == b:
		return b
	case b == True:
		return a
	}
	return g.make(Node{Kind: KAnd, A: min(a, b), B: max(a, b)})
}

// Or returns a or b.
func (g *Graph) Or(a, b Lit) Lit { return g.And(a.Not(), b.Not()).Not() }

// Xor returns a xor b.
func (g *Graph) Xor(a, b Lit) Lit {
	flip := (a ^ b) & 1
	a, b = a&^1, b&^1
	switch {
	case a == b:
		return flip
	case a == False:
		return b ^ flip
	case b == False:
		return a ^ flip
	}
	return g.make(Node{Kind: KXor, A: min(a, b), B: max(a, b)}) ^ flip
}

// Ite returns c ? a : b.
func (g *Graph) Ite(c, a, b Lit) Lit {
	switch {
	case c == True || a == b:
		return a
	case c == False:
		return b
	case a == b.Not():
		return g.Xor(c, b)
	case a == True || a == c:
		return g.Or(c, b)
	case a == False || a == c.Not():
		return g.And(c.Not(), b)
	case b == False || b == c:
		return g.And(c, a)
	case b == True || b == c.Not():
		return g.Or(c.Not(), a)
	}
	if c&1 == 1 {
		c, a, b = c.Not(), b, a
	}
	flip := a & 1
	return g.make(Node{Kind: KIte, A: a ^ flip, B: b ^ flip, C: c}) ^ flip
}

// Eval computes all nodes for 64 patterns in parallel. The function `free` gives the value of
// each free input.
func (g *Graph) Eval(free func(node int) uint64) []uint64 {
	v := make([]uint64, len(g.Nodes))
	for i := range g.Nodes {
		if g.Nodes[i].Kind == KFree {
			v[i] = free(i)
		} else {
			v[i] = g.Nodes[i].Eval(v)
		}
	}
	return v
}

// Eval computes a node from the values of earlier nodes. The node must not be a free input.
func (n *Node) Eval(v []uint64) uint64 {
	switch n.Kind {
	case KAnd:
		return ValueOf(v, n.A) & ValueOf(v, n.B)
	case KXor:
		return ValueOf(v, n.A) ^ ValueOf(v, n.B)
	case KIte:
		b := ValueOf(v, n.B)
		return b ^ (ValueOf(v, n.A)^b)&ValueOf(v, n.C)
	}
	return 0
}

// ValueOf returns the value of a literal, given the values of the nodes.
func ValueOf(v []uint64, l Lit) uint64 { return v[l>>1] ^ -uint64(l&1) }
