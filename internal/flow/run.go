package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// RunOptions are the options of a run.
type RunOptions struct {
	Level     string
	Core      string
	World     World
	PcapOut   []string // DEVICE=FILE
	VcdOut    []string // PORT=FILE
	BytesOut  []string // PORT=FILE
	DiskOut   []string // DEVICE=FILE
	TraceFile string
	CommitLog string            // file for each retired instruction, levels isa and cycle only
	Profile   bool              // measure the cost of each source line; levels source, ir, isa and cycle
	Konata    string            // file for a picture of the pipeline, level cycle only
	Timeline  string            // file for tasks and channels over time, levels isa and cycle only
	Wave      string            // file for a VCD of the core, level cycle only
	Window    string            // FROM:CYCLES of the waveform and the pipeline, or all
	Forget    bool              // keep no trace, so that a run may be arbitrarily long
	Line      func(line string) // receives the lines of the result one by one; the result then has none
	Lanes     int               // runs of a core with different gaps at its ports, including this one; 0: one
}

// Result is the outcome of a run.
type Result struct {
	Program string             `json:"program"`
	Level   string             `json:"level"`
	Engine  string             `json:"engine,omitempty"` // engine that ran the circuit
	Status  trace.Status       `json:"status"`
	Lines   []string           `json:"lines"` // log lines and traps, in order
	Waits   []string           `json:"waits"`
	Frames  map[string]int     `json:"frames"` // frames sent, by device
	Levels  map[string]int     `json:"levels"` // changes of outputs, by port
	Bytes   map[string]int     `json:"bytes"`  // bytes sent, by port of shape stream
	Figures map[string]float64 `json:"figures"`
	Command string             `json:"command,omitempty"`
	Wave    string             `json:"wave,omitempty"` // which cycles a waveform shows
	Lanes   int                `json:"lanes,omitempty"`
	Differs []string           `json:"differs,omitempty"` // descriptions of lanes that differ from the first
	Profile *Profile           `json:"profile,omitempty"`
	Trace   *trace.Trace       `json:"-"`

	prog *Program
	line func(string)
	many bool // several tasks log
	// shapes holds the shapes of the ports that have sent something.
	shapes map[string]port.Shape
	said   int // number of lines so far
}

// A run may neither finish nor wait for input. It then ends in one of these ways.
const (
	Trapped = trace.Trapped
	Stuck   = trace.Stuck
	Stopped = trace.Limit // at a limit that the user or the machine sets
)

// Run runs the program on one machine.
func (p *Program) Run(ctx context.Context, o RunOptions) (*Result, error) {
	if p.Tree.System == nil {
		return nil, UserErrorf("%s declares no system: there is nothing to run", p.Name)
	}
	if err := checkLanes(o); err != nil {
		return nil, err
	}
	if err := p.checkLooking(&o); err != nil {
		return nil, err
	}
	outs, err := p.outputs(o)
	if err != nil {
		return nil, err
	}
	if o.observed() || o.Wave != "" {
		return p.runLookedAt(ctx, o, outs)
	}
	if o.Profile {
		return p.runProfiled(ctx, o, outs)
	}
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	files, err := outs.open()
	if err != nil {
		return nil, err
	}
	defer files.drop()
	r := p.newResult(o)
	w := world.New(script)
	m, tr, seconds, err := p.traceIn(ctx, o.Level, o.Core, w, o.World, o.keeps(), func(events []trace.Event) error {
		r.take(events)
		return files.take(events)
	})
	if err != nil {
		return nil, err
	}
	if err := files.finish(tr, w); err != nil {
		return nil, err
	}
	r.end(m, tr, seconds)
	if o.Lanes > 1 {
		r.Lanes = o.Lanes
		r.Differs, err = p.otherLanes(ctx, o, tr)
	}
	return r, err
}

// keeps reports whether the whole trace of a run is needed.
func (o *RunOptions) keeps() bool { return !o.Forget || o.Lanes > 1 }

