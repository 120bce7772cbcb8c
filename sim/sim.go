// Package sim defines what all machines have in common. A machine runs one
// program against a world (sim/world) and shows a trace (ir/trace).
//
// The ladder of machines is: source (the checked tree, the reference), ir (the program IR),
// isa (an image on an instruction set), cycle (a circuit), gates (a netlist), and the outside
// processes native and unikernel. All follow the canonical schedule: tasks in system order,
// each until it waits, cyclically. The world acts only when every task waits. Computation
// takes no time.
package sim

import (
	"fmt"
	"math"

	"github.com/sinter-lang/sinter/ir/trace"
)

// Machine is a program on one level of the ladder, together with its world.
type Machine interface {
	// Step does a bounded amount of work. An error is a fault of the tool or of an outside
	// program, never of the user's program. Traps of the user's program are events.
	Step() error
	// Done reports that the run has ended and Trace is complete.
	Done() bool
	// Trace returns the events observed so far.
	Trace() *trace.Trace
}

// Skipper is a machine that can make many steps at once.
type Skipper interface {
	// Skip makes up to limit steps without an effect on the world or the trace, in a bounded
	// time. It returns the number of steps, 0 if the next step must be a Step.
	Skip(limit uint64) uint64
}

// left is the number of steps left of a limit (0: no limit) after n steps.
func left(limit, n uint64) uint64 {
	if limit == 0 {
		return math.MaxUint64
	}
	return limit - n
}

// Run steps m until it is done or has made limit steps (0: no limit). In the second case the
// trace gets status limit.
func Run(m Machine, limit uint64) (*trace.Trace, error) {
	skip, _ := m.(Skipper)
	for n := uint64(0); !m.Done(); n++ {
		if skip != nil && left(limit, n) > 0 {
			n += skip.Skip(left(limit, n))
		}
		if limit != 0 && n == limit {
			t := m.Trace()
			t.Status = trace.Limit
			return t, nil
		}
		if err := m.Step(); err != nil {
			return m.Trace(), fmt.Errorf("machine stopped: %w", err)
		}
	}
	return m.Trace(), nil
}
