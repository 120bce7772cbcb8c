package mine

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// pattern writes the operations between a cut and a value as an expression. The operands of
// commutative operators are sorted by shape, so that all occurrences of an operation have the
// same text.
type pattern struct {
	leaves []*ir.Value
	shapes map[*ir.Value]uint64
	made   map[*ir.Value]*word.Expr
	names  []*ir.Value // by source field
}

// expression returns the value of rd and the number of sources that it reads.
func expression(v *ir.Value, leaves []*ir.Value) (*word.Expr, int) {
	p := &pattern{leaves: leaves, shapes: map[*ir.Value]uint64{}, made: map[*ir.Value]*word.Expr{}}
	e := p.expr(v)
	if e.Width == 1 {
		e = &word.Expr{Op: word.Zext, Width: 32, Args: []*word.Expr{e}}
	}
	return e, len(p.names)
}

// shape is a hash of the computation of v. It does not depend on the values of the cut.
func (p *pattern) shape(v *ir.Value) uint64 {
	if h, ok := p.shapes[v]; ok {
		return h
	}
	h := fnv.New64a()
	switch {
	case isConst(v):
		fmt.Fprint(h, "const ", v.Type, v.Def.Imm)
	case slices.Contains(p.leaves, v):
		fmt.Fprint(h, "leaf ", v.Type)
	default:
		var of []uint64
		for _, a := range v.Def.Args {
			of = append(of, p.shape(a))
		}
		if word.Table(v.Def.Word).Commutative {
			slices.Sort(of)
		}
		fmt.Fprint(h, v.Def.Word, v.Type, v.Def.Imm, of)
	}
	p.shapes[v] = h.Sum64()
	return p.shapes[v]
}

func (p *pattern) expr(v *ir.Value) *word.Expr {
	if e := p.made[v]; e != nil {
		return e
	}
	e := p.make(v)
	p.made[v] = e
	return e
}

func (p *pattern) make(v *ir.Value) *word.Expr {
	switch {
	case isConst(v):
		return &word.Expr{Width: int(v.Type), Imm: v.Def.Imm}
	case slices.Contains(p.leaves, v):
		return p.leaf(v)
	}
	args := v.Def.Args
	if word.Table(v.Def.Word).Commutative && p.shape(args[0]) > p.shape(args[1]) {
		args = []*ir.Value{args[1], args[0]}
	}
	e := &word.Expr{Op: v.Def.Word, Width: int(v.Type), Imm: v.Def.Imm}
	for _, a := range args {
		e.Args = append(e.Args, p.expr(a))
	}
	return e
}

// leaf is a source register. A one-bit value is in its low bit.
func (p *pattern) leaf(v *ir.Value) *word.Expr {
	p.names = append(p.names, v)
	e := &word.Expr{Width: 32, Leaf: fmt.Sprintf("rs%d", len(p.names))}
	if v.Type == 1 {
		e = &word.Expr{Op: word.Slice, Width: 1, Args: []*word.Expr{e}}
	}
	return e
}

// lineOf is a line without a name and an encoding.
func lineOf(rd *word.Expr, inputs int) *isa.Inst {
	in := &isa.Inst{Name: "mine", Format: isa.R, Meaning: isa.Meaning{Rd: rd}}
	if inputs > 2 {
		in.Format = isa.R4
	}
	in.Text = in.Meaning.String()
	return in
}

// The opcodes that RISC-V reserves for custom instructions, by the number of sources of a line.
const (
	custom1 = 0b0101011
	custom2 = 0b1011011
)

// encode gives a line the first name and encoding that no line of the set uses. It then prints
// and parses the line, so that a mined line is the same as a line from a file.
func encode(in *isa.Inst, taken *isa.Set) (*isa.Inst, error) {
	name := func(k int) string { return fmt.Sprintf("mine%d", k) }
	n := 1
	for taken.Lookup(name(n)) != nil {
		n++
	}
	out := *in
	out.Name, out.Mask = name(n), in.Format.FixedMask()
	for k := range 1 << 10 {
		funct3, high := uint32(k&7)<<12, uint32(k>>3)<<25
		out.Match = funct3 | high | custom1
		if in.Format == isa.R4 {
			out.Match = funct3 | high&(3<<25) | custom2
		}
		if free(&out, taken) {
			return isa.ParseLine(&diag.File{Name: "mined.isa", Text: out.String() + "\n"})
		}
	}
	return nil, diag.Errorf("", diag.Span{}, "no encoding is left for a mined line of format %s", in.Format)
}

func free(in *isa.Inst, taken *isa.Set) bool {
	return !slices.ContainsFunc(taken.Insts, func(o *isa.Inst) bool { return (in.Match^o.Match)&in.Mask&o.Mask == 0 })
}
