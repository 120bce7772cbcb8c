package equiv

import (
	"math/rand/v2"

	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

const (
	firstWords    = 16     // random patterns before the sweep, as words of 64 patterns
	sweepLimit    = 300    // solver conflicts allowed for one internal pair
	defaultLimit  = 200000 // solver conflicts allowed for one bit at the end
	maxCandidates = 8      // number of internal nodes compared with one node
	perExample    = 4      // patterns made from one refutation: the refutation itself and variations of it
)

// sweeper rebuilds a formula graph node by node. It merges a node with an earlier node if it
// can prove the two nodes equal.
type sweeper struct {
	from   *blast.Graph // the graph of both sides
	to     *blast.Graph // the merged graph
	lits   []blast.Lit  // for each node of `from`: its literal in `to`
	same   []blast.Lit  // for each node of `to`: the literal that represents it
	leaves *leaves
	r      *rand.Rand
	limit  int

	words   [][]uint64 // patterns: each element holds 64 values of every node of `to`
	pending []uint64   // node values under the patterns that are being collected
	fill    int        // number of patterns in pending
	free    []uint64   // for each node of `to`: the pattern bits of free inputs in pending
	classes map[uint64][]int
	placing int // the node that has no class yet, -1: none

	solver  *sat.Solver
	vars    []sat.Var // for each node of `to`; -1: not encoded yet
	mark    []int     // for each node of `to`: number of its last visit
	visit   int
	merged  int
	queries int
}

func newSweeper(l *leaves, opt Options) *sweeper {
	s := &sweeper{
		from: l.g, to: blast.NewGraph(), leaves: l, r: rand.New(rand.NewPCG(opt.Seed, 0x5eed)),
		limit: opt.Conflicts, classes: map[uint64][]int{}, placing: -1, solver: sat.New(),
	}
	if s.limit == 0 {
		s.limit = defaultLimit
	}
	s.lits = make([]blast.Lit, len(s.from.Nodes))
	s.words = make([][]uint64, firstWords)
	s.grow()
	s.join(0)
	return s
}

// grow adds the newest node of the graph `to` to the tables and computes its values.
func (s *sweeper) grow() {
	i := len(s.to.Nodes) - 1
	n := &s.to.Nodes[i]
	for w := range s.words {
		v := s.r.Uint64()
		if w%4 == 3 { // patterns with few ones activate more decoders
			v &= s.r.Uint64() & s.r.Uint64()
		}
		if n.Kind != blast.KFree {
			v = n.Eval(s.words[w])
		}
		s.words[w] = append(s.words[w], v)
	}
	free := s.r.Uint64()
	s.free = append(s.free, free)
	if n.Kind != blast.KFree {
		free = n.Eval(s.pending)
	}
	s.pending = append(s.pending, free)
	s.same = append(s.same, blast.Lit(2*i))
	s.vars = append(s.vars, -1)
	s.mark = append(s.mark, 0)
}

// sweep rebuilds all nodes in order.
func (s *sweeper) sweep() {
	for i := 1; i < len(s.from.Nodes); i++ {
		n := &s.from.Nodes[i]
		was := len(s.to.Nodes)
		var l blast.Lit
		switch n.Kind {
		case blast.KFree:
			l = s.to.Free()
		case blast.KAnd:
			l = s.to.And(s.of(n.A), s.of(n.B))
		case blast.KXor:
			l = s.to.Xor(s.of(n.A), s.of(n.B))
		case blast.KIte:
			l = s.to.Ite(s.of(n.C), s.of(n.A), s.of(n.B))
		}
		if len(s.to.Nodes) > was {
			s.grow()
			s.place(was)
		}
		s.lits[i] = s.same[l.Node()] ^ l&1
	}
}

// of returns the literal in the graph `to` that represents a literal of the graph `from`.
func (s *sweeper) of(l blast.Lit) blast.Lit { return s.lits[l.Node()] ^ l&1 }

// phase is the value of a node under the first pattern. With the phase, the sweeper can treat a
// node and its complement as equal.
func (s *sweeper) phase(node int) uint64 { return -(s.words[0][node] & 1) }

// key hashes the values of a node. A node and its complement have the same key.
func (s *sweeper) key(node int) uint64 {
	h, p := uint64(14695981039346656037), s.phase(node)
	for w := range s.words {
		h = (h ^ s.words[w][node] ^ p) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

func (s *sweeper) join(node int) {
	k := s.key(node)
	s.classes[k] = append(s.classes[k], node)
}

// looksEqual reports whether two nodes are equal or complementary under all patterns.
func (s *sweeper) looksEqual(a, b int) bool {
	flip := s.phase(a) ^ s.phase(b)
	for w := range s.words {
		if s.words[w][a] != s.words[w][b]^flip {
			return false
		}
	}
	seen := uint64(1)<<s.fill - 1
	return (s.pending[a]^s.pending[b]^flip)&seen == 0
}

// place merges a new node with an equal node, or makes a new class for it.
func (s *sweeper) place(node int) {
	if s.to.Nodes[node].Kind == blast.KFree {
		s.join(node)
		return
	}
	s.placing = node
	defer func() { s.placing = -1 }()
	// Iterate over a copy of the candidates, because a refutation may rehash the classes.
	tried := append([]int(nil), s.classes[s.key(node)]...)
	for _, c := range tried[:min(len(tried), maxCandidates)] {
		if !s.looksEqual(node, c) {
			continue
		}
		l := blast.Lit(2*c) | blast.Lit((s.phase(node)^s.phase(c))&1)
		if st, _ := s.prove(blast.Lit(2*node), l, sweepLimit); st == sat.Unsat {
			s.same[node] = l
			s.merged++
			return
		}
	}
	s.join(node)
}

// prove asks the solver whether two literals of the graph `to` can differ. Unsat means that the
// literals are equal. If they can differ, prove stores the values of the free inputs as a
// pattern and returns these values.
func (s *sweeper) prove(a, b blast.Lit, limit int) (sat.Status, map[int]bool) {
	if a == b {
		return sat.Unsat, nil
	}
	s.visit++
	vars := s.cone(a.Node(), s.cone(b.Node(), nil))
	x, y := s.literal(a), s.literal(b)
	worst := sat.Unsat
	for _, assume := range [2][2]sat.Lit{{x, y.Not()}, {x.Not(), y}} {
		s.queries++
		switch s.solver.Solve(vars, limit, assume[0], assume[1]) {
		case sat.Sat:
			values := map[int]bool{}
			for node, v := range s.vars {
				if v >= 0 && s.mark[node] == s.visit && s.to.Nodes[node].Kind == blast.KFree {
					values[node] = s.solver.Value(v)
				}
			}
			s.remember(values)
			return sat.Sat, values
		case sat.Unknown:
			worst = sat.Unknown
		}
	}
	return worst, nil
}

func (s *sweeper) literal(l blast.Lit) sat.Lit {
	v := s.vars[l.Node()]
	if l&1 == 1 {
		return v.Neg()
	}
	return v.Pos()
}

// cone lists the solver variables below a node, and encodes nodes that are new.
func (s *sweeper) cone(node int, vars []sat.Var) []sat.Var {
	if s.mark[node] == s.visit {
		return vars
	}
	s.mark[node] = s.visit
	n := &s.to.Nodes[node]
	if n.Kind != blast.KZero && n.Kind != blast.KFree {
		vars = s.cone(n.A.Node(), vars)
		vars = s.cone(n.B.Node(), vars)
		if n.Kind == blast.KIte {
			vars = s.cone(n.C.Node(), vars)
		}
	}
	if s.vars[node] < 0 {
		s.encode(node)
	}
	return append(vars, s.vars[node])
}

// encode adds the clauses that define a node.
func (s *sweeper) encode(node int) {
	s.vars[node] = s.solver.Var()
	v, n := s.vars[node].Pos(), &s.to.Nodes[node]
	switch n.Kind {
	case blast.KZero:
		s.solver.Add(v.Not())
	case blast.KAnd:
		a, b := s.literal(n.A), s.literal(n.B)
		s.solver.Add(v.Not(), a)
		s.solver.Add(v.Not(), b)
		s.solver.Add(v, a.Not(), b.Not())
	case blast.KXor:
		a, b := s.literal(n.A), s.literal(n.B)
		s.solver.Add(v.Not(), a, b)
		s.solver.Add(v.Not(), a.Not(), b.Not())
		s.solver.Add(v, a.Not(), b)
		s.solver.Add(v, a, b.Not())
	case blast.KIte:
		a, b, c := s.literal(n.A), s.literal(n.B), s.literal(n.C)
		s.solver.Add(c.Not(), v.Not(), a)
		s.solver.Add(c.Not(), v, a.Not())
		s.solver.Add(c, v.Not(), b)
		s.solver.Add(c, v, b.Not())
		s.solver.Add(v.Not(), a, b)
		s.solver.Add(v, a.Not(), b.Not())
	}
}

// remember adds a refutation and variations of it to the pending patterns.
func (s *sweeper) remember(values map[int]bool) {
	for k := range perExample {
		for node := range s.to.Nodes {
			if s.to.Nodes[node].Kind != blast.KFree {
				continue
			}
			v, known := values[node]
			if !known || k > 0 && s.r.IntN(16) == 0 {
				v = s.r.IntN(2) == 1
			}
			s.free[node] &^= 1 << s.fill
			if v {
				s.free[node] |= 1 << s.fill
			}
		}
		s.fill++
	}
	s.simulate()
	if s.fill == 64 {
		s.words = append(s.words, append([]uint64(nil), s.pending...))
		s.fill = 0
		s.rehash()
	}
}

func (s *sweeper) simulate() {
	for i := range s.to.Nodes {
		n := &s.to.Nodes[i]
		if n.Kind == blast.KFree {
			s.pending[i] = s.free[i]
		} else {
			s.pending[i] = n.Eval(s.pending)
		}
	}
}

// rehash divides the nodes into classes by their values under all patterns.
func (s *sweeper) rehash() {
	var members []int
	for node := range s.to.Nodes {
		if node != s.placing && s.same[node] == blast.Lit(2*node) {
			members = append(members, node)
		}
	}
	s.classes = map[uint64][]int{}
	for _, node := range members {
		s.join(node)
	}
}
