package rtl

import (
	"fmt"
	"io"
	"strings"

	"github.com/sinter-lang/sinter/ir/word"
)

// String returns the name of the policy in the text form.
func (p Policy) String() string {
	switch p {
	case Old:
		return "old"
	case New:
		return "new"
	case Never:
		return "never"
	}
	return fmt.Sprintf("policy%d", uint8(p))
}

// String prints the circuit. Parse reads it back with the same node numbers.
func (c *Circuit) String() string {
	var sb strings.Builder
	p := &printer{w: &sb, c: c}
	p.circuit()
	return sb.String()
}

// Ref prints a node as an operand: its name, or % and its number.
func (c *Circuit) Ref(id ID) string {
	if id >= 0 && int(id) < len(c.Nodes) && c.Nodes[id].Name != "" {
		return c.Nodes[id].Name
	}
	return fmt.Sprintf("%%%d", id)
}

type printer struct {
	w io.Writer
	c *Circuit
}

func (p *printer) f(format string, args ...any) { fmt.Fprintf(p.w, format, args...) }

func (p *printer) circuit() {
	c := p.c
	p.f("circuit %s\n", c.Name)
	for i := range c.Mems {
		p.mem(&c.Mems[i])
	}
	for i := range c.Nodes {
		p.node(ID(i))
	}
	for i := range c.Mems {
		p.drives(&c.Mems[i])
	}
	p.effects(c.Body, "  ")
	for _, o := range c.Outputs {
		p.f("  output %s %d = %s\n", o.Name, c.Nodes[o.Node].Width, c.Ref(o.Node))
	}
	for _, a := range c.Asserts {
		p.f("  assert %s = %s\n", a.Name, c.Ref(a.Node))
	}
	for _, b := range c.Probes {
		p.f("  probe %s = %s\n", b.Name, c.Ref(b.Node))
	}
	p.f("end\n")
}

func (p *printer) mem(m *Mem) {
	p.f("  mem %s %d addr %d lanes %d\n", m.Name, m.Width, m.AddrBits, m.Lanes)
	const perLine = 8
	for i, v := range m.Init {
		if i%perLine == 0 {
			p.f("  init %s", m.Name)
		}
		p.f(" %#x", v)
		if i%perLine == perLine-1 || i == len(m.Init)-1 {
			p.f("\n")
		}
	}
}

func (p *printer) node(id ID) {
	n := &p.c.Nodes[id]
	switch n.Kind {
	case KInput:
		p.f("  input %s %d\n", n.Name, n.Width)
		return
	case KReg:
		p.f("  reg %s %d reset %s\n", n.Name, n.Width, number(p.c.Regs[n.Index].Reset))
		return
	}
	p.f("  %s %d = ", p.c.Ref(id), n.Width)
	switch n.Kind {
	case KConst:
		p.f("const %s\n", number(n.Imm))
	case KRead:
		m := &p.c.Mems[n.Index]
		if r := &m.Reads[n.Port]; r.Sync {
			p.f("read %s sync %s\n", m.Name, r.Policy)
		} else {
			p.f("read %s async %s\n", m.Name, p.c.Ref(r.Addr))
		}
	case KOp:
		p.f("%s", n.Op)
		for _, a := range n.Args {
			p.f(" %s", p.c.Ref(a))
		}
		if word.Table(n.Op).Widths == word.Part {
			p.f(" %d", n.Imm)
		}
		p.f("\n")
	}
}

// number prints small values in decimal, others in hexadecimal.
func number(v uint64) string {
	if v < 1<<12 {
		return fmt.Sprintf("%d", v)
	}
	return fmt.Sprintf("%#x", v)
}

func (p *printer) drives(m *Mem) {
	for _, r := range m.Reads {
		if !r.Sync {
			continue
		}
		p.f("  drive %s addr %s", p.c.Ref(r.Node), p.c.Ref(r.Addr))
		if r.Enable != None {
			p.f(" enable %s", p.c.Ref(r.Enable))
		}
		p.f("\n")
	}
}

func (p *printer) effects(list []Effect, indent string) {
	for i := range list {
		e := &list[i]
		switch e.Kind {
		case SetReg:
			p.f("%sset %s %s\n", indent, p.c.Regs[e.Index].Name, p.c.Ref(e.Value))
		case WriteMem:
			p.write(e, indent)
		case If:
			p.f("%sif %s {\n", indent, p.c.Ref(e.Cond))
			p.effects(e.Then, indent+"  ")
			if len(e.Else) > 0 {
				p.f("%s} else {\n", indent)
				p.effects(e.Else, indent+"  ")
			}
			p.f("%s}\n", indent)
		}
	}
}

func (p *printer) write(e *Effect, indent string) {
	m := &p.c.Mems[e.Index]
	w := m.Writes[e.Port]
	p.f("%swrite %s addr %s data %s", indent, m.Name, p.c.Ref(w.Addr), p.c.Ref(w.Data))
	if w.Lanes != None {
		p.f(" lanes %s", p.c.Ref(w.Lanes))
	}
	p.f("\n")
}
