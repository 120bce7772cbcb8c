package verilog

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// This file names the nets that have no name in the circuit. The first rule that applies counts:
//
//	fetched_19_15            bits of another net
//	frame_left_next          its purpose: the next value of a register, a port of a
//	                         memory, the condition of an assignment, an output
//	x_valid_and_x_store      an operator over nets with short names
//	result_7_or              an operator on the way to bit 7 of a named net
//
// A net with several uses is named after the nearest use. Equal names get different numbers at
// the end. The numbers ascend on the way from the outputs to the inputs.

// longest is the maximum length of a name that consists of operands' names.
const longest = 32

// place is a part of a named value: width bits from bit lo on, out of total bits.
type place struct {
	base             string
	lo, width, total int
}

// label is the name of a place.
func (p place) label() string {
	switch {
	case p.width == p.total:
		return p.base
	case p.width == 1:
		return fmt.Sprintf("%s_%d", p.base, p.lo)
	}
	return fmt.Sprintf("%s_%d_%d", p.base, p.lo+p.width-1, p.lo)
}

// frozen turns a place into a whole value with the place's label as its name.
func (p place) frozen(width int) place { return place{p.label(), 0, width, width} }

// within is a part of a place.
func (p place) within(lo, width int) place { return place{p.base, p.lo + lo, width, p.total} }

// netNamer names the nets of a module.
type netNamer struct {
	w     *writer
	short []string         // names made from operands, empty if they are too long
	role  map[rtl.ID]place // the use of a net
	way   map[rtl.ID]place // the place that a net leads to
}

// nameNets names operators and read ports that have no name yet.
func (w *writer) nameNets() {
	n := &netNamer{w: w, short: make([]string, len(w.c.Nodes)), role: map[rtl.ID]place{}, way: map[rtl.ID]place{}}
	n.roles()
	w.inner = n.innerParts()
	n.shorten()
	for id := len(w.c.Nodes) - 1; id >= 0; id-- {
		n.net(rtl.ID(id))
	}
	for id := range w.c.Nodes { // bits of nets, which now have names
		if w.name[id] == "" && !w.inner[id] {
			w.name[id] = w.fresh(n.bits(&w.c.Nodes[id]))
		}
	}
}

// innerParts marks the concatenations whose only reader is another concatenation. The reader
// lists their operands. A chain of nets instead would be hard to read, and an event-driven
// simulator would evaluate the whole rest of the chain after each change of one bit.
func (n *netNamer) innerParts() []bool {
	c := n.w.c
	uses, joined := make([]int, len(c.Nodes)), make([]int, len(c.Nodes))
	for id := range c.Nodes {
		for _, a := range c.Nodes[id].Args {
			uses[a]++
			if c.Nodes[id].Op == word.Cat {
				joined[a]++
			}
		}
	}
	inner := make([]bool, len(c.Nodes))
	_, planted := n.w.o.Templates[word.Cat]
	for id := range c.Nodes {
		_, used := n.role[rtl.ID(id)]
		inner[id] = c.Nodes[id].Kind == rtl.KOp && c.Nodes[id].Op == word.Cat && n.w.name[id] == "" && !used && !planted && uses[id] == 1 && joined[id] == 1
	}
	return inner
}

// bits names a slice of a net, or of a constant.
func (n *netNamer) bits(node *rtl.Node) string {
	if a := node.Args[0]; n.w.c.Nodes[a].Kind != rtl.KConst {
		return bitsOf(n.w.name[a], node)
	}
	return bitsOf("constant", node)
}

// bitsOf names a slice.
func bitsOf(name string, n *rtl.Node) string {
	return place{name, int(n.Imm), n.Width, 0}.label()
}

// shorten makes short names from the names of operands.
func (n *netNamer) shorten() {
	for id := range n.w.c.Nodes {
		node := &n.w.c.Nodes[id]
		name := n.w.name[id]
		switch {
		case node.Kind == rtl.KConst:
			name = fmt.Sprintf("%x", node.Imm)
		case node.Kind == rtl.KOp && name == "":
			if name = n.shortOf(node); name != "" && name[0] <= '9' {
				name = "constant_" + name // a name does not begin with a digit
			}
		}
		if len(name) <= longest {
			n.short[id] = name
		}
	}
}

