package equiv

import (
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// Prover answers queries about a formula graph. A Prover first merges equal nodes, so that many
// queries about one graph are cheap.
type Prover struct{ u *unrolled }

// NewProver makes a prover for a complete graph.
func NewProver(g *blast.Graph, opt Options) *Prover {
	p := &Prover{&unrolled{sweeper: newSweeper(&leaves{g: g, bits: map[blast.Place][]blast.Lit{}}, opt)}}
	p.u.sweep()
	return p
}

// Ask asks whether all literals can be true at the same time.
func (p *Prover) Ask(lits ...blast.Lit) sat.Status { return p.u.ask(lits...) }

// Value returns the value of a literal in the model of the last satisfiable query. A literal
// that did not affect the query is false.
func (p *Prover) Value(l blast.Lit) bool {
	l = p.u.of(l)
	return p.u.mark[l.Node()] == p.u.visit && p.u.solver.Value(p.u.vars[l.Node()]) != (l&1 == 1)
}

// Conflicts is the total number of solver conflicts in all queries.
func (p *Prover) Conflicts() int { return p.u.solver.Conflicts() }
