package isa

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/word"
)

// Print returns the text form of s, which Parse reads.
func Print(s *Set) string {
	var b strings.Builder
	fmt.Fprintf(&b, "isa %s\n", s.Name)
	for _, in := range s.Insts {
		b.WriteString("  " + in.String() + "\n")
	}
	b.WriteString("end\n")
	return b.String()
}

// String prints the line of an instruction.
func (in *Inst) String() string {
	fields := ""
	for _, x := range layouts[in.Format].fixed {
		fields += fmt.Sprintf("%0*b ", x.width, in.Match>>x.shift&(1<<x.width-1))
	}
	meaning := in.Text
	if meaning == "" {
		meaning = in.Meaning.String()
	}
	if in.Format == Sys {
		return fmt.Sprintf("%-6s %-3s %s %s", in.Name, in.Format, fields, meaning)
	}
	return fmt.Sprintf("%-6s %-3s %20s %s", in.Name, in.Format, fields, meaning)
}

// String prints a meaning as in an instruction line. Parts that occur several times in its
// expressions get names.
func (m *Meaning) String() string {
	n := namer{names: map[*word.Expr]string{}}
	if m.Load != nil {
		n.load = m.Load.String()
	}
	out := n.define(m)
	show := n.show
	if m.Store != nil && m.Data != nil {
		out = append(out, m.Store.String()+" = "+show(m.Data))
	}
	if m.Rd != nil {
		out = append(out, "rd = "+show(m.Rd))
	}
	if m.PC != nil {
		cond := ""
		if m.Cond != nil {
			cond = "if " + show(m.Cond) + ": "
		}
		out = append(out, cond+"pc = "+show(m.PC))
	}
	if m.Trap {
		out = append(out, "trap")
	}
	return strings.Join(out, " ; ")
}

// namer prints expressions that share parts.
type namer struct {
	load  string
	names map[*word.Expr]string
}

// define prints the definitions of the parts that are used several times. Each definition precedes
// its uses.
func (n *namer) define(m *Meaning) []string {
	uses, seen := map[*word.Expr]int{}, map[*word.Expr]bool{}
	var order []*word.Expr
	m.EachNode(func(e *word.Expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		order = append(order, e)
		for _, a := range e.Args {
			uses[a]++
		}
	})
	var out []string
	for _, e := range order {
		if e.Op != word.Bad && uses[e] > 1 {
			name := fmt.Sprintf("t%d", len(n.names)+1)
			out = append(out, name+" = "+n.show(e))
			n.names[e] = name
		}
	}
	return out
}

// show prints an expression with the names defined so far.
func (n *namer) show(e *word.Expr) string {
	return renameLeaf(n.named(e), n.load).String()
}

// named replaces the named parts below e by their names.
func (n *namer) named(e *word.Expr) *word.Expr {
	if name := n.names[e]; name != "" {
		return &word.Expr{Width: e.Width, Leaf: name}
	}
	out := *e
	out.Args = make([]*word.Expr, len(e.Args))
	for i, a := range e.Args {
		out.Args[i] = n.named(a)
	}
	return &out
}

// String prints an access such as mem8[rs1 + imm].
func (a *Access) String() string { return fmt.Sprintf("mem%d[%s]", 8*a.Bytes, a.Addr) }
