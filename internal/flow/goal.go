package flow

import (
	"math"
	"slices"

	"github.com/sinter-lang/sinter/ir/image"
)

// Goal is what a core is made for: cells times a power of the time is to be least.
type Goal string

// The goals.
const (
	GoalTime    Goal = "time"    // cells × time²; where nothing is said
	GoalBalance Goal = "balance" // cells × time
	GoalArea    Goal = "area"    // cells, and of equal ones the time
)

// Goals lists the goals, the one where nothing is said first.
func Goals() []Goal { return []Goal{GoalTime, GoalBalance, GoalArea} }

// SetGoal takes a goal by its name.
func (o *Options) SetGoal(name string) error {
	if name != "" && !slices.Contains(Goals(), Goal(name)) {
		return UserErrorf("--goal wants time, area or balance, got %s", name)
	}
	o.Goal = Goal(name)
	return nil
}

// power is how often time counts beside cells.
func (g Goal) power() float64 {
	switch g.orDefault() {
	case GoalTime:
		return 2
	case GoalArea:
		return 0
	}
	return 1
}

// formula is what is to be least, in words.
func (g Goal) formula() string {
	switch g.orDefault() {
	case GoalTime:
		return "cells × time²"
	case GoalArea:
		return "cells"
	}
	return "cells × time"
}

// measure is what is to be least.
func (g Goal) measure(cells int, time float64) float64 {
	return float64(cells) * math.Pow(time, g.power())
}

// orDefault names the goal where nothing is said.
func (g Goal) orDefault() Goal {
	if g == "" {
		return Goals()[0]
	}
	return g
}

// registersSave is what more registers have to save of the estimated cycles. A bit of a
// register number costs three to nine cells of 500 to 1,800; a loop that saves them is more
// of a run than of the estimate, which counts what stands outside of loops as well.
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
	if kind != Multi {
		return m.Work(), nil
	}
	return m.WorkBy(func(d *image.Decoded) int {
		if d.Inst.Meaning.Load != nil {
			return multiLoad
		}
		return multiCycles
	}), nil
}

// The cycles of an instruction on multi (docs/hardware.md has the table that is measured).
const (
	multiCycles = 3
	multiLoad   = 4
)
