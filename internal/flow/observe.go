package flow

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/observe"
	"github.com/sinter-lang/sinter/sim/world"
)

// This file observes a run of a core. The run writes a profile, a commit log, a picture of the
// pipeline, a timeline and a waveform, if the options request them. A single run can write all
// of these files.

// observed reports whether the options request an observation.
func (o *RunOptions) observed() bool {
	return o.CommitLog != "" || o.Konata != "" || o.Timeline != "" || o.Profile && (o.Level == ISA || o.Level == Cycle)
}

// lookedAtFiles are the files that an observed run writes.
func (o *RunOptions) lookedAtFiles() []string {
	files := []string{o.CommitLog, o.Konata, o.Timeline, o.Wave}
	if o.Wave != "" {
		files = append(files, groupsOf(o.Wave))
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}

// looking holds the observers of a run.
type looking struct {
	files   writing
	tape    *observe.Tape
	text    *observe.Text
	profile *observe.Profile
	wave    *cycle.Wave
}

// open creates a file that grows during the run.
func (l *looking) open(path string) (io.Writer, error) {
	f, err := newPart(path)
	if err != nil {
		return nil, err
	}
	l.files = append(l.files, f)
	return f.buffer, nil
}

// end completes all files.
func (l *looking) end() error {
	var err error
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	if l.tape != nil {
		keep(l.tape.End())
	}
	if l.wave != nil {
		keep(l.wave.End())
	}
	keep(l.files.flush())
	return err
}

// checkLooking refuses observations that the machine of the run cannot give.
func (p *Program) checkLooking(o *RunOptions) error {
	of := map[string]string{"--commit-log": o.CommitLog, "--konata": o.Konata, "--chrome-trace": o.Timeline, "--wave": o.Wave}
	for _, name := range []string{"--commit-log", "--konata", "--chrome-trace", "--wave"} {
		circuit := name == "--konata" || name == "--wave"
		switch {
		case of[name] == "":
		case circuit && o.Level != Cycle:
			return UserErrorf("%s wants --on cycle, got --on %s", name, o.Level)
		case o.Level != ISA && o.Level != Cycle:
			return UserErrorf("%s wants --on isa or --on cycle, got --on %s", name, o.Level)
		case o.Lanes > 1:
			return UserErrorf("%s does not go with --lanes: it shows one run", name)
		case name != "--wave" && p.Form > FromImage:
			return UserErrorf("%s is %s, which does not say what its instructions mean: give its image to %s", p.Path, p.Form, name)
		}
	}
	switch {
	case !o.Profile:
	case o.Lanes > 1:
		return UserErrorf("--profile does not go with --lanes: it counts one run")
	case p.Form > FromImage:
		return UserErrorf("%s is %s: it has no source lines to profile", p.Path, p.Form)
	}
	return nil
}

// look makes the observers of a run.
func (p *Program) look(ctx context.Context, o *RunOptions) (*looking, error) {
	l := &looking{}
	err := p.lookInto(ctx, o, l)
	if err != nil {
		l.files.drop()
	}
	return l, err
}

func (p *Program) lookInto(ctx context.Context, o *RunOptions, l *looking) error {
	from, to, err := window(o.Window)
	if err != nil {
		return err
	}
	if o.Wave != "" {
		if err := p.lookAtWave(ctx, o, l, from, to); err != nil {
			return err
		}
	}
	if !o.observed() {
		return nil
	}
	im, err := p.Image(ctx)
	if err != nil {
		return err
	}
	l.text = p.textOf(im)
	l.text.Circuit, l.text.Overlap = o.Level == Cycle, o.Level == Cycle && o.Core == Pipe3
	var observers []observe.Observer
	for _, w := range []struct {
		path string
		make func(io.Writer) observe.Observer
	}{
		{o.CommitLog, func(f io.Writer) observe.Observer { return observe.NewCommitLog(f, im.Target.Set) }},
		{o.Konata, func(f io.Writer) observe.Observer { return observe.NewKonata(f, l.text, from, to) }},
		{o.Timeline, func(f io.Writer) observe.Observer { return observe.NewTimeline(f, p.Name, l.text) }},
	} {
		if w.path == "" {
			continue
		}
		f, err := l.open(w.path)
		if err != nil {
			return err
		}
		observers = append(observers, w.make(f))
	}
	if o.Profile {
		l.profile = observe.NewProfile(l.text)
		observers = append(observers, l.profile)
	}
	l.tape = observe.NewTape(observers...)
	return nil
}

// lookAtWave begins a waveform. It writes a file for the viewer that groups the signals.
func (p *Program) lookAtWave(ctx context.Context, o *RunOptions, l *looking, from, to uint64) error {
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return err
	}
	g, err := l.open(o.Wave)
	if err != nil {
		return err
	}
	if l.wave, err = cycle.NewWave(g, c.Circuit, from, to); err != nil || isDevice(o.Wave) {
		return err
	}
	if g, err = l.open(groupsOf(o.Wave)); err != nil {
		return err
	}
	return cycle.WriteGroups(g, c.Circuit, filepath.Base(o.Wave), choiceAt)
}

// groupsOf is the name of the viewer file beside a waveform.
func groupsOf(wave string) string { return strings.TrimSuffix(wave, ".vcd") + ".gtkw" }

// choiceAt is the row of a design point at a position, with the row's reason.
func choiceAt(at diag.Span) string {
	if at.File == nil || !strings.HasSuffix(at.File.Name, ".design") {
		return ""
	}
	line, _ := at.Position()
	return strings.Join(strings.Fields(strings.Split(at.File.Text, "\n")[line-1]), " ")
}

