package flow

import (
	"math"
	"slices"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/word"
)

// Goal is the objective for the choice of a core. The choice minimises the number of cells times a
// power of the time.
type Goal string

// The goals.
const (
	GoalTime    Goal = "time"    // cells × time²; the default
	GoalBalance Goal = "balance" // cells × time
	GoalArea    Goal = "area"    // cells, then time
)

// Goals lists the goals, the default first.
func Goals() []Goal { return []Goal{GoalTime, GoalBalance, GoalArea} }

// SetGoal sets the goal by its name.
func (o *Options) SetGoal(name string) error {
	if name != "" && !slices.Contains(Goals(), Goal(name)) {
		return UserErrorf("--goal wants time, area or balance, got %s", name)
	}
	o.Goal = Goal(name)
	return nil
}

// power is the exponent of the time.
func (g Goal) power() float64 {
	switch g.orDefault() {
	case GoalTime:
		return 2
	case GoalArea:
		return 0
	}
	return 1
}

// formula is the value that the goal minimises, in words.
func (g Goal) formula() string {
	switch g.orDefault() {
	case GoalTime:
		return "cells × time²"
	case GoalArea:
		return "cells"
	}
	return "cells × time"
}

// measure is the value that the goal minimises.
func (g Goal) measure(cells int, time float64) float64 {
	return float64(cells) * math.Pow(time, g.power())
}

// orDefault is the goal, or the default goal if no goal is set.
func (g Goal) orDefault() Goal {
	if g == "" {
		return Goals()[0]
	}
	return g
}

// registersSave is the part of the estimated cycles that more registers must save. One more bit
// in the register numbers costs three to nine cells, in cores of 500 to 1,800 cells. In a run
// the loops take a larger share of the cycles than in the estimate, because the estimate also
// counts code that runs once. So even a small saving in the estimate is enough.
func (g Goal) registersSave() float64 {
	if g == GoalArea {
		return 1
	}
	return 1.0 / 128
}

// cyclesOn estimates the cycles of an image on an organisation.
func cyclesOn(kind string, im *image.Image) (float64, error) {
	m, err := image.Decode(im)
	if err != nil {
		return 0, err
	}
	if bits := design.DigitBits(kind); bits < 32 {
		return m.WorkBy(serialCycles(32 / bits)), nil
	}
	if kind == Pipe3 {
		return m.Work(), nil
	}
	return m.WorkBy(func(d *image.Decoded) int {
		if d.Inst.Meaning.Load != nil {
			return multiLoad
		}
		return multiCycles
	}), nil
}

// The cycles of an instruction on multi (docs/hardware.md has the measured table).
const (
	multiCycles = 3
	multiLoad   = 4
)

// serialCycles estimates the cycles of an instruction on a core that executes digits. Digits pass
// once for a result, and once before for operands that must be complete: of an address, of a
// comparison and of what is computed from whole words.
func serialCycles(digits int) func(*image.Decoded) int {
	const stages = 3 // fetch, decode, act
	return func(d *image.Decoded) int {
		m := &d.Inst.Meaning
		switch {
		case m.Load != nil:
			return stages + digits + digits/2
		case m.Rd == nil || d.Flow == image.Next && !d.Inst.Contains(word.Ltu) && !d.Inst.Contains(word.Lts) && !d.Inst.Contains(word.Mul):
			return stages + digits
		case d.Flow != image.Next && d.Ops.Rd == 0:
			return stages
		case d.Flow != image.Next:
			return stages + digits
		}
		return stages + 2*digits
	}
}
