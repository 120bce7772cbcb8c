package isa

import (
	_ "embed" // the base sets are text files
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

//go:embed rv32i.isa
var rv32iText string

//go:embed rv32m.isa
var rv32mText string

// RV32I returns 38 instructions: ebreak, and the 37 instructions of chapter 2 that a core needs if
// it has no operating system. RV32E has the same instructions. The number of registers is a
// property of the target and not of the set.
func RV32I() *Set { return mustParse("rv32i.isa", rv32iText) }

// RV32M returns the eight instructions of chapter 7.
func RV32M() *Set { return mustParse("rv32m.isa", rv32mText) }

// RV32IM returns RV32I followed by RV32M.
func RV32IM() *Set { return &Set{Name: "rv32im", Insts: append(RV32I().Insts, RV32M().Insts...)} }

// mustParse reads an embedded set. It panics on an error, which is a bug of this program.
func mustParse(name, src string) *Set {
	s, err := Parse(&diag.File{Name: name, Text: src})
	if err != nil {
		panic(fmt.Sprintf("isa: %v", err))
	}
	return s
}

// Lookup finds a line by name. If the set has no such line, the result is nil.
func (s *Set) Lookup(name string) *Inst {
	for _, in := range s.Insts {
		if in.Name == name {
			return in
		}
	}
	return nil
}

// Subset returns the lines that the function `keep` accepts, in order, as a set with the given
// name.
func (s *Set) Subset(name string, keep func(*Inst) bool) *Set {
	out := &Set{Name: name}
	for _, in := range s.Insts {
		if keep(in) {
			out.Insts = append(out.Insts, in)
		}
	}
	return out
}

// Without returns s without the lines that have the given names.
func (s *Set) Without(name string, dropped ...string) *Set {
	drop := make(map[string]bool, len(dropped))
	for _, d := range dropped {
		drop[d] = true
	}
	return s.Subset(name, func(in *Inst) bool { return !drop[in.Name] })
}

// Extend returns s with more lines added, and verifies the result.
func (s *Set) Extend(name string, more ...*Inst) (*Set, error) {
	out := &Set{Name: name, Insts: append(append([]*Inst(nil), s.Insts...), more...)}
	return out, out.Verify()
}

// Divides reports whether the meaning of the line contains a division.
func (in *Inst) Divides() bool { return in.Contains(word.Divu, word.Remu, word.Divs, word.Rems) }

// Contains reports whether the meaning of the line contains one of the operators.
func (in *Inst) Contains(ops ...word.Op) bool {
	found := false
	in.Meaning.EachNode(func(e *word.Expr) { found = found || slices.Contains(ops, e.Op) })
	return found
}

// Computes reports whether the line computes rd = rs1 op rs2 and has no other effect.
func (in *Inst) Computes(op word.Op) bool {
	m := &in.Meaning
	return m.Rd != nil && m.PC == nil && m.Rd.Op == op && m.Rd.Width == 32 && len(m.Rd.Args) == 2 && m.Rd.Args[0].Leaf == "rs1" && m.Rd.Args[1].Leaf == "rs2"
}

// Computes reports whether some line of the set computes rd = rs1 op rs2.
func (s *Set) Computes(op word.Op) bool {
	return slices.ContainsFunc(s.Insts, func(in *Inst) bool { return in.Computes(op) })
}

// EachNode calls `visit` for the nodes of all expressions in a meaning. A node that one expression
// uses several times is visited only once for this expression.
func (m *Meaning) EachNode(visit func(*word.Expr)) {
	walk := func(e *word.Expr) {
		if e != nil {
			e.Each(visit)
		}
	}
	for _, e := range []*word.Expr{m.Rd, m.PC, m.Cond, m.Data} {
		walk(e)
	}
	for _, a := range []*Access{m.Load, m.Store} {
		if a != nil {
			walk(a.Addr)
		}
	}
}
