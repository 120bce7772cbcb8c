package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/world"
)

// laneCycles is the number of clock cycles for which each lane of the gate simulator is timed.
// A lane is one of the parallel runs. All lanes together run some millions of cycles, in about
// a second.
const laneCycles = 1 << 16

// lanes compares the speed of the gates of a core, with the maximum number of lanes, with
// Verilator's simulator of the same core. The ratio compares the cycles of all lanes together
// with the cycles of Verilator's single run, in the same time.
func (f *simFigures) lanes(ctx context.Context, p *flow.Program, core string, rounds int) error {
	c, err := p.Core(ctx, core)
	if err != nil {
		return err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return err
	}
	n, err := c.Netlist()
	if err != nil {
		return err
	}
	at := core + "." + p.Name
	for _, engine := range gates.Engines() {
		compiled, err := gates.Compile(n, engine)
		if err != nil {
			return err
		}
		var all []float64
		for range rounds {
			var lanes []gates.Lane
			for range gates.MaxLanes {
				lanes = append(lanes, gates.Lane{Core: ports, World: world.New(nil)})
			}
			rate, err := laneRate(compiled, lanes)
			if err != nil {
				return fmt.Errorf("gates, %s: %w", engine, err)
			}
			all = append(all, rate)
		}
		slices.Sort(all)
		key := "gates_lanes_" + engine + "." + at
		f.Rates[key] = all[rounds/2]
		f.Ratios[key] = threeDigits(f.Rates[key] / f.Rates[outsider+"."+at])
		fmt.Fprintf(os.Stderr, "%-10s %-6s %-7s %6.2f M lane-cycles/s of gates  %5.2f of %s\n", p.Name, core, engine, f.Rates[key]/1e6, f.Ratios[key], outsider)
	}
	return nil
}

// laneRate is the number of cycles of all lanes per second of CPU time. Every lane must have
// run to the last cycle.
func laneRate(p *gates.Program, lanes []gates.Lane) (float64, error) {
	m, err := gates.NewMachine(p, lanes...)
	if err != nil {
		return 0, err
	}
	began := cpuTime()
	if _, err := sim.Run(m, laneCycles); err != nil {
		return 0, err
	}
	took := cpuTime() - began
	for k := range lanes {
		if n := m.Harness(k).Cycles(); n < laneCycles-1 {
			return 0, fmt.Errorf("lane %d ended after %d cycles", k, n)
		}
	}
	return float64(len(lanes)*laneCycles) / took.Seconds(), nil
}
