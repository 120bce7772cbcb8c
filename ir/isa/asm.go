package isa

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// The assembly syntax follows from the format of an instruction line:
//
//	R, R4  add x1, x2, x3        I   addi x1, x2, -5      U  lui x1, 0x12345
//	Sh     slli x1, x2, 3        I   lw x1, 8(x2)         J  jal x1, .+16
//	S      sw x2, 8(x1)          B   bne x1, x2, .-8      Sys ebreak
//
// A line of format I that loads or sets the pc has parentheses. The immediate of U is written
// as the upper 20 bits, and `.` is the address of the instruction. External assemblers accept
// all of this syntax for the base lines.

// Disassemble prints an instruction.
func (in *Inst) Disassemble(o Ops) string {
	operands := ""
	switch in.Format {
	case R:
		operands = fmt.Sprintf("x%d, x%d, x%d", o.Rd, o.Rs1, o.Rs2)
	case R4:
		operands = fmt.Sprintf("x%d, x%d, x%d, x%d", o.Rd, o.Rs1, o.Rs2, o.Rs3)
	case I, Sh:
		operands = fmt.Sprintf("x%d, x%d, %d", o.Rd, o.Rs1, o.Imm)
		if in.indexed() {
			operands = fmt.Sprintf("x%d, %d(x%d)", o.Rd, o.Imm, o.Rs1)
		}
	case S:
		operands = fmt.Sprintf("x%d, %d(x%d)", o.Rs2, o.Imm, o.Rs1)
	case B:
		operands = fmt.Sprintf("x%d, x%d, .%+d", o.Rs1, o.Rs2, o.Imm)
	case U:
		operands = fmt.Sprintf("x%d, %#x", o.Rd, uint32(o.Imm)>>12)
	case J:
		operands = fmt.Sprintf("x%d, .%+d", o.Rd, o.Imm)
	}
	return strings.TrimSpace(in.Name + " " + operands)
}

// indexed reports whether a line of format I is written imm(rs1).
func (in *Inst) indexed() bool {
	return in.Format == I && (in.Meaning.Load != nil || in.Meaning.PC != nil)
}

// Disassemble prints an instruction word. For a word that matches no line, it prints `.word
// 0x...`.
func Disassemble(s *Set, w uint32) string {
	in, o, ok := Decode(s, w)
	if !ok {
		return fmt.Sprintf(".word %#08x", w)
	}
	return in.Disassemble(o)
}

// Assemble encodes one line of assembly.
func Assemble(s *Set, line string) (uint32, error) {
	sc := text.New(&diag.File{Name: "line", Text: line})
	w, err := AssembleAt(s, sc, func(string) (int32, bool) { return 0, false })
	if err != nil {
		return 0, err
	}
	return w, sc.EndLine()
}

// AssembleAt reads one instruction and leaves the rest of the text. For the name of a branch
// target, `label` gives the distance from the instruction to the target.
func AssembleAt(s *Set, sc *text.Scanner, label func(name string) (int32, bool)) (uint32, error) {
	start := sc.Peek().Span
	if sc.Accept(".") {
		if err := sc.Expect("word"); err != nil {
			return 0, err
		}
		t, err := sc.Number("the word", 1<<32-1)
		return uint32(t.Value), err
	}
	name, err := sc.Ident("an instruction")
	if err != nil {
		return 0, err
	}
	in := s.Lookup(name.Text)
	if in == nil {
		return 0, diag.Errorf("", name.Span, "expected an instruction of %s, found `%s`", s.Name, name.Text)
	}
	a := assembler{sc: sc, in: in, label: label}
	if err := a.operands(); err != nil {
		return 0, err
	}
	w, err := in.Encode(a.o)
	if err != nil {
		return 0, diag.Errorf("", start.To(sc.Peek().Span), "%s", err.Error())
	}
	return w, nil
}

type assembler struct {
	sc    *text.Scanner
	in    *Inst
	label func(string) (int32, bool)
	o     Ops
}

// operands reads the operands of the format, in the order of Disassemble.
func (a *assembler) operands() error {
	switch a.in.Format {
	case R:
		return a.list(a.reg(&a.o.Rd), a.reg(&a.o.Rs1), a.reg(&a.o.Rs2))
	case R4:
		return a.list(a.reg(&a.o.Rd), a.reg(&a.o.Rs1), a.reg(&a.o.Rs2), a.reg(&a.o.Rs3))
	case I, Sh:
		if a.in.indexed() {
			return a.list(a.reg(&a.o.Rd), a.place)
		}
		return a.list(a.reg(&a.o.Rd), a.reg(&a.o.Rs1), a.number)
	case S:
		return a.list(a.reg(&a.o.Rs2), a.place)
	case B:
		return a.list(a.reg(&a.o.Rs1), a.reg(&a.o.Rs2), a.target)
	case U:
		return a.list(a.reg(&a.o.Rd), a.upper)
	case J:
		return a.list(a.reg(&a.o.Rd), a.target)
	}
	return nil
}

// list reads operands separated by commas.
func (a *assembler) list(parts ...func() error) error {
	for i, part := range parts {
		if i > 0 {
			if err := a.sc.Expect(","); err != nil {
				return err
			}
		}
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (a *assembler) reg(to *uint8) func() error {
	return func() error {
		t := a.sc.Peek()
		for r := range uint8(32) {
			if t.Is(fmt.Sprintf("x%d", r)) {
				a.sc.Next()
				*to = r
				return nil
			}
		}
		return a.sc.Errorf("expected a register x0..x31, found %s", t)
	}
}

func (a *assembler) number() error {
	v, err := a.sc.Int("the immediate", -1<<31, 1<<31-1)
	a.o.Imm = int32(v)
	return err
}

func (a *assembler) upper() error {
	v, err := a.sc.Int("the upper immediate", 0, 1<<20-1)
	a.o.Imm = int32(v << 12)
	return err
}

// place reads imm(rs1).
func (a *assembler) place() error {
	if err := a.number(); err != nil {
		return err
	}
	if err := a.sc.Expect("("); err != nil {
		return err
	}
	if err := a.reg(&a.o.Rs1)(); err != nil {
		return err
	}
	return a.sc.Expect(")")
}

// target reads .+n, .-n or a label.
func (a *assembler) target() error {
	t := a.sc.Peek()
	if t.Kind == text.Ident {
		d, ok := a.label(t.Text)
		if !ok {
			return a.sc.Errorf("expected a label of this text, found `%s`", t.Text)
		}
		a.sc.Next()
		a.o.Imm = d
		return nil
	}
	if err := a.sc.Expect("."); err != nil {
		return err
	}
	if !a.sc.Peek().Is("-") {
		if err := a.sc.Expect("+"); err != nil {
			return err
		}
	}
	return a.number()
}
