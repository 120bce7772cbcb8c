package checks

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/gen"
)

// The kinds of failures.
const (
	rejected  = "rejected"  // the checker refuses the program
	different = "different" // a trace that differs from the trace of machine source
	mistaken  = "wrong"     // the library gave an answer that is known to be wrong
	atLimit   = "limit"     // the run does not end
	faulty    = "fault"     // the tool fails
	hangs     = "hang"      // the tool does not answer
)

// finding is a failure on a level.
type finding struct{ level, kind, detail string }

var digits = regexp.MustCompile(`[0-9]+|"[^"]*"`)

// class divides the failures of one kind further. For faults and rejections the class is the
// first line of the message without its numbers.
func (f *finding) class() string {
	if f.kind != faulty && f.kind != rejected {
		return ""
	}
	first, _, _ := strings.Cut(f.detail, "\n")
	return digits.ReplaceAllString(first, "#")
}

// subject is one program on its way through the levels.
type subject struct {
	ctx  context.Context
	o    FuzzOptions
	seed uint64
	prog *flow.Program // nil when the checker refused it
	why  error
	made *gen.Program
	ref  *trace.Trace
}

func newSubject(ctx context.Context, o FuzzOptions, p *gen.Program) *subject {
	s := &subject{ctx: ctx, o: o, seed: p.Seed, made: p}
	f := &diag.File{Name: fmt.Sprintf("seed-%d.sn", p.Seed), Text: p.Source()}
	s.why = guarded(func() error {
		var err error
		s.prog, err = flow.LoadFiles([]*diag.File{f}, flow.Options{})
		return err
	})
	return s
}

// guarded turns a panic into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &flow.MachineFault{Err: fmt.Errorf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	return f()
}

// try runs a level and returns the failure, or nil.
func (s *subject) try(level string) *finding {
	if s.prog == nil {
		kind := rejected
		if errors.As(s.why, new(*flow.MachineFault)) {
			kind = faulty
		}
		return &finding{flow.Source, kind, diag.Render(s.why)}
	}
	done := make(chan error, 1)
	go func() { done <- guarded(func() error { return s.level(level) }) }()
	var err error
	select {
	case err = <-done:
	case <-time.After(s.o.Timeout):
		return &finding{level, hangs, fmt.Sprintf("no answer within %v", s.o.Timeout)}
	}
	var d *disagreement
	switch {
	case err == nil || s.ctx.Err() != nil:
		return nil
	case errors.As(err, &d):
		return &finding{level, d.kind, d.detail}
	}
	return &finding{level, faulty, err.Error()}
}

// disagreement is a run that behaved differently from source.
type disagreement struct{ kind, detail string }

// Error gives one line.
func (d *disagreement) Error() string { return d.kind + ": " + d.detail }

func (s *subject) level(level string) error {
	switch level {
	case flow.Source:
		return s.reference()
	case flow.IR:
		return s.machine(s.prog, flow.IR, "")
	case Passes:
		return s.passes()
	case flow.Native:
		return s.machine(s.prog, flow.Native, "")
	case flow.ISA:
		for _, t := range s.targets() {
			err := s.machine(s.prog.For(t), flow.ISA, "")
			if err = wrapContext(err, "target %s with %d registers", t.Name, t.Regs); err != nil {
				return err
			}
		}
		return nil
	}
	core := flow.Cores()[s.seed%2]
	err := s.machine(s.prog, level, core)
	if err == nil && level == flow.Gates {
		err = s.lanes(core)
	}
	return wrapContext(err, "core %s", core)
}

// fuzzLanes is the number of runs of the gates with gaps at their ports.
const fuzzLanes = 8

// lanes runs the gates of a core in several lanes, whose gaps have different seeds.
func (s *subject) lanes(core string) error {
	worlds := make([]*world.World, fuzzLanes)
	for k := range worlds {
		worlds[k] = world.New(s.made.Script())
	}
	m, err := s.prog.LaneMachine(s.ctx, core, worlds, 1)
	if err != nil {
		return err
	}
	l, err := flow.LevelOf(flow.Gates)
	if err != nil {
		return err
	}
	if _, err := flow.Drive(s.ctx, m, flow.Bounds{Steps: l.Fuzz, Events: fuzzEvents}); err != nil {
		return flow.FaultOfLane(err, 1)
	}
	for k := range worlds {
		tr := m.Harness(k).Trace()
		if tr.Status == trace.Limit || tr.Status == "" { // the whole machine, or this lane
			return &disagreement{atLimit, fmt.Sprintf("with gaps of seed %d it does not end", k+1)}
		}
		if diffs := trace.Compare(s.ref, tr, l.Compare); len(diffs) > 0 {
			return &disagreement{different, fmt.Sprintf("with gaps of seed %d: %s", k+1, diffs[0])}
		}
	}
	return nil
}