// Trace runs one machine to its end.
func (p *Program) Trace(ctx context.Context, level, core string, w World) (sim.Machine, *trace.Trace, float64, error) {
	script, err := p.Script(w)
	if err != nil {
		return nil, nil, 0, err
	}
	return p.traceIn(ctx, level, core, world.New(script), w, true, nil)
}

// TraceTo runs one machine to its end and passes its events to `take`, as DriveTo does.
func (p *Program) TraceTo(ctx context.Context, level, core string, w World, take func([]trace.Event) error) (sim.Machine, *trace.Trace, float64, error) {
	script, err := p.Script(w)
	if err != nil {
		return nil, nil, 0, err
	}
	return p.traceIn(ctx, level, core, world.New(script), w, false, take)
}

// traceIn runs one machine in a world to its end. If `take` is not nil, it gets the events. If
// `keep` is set, the trace also contains the events.
func (p *Program) traceIn(ctx context.Context, level, core string, in *world.World, w World, keep bool, take func([]trace.Event) error) (sim.Machine, *trace.Trace, float64, error) {
	defer in.Close()
	m, err := p.Machine(ctx, level, core, in, w.Seed)
	if err != nil {
		return nil, nil, 0, err
	}
	if c, ok := m.(interface{ Close() }); ok {
		defer c.Close()
	}
	bounds, err := boundsOf(level, w)
	if err != nil {
		return nil, nil, 0, err
	}
	var kept []trace.Event
	var refused error
	if !keep {
		bounds.Events += eventsOfFrame * in.Frames()
	}
	began := time.Now()
	tr, err := DriveTo(ctx, m, bounds, func(events []trace.Event) error {
		if keep {
			kept = append(kept, events...)
		}
		if take != nil {
			refused = take(events)
		}
		return refused
	})
	if keep {
		m.Trace().Keep(kept)
	}
	switch c, ok := m.(*cycle.Machine); {
	case err != nil && ctx.Err() == nil && refused == nil:
		err = faultOf(err)
	case err == nil && in.Err() != nil:
		err = in.Err()
	case ok && err == nil:
		err = p.withinCycles(ctx, core, c.Meters())
	}
	return m, tr, time.Since(began).Seconds(), err
}

// Bounds are the limits of a run that does not end by itself.
type Bounds struct {
	Steps  uint64 // in the machine's own unit
	Events int    // events of all kinds, if they are kept in memory; 0: no limit
	Shown  int    // events that every machine shows, so the limit is the same for each; 0: no limit
}

// boundsOf returns the bounds of a machine, or the world's bounds if the world sets some.
func boundsOf(level string, w World) (Bounds, error) {
	l, err := LevelOf(level)
	b := Bounds{Steps: l.Steps, Events: MostEvents, Shown: int(min(w.Limit, math.MaxInt))}
	if w.Steps != 0 {
		b.Steps = w.Steps
	}
	return b, err
}

// IsCrash reports whether an error is the crash of a product.
func IsCrash(err error) bool {
	return errors.As(err, new(*process.Crash)) || errors.As(err, new(*process.Died))
}

// IsSilent reports whether the product did nothing for so long that its run was stopped: it
// computes without an end, or it hangs.
func IsSilent(err error) bool { return errors.As(err, new(*process.Silence)) }

// AtLimit is the error for a run that stopped at its limit although a complete run is needed.
type AtLimit struct{ Level string }

// Error gives one line.
func (a *AtLimit) Error() string {
	return fmt.Sprintf("the run on %s stopped at its limit of events or steps; --until ends a run earlier", a.Level)
}

// MachineFault is the error for a run that its machine could not finish: the artefact does
// something that a correct artefact never does.
type MachineFault struct{ Err error }

// faultOf turns the error of a run into a fault of its machine. There is one exception: if
// an observer could not write its file, the error is an error of the user.
func faultOf(err error) error {
	if user := (UserError{}); errors.As(err, &user) {
		return user
	}
	return &MachineFault{err}
}

// Error gives the machine's message.
func (f *MachineFault) Error() string { return f.Err.Error() }

// Unwrap gives the machine's error.
func (f *MachineFault) Unwrap() error { return f.Err }

