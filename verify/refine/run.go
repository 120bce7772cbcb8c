package refine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
)

type (
	lit  = blast.Lit
	bits = []blast.Lit
)

// Names of the memories and the operands in a core, which the proof reads.
const (
	textMemory = "text"
	regsMemory = "regs"
	dataMemory = "data"
	operand    = "operand "
)

// machine is a circuit that is cut at its operands. The executing instruction reads its
// operands from new inputs, and probes show the operand values that the circuit computes.
type machine struct {
	c       *rtl.Circuit
	cut     []bool // for each source operand: true if it is a separate node, false if it is the data of a read port
	sources int
}

// newMachine cuts the circuit at the nodes rs1, rs2 and rs3 if they exist. If these nodes do
// not exist, an operand is the data of a read port of the register file.
func newMachine(c *rtl.Circuit) *machine {
	d := *c
	d.Nodes = append([]rtl.Node(nil), c.Nodes...)
	d.Probes = append([]rtl.Probe(nil), c.Probes...)
	m := &machine{c: &d}
	for _, mem := range c.Mems {
		if mem.Name == regsMemory {
			m.sources = len(mem.Reads)
		}
	}
	m.cut = make([]bool, m.sources)
	for id, n := range c.Nodes {
		for i := range m.cut {
			name := fmt.Sprintf("rs%d", i+1)
			if n.Name != name || n.Kind != rtl.KOp {
				continue
			}
			m.cut[i] = true
			whole := n
			whole.Name = ""
			d.Nodes[id] = rtl.Node{Kind: rtl.KInput, Width: n.Width, Name: operand + name}
			d.Nodes = append(d.Nodes, whole)
			d.Probes = append(d.Probes, rtl.Probe{Name: operand + name, Node: rtl.ID(len(d.Nodes) - 1)})
		}
	}
	return m
}

// run holds the formulas of the machine over several cycles.
type run struct {
	g      *blast.Graph
	m      *machine
	regs   map[string]bits
	data   map[blast.Place]bits // data of synchronous read ports
	arrays map[string]*array
	assume bits
}

// cycle holds the values of one cycle.
type cycle struct {
	cones  map[blast.Place]bits
	inputs map[string]bits
}

func (y *cycle) probe(name string) bits {
	return y.cones[blast.Place{Kind: blast.Probe, Name: name}]
}

func (y *cycle) output(name string) bits {
	return y.cones[blast.Place{Kind: blast.Output, Name: name}]
}

func (y *cycle) write(k blast.PlaceKind, mem string) bits {
	return y.cones[blast.Place{Kind: k, Name: mem}]
}

// newRun starts a run in an arbitrary state, or after reset.
func newRun(m *machine, reset bool) *run {
	r := &run{g: blast.NewGraph(), m: m, regs: map[string]bits{}, data: map[blast.Place]bits{}, arrays: map[string]*array{}}
	r.g.Digits = !slices.ContainsFunc(m.c.Nodes, func(n rtl.Node) bool { return n.Op == word.Mul })
	for _, reg := range m.c.Regs {
		if reset {
			r.regs[reg.Name] = constant(reg.Width, reg.Reset)
		} else {
			r.regs[reg.Name] = r.free(reg.Width)
		}
	}
	for _, mem := range m.c.Mems {
		r.arrays[mem.Name] = &array{r: r, width: mem.Width, zero: mem.Name == regsMemory, digits: word.AmountBits(32 / mem.Width)}
		for j := range mem.Reads {
			r.data[blast.Place{Kind: blast.ReadData, Name: mem.Name, Port: j}] = r.free(mem.Width)
		}
	}
	return r
}

func (r *run) free(n int) bits {
	out := make(bits, n)
	for i := range out {
		out[i] = r.g.Free()
	}
	return out
}

func constant(n int, v uint64) bits {
	out := make(bits, n)
	for i := range out {
		out[i] = blast.Const(v>>i&1 == 1)
	}
	return out
}

