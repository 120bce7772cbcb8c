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
	"github.com/sinter-lang/sinter/sim/gates"
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
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	_, ref, _, err := p.Trace(ctx, referenceOf(p), "", w)
	if err != nil {
		return nil, err
	}
	limit, err := mutantLimit(ctx, p, kind, w)
	if err != nil {
		return nil, err
	}
	s := &mutantChecks{ctx: ctx, prog: p, world: w, im: im, ref: ref, limit: limit, random: random, point: c.Point}
	return s.trial(c.Circuit).Run(mutate.Mutants(c.Circuit, mutantSeed, n))
}

// referenceOf returns the reference for the form in which a program was loaded: the machine
// of the highest level that can run this form.
func referenceOf(p *flow.Program) string {
	if p.Form == flow.FromImage {
		return flow.ISA
	}
	return p.Reference()
}

// mutantLimit returns the largest number of cycles of a mutant's run. It is about ten times the
// number of cycles that the core itself needs.
func mutantLimit(ctx context.Context, p *flow.Program, kind string, w flow.World) (uint64, error) {
	m, _, _, err := p.Trace(ctx, flow.Cycle, kind, w)
	if err != nil {
		return 0, err
	}
	return 10*m.(*cycle.Machine).Cycles() + 1000, nil
}

// mutantChecks holds the checks that a core must pass with a changed circuit. Several circuits
// may be checked at the same time.
type mutantChecks struct {
	ctx    context.Context
	prog   *flow.Program // names the devices of the world
	world  flow.World
	im     *image.Image
	ref    *trace.Trace
	limit  uint64 // most cycles of a run
	random int
	point  *design.Point
}

// trial prepares these checks for the mutants of a core's circuit.
func (s *mutantChecks) trial(c *rtl.Circuit) *mutate.Trial {
	return &mutate.Trial{Circuit: c, Check: s.notices, Longer: s.otherLanes, Proof: s.refuses}
}

// seeds returns the seeds for random gaps at the ports.
func (s *mutantChecks) seeds() []int64 { return []int64{s.world.Seed, s.world.Seed + gapSeed} }

// script returns the input of a run. Each run needs a separate script, because the run writes to the
// script's disks.
func (s *mutantChecks) script() (*world.Script, error) {
	script, err := s.prog.Script(s.world)
	if err != nil {
		return nil, err
	}
	return script, script.Whole()
}

// notices reports whether a check finds a fault in a circuit.
func (s *mutantChecks) notices(c *rtl.Circuit) (bool, error) {
	for _, seed := range s.seeds() { // these runs stop early, so they come first
		if found, err := s.otherTrace(c, seed); found || err != nil {
			return found, err
		}
	}
	for _, seed := range s.seeds() {
		script, err := s.script()
		if err != nil {
			return false, err
		}
		if found, err := differs(lockstep.Run(s.im, c, iss.CoreOf(s.im), script, seed)); found || err != nil {
			return found, err
		}
	}
	return differs(lockstep.Random(c, lockstep.SubsetOf(s.point), lockstep.Options{Instructions: s.random, Seed: 1}))
}

// mutantLanes is the number of lanes for a mutant that the other runs did not find.
const mutantLanes = 16

// otherLanes reports whether the gates of a circuit show different events in one of many lanes.
// Each lane has gaps of another seed. A lane that does not end counts as different too.
func (s *mutantChecks) otherLanes(c *rtl.Circuit) (bool, error) {
	n, err := (&flow.Core{Circuit: c}).Netlist()
	if err != nil {
		return false, err
	}
	p, err := gates.Compile(n, "")
	if err != nil {
		return false, err
	}
	lanes := make([]gates.Lane, mutantLanes)
	for k := range lanes {
		script, err := s.script()
		if err != nil {
			return false, err
		}
		lanes[k] = gates.Lane{Core: iss.CoreOf(s.im), World: world.New(script), Seed: s.world.Seed + gapSeed + int64(k) + 1}
	}
	m, err := gates.NewMachine(p, lanes...)
	if err != nil {
		return false, err
	}
	_, err = flow.Drive(s.ctx, m, flow.Bounds{Steps: s.limit, Events: flow.MostEvents})
	if s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	if err != nil || !m.Done() {
		return true, nil
	}
	for k := range lanes {
		if len(trace.Compare(s.ref, m.Harness(k).Trace(), trace.Options{})) > 0 {
			return true, nil
		}
	}
	return false, nil
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
	script, err := s.script()
	if err != nil {
		return false, err
	}
	m, err := cycle.NewMachine(c, iss.CoreOf(s.im), world.New(script), cycle.Options{Seed: seed})
	if err != nil {
		return false, err
	}
	tr, err := flow.Drive(s.ctx, m, flow.Bounds{Steps: s.limit, Events: flow.MostEvents})
	if s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	return err != nil || len(trace.Compare(s.ref, tr, trace.Options{})) > 0, nil
}
