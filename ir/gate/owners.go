package gate

import "github.com/sinter-lang/sinter/ir/rtl"

// owners gives each node of a circuit the name of its owner: the name of the node itself, or else
// the name of the first named node that uses it. The search stops at a register, memory or output.
func owners(c *rtl.Circuit) []string {
	o := &ownership{c: c, names: make([]string, len(c.Nodes))}
	for i := range c.Outputs {
		o.claim(c.Outputs[i].Node, c.Outputs[i].Name)
	}
	for i := range c.Mems {
		m := &c.Mems[i]
		for j := range m.Reads {
			o.claim(m.Reads[j].Addr, m.Name)
			o.claim(m.Reads[j].Enable, m.Name)
		}
		for j := range m.Writes {
			o.claim(m.Writes[j].Addr, m.Name)
			o.claim(m.Writes[j].Data, m.Name)
			o.claim(m.Writes[j].Lanes, m.Name)
		}
	}
	o.effects(c.Body)
	for id := len(c.Nodes) - 1; id >= 0; id-- {
		n := &c.Nodes[id]
		if n.Name != "" {
			o.names[id] = n.Name
		}
		for _, a := range n.Args {
			o.claim(a, o.names[id])
		}
	}
	return o.names
}

type ownership struct {
	c     *rtl.Circuit
	names []string
}

func (o *ownership) claim(id rtl.ID, name string) {
	if id != rtl.None && o.names[id] == "" {
		o.names[id] = name
	}
}

// effects makes the registers and memories that a region writes the owners of the values that the
// region uses. The first of these owners also owns the condition of the region. effects returns
// this owner.
func (o *ownership) effects(body []rtl.Effect) string {
	first := ""
	for i := range body {
		e := &body[i]
		name := ""
		switch e.Kind {
		case rtl.SetReg:
			name = o.c.Regs[e.Index].Name
			o.claim(e.Value, name)
		case rtl.WriteMem:
			name = o.c.Mems[e.Index].Name
		case rtl.If:
			name = o.effects(e.Then)
			if els := o.effects(e.Else); name == "" {
				name = els
			}
			o.claim(e.Cond, name)
		}
		if first == "" {
			first = name
		}
	}
	return first
}
