package design

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/isa"
)

// NewTarget makes a target from a set and a number of registers.
func NewTarget(name string, set *isa.Set, regs int) *Target {
	return &Target{Name: name, Set: set, Regs: regs}
}

// Default is the default target of a build: RV32E with multiplication, but without division.
func Default() *Target {
	set := isa.RV32IM().Subset("rv32em", func(in *isa.Inst) bool { return !in.Divides() })
	return NewTarget("rv32em", set, 16)
}

// Verify checks a target:
//
//  1. it has a name and a valid instruction set;
//  2. it has 5 to 32 registers.
func (t *Target) Verify() error {
	fault := func(format string, args ...any) error {
		return diag.Errorf("", diag.Span{}, "target %s: "+format, append([]any{t.Name}, args...)...)
	}
	switch {
	case t.Name == "":
		return fault("expected a name")
	case t.Set == nil:
		return fault("expected an instruction set")
	case t.Regs < 5 || t.Regs > 32:
		return fault("expected 5 to 32 registers, got %d", t.Regs)
	}
	return t.Set.Verify()
}

// PrintTarget returns the text form of t, which ParseTarget reads:
//
//	target rv32em
//	  regs 16
//	  isa rv32em
//	    add R 0000000 000 0110011 rd = rs1 + rs2
//	  end
//	end
func PrintTarget(t *Target) string {
	set := strings.ReplaceAll(strings.TrimSuffix(isa.Print(t.Set), "\n"), "\n", "\n  ")
	return fmt.Sprintf("target %s\n  regs %d\n  %s\nend\n", t.Name, t.Regs, set)
}

// ParseTarget reads a target and verifies it.
func ParseTarget(f *diag.File) (*Target, error) {
	sc := text.New(f)
	sc.SkipNewlines()
	t, err := ReadTarget(sc)
	if err != nil {
		return nil, err
	}
	return t, atEnd(sc)
}

// ReadTarget reads a target inside another text form, up to its `end`.
func ReadTarget(sc *text.Scanner) (*Target, error) {
	if err := sc.Expect("target"); err != nil {
		return nil, err
	}
	name, err := sc.Ident("the name of the target")
	if err != nil {
		return nil, err
	}
	if err := firstErr(sc.EndLine, func() error { return sc.Expect("regs") }); err != nil {
		return nil, err
	}
	regs, err := sc.Int("the number of registers", 5, 32)
	if err != nil {
		return nil, err
	}
	if err := sc.EndLine(); err != nil {
		return nil, err
	}
	set, err := isa.Read(sc)
	if err != nil {
		return nil, err
	}
	return NewTarget(name.Text, set, int(regs)), firstErr(sc.EndLine, func() error { return sc.Expect("end") })
}

// firstErr runs steps in order until one returns an error.
func firstErr(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// atEnd expects the end of the text.
func atEnd(sc *text.Scanner) error {
	if err := sc.EndLine(); err != nil {
		return err
	}
	if !sc.AtEnd() {
		return sc.Errorf("expected nothing after `end`, found %s", sc.Peek())
	}
	return nil
}
