package checks

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/driver"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestOptions are the options of Test: which tests run, and where.
type TestOptions struct {
	Levels []string // machines, in this order
	Core   string
	Filter string // text that the names of the tests to run contain
	Cases  int    // number of runs of a test that draws values
	Seed   uint64
	Jobs   int // tests that run at a time; 0: as many as there are processors
}

// The outcomes of a test on a machine.
const (
	Passed  = "pass"
	Failed  = "fail"
	Skipped = "skip"
)

// TestResult is a test on one machine.
type TestResult struct {
	Program string      `json:"program"`
	Name    string      `json:"test"`
	Place   string      `json:"place"`
	Level   string      `json:"level"`
	Status  string      `json:"status"`
	Cases   int         `json:"cases"`            // number of cases that ran
	Why     string      `json:"why,omitempty"`    // why the test failed or was skipped
	Detail  string      `json:"detail,omitempty"` // details of a failure, with excerpts
	Seconds float64     `json:"seconds"`
	Failure *diag.Error `json:"-"`
}

// Test runs the tests of a program. Results are ordered by position in the text, then by
// machine. An error means a fault of this tool or of an outside tool.
func Test(ctx context.Context, p *flow.Program, o TestOptions) ([]TestResult, error) {
	var tests []*tree.Test
	for _, t := range p.Tree.Tests {
		if strings.Contains(t.Name, o.Filter) {
			tests = append(tests, t)
		}
	}
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	results := make([][]TestResult, len(tests))
	faults := make([]error, len(tests))
	var wait sync.WaitGroup
	places := make(chan struct{}, o.Jobs)
	for i, t := range tests {
		wait.Add(1)
		places <- struct{}{}
		go func() {
			defer wait.Done()
			results[i], faults[i] = onLevels(ctx, p, t, o)
			<-places
		}()
	}
	wait.Wait()
	var all []TestResult
	for i := range tests {
		all = append(all, results[i]...)
	}
	return all, errors.Join(faults...)
}

// onLevels runs one test on each machine.
func onLevels(ctx context.Context, p *flow.Program, t *tree.Test, o TestOptions) ([]TestResult, error) {
	b := newTestBench(p, t, o)
	var list []TestResult
	for _, level := range o.Levels {
		r := TestResult{Program: p.Name, Name: t.Name, Place: t.Span.String(), Level: level, Status: Passed}
		began := time.Now()
		err := b.run(ctx, level, &r)
		r.Seconds = time.Since(began).Seconds()
		switch why, missing := flow.NotHere(err); {
		case missing:
			r.Status, r.Why = Skipped, why
		case err != nil:
			return list, fmt.Errorf("test %q on %s: %w", t.Name, level, err)
		}
		list = append(list, r)
	}
	return list, nil
}

// testBench keeps the artefacts of a test for all its runs.
type testBench struct {
	test   *tree.Test
	opts   TestOptions
	again  string // beginning of the command that repeats a failure
	sites  []tree.TrapSite
	epochs []*flow.Program
	core   string
}

// newTestBench makes a program from each epoch of the test. If machines can run the body of
// the test without the host, the body becomes a program too.
func newTestBench(p *flow.Program, t *tree.Test, o TestOptions) *testBench {
	b := &testBench{test: t, opts: o, sites: p.Tree.Bench.Traps, core: o.Core, again: "sinter test " + p.Path}
	for _, s := range p.Settings() {
		b.again += fmt.Sprintf(" -D %s=%s", s.Name, s.Value)
	}
	systems := t.Epochs
	if !t.Hosted() {
		systems = []*tree.System{aloneSystem(t)}
	}
	for _, s := range systems {
		all := *p.Tree.Bench
		all.System = s
		b.epochs = append(b.epochs, p.With(&all))
	}
	return b
}

// chosenPort is the device that delivers the random values that a test draws.
const chosenPort = "any"

// aloneSystem is a system that contains only the body of the test.
func aloneSystem(t *tree.Test) *tree.System {
	s := &tree.System{Name: "test", Runs: []tree.Run{{Name: "test", Task: t.Body, Span: t.Span}}, Span: t.Span}
	if t.Chooses {
		s.Devices = []tree.DeviceDef{{Name: chosenPort, Kind: port.Frames, Rx: true, Span: t.Span}}
		s.Runs[0].Args = []tree.Bind{{Kind: tree.BindDevice}}
	}
	return s
}

// run runs all cases of the test on a machine.
func (b *testBench) run(ctx context.Context, level string, r *TestResult) error {
	if b.test.HostOnly && len(b.test.Epochs) == 0 && level != flow.Source {
		r.Status, r.Why = Skipped, "it starts nothing: only the host runs it"
		return nil
	}
	cases := 1
	if b.test.Chooses {
		cases = b.opts.Cases
	}
	for k := range cases {
		r.Cases++
		choices := driver.Random(b.opts.Seed, b.number(k))
		out, err := b.one(ctx, level, choices)
		if err != nil {
			return err
		}
		if out.Failure != nil {
			return b.failed(ctx, r, out.Failure, choices.Drawn())
		}
	}
	return nil
}