// textOf describes the words of an image.
func (p *Program) textOf(im *image.Image) *observe.Text {
	t := &observe.Text{Tasks: im.Tasks, Words: make([]observe.Word, len(im.Text))}
	inside := p.functionsByPlace()
	for i, w := range im.Text {
		t.Words[i] = observe.Word{Place: im.Spans[i], Task: observe.Shared, Asm: isa.Disassemble(im.Target.Set, w), Func: inside(im.Spans[i])}
		if len(im.Tasks) == 1 {
			t.Words[i].Task = 0
		}
	}
	for _, s := range im.Symbols {
		if s.Addr < design.TextBase {
			continue
		}
		from := (s.Addr - design.TextBase) / 4
		for i := from; i < min(from+s.Size/4, uint32(len(t.Words))); i++ {
			w := &t.Words[i]
			if w.Func == "" {
				w.Func = s.Name
			}
			if len(im.Tasks) > 1 {
				w.Task = taskOf(s.Name, im.Tasks)
			}
		}
	}
	for _, d := range im.Devices {
		if port.ShapeOf(d.Kind) == port.Level && d.Tx {
			t.Levels = append(t.Levels, d.Name)
		}
	}
	for _, c := range im.Channels {
		for _, s := range im.Symbols {
			if s.Name == "chan."+c.Name {
				t.Channels = append(t.Channels, observe.Channel{Name: c.Name, Count: s.Addr + pass.RingCount})
			}
		}
	}
	return t
}

// taskOf is the task to which a symbol of the text belongs.
func taskOf(symbol string, tasks []string) int {
	if strings.HasPrefix(symbol, "sched.") {
		return observe.Schedule
	}
	for i, t := range tasks {
		if symbol == "task."+t {
			return i
		}
	}
	return observe.Shared
}

// functionsByPlace finds the function of the source that contains a position.
func (p *Program) functionsByPlace() func(diag.Span) string {
	type body struct {
		at   diag.Span
		name string
	}
	var all []body
	for _, f := range append(append([]*tree.Func{}, p.Tree.Tasks...), p.Tree.Funcs...) {
		if f.Body != nil && !f.Span.IsZero() {
			all = append(all, body{f.Span.To(f.Body.At), f.Name})
		}
	}
	return func(at diag.Span) string {
		for _, b := range all {
			if at.File != nil && b.at.File == at.File && b.at.Start <= at.Start && at.Start < b.at.End {
				return b.name
			}
		}
		return ""
	}
}

// retiring is a circuit that reports its work in each cycle.
type retiring struct {
	*cycle.Machine
	tape *observe.Tape
}

// Step makes one cycle.
func (m *retiring) Step() error {
	at := m.Cycles()
	if err := m.Machine.Step(); err != nil {
		return err
	}
	if m.Done() && (m.Trace().Status == trace.Waiting || m.Trace().Status == trace.Stuck) {
		return nil // the last cycle is not counted: it only shows what the core waits for
	}
	s := m.Stages()
	step := observe.Step{At: at, Idle: s.Idle, Decode: s.Decode, Execute: s.Execute, PC: s.PC}
	step.Retire, step.Retired = m.Retired()
	m.tape.Step(&step, m.Trace())
	return nil
}

// lookedAt makes the machine for an observed run. The result `counts` is the machine whose
// counts are reported.
func (p *Program) lookedAt(ctx context.Context, o *RunOptions, l *looking, w *world.World) (run, counts sim.Machine, err error) {
	if o.Level == ISA {
		m, err := p.Machine(ctx, o.Level, o.Core, w, o.World.Seed)
		if err != nil {
			return nil, nil, err
		}
		m.(*iss.Machine).Retire(func(r *sim.Retire) {
			l.tape.Step(&observe.Step{At: r.Order, Execute: true, PC: r.PC, Retired: true, Retire: *r}, m.Trace())
		})
		return m, m, nil
	}
	if err := p.checkEngine(o.Level); err != nil {
		return nil, nil, err
	}
	m, err := p.circuitMachine(ctx, o.Core, w, cycle.Options{Engine: p.opts.Engine, Seed: o.World.Seed, Retire: l.tape != nil, Wave: l.wave})
	if err != nil || l.tape == nil {
		return m, m, err
	}
	return &retiring{m, l.tape}, m, nil
}

// runLookedAt runs a core and writes the observations.
func (p *Program) runLookedAt(ctx context.Context, o RunOptions, outs outputs) (*Result, error) {
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	l, err := p.look(ctx, &o)
	if err != nil {
		return nil, err
	}
	defer l.files.drop()
	w := world.New(script)
	defer w.Close()
	m, counts, err := p.lookedAt(ctx, &o, l, w)
	if err != nil {
		return nil, err
	}
	tr, seconds, err := toEnd(ctx, m, o.Level, o.World)
	if err != nil {
		return nil, err
	}
	if err := l.end(); err != nil {
		return nil, err
	}
	if c, ok := counts.(*cycle.Machine); ok && l.wave != nil && l.wave.Cycles() == 0 {
		return nil, UserErrorf("the run ended after %d cycles, before the window %s", c.Cycles(), o.Window)
	}
	if err := outs.write(tr, w); err != nil {
		return nil, err
	}
	if err := l.files.commit(); err != nil {
		return nil, err
	}
	r := p.result(o, counts, tr, seconds)
	if l.wave != nil {
		r.Wave = waveNote(&o, l.wave.Cycles(), uint64(r.Figures["cycles"]))
	}
	if l.profile != nil {
		r.Profile = p.profileOf(&o, l.profile)
	}
	return r, nil
}
