package flow

import (
	"context"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
)

// meters makes a cycle counter (a meter) for each line of a budget that limits cycles.
func (p *Program) meters(ctx context.Context) ([]*sim.Meter, error) {
	var out []*sim.Meter
	for _, b := range p.Tree.Budgets {
		if b.Kind != tree.BudgetCycles {
			continue
		}
		im, err := p.Image(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, sim.NewMeter(design.TextBase, p.placesOf(b, im)))
	}
	return out, nil
}

// placesOf determines for each word of the text whether the word belongs to the code that a
// budget limits. On a core each instance of a task is a function, unless the program has only
// one task. An arm is identified by its source position.
func (p *Program) placesOf(b tree.Budget, im *image.Image) []sim.Place {
	places := make([]sim.Place, len(im.Text))
	function := sim.Shared
	if len(p.Tree.System.Runs) == 1 {
		for i := range places {
			places[i] = sim.Inside
		}
		if b.Arms == nil { // if there is only one task, it also waits inside its functions
			function = sim.Inside
		}
	}
	for _, s := range im.Symbols {
		switch {
		case s.Addr < design.TextBase || strings.HasPrefix(s.Name, "sched."):
		case !strings.HasPrefix(s.Name, "task."):
			mark(places, s, function)
		case p.isTask(strings.TrimPrefix(s.Name, "task."), b.Task):
			mark(places, s, sim.Inside)
		}
	}
	if b.Arms != nil {
		onlyArms(places, b.Arms, im.Spans)
	}
	return places
}

func mark(places []sim.Place, s image.Symbol, as sim.Place) {
	from := (s.Addr - design.TextBase) / 4
	for i := from; i < from+s.Size/4; i++ {
		places[i] = as
	}
}

// isTask reports whether an instance belongs to a task.
func (p *Program) isTask(instance, task string) bool {
	for _, r := range p.Tree.System.Runs {
		if r.Name == instance && r.Task.Name == task {
			return true
		}
	}
	return false
}

// onlyArms takes the words that count as inside the budgeted code, and keeps only the words of
// some arms. Words without a source position become shared.
func onlyArms(places []sim.Place, arms []diag.Span, spans []diag.Span) {
	for i, at := range spans {
		if places[i] != sim.Inside {
			continue
		}
		places[i] = sim.Elsewhere
		if at.IsZero() {
			places[i] = sim.Shared
		}
		for _, arm := range arms {
			if at.File == arm.File && arm.Start <= at.Start && at.End <= arm.End {
				places[i] = sim.Inside
			}
		}
	}
}

// withinCycles checks the cycles that the meters of a run measured.
func (p *Program) withinCycles(ctx context.Context, core string, meters []*sim.Meter) error {
	if len(meters) == 0 {
		return nil
	}
	im, err := p.Image(ctx)
	if err != nil {
		return err
	}
	k := 0
	for _, b := range p.Tree.Budgets {
		if b.Kind != tree.BudgetCycles {
			continue
		}
		n, byWord := meters[k].Most()
		k++
		what := b.What + " on the core " + core
		if err := over(b, what, int(n), "cycles", sharesOf(im, func(i int) int { return int(byWord[i]) })); err != nil {
			return err
		}
	}
	return nil
}
