package equiv

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/yosys"
)

// moduleSide makes the formulas of a module that yosys has read.
type moduleSide struct {
	c     *rtl.Circuit
	m     *yosys.Module
	n     *Names
	next  map[yosys.Bit]yosys.Bit // for each output of a flip-flop: its input
	gate  map[yosys.Bit]int       // the gate that drives each bit
	word  map[yosys.Bit][3]int    // the memory, read port and bit that drive each bit
	mems  []*yosys.Mem            // by index of the circuit's memories; nil: the module omits it
	reads [][]int                 // for each memory and read port of the circuit: the port of the module
}

func newModuleSide(c *rtl.Circuit, m *yosys.Module, n *Names) (*moduleSide, error) {
	s := &moduleSide{c: c, m: m, n: n, next: map[yosys.Bit]yosys.Bit{}, gate: map[yosys.Bit]int{}, word: map[yosys.Bit][3]int{}}
	clock := m.Nets[clockPort]
	for _, r := range m.Regs {
		if len(clock) != 1 || r.Clock != clock[0] {
			return nil, fmt.Errorf("the module has a flip-flop with a clock other than %s", clockPort)
		}
		s.next[r.Q] = r.D
	}
	for i := range m.Gates {
		for _, y := range m.Gates[i].Y {
			s.gate[y] = i
		}
	}
	for i := range c.Mems {
		mem := m.Mems[n.Mems[c.Mems[i].Name]]
		s.mems = append(s.mems, mem)
		s.reads = append(s.reads, make([]int, len(c.Mems[i].Reads)))
		if mem == nil {
			continue
		}
		for j, r := range mem.Reads {
			for k, b := range r.Data {
				s.word[b] = [3]int{i, j, k}
			}
		}
		for _, w := range mem.Writes {
			if w.Clock != clock[0] {
				return nil, fmt.Errorf("memory %s is written at a clock other than %s", mem.Name, clockPort)
			}
		}
	}
	return s, s.match()
}

// match finds the module's port for each read port of the circuit. The module's port is the one
// whose word goes into the data of the circuit's port. Every flip-flop of the module must
// belong to a register or to such data.
func (s *moduleSide) match() error {
	known := map[yosys.Bit]bool{}
	for _, r := range s.c.Regs {
		for _, b := range s.m.Nets[s.n.Regs[r.Name]] {
			known[b] = true
		}
	}
	for i := range s.c.Mems {
		for j, r := range s.c.Mems[i].Reads {
			name := s.n.Reads[blast.Place{Kind: blast.ReadData, Name: s.c.Mems[i].Name, Port: j}]
			if name == "" {
				continue
			}
			bits := s.m.Nets[name]
			from := bits
			if r.Sync {
				from = nil
				for _, b := range bits {
					known[b] = true
					from = append(from, s.next[b])
				}
			}
			ports := s.sources(i, from)
			if len(ports) != 1 {
				return fmt.Errorf("%s takes words of %d read ports of memory %s, expected one", name, len(ports), s.c.Mems[i].Name)
			}
			s.reads[i][j] = ports[0]
		}
	}
	for _, r := range s.m.Regs {
		if !known[r.Q] {
			return fmt.Errorf("the module has a flip-flop that the circuit lacks: %s", s.m.NameOf(r.Q))
		}
	}
	return nil
}

// sources lists the read ports of a memory that the bits depend on.
func (s *moduleSide) sources(mem int, bits []yosys.Bit) []int {
	seen := map[yosys.Bit]bool{}
	var ports []int
	todo := slices.Clone(bits)
	for len(todo) > 0 {
		b := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[b] {
			continue
		}
		seen[b] = true
		if w, ok := s.word[b]; ok && w[0] == mem && !slices.Contains(ports, w[1]) {
			ports = append(ports, w[1])
		}
		if i, ok := s.gate[b]; ok {
			g := &s.m.Gates[i]
			todo = append(append(append(todo, g.A...), g.B...), g.S...)
		}
	}
	return ports
}