// wrapContext adds the level or pass to the text of an error or a disagreement.
func wrapContext(err error, format string, args ...any) error {
	where := fmt.Sprintf(format, args...)
	var d *disagreement
	switch {
	case err == nil:
		return nil
	case errors.As(err, &d):
		return &disagreement{d.kind, where + ": " + d.detail}
	}
	return fmt.Errorf("%s: %w", where, err)
}

// targets are two targets with different features. Over all seeds all four combinations occur.
func (s *subject) targets() []*design.Target {
	mul := isa.RV32IM().Subset("rv32im_zmmul", func(in *isa.Inst) bool { return !in.Divides() })
	few, many := 16, 32
	if s.seed%2 == 1 {
		few, many = many, few
	}
	return []*design.Target{design.NewTarget("rv32i", isa.RV32I(), few), design.NewTarget(mul.Name, mul, many)}
}

// fuzzEvents is the largest number of events in a run. A random program is short.
const fuzzEvents = 1 << 17

func (s *subject) reference() error {
	m, err := s.prog.Machine(s.ctx, flow.Source, "", world.New(s.made.Script()), 0)
	if err != nil {
		return err
	}
	l, err := flow.LevelOf(flow.Source)
	if err != nil {
		return err
	}
	tr, err := flow.Drive(s.ctx, m, flow.Bounds{Steps: l.Fuzz, Events: fuzzEvents})
	if err != nil {
		return err
	}
	if tr.Status == trace.Limit {
		return &disagreement{atLimit, "the source does not end"}
	}
	for _, e := range tr.Events {
		if e.Kind == trace.Log && strings.HasPrefix(e.Text, gen.Wrong) {
			return &disagreement{mistaken, e.Text}
		}
	}
	s.ref = tr
	return nil
}

// machine runs the program on a machine.
func (s *subject) machine(p *flow.Program, level, core string) error {
	m, err := p.Machine(s.ctx, level, core, world.New(s.made.Script()), 0)
	if err != nil {
		return err
	}
	if c, ok := m.(interface{ Close() }); ok {
		defer c.Close()
	}
	l, err := flow.LevelOf(level)
	if err != nil {
		return err
	}
	return s.run(m, l.Fuzz, l.Compare)
}

func (s *subject) run(m sim.Machine, limit uint64, o trace.Options) error {
	tr, err := flow.Drive(s.ctx, m, flow.Bounds{Steps: limit, Events: fuzzEvents})
	if err != nil {
		return err
	}
	if tr.Status == trace.Limit {
		return &disagreement{atLimit, "it does not end"}
	}
	if diffs := trace.Compare(s.ref, tr, o); len(diffs) > 0 {
		return &disagreement{different, diffs[0].String()}
	}
	return nil
}

// passes runs the program IR after each pass that changed it, in check mode,
// on its way to x86-64 or to a core.
func (s *subject) passes() error {
	target, env := "x86-64", pass.Env{}
	if s.seed%2 == 1 {
		t := s.targets()[s.seed/2%2]
		target, env = t.Name, flow.CoreEnv(t)
	}
	m, err := lower.Lower(s.prog.Tree)
	if err != nil {
		return err
	}
	limit, err := flow.LevelOf(flow.IR)
	if err != nil {
		return err
	}
	changed := false
	list := pass.List()
	for i := range list {
		run := list[i].Run
		list[i].Run = func(m *ir.Module, env *pass.Env) bool {
			changed = run(m, env)
			return changed
		}
	}
	after := func(n int, p *pass.Pass, m *ir.Module) error {
		if !changed {
			return nil
		}
		machine, err := program.New(m, world.New(s.made.Script()))
		if err == nil {
			err = s.run(machine, limit.Fuzz, trace.Options{})
		}
		return wrapContext(err, "for %s after pass %d, %s", target, n, p.Name)
	}
	return pass.Run(m, list, pass.Options{Env: env, Check: true, Seed: s.seed, After: after})
}
