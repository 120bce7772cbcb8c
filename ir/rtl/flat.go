package rtl

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/word"
)

// Flat is a circuit without regions, for gates and proofs. The effects of regions have become
// values. Circuit has the nodes of the original under the same IDs, followed by new nodes. Its
// body is one unconditional set per register and one `if enable { write }` per write port.
// Reset stays implicit.
type Flat struct {
	Circuit *Circuit
	Next    []ID   // for each register: the value after the clock edge; its own node if it never changes
	Enable  [][]ID // for each memory and write port: one bit, 1 if the write happens
}

// Flat replaces regions by multiplexers and enables. If a synchronous read port has policy
// Never, it adds an assert for each write port of the memory, named MEM.readI.writeJ.never. The
// assert states that the two ports never access the same word in the same cycle.
func (c *Circuit) Flat() *Flat {
	b := resume(c)
	f := &flattener{b: b, flat: &Flat{Circuit: b.c}}
	for i := range c.Regs {
		f.flat.Next = append(f.flat.Next, c.Regs[i].Node)
	}
	for i := range c.Mems {
		f.flat.Enable = append(f.flat.Enable, make([]ID, len(c.Mems[i].Writes)))
	}
	f.block(c.Body, b.Const(1, 1))
	f.body()
	f.never()
	return f.flat
}

// resume returns a builder that continues with a copy of c, without the effects of c.
func resume(c *Circuit) *Builder {
	d := *c
	d.Nodes = slices.Clone(c.Nodes)
	d.Asserts = slices.Clone(c.Asserts)
	d.Body = nil
	b := &Builder{c: &d, made: map[nodeKey]ID{}}
	b.region = &d.Body
	for i := range d.Nodes {
		n := &d.Nodes[i]
		if n.Kind != KConst && n.Kind != KOp {
			continue
		}
		k := keyOf(n)
		if _, ok := b.made[k]; !ok {
			b.made[k] = ID(i)
		}
	}
	return b
}

type flattener struct {
	b    *Builder
	flat *Flat
}

// change is the value that a register had before a region changed it.
type change struct {
	reg int
	old ID
}

// block executes effects under a condition. It returns each changed register once, with its
// value before the change.
func (f *flattener) block(list []Effect, cond ID) []change {
	var log []change
	for i := range list {
		e := &list[i]
		f.b.At(e.Span)
		switch e.Kind {
		case SetReg:
			log = note(log, change{e.Index, f.flat.Next[e.Index]})
			f.flat.Next[e.Index] = e.Value
		case WriteMem:
			f.flat.Enable[e.Index][e.Port] = cond
		case If:
			for _, ch := range f.region(e, cond) {
				log = note(log, ch)
			}
		}
	}
	return log
}

// note adds a change, unless the log already contains the register.
func note(log []change, ch change) []change {
	for _, old := range log {
		if old.reg == ch.reg {
			return log
		}
	}
	return append(log, ch)
}

func (f *flattener) region(e *Effect, cond ID) []change {
	thenLog := f.block(e.Then, f.b.And(cond, e.Cond))
	thenValue := f.undo(thenLog)
	var elseLog []change
	if len(e.Else) > 0 {
		elseLog = f.block(e.Else, f.b.And(cond, f.b.Not(e.Cond)))
	}
	elseValue := f.undo(elseLog)
	log := slices.Clone(thenLog)
	for _, ch := range elseLog {
		log = note(log, ch)
	}
	f.b.At(e.Span)
	for _, ch := range log {
		x, y := ch.old, ch.old
		if v, ok := thenValue[ch.reg]; ok {
			x = v
		}
		if v, ok := elseValue[ch.reg]; ok {
			y = v
		}
		f.flat.Next[ch.reg] = f.b.Mux(e.Cond, x, y)
	}
	return log
}

// undo reverts changes. It returns the values that they had set.
func (f *flattener) undo(log []change) map[int]ID {
	made := map[int]ID{}
	for _, ch := range log {
		made[ch.reg] = f.flat.Next[ch.reg]
		f.flat.Next[ch.reg] = ch.old
	}
	return made
}

// body emits the flat effects.
func (f *flattener) body() {
	c := f.b.c
	for i := range c.Regs {
		if next := f.flat.Next[i]; next != c.Regs[i].Node {
			c.Body = append(c.Body, Effect{Kind: SetReg, Index: i, Value: next, Cond: None, Span: c.Regs[i].Span})
		}
	}
	for i := range c.Mems {
		for j, en := range f.flat.Enable[i] {
			write := Effect{Kind: WriteMem, Index: i, Port: j, Value: None, Cond: None, Span: c.Mems[i].Span}
			c.Body = append(c.Body, Effect{Kind: If, Cond: en, Value: None, Then: []Effect{write}, Span: write.Span})
		}
	}
}