// side makes one side of a comparison from the module.
func (s *moduleSide) side(l *leaves) *side {
	out := &side{data: s.data()}
	e := &evaluator[blast.Lit]{moduleSide: s, l: formulas{l.g}, leaf: l.of}
	e.emit = func(p blast.Place, bits []blast.Lit) { out.cones = append(out.cones, blast.Cone{Place: p, Bits: bits}) }
	e.run()
	out.replay = func(leaf func(blast.Place) uint64) map[blast.Place]uint64 {
		words := map[blast.Place]uint64{}
		r := &evaluator[bool]{moduleSide: s, l: values{}, leaf: func(p blast.Place, w int) []bool { return bitsOf(leaf(p), w) }}
		r.emit = func(p blast.Place, bits []bool) { words[p] = numberOf(bits) }
		r.run()
		return words
	}
	return out
}

func (s *moduleSide) data() data {
	var d data
	own := map[string]string{}
	for name, net := range s.n.Ports {
		own[net] = name
	}
	for _, p := range s.m.Ports {
		name, kind := own[p.Name], "output"
		if p.Input {
			kind = "input"
		}
		if p.Input && (p.Name == resetPort || p.Name == clockPort) {
			continue
		}
		if name == "" {
			name = p.Name
		}
		d = append(d, portDatum(kind, name, len(p.Bits)))
	}
	for i, m := range s.mems {
		if m != nil {
			d = d.array(s.c.Mems[i].Name, m.Width, m.Size, m.Init)
		}
	}
	return d
}

// evaluator computes the bits of a module from its leaves.
type evaluator[B any] struct {
	*moduleSide
	l    logic[B]
	leaf func(blast.Place, int) []B
	emit func(blast.Place, []B)
	bits map[yosys.Bit]B
}

func (e *evaluator[B]) run() {
	e.bits = map[yosys.Bit]B{yosys.Zero: e.l.Bool(false), yosys.One: e.l.Bool(true)}
	e.leaves()
	for _, o := range e.c.Outputs {
		e.emit(blast.Place{Kind: blast.Output, Name: o.Name}, e.word(e.m.Nets[e.n.Ports[o.Name]]))
	}
	for _, r := range e.c.Regs {
		if name, ok := e.n.Regs[r.Name]; ok {
			e.emit(blast.Place{Kind: blast.Next, Name: r.Name}, e.nextOf(e.m.Nets[name]))
		}
	}
	for i := range e.c.Mems {
		if e.mems[i] != nil {
			e.memory(i)
		}
	}
}

// leaves sets the bits of inputs, registers, read ports and the words of arrays.
func (e *evaluator[B]) leaves() {
	enter := func(p blast.Place, bits []yosys.Bit) {
		if len(bits) == 0 {
			return
		}
		for i, v := range e.leaf(p, len(bits)) {
			if bits[i] > yosys.One {
				e.bits[bits[i]] = v
			}
		}
	}
	enter(resetLeaf(), e.m.Nets[resetPort])
	for _, id := range e.c.Inputs {
		name := e.c.Nodes[id].Name
		enter(blast.Place{Kind: blast.Input, Name: name}, e.m.Nets[e.n.Ports[name]])
	}
	for _, r := range e.c.Regs {
		enter(blast.Place{Kind: blast.Register, Name: r.Name}, e.m.Nets[e.n.Regs[r.Name]])
	}
	for i := range e.c.Mems {
		m := &e.c.Mems[i]
		for j, r := range m.Reads {
			p := blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}
			if e.n.Reads[p] == "" || e.mems[i] == nil {
				continue
			}
			enter(p, e.m.Nets[e.n.Reads[p]])
			if r.Sync {
				enter(arrayWord(m.Name, j), e.mems[i].Reads[e.reads[i][j]].Data)
			}
		}
	}
}

func (e *evaluator[B]) memory(i int) {
	m, from := &e.c.Mems[i], e.mems[i]
	for j, r := range m.Reads {
		p := blast.Place{Kind: blast.ReadAddr, Name: m.Name, Port: j}
		name := e.n.Reads[blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}]
		if name == "" {
			continue
		}
		e.emit(p, e.padded(from.Reads[e.reads[i][j]].Addr, m.AddrBits))
		if r.Sync {
			e.emit(nextRead(m.Name, j), e.nextOf(e.m.Nets[name]))
		}
	}
	next, any := e.leaf(someWord(m.Name), m.Width), e.leaf(someAddress(m.Name), m.AddrBits)
	for _, w := range from.Writes {
		here := same(e.l, any, e.word(w.Addr))
		enable, data := e.word(w.Enable), e.word(w.Data)
		word := slices.Clone(next)
		for k := range min(len(word), len(data)) {
			word[k] = e.l.Ite(e.l.And(here, enable[k]), data[k], next[k])
		}
		next = word
	}
	e.emit(nextWord(m.Name), next)
}

