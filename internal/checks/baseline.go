package checks

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
)

// baseline is the run with which all other runs are compared. A short trace is kept in memory.
// If the trace is long, the run is repeated beside every other run. Memory then holds only the
// events that one of the two runs has shown and the other has not. So a trace may be longer
// than the memory.
type baseline struct {
	p      *flow.Program
	level  string
	world  flow.World
	keep   int // the longest trace that is kept
	count  int
	status trace.Status
	kept   []trace.Event // all events, or none
}

// There are two limits: the length of the longest trace that is kept, and the number of
// events by which one of two runs may be ahead.
const (
	keptEvents = 1 << 14
	mostApart  = 1 << 20
)

// refer runs the reference machine.
func refer(ctx context.Context, p *flow.Program, level string, w flow.World, keep int) (*baseline, sim.Machine, float64, error) {
	r := &baseline{p: p, level: level, world: w, keep: keep}
	m, tr, seconds, err := p.TraceTo(ctx, level, "", w, func(events []trace.Event) error {
		r.count += len(events)
		if r.count > r.keep {
			r.kept = nil
			return nil
		}
		r.kept = append(r.kept, events...)
		return nil
	})
	if err == nil {
		r.status = tr.Status
	}
	return r, m, seconds, err
}

// errStopped ends a repeated reference run whose events are no longer read.
var errStopped = errors.New("stopped")

// again repeats the reference run and yields its events in groups. If the run fails, again
// stores the error in `fail`.
func (r *baseline) again(ctx context.Context, fail *error) iter.Seq[[]trace.Event] {
	return func(yield func([]trace.Event) bool) {
		if r.count <= r.keep {
			yield(r.kept)
			return
		}
		_, _, _, err := r.p.TraceTo(ctx, r.level, "", r.world, func(events []trace.Event) error {
			if !yield(events) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			*fail = err
		}
	}
}

// compared is a run that is compared with the reference.
type compared struct {
	machine sim.Machine
	events  int
	status  trace.Status
	diffs   []trace.Difference
	seconds float64
	traps   []trace.Event
}

// compare runs program p on a machine and compares the trace with the reference.
func (r *baseline) compare(ctx context.Context, p *flow.Program, level, core string, w flow.World, opts trace.Options) (*compared, error) {
	var failed error
	next, stop := iter.Pull(r.again(ctx, &failed))
	defer stop()
	c := trace.NewComparer(opts)
	wanted, more := 0, true
	pull := func(upTo int) {
		for more && wanted < upTo {
			var events []trace.Event
			if events, more = next(); more {
				wanted += len(events)
				c.Want(events)
			}
		}
	}
	out := &compared{}
	var tr *trace.Trace
	var err error
	out.machine, tr, out.seconds, err = p.TraceTo(ctx, level, core, w, func(events []trace.Event) error {
		out.events += len(events)
		for i := range events {
			if events[i].Kind == trace.Trap {
				out.traps = append(out.traps, events[i])
			}
		}
		c.Got(events)
		pull(out.events)
		if c.Ahead() > mostApart {
			return &flow.MachineFault{Err: fmt.Errorf("after %d events, %d of one run wait for the other: the runs are too far apart to be compared", out.events, c.Ahead())}
		}
		return failed
	})
	if err != nil {
		return nil, err
	}
	out.status = tr.Status
	c.GotAll()
	pull(r.count)
	if failed != nil {
		return nil, failed
	}
	out.diffs = c.End(r.status, out.status)
	return out, nil
}