// number returns a stream of random numbers for one case of a test. Tests with the same
// name get the same numbers in each run of the tool.
func (b *testBench) number(k int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(b.test.Name)) //nolint:errcheck // Write never fails
	return h.Sum64() + uint64(k)
}

// once runs one case.
func (b *testBench) once(ctx context.Context, level string, c *driver.Draws) (*driver.Outcome, error) {
	return driver.Run(b.test, driver.Options{
		Start: func(epoch int, w *world.World) (sim.Machine, error) {
			return b.epochs[epoch].Machine(ctx, level, b.core, w, 0)
		},
		Drive: func(m sim.Machine) (*trace.Trace, error) { return runLevel(ctx, m, level) },
		Draws: c, Traps: b.sites,
	})
}

// runLevel runs the machine of a level to its end, or to its limit.
func runLevel(ctx context.Context, m sim.Machine, level string) (*trace.Trace, error) {
	l, err := flow.LevelOf(level)
	if err != nil {
		return nil, err
	}
	return flow.Drive(ctx, m, flow.Bounds{Steps: l.Steps, Events: flow.MostEvents})
}

// one runs one case on a machine. The test runs beside the program, or on the machine itself.
func (b *testBench) one(ctx context.Context, level string, c *driver.Draws) (*driver.Outcome, error) {
	if b.test.Hosted() || level == flow.Source {
		return b.once(ctx, level, c)
	}
	return b.alone(ctx, level, c)
}

// alone runs the body of a test that starts no task. The body itself is a task on a machine.
// The random values, and the values that a failure compares, come from a run on the host.
func (b *testBench) alone(ctx context.Context, level string, c *driver.Draws) (*driver.Outcome, error) {
	hosted, err := b.once(ctx, flow.Source, c)
	if err != nil {
		return nil, err
	}
	script := &world.Script{Devices: []string{chosenPort}}
	for _, data := range hosted.Chosen {
		script.Inputs = append(script.Inputs, world.Input{Data: data})
	}
	m, err := b.epochs[0].Machine(ctx, level, b.core, world.New(script), 0)
	if err != nil {
		return nil, err
	}
	if c, ok := m.(interface{ Close() }); ok {
		defer c.Close()
	}
	tr, err := runLevel(ctx, m, level)
	if err != nil {
		return nil, err
	}
	out := &driver.Outcome{}
	fail := func(e *diag.Error) { out.Failure = &driver.Failure{Error: e, At: e.Span} }
	for _, e := range tr.Events {
		if e.Kind == trace.Trap {
			fail(b.trapped(b.sites[e.Site], hosted.Failure))
			return out, nil
		}
	}
	switch {
	case tr.Status != trace.Ended:
		fail(diag.Errorf("", b.test.Span, "test %q: it does not terminate: %s", b.test.Name, tr.Status))
	case hosted.Failure != nil:
		e := hosted.Failure.Error
		e.Notes = append(e.Notes, diag.Note{Text: "on " + level + " this holds: the machines differ"})
		fail(e)
	}
	return out, nil
}

// trapped is the failure of a test that runs as a task. If the test fails on the host too, the
// host's message is used.
func (b *testBench) trapped(site tree.TrapSite, hosted *driver.Failure) *diag.Error {
	if hosted != nil && hosted.At == site.Span {
		return hosted.Error
	}
	what := "this does not hold"
	if site.Code != tree.TrapExpect {
		what = "the test itself traps: " + site.Code
	}
	e := diag.Errorf("", site.Span, "test %q: %s", b.test.Name, what)
	e.Notes = append(e.Notes, diag.Note{Text: "on source the test behaves otherwise: the machines differ"})
	return e
}

// failed shrinks a failing case and reports it.
func (b *testBench) failed(ctx context.Context, r *TestResult, f *driver.Failure, choices []uint64) error {
	command := ""
	if b.test.Chooses {
		l, err := flow.LevelOf(r.Level)
		if err != nil {
			return err
		}
		small := driver.Shrink(choices, l.Shrink, func(given []uint64) ([]uint64, bool) {
			c := driver.Replay(given)
			out, err := b.one(ctx, r.Level, c)
			return c.Drawn(), err == nil && out.Failure != nil && out.Failure.At == f.At
		})
		out, err := b.one(ctx, r.Level, driver.Replay(small))
		if err != nil {
			return err
		}
		if out.Failure == nil {
			return fmt.Errorf("the failure %q does not come again with its choices", f.Error.Message)
		}
		f = out.Failure
		command = fmt.Sprintf(" --seed %d --cases %d", b.opts.Seed, r.Cases)
	}
	b.report(r, f.Error, command)
	return nil
}

// report describes a failure, with the command that repeats it.
func (b *testBench) report(r *TestResult, e *diag.Error, more string) {
	e.Hint("again: %s --filter %q --on %s%s", b.again, b.test.Name, r.Level, more)
	r.Status, r.Failure, r.Why = Failed, e, e.Message
	r.Detail = diag.Render(e)
}
