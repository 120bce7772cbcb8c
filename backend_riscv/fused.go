package riscv

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// fusedIn finds the values of f that a line with several operators can compute.
func (tb *table) fusedIn(f *ir.Func) *fuse.Fusions {
	var lines []*isa.Inst
	for _, in := range tb.target.Set.Insts {
		if tb.graphs[in] != nil {
			lines = append(lines, in)
		}
	}
	return fuse.Find(f, lines)
}

// treeSize is the number of nodes of an expression. A shared part counts at each use.
func treeSize(e *word.Expr) int {
	sizes := map[*word.Expr]int{}
	e.Each(func(x *word.Expr) {
		n := 1
		for _, a := range x.Args {
			n = min(n+sizes[a], maxTree+1)
		}
		sizes[x] = n
	})
	return sizes[e]
}

// fuse computes a value with the instruction line that package fuse has found for the value.
func (s *selector) fuse(v *ir.Value, fu *fuse.Fusion) {
	c := &cover{rule: s.tb.graphs[fu.Line]}
	for k, a := range fu.Args {
		if a != nil {
			c.bind.regs[k] = s.word32(a)
		}
	}
	s.start()
	d := s.regs[v.ID]
	r := s.line(c, d)
	switch {
	case d == 0:
		s.regs[v.ID] = r
	case r != d:
		s.move(d, r)
	}
}
