package isa

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// Verify checks a set:
//
//  1. Every line is valid by itself (Inst.Verify).
//  2. No two lines have the same name.
//  3. No word is an encoding of two lines.
func (s *Set) Verify() error {
	var errs diag.List
	byName := make(map[string]*Inst, len(s.Insts))
	for i, in := range s.Insts {
		if err := in.Verify(); err != nil {
			errs = append(errs, diag.AsList(err)...)
			continue
		}
		if first := byName[in.Name]; first != nil {
			errs.Add(diag.Errorf("", in.Span, "expected one line per name, found a second `%s`", in.Name).
				Note(first.Span, "the first is here"))
		}
		byName[in.Name] = in
		for _, other := range s.Insts[:i] {
			if (in.Match^other.Match)&in.Mask&other.Mask == 0 {
				errs.Add(diag.Errorf("", in.Span, "`%s` and `%s` share encodings", in.Name, other.Name).
					Note(other.Span, "the other line"))
			}
		}
	}
	return errs.Err()
}

// Verify checks a line:
//
//  1. The format exists, the mask is the format's, and Match lies within it.
//  2. The low two bits of the opcode are 11, as in all 32-bit encodings.
//  3. The line has an effect. A trap has no other effect.
//  4. It has at most one access, of 1, 2 or 4 bytes. Data is set exactly with
//     Store. Cond is set only with PC, and Rd only if the format has one.
//  5. Widths are right, the format has the operands, and `mem` appears exactly
//     with Load.
func (in *Inst) Verify() error {
	fault := func(format string, args ...any) error {
		return diag.Errorf("", in.Span, "`%s`: "+format, append([]any{in.Name}, args...)...)
	}
	m := &in.Meaning
	switch {
	case in.Name == "":
		return diag.Errorf("", in.Span, "expected an instruction to have a name")
	case !in.Format.known():
		return fault("expected one of the %d formats", len(layouts))
	case in.Mask != in.Format.FixedMask() || in.Match&^in.Mask != 0:
		return fault("expected the fixed bits of format %s", in.Format)
	case in.Match&3 != 3:
		return fault("expected an opcode that ends with 11")
	case m.Store == nil && m.Rd == nil && m.PC == nil && !m.Trap:
		return fault("expected a meaning with an effect")
	case m.Trap && (m.Load != nil || m.Store != nil || m.Rd != nil || m.PC != nil):
		return fault("expected a trap to have no other effect")
	case m.Load != nil && m.Store != nil:
		return fault("expected a load or a store, not both")
	case (m.Store == nil) != (m.Data == nil):
		return fault("expected a store to have an address and a value")
	case m.Cond != nil && m.PC == nil:
		return fault("expected a condition to guard the pc")
	case m.Rd != nil && !in.Format.HasRd():
		return fault("expected a format with rd")
	}
	if problem := in.checkParts(); problem != "" {
		return fault("%s", problem)
	}
	return nil
}

// checkParts checks the expressions of the meaning. The result describes the first fault, or is
// empty.
func (in *Inst) checkParts() string {
	m := &in.Meaning
	c := exprChecker{format: in.Format, seen: map[*word.Expr]bool{}}
	if m.Load != nil {
		c.access(m.Load)
		c.mem = 8 * m.Load.Bytes
	}
	c.expr(m.Rd, 32)
	c.expr(m.PC, 32)
	c.expr(m.Cond, 1)
	if m.Store != nil {
		c.access(m.Store)
		c.expr(m.Data, 8*m.Store.Bytes)
	}
	if c.problem == "" && m.Load != nil && !c.usesMem {
		return "expected the loaded value to be used"
	}
	return c.problem
}

type exprChecker struct {
	format  Format
	mem     int // width of the leaf mem, 0 if there is no load
	usesMem bool
	seen    map[*word.Expr]bool
	problem string
}

func (c *exprChecker) access(a *Access) {
	if a.Bytes != 1 && a.Bytes != 2 && a.Bytes != 4 {
		c.problem = "expected an access of 1, 2 or 4 bytes"
	}
	if a.Addr == nil {
		c.problem = "expected an access to have an address"
	}
	c.expr(a.Addr, 32)
}

func (c *exprChecker) expr(e *word.Expr, width int) {
	if e == nil {
		return
	}
	if e.Width != width && c.problem == "" {
		c.problem = "expected `" + e.String() + "` to have the width of its place"
	}
	c.node(e)
}

func (c *exprChecker) node(e *word.Expr) {
	if c.problem != "" || c.seen[e] {
		return
	}
	c.seen[e] = true
	if e.Op == word.Bad {
		c.leaf(e)
		return
	}
	aw := make([]int, len(e.Args))
	for i, a := range e.Args {
		c.node(a)
		aw[i] = a.Width
	}
	if err := word.Check(e.Op, e.Width, aw, e.Imm); err != nil && c.problem == "" {
		c.problem = err.Error()
	}
}

func (c *exprChecker) leaf(e *word.Expr) {
	want, ok := c.format.leafWidth(e.Leaf)
	switch {
	case e.IsConst():
		want, ok = e.Width, e.Width >= 1 && e.Width <= 64 && e.Imm&^word.Mask(e.Width) == 0
	case e.Leaf == "mem":
		want, ok = c.mem, c.mem != 0
		c.usesMem = true
	}
	if !ok || want != e.Width {
		c.problem = "expected an operand of format " + c.format.String() + ", found `" + e.String() + "`"
	}
}
