package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Property is something that holds of a module from the pass that gives it on:
// each pass keeps what holds. Check mode looks, so no pass has to say.
type Property struct {
	Name  string
	Wrong func(m *ir.Module, env *Env) error // why it does not hold
}

// Legal is what legalise leaves for a target of 32 bits: words are i1 and i32, with
// operators that the target has.
func Legal() Property { return Property{"legal", notLegal} }

// Single is what tasks leaves: Main, and nothing blocks.
func Single() Property {
	return Property{"single", func(m *ir.Module, _ *Env) error {
		if len(m.Contexts) == 0 {
			return fmt.Errorf("there is no Main")
		}
		return nil // the verifier knows what may stand in a module with Main
	}}
}

func notLegal(m *ir.Module, env *Env) error {
	if env.XLen != 32 {
		return nil // every width is
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

// legalWord reports whether an operator may follow legalise. Later passes turn
// comparisons round, and a back end makes any of them from another.
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
