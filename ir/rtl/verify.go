package rtl

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// MaxAddrBits bounds the size of a memory: 1<<MaxAddrBits words.
const MaxAddrBits = 22

// Verify reports the faults of c. It checks these rules in order:
//
//  1. Widths are 1 to 64. A constant and a reset value have no bits above
//     their width.
//  2. Names are letters, digits, `_` and `$`, not starting with a digit or `$`,
//     in parts joined by dots. Names of nodes are distinct. Inputs and
//     registers have names. Names are also distinct among memories, ports
//     (inputs and outputs together), asserts, and probes.
//  3. The arguments of an operator and the address of an asynchronous read
//     come before the node. Widths fit the row of the operator.
//  4. Inputs, Regs and the Reads of each memory list their nodes in node
//     order, each node once. A node has the width of its register or memory.
//  5. A memory has 1<<1 to 1<<MaxAddrBits words. Its width is a multiple of its
//     lanes. Its initial words fit. Addresses have AddrBits bits, enables 1,
//     and lanes one bit per lane. An asynchronous port has policy old and no enable.
//  6. A set gives a value of the register's width. A condition has 1 bit. Each
//     write port has exactly one effect, in port order.
//  7. Outputs, asserts (1 bit) and probes name existing nodes.
func (c *Circuit) Verify() error {
	v := &verifier{c: c}
	for _, check := range []func(){v.nodes, v.names, v.lists, v.mems, v.body, v.ends} {
		check()
		if err := v.errs.Err(); err != nil {
			return err
		}
	}
	return nil
}

type verifier struct {
	c    *Circuit
	errs diag.List
	next []int // for each memory, the write port whose effect comes next
}

func (v *verifier) bad(at diag.Span, format string, args ...any) {
	const enough = 10
	if len(v.errs) < enough {
		v.errs.Add(diag.Errorf("", at, format, args...))
	}
}

// width checks that id is a node of w bits. If w is 0, any width is allowed.
func (v *verifier) width(at diag.Span, what string, id ID, w int) {
	if id < 0 || int(id) >= len(v.c.Nodes) {
		v.bad(at, "%s: expected a node, got %d", what, id)
		return
	}
	if got := v.c.Nodes[id].Width; w != 0 && got != w {
		v.bad(at, "%s: expected %d bits, got %d", what, w, got)
	}
}

func (v *verifier) nodes() {
	for i := range v.c.Nodes {
		n := &v.c.Nodes[i]
		if n.Width < 1 || n.Width > 64 {
			v.bad(n.Span, "a width is in 1..64, got %d", n.Width)
			continue
		}
		switch n.Kind {
		case KConst:
			if n.Imm&^word.Mask(n.Width) != 0 {
				v.bad(n.Span, "expected a constant of %d bits, got %d", n.Width, n.Imm)
			}
		case KOp:
			v.operator(ID(i), n)
		case KInput, KReg, KRead:
		default:
			v.bad(n.Span, "node %d has no kind", i)
		}
	}
}

func (v *verifier) operator(id ID, n *Node) {
	aw := make([]int, len(n.Args))
	for i, a := range n.Args {
		if a < 0 || a >= id {
			v.bad(n.Span, "argument %d of %s does not come before it", i+1, n.Op)
			return
		}
		aw[i] = v.c.Nodes[a].Width
	}
	if err := word.Check(n.Op, n.Width, aw, n.Imm); err != nil {
		v.bad(n.Span, "%s", err.Error())
	}
}

// isName reports whether s can be a name in the text form.
func isName(s string) bool {
	part := 0 // number of characters in the current part
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		switch {
		case letter, i > 0 && ('0' <= c && c <= '9' || c == '$'):
			part++
		case c == '.' && part > 0:
			part = 0
		default:
			return false
		}
	}
	return part > 0
}

// nameSet collects names that must be distinct.
type nameSet map[string]bool

