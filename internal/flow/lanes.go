package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/sinter-lang/sinter/internal/par"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/world"
)

// MaxLanes is the largest number of lanes, the parallel runs of a core in one command.
const MaxLanes = gates.MaxLanes

// checkLanes checks the requested number of lanes.
func checkLanes(o RunOptions) error {
	switch {
	case o.Lanes < 0 || o.Lanes > MaxLanes:
		return UserErrorf("--lanes wants 1 to %d, got %d", MaxLanes, o.Lanes)
	case o.Lanes > 1 && o.Level != Cycle && o.Level != Gates:
		return UserErrorf("--lanes is for cores: it goes with --on cycle and --on gates, got --on %s", o.Level)
	}
	return nil
}

// otherLanes runs a core again in other lanes. The gaps at the ports of lane k have the seed
// of the first run plus k. The result lists the lanes whose traces differ from want: the
// behaviour of a program must not depend on the delays of its ports.
func (p *Program) otherLanes(ctx context.Context, o RunOptions, want *trace.Trace) ([]string, error) {
	var all []*trace.Trace
	var err error
	if o.Level == Gates {
		all, err = p.LaneTraces(ctx, o.Core, o.World, o.Lanes-1)
	} else {
		all, err = p.eachLane(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for k, tr := range all {
		if tr.Status == trace.Limit {
			return nil, UserErrorf("%s", (&AtLimit{o.Level}).Error())
		}
		for _, d := range trace.Compare(want, tr, trace.Options{}) {
			out = append(out, fmt.Sprintf("with gaps of seed %d: %s", o.World.Seed+int64(k)+1, d))
		}
	}
	return out, nil
}

// eachLane runs circuits in parallel, one for each lane.
func (p *Program) eachLane(ctx context.Context, o RunOptions) ([]*trace.Trace, error) {
	all, errs := make([]*trace.Trace, o.Lanes-1), make([]error, o.Lanes-1)
	if _, err := p.Core(ctx, o.Core); err != nil { // makes the core before the lanes use it
		return nil, err
	}
	par.Each(len(all), func(k int) {
		w := o.World
		w.Seed += int64(k) + 1
		_, all[k], _, errs[k] = p.Trace(ctx, o.Level, o.Core, w)
	})
	for k, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("with gaps of seed %d: %w", o.World.Seed+int64(k)+1, err)
		}
	}
	return all, nil
}

// LaneTraces runs a core as gates with gaps at its ports: n runs in one machine, with the seeds
// that follow w.Seed. A lane that does not end has status limit. If a lane breaks the rules of
// its ports, the result is a MachineFault that names the seed of the lane.
func (p *Program) LaneTraces(ctx context.Context, core string, w World, n int) ([]*trace.Trace, error) {
	worlds := make([]*world.World, n)
	for k := range worlds {
		script, err := p.Script(w) // a run reads its captures and writes its disks, so lanes share no script
		if err != nil {
			return nil, err
		}
		worlds[k] = world.New(script)
		defer worlds[k].Close()
	}
	m, err := p.LaneMachine(ctx, core, worlds, w.Seed+1)
	if err != nil {
		return nil, err
	}
	bounds, err := boundsOf(Gates, w)
	if err != nil {
		return nil, err
	}
	if _, err := Drive(ctx, m, bounds); err != nil {
		return nil, FaultOfLane(err, w.Seed+1)
	}
	var all []*trace.Trace
	for k := range worlds {
		if err := worlds[k].Err(); err != nil {
			return nil, err
		}
		tr := m.Harness(k).Trace()
		if !m.Harness(k).Done() {
			tr.Status = trace.Limit
		}
		all = append(all, tr)
	}
	return all, nil
}

// FaultOfLane turns the error of a lane into a fault that names the lane's seed. The first lane
// has the seed `first`.
func FaultOfLane(err error, first int64) error {
	var lane *gates.LaneError
	if errors.As(err, &lane) {
		return &MachineFault{fmt.Errorf("with gaps of seed %d: %w", first+int64(lane.Lane), lane.Err)}
	}
	return err
}

// LaneMachine makes the gates of a core with a lane for each world. The gaps at the ports of
// lane k have seed+k as their seed.
func (p *Program) LaneMachine(ctx context.Context, core string, worlds []*world.World, seed int64) (*gates.Machine, error) {
	c, err := p.Core(ctx, core)
	if err != nil {
		return nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, err
	}
	var lanes []gates.Lane
	for k, w := range worlds {
		lanes = append(lanes, gates.Lane{Core: ports, World: w, Seed: seed + int64(k)})
	}
	return gatesMachine(c, p.opts.Engine, lanes...)
}