// shortOf is an operator's name made from its operands' names. The name is empty if an operand
// has no short name.
func (n *netNamer) shortOf(node *rtl.Node) string {
	var args []string
	for _, a := range node.Args {
		if n.short[a] == "" {
			return ""
		}
		args = append(args, n.short[a])
	}
	switch {
	case node.Op == word.Slice:
		return bitsOf(args[0], node)
	case node.Op == word.Not:
		return "not_" + args[0]
	case len(args) == 2 && node.Op != word.Cat:
		return args[0] + "_" + node.Op.String() + "_" + args[1]
	case len(args) == 1:
		return args[0] + "_" + node.Op.String()
	}
	return ""
}

// roles records the uses of nets, the rarer uses first.
func (n *netNamer) roles() {
	c := n.w.c
	for i := range c.Mems {
		m, name := &c.Mems[i], n.w.mems[i]
		for j, r := range m.Reads {
			port := numbered(name+"_read", j, len(m.Reads))
			n.is(r.Addr, port+"_address")
			n.is(r.Enable, port+"_enable")
			if n.w.name[r.Node] == "" {
				n.w.name[r.Node] = n.w.fresh(port)
			}
		}
		for j, p := range m.Writes {
			port := numbered(name+"_write", j, len(m.Writes))
			n.is(p.Addr, port+"_address")
			n.is(p.Data, port+"_data")
			n.is(p.Lanes, port+"_lanes")
		}
	}
	for i, o := range c.Outputs {
		n.is(o.Node, n.w.outs[i]+"_value")
	}
	effects(c.Body, func(e *rtl.Effect) {
		switch e.Kind {
		case rtl.SetReg:
			n.is(e.Value, n.w.name[c.Regs[e.Index].Node]+"_next")
		case rtl.If:
			n.is(e.Cond, n.acts(e)+"_when")
		}
	})
	for i, p := range c.Probes {
		n.is(p.Node, n.w.probe[i]+"_value")
	}
	for _, a := range c.Asserts {
		n.is(a.Node, "claim_"+strings.ReplaceAll(a.Name, ".", "_"))
	}
}

func numbered(name string, i, of int) string {
	if of == 1 {
		return name
	}
	return fmt.Sprintf("%s%d", name, i)
}

// acts names the first register or memory write that a condition controls.
func (n *netNamer) acts(e *rtl.Effect) string {
	first := ""
	effects([]rtl.Effect{*e}, func(x *rtl.Effect) {
		switch {
		case first != "":
		case x.Kind == rtl.SetReg:
			first = n.w.name[n.w.c.Regs[x.Index].Node]
		case x.Kind == rtl.WriteMem:
			first = n.w.mems[x.Index] + "_write"
		}
	})
	return first
}

// is records the use of a net. The first use counts.
func (n *netNamer) is(id rtl.ID, name string) {
	if id != rtl.None {
		if _, ok := n.role[id]; !ok {
			n.role[id] = place{name, 0, n.w.c.Nodes[id].Width, n.w.c.Nodes[id].Width}
		}
	}
}

// net names one net, and passes on to the operands the place to which they lead.
func (n *netNamer) net(id rtl.ID) {
	node := &n.w.c.Nodes[id]
	if node.Kind != rtl.KOp && node.Kind != rtl.KRead {
		return
	}
	at, on := n.way[id]
	if role, ok := n.role[id]; ok {
		at, on = role, true
	}
	if name := n.w.name[id]; name != "" {
		at = place{name, 0, node.Width, node.Width}
	} else if node.Op == word.Slice || n.w.inner[id] {
		n.send(node, at)
		return
	} else {
		_, direct := n.role[id]
		switch {
		case direct:
			n.w.name[id] = n.w.fresh(at.label())
			at.base = n.w.name[id]
		case n.short[id] != "":
			n.w.name[id] = n.w.fresh(n.short[id])
		case on:
			n.w.name[id] = n.w.fresh(at.label() + "_" + node.Op.String())
		default: // the net is not read
			n.w.name[id] = n.w.fresh(node.Op.String())
		}
	}
	n.send(node, at)
}

// send records for each operand of a net the place that the operand leads to.
func (n *netNamer) send(node *rtl.Node, at place) {
	for i, a := range node.Args {
		arg := &n.w.c.Nodes[a]
		to := at.frozen(arg.Width)
		switch {
		case node.Op == word.Cat && i == 0:
			to = at.within(node.Width-arg.Width, arg.Width)
		case node.Op == word.Cat:
			to = at.within(0, arg.Width)
		case node.Op == word.Mux && i == 0:
			to = place{at.label() + "_choice", 0, 1, 1}
		case arg.Width == at.width:
			to = at
		}
		if _, ok := n.way[a]; !ok {
			n.way[a] = to
		}
	}
}
