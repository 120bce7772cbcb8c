package isa

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/word"
)

// Parse reads a set and verifies it. In this grammar, newlines are significant:
//
//	set    = "isa" name newline { line newline } "end"
//	line   = name format { bits } meaning
//	format = "R" | "I" | "S" | "B" | "U" | "J" | "Sh" | "R4" | "Sys"
//	meaning = effect { ";" effect }
//	effect = name "=" expr
//	       | "rd" "=" expr
//	       | [ "if" expr ":" ] "pc" "=" expr
//	       | mem "[" expr "]" "=" expr
//	       | "trap"
//	mem    = "mem8" | "mem16" | "mem32"
//
// `bits` are the fixed fields of the format, from high to low. In an expression, `mem [ expr ]` is
// the loaded value. A line has at most one load. In later effects, a name stands for its
// expression, as one shared value.
func Parse(f *diag.File) (*Set, error) {
	sc := text.New(f)
	sc.SkipNewlines()
	s, err := Read(sc)
	if err != nil {
		return nil, err
	}
	if err := sc.EndLine(); err != nil {
		return nil, err
	}
	if !sc.AtEnd() {
		return nil, sc.Errorf("expected nothing after `end`, found %s", sc.Peek())
	}
	return s, nil
}

// Read reads and verifies a set inside another text form, up to its `end`.
func Read(sc *text.Scanner) (*Set, error) {
	if err := sc.Expect("isa"); err != nil {
		return nil, err
	}
	name, err := sc.Ident("the name of the instruction set")
	if err != nil {
		return nil, err
	}
	s := &Set{Name: name.Text}
	if err := sc.EndLine(); err != nil {
		return nil, err
	}
	for !sc.Accept("end") {
		in, err := ReadLine(sc)
		if err == nil {
			err = sc.EndLine()
		}
		if err != nil {
			return nil, err
		}
		s.Insts = append(s.Insts, in)
	}
	if err := s.Verify(); err != nil {
		return nil, err
	}
	return s, nil
}

// ParseLine reads a single instruction line, for example one that hwgen/mine proposes.
func ParseLine(f *diag.File) (*Inst, error) {
	sc := text.New(f)
	sc.SkipNewlines()
	in, err := ReadLine(sc)
	if err == nil {
		err = sc.EndLine()
	}
	if err != nil {
		return nil, err
	}
	if !sc.AtEnd() {
		return nil, sc.Errorf("expected one line, found %s", sc.Peek())
	}
	if err := in.Verify(); err != nil {
		return nil, err
	}
	return in, nil
}

// ReadLine reads a line inside another text form, up to the end of the line's meaning. The line is
// not verified.
func ReadLine(sc *text.Scanner) (*Inst, error) {
	name, err := sc.Ident("the name of an instruction or `end`")
	if err != nil {
		return nil, err
	}
	in := &Inst{Name: name.Text}
	format, err := sc.Ident("a format")
	if err != nil {
		return nil, err
	}
	var ok bool
	if in.Format, ok = formatByName(format.Text); !ok {
		return nil, diag.Errorf("", format.Span, "expected a format R, I, S, B, U, J, Sh, R4 or Sys, found %s", format)
	}
	for _, x := range layouts[in.Format].fixed {
		bits, err := sc.Bits(x.name, x.width)
		if err != nil {
			return nil, err
		}
		in.Match |= bits << x.shift
	}
	in.Mask = in.Format.FixedMask()
	from := sc.Peek().Span
	if err := parseMeaning(sc, in); err != nil {
		return nil, err
	}
	meaning := diag.Span{File: from.File, Start: from.Start, End: sc.Pos()}
	in.Text, in.Span = meaning.File.Text[meaning.Start:meaning.End], name.Span.To(meaning)
	return in, nil
}

func parseMeaning(sc *text.Scanner, in *Inst) error {
	p := &meaningParser{sc: sc, in: in, m: &in.Meaning, names: map[string]*word.Expr{}, idle: map[string]diag.Span{}}
	for {
		if err := p.effect(); err != nil {
			return err
		}
		if !sc.Accept(";") {
			return p.allUsed()
		}
	}
}

type meaningParser struct {
	sc    *text.Scanner
	in    *Inst
	m     *Meaning
	fault error // found while reading a load inside an expression
	names map[string]*word.Expr
	idle  map[string]diag.Span // defined names that are still unused
}

func (p *meaningParser) effect() error {
	t := p.sc.Peek()
	switch {
	case t.Is("rd"):
		return p.assign(&p.m.Rd, 32)
	case t.Is("if"):
		p.sc.Next()
		if err := p.value(&p.m.Cond, 1, "the condition"); err != nil {
			return err
		}
		if err := p.sc.Expect(":"); err != nil {
			return err
		}
		if t := p.sc.Peek(); !t.Is("pc") {
			return p.sc.Errorf("expected `pc` after a condition, found %s", t)
		}
		return p.assign(&p.m.PC, 32)
	case t.Is("pc"):
		return p.assign(&p.m.PC, 32)
	case t.Is("trap"):
		p.sc.Next()
		p.m.Trap = true
		return nil
	case memBytes(t.Text) != 0:
		return p.store()
	case t.Kind == text.Ident:
		return p.define()
	}
	return p.sc.Errorf("expected an effect (rd = , pc = , if, mem8[] = , trap), found %s", t)
}

