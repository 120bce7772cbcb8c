// Package pass holds the passes over the program IR, and the code that runs them.
//
// A pass is a value: a name, a one-sentence description, a function, and optionally a property
// that holds after the pass. The function changes a module and reports whether it did. List
// gives the order of the passes and Reasons explains it. A test compares List with Reasons.
// There is no registration and no global state.
//
//	err := pass.Run(m, pass.List(), pass.Options{Env: pass.Env{XLen: 32, Has: has}})
//
// Three passes are not optimisations. inline merges functions. legalise leaves only words of 1
// and 32 bits and the operators of the target. tasks turns the tasks into one function Main
// without blocking operations. Every machine must show the same trace before and after each
// pass.
//
// In check mode, the code that runs the passes verifies the module after each pass. It checks
// that the properties of earlier passes still hold. If a pass reports no change, it compares
// the text of the module before and after the pass. It also shuffles instructions whose order
// has no meaning: a word operator or constant may be anywhere between its operands and its
// users. On an internal fault it panics with the name of the pass.
//
// Code that makes or copies blocks leaves the tokens to ir.Thread. docs/glossary.md explains
// the terms. The package does not depend on front ends or back ends. Start reading at List.
package pass

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Env describes the target for the passes.
type Env struct {
	Threads bool                // give tasks that may be threads separate contexts
	XLen    int                 // width of a register: 32, or 0 to keep widths and operators as they are
	Soft    func() *ir.Module   // returns a module with functions for float operations, with the names that legalise uses; nil: there are none
	Only    func(*ir.Func) bool // accepts the functions that passes over single functions may change, for bisecting; nil: all
	Has     func(word.Op) bool  // reports operators that the target computes on registers; nil: the core rows, divs and rems
}

// has reports whether the target computes op on registers.
func (e *Env) has(op word.Op) bool {
	if e.Has == nil {
		return word.Table(op).Core || op == word.Divs || op == word.Rems
	}
	return e.Has(op)
}

// Pass is one pass.
type Pass struct {
	Name  string
	Doc   string
	Run   func(m *ir.Module, env *Env) (changed bool)
	Gives *Property // a property that holds from here on
	LLVM  bool      // the pass changes only programs for x86-64; see forLLVM
}

// Options control how passes run.
type Options struct {
	Env
	Check bool                                           // verify, compare and shuffle after each pass
	Seed  uint64                                         // seed of the shuffle
	Skip  []string                                       // names of passes to leave out
	Limit int                                            // number of passes to run (for bisecting); 0: all
	After func(ordinal int, p *Pass, m *ir.Module) error // called after each pass, for dumps
}

// Reason explains why one pass comes before another.
type Reason struct {
	Before, After string
	Why           string
}

// Run runs passes in order. If check mode finds a fault, Run returns an error with the name of
// the pass.
func Run(m *ir.Module, passes []Pass, o Options) error {
	var held []Property
	for n := range passes {
		p := &passes[n]
		if o.Limit > 0 && n >= o.Limit {
			return nil
		}
		if slices.Contains(o.Skip, p.Name) {
			continue
		}
		if err := one(m, p, &o, n, &held); err != nil {
			return err
		}
		if o.After != nil {
			if err := o.After(n, p, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// one runs a single pass. In check mode it also does all checks.
func one(m *ir.Module, p *Pass, o *Options, n int, held *[]Property) error {
	if !o.Check {
		p.Run(m, &o.Env)
		return nil
	}
	shuffle(m, o.Seed+uint64(n))
	before := ir.Print(m)
	changed := p.Run(m, &o.Env)
	if err := ir.Verify(m); err != nil {
		return fmt.Errorf("after pass %s: %w", p.Name, err)
	}
	if err := shared(m); err != nil {
		return fmt.Errorf("after pass %s: %w", p.Name, err)
	}
	if !changed && ir.Print(m) != before {
		return fmt.Errorf("pass %s changed the module and says that it did not", p.Name)
	}
	if p.Gives != nil {
		*held = append(*held, *p.Gives)
	}
	for _, h := range *held {
		if err := h.Wrong(m, &o.Env); err != nil {
			return fmt.Errorf("after pass %s the module is not %s: %w", p.Name, h.Name, err)
		}
	}
	return nil
}

// shared looks for instructions that share one operand list. This is a fault: a pass that
// replaces an operand of one instruction would change the other.
func shared(m *ir.Module) error {
	of := map[**ir.Value]*ir.Instr{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if len(i.Args) == 0 {
					continue
				}
				at := &i.Args[0]
				if other := of[at]; other != nil {
					return fmt.Errorf("@%s: b%d: a %s shares its operands with a %s", f.Name, b.ID, i.Op, other.Op)
				}
				of[at] = i
			}
		}
	}
	return nil
}
