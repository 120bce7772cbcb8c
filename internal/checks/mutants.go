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

// mutantSeed chooses the mutants, the same ones every time.
const mutantSeed = 1

// Mutants makes n random faults in the circuit of a core, one at a time, and counts the
// faults that the checks of Verify notice. The checks are lock-step over the program and
// over random instructions, and the traces, each also with gaps at the ports. Faults that
// provably change nothing do not count.
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

// referenceOf is the highest machine that runs a program in its form.
func referenceOf(p *flow.Program) string {
	if p.Form == flow.FromImage {
		return flow.ISA
	}
	return p.Reference()
}

// mutantLimit bounds the cycles of a run, many times what the core itself needs.
func mutantLimit(ctx context.Context, p *flow.Program, kind string, w flow.World) (uint64, error) {
	m, _, _, err := p.Trace(ctx, flow.Cycle, kind, w)
	if err != nil {
		return 0, err
	}
	return 10*m.(*cycle.Machine).Cycles() + 1000, nil
}

// mutantChecks are the checks that a circuit in place of a core's must pass. Several
// circuits may be checked at once.
type mutantChecks struct {
	ctx    context.Context
	prog   *flow.Program // names the devices of the world
	world  flow.World
	im     *image.Image
	ref    *trace.Trace
	limit  uint64 // cycles of a run
	random int
	point  *design.Point
}

// trial is these checks for the mutants of a core's circuit.
func (s *mutantChecks) trial(c *rtl.Circuit) *mutate.Trial {
	return &mutate.Trial{Circuit: c, Check: s.notices, Proof: s.refuses}
}

// seeds are the seeds of the gaps at the ports.
func (s *mutantChecks) seeds() []int64 { return []int64{s.world.Seed, s.world.Seed + gapSeed} }

// script is the input of a run. Each run needs one of its own, because it writes to the disks.
func (s *mutantChecks) script() (*world.Script, error) {
	script, err := s.prog.Script(s.world)
	if err != nil {
		return nil, err
	}
	return script, script.Whole()
}

// notices reports whether some check finds a fault in a circuit.
func (s *mutantChecks) notices(c *rtl.Circuit) (bool, error) {
	for _, seed := range s.seeds() { // first the runs that stop early
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

// refuses reports whether the proof of the core's lines fails on a circuit.
func (s *mutantChecks) refuses(c *rtl.Circuit) (bool, error) {
	hold, err := equiv.Invariants(c, claimFrames, equiv.Options{})
	if err != nil {
		return false, err
	}
	rep, err := refine.Check(c, s.point, provedNames(hold), refine.Options{Stop: true})
	return err == nil && rep.Status() == equiv.Different, err
}

// differs separates the differences that lock-step found from lock-step's own faults.
func differs(_ *lockstep.Result, err error) (bool, error) {
	var d *lockstep.Difference
	if errors.As(err, &d) {
		return true, nil
	}
	return false, err
}

// otherTrace reports whether the circuit's run shows other events. A machine that cannot
// continue is a difference too.
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
