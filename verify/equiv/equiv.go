// Package equiv proves that a circuit and its gates behave the same, or that two circuits do.
//
// Both sides (the two compared machines) are cut at registers and memory ports. The values of
// registers and read ports are free inputs, which both sides share. The package compares some
// parts as formulas: every output, every next value of a register, and the address, data, lanes
// and enable of every memory port. It compares other parts as data: the reset values, and the
// shapes, policies and initial contents of memories. If all compared parts are equal for all
// values of the free inputs, the behaviour is equal from reset on ("combinational, all states,
// memories as shared arrays"). The formulas of the circuit come from verify/blast. The formulas
// of the netlist come from the look-up tables. Neither kind of formula comes from the bit rules
// of ir/gate.
//
// Proofs go bottom-up. Random simulation finds pairs of internal signals that may be equal. A
// SAT solver then proves or refutes each pair, after the equal signals below this pair have
// been merged. Each refutation becomes a test pattern that distinguishes further pairs
// (Mishchenko, Chatterjee, Brayton and Eén, "Improvements to combinational equivalence
// checking", ICCAD 2006). A multiplier therefore needs no special treatment: the rows and the
// sums of rows on both sides form internal pairs.
//
//	rep, err := equiv.Check(c, netlist, equiv.Options{})
//	rep.Status()   // Proved, Different, Undecided
//	rep.Items[3]   // next acc: 8 bits, different, counterexample ...
//
// Before the package reports a counterexample, it replays the counterexample on both sides,
// without the formulas. Start reading at Check, then sweep.go.
package equiv

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
)

// SolverName is the name of the prover in reports.
const SolverName = "sinter verify/sat (CDCL), SAT sweeping"

// Options control a proof. The zero value is the default.
type Options struct {
	Conflicts int    // limit for the last attempt on one bit; 0: 200000
	Seed      uint64 // seed of the random patterns
}

// Status is the result of a comparison.
type Status uint8

// The results, from best to worst.
const (
	Proved    Status = iota // equal for all values of the leaves
	Undecided               // a limit was reached
	Different               // a counterexample is given
)

// String names the status.
func (s Status) String() string { return [...]string{"proved", "undecided", "different"}[s] }

// Item is one comparison: of a cone, or of a piece of data.
type Item struct {
	Name    string // such as "next acc", "write data ram.0", "reset acc", "contents ram"
	Bits    int
	Status  Status
	Reason  string          // why the result is not Proved
	Example *Counterexample // for a different cone
	Span    diag.Span

	Data  bool // compared as data: shape, reset value or contents of a memory
	place blast.Place
	from  []int // items each of which implies this one
}

// Report is the result of all comparisons of a proof.
type Report struct {
	Items     []Item
	Solver    string
	Nodes     int // number of nodes in the formulas of both sides
	Merged    int // number of nodes that were proved equal to an earlier node
	Queries   int // number of SAT calls
	Conflicts int
}

// Status is the worst status of all items.
func (r *Report) Status() Status {
	worst := Proved
	for i := range r.Items {
		worst = max(worst, r.Items[i].Status)
	}
	return worst
}

// Count returns the number of items with a status.
func (r *Report) Count(s Status) int {
	n := 0
	for i := range r.Items {
		if r.Items[i].Status == s {
			n++
		}
	}
	return n
}

// Data returns the number of items that were compared as data.
func (r *Report) Data() int {
	n := 0
	for i := range r.Items {
		if r.Items[i].Data {
			n++
		}
	}
	return n
}

// First returns the first item with a status, or nil if there is none.
func (r *Report) First(s Status) *Item {
	for i := range r.Items {
		if r.Items[i].Status == s {
			return &r.Items[i]
		}
	}
	return nil
}

// String is one line about the proof.
func (r *Report) String() string {
	s := fmt.Sprintf("%d of %d items proved", r.Count(Proved), len(r.Items))
	for _, st := range []Status{Different, Undecided} {
		if n := r.Count(st); n > 0 {
			first := r.First(st)
			s += fmt.Sprintf(", %d %s (%s: %s)", n, st, first.Name, first.Reason)
		}
	}
	return s
}

// side is one of the two compared machines: its data, and its cones over the shared leaves.
type side struct {
	data  data
	cones []blast.Cone
	// replay computes the words of the cones from the words of the leaves, without formulas.
	replay func(leaf func(blast.Place) uint64) map[blast.Place]uint64
}