// step adds the next cycle. The argument `operands` has the operands of the executing
// instruction. With nil, the operands may have any values.
func (r *run) step(operands []bits) (*cycle, error) {
	y := &cycle{cones: map[blast.Place]bits{}, inputs: map[string]bits{}}
	given := func(i int) bits {
		if i < len(operands) {
			return operands[i]
		}
		return nil
	}
	cones, err := blast.Circuit(r.g, r.m.c, func(p blast.Place, w int) bits {
		switch p.Kind {
		case blast.Register:
			return r.regs[p.Name]
		case blast.ReadData:
			if p.Name == regsMemory && !r.m.cut[p.Port] && given(p.Port) != nil {
				return given(p.Port)
			}
			return r.data[p]
		}
		if strings.HasPrefix(p.Name, operand) {
			if v := given(int(p.Name[len(p.Name)-1] - '1')); v != nil {
				return v
			}
		}
		if y.inputs[p.Name] == nil {
			y.inputs[p.Name] = r.free(w)
		}
		return y.inputs[p.Name]
	})
	if err != nil {
		return nil, err
	}
	for _, c := range cones {
		y.cones[c.Place] = c.Bits
	}
	r.clock(y)
	return y, nil
}

// clock computes the registers and memories of the next cycle.
func (r *run) clock(y *cycle) {
	for _, reg := range r.m.c.Regs {
		r.regs[reg.Name] = y.cones[blast.Place{Kind: blast.Next, Name: reg.Name}]
	}
	for _, m := range r.m.c.Mems {
		at := func(k blast.PlaceKind, port int) bits { return y.cones[blast.Place{Kind: k, Name: m.Name, Port: port}] }
		a := r.arrays[m.Name]
		for j := range m.Reads {
			p := blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}
			r.data[p] = r.choose(at(blast.ReadEnable, j)[0], a.read(at(blast.ReadAddr, j)), r.data[p])
		}
		for j := range m.Writes {
			a.writes = append(a.writes, arrayWrite{at(blast.WriteEnable, j)[0], at(blast.WriteAddr, j), at(blast.WriteLanes, j), at(blast.WriteData, j)})
		}
	}
}

func (r *run) choose(c lit, a, b bits) bits {
	out := make(bits, len(b))
	for i := range out {
		out[i] = r.g.Ite(c, a[i], b[i])
	}
	return out
}

// same is 1 if two words are equal. Missing bits count as 0.
func (r *run) same(a, b bits) lit {
	all := blast.True
	for i := range max(len(a), len(b)) {
		x, y := blast.False, blast.False
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		all = r.g.And(all, r.g.Xor(x, y).Not())
	}
	return all
}

func (r *run) any(a bits) lit {
	out := blast.False
	for _, x := range a {
		out = r.g.Or(out, x)
	}
	return out
}

func (r *run) all(list ...lit) lit {
	out := blast.True
	for _, x := range list {
		out = r.g.And(out, x)
	}
	return out
}

func (r *run) implies(a, b lit) lit { return r.g.Or(a.Not(), b) }

// word applies an operator. A formula exists for every operator.
func (r *run) word(op word.Op, w int, args ...bits) bits {
	out, err := r.g.Word(op, w, args, 0)
	if err != nil {
		panic("refine: " + err.Error())
	}
	return out
}

// array is a memory with unknown contents, in which equal addresses give equal words.
type array struct {
	r      *run
	width  int
	zero   bool // register 0 is always 0
	digits int  // address bits below the number of a register
	pairs  []pair
	writes []arrayWrite
}

type pair struct{ addr, data bits }

type arrayWrite struct {
	enable            lit
	addr, lanes, data bits
}

// read returns the word at an address after the writes so far.
func (a *array) read(addr bits) bits {
	v := a.first(addr)
	for _, w := range a.writes {
		here := a.r.g.And(w.enable, a.r.same(addr, w.addr))
		out := make(bits, a.width)
		for i := range out {
			out[i] = a.r.g.Ite(a.r.g.And(here, w.lanes[i*len(w.lanes)/a.width]), w.data[i], v[i])
		}
		v = out
	}
	return v
}

