package equiv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// Invariants tries to prove every assert of a circuit in all cycles after reset. This includes
// the asserts of read ports with policy Never. Invariants uses induction over a number of
// cycles, called frames. The base case proves that all asserts hold in the first frames after
// reset. The step proves that if all asserts hold in this number of consecutive cycles, they
// also hold in the next cycle. Invariants proves the largest inductive set of asserts. The
// other asserts are undecided. A read of a memory without writes gives one of the memory's
// words (contents.go). The contents of other memories are unknown.
func Invariants(c *rtl.Circuit, frames int, opt Options) (*Report, error) {
	flat := c.Flat().Circuit
	rep := &Report{Solver: SolverName + ", induction"}
	for _, a := range flat.Asserts {
		rep.Items = append(rep.Items, Item{Name: blast.Place{Kind: blast.Assert, Name: a.Name}.String(), Bits: 1, Span: a.Span})
	}
	base, err := unroll(flat, frames, true, opt)
	if err != nil {
		return nil, err
	}
	step, err := unroll(flat, frames+1, false, opt)
	if err != nil {
		return nil, err
	}
	rep.induct(base, step, frames)
	return rep, nil
}

// induct proves the largest inductive set of claims. There is one claim for each item. The
// claims in the set hold in the first cycles after reset (base). They also hold in any cycle
// that follows `frames` cycles in which all of them hold (step).
func (r *Report) induct(base, step *unrolled, frames int) {
	r.base(base, frames)
	for changed := true; changed; {
		changed = false
		assume := r.assumptions(step, frames)
		for i := range r.Items {
			if r.Items[i].Status != Proved || r.follows(i) {
				continue
			}
			st := step.ask(append(assume[:len(assume):len(assume)], step.claims[frames][i].Not())...)
			if st == sat.Unsat {
				continue
			}
			undecided(&r.Items[i], fmt.Sprintf("not inductive over %d cycles%s", frames, step.state(st)))
			if st == sat.Sat {
				r.refute(step, frames)
			}
			assume, changed = r.assumptions(step, frames), true
		}
	}
	for _, u := range []*unrolled{base, step} {
		r.Nodes, r.Merged = r.Nodes+len(u.from.Nodes), r.Merged+u.merged
		r.Queries, r.Conflicts = r.Queries+u.queries, r.Conflicts+u.solver.Conflicts()
	}
}

// follows reports whether a claim follows from another claim that was not dropped. induct
// neither checks nor assumes such a claim. A mistake in this function can therefore make a
// proof fail, but cannot make a wrong proof succeed.
func (r *Report) follows(i int) bool {
	return slices.ContainsFunc(r.Items[i].from, func(k int) bool { return r.Items[k].Status == Proved })
}

// base drops the claims that do not hold in the first cycles after reset. If base drops a
// claim, it checks the claims that follow from this claim separately.
func (r *Report) base(u *unrolled, frames int) {
	asked := make([]bool, len(r.Items))
	for again := true; again; {
		again = false
		for i := range r.Items {
			if asked[i] || r.follows(i) {
				continue
			}
			asked[i], again = true, true
			for t := range frames {
				if claim := u.claims[t][i]; u.fails(claim) || u.ask(claim.Not()) != sat.Unsat {
					undecided(&r.Items[i], fmt.Sprintf("not shown %d cycles after reset", t))
				}
			}
		}
	}
}

// fails reports whether a random pattern makes a literal false.
func (u *unrolled) fails(l blast.Lit) bool {
	l = u.of(l)
	for _, word := range u.words {
		if word[l.Node()]^-uint64(l&1) != ^uint64(0) {
			return true
		}
	}
	return false
}

// refute drops every claim that the last model refutes, not only the claim that was checked.
// Leaves that do not affect the query may have any value, so refute tries 64 random values for
// them.
func (r *Report) refute(step *unrolled, frames int) {
	values := step.model()
	for i := range r.Items {
		l := step.of(step.claims[frames][i])
		if values[l.Node()]^-uint64(l&1) != ^uint64(0) {
			undecided(&r.Items[i], fmt.Sprintf("not inductive over %d cycles", frames))
		}
	}
}

