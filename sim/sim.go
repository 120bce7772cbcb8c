// Package sim defines the common interface of all machines. A machine runs one program in a
// simulated world (sim/world) and produces a trace (ir/trace).
//
// The machines form a ladder, from the source down to gates: source (the checked tree, the
// reference), ir (the program IR), isa (an image on an instruction set), cycle (a circuit) and
// gates (a netlist). The machines native and unikernel are external processes. All follow the
// canonical schedule: tasks run in the order of the system, each until it waits, in rounds. The
// world acts only when every task waits. Computation takes no time. docs/glossary.md explains
// the terms.
package sim

import (
	"fmt"
	"math"

	"github.com/sinter-lang/sinter/ir/trace"
)

// Machine is a program on one level of the ladder, together with its world.
type Machine interface {
	// Step does a bounded amount of work. An error is a fault of Sinter or of an external
	// program, never of the user's program. Traps of the user's program are events.
	Step() error
	// Done reports whether the run has ended. Trace is then complete.
	Done() bool
	// Trace returns the events observed so far.
	Trace() *trace.Trace
}

// Skipper is a machine that can make many steps at once.
type Skipper interface {
	// Skip makes up to limit steps that have no effect on the world or the trace, in a bounded
	// time. The result is the number of these steps, or 0 if the machine must make its next
	// step with Step.
	Skip(limit uint64) uint64
}

// left returns how many of limit steps remain after n steps. A limit of 0 means no limit.
func left(limit, n uint64) uint64 {
	if limit == 0 {
		return math.MaxUint64
	}
	return limit - n
}

// Run calls Step until m is done or has made limit steps (0: no limit). If m reaches the limit,
// the trace gets status limit. If the trace has ended before, because m has other runs that have
// not ended, it keeps its status.
func Run(m Machine, limit uint64) (*trace.Trace, error) {
	skip, _ := m.(Skipper)
	for n := uint64(0); !m.Done(); n++ {
		if skip != nil && left(limit, n) > 0 {
			n += skip.Skip(left(limit, n))
		}
		if limit != 0 && n == limit {
			t := m.Trace()
			if t.Status == "" {
				t.Status = trace.Limit
			}
			return t, nil
		}
		if err := m.Step(); err != nil {
			return m.Trace(), fmt.Errorf("machine stopped: %w", err)
		}
	}
	return m.Trace(), nil
}
