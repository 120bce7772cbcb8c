package types

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/tree"
)

// proof is a check that was proved. It points to the field of the tree node that records the
// proof. It also has the source position at which the check would trap.
type proof struct {
	proved *bool
	site   *int
	code   string
	at     diag.Span
}

// checked gives a check its trap site, unless proved reports that the check has been
// proved.
func (b *body) checked(proved *bool, site *int, code string, at diag.Span) {
	if !*proved {
		*site = b.trap(code, at)
		return
	}
	b.c.proofs = append(b.c.proofs, proof{proved, site, code, at})
}

// spread turns each proved check of the program back into a run-time check with a new trap site
// (Options.Net). The new sites follow the existing sites, which keep their numbers.
func (c *checker) spread(proofs []proof) {
	p := c.prog
	p.Tests, p.Bench = nil, nil // tests share bodies with the program, and have no entries for the new sites
	p.Traps = slices.Clone(p.Traps)
	for _, k := range proofs {
		*k.proved, *k.site = false, len(p.Traps)
		p.Traps = append(p.Traps, tree.TrapSite{ID: *k.site, Code: k.code, Span: k.at, Proof: true})
	}
}
