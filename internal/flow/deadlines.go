package flow

import (
	"context"
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// Response is the longest time that an arm of a select took in a run, on a core with a
// given clock.
type Response struct {
	Task     string  `json:"task"`
	Arm      string  `json:"arm"` // source position
	Cycles   uint64  `json:"cycles"`
	Us       float64 `json:"us"`                  // at the clock of the board
	PeriodUs float64 `json:"period_us,omitempty"` // period of the arm, if it is an `every`
	span     diag.Span
}

// arm is an arm of a select of a task.
type arm struct {
	task string
	*tree.SelectArm
}

// arms lists the arms of the program's own tasks, each once, in the order of the text.
func (p *Program) arms() []arm {
	var out []arm
	var inside func(task string, b *tree.Block)
	inside = func(task string, b *tree.Block) {
		if b == nil {
			return
		}
		for _, s := range b.Stmts {
			if sel, ok := s.(*tree.Select); ok {
				for i := range sel.Arms {
					out = append(out, arm{task, &sel.Arms[i]})
				}
			}
			for _, inner := range tree.Blocks(s) {
				inside(task, inner)
			}
		}
	}
	seen := map[*tree.Func]bool{}
	for _, r := range p.Tree.System.Runs {
		if !r.Service && !seen[r.Task] {
			seen[r.Task] = true
			inside(r.Task.Name, r.Task.Body)
		}
	}
	return out
}

// Responses runs the core in a world and measures each arm. It is an error if an arm of an
// `every` takes longer than its period, because such an arm never catches up.
func (p *Program) Responses(ctx context.Context, core string, mhz float64, w World) ([]Response, error) {
	arms := p.arms()
	if len(arms) == 0 {
		return nil, nil
	}
	meters, err := p.measured(ctx, core, w, arms)
	if err != nil {
		return nil, err
	}
	var out []Response
	var late diag.List
	for i, a := range arms {
		n, _ := meters[i].Most()
		r := Response{Task: a.task, Arm: a.Span.String(), Cycles: n, Us: float64(n) / mhz, span: a.Span}
		if d, ok := a.After.(*tree.Const); ok && a.Kind == tree.ArmEvery {
			r.PeriodUs = float64(d.Cell)
			if r.Us > r.PeriodUs {
				late = append(late, diag.Errorf(codes.OverBudget, a.Span, "this takes %.1f us at %.6g MHz, %d cycles, and comes every %.6g us", r.Us, mhz, n, r.PeriodUs).
					Hint("a higher --clock, a longer period, or less work"))
			}
		}
		out = append(out, r)
	}
	if late != nil {
		return out, late
	}
	return out, nil
}

// measured runs the core with a cycle counter (a meter) for each arm.
func (p *Program) measured(ctx context.Context, core string, w World, arms []arm) ([]*sim.Meter, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	var meters []*sim.Meter
	for _, a := range arms {
		b := tree.Budget{Kind: tree.BudgetCycles, Task: a.task, Arms: []diag.Span{a.Span, a.Body.At}}
		meters = append(meters, sim.NewMeter(design.TextBase, slices.Clone(p.placesOf(b, im))))
	}
	in := world.New(script)
	defer in.Close()
	m, err := p.circuitMachine(ctx, core, in, cycle.Options{Retire: true, Meters: meters})
	if err != nil {
		return nil, err
	}
	_, _, err = toEnd(ctx, m, Cycle, w)
	return meters, err
}

// String shows a response in readable form.
func (r Response) String() string {
	period := ""
	if r.PeriodUs > 0 {
		period = fmt.Sprintf(" of %.6g", r.PeriodUs)
	}
	return fmt.Sprintf("%s at %s: at most %.1f%s us", r.Task, r.Arm, r.Us, period)
}
