package flow

import (
	"context"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// The machines, beginning with the reference.
const (
	Source    = "source"
	IR        = "ir"
	Native    = "native"
	Unikernel = "unikernel"
	Monitor   = "monitor"
	ISA       = "isa"
	Cycle     = "cycle"
	Gates     = "gates"

	LowIR = "ir low" // the program IR after the passes for a core
	X86IR = "ir x86" // after the passes for x86-64
)

// Level is a machine with its data for the command line, the ladder, the tests and the random
// programs.
type Level struct {
	Name  string
	Shown string // its name in reports
	Note  string // text that its rows add to the name
	Inner bool   // only the ladder runs the machine
	Slow  bool   // slow to start: `test --on all` leaves it out
	Form  Form   // the latest form of a loaded program that the machine can run

	// Steps bounds a run, so that a program that never waits ends with status limit. A step of
	// source and ir is a slice of work. A step of isa is an instruction or a batch of them. A
	// step of cycle and gates is a clock cycle.
	Steps uint64
	// Fuzz bounds the run of a random program. With 0, fuzzing does not use the machine.
	Fuzz uint64
	// Shrink bounds the runs for shrinking a failed test.
	Shrink int
	// Compare describes the parts of a trace that the machine cannot show or shows differently.
	Compare trace.Options
	// Engines lists the engines for the machine's circuit, the default first. The list is
	// empty if there is no choice.
	Engines []Engine

	machine func(ctx context.Context, p *Program, core string, w *world.World, seed int64) (sim.Machine, error)
}

// Bounds for random programs, which are short.
const (
	fuzzSteps  = 1 << 22
	fuzzCycles = 1 << 25
)

// Levels is the table of machines, in the order of reports.
func Levels() []Level {
	return []Level{
		{Name: Source, Steps: 1 << 26, Fuzz: fuzzSteps, Shrink: 2000, machine: onTree},
		{Name: IR, Form: FromIR, Steps: 1 << 26, Fuzz: fuzzSteps, Shrink: 2000, Note: "as lowered", Compare: trace.Options{Channels: true}, machine: onFirst},
		{Name: LowIR, Form: FromIR, Shown: IR, Note: "after all passes, for a core", Inner: true, Steps: 1 << 26, machine: onLow},
		{Name: X86IR, Form: FromIR, Shown: IR, Note: "after all passes, for x86-64", Inner: true, Steps: 1 << 26, machine: onX86},
		{Name: Native, Note: "log lines rendered by the program", Form: FromIR, Steps: 1 << 26, Fuzz: fuzzSteps, Shrink: 200, Compare: trace.Options{Console: true}, machine: onNative},
		{Name: Unikernel, Note: "log lines rendered by the program", Form: FromIR, Slow: true, Steps: 1 << 24, Shrink: 20, Compare: trace.Options{Console: true}, machine: onUnikernel},
		{Name: Monitor, Note: "log lines rendered by the program", Form: FromIR, Slow: true, Steps: 1 << 24, Shrink: 20, Compare: trace.Options{Console: true}, machine: onMonitor},
		{Name: ISA, Form: FromImage, Steps: 1 << 33, Fuzz: fuzzCycles, Shrink: 1000, machine: onImage},
		{Name: Cycle, Form: FromCircuit, Steps: 1 << 32, Fuzz: fuzzCycles, Shrink: 50, Engines: ofCircuits(), machine: onCircuit},
		{Name: Gates, Form: FromCircuit, Steps: 1 << 28, Fuzz: fuzzCycles, Shrink: 50, Engines: ofGates(), machine: onGates},
	}
}

// LevelOf finds a machine by its name.
func LevelOf(name string) (Level, error) {
	for _, l := range Levels() {
		if l.Name == name {
			if l.Shown == "" {
				l.Shown = name
			}
			return l, nil
		}
	}
	return Level{}, UserErrorf("there is no machine %q; there are %s", name, strings.Join(Names(IsNamed), ", "))
}

// IsProduct reports whether a machine runs a product for x86-64. Products render the log
// themselves, so their traces contain only the text of the log.
func IsProduct(l Level) bool { return l.Compare.Console }

// IsNamed reports whether the command line offers a machine.
func IsNamed(l Level) bool { return !l.Inner }

// Names lists the machines for which a condition holds.
func Names(which func(Level) bool) []string {
	var names []string
	for _, l := range slices.DeleteFunc(Levels(), func(l Level) bool { return !which(l) }) {
		names = append(names, l.Name)
	}
	return names
}

// Machine makes the machine of a level for the program.
func (p *Program) Machine(ctx context.Context, level, core string, w *world.World, seed int64) (sim.Machine, error) {
	l, err := LevelOf(level)
	if err != nil {
		return nil, err
	}
	if l.Form < p.Form {
		on := Names(func(l Level) bool { return IsNamed(l) && l.Form >= p.Form })
		return nil, UserErrorf("%s is %s: it runs on %s", p.Path, p.Form, strings.Join(on, ", "))
	}
	if err := p.checkEngine(level); err != nil {
		return nil, err
	}
	return l.machine(ctx, p, core, w, seed)
}

func onTree(_ context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return source.New(p.Tree, w)
}

func onFirst(_ context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return onModule(p.First, w)
}

func onLow(_ context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return onModule(p.Low, w)
}

func onX86(_ context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return onModule(p.ForX86, w)
}

func onNative(ctx context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return p.process(ctx, Native, w)
}

func onUnikernel(ctx context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return p.process(ctx, Unikernel, w)
}

func onMonitor(ctx context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	return p.process(ctx, Monitor, w)
}

func onImage(ctx context.Context, p *Program, _ string, w *world.World, _ int64) (sim.Machine, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	return iss.New(im, w)
}

func onCircuit(ctx context.Context, p *Program, core string, w *world.World, seed int64) (sim.Machine, error) {
	meters, err := p.meters(ctx)
	if err != nil {
		return nil, err
	}
	return p.circuitMachine(ctx, core, w, cycle.Options{
		Engine: p.opts.Engine, Seed: seed, Retire: len(meters) > 0, Meters: meters,
	})
}

// circuitMachine is the circuit of a core in a world.
func (p *Program) circuitMachine(ctx context.Context, core string, w *world.World, o cycle.Options) (*cycle.Machine, error) {
	c, err := p.Core(ctx, core)
	if err != nil {
		return nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, err
	}
	return cycle.NewMachine(c.Circuit, ports, w, o)
}

func onGates(ctx context.Context, p *Program, core string, w *world.World, seed int64) (sim.Machine, error) {
	return p.LaneMachine(ctx, core, []*world.World{w}, seed)
}
