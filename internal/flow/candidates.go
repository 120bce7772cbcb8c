package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Auto is the kind with which Choose also chooses the organisation of the core.
const Auto = "auto"

// Candidate is a core that a program could have, with its price.
type Candidate struct {
	Core       string  `json:"core"`
	Multiplier string  `json:"multiplier"` // none, soft (a function multiplies) or the name of the line that multiplies
	Registers  int     `json:"registers"`
	Shifter    string  `json:"shifter"`
	Mined      int     `json:"mined"` // number of mined lines
	LUTs       int     `json:"luts"`
	Cells      int     `json:"cells"`
	Depth      int     `json:"depth"`
	Time       float64 `json:"time"` // relative to the chosen core, estimated: cycles × depth
	Reason     string  `json:"reason"`
	Chosen     bool    `json:"chosen"`

	of     *Program
	core   *Core
	cycles float64
}

// text names the features that distinguish candidates.
func (c *Candidate) text() string {
	return fmt.Sprintf("%s, %d registers, multiplier %s, shifter %s, %d mined", c.Core, c.Registers, c.Multiplier, c.Shifter, c.Mined)
}

// time is the time of a run, in an arbitrary unit.
func (c *Candidate) time() float64 { return c.cycles * float64(c.Depth) }

// Choice is the chosen core and the reasons for the choice.
type Choice struct {
	Goal       Goal        `json:"goal"`
	Core       string      `json:"core"`
	Candidates []Candidate `json:"candidates"` // the chosen candidate is first
}

// Choose makes the candidates of an organisation, or of all organisations for Auto. It takes
// the candidate that serves the goal best within the budget. The program then has the core and
// the image of this candidate.
func (p *Program) Choose(ctx context.Context, kind string) (*Choice, error) {
	if p.Form > FromImage {
		return nil, UserErrorf("%s is %s: a core is chosen for a program or an image", p.Path, p.Form)
	}
	goal := p.opts.Goal.orDefault()
	all, err := p.candidates(ctx, organisations(kind, goal), goal)
	fits := func(c Candidate) bool { return p.affords(c.LUTs) }
	if err == nil && goal != GoalArea && !slices.ContainsFunc(all, fits) {
		all, err = p.candidates(ctx, organisations(kind, GoalArea), GoalArea)
	}
	if err != nil {
		return nil, err
	}
	rank(all, goal)
	best := slices.IndexFunc(all, fits)
	if best < 0 {
		return nil, p.nothingFits(all)
	}
	won := all[best]
	all = slices.Insert(slices.Delete(all, best, best+1), 0, won)
	explain(all, goal, p.affords)
	p.opts, p.stages = won.of.opts, won.of.stages
	p.opts.Goal = goal
	p.use(won.core)
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	return &Choice{Goal: goal, Core: won.Core, Candidates: all}, p.imageBudget(im)
}

// organisations lists the organisations among which Choose chooses. A core that executes digits
// takes a multiple of the time of other cores, so only the area goal has these candidates.
func organisations(kind string, goal Goal) []string {
	switch {
	case kind != Auto:
		return []string{kind}
	case goal == GoalArea:
		return AllCores()
	}
	return Cores()
}

