package core

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Operation makes the circuit that computes a line's result from its sources. The circuit
// contains no other parts of a core. The price of this circuit is the cost that the line adds
// to a core. The depth of the circuit is the length of the line's path.
func Operation(in *isa.Inst) (*rtl.Circuit, error) {
	b := rtl.NewBuilder(in.Name)
	e := &elab{
		g: &gen{decoder: &decoder{wires: wires{b}}}, leaves: map[string]vec{},
		memo: map[int]vec{}, units: map[int]vec{}, keys: map[keyOf]int{}, numbers: map[*word.Expr]int{},
	}
	for _, name := range []string{leafA, leafRs2, leafRs3} {
		if uses(in.Meaning.Rd, name) {
			e.leaves[name] = e.g.vec(b.Input(name, 32))
		}
	}
	b.At(in.Span)
	b.Output("rd", e.g.pack(e.value(word.Simplify(in.Meaning.Rd.Expand()))))
	return b.Build()
}
