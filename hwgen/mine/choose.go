package mine

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
)

// Costs of a core in cells, in addition to the circuits of lines. The first is the cost of a
// line on the result bus and in decode. The second is the cost of the third read port and its
// forwarding, for lines with three sources. The third is the cost of each shift amount if the
// core shifts only by constants. The last is the cost of a shifter for all amounts.
const (
	costPlace  = 8
	costPort   = 48
	costShift  = 16
	costBarrel = 170
)

// bounded keeps the candidates that save most, up to a limit.
func bounded(all []*Candidate, r *Result) []*Candidate {
	if len(all) <= maxPriced {
		return all
	}
	for _, c := range all[maxPriced:] {
		c.Why = fmt.Sprintf("not priced: %d others save more", maxPriced)
	}
	r.Others = append(r.Others, all[maxPriced:]...)
	return all[:maxPriced]
}

// price maps the circuit of a candidate, once. It returns the reason why the candidate cannot
// become a line, or "" if the candidate can.
func (c *Candidate) price(deepest int) (string, error) {
	if !c.priced {
		circuit, err := core.Operation(c.Line)
		if err != nil {
			return "", err
		}
		price, err := plan.Price(circuit)
		if err != nil {
			return "", err
		}
		c.priced, c.LUTs, c.Depth = true, price.Cells, price.Depth
	}
	if c.Depth > deepest {
		return fmt.Sprintf("%d look-up tables deep, but an adder only %d", c.Depth, deepest), nil
	}
	return "", nil
}

// adderDepth is the depth of the adder that every core has between the operands and the result.
// The adder can complement its second operand.
func adderDepth() (int, error) {
	in, err := isa.ParseLine(&diag.File{Name: "adder.isa", Text: "adder R4 00 000 0001011 rd = rs1 + (rs2 xor (0 - (rs3 and 1)))\n"})
	if err != nil {
		return 0, err
	}
	c, err := core.Operation(in)
	if err != nil {
		return 0, err
	}
	price, err := plan.Price(c)
	return price.Depth, err
}

// chooser repeatedly takes the line with the least cost. The cost is the number of cells of the
// core times a power of the cycles.
type chooser struct {
	p   *program
	o   Options
	r   *Result
	now state
	own int // cells of the core without lines and shifts
}

// state is the cost of the program with a set of lines.
type state struct {
	chosen []*Candidate
	of     map[*ir.Func]work
	cycles float64
	cells  int
}

// product is the value that the chooser minimises.
func (c *chooser) product(s *state) float64 {
	return math.Pow(s.cycles, c.o.Power) * float64(s.cells)
}

func (s *state) lines() []*isa.Inst {
	var out []*isa.Inst
	for _, c := range s.chosen {
		out = append(out, c.Line)
	}
	return out
}

// with returns the state for another set of lines. It makes a new estimate only for the
// functions that contain the changed line.
func (c *chooser) with(chosen []*Candidate, changed *Candidate) state {
	s := state{chosen: chosen, of: map[*ir.Func]work{}}
	lines := s.lines()
	var shifts amounts
	for _, f := range c.p.m.Funcs {
		w := c.now.of[f]
		if changed == nil || changed.funcs[f] {
			w = c.p.work(f, lines)
		}
		s.of[f] = w
		s.cycles += w.cycles
		shifts = shifts.and(w.shifts)
	}
	s.cells = c.own + min(costShift*shifts.count(), costBarrel)
	port := 0
	for _, x := range chosen {
		s.cells += x.LUTs + costPlace
		if x.Inputs > 2 {
			port = costPort
		}
	}
	s.cells += port
	return s
}

