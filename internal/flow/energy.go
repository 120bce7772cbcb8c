package flow

import (
	"context"
	"math"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// Energy is the energy proxy of a core in a run. It measures how much the core's cells, wires and
// memories switch. See gate.Energy for the weights.
type Energy struct {
	PerCycle float64 `json:"per_cycle"` // the total divided by the cycles
	Total    uint64  `json:"total"`     // the sum of the parts
	Cycles   uint64  `json:"cycles"`    // the counted cycles, from the start of the run
	Logic    uint64  `json:"logic"`
	Carries  uint64  `json:"carries"`
	Memory   uint64  `json:"memory"`
	Clock    uint64  `json:"clock"`
}

// energyCycles is the largest number of counted cycles. It limits the time that a report takes.
const energyCycles = 1 << 17

// Energy measures the energy proxy of a core in a simulated world. The measured core has no probes,
// as in Price.
func (p *Program) Energy(ctx context.Context, c *Core, w World) (*Energy, error) {
	built := plan.Built(c.Circuit)
	g, err := gate.Build(built, gate.Options{})
	if err != nil {
		return nil, err
	}
	n, err := gate.Map(g)
	if err != nil {
		return nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, err
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	in := world.New(script)
	defer in.Close()
	a, nodes := gate.NewActivity(n), leavesOf(built)
	m, err := cycle.NewMachine(built, ports, in, cycle.Options{Engine: p.opts.Engine, Seed: w.Seed, Settled: func(inside cycle.Inside) {
		a.Cycle(func(group int) uint64 { return inside.Peek(nodes[group]) })
	}})
	if err != nil {
		return nil, err
	}
	for k := 0; !m.Done() && m.Cycles() < energyCycles; k++ {
		if err := m.Step(); err != nil {
			return nil, err
		}
		if k%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	e := a.Energy()
	return &Energy{PerCycle: math.Round(e.PerCycle()*10) / 10, Total: e.Total(), Cycles: e.Cycles, Logic: e.Logic, Carries: e.Carries, Memory: e.Memory, Clock: e.Clock}, nil
}

// leavesOf lists the nodes of a circuit that drive its gates, in the order of gate.Activity.
func leavesOf(c *rtl.Circuit) []rtl.ID {
	out := append([]rtl.ID(nil), c.Inputs...)
	for i := range c.Regs {
		out = append(out, c.Regs[i].Node)
	}
	for i := range c.Mems {
		for _, r := range c.Mems[i].Reads {
			out = append(out, r.Node)
		}
	}
	return out
}
