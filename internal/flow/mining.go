package flow

import (
	"context"
	"fmt"

	"github.com/sinter-lang/sinter/hwgen/mine"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// MinedLines is the default for the largest number of mined lines.
const MinedLines = 16

// minedSet is the name of a set of mined lines.
const minedSet = "mined"

// MineWherePays asks for as many mined lines as pay, at most MinedLines. It applies only if no
// other option (instruction set, target or code generator) determines the lines of a core.
const MineWherePays = -1

// lines is the largest number of mined lines of the core.
func (o *Options) lines() int {
	switch {
	case o.Mine != MineWherePays:
		return o.Mine
	case o.Lines != nil || o.Target != nil || o.Backend == "llvm":
		return 0
	}
	return MinedLines
}

// checkMining refuses mined lines for a code generator that cannot select them.
func (o *Options) checkMining() error {
	if o.Mine > 0 && o.Backend == "llvm" {
		return UserErrorf("--mine goes with --with cg: clang does not know mined lines")
	}
	return nil
}

// Mined are the candidates for mined lines and the chosen lines. An estimate gives the number
// of runs of each block.
func (p *Program) Mined() (*mine.Result, error) {
	return p.mined.get(func() (*mine.Result, error) { return p.mine(nil, false) })
}

// minedInRun is the same as Mined, but with counts from a run in a world. The interpreter of
// the program IR counts how often each block runs.
func (p *Program) minedInRun(w World) (*mine.Result, error) {
	m, err := p.Low()
	if err != nil {
		return nil, err
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	mc, err := program.New(m, world.New(script))
	if err != nil {
		return nil, err
	}
	if _, err := sim.Run(mc, w.Steps); err != nil {
		return nil, err
	}
	runs := map[*ir.Block]float64{}
	for _, b := range mc.Profile() {
		runs[b.Block] = float64(b.Count)
	}
	return p.mine(func(_ *ir.Func, b *ir.Block) float64 { return runs[b] }, true)
}

func (p *Program) mine(weight func(*ir.Func, *ir.Block) float64, all bool) (*mine.Result, error) {
	m, err := p.Low()
	if err != nil {
		return nil, err
	}
	t, err := p.coreTarget()
	if err != nil {
		return nil, err
	}
	plain, err := p.plainImage(context.Background())
	if err != nil {
		return nil, err
	}
	before, err := p.paceOf(plain, 1)
	if err != nil {
		return nil, err
	}
	lines := p.opts.lines()
	if lines == 0 {
		lines = MinedLines
	}
	r, err := mine.Find(m, mine.Options{Set: t.Set, Lines: lines, Weight: weight, Cells: before.cells, Power: p.opts.Goal.power(), All: all})
	if err != nil {
		return nil, err
	}
	return r, p.keepBest(r, before)
}

// pace is the estimated speed and the cost of the pipe3 core for an image. The number of
// look-up tables on the longest path is used instead of the clock period.
type pace struct {
	cycles             float64 // cycles of the image; each loop counts as eight iterations
	left               float64 // the part of the cycles that mined lines leave; known loop counts are used
	cells, luts, depth int
}

func (p *Program) paceOf(im *image.Image, left float64) (pace, error) {
	n, err := cyclesOn(Pipe3, im)
	if err != nil {
		return pace{}, err
	}
	core, err := makeCore(im, plan.Options{Core: Pipe3})
	if err != nil {
		return pace{}, err
	}
	price, err := core.Price()
	return pace{n, left, price.Cells, price.LUTs, price.Depth}, err
}

// measure is the value that the goal minimises.
func (p *Program) measure(a pace) float64 {
	return p.opts.Goal.measure(a.cells, a.left*float64(a.depth))
}

// against returns the reason why a core is not better for the goal than another core. It
// returns "" if the core is better.
func (p *Program) against(after, before pace) string {
	slower := func(a, b float64) bool { return a*float64(after.depth) >= b*float64(before.depth) }
	switch {
	case slower(after.cycles, before.cycles) || slower(after.left, before.left):
		return fmt.Sprintf("the core would not be faster: its longest path has %d look-up tables, %d without mined lines", after.depth, before.depth)
	case p.measure(after) >= p.measure(before):
		return fmt.Sprintf("the core would have %d cells, %d without: %s would not fall", after.cells, before.cells, p.opts.Goal.formula())
	case !p.affords(after.luts) && after.luts > before.luts:
		return fmt.Sprintf("the core would have %d look-up tables, more than the budget", after.luts)
	}
	return ""
}

// keepBest repeatedly drops half of the lines. It keeps the number of lines that serves the
// goal best. If no number of lines gives a better core than the plain one, it keeps no
// lines.
func (p *Program) keepBest(r *mine.Result, plain pace) error {
	best, why := plain, ""
	for n := len(r.Chosen); n > 0; n /= 2 {
		part := *r
		part.Chosen = r.Chosen[:n]
		im, err := p.imageWith(context.Background(), &part)
		if err != nil {
			return err
		}
		now, err := p.paceOf(im, r.Left(n))
		if err != nil {
			return err
		}
		worse := p.against(now, plain)
		switch {
		case worse == "" && p.measure(now) < p.measure(best):
			if why == "" {
				why = fmt.Sprintf("%s is less with %d lines", p.opts.Goal.formula(), n)
			}
			r.Drop(len(r.Chosen)-n, why)
			best, why = now, ""
		case best != plain:
			return nil
		default:
			why = worse
		}
	}
	if best == plain {
		r.Drop(len(r.Chosen), why)
	}
	return nil
}

// imageWith is the image that uses the mined lines.
func (p *Program) imageWith(ctx context.Context, r *mine.Result) (*image.Image, error) {
	t, err := p.coreTarget()
	if err != nil {
		return nil, err
	}
	set, err := t.Set.Extend(t.Set.Name+"_"+minedSet, r.Lines()...)
	if err != nil {
		return nil, err
	}
	return p.imageFor(ctx, design.NewTarget(set.Name, set, t.Regs))
}

// withMined is an image with mined lines, or the plain image if there are none.
func (p *Program) withMined(ctx context.Context, plain *image.Image) (*image.Image, error) {
	r, err := p.Mined()
	if err != nil || len(r.Chosen) == 0 {
		return plain, err
	}
	return p.imageWith(ctx, r)
}

// MinedLine is a mined line as reports show it.
type MinedLine struct {
	Name    string     `json:"name,omitempty"` // name of a chosen line
	Meaning string     `json:"meaning"`
	Sources int        `json:"sources"`
	Saves   float64    `json:"saves"` // share of the cycles that the line saves: for a chosen line, of the cycles without mined lines; for another line, of the cycles with them
	LUTs    int        `json:"luts"`
	Depth   int        `json:"depth"`
	Uses    []MinedUse `json:"uses"`
	Why     string     `json:"why,omitempty"` // the reason why it was not chosen
}

// MinedUse is a source position where a mined line is used.
type MinedUse struct {
	Place string  `json:"place"`
	Runs  float64 `json:"runs"`
}

// MinedReport is the output of `sinter mine`.
type MinedReport struct {
	Program string      `json:"program"`
	Weights string      `json:"weights"` // the source of the run counts: estimate or run
	Lines   []MinedLine `json:"lines"`
	Others  []MinedLine `json:"others"`
	Deepest int         `json:"deepest"` // largest depth of a line
	Limited string      `json:"limited,omitempty"`
	Set     string      `json:"set"`    // the lines as text
	Header  string      `json:"header"` // C header
}

// MinedReport shows the result of mining, with the estimate or with the counts of a run in
// a world.
func (p *Program) MinedReport(w *World) (*MinedReport, error) {
	if p.Form > FromIR {
		return nil, UserErrorf("%s is %s: operations are mined from a program", p.Path, p.Form)
	}
	r, weights, err := (*mine.Result)(nil), "estimate", error(nil)
	if w == nil {
		r, err = p.mine(nil, true)
	} else {
		r, err = p.minedInRun(*w)
		weights = "run"
	}
	if err != nil {
		return nil, err
	}
	return &MinedReport{
		Program: p.Name, Weights: weights, Lines: minedLines(r.Chosen), Others: minedLines(r.Others), Deepest: r.Depth, Limited: r.Limited,
		Set: isa.Print(r.Set(minedSet)), Header: mine.Header(p.Name, r.Lines()),
	}, nil
}

func minedLines(of []*mine.Candidate) []MinedLine {
	out := []MinedLine{}
	for _, c := range of {
		l := MinedLine{Meaning: c.Line.Text, Sources: c.Inputs, Saves: c.Saved, LUTs: c.LUTs, Depth: c.Depth, Why: c.Why}
		if c.Why == "" {
			l.Name = c.Line.Name
		}
		for _, u := range c.Uses {
			l.Uses = append(l.Uses, MinedUse{u.At.String(), u.Runs})
		}
		out = append(out, l)
	}
	return out
}

// MinedLines are the mined lines of the program's core.
func (p *Program) MinedLines() ([]MinedLine, error) {
	if p.opts.lines() == 0 || p.Form > FromIR {
		return nil, nil
	}
	r, err := p.Mined()
	if err != nil {
		return nil, err
	}
	return minedLines(r.Chosen), nil
}
