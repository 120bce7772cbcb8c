package gate

// netlist writes the chosen cuts as cells. Each net gets the polarity that its readers need. A
// table can give either polarity at no cost. If both polarities of a node are needed, the node
// takes one more table. An inverted leaf or carry also takes a table.
func (m *mapper) netlist() *Netlist {
	e := &emitter{m: m, n: &Netlist{Nets: 2, Owners: m.g.Owners}, nets: map[Lit]Net{False: Net0, True: Net1}}
	e.wants()
	m.g.Drivers(func(l Lit) { e.nets[l] = e.net() })
	for i := range m.g.Nodes {
		if m.fanout[i] > 0 || e.wanted(i) {
			e.node(i)
		}
	}
	e.n.Shell = MapShell(&m.g.Shell, func(l Lit) Net { return e.nets[l] })
	return e.n
}

type emitter struct {
	m    *mapper
	n    *Netlist
	nets map[Lit]Net
	want [2][]bool // by polarity and node: whether the shell or a carry cell reads it
}

func (e *emitter) net() Net {
	e.n.Nets++
	return Net(e.n.Nets - 1)
}

func (e *emitter) wanted(node int) bool { return e.want[0][node] || e.want[1][node] }

// wants marks the literals that the shell and the carry cells read.
func (e *emitter) wants() {
	g := e.m.g
	e.want = [2][]bool{make([]bool, len(g.Nodes)), make([]bool, len(g.Nodes))}
	mark := func(l Lit) { e.want[l&1][l.Node()] = true }
	g.Readers(mark)
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Kind == Carry && e.m.fanout[i] > 0 {
			mark(n.A)
			mark(n.B)
			mark(n.C)
		}
	}
}

func (e *emitter) node(i int) {
	n := &e.m.g.Nodes[i]
	pos := Lit(2 * i)
	switch n.Kind {
	case And:
		c := &e.m.cuts[i][e.m.chosen[i]]
		table := e.m.g.tableOf(i, c)
		if e.want[0][i] || !e.want[1][i] {
			e.nets[pos] = e.table(table, c, n)
		}
		if e.want[1][i] {
			e.nets[pos.Not()] = e.table(^table, c, n)
		}
		return
	case Carry:
		e.nets[pos] = e.cell(Cell{Kind: Adder, N: 3, In: [4]Net{e.nets[n.A], e.nets[n.B], e.nets[n.C]}, Origin: n.Origin})
	}
	if e.want[1][i] && i != 0 {
		e.nets[pos.Not()] = e.cell(Cell{N: 1, In: [4]Net{e.nets[pos]}, Table: 0x5555, Origin: n.Origin})
	}
}

func (e *emitter) cell(c Cell) Net {
	c.Out = e.net()
	e.n.Cells = append(e.n.Cells, c)
	return c.Out
}

// table emits a look-up table. If only the inverse of a leaf exists as a net, the halves of the
// table are swapped. A leaf that does not affect the function is omitted.
func (e *emitter) table(table uint16, c *cut, n *Node) Net {
	out := Cell{Origin: n.Origin}
	for i, l := range c.leaves() {
		low, high := cofactors(table, i)
		if low == high {
			continue
		}
		net, ok := e.nets[Lit(2*l)]
		if !ok {
			if net, ok = e.nets[Lit(2*l+1)]; !ok {
				panic("gate: map: a table reads a node that has no net")
			}
			table = swapHalves(table, i)
		}
		out.In[out.N] = net
		out.N++
	}
	out.Table = compact(table)
	return e.cell(out)
}

// halfMask marks the entries of a table where input i is 0.
func halfMask(i int) uint16 { return [4]uint16{0x5555, 0x3333, 0x0F0F, 0x00FF}[i] }

// cofactors returns the table with input i fixed to 0, and with input i fixed to 1.
func cofactors(table uint16, i int) (low, high uint16) {
	mask, shift := halfMask(i), 1<<i
	low, high = table&mask, table>>shift&mask
	return low | low<<shift, high | high<<shift
}

func swapHalves(table uint16, i int) uint16 {
	low, high := cofactors(table, i)
	return low&^halfMask(i) | high&halfMask(i)
}

// compact moves the inputs that affect the table to the front.
func compact(table uint16) uint16 {
	var used []int
	for i := range 4 {
		if low, high := cofactors(table, i); low != high {
			used = append(used, i)
		}
	}
	var out uint16
	for row := range 16 {
		from := 0
		for j, i := range used {
			from |= (row >> j & 1) << i
		}
		out |= (table >> from & 1) << row
	}
	return out
}
