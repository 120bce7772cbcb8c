package checks

import (
	"context"
	"errors"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/lockstep"
	"github.com/sinter-lang/sinter/verify/mutate"
	"github.com/sinter-lang/sinter/verify/refine"
)

// mutantSeed chooses the mutants. It is constant, so each run has the same mutants.
const mutantSeed = 1

// Mutants makes n random faults in the circuit of a core, one at a time, and counts the faults
// that the checks of Verify find. The checks are lock-step over the program and over random
// instructions, and the comparison of traces. Each check also runs with gaps at the ports.
// Faults that provably change nothing do not count.
func Mutants(ctx context.Context, p *flow.Program, kind string, n, random int, w flow.World) (*mutate.Score, error) {
	c, err := p.Core(ctx, kind)
	if err != nil {
		return nil, err
	}
	s, err := newMutantChecks(ctx, p, c, w)
	if err != nil {
		return nil, err
	}
	s.random, s.point = random, c.Point
	return mutate.Run(c.Circuit, mutate.Mutants(c.Circuit, mutantSeed, n), s.notices, s.refuses, equiv.Options{})
}

// mutantChecks are the checks that a circuit must pass in place of the core's circuit.
type mutantChecks struct {
	ctx    context.Context
	im     *image.Image
	script *world.Script
	subset *lockstep.Subset
	ref    *trace.Trace
	seeds  []int64
	limit  uint64 // cycles of a run: many times the cycles that the core itself needs
	random int
	point  *design.Point
}

func newMutantChecks(ctx context.Context, p *flow.Program, c *flow.Core, w flow.World) (*mutantChecks, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	if err := script.Whole(); err != nil {
		return nil, err
	}
	subset := lockstep.SubsetOf(c.Point)
	_, ref, _, err := p.Trace(ctx, flow.Source, "", w)
	if err != nil {
		return nil, err
	}
	m, _, _, err := p.Trace(ctx, flow.Cycle, c.Kind, w)
	if err != nil {
		return nil, err
	}
	cycles := m.(*cycle.Machine).Cycles()
	return &mutantChecks{ctx: ctx, im: im, script: script, subset: subset, ref: ref, seeds: []int64{w.Seed, w.Seed + gapSeed}, limit: 10*cycles + 1000}, nil
}

// notices reports whether a check finds a fault in a circuit.
func (s *mutantChecks) notices(c *rtl.Circuit) (bool, error) {
	for _, seed := range s.seeds { // first the runs that find a fault early
		if found, err := s.otherTrace(c, seed); found || err != nil {
			return found, err
		}
	}
	for _, seed := range s.seeds {
		if found, err := differs(lockstep.Run(s.im, c, iss.CoreOf(s.im), s.script, seed)); found || err != nil {
			return found, err
		}
	}
	return differs(lockstep.Random(c, s.subset, lockstep.Options{Instructions: s.random, Seed: 1}))
}

// refuses reports whether the proof of the core's lines fails for a circuit.
func (s *mutantChecks) refuses(c *rtl.Circuit) (bool, error) {
	hold, err := equiv.Invariants(c, claimFrames, equiv.Options{})
	if err != nil {
		return false, err
	}
	rep, err := refine.Check(c, s.point, provedNames(hold), refine.Options{Stop: true})
	return err == nil && rep.Status() == equiv.Different, err
}

// differs separates differences that lock-step found from errors of lock-step itself.
func differs(_ *lockstep.Result, err error) (bool, error) {
	var d *lockstep.Difference
	if errors.As(err, &d) {
		return true, nil
	}
	return false, err
}

// otherTrace reports whether the circuit's run shows different events. A machine that cannot
// continue counts as different too.
func (s *mutantChecks) otherTrace(c *rtl.Circuit, seed int64) (bool, error) {
	m, err := cycle.NewMachine(c, iss.CoreOf(s.im), world.New(s.script), cycle.Options{Seed: seed})
	if err != nil {
		return false, err
	}
	tr, err := flow.Drive(s.ctx, m, flow.Bounds{Steps: s.limit, Events: flow.MostEvents})
	if s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	return err != nil || len(trace.Compare(s.ref, tr, trace.Options{})) > 0, nil
}