func (v *verifier) name(seen nameSet, at diag.Span, what, name string) {
	switch {
	case !isName(name):
		v.bad(at, "%s: expected a name, got %q", what, name)
	case seen[name]:
		v.bad(at, "%s: the name `%s` is taken", what, name)
	}
	seen[name] = true
}

func (v *verifier) names() {
	v.name(nameSet{}, diag.Span{}, "circuit", v.c.Name)
	nodes, ports, mems := nameSet{}, nameSet{}, nameSet{}
	for i := range v.c.Nodes {
		n := &v.c.Nodes[i]
		if n.Name != "" || n.Kind == KInput || n.Kind == KReg {
			v.name(nodes, n.Span, "node", n.Name)
		}
		if n.Kind == KInput {
			v.name(ports, n.Span, "input", n.Name)
		}
	}
	for _, o := range v.c.Outputs {
		v.name(ports, o.Span, "output", o.Name)
	}
	for i := range v.c.Mems {
		v.name(mems, v.c.Mems[i].Span, "memory", v.c.Mems[i].Name)
	}
	asserts, probes := nameSet{}, nameSet{}
	for _, a := range v.c.Asserts {
		v.name(asserts, a.Span, "assert", a.Name)
	}
	for _, p := range v.c.Probes {
		v.name(probes, diag.Span{}, "probe", p.Name)
	}
}

// lists checks that inputs, registers and read ports are listed in node order.
func (v *verifier) lists() {
	inputs, regs, reads := 0, 0, make([]int, len(v.c.Mems))
	for i := range v.c.Nodes {
		n, id, fine := &v.c.Nodes[i], ID(i), true
		switch n.Kind {
		case KInput:
			fine = inputs < len(v.c.Inputs) && v.c.Inputs[inputs] == id
			inputs++
		case KReg:
			fine = n.Index == regs && regs < len(v.c.Regs) && v.reg(regs, id)
			regs++
		case KRead:
			if fine = n.Index >= 0 && n.Index < len(v.c.Mems); fine {
				m := &v.c.Mems[n.Index]
				fine = n.Port == reads[n.Index] && n.Port < len(m.Reads) && m.Reads[n.Port].Node == id
				reads[n.Index]++
				v.width(n.Span, "read "+m.Name, id, m.Width)
			}
		}
		if !fine {
			v.bad(n.Span, "node %d is not listed, or not in node order", i)
		}
	}
	if inputs != len(v.c.Inputs) || regs != len(v.c.Regs) {
		v.bad(diag.Span{}, "expected %d inputs and %d registers, got %d and %d nodes", len(v.c.Inputs), len(v.c.Regs), inputs, regs)
	}
	for i := range v.c.Mems {
		if m := &v.c.Mems[i]; reads[i] != len(m.Reads) {
			v.bad(m.Span, "memory %s: expected %d read ports, got %d nodes", m.Name, len(m.Reads), reads[i])
		}
	}
}

func (v *verifier) reg(i int, id ID) bool {
	r, n := &v.c.Regs[i], &v.c.Nodes[id]
	if r.Reset&^word.Mask(r.Width) != 0 {
		v.bad(r.Span, "register %s: expected a reset value of %d bits, got %d", r.Name, r.Width, r.Reset)
	}
	return r.Node == id && r.Width == n.Width && r.Name == n.Name
}

func (v *verifier) mems() {
	for i := range v.c.Mems {
		m := &v.c.Mems[i]
		if !v.shape(m) {
			continue
		}
		for j := range m.Reads {
			v.read(m, &m.Reads[j])
		}
		for _, w := range m.Writes {
			v.width(m.Span, m.Name+": write address", w.Addr, m.AddrBits)
			v.width(m.Span, m.Name+": write data", w.Data, m.Width)
			if w.Lanes != None {
				v.width(m.Span, m.Name+": write lanes", w.Lanes, m.Lanes)
			}
		}
	}
}