// MostEvents limits the memory of a run to about 3 GB. The limit is needed, because a program
// that never waits may show events without an end.
const MostEvents = 1 << 22

// eventsOfFrame limits programs that never wait. If the events of a run are not kept, the run
// may show this number of additional events for each arriving frame.
const eventsOfFrame = 16

// Drive runs a machine and keeps its trace. If a run has too many events, Drive keeps the
// first events and stops at the limit. The machine may have run further before the limit was
// noticed.
func Drive(ctx context.Context, m sim.Machine, b Bounds) (*trace.Trace, error) {
	seen, kept := 0, 0
	t := &tap{most: b.Shown, take: func(events []trace.Event) error {
		kept += len(events)
		return nil
	}}
	tr, err := drive(ctx, m, b, t, func(tr *trace.Trace) { // the events stay in the trace, because the machine may read them
		t.events(tr.Events[seen:])
		seen = len(tr.Events)
	})
	if err == nil && t.full {
		tr.Events = tr.Events[:kept]
	}
	return tr, err
}

// DriveTo runs a machine and passes on its events in groups of a few hundred, without keeping
// them. From time to time it checks whether the context has ended. An error from `take` ends the
// run.
func DriveTo(ctx context.Context, m sim.Machine, b Bounds, take func([]trace.Event) error) (*trace.Trace, error) {
	t := &tap{most: b.Shown, take: take}
	m.Trace().Sink = t.events
	return drive(ctx, m, b, t, (*trace.Trace).Flush)
}

