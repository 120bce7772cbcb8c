package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// speedProgram is the program whose speed is measured on the machines: the main example, the
// packet filter, on its real capture.
const speedProgram = "filter"

// median returns the middle of an odd number of measurements.
func median(n int, measure func() (float64, error)) (float64, error) {
	var all []float64
	for range n {
		v, err := measure()
		if err != nil {
			return 0, err
		}
		all = append(all, v)
	}
	slices.Sort(all)
	return all[n/2], nil
}

// best returns the largest of some measurements, because other load of the computer can only
// make a machine slower.
func best(n int, measure func() (float64, error)) (float64, error) {
	top := 0.0
	for range n {
		v, err := measure()
		if err != nil {
			return 0, err
		}
		top = max(top, v)
	}
	return top, nil
}

// speeds measures how fast each machine runs the packet filter.
func speeds(ctx context.Context, examples []*example, f *figures) error {
	i := slices.IndexFunc(examples, func(e *example) bool { return e.name == speedProgram })
	if i < 0 {
		return nil
	}
	e := examples[i]
	for _, m := range []struct{ level, core, unit string }{
		{flow.IR, "", "ir_instructions"},
		{flow.Source, "", "statements"},
		{flow.ISA, "", "instructions"},
		{flow.Cycle, flow.Multi, "cycles"},
		{flow.Cycle, flow.Pipe3, "cycles"},
		{flow.Gates, flow.Multi, "cycles"},
		{flow.Gates, flow.Pipe3, "cycles"},
	} {
		v, err := best(3, func() (float64, error) {
			r, err := e.Run(ctx, flow.RunOptions{Level: m.level, Core: m.core, World: e.world})
			if err != nil {
				return 0, err
			}
			return r.Figures[m.unit] / r.Figures["seconds"], nil
		})
		if err != nil {
			return err
		}
		key := fmt.Sprintf("%s.%s_per_second", m.level, m.unit)
		if m.core != "" {
			key += "." + m.core
		}
		f.rate(key, v)
	}
	return laneSpeed(ctx, e, f)
}

// laneFrames is the number of frames for each lane, with which a run takes about a second.
const laneFrames = 64

// laneSpeed measures 64 simultaneous runs of the gates.
func laneSpeed(ctx context.Context, e *example, f *figures) error {
	im, err := e.Image(ctx)
	if err != nil {
		return err
	}
	w := e.world
	w.Frames = laneFrames
	script, err := e.Script(w)
	if err != nil {
		return err
	}
	for _, core := range flow.Cores() {
		c, err := e.Core(ctx, core)
		if err != nil {
			return err
		}
		n, err := c.Netlist()
		if err != nil {
			return err
		}
		p, err := gates.Compile(n, "")
		if err != nil {
			return err
		}
		var lanes []gates.Lane
		for range gates.MaxLanes {
			lanes = append(lanes, gates.Lane{Core: iss.CoreOf(im), World: world.New(script)})
		}
		v, err := best(3, func() (float64, error) { return runLanes(p, lanes, script) })
		if err != nil {
			return err
		}
		f.rate("gates.lane_cycles_per_second."+core, v)
		f.rate("gates.bare_lane_cycles_per_second."+core, bareSpeed(p))
	}
	return nil
}

func runLanes(p *gates.Program, lanes []gates.Lane, script *world.Script) (float64, error) {
	for i := range lanes {
		lanes[i].World = world.New(script)
	}
	m, err := gates.NewMachine(p, lanes...)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := sim.Run(m, 1<<24); err != nil {
		return 0, err
	}
	cycles := 0.0
	for i := range lanes {
		cycles += float64(m.Harness(i).Cycles())
	}
	return cycles / time.Since(began).Seconds(), nil
}

// bareCycles is the number of cycles for which the gates alone are timed.
const bareCycles = 20000

// bareSpeed runs 64 lanes of the gates without a simulated world.
func bareSpeed(p *gates.Program) float64 {
	s := p.NewState(gates.MaxLanes)
	began := time.Now()
	for range bareCycles {
		s.Eval()
		s.Clock()
	}
	return bareCycles * gates.MaxLanes / time.Since(began).Seconds()
}

// artefacts lists the artefacts that need no outside tool, in the order of the flow.
func artefacts() []struct{ name, ext, core string } {
	return []struct{ name, ext, core string }{
		{"ir", ".sir", flow.Pipe3},
		{"image", ".img", flow.Pipe3},
		{"verilog.multi", ".v", flow.Multi},
		{"gates.multi", ".aig", flow.Multi},
		{"verilog.pipe3", ".v", flow.Pipe3},
		{"gates.pipe3", ".aig", flow.Pipe3},
	}
}

// makeTimes measures the time from source to each artefact, each time from the beginning. It
// also measures the time to make all artefacts together.
func makeTimes(ctx context.Context, examples []*example, f *figures) error {
	for _, e := range examples {
		for _, a := range artefacts() {
			v, err := median(5, func() (float64, error) { return e.makeTime(ctx, a.core, a.ext) })
			if err != nil {
				return err
			}
			f.seconds(a.name+"."+e.name, v)
		}
		v, err := median(5, func() (float64, error) {
			return e.makeTime(ctx, flow.Pipe3, ".sir", ".s", ".img", ".isa", ".design", ".rtl", ".v", ".aag", ".aig")
		})
		if err != nil {
			return err
		}
		f.seconds("all.pipe3."+e.name, v)
	}
	return nil
}

// makeTime loads a program and makes artefacts from it.
func (e *example) makeTime(ctx context.Context, core string, exts ...string) (float64, error) {
	began := time.Now()
	p, err := flow.Load(e.dir, flow.Options{})
	if err != nil {
		return 0, err
	}
	for _, ext := range exts {
		if _, err := p.Artefact(ctx, e.name+ext, flow.ArtefactOptions{Core: core, Stage: "low"}); err != nil {
			return 0, err
		}
	}
	return time.Since(began).Seconds(), nil
}
