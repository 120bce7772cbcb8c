package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Property is a property of a module that holds from the pass that gives it.
// Every later pass keeps it. Check mode checks this, so passes need not declare
// it.
type Property struct {
	Name  string
	Wrong func(m *ir.Module, env *Env) error // the reason if it does not hold
}

// Legal holds after legalise for a target of 32 bits: words are i1 and i32, with
// operators that the target has.
func Legal() Property { return Property{"legal", notLegal} }

// Single holds after tasks: there is a Main, and nothing blocks.
func Single() Property {
	return Property{"single", func(m *ir.Module, _ *Env) error {
		if len(m.Contexts) == 0 {
			return fmt.Errorf("there is no Main")
		}
		return nil // the verifier knows the operations that a module with Main may have
	}}
}

func notLegal(m *ir.Module, env *Env) error {
	if env.XLen != 32 {
		return nil // every width is legal
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

// legalWord reports whether an operator may appear after legalise. Later passes
// invert comparisons, and a back end makes any comparison from any other.
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
