package rtl

import "github.com/sinter-lang/sinter/ir/word"

// Pack returns an equivalent circuit for machines (simulators) that compute a whole word as
// fast as a bit. If neighbouring bits go through equal operations into a concatenation, these
// operations become one operation on a word. A generator that saves gates treats bits
// separately if they differ, and a simulator pays for each of the resulting operators.
//
//	before  %4 1 = slice x 0 ; %5 1 = and c %4 ; %6 1 = slice x 1 ; %7 1 = and c %6 ; %8 2 = cat %7 %5
//	after   %4 2 = sext c ; %5 2 = slice x 0 ; %6 2 = and %4 %5
//
// The second result gives, for each node, the node of the new circuit with the same value. The
// new circuit has the same inputs, registers, memories with their ports, outputs, asserts and
// probes, in the same order.
func (c *Circuit) Pack() (*Circuit, []ID) {
	p := &packer{b: NewBuilder(c.Name), c: c, to: make([]ID, len(c.Nodes)), joined: map[[2]ID]ID{}}
	for i := range c.Mems {
		m := &c.Mems[i]
		p.b.Mem(m.Name, m.Width, m.AddrBits, m.Lanes, m.Init)
	}
	whole := c.whole()
	for i := range c.Nodes {
		n := &c.Nodes[i]
		p.b.At(n.Span)
		p.to[i] = p.node(n, whole[i])
		if n.Kind == KOp || n.Kind == KRead {
			p.b.Name(n.Name, p.to[i])
		}
	}
	for i := range c.Mems {
		p.drive(i)
	}
	k := &copier{src: c, dst: p.b.c, to: p.to}
	identity := make([]int, max(len(c.Regs), len(c.Mems)))
	for i := range identity {
		identity[i] = i
	}
	p.b.c.Body = k.effects(c.Body, identity, identity)
	k.ends()
	return p.b.c, p.to
}

// whole computes, for each node, whether it has a user other than a concatenation.
func (c *Circuit) whole() []bool {
	out := make([]bool, len(c.Nodes))
	part := make([]bool, len(c.Nodes))
	for i := range c.Nodes {
		n := &c.Nodes[i]
		for _, a := range n.Args {
			out[a] = out[a] || n.Op != word.Cat
			part[a] = true
		}
	}
	for i := range out { // nodes that no operator uses, but an effect or a port
		out[i] = out[i] || !part[i]
	}
	return out
}

type packer struct {
	b      *Builder
	c      *Circuit
	to     []ID
	joined map[[2]ID]ID // results of join; None if a pair cannot be joined
}

// node copies a node. whole means that it is used other than in concatenations.
func (p *packer) node(n *Node, whole bool) ID {
	switch n.Kind {
	case KConst:
		return p.b.Const(n.Width, n.Imm)
	case KInput:
		return p.b.Input(n.Name, n.Width)
	case KReg:
		return p.b.Reg(n.Name, n.Width, p.c.Regs[n.Index].Reset).q
	case KRead:
		r := p.c.Mems[n.Index].Reads[n.Port]
		if !r.Sync {
			return p.b.ReadAsync(Memory{n.Index}, p.to[r.Addr])
		}
		return p.b.SyncPort(Memory{n.Index}, r.Policy).q
	}
	args := make([]ID, len(n.Args))
	for i, a := range n.Args {
		args[i] = p.to[a]
	}
	switch n.Op {
	case word.Cat:
		x := p.cat(args[0], args[1])
		if !whole {
			return x
		}
		if y := p.gather(x); y != None {
			return y
		}
		if y := p.reversed(x); y != None {
			return y
		}
		return x
	case word.Eq:
		if x := p.equal(args[0], args[1]); x != None {
			return x
		}
	}
	return p.b.Op(n.Op, n.Width, n.Imm, args...)
}

// drive copies the connections of the ports of a memory.
func (p *packer) drive(mem int) {
	m, d := &p.c.Mems[mem], &p.b.c.Mems[mem]
	d.Span = m.Span
	k := &copier{to: p.to}
	for i, r := range m.Reads {
		d.Reads[i].Addr, d.Reads[i].Enable = k.id(r.Addr), k.id(r.Enable)
	}
	for _, w := range m.Writes {
		d.Writes = append(d.Writes, Write{k.id(w.Addr), k.id(w.Data), k.id(w.Lanes)})
	}
}

// parts splits a value at its concatenations, the lowest part first.
func (p *packer) parts(x ID, out []ID) []ID {
	n := &p.b.c.Nodes[x]
	switch {
	case n.Kind == KOp && n.Op == word.Cat:
		return p.parts(n.Args[0], p.parts(n.Args[1], out))
	case n.Kind == KOp && n.Op == word.Zext:
		return append(p.parts(n.Args[0], out), p.b.Const(n.Width-p.b.Width(n.Args[0]), 0))
	}
	return append(out, x)
}