// first returns the word at an address before all writes.
func (a *array) first(addr bits) bits {
	v := a.r.free(a.width)
	if a.zero {
		some := a.r.any(addr[a.digits:])
		for i := range v {
			v[i] = a.r.g.And(some, v[i])
		}
	}
	for _, p := range a.pairs {
		v = a.r.choose(a.r.same(addr, p.addr), p.data, v)
	}
	a.pairs = append(a.pairs, pair{addr, v})
	return v
}

// suppose assumes that a literal is 1 and simplifies the state of the run accordingly. If the
// literal is a conjunction, the parts of the conjunction become constants.
func (r *run) suppose(l lit) {
	known := map[int]lit{}
	todo := []lit{l}
	for len(todo) > 0 {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, ok := known[x.Node()]; ok || x.Node() == 0 {
			continue
		}
		known[x.Node()] = blast.True ^ x&1
		if n := &r.g.Nodes[x.Node()]; n.Kind == blast.KAnd && x&1 == 0 {
			todo = append(todo, n.A, n.B)
		}
	}
	s := &substitution{g: r.g, to: known}
	for _, reg := range r.m.c.Regs {
		r.regs[reg.Name] = s.word(r.regs[reg.Name])
	}
	for _, m := range r.m.c.Mems {
		for j := range m.Reads {
			p := blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}
			r.data[p] = s.word(r.data[p])
		}
		a := r.arrays[m.Name]
		for i, p := range a.pairs {
			a.pairs[i] = pair{s.word(p.addr), s.word(p.data)}
		}
		for i, w := range a.writes {
			a.writes[i] = arrayWrite{s.lit(w.enable), s.word(w.addr), s.word(w.lanes), s.word(w.data)}
		}
	}
	r.assume = append(s.word(r.assume), l)
}

// substitution rebuilds formulas with some nodes replaced.
type substitution struct {
	g  *blast.Graph
	to map[int]lit // replacement of the positive literal of a node
}

func (s *substitution) word(in bits) bits {
	out := make(bits, len(in))
	for i, l := range in {
		out[i] = s.lit(l)
	}
	return out
}

func (s *substitution) lit(l lit) lit {
	if v, ok := s.to[l.Node()]; ok {
		return v ^ l&1
	}
	n := s.g.Nodes[l.Node()]
	v := lit(2 * l.Node())
	switch n.Kind {
	case blast.KAnd:
		v = s.g.And(s.lit(n.A), s.lit(n.B))
	case blast.KXor:
		v = s.g.Xor(s.lit(n.A), s.lit(n.B))
	case blast.KIte:
		v = s.g.Ite(s.lit(n.C), s.lit(n.A), s.lit(n.B))
	}
	s.to[l.Node()] = v
	return v ^ l&1
}

// cones copies the nodes that some literals depend on into a separate graph.
func cones(g *blast.Graph, roots bits) (*blast.Graph, bits) {
	out := blast.NewGraph()
	to := map[int]lit{0: blast.False}
	var copy func(l lit) lit
	copy = func(l lit) lit {
		if v, ok := to[l.Node()]; ok {
			return v ^ l&1
		}
		n := g.Nodes[l.Node()]
		var v lit
		switch n.Kind {
		case blast.KFree:
			v = out.Free()
		case blast.KAnd:
			v = out.And(copy(n.A), copy(n.B))
		case blast.KXor:
			v = out.Xor(copy(n.A), copy(n.B))
		case blast.KIte:
			c := copy(n.C)
			v = out.Ite(c, copy(n.A), copy(n.B))
		}
		to[l.Node()] = v
		return v ^ l&1
	}
	moved := make(bits, len(roots))
	for i, l := range roots {
		moved[i] = copy(l)
	}
	return out, moved
}
