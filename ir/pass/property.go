package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Property is a property of a module that a pass establishes and every later pass keeps. Check
// mode tests this, so passes need not declare which properties they keep.
type Property struct {
	Name  string
	Wrong func(m *ir.Module, env *Env) error // an error that explains why the property does not hold
}

// Legal holds after legalise for a 32-bit target: words are i1 and i32, and the target has all
// operators.
func Legal() Property { return Property{"legal", notLegal} }

// Single holds after tasks: there is a Main, and no operation blocks.
func Single() Property {
	return Property{"single", func(m *ir.Module, _ *Env) error {
		if len(m.Contexts) == 0 {
			return fmt.Errorf("there is no Main")
		}
		return nil // the verifier checks which operations a module with Main may have
	}}
}

func notLegal(m *ir.Module, env *Env) error {
	if env.XLen != 32 {
		return nil // all widths are legal
	}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			if err := legalTypesOnly(b.Params); err != nil {
				return fmt.Errorf("@%s: b%d: %w", f.Name, b.ID, err)
			}
			for _, i := range b.Instrs {
				if err := legalInstr(i, env); err != nil {
					return fmt.Errorf("@%s: b%d: %w", f.Name, b.ID, err)
				}
			}
		}
	}
	return nil
}

func legalTypesOnly(vs []*ir.Value) error {
	for _, v := range vs {
		if v.Type != ir.Token && v.Type != 1 && v.Type != 32 {
			return fmt.Errorf("%s has the type %s", v, v.Type)
		}
	}
	return nil
}

func legalInstr(i *ir.Instr, env *Env) error {
	if err := legalTypesOnly(i.Results); err != nil {
		return err
	}
	switch {
	case i.Op == ir.OpFloat:
		return fmt.Errorf("%s is left", i.Float)
	case i.Op == ir.OpWord && !legalWord(i.Word, i.Results[0].Type, i.Args[0].Type, env):
		return fmt.Errorf("%s from %s to %s is left", i.Word, i.Args[0].Type, i.Results[0].Type)
	}
	return nil
}

// legalWord reports whether an operator may appear after legalise. All comparisons may: later
// passes invert them, and a back end builds any comparison from any other.
func legalWord(op word.Op, out, in ir.Type, env *Env) bool {
	switch op {
	case word.Cat:
		return false
	case word.Slice:
		return out == 1 && in == 32
	case word.Zext, word.Sext:
		return out == 32 && in == 1
	case word.Mux, word.And, word.Or, word.Xor, word.Not:
		return true
	}
	return in == 32 && (env.has(op) || word.Table(op).Widths == word.Compare)
}
