package flow

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// RunOptions say how to run a program.
type RunOptions struct {
	Level     string
	Core      string
	World     World
	PcapOut   []string // DEVICE=FILE
	VcdOut    []string // PORT=FILE
	DiskOut   []string // DEVICE=FILE
	TraceFile string
	Wave      string // VCD of the core, level cycle only
	Window    string // FROM:CYCLES
}

// Result is what a run showed.
type Result struct {
	Program string             `json:"program"`
	Level   string             `json:"level"`
	Status  trace.Status       `json:"status"`
	Lines   []string           `json:"lines"` // log lines and traps, in order
	Waits   []string           `json:"waits"`
	Frames  map[string]int     `json:"frames"` // sent, by device
	Levels  map[string]int     `json:"levels"` // changes of outputs, by port
	Figures map[string]float64 `json:"figures"`
	Command string             `json:"command,omitempty"`
	Trace   *trace.Trace       `json:"-"`
}

// Trapped reports whether a task trapped.
func (r *Result) Trapped() bool { return r.Status == trace.Trapped }

// Run runs the program on one machine.
func (p *Program) Run(ctx context.Context, o RunOptions) (*Result, error) {
	if p.Tree.System == nil {
		return nil, UserErrorf("%s declares no system: there is nothing to run", p.Name)
	}
	if o.Wave != "" {
		return p.runWave(ctx, o)
	}
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	w := world.New(script)
	m, tr, seconds, err := p.traceIn(ctx, o.Level, o.Core, w, o.World)
	if err != nil {
		return nil, err
	}
	if err := p.WriteDisks(o.DiskOut, w); err != nil {
		return nil, err
	}
	return p.result(o, m, tr, seconds)
}

// Trace runs one machine to its end.
func (p *Program) Trace(ctx context.Context, level, core string, w World) (sim.Machine, *trace.Trace, float64, error) {
	script, err := p.Script(w)
	if err != nil {
		return nil, nil, 0, err
	}
	return p.traceIn(ctx, level, core, world.New(script), w)
}

// traceIn runs one machine in a world to its end.
func (p *Program) traceIn(ctx context.Context, level, core string, in *world.World, w World) (sim.Machine, *trace.Trace, float64, error) {
	m, err := p.Machine(ctx, level, core, in, w.Seed)
	if err != nil {
		return nil, nil, 0, err
	}
	if c, ok := m.(interface{ Close() }); ok {
		defer c.Close()
	}
	limit, err := stepLimit(level, w)
	if err != nil {
		return nil, nil, 0, err
	}
	began := time.Now()
	tr, err := Drive(ctx, m, limit, MostEvents)
	if err != nil && ctx.Err() == nil {
		err = &MachineFault{err}
	}
	if c, ok := m.(*cycle.Machine); ok && err == nil {
		err = p.withinCycles(ctx, core, c.Meters())
	}
	return m, tr, time.Since(began).Seconds(), err
}

// stepLimit is the bound of a run: that of the world, else that of the machine.
func stepLimit(level string, w World) (uint64, error) {
	if w.Limit != 0 {
		return w.Limit, nil
	}
	l, err := LevelOf(level)
	return l.Steps, err
}

// MachineFault is a run that its machine could not finish: what runs on it does
// what no correct artefact does.
type MachineFault struct{ Err error }

// Error gives the machine's message.
func (f *MachineFault) Error() string { return f.Err.Error() }

// Unwrap gives the machine's error.
func (f *MachineFault) Unwrap() error { return f.Err }

// MostEvents bounds the memory of a run, to some 3 GB: a program that never waits
// may show events without end.
const MostEvents = 1 << 22