// model returns the value of each node of the merged graph under the last model, for 64
// patterns. A leaf that did not affect the query gets random values.
func (u *unrolled) model() []uint64 {
	values := make([]uint64, len(u.to.Nodes))
	for i := range u.to.Nodes {
		n := &u.to.Nodes[i]
		switch {
		case n.Kind != blast.KFree:
			values[i] = n.Eval(values)
		case u.mark[i] != u.visit:
			values[i] = u.r.Uint64()
		case u.solver.Value(u.vars[i]):
			values[i] = ^uint64(0)
		}
	}
	return values
}

func undecided(item *Item, why string) {
	if item.Status == Proved {
		item.Status, item.Reason = Undecided, why
	}
}

// unrolled is a circuit over several cycles. It holds the claims by cycle and assert.
type unrolled struct {
	*sweeper
	claims [][]blast.Lit
	regs   []rtl.Reg
	last   map[string][]blast.Lit // the values of the registers in the last cycle
}

// unroll makes the formulas of the circuit once per cycle. In the first cycle, registers have
// their reset values or are free. In later cycles, registers have the values that the previous
// cycle computes.
func unroll(c *rtl.Circuit, frames int, fromReset bool, opt Options) (*unrolled, error) {
	g := newLeaves()
	u := &unrolled{regs: c.Regs}
	regs := map[string][]blast.Lit{}
	for _, r := range c.Regs {
		regs[r.Name] = firstValue(g, r, fromReset)
	}
	known, err := contentsOf(g, c)
	if err != nil {
		return nil, err
	}
	for t := range frames {
		cones, err := blast.Circuit(g.g, c, known.leaf(g.at(t, nil, regs)))
		if err != nil {
			return nil, err
		}
		var claims []blast.Lit
		next := map[string][]blast.Lit{}
		for _, cone := range cones {
			switch cone.Place.Kind {
			case blast.Next:
				next[cone.Place.Name] = cone.Bits
			case blast.Assert:
				claims = append(claims, cone.Bits[0])
			}
		}
		known.step(t, cones)
		u.last = regs
		u.claims, regs = append(u.claims, claims), next
	}
	u.sweeper = newSweeper(g, opt)
	u.sweep()
	return u, nil
}

func firstValue(g *leaves, r rtl.Reg, fromReset bool) []blast.Lit {
	bits := make([]blast.Lit, r.Width)
	for i := range bits {
		if fromReset {
			bits[i] = blast.Const(r.Reset>>i&1 == 1)
		} else {
			bits[i] = g.g.Free()
		}
	}
	return bits
}

// assumptions are the remaining claims in all cycles except the last. The list omits claims
// that follow from other remaining claims.
func (r *Report) assumptions(u *unrolled, frames int) []blast.Lit {
	var out []blast.Lit
	for t := range frames {
		for i := range r.Items {
			if r.Items[i].Status == Proved && !r.follows(i) {
				out = append(out, u.claims[t][i])
			}
		}
	}
	return out
}

// ask asks the solver whether literals of the unrolled circuit can all be true.
func (u *unrolled) ask(lits ...blast.Lit) sat.Status {
	u.visit++
	var vars []sat.Var
	var assume []sat.Lit
	for _, l := range lits {
		l = u.of(l)
		vars = u.cone(l.Node(), vars)
		assume = append(assume, u.literal(l))
	}
	u.queries++
	return u.solver.Solve(vars, u.limit, assume...)
}

// state describes the last cycle of the model, to show which invariant is missing. It lists the
// relevant registers that are not 0.
func (u *unrolled) state(st sat.Status) string {
	if st != sat.Sat {
		return ""
	}
	var parts []string
	for _, r := range u.regs {
		var v uint64
		for i, l := range u.last[r.Name] {
			if l = u.of(l); u.mark[l.Node()] == u.visit && u.solver.Value(u.vars[l.Node()]) != (l&1 == 1) {
				v |= 1 << i
			}
		}
		if v != 0 {
			parts = append(parts, fmt.Sprintf("%s = %#x", r.Name, v))
		}
	}
	return ", for example with " + strings.Join(parts, ", ")
}