// Check compares a circuit with its netlist. An error is a bug of this program: an operator
// without a definition, or a counterexample that fails to replay.
func Check(c *rtl.Circuit, n *gate.Netlist, opt Options) (*Report, error) {
	if err := n.Verify(); err != nil {
		return nil, err
	}
	l := newLeaves()
	a, err := circuitSide(l, c)
	if err != nil {
		return nil, err
	}
	return compare(l, a, netlistSide(l, n), opt)
}

// Circuits compares two circuits, except for asserts and probes.
func Circuits(x, y *rtl.Circuit, opt Options) (*Report, error) {
	l := newLeaves()
	a, err := circuitSide(l, x)
	if err != nil {
		return nil, err
	}
	b, err := circuitSide(l, y)
	if err != nil {
		return nil, err
	}
	return compare(l, a, b, opt)
}

// Claims tries to prove every assert of a circuit for all values of registers and memories.
// This includes the asserts of read ports with policy Never. An assert without a proof may
// still hold in all reachable states.
func Claims(c *rtl.Circuit, opt Options) (*Report, error) {
	flat := c.Flat().Circuit
	l := newLeaves()
	a, err := circuitSide(l, flat)
	if err != nil {
		return nil, err
	}
	b := &side{replay: func(func(blast.Place) uint64) map[blast.Place]uint64 {
		words := map[blast.Place]uint64{}
		for _, x := range flat.Asserts {
			words[blast.Place{Kind: blast.Assert, Name: x.Name}] = 1
		}
		return words
	}}
	kept := a.cones[:0]
	for _, cone := range a.cones {
		if cone.Place.Kind == blast.Assert {
			kept = append(kept, cone)
			b.cones = append(b.cones, blast.Cone{Place: cone.Place, Bits: []blast.Lit{blast.True}})
		}
	}
	a.cones, a.data = kept, nil
	return compare(l, a, b, opt)
}

// leaves are the free inputs that both sides share.
type leaves struct {
	g     *blast.Graph
	bits  map[blast.Place][]blast.Lit
	order []blast.Place
}

func newLeaves() *leaves {
	return &leaves{g: blast.NewGraph(), bits: map[blast.Place][]blast.Lit{}}
}

// of returns the literals of a leaf. If the leaf is wider on one side, its list of literals grows.
func (l *leaves) of(p blast.Place, width int) []blast.Lit {
	bits, ok := l.bits[p]
	if !ok {
		l.order = append(l.order, p)
	}
	for len(bits) < width {
		bits = append(bits, l.g.Free())
	}
	l.bits[p] = bits
	return bits[:width]
}

// compare matches the items of both sides and proves the cones equal.
func compare(l *leaves, a, b *side, opt Options) (*Report, error) {
	rep := &Report{Solver: SolverName}
	rep.Items = compareData(a.data, b.data)
	other := map[blast.Place]blast.Cone{}
	for _, c := range b.cones {
		other[c.Place] = c
	}
	var pairs []pair
	for _, c := range a.cones {
		item := Item{Name: c.Place.String(), Bits: len(c.Bits), Span: c.Span, place: c.Place}
		d, ok := other[c.Place]
		delete(other, c.Place)
		switch {
		case !ok && optional(c.Place.Kind):
			continue
		case !ok:
			item.Status, item.Reason = Different, "missing on the second side"
		case len(d.Bits) != len(c.Bits):
			item.Status, item.Reason = Different, fmt.Sprintf("%d bits on the second side", len(d.Bits))
		default:
			for i := range c.Bits {
				pairs = append(pairs, pair{len(rep.Items), i, c.Bits[i], d.Bits[i]})
			}
		}
		rep.Items = append(rep.Items, item)
	}
	for _, c := range b.cones {
		if _, ok := other[c.Place]; ok && !optional(c.Place.Kind) {
			rep.Items = append(rep.Items, Item{Name: c.Place.String(), Bits: len(c.Bits), Status: Different, Reason: "missing on the first side"})
		}
	}
	s := newSweeper(l, opt)
	s.sweep()
	for _, p := range pairs {
		if err := s.settle(rep, p, a, b); err != nil {
			return nil, err
		}
	}
	rep.Nodes, rep.Merged, rep.Queries, rep.Conflicts = len(l.g.Nodes), s.merged, s.queries, s.solver.Conflicts()
	return rep, nil
}

// optional reports whether places of a kind may exist on only one side.
func optional(k blast.PlaceKind) bool { return k == blast.Assert || k == blast.Probe }

// pair is one bit whose values on both sides must be equal.
type pair struct {
	item, bit int
	a, b      blast.Lit
}
