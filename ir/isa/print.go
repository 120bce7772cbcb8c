package isa

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/word"
)

// Print gives the text form of s, which Parse reads.
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

// String prints a meaning as it stands on a line.
func (m *Meaning) String() string {
	load := ""
	if m.Load != nil {
		load = m.Load.String()
	}
	show := func(e *word.Expr) string { return renameLeaf(e, load).String() }
	var out []string
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

// String prints an access such as mem8[rs1 + imm].
func (a *Access) String() string { return fmt.Sprintf("mem%d[%s]", 8*a.Bytes, a.Addr) }