// Drive runs a machine and looks from time to time whether it shall go on: at most
// so many steps, and not much after so many events.
func Drive(ctx context.Context, m sim.Machine, limit uint64, events int) (*trace.Trace, error) {
	const slice = 1 << 16
	for done := uint64(0); ; done += slice {
		tr, err := sim.Run(m, min(slice, limit-done))
		if err != nil {
			return nil, err
		}
		if m.Done() || done+slice >= limit || len(tr.Events) > events {
			return tr, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (p *Program) result(o RunOptions, m sim.Machine, tr *trace.Trace, seconds float64) (*Result, error) {
	r := &Result{
		Program: p.Name, Level: o.Level, Status: tr.Status, Waits: tr.Waits, Trace: tr,
		Lines: p.lines(tr), Frames: map[string]int{}, Levels: map[string]int{}, Figures: Figures(m),
	}
	r.Figures["seconds"] = seconds
	for _, e := range tr.Events {
		switch {
		case e.Kind != trace.Out:
		case p.shapeOf(e.Port) == port.Message:
			r.Frames[e.Port]++
		case p.shapeOf(e.Port) == port.Level:
			r.Levels[e.Port]++
		}
	}
	if g, ok := m.(*process.Machine); ok {
		r.Command = g.Command
	}
	if err := p.WriteCaptures(o.PcapOut, tr); err != nil {
		return nil, err
	}
	if err := p.WriteWaveforms(o.VcdOut, tr); err != nil {
		return nil, err
	}
	if o.TraceFile != "" {
		return r, WriteFile(o.TraceFile, []byte(trace.Print(tr)))
	}
	return r, nil
}

// lines renders what a person wants to read of a trace: logs, with the task's
// name when there are several tasks, and traps with their place.
func (p *Program) lines(tr *trace.Trace) []string {
	many := len(p.Tree.System.Runs) > 1
	lines := []string{}
	for _, e := range tr.Events {
		switch {
		case e.Kind == trace.Log && many:
			lines = append(lines, e.Task+": "+e.Text)
		case e.Kind == trace.Log:
			lines = append(lines, e.Text)
		case e.Kind == trace.Trap:
			lines = append(lines, fmt.Sprintf("trap in task %s: %s at %s", e.Task, e.Code, p.trapPlace(e.Site)))
		}
	}
	return lines
}

// trapPlace is where a trap site stands, as far as that is known.
func (p *Program) trapPlace(site int) string {
	at := p.places[site]
	if site < len(p.Tree.Traps) {
		at = p.Tree.Traps[site].Span
	}
	if at.IsZero() {
		return fmt.Sprintf("site %d", site)
	}
	return at.String()
}

// Figures are the counts of a machine: exact, but for seconds.
func Figures(m sim.Machine) map[string]float64 {
	f := map[string]float64{}
	switch m := m.(type) {
	case *source.Machine:
		f["statements"] = float64(m.Statements())
	case *program.Machine:
		f["ir_instructions"] = float64(m.Instrs())
		for _, k := range m.Marks() {
			f["ir_instructions."+k.Name] += float64(k.Instrs)
		}
	case *iss.Machine:
		f["instructions"] = float64(m.Instructions())
		for _, k := range m.Marks() {
			f["instructions."+k.Name] += float64(k.Instructions)
		}
	case *cycle.Machine:
		f["cycles"] = float64(m.Cycles())
		f["step_cycles"] = float64(m.Longest())
		for _, t := range m.Timings() {
			f["cycles."+t.Name] += float64(t.Cycles)
		}
	case *gates.Machine:
		f["cycles"] = float64(m.Harness(0).Cycles())
	}
	return f
}

// runWave runs the circuit and writes a waveform of a window of it.
func (p *Program) runWave(ctx context.Context, o RunOptions) (*Result, error) {
	if o.Level != Cycle {
		return nil, UserErrorf("--wave wants --on cycle, got --on %s", o.Level)
	}
	from, length, err := window(o.Window)
	if err != nil {
		return nil, err
	}
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, err
	}
	m, err := cycle.NewMachine(c.Circuit, ports, world.New(script),
		cycle.Options{Seed: o.World.Seed, Wave: &cycle.Window{From: from, To: from + length}})
	if err != nil {
		return nil, err
	}
	limit, err := stepLimit(Cycle, o.World)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	tr, err := Drive(ctx, m, limit, MostEvents)
	if err != nil {
		return nil, err
	}
	rec := m.Recording()
	if rec == nil {
		return nil, UserErrorf("the run ended after %d cycles, before the window %s", m.Cycles(), o.Window)
	}
	var vcd bytes.Buffer
	if err := cycle.WriteVCD(&vcd, c.Circuit, rec); err != nil {
		return nil, err
	}
	if err := WriteFile(o.Wave, vcd.Bytes()); err != nil {
		return nil, err
	}
	return p.result(o, m, tr, time.Since(began).Seconds())
}

// window reads FROM:CYCLES.
func window(s string) (from, length uint64, err error) {
	a, b, ok := strings.Cut(s, ":")
	from, e1 := strconv.ParseUint(a, 10, 63)
	length, e2 := strconv.ParseUint(b, 10, 31)
	if !ok || e1 != nil || e2 != nil || length == 0 {
		return 0, 0, UserErrorf("--wave-window wants FROM:CYCLES, got %q", s)
	}
	return from, length, nil
}