// shape checks the size fields of a memory.
func (v *verifier) shape(m *Mem) bool {
	switch {
	case m.Width < 1 || m.Width > 64:
		v.bad(m.Span, "memory %s: a width is in 1..64, got %d", m.Name, m.Width)
	case m.AddrBits < 1 || m.AddrBits > MaxAddrBits:
		v.bad(m.Span, "memory %s: an address has 1..%d bits, got %d", m.Name, MaxAddrBits, m.AddrBits)
	case m.Lanes < 1 || m.Width%m.Lanes != 0:
		v.bad(m.Span, "memory %s: expected lanes that divide the width %d, got %d", m.Name, m.Width, m.Lanes)
	case len(m.Init) > 1<<m.AddrBits:
		v.bad(m.Span, "memory %s: expected at most %d initial words, got %d", m.Name, 1<<m.AddrBits, len(m.Init))
	default:
		for i, w := range m.Init {
			if w&^word.Mask(m.Width) != 0 {
				v.bad(m.Span, "memory %s: initial word %d: expected %d bits, got %#x", m.Name, i, m.Width, w)
			}
		}
		return true
	}
	return false
}

func (v *verifier) read(m *Mem, r *Read) {
	at := v.c.Nodes[r.Node].Span
	if r.Addr == None {
		v.bad(at, "memory %s: a synchronous read port has no address", m.Name)
		return
	}
	v.width(at, m.Name+": read address", r.Addr, m.AddrBits)
	if r.Enable != None {
		v.width(at, m.Name+": read enable", r.Enable, 1)
	}
	if r.Policy > Never {
		v.bad(at, "memory %s: no policy %d", m.Name, r.Policy)
	}
	if r.Sync {
		return
	}
	if r.Addr >= r.Node {
		v.bad(at, "memory %s: the address of an asynchronous read does not come before it", m.Name)
	}
	if r.Enable != None || r.Policy != Old {
		v.bad(at, "memory %s: an asynchronous read has policy old and no enable", m.Name)
	}
}

func (v *verifier) body() {
	v.next = make([]int, len(v.c.Mems))
	v.effects(v.c.Body)
	for i, n := range v.next {
		if m := &v.c.Mems[i]; n != len(m.Writes) {
			v.bad(m.Span, "memory %s: expected %d writes for its ports, got %d", m.Name, len(m.Writes), n)
		}
	}
}

func (v *verifier) effects(list []Effect) {
	for i := range list {
		e := &list[i]
		switch e.Kind {
		case SetReg:
			if e.Index < 0 || e.Index >= len(v.c.Regs) {
				v.bad(e.Span, "set: no register %d", e.Index)
				continue
			}
			r := &v.c.Regs[e.Index]
			v.width(e.Span, "set "+r.Name, e.Value, r.Width)
		case WriteMem:
			v.write(e)
		case If:
			v.width(e.Span, "condition", e.Cond, 1)
			v.effects(e.Then)
			v.effects(e.Else)
		default:
			v.bad(e.Span, "effect of no kind")
		}
	}
}

func (v *verifier) write(e *Effect) {
	if e.Index < 0 || e.Index >= len(v.c.Mems) {
		v.bad(e.Span, "write: no memory %d", e.Index)
		return
	}
	m := &v.c.Mems[e.Index]
	if e.Port != v.next[e.Index] || e.Port >= len(m.Writes) {
		v.bad(e.Span, "memory %s: expected the write of port %d, got port %d of %d", m.Name, v.next[e.Index], e.Port, len(m.Writes))
	}
	v.next[e.Index]++
}

func (v *verifier) ends() {
	for _, o := range v.c.Outputs {
		v.width(o.Span, "output "+o.Name, o.Node, 0)
	}
	for _, a := range v.c.Asserts {
		v.width(a.Span, "assert "+a.Name, a.Node, 1)
	}
	for _, p := range v.c.Probes {
		v.width(diag.Span{}, "probe "+p.Name, p.Node, 0)
	}
}