// padded returns a word of at least n bits. It keeps the bits above n, so that the comparison
// fails if one of these bits is not 0.
func (e *evaluator[B]) padded(bits []yosys.Bit, n int) []B {
	out := e.word(bits)
	for len(out) < n {
		out = append(out, e.l.Bool(false))
	}
	for len(out) > n && bits[len(out)-1] == yosys.Zero {
		out = out[:len(out)-1]
	}
	return out
}

// nextOf returns the next value of state bits. A bit without a flip-flop keeps its value.
func (e *evaluator[B]) nextOf(bits []yosys.Bit) []B {
	out := make([]yosys.Bit, len(bits))
	for i, b := range bits {
		out[i] = b
		if d, ok := e.next[b]; ok {
			out[i] = d
		}
	}
	return e.word(out)
}

func (e *evaluator[B]) word(bits []yosys.Bit) []B {
	out := make([]B, len(bits))
	for i, b := range bits {
		out[i] = e.value(b)
	}
	return out
}

// value computes a bit and all bits it depends on. value avoids recursion, because chains of
// gates are long. A bit that nothing drives becomes a free leaf.
func (e *evaluator[B]) value(b yosys.Bit) B {
	todo := []yosys.Bit{b}
	for len(todo) > 0 {
		top := todo[len(todo)-1]
		if _, ok := e.bits[top]; ok {
			todo = todo[:len(todo)-1]
			continue
		}
		i, ok := e.gate[top]
		if !ok {
			e.bits[top] = e.leaf(blast.Place{Kind: blast.Input, Name: fmt.Sprintf("undefined bit %d", top)}, 1)[0]
			continue
		}
		g, before := &e.m.Gates[i], len(todo)
		for _, list := range [][]yosys.Bit{g.A, g.B, g.S} {
			for _, x := range list {
				if _, ok := e.bits[x]; !ok {
					todo = append(todo, x)
				}
			}
		}
		if len(todo) == before {
			e.apply(g)
		}
	}
	return e.bits[b]
}

// apply computes the outputs of a gate. The inputs of the gate must be known.
func (e *evaluator[B]) apply(g *yosys.Gate) {
	l := e.l
	in := func(bits []yosys.Bit) []B {
		out := make([]B, len(bits))
		for i, b := range bits {
			out[i] = e.bits[b]
		}
		return out
	}
	a, b, s := in(g.A), in(g.B), in(g.S)
	if g.Kind == "mul" {
		e.product(g, a, b)
		return
	}
	or := func(x, y B) B { return l.Not(l.And(l.Not(x), l.Not(y))) }
	var y B
	switch g.Kind {
	case "BUF":
		y = a[0]
	case "NOT":
		y = l.Not(a[0])
	case "AND":
		y = l.And(a[0], b[0])
	case "NAND":
		y = l.Not(l.And(a[0], b[0]))
	case "OR":
		y = or(a[0], b[0])
	case "NOR":
		y = l.Not(or(a[0], b[0]))
	case "XOR":
		y = l.Xor(a[0], b[0])
	case "XNOR":
		y = l.Not(l.Xor(a[0], b[0]))
	case "ANDNOT":
		y = l.And(a[0], l.Not(b[0]))
	case "ORNOT":
		y = or(a[0], l.Not(b[0]))
	case "MUX":
		y = l.Ite(s[0], b[0], a[0])
	}
	e.bits[g.Y[0]] = y
}

// product computes the product of two operands that are extended to the width of the result.
func (e *evaluator[B]) product(g *yosys.Gate, a, b []B) {
	w := len(g.Y)
	wide := func(x []B) []B {
		for len(x) < w {
			fill := e.l.Bool(false)
			if g.Signed {
				fill = x[len(x)-1]
			}
			x = append(x, fill)
		}
		return x[:w]
	}
	y, err := e.l.Mul(w, wide(a), wide(b))
	if err != nil { // the operator is defined for every width
		panic("equiv: " + err.Error())
	}
	for i, bit := range g.Y {
		e.bits[bit] = y[i]
	}
}