func (c *chooser) choose(left []*Candidate) error {
	c.now = c.with(nil, nil)
	c.own = c.o.Cells - c.now.cells
	c.now.cells = c.o.Cells
	whole := c.now.cycles
	for len(c.now.chosen) < c.o.Lines {
		best, err := c.best(left)
		if err != nil {
			return err
		}
		if best == nil {
			break
		}
		at := slices.Index(left, best)
		left = slices.Delete(left, at, at+1)
		c.now = c.with(append(slices.Clone(c.now.chosen), best), best)
		left = append(left, c.prune()...)
	}
	for _, x := range left {
		var err error
		if x.Why, err = c.why(x); err != nil {
			return err
		}
	}
	slices.SortStableFunc(left, func(a, b *Candidate) int { return cmp.Compare(deep(a), deep(b)) })
	c.r.Others = append(left, c.r.Others...)
	c.r.Chosen = c.now.chosen
	c.r.left = func(lines []*Candidate) float64 {
		s := c.with(lines, nil)
		return s.cycles / whole
	}
	for _, x := range c.r.Chosen {
		without := c.without(x)
		x.Saved = (without.cycles - c.now.cycles) / whole
	}
	return c.encode()
}

// best is the candidate with the least product, or nil if no candidate makes the product
// smaller. It prices only a candidate that would be the best one at no cost.
func (c *chooser) best(left []*Candidate) (*Candidate, error) {
	var best *Candidate
	least := c.product(&c.now)
	for _, x := range left {
		s := c.with(append(slices.Clone(c.now.chosen), x), x)
		if x.deep || c.product(&s) >= least || s.cycles >= c.now.cycles {
			continue
		}
		if !x.priced {
			why, err := x.price(c.r.Depth)
			if err != nil {
				return nil, err
			}
			x.deep = why != ""
			s.cells += x.LUTs
		}
		if p := c.product(&s); p < least && !x.deep {
			best, least = x, p
		}
	}
	return best, nil
}

func (c *chooser) without(x *Candidate) state {
	return c.with(slices.DeleteFunc(slices.Clone(c.now.chosen), func(y *Candidate) bool { return x == y }), x)
}

// prune drops the chosen lines that later lines have made useless, and returns the dropped
// lines.
func (c *chooser) prune() []*Candidate {
	var out []*Candidate
	for _, x := range slices.Clone(c.now.chosen) {
		if s := c.without(x); c.product(&s) <= c.product(&c.now) {
			c.now = s
			out = append(out, x)
		}
	}
	return out
}

// encode gives names and encodings to the chosen lines, the most useful line first.
func (c *chooser) encode() error {
	slices.SortStableFunc(c.r.Chosen, func(a, b *Candidate) int { return cmp.Compare(b.Saved, a.Saved) })
	taken := c.o.Set
	for _, x := range c.r.Chosen {
		var err error
		if x.Line, err = encode(x.Line, taken); err != nil {
			return err
		}
		if taken, err = taken.Extend(taken.Name, x.Line); err != nil {
			return err
		}
	}
	return nil
}

// deep is a sort key that puts candidates that are too deep last.
func deep(c *Candidate) int {
	if c.deep {
		return 1
	}
	return 0
}

// why returns the reason why a candidate was not chosen. With Options.All, it prices each
// candidate to find the reason.
func (c *chooser) why(x *Candidate) (string, error) {
	if c.o.All || x.deep {
		if why, err := x.price(c.r.Depth); why != "" || err != nil {
			x.deep = true
			return why, err
		}
	}
	s := c.with(append(slices.Clone(c.now.chosen), x), x)
	x.Saved = (c.now.cycles - s.cycles) / c.now.cycles
	switch {
	case x.Saved <= 0:
		return "the chosen lines already do the same", nil
	case c.product(&s) < c.product(&c.now):
		return fmt.Sprintf("the %d lines asked for are chosen", c.o.Lines), nil
	case !x.priced:
		return fmt.Sprintf("saves %.1f %% of the cycles, too little for any line", 100*x.Saved), nil
	}
	return fmt.Sprintf("saves %.1f %% of the cycles for %.1f %% more cells", 100*x.Saved, 100*(float64(s.cells)/float64(c.now.cells)-1)), nil
}
