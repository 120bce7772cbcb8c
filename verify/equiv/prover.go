package equiv

import (
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// Prover answers questions about a formula graph. Equal nodes are merged first,
// so that many questions about one graph are cheap.
type Prover struct{ u *unrolled }

// NewProver takes a complete graph.
func NewProver(g *blast.Graph, opt Options) *Prover {
	p := &Prover{&unrolled{sweeper: newSweeper(&leaves{g: g, bits: map[blast.Place][]blast.Lit{}}, opt)}}
	p.u.sweep()
	return p
}

// Ask tells whether literals can all be true at once.
func (p *Prover) Ask(lits ...blast.Lit) sat.Status { return p.u.ask(lits...) }

// Value reads a literal from the model of the last satisfiable question. Literals on which the
// question did not depend are false.
func (p *Prover) Value(l blast.Lit) bool {
	l = p.u.of(l)
	return p.u.mark[l.Node()] == p.u.visit && p.u.solver.Value(p.u.vars[l.Node()]) != (l&1 == 1)
}

// Conflicts is the total work of the questions.
func (p *Prover) Conflicts() int { return p.u.solver.Conflicts() }
