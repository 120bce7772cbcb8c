package gate

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Options control Build. The zero value is the default.
type Options struct {
	Rules     Rules[Lit] // bit rules; nil: CoreRules
	NoCarries bool       // build adders from plain ands, without carry nodes
	NoEnables bool       // build enables as multiplexers before the registers
	Asserts   bool       // keep asserts as readers of gates
	Probes    bool       // keep probes as readers of gates
}

// Build converts a circuit to a graph. It returns an error if an operator has no rule. This error
// has the source span of the operator. Build also returns an error if the graph is invalid.
func Build(c *rtl.Circuit, opt Options) (*Graph, error) {
	b := &builder{c: c, g: NewGraph(c.Name, !opt.NoCarries), rules: opt.Rules, opt: opt, bits: make([][]Lit, len(c.Nodes))}
	if b.rules == nil {
		b.rules = CoreRules[Lit]()
	}
	b.registers()
	b.memories()
	for id := range c.Nodes {
		if err := b.node(rtl.ID(id)); err != nil {
			return nil, err
		}
	}
	b.g.origin = rtl.None
	b.readPorts()
	b.effects()
	b.outputs()
	b.g.Owners = owners(c)
	return b.g, b.g.Verify()
}

type builder struct {
	c     *rtl.Circuit
	g     *Graph
	rules Rules[Lit]
	opt   Options
	bits  [][]Lit // literals for each node of the circuit
}

func (b *builder) of(id rtl.ID) []Lit { return append([]Lit(nil), b.bits[id]...) }

// one is the single bit of a node. Without a node, the result is constant 1.
func (b *builder) one(id rtl.ID) Lit {
	if id == rtl.None {
		return True
	}
	return b.bits[id][0]
}

func (b *builder) registers() {
	for i := range b.c.Regs {
		r := &b.c.Regs[i]
		b.g.Regs = append(b.g.Regs, Reg[Lit]{Name: r.Name, Reset: r.Reset, Span: r.Span})
	}
}

func (b *builder) memories() {
	for i := range b.c.Mems {
		m := &b.c.Mems[i]
		b.g.Mems = append(b.g.Mems, Mem[Lit]{
			Name: m.Name, Width: m.Width, AddrBits: m.AddrBits, Lanes: max(m.Lanes, 1),
			Init: append([]uint64(nil), m.Init...), Reads: make([]Read[Lit], len(m.Reads)), Writes: make([]Write[Lit], len(m.Writes)),
		})
	}
}

// node makes the bits of one node. Leaves are made in circuit order. The data of an asynchronous
// read therefore come after the address of this read.
func (b *builder) node(id rtl.ID) error {
	n := &b.c.Nodes[id]
	b.g.origin = id
	switch n.Kind {
	case rtl.KConst:
		b.bits[id] = constBits[Lit](b.g, n.Width, n.Imm)
	case rtl.KInput:
		b.bits[id] = b.g.Leaves(n.Width)
		b.g.Inputs = append(b.g.Inputs, Word[Lit]{n.Name, b.of(id)})
	case rtl.KReg:
		b.bits[id] = b.g.Leaves(n.Width)
		b.g.Regs[n.Index].Q = b.of(id)
	case rtl.KRead:
		b.bits[id] = b.g.Leaves(n.Width)
		b.g.Mems[n.Index].Reads[n.Port].Data = b.of(id)
	case rtl.KOp:
		return b.operator(id, n)
	}
	return nil
}

func (b *builder) operator(id rtl.ID, n *rtl.Node) error {
	args := make([][]Lit, len(n.Args))
	for i, a := range n.Args {
		args[i] = b.bits[a]
	}
	bits, err := b.rules.Apply(b.g, n.Op, n.Width, args, n.Imm)
	if err != nil {
		return diag.Errorf("", n.Span, "%v", err)
	}
	b.bits[id] = bits
	return nil
}

func (b *builder) readPorts() {
	for i := range b.c.Mems {
		for j := range b.c.Mems[i].Reads {
			r := &b.c.Mems[i].Reads[j]
			p := &b.g.Mems[i].Reads[j]
			p.Sync, p.Policy, p.Addr, p.Enable = r.Sync, r.Policy, b.of(r.Addr), True
			if r.Sync {
				p.Enable = b.one(r.Enable)
			}
		}
	}
}