// candidates are the cores of some organisations, each with and without mined lines. Registers
// and shifter are chosen for each core. For the area goal, the candidates also include:
//
//   - cores without the multiplier. Without a multiplier, a multiplication takes up to 32
//     iterations, but the estimate counts eight iterations for each loop. So the estimate is
//     too low for the other goals.
//   - cores with the mined lines of the other goals. Mining takes the line that serves its goal
//     best at each step. Lines that save much time replace much code. So they can save more
//     cells than lines that were each chosen for the cells that they save.
func (p *Program) candidates(ctx context.Context, kinds []string, goal Goal) ([]Candidate, error) {
	hard := p.having(false, goal)
	plain, err := hard.plainImage(ctx)
	if err != nil {
		return nil, err
	}
	bases := []*Program{hard}
	if goal == GoalArea && p.multiplierIsOurs() && multiplierOf(plain) != noMultiplier {
		bases = append(bases, p.having(true, goal))
	}
	var of []*Program
	for _, base := range bases {
		both, err := base.mineOrNot(ctx)
		if err != nil {
			return nil, err
		}
		of = append(of, both...)
	}
	for _, other := range Goals() {
		if goal != GoalArea || other == GoalArea {
			continue
		}
		both, err := p.having(false, other).mineOrNot(ctx)
		if err != nil {
			return nil, err
		}
		of = append(of, both[1:]...)
	}
	var out []Candidate
	for _, q := range of {
		for _, kind := range kinds {
			c, err := q.candidate(ctx, kind)
			var wide *core.FormError
			if errors.As(err, &wide) && len(kinds) > 1 {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// having returns the same program for another goal, with or without a multiplier. The
// result has no artefacts yet.
func (p *Program) having(soft bool, goal Goal) *Program {
	other := *p
	other.opts.Goal = goal
	other.stages = stages{}
	if p.Form > FromIR {
		other.stages.image, other.stages.plain, other.stages.target = p.image, p.image, p.target
		return &other
	}
	other.opts.Soft = p.opts.Soft || soft
	return &other
}

// multiplierIsOurs reports whether the user leaves the choice of the multiplier to the tool.
func (p *Program) multiplierIsOurs() bool {
	return p.Form <= FromIR && p.opts.Target == nil && p.opts.Lines == nil && !p.opts.Soft
}

// mineOrNot returns the program without mined lines, and the program with the mined lines that
// pay.
func (p *Program) mineOrNot(ctx context.Context) ([]*Program, error) {
	plain, err := p.plainImage(ctx)
	if err != nil {
		return nil, err
	}
	bare := *p
	bare.opts.Mine = 0
	bare.image.set(plain)
	if p.Form > FromIR || p.opts.lines() == 0 {
		return []*Program{&bare}, nil
	}
	r, err := p.Mined()
	if err != nil || len(r.Chosen) == 0 {
		return []*Program{&bare}, err
	}
	im, err := p.imageWith(ctx, r)
	if err != nil {
		return nil, err
	}
	p.image.set(im)
	return []*Program{&bare, p}, nil
}

// candidate prices the core of an organisation.
func (p *Program) candidate(ctx context.Context, kind string) (Candidate, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return Candidate{}, err
	}
	made, err := makeCore(im, plan.Options{Core: kind})
	if err != nil {
		return Candidate{}, err
	}
	price, err := made.Price()
	if err != nil {
		return Candidate{}, err
	}
	c := Candidate{
		Core: kind, Multiplier: multiplierOf(im), Registers: made.Point.Regs.N, Shifter: made.Point.Shifts.How,
		LUTs: price.LUTs, Cells: price.Cells, Depth: price.Depth, of: p, core: made,
	}
	if p.opts.Soft && c.Multiplier == noMultiplier {
		c.Multiplier = "soft"
	}
	c.Mined, c.cycles, err = p.minedCycles(ctx, kind, im)
	return c, err
}

// minedCycles estimates the cycles of an image with mined lines, and returns the number of
// these lines. The estimate is the cycles of the plain image times a factor: the part of
// the cycles that remains with the mined lines. The factor uses the loop counts that are
// known.
func (p *Program) minedCycles(ctx context.Context, kind string, im *image.Image) (lines int, cycles float64, err error) {
	if p.opts.lines() == 0 || p.Form > FromIR {
		cycles, err = cyclesOn(kind, im)
		return 0, cycles, err
	}
	r, err := p.Mined()
	if err != nil {
		return 0, 0, err
	}
	plain, err := p.plainImage(ctx)
	if err != nil {
		return 0, 0, err
	}
	cycles, err = cyclesOn(kind, plain)
	return len(r.Chosen), cycles * r.Left(len(r.Chosen)), err
}

// noMultiplier is the multiplier's name in a candidate whose program does not multiply.
const noMultiplier = "none"

// multiplierOf names the line with which an image multiplies.
func multiplierOf(im *image.Image) string {
	c, err := image.ContractOf(im)
	if err != nil {
		return noMultiplier
	}
	for _, op := range c.Ops {
		if in := im.Target.Set.Lookup(op.Name); in.Contains(word.Mul) {
			return op.Name
		}
	}
	return noMultiplier
}

// rank sorts candidates by a goal. Candidates that are equal for the goal are sorted by
// time, then by the order in which they were made.
func rank(all []Candidate, goal Goal) {
	slices.SortStableFunc(all, func(a, b Candidate) int {
		x, y := goal.measure(a.Cells, a.time()), goal.measure(b.Cells, b.time())
		switch {
		case x < y, x == y && a.time() < b.time():
			return -1
		case x > y, a.time() > b.time():
			return 1
		}
		return 0
	})
}

// explain compares each candidate with the chosen candidate, which is first in the list.
func explain(all []Candidate, goal Goal, affords func(int) bool) {
	won := all[0]
	for k := range all {
		c := &all[k]
		c.Time = c.time() / won.time()
		of := goal.measure(c.Cells, c.time()) / goal.measure(won.Cells, won.time())
		switch {
		case k == 0:
			c.Chosen, c.Reason = true, fmt.Sprintf("least %s of %d", goal.formula(), len(all))
		case !affords(c.LUTs):
			c.Reason = "over the budget of look-up tables"
		default:
			c.Reason = fmt.Sprintf("%.2f times the %s", of, goal.formula())
		}
	}
}

// affords reports whether a core with this number of look-up tables is within the budget.
func (p *Program) affords(luts int) bool {
	for _, b := range p.Tree.Budgets {
		if b.Kind == tree.BudgetLUTs && int64(luts) > b.Max {
			return false
		}
	}
	return true
}

// nothingFits is the error for a budget that no candidate meets. It names the nearest
// candidate.
func (p *Program) nothingFits(all []Candidate) error {
	c := smallest(all)
	return p.withinBudget(tree.BudgetLUTs, fmt.Sprintf("the smallest core that can be had (%s)", c.text()), c.LUTs, "LUTs", nil)
}

func smallest(all []Candidate) Candidate {
	return slices.MinFunc(all, func(a, b Candidate) int { return a.LUTs - b.LUTs })
}

// Table shows a choice with one row per candidate.
func (c *Choice) Table() [][]string {
	rows := [][]string{strings.Fields("core multiplier registers shifter mined luts cells depth time reason")}
	for _, k := range c.Candidates {
		rows = append(rows, []string{
			k.Core, k.Multiplier, fmt.Sprint(k.Registers), k.Shifter, fmt.Sprint(k.Mined), fmt.Sprint(k.LUTs), fmt.Sprint(k.Cells), fmt.Sprint(k.Depth),
			fmt.Sprintf("%.2f", k.Time), k.Reason,
		})
	}
	return rows
}
