// Package mine finds operations in a program that are worth an instruction. Such an operation
// computes a value that the program needs often, with several instructions, from few registers.
// Each chosen operation becomes a line of the instruction table. All later steps treat such a
// line like any other line.
//
//	r, err := mine.Find(m, mine.Options{Set: target.Set, Lines: 4, Power: 2})
//	fmt.Print(isa.Print(r.Set("mined")))
//
//	isa mined
//	  mine1  R  0000000 000 0101011  t1 = rs1 xor rs2 ; ... ; rd = ...
//	end
//
// A candidate is the part of the value graph between one result and at most three registers,
// with constants inside it. A candidate lies within one block of the program IR, in the form
// that instruction selection gets. A candidate may span several iterations of a loop that the
// optimiser has unrolled. Candidates are found like the cuts of a technology mapper (cuts.go;
// Pan and Lin, 1998), written as lines (pattern.go), and priced. The price comes from the
// mapper of ir/gate, which maps the circuit that computes the line in a core. For a step of a
// CRC, the sum of the operators' separate costs would be wrong by a factor of twenty.
//
// The search chooses the best line. Then it computes the savings of the other candidates again,
// because the chosen lines already save cycles. To find the uses of a line, it calls ir/fuse,
// like instruction selection. The search ends when no line pays (choose.go). A line pays when
// it makes the product of the core's cells and the square of the cycles smaller: time counts as
// a square, as in the measure of Thompson, "Area-Time Complexity for VLSI" (1979). No line is
// deeper than the adder that each core has at the same stage, so the clock rate does not
// change.
//
// The result depends only on the program and the weights of the blocks. Fixed numbers, and not
// a clock, bound the work. The package does not depend on the machines. Start reading at Find.
package mine

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
)

// Options are the settings of a search.
type Options struct {
	Set   *isa.Set // of the target: its encodings and names cannot be used again
	Lines int      // largest number of chosen lines
	// Weight is the number of runs of a block. With nil, loops and calls give an estimate.
	Weight func(*ir.Func, *ir.Block) float64
	Cells  int     // of the core without mined lines
	All    bool    // prices every candidate, so that Why is known
	Power  float64 // exponent of the cycles: the search minimises cells times cycles to this power
}

// Candidate is an operation that could become a line.
type Candidate struct {
	Line   *isa.Inst // a chosen line has its encoding
	Inputs int
	Uses   []Use   // its occurrences, the most often run first
	Saved  float64 // share of the program's cycles that it saves, from 0 to 1, when it was chosen or at the end
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
	Runs float64 // number of runs of its block
}

// Result is the result of Find.
type Result struct {
	Chosen  []*Candidate
	Others  []*Candidate
	Limited string // candidates that a bound excluded; empty if there are none
	Depth   int    // largest depth of a line

	left func([]*Candidate) float64
}

// Left is the share of the cycles that remains if the program uses the first n chosen lines.
func (r *Result) Left(n int) float64 { return r.left(r.Chosen[:n]) }

// Lines returns the chosen lines in the order of their choice.
func (r *Result) Lines() []*isa.Inst {
	var out []*isa.Inst
	for _, c := range r.Chosen {
		out = append(out, c.Line)
	}
	return out
}

// Drop removes the last n chosen lines.
func (r *Result) Drop(n int, why string) {
	at := len(r.Chosen) - n
	for _, c := range r.Chosen[at:] {
		c.Why = why
	}
	r.Others = slices.Concat(r.Chosen[at:], r.Others)
	r.Chosen = r.Chosen[:at]
}

// Set returns the chosen lines as an instruction set with the given name.
func (r *Result) Set(name string) *isa.Set { return &isa.Set{Name: name, Insts: r.Lines()} }

// Limits of the work.
const (
	maxInstrs = 20000 // instructions that the search visits, in the blocks that run most often
	maxCuts   = 16    // cuts of a value
	maxParts  = 64    // operators of a candidate
	maxPriced = 96    // candidates that are priced
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
