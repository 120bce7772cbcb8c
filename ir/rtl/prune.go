package rtl

// Prune returns the circuit with only those operators, registers and memories that an output,
// assert or probe depends on. It keeps all inputs. Names and order stay the same.
func (c *Circuit) Prune() *Circuit {
	p := &pruner{c: c, node: make([]bool, len(c.Nodes)), reg: make([]bool, len(c.Regs)), mem: make([]bool, len(c.Mems))}
	for _, o := range c.Outputs {
		p.mark(o.Node)
	}
	for _, a := range c.Asserts {
		p.mark(a.Node)
	}
	for _, b := range c.Probes {
		p.mark(b.Node)
	}
	for p.changed = true; p.changed; {
		p.changed = false
		p.effects(c.Body)
	}
	return p.copy()
}

type pruner struct {
	c       *Circuit
	node    []bool
	reg     []bool
	mem     []bool
	changed bool
}

// mark makes a node and all its direct and indirect operands live.
func (p *pruner) mark(id ID) {
	for todo := []ID{id}; len(todo) > 0; {
		id, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if id == None || p.node[id] {
			continue
		}
		n := &p.c.Nodes[id]
		p.node[id], p.changed = true, true
		todo = append(todo, n.Args...)
		switch n.Kind {
		case KReg:
			p.reg[n.Index] = true
		case KRead:
			p.mem[n.Index] = true
			r := &p.c.Mems[n.Index].Reads[n.Port]
			todo = append(todo, r.Addr, r.Enable)
		}
	}
}

// effects marks the values that live effects use. It reports whether there are live effects.
func (p *pruner) effects(list []Effect) bool {
	live := false
	for i := range list {
		e := &list[i]
		switch {
		case e.Kind == SetReg && p.reg[e.Index]:
			p.mark(e.Value)
			live = true
		case e.Kind == WriteMem && p.mem[e.Index]:
			w := p.c.Mems[e.Index].Writes[e.Port]
			p.mark(w.Addr)
			p.mark(w.Data)
			p.mark(w.Lanes)
			live = true
		case e.Kind == If:
			inThen, inElse := p.effects(e.Then), p.effects(e.Else)
			if inThen || inElse {
				p.mark(e.Cond)
				live = true
			}
		}
	}
	return live
}

// copy builds the pruned circuit.
func (p *pruner) copy() *Circuit {
	c := p.c
	k := &copier{src: c, dst: &Circuit{Name: c.Name}, to: make([]ID, len(c.Nodes)), prune: true}
	for i := range c.Nodes {
		k.to[i] = None
		if p.node[i] || c.Nodes[i].Kind == KInput {
			k.to[i] = k.add(c.Nodes[i])
		}
	}
	k.rest()
	return k.dst
}

// rest copies everything except the nodes. It drops the parts that belong to dropped nodes.
func (k *copier) rest() {
	c := k.src
	for _, id := range c.Inputs {
		k.dst.Inputs = append(k.dst.Inputs, k.to[id])
	}
	regs := k.regs()
	mems := k.mems()
	k.dst.Body = k.effects(c.Body, regs, mems)
	k.ends()
}

// ends copies outputs, asserts and probes.
func (k *copier) ends() {
	c := k.src
	for _, o := range c.Outputs {
		k.dst.Outputs = append(k.dst.Outputs, Output{o.Name, k.to[o.Node], o.Span})
	}
	for _, a := range c.Asserts {
		k.dst.Asserts = append(k.dst.Asserts, Assert{a.Name, k.to[a.Node], a.Span})
	}
	for _, b := range c.Probes {
		k.dst.Probes = append(k.dst.Probes, Probe{b.Name, k.to[b.Node]})
	}
}

// regs copies the registers. It returns their new indices, -1 for dropped ones.
func (k *copier) regs() []int {
	index := make([]int, len(k.src.Regs))
	for i, r := range k.src.Regs {
		index[i] = -1
		if id := k.to[r.Node]; id != None {
			index[i] = len(k.dst.Regs)
			r.Node = id
			k.dst.Nodes[id].Index = index[i]
			k.dst.Regs = append(k.dst.Regs, r)
		}
	}
	return index
}

// mems copies the memories. When pruning, it drops memories without a remaining read port. It
// returns the new indices, -1 for dropped memories.
func (k *copier) mems() []int {
	index := make([]int, len(k.src.Mems))
	for i, m := range k.src.Mems {
		index[i] = -1
		reads := m.Reads
		m.Reads = nil
		for _, r := range reads {
			if k.to[r.Node] == None {
				continue
			}
			r.Node, r.Addr, r.Enable = k.to[r.Node], k.id(r.Addr), k.id(r.Enable)
			k.dst.Nodes[r.Node].Index, k.dst.Nodes[r.Node].Port = len(k.dst.Mems), len(m.Reads)
			m.Reads = append(m.Reads, r)
		}
		if k.prune && len(m.Reads) == 0 {
			continue
		}
		writes := m.Writes
		m.Writes = nil
		for _, w := range writes {
			m.Writes = append(m.Writes, Write{k.id(w.Addr), k.id(w.Data), k.id(w.Lanes)})
		}
		index[i] = len(k.dst.Mems)
		k.dst.Mems = append(k.dst.Mems, m)
	}
	return index
}

func (k *copier) id(id ID) ID {
	if id == None {
		return None
	}
	return k.to[id]
}

// effects copies the effects on registers and memories that are kept.
func (k *copier) effects(list []Effect, regs, mems []int) []Effect {
	var out []Effect
	for _, e := range list {
		e.Value = k.id(e.Value)
		switch e.Kind {
		case SetReg:
			if e.Index = regs[e.Index]; e.Index < 0 {
				continue
			}
		case WriteMem:
			if e.Index = mems[e.Index]; e.Index < 0 {
				continue
			}
		case If:
			e.Cond = k.id(e.Cond)
			e.Then, e.Else = k.effects(e.Then, regs, mems), k.effects(e.Else, regs, mems)
			if len(e.Then)+len(e.Else) == 0 {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}