// define reads `name = expr`, a value that later effects share.
func (p *meaningParser) define() error {
	t := p.sc.Next()
	if !p.sc.Accept("=") {
		return diag.Errorf("", t.Span, "expected an effect (rd = , pc = , if, mem8[] = , trap) or a name with its value, found %s", t)
	}
	if _, taken := p.in.Format.leafWidth(t.Text); taken || p.names[t.Text] != nil || t.Text == "mem" || t.Text == "imm" {
		return diag.Errorf("", t.Span, "expected a name that is free, found `%s`", t.Text)
	}
	e, err := p.expr()
	if err == nil {
		p.names[t.Text], p.idle[t.Text] = e, t.Span
	}
	return err
}

// allUsed reports a name that no effect uses.
func (p *meaningParser) allUsed() error {
	var errs diag.List
	for name, at := range p.idle {
		errs.Add(diag.Errorf("", at, "expected the name `%s` to be used", name))
	}
	return errs.Sorted().Err()
}

// expr reads an expression, and replaces names by their expressions.
func (p *meaningParser) expr() (*word.Expr, error) {
	e, err := word.ParseExpr(p.sc, p.leaf)
	switch {
	case p.fault != nil:
		return nil, p.fault
	case err != nil:
		return nil, err
	}
	return renameLeaf(e.Rewrite(func(x *word.Expr) *word.Expr {
		if v := p.names[x.Leaf]; x.Op == word.Bad && v != nil {
			return v
		}
		return x
	}), "mem"), nil
}

// assign reads `name = expr` into a field, which must still be empty.
func (p *meaningParser) assign(to **word.Expr, width int) error {
	name := p.sc.Next()
	if *to != nil {
		return diag.Errorf("", name.Span, "expected one effect on `%s`, found a second", name.Text)
	}
	if err := p.sc.Expect("="); err != nil {
		return err
	}
	return p.value(to, width, "`"+name.Text+"`")
}

// value reads an expression of the given width.
func (p *meaningParser) value(to **word.Expr, width int, what string) error {
	at := p.sc.Peek().Span
	e, err := p.expr()
	if err != nil {
		return err
	}
	if e.Width != width {
		return diag.Errorf("", at, "%s has %d bits, got an expression of %d", what, width, e.Width)
	}
	*to = e
	return nil
}

// leaf returns the width of an operand. For a memory name, leaf also reads the address that
// follows.
func (p *meaningParser) leaf(name string) (int, bool) {
	if e := p.names[name]; e != nil {
		delete(p.idle, name)
		return e.Width, true
	}
	n := memBytes(name)
	if n == 0 {
		return p.in.Format.leafWidth(name)
	}
	addr, err := p.address()
	switch {
	case err != nil:
		p.fault = err
	case p.m.Load != nil:
		p.fault = p.sc.Errorf("expected at most one load in a meaning")
	default:
		p.m.Load = &Access{Addr: addr, Bytes: n}
	}
	return 8 * n, p.fault == nil
}

// address reads `[ expr ]`, where the expression contains no load.
func (p *meaningParser) address() (*word.Expr, error) {
	if err := p.sc.Expect("["); err != nil {
		return nil, err
	}
	at := p.sc.Peek().Span
	e, err := word.ParseExpr(p.sc, p.in.Format.leafWidth)
	if err != nil {
		return nil, err
	}
	if e.Width != 32 {
		return nil, diag.Errorf("", at, "an address has 32 bits, got an expression of %d", e.Width)
	}
	return e, p.sc.Expect("]")
}

func (p *meaningParser) store() error {
	name := p.sc.Next()
	if p.m.Store != nil {
		return diag.Errorf("", name.Span, "expected at most one store in a meaning")
	}
	addr, err := p.address()
	if err != nil {
		return err
	}
	p.m.Store = &Access{Addr: addr, Bytes: memBytes(name.Text)}
	if err := p.sc.Expect("="); err != nil {
		return err
	}
	return p.value(&p.m.Data, 8*p.m.Store.Bytes, "the stored value")
}

// memBytes is the access size of a memory name. For other names, it is 0.
func memBytes(name string) int {
	switch name {
	case "mem8":
		return 1
	case "mem16":
		return 2
	case "mem32":
		return 4
	}
	return 0
}

// renameLeaf returns e with the leaf of the load renamed to `to`.
func renameLeaf(e *word.Expr, to string) *word.Expr {
	return e.Rewrite(func(x *word.Expr) *word.Expr {
		if x.Op == word.Bad && (memBytes(x.Leaf) != 0 || x.Leaf == "mem") && x.Leaf != to {
			return &word.Expr{Width: x.Width, Leaf: to}
		}
		return x
	})
}