// never adds the asserts for read ports with policy Never, unless they exist.
func (f *flattener) never() {
	stated := map[string]bool{}
	for _, a := range f.b.c.Asserts {
		stated[a.Name] = true
	}
	for i := range f.b.c.Mems {
		m := &f.b.c.Mems[i]
		f.b.At(m.Span)
		for r, read := range m.Reads {
			for w, write := range m.Writes {
				name := fmt.Sprintf("%s.read%d.write%d.never", m.Name, r, w)
				if read.Policy == Never && !stated[name] {
					f.b.Assert(name, f.b.Not(f.meet(read, write, f.flat.Enable[i][w])))
				}
			}
		}
	}
}

// meet makes the condition that a read and a write access the same word in the same cycle.
func (f *flattener) meet(r Read, w Write, enable ID) ID {
	both := f.b.And(enable, f.b.Eq(r.Addr, w.Addr))
	if r.Enable != None {
		both = f.b.And(both, r.Enable)
	}
	if w.Lanes != None {
		both = f.b.And(both, f.b.Any(w.Lanes))
	}
	return both
}

// Expand returns the circuit with only core operators, for consumers that handle only the core
// rows of the word table. Nodes get new IDs. Named nodes keep their names, and registers,
// memories and ports keep their order.
func (c *Circuit) Expand() *Circuit {
	out, _ := c.Core()
	return out
}

// Core is like Expand. The second result gives, for each node of c, the node of the new
// circuit with the same value.
func (c *Circuit) Core() (*Circuit, []ID) {
	k := &copier{src: c, dst: &Circuit{Name: c.Name}, to: make([]ID, len(c.Nodes))}
	for i := range c.Nodes {
		n := &c.Nodes[i]
		if n.Kind == KOp && !word.Table(n.Op).Core {
			k.to[i] = k.expand(n)
			k.named(k.to[i], n)
			continue
		}
		k.to[i] = k.add(*n)
	}
	k.rest()
	return k.dst, k.to
}

// copier copies a circuit node by node. None in `to` marks a dropped node.
type copier struct {
	src, dst *Circuit
	to       []ID
	prune    bool
}

// add appends a copy of n with its arguments mapped.
func (k *copier) add(n Node) ID {
	n.Args = slices.Clone(n.Args)
	for i, a := range n.Args {
		n.Args[i] = k.to[a]
	}
	k.dst.Nodes = append(k.dst.Nodes, n)
	return ID(len(k.dst.Nodes) - 1)
}

// named gives the result of an expansion the name of the expanded node.
func (k *copier) named(id ID, n *Node) {
	if made := &k.dst.Nodes[id]; made.Name == "" && made.Kind == KOp {
		made.Name = n.Name
	}
}

// expand makes the nodes of the core expansion of n.
func (k *copier) expand(n *Node) ID {
	var wb word.Builder
	args := make([]*word.Expr, len(n.Args))
	done := map[*word.Expr]ID{}
	for i, a := range n.Args {
		args[i] = wb.LeafOf("x", k.src.Nodes[a].Width)
		done[args[i]] = k.to[a]
	}
	return k.expr(word.Table(n.Op).Expand(&wb, n.Width, args, n.Imm), done, n)
}

func (k *copier) expr(e *word.Expr, done map[*word.Expr]ID, from *Node) ID {
	if id, ok := done[e]; ok {
		return id
	}
	n := Node{Kind: KConst, Width: e.Width, Imm: e.Imm, Span: from.Span}
	var args []ID
	for _, a := range e.Args {
		args = append(args, k.expr(a, done, from))
	}
	id := ID(len(k.dst.Nodes))
	switch {
	case e.Op == word.Bad:
		k.dst.Nodes = append(k.dst.Nodes, n)
	case word.Table(e.Op).Core:
		n.Kind, n.Op, n.Args = KOp, e.Op, args
		k.dst.Nodes = append(k.dst.Nodes, n)
	default: // an expansion that uses rows that are themselves expanded
		var wb word.Builder
		leaves := make([]*word.Expr, len(args))
		for i, a := range e.Args {
			leaves[i] = wb.LeafOf("x", a.Width)
			done[leaves[i]] = args[i]
		}
		id = k.expr(word.Table(e.Op).Expand(&wb, e.Width, leaves, e.Imm), done, from)
	}
	done[e] = id
	return id
}