// cat concatenates two values. The parts inside each value are already joined, so only the two
// touching parts may still be joined.
func (p *packer) cat(hi, lo ID) ID {
	low := p.parts(lo, nil)
	for _, x := range p.parts(hi, nil) {
		last := len(low) - 1
		if j := p.join(x, low[last]); j != None {
			low[last] = j
		} else {
			low = append(low, x)
		}
	}
	out := low[0]
	for _, x := range low[1:] {
		out = p.b.Cat(x, out)
	}
	return out
}

// join makes the concatenation of two values as one application of their common operator. It
// returns None if that is not possible.
func (p *packer) join(hi, lo ID) ID {
	key := [2]ID{hi, lo}
	if id, ok := p.joined[key]; ok {
		return id
	}
	id := p.leaves(hi, lo)
	if id == None {
		id = p.operators(hi, lo)
	}
	p.joined[key] = id
	return id
}

// leaves joins constants, neighbouring slices, or copies of one bit.
func (p *packer) leaves(hi, lo ID) ID {
	b := p.b
	wh, wl := b.Width(hi), b.Width(lo)
	vh, ch := b.ConstOf(hi)
	vl, cl := b.ConstOf(lo)
	if ch || cl {
		if ch && cl {
			return b.Const(wh+wl, vh<<wl|vl)
		}
		return None
	}
	if bit := p.bit(hi); bit != None && bit == p.bit(lo) {
		return b.Repeat(bit, wh+wl)
	}
	if xh, h := p.slice(hi); h > 0 {
		if xl, l := p.slice(lo); xh == xl && h == l+wl {
			return b.Bits(xl, l+wl+wh-1, l)
		}
	}
	return None
}

// bit returns the bit that x repeats once or more. It returns None if x is not such a copy.
func (p *packer) bit(x ID) ID {
	n := &p.b.c.Nodes[x]
	if n.Kind == KOp && n.Op == word.Sext {
		x = n.Args[0]
	}
	if p.b.Width(x) == 1 {
		return x
	}
	return None
}

// slice returns the value that contains x as a slice, and the position of the lowest bit of x in it.
func (p *packer) slice(x ID) (ID, int) {
	if n := &p.b.c.Nodes[x]; n.Kind == KOp && n.Op == word.Slice {
		return n.Args[0], int(n.Imm)
	}
	return x, 0
}

// operators joins two applications of the same bitwise operator, if their operands can be
// joined.
func (p *packer) operators(hi, lo ID) ID {
	h, l := p.b.c.Nodes[hi], p.b.c.Nodes[lo]
	if h.Kind != KOp || l.Kind != KOp || h.Op != l.Op {
		return None
	}
	switch h.Op {
	case word.Not:
		if x := p.join(h.Args[0], l.Args[0]); x != None {
			return p.b.Not(x)
		}
	case word.And, word.Or, word.Xor:
		for i := range 2 {
			x := p.join(h.Args[i], l.Args[0])
			if x == None {
				continue
			}
			if y := p.join(h.Args[1-i], l.Args[1]); y != None {
				return p.b.Op(h.Op, h.Width+l.Width, 0, x, y)
			}
		}
	case word.Mux:
		if h.Args[0] != l.Args[0] {
			return None
		}
		x, y := p.join(h.Args[1], l.Args[1]), p.join(h.Args[2], l.Args[2])
		if x != None && y != None {
			return p.b.Mux(h.Args[0], x, y)
		}
	}
	return None
}

// equal simplifies a comparison of a constant with collected bits of one value. It rewrites the
// comparison to (value and mask) eq constant. Decoders contain many of these. equal returns
// None for other comparisons.
func (p *packer) equal(x, y ID) ID {
	v, ok := p.b.ConstOf(y)
	if !ok || p.b.c.Nodes[x].Op != word.Cat {
		return None
	}
	base, at := None, 0
	var mask, want uint64
	for _, part := range p.parts(x, nil) {
		w := p.b.Width(part)
		bits := v >> at & word.Mask(w)
		at += w
		if c, ok := p.b.ConstOf(part); ok {
			if c != bits {
				return p.b.Const(1, 0)
			}
			continue
		}
		from, lo := p.slice(part)
		field := word.Mask(w) << lo
		if base != None && base != from || mask&field != 0 {
			return None
		}
		base, mask, want = from, mask|field, want|bits<<lo
	}
	w := p.b.Width(base)
	return p.b.Eq(p.b.And(base, p.b.Const(w, mask)), p.b.Const(w, want))
}
