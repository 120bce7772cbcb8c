// Package mine finds operations worth an instruction in a program: values that the program
// computes often, with several instructions, from few registers. Each becomes a line of the
// instruction table, and from there on it is a line like any other.
//
//	r, err := mine.Find(m, mine.Options{Set: target.Set, Lines: 4, Power: 2})
//	fmt.Print(isa.Print(r.Set("mined")))
//
//	isa mined
//	  mine1  R  0000000 000 0101011  t1 = rs1 xor rs2 ; ... ; rd = ...
//	end
//
// A candidate is the part of the value graph between one result and at most three registers,
// with constants inside it. It lies within one block of the program IR as selection gets it.
// Rounds that the optimiser has unrolled are one part. Candidates are found like the cuts of a
// technology mapper (cuts.go; Pan and Lin, 1998), written as lines (pattern.go), and priced. For
// the price, the circuit of the line, as a core has it, goes through the mapper of ir/gate. Sums
// of operators would be wrong by a factor of twenty for a step of a CRC.
//
// The best line is taken. Then the savings of the others are computed again beside it, with the
// same search that selection uses (ir/fuse). This repeats until no line pays (choose.go). A line
// pays when the cells of the core times the square of the cycles fall: time counts twice, as in
// the measure of Thompson, "Area-Time Complexity for VLSI" (1979). No line is deeper than the
// adder that each core has at the same stage, so the clock rate does not change.
//
// The result depends only on the program and the weights of its blocks. The work is bounded by
// numbers, not by a clock. The package knows no machine. Start reading at Find.
package mine

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
)

// Options are the settings of a search.
type Options struct {
	Set   *isa.Set // of the target: its encodings and names are taken
	Lines int      // at most
	// Weight is the number of runs of a block; nil means an estimate by loops and calls.
	Weight func(*ir.Func, *ir.Block) float64
	Cells  int     // of the core without mined lines
	All    bool    // prices every candidate, to give the reason why it was not chosen
	Power  float64 // exponent of the cycles: cells times cycles to this power is minimised
}

// Candidate is an operation that a line could do.
type Candidate struct {
	Line   *isa.Inst // a chosen line has its encoding
	Inputs int
	Uses   []Use   // its occurrences, the most often run first
	Saved  float64 // share of the program's cycles, from 0 to 1: when it was chosen, or now
	LUTs   int
	Depth  int
	Why    string // why it was not chosen; empty if it was

	funcs  map[*ir.Func]bool
	score  float64
	priced bool
	deep   bool // deeper than an adder
}

// Use is an occurrence of an operation.
type Use struct {
	Func string
	At   diag.Span
	Runs float64 // of its block
}

// Result is the result of Find.
type Result struct {
	Chosen  []*Candidate
	Others  []*Candidate
	Limited string // candidates excluded by a bound; empty if there are none
	Depth   int    // maximum for a line

	left func([]*Candidate) float64
}

// Left is the share of the cycles that remains with the first n chosen lines.
func (r *Result) Left(n int) float64 { return r.left(r.Chosen[:n]) }

// Lines are the chosen lines in the order of their choice.
func (r *Result) Lines() []*isa.Inst {
	var out []*isa.Inst
	for _, c := range r.Chosen {
		out = append(out, c.Line)
	}
	return out
}

// Drop takes the last n chosen lines back.
func (r *Result) Drop(n int, why string) {
	at := len(r.Chosen) - n
	for _, c := range r.Chosen[at:] {
		c.Why = why
	}
	r.Others = slices.Concat(r.Chosen[at:], r.Others)
	r.Chosen = r.Chosen[:at]
}

// Set is the chosen lines as an instruction set with the given name.
func (r *Result) Set(name string) *isa.Set { return &isa.Set{Name: name, Insts: r.Lines()} }

// Bounds of the work.
const (
	maxInstrs = 20000 // instructions looked at, in the most often run blocks
	maxCuts   = 16    // of a value
	maxParts  = 64    // operators of a candidate
	maxPriced = 96    // candidates
)

// Find finds the operations that pay. The program must be legalised for 32 bits and must have
// passed ir/pass/tasks.
func Find(m *ir.Module, o Options) (*Result, error) {
	p := newProgram(m, o.Weight)
	r := &Result{}
	all := p.candidates(r)
	limit, err := adderDepth()
	if err != nil {
		return nil, err
	}
	r.Depth = limit
	c := &chooser{p: p, o: o, r: r}
	if err := c.choose(bounded(all, r)); err != nil {
		return nil, err
	}
	for _, x := range slices.Concat(r.Chosen, r.Others) {
		slices.SortStableFunc(x.Uses, func(a, b Use) int {
			switch {
			case a.Runs > b.Runs:
				return -1
			case a.Runs < b.Runs:
				return 1
			}
			return 0
		})
	}
	return r, nil
}