// drive runs a machine in slices of steps, and reads its trace after each slice.
func drive(ctx context.Context, m sim.Machine, b Bounds, t *tap, look func(*trace.Trace)) (*trace.Trace, error) {
	tr := m.Trace()
	slice, before := uint64(1), 0
	for done := uint64(0); ; done += slice {
		slice = nextSlice(slice, tr.Count()-before)
		before = tr.Count()
		_, err := sim.Run(m, min(slice, b.Steps-done))
		look(tr)
		switch {
		case err != nil:
			return nil, err
		case t.err != nil:
			return nil, t.err
		case t.full:
			tr.Status, tr.Waits = trace.Limit, nil
			return tr, nil
		case m.Done() || done+slice >= b.Steps || b.Events > 0 && tr.Count() > b.Events:
			return tr, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
	}
}

// toEnd runs an observed machine to its end, and returns the time in seconds.
func toEnd(ctx context.Context, m sim.Machine, level string, w World) (*trace.Trace, float64, error) {
	bounds, err := boundsOf(level, w)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	tr, err := Drive(ctx, m, bounds)
	if err != nil && ctx.Err() == nil {
		err = faultOf(err)
	}
	return tr, time.Since(began).Seconds(), err
}

// tap counts the events that every machine shows, and drops the events after a limit.
type tap struct {
	most, shown int // most 0: no limit
	full        bool
	err         error
	take        func([]trace.Event) error
}

func (t *tap) events(events []trace.Event) {
	n := len(events)
	for i := 0; i < n && t.most > 0; i++ {
		if !isShown(events[i].Kind) {
			continue
		}
		if t.shown++; t.shown > t.most {
			n, t.full = i, true
		}
	}
	if t.err == nil && n > 0 {
		t.err = t.take(events[:n])
	}
	if t.full {
		t.take = func([]trace.Event) error { return nil }
	}
}

// nextSlice is the number of steps before the trace is read again. The number grows after
// steps that showed few events, and shrinks after steps that showed many. One step may show
// many events.
func nextSlice(slice uint64, events int) uint64 {
	const longest, many = 1 << 16, 1 << 12
	if events < many {
		return min(2*slice, longest)
	}
	return max(slice/4, 1)
}

// isShown reports whether every machine shows the events of a kind. It is false for
// channel events and marks, which only some machines show.
func isShown(k trace.Kind) bool {
	return k == trace.In || k == trace.Out || k == trace.Log || k == trace.Trap
}

// result is the result of a run with a complete trace.
func (p *Program) result(o RunOptions, m sim.Machine, tr *trace.Trace, seconds float64) *Result {
	r := p.newResult(o)
	r.take(tr.Events)
	r.end(m, tr, seconds)
	return r
}

func (p *Program) newResult(o RunOptions) *Result {
	return &Result{
		Program: p.Name, Level: o.Level, Lines: []string{}, Frames: map[string]int{}, Levels: map[string]int{}, Bytes: map[string]int{},
		shapes: map[string]port.Shape{}, prog: p, line: o.Line, many: len(p.Tree.System.Tasks()) > 1,
	}
}

// end adds the values that are known at the end of the run.
func (r *Result) end(m sim.Machine, tr *trace.Trace, seconds float64) {
	r.Status, r.Waits, r.Trace, r.Figures = tr.Status, append([]string{}, tr.Waits...), tr, Figures(m)
	r.Figures["seconds"] = seconds
	if e, ok := m.(interface{ Engine() string }); ok {
		r.Engine = e.Engine()
	}
	if g, ok := m.(*process.Machine); ok {
		r.Command = g.Command
	}
}

// take counts the output of the program, and renders the readable part.
func (r *Result) take(events []trace.Event) {
	for i := range events {
		e := &events[i]
		switch {
		case e.Kind == trace.Log || e.Kind == trace.Trap:
			r.say(e)
		case e.Kind == trace.Out:
			r.left(e)
		}
	}
}

// left counts an output that left a port.
func (r *Result) left(e *trace.Event) {
	shape, ok := r.shapes[e.Port]
	if !ok {
		shape = r.prog.shapeOf(e.Port)
		r.shapes[e.Port] = shape
	}
	switch shape {
	case port.Message:
		r.Frames[e.Port]++
	case port.Level:
		r.Levels[e.Port]++
	case port.Stream:
		r.Bytes[e.Port] += len(e.Data)
	}
}

// say renders log events and traps. A log line has the task's name if there are several tasks.
// A trap has its source position.
func (r *Result) say(e *trace.Event) {
	line := e.Text
	switch {
	case e.Kind == trace.Trap:
		line = fmt.Sprintf("trap in task %s: %s at %s", e.Task, e.Code, r.prog.trapPlace(e.Site))
	case r.many:
		line = e.Task + ": " + e.Text
	}
	r.said++
	if r.line != nil {
		r.line(line)
		return
	}
	r.Lines = append(r.Lines, line)
}

// trapPlace is the source position of a trap site, if it is known.
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

// Figures are the counts of a machine, exact except for seconds.
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
		if n := m.Longest(); n > 0 {
			f["step_cycles"] = float64(n)
		}
		for _, t := range m.Timings() {
			f["cycles."+t.Name] += float64(t.Cycles)
		}
	case *gates.Machine:
		f["cycles"] = float64(m.Harness(0).Cycles())
	}
	return f
}

// wholeRun is a window that shows every cycle.
const wholeRun = "all"

// waveNote describes the cycles that a waveform shows.
func waveNote(o *RunOptions, shown, cycles uint64) string {
	if shown > cycles { // the run ended within the last cycle
		return fmt.Sprintf("%s shows all %d cycles", o.Wave, cycles)
	}
	from, _, _ := window(o.Window)
	return fmt.Sprintf("%s shows cycles %d to %d of %d; --wave-window FROM:CYCLES shows others, --wave-window all every one", o.Wave, from, from+shown, cycles)
}

// window reads FROM:CYCLES, or all. The window ends before cycle `to`.
func window(s string) (from, to uint64, err error) {
	if s == wholeRun {
		return 0, math.MaxUint64, nil
	}
	a, b, ok := strings.Cut(s, ":")
	from, e1 := strconv.ParseUint(a, 10, 63)
	length, e2 := strconv.ParseUint(b, 10, 31)
	if !ok || e1 != nil || e2 != nil || length == 0 {
		return 0, 0, UserErrorf("--wave-window wants FROM:CYCLES or all, got %q", s)
	}
	return from, from + length, nil
}