func (b *builder) outputs() {
	for _, o := range b.c.Outputs {
		b.g.Outputs = append(b.g.Outputs, Word[Lit]{o.Name, b.of(o.Node)})
	}
	if b.opt.Asserts {
		for _, a := range b.c.Asserts {
			b.g.Asserts = append(b.g.Asserts, Word[Lit]{a.Name, b.of(a.Node)})
		}
	}
	if b.opt.Probes {
		for _, p := range b.c.Probes {
			b.g.Probes = append(b.g.Probes, Word[Lit]{p.Name, b.of(p.Node)})
		}
	}
}

// update is the effect of a region (an if body) on one register: if en is 1, the register takes
// d.
type update struct {
	en Lit
	d  []Lit
}

// state is the combined effect of all regions up to the current position: an update for each
// register and an enable for each write port.
type state struct {
	regs   []update
	writes [][]Lit
}

func (s *state) clone() *state {
	out := &state{regs: append([]update(nil), s.regs...)}
	for _, w := range s.writes {
		out.writes = append(out.writes, append([]Lit(nil), w...))
	}
	return out
}

// effects walks the regions and sets the inputs of registers and write ports.
func (b *builder) effects() {
	s := &state{regs: make([]update, len(b.c.Regs)), writes: make([][]Lit, len(b.c.Mems))}
	for i := range s.writes {
		s.writes[i] = make([]Lit, len(b.c.Mems[i].Writes))
	}
	b.walk(b.c.Body, s)
	for i := range b.g.Regs {
		b.finish(&b.g.Regs[i], s.regs[i])
	}
	for i := range b.c.Mems {
		for j := range b.c.Mems[i].Writes {
			w := &b.c.Mems[i].Writes[j]
			p := &b.g.Mems[i].Writes[j]
			p.Addr, p.Data, p.Enable = b.of(w.Addr), b.of(w.Data), s.writes[i][j]
			p.Lanes = constBits[Lit](b.g, b.g.Mems[i].Lanes, word.Mask(b.g.Mems[i].Lanes))
			if w.Lanes != rtl.None {
				p.Lanes = b.of(w.Lanes)
			}
		}
	}
}

func (b *builder) finish(r *Reg[Lit], u update) {
	r.D, r.Enable = u.d, u.en
	if u.en == False {
		r.D = append([]Lit(nil), r.Q...)
	}
	if b.opt.NoEnables && u.en != True {
		r.D, r.Enable = muxBits[Lit](b.g, u.en, r.D, r.Q), True
	}
}

func (b *builder) walk(body []rtl.Effect, s *state) {
	for i := range body {
		e := &body[i]
		switch e.Kind {
		case rtl.SetReg:
			s.regs[e.Index] = b.set(e)
		case rtl.WriteMem:
			s.writes[e.Index][e.Port] = True
		case rtl.If:
			then, els := s.clone(), s
			b.walk(e.Then, then)
			b.walk(e.Else, els)
			b.join(b.one(e.Cond), then, els)
		}
	}
}

// set makes an unconditional update. If the value is `mux(c, v, register)`, c becomes the
// enable.
func (b *builder) set(e *rtl.Effect) update {
	en, v := True, e.Value
	for !b.opt.NoEnables {
		n := &b.c.Nodes[v]
		if n.Kind != rtl.KOp || n.Op != word.Mux {
			break
		}
		self := b.c.Regs[e.Index].Node
		if n.Args[2] == self {
			en, v = b.g.And(en, b.one(n.Args[0])), n.Args[1]
		} else if n.Args[1] == self {
			en, v = b.g.And(en, b.one(n.Args[0]).Not()), n.Args[2]
		} else {
			break
		}
	}
	return update{en, b.of(v)}
}

// join stores in els the state after `if c {then} else {els}`.
func (b *builder) join(c Lit, then, els *state) {
	for i := range els.regs {
		els.regs[i] = b.joinUpdate(c, then.regs[i], els.regs[i])
	}
	for i := range els.writes {
		for j := range els.writes[i] {
			els.writes[i][j] = mux[Lit](b.g, c, then.writes[i][j], els.writes[i][j])
		}
	}
}

func (b *builder) joinUpdate(c Lit, t, e update) update {
	switch {
	case t.en == False && e.en == False:
		return e
	case t.en == False:
		return update{b.g.And(c.Not(), e.en), e.d}
	case e.en == False:
		return update{b.g.And(c, t.en), t.d}
	}
	return update{mux[Lit](b.g, c, t.en, e.en), muxBits[Lit](b.g, c, t.d, e.d)}
}
