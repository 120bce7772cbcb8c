package checks

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/par"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/gen"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// Specimen is a program that should reveal mistakes in the compiler.
type Specimen struct {
	Name   string
	Files  []*diag.File
	Script *world.Script

	prog  *flow.Program
	image *image.Image
	ref   *trace.Trace
	bound uint64    // bound for a run on the program IR: many times the steps that the run needs
	low   string    // the IR after the passes
	words uint64    // bound for a run on the instruction set
	kinds [3]kindOf // mistakes that are possible in the program
}

// kindOf is one of three sets of mistakes that are possible in a specimen (a test program).
// There is one set for the passes, one for the back end for cores, and one for the back end
// for x86-64.
type kindOf map[string]bool

const (
	ofPasses = iota
	ofSelection
	ofPrinting
)

// Random makes specimens from random programs.
func Random(seed uint64, n int) []*Specimen {
	var out []*Specimen
	for i := range uint64(n) {
		p := gen.New(seed+i, gen.Options{})
		f := &diag.File{Name: fmt.Sprintf("random%d.sn", seed+i), Text: p.Source()}
		out = append(out, &Specimen{Name: f.Name, Files: []*diag.File{f}, Script: p.Script()})
	}
	return out
}

// CompilerMutants are the mistakes that a compiler could make on some programs.
type CompilerMutants struct {
	ctx       context.Context
	specimens []*Specimen
}

// NewCompilerMutants runs the programs and records the mistakes that are possible in each.
// Programs are tried in the order of the list, so small programs should come first.
func NewCompilerMutants(ctx context.Context, list []*Specimen) (*CompilerMutants, error) {
	c := &CompilerMutants{ctx, list}
	for _, s := range list {
		if err := c.study(s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return c, nil
}

// study runs the reference of a program. It records the mistakes that are possible in the
// output of the program's passes and in its image.
func (c *CompilerMutants) study(s *Specimen) error {
	s.kinds = [3]kindOf{{}, {}, {}}
	p, err := flow.LoadFiles(s.Files, flow.Options{Passes: noting(s.kinds[ofPasses])})
	if err != nil {
		return err
	}
	reference, err := p.Machine(c.ctx, p.Reference(), "", world.New(s.Script), 0)
	if err != nil {
		return err
	}
	if s.ref, err = flow.Drive(c.ctx, reference, flow.Bounds{Steps: 1 << 26, Events: fuzzEvents}); err != nil {
		return err
	}
	low, err := p.Low()
	if err != nil {
		return err
	}
	s.prog, s.low = p, ir.Print(low)
	if s.image, err = p.Image(c.ctx); err != nil {
		return err
	}
	for _, name := range mutate.Text(s.image) {
		s.kinds[ofSelection][name] = true
	}
	for _, on := range []struct {
		level string
		bound *uint64
	}{{flow.LowIR, &s.bound}, {flow.ISA, &s.words}} {
		m, err := p.Machine(c.ctx, on.level, "", world.New(s.Script), 0)
		if err != nil {
			return err
		}
		counted := &counting{Machine: m}
		if why := c.differs(s, counted, flow.Bounds{Steps: 1 << 26, Events: fuzzEvents}, trace.Options{}); why != "" {
			return fmt.Errorf("without a mistake, %s differs: %s", on.level, why)
		}
		*on.bound = 4*counted.steps + 20
	}
	return nil
}

// counting counts the steps of a machine.
type counting struct {
	sim.Machine
	steps uint64
}

// Step makes one step.
func (c *counting) Step() error {
	c.steps++
	return c.Machine.Step()
}

// noting records for each pass the mistakes that are possible in its changes.
func noting(kinds kindOf) func([]pass.Pass) []pass.Pass {
	return wrapped(func(p *pass.Pass, m *ir.Module, env *pass.Env) bool {
		before := mutate.Remember(m)
		changed := p.Run(m, env)
		for _, name := range before.Changed(m).Faults() {
			kinds[p.Name+": "+name] = true
		}
		return changed
	})
}

// planting makes one mistake in every change that a pass makes, at every position of the pass
// in the list. planting can also check whether a run reaches these changes. If the verifier
// refuses the result, no other pass runs.
func planting(mistake string, how func(*mutate.Changes, string)) func([]pass.Pass) []pass.Pass {
	broken := false
	return wrapped(func(p *pass.Pass, m *ir.Module, env *pass.Env) bool {
		name, mine := strings.CutPrefix(mistake, p.Name+": ")
		switch {
		case broken:
			return false
		case !mine:
			return p.Run(m, env)
		}
		before := mutate.Remember(m)
		p.Run(m, env)
		how(before.Changed(m), name)
		broken = ir.Verify(m) != nil
		return true
	})
}

// wrapped runs each pass through a function.
func wrapped(around func(p *pass.Pass, m *ir.Module, env *pass.Env) bool) func([]pass.Pass) []pass.Pass {
	return func(list []pass.Pass) []pass.Pass {
		out := slices.Clone(list)
		for i := range out {
			p := list[i]
			out[i].Run = func(m *ir.Module, env *pass.Env) bool { return around(&p, m, env) }
		}
		return out
	}
}

// differs runs a machine. It returns how its behaviour differs from the reference, or "" if
// the behaviour is the same.
func (c *CompilerMutants) differs(s *Specimen, m sim.Machine, b flow.Bounds, o trace.Options) string {
	var tr *trace.Trace
	err := guarded(func() (err error) {
		tr, err = flow.Drive(c.ctx, m, b)
		return err
	})
	if err != nil {
		return err.Error()
	}
	if diffs := trace.Compare(s.ref, tr, o); len(diffs) > 0 {
		return diffs[0].String()
	}
	return ""
}

// names lists the possible mistakes of one kind, each once.
func (c *CompilerMutants) names(kind int) []string {
	all := map[string]bool{}
	for _, s := range c.specimens {
		maps.Copy(all, s.kinds[kind])
	}
	return slices.Sorted(maps.Keys(all))
}

// share picks up to n of the names with a fixed seed. 0 means all.
func share(names []string, n int) []string {
	if n == 0 || n >= len(names) {
		return names
	}
	r := rand.New(rand.NewPCG(mutantSeed, 0x9a55))
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:n]
	slices.Sort(names)
	return names
}

// Passes plants up to n mistakes (0: all) in compiler passes, one at a time. A mistake is found
// if a build fails or if the program IR of some program shows different events. If the passes
// still produce the same text for all programs, the mistake does not count.
func (c *CompilerMutants) Passes(n int) (*mutate.Score, error) {
	return c.score(ofPasses, n, c.wrongPass)
}

// Selection plants up to n mistakes (0: all) in images, one at a time. They are mistakes that
// the back end for cores could make: wrong instructions, operands and immediates.
func (c *CompilerMutants) Selection(n int) (*mutate.Score, error) {
	return c.score(ofSelection, n, c.wrongText)
}

// attempt makes a mistake in a program, or checks whether a run reaches the mistake.
type attempt func(s *Specimen, mistake string, reach bool) (mutate.Outcome, error)

// score tries mistakes, several at the same time.
func (c *CompilerMutants) score(kind, n int, on attempt) (*mutate.Score, error) {
	names := share(c.names(kind), n)
	type result struct {
		out mutate.Outcome
		why string
		err error
	}
	results := make(map[string]*result, len(names))
	for _, name := range names {
		results[name] = &result{}
	}
	par.Each(len(names), func(k int) {
		r := results[names[k]]
		r.out, r.why, r.err = c.try(kind, names[k], on)
	})
	return mutate.Each(names, func(name string) (mutate.Outcome, string, error) {
		r := results[name]
		return r.out, r.why, r.err
	})
}

// enoughTries is a number of programs. try stops after a mistake has changed so many programs
// and none of them reveals it.
const enoughTries = 40

// try looks for a program that shows a mistake.
func (c *CompilerMutants) try(kind int, mistake string, on attempt) (mutate.Outcome, string, error) {
	out := mutate.Same
	var left []*Specimen
	for _, s := range c.specimens {
		if !s.kinds[kind][mistake] {
			continue
		}
		if len(left) == enoughTries {
			break
		}
		o, err := on(s, mistake, false)
		if err != nil || o == mutate.Found {
			return o, "", err
		}
		if o == mutate.Missed {
			out, left = o, append(left, s)
		}
		if err := c.ctx.Err(); err != nil {
			return out, "", err
		}
	}
	for _, s := range left {
		o, err := on(s, mistake, true)
		if err != nil {
			return out, "", err
		}
		if o == mutate.Found {
			return out, "changes what becomes of " + s.Name, nil
		}
	}
	if len(left) > 0 {
		return mutate.Unreached, "", nil
	}
	return out, "", nil
}

func (c *CompilerMutants) wrongPass(s *Specimen, mistake string, reach bool) (mutate.Outcome, error) {
	how := (*mutate.Changes).Apply
	if reach {
		how = (*mutate.Changes).Reach
	}
	p := s.prog.Through(planting(mistake, how))
	var low *ir.Module
	err := guarded(func() (err error) {
		low, err = p.Low()
		return err
	})
	if err != nil {
		return mutate.Found, nil // the build fails: the verifier or a later pass refuses it
	}
	if ir.Print(low) == s.low {
		return mutate.Same, nil
	}
	m, err := p.Machine(c.ctx, flow.LowIR, "", world.New(s.Script), 0)
	if err != nil {
		return mutate.Found, nil
	}
	if c.differs(s, m, flow.Bounds{Steps: s.bound, Events: fuzzEvents}, trace.Options{}) != "" {
		return mutate.Found, nil
	}
	return mutate.Missed, nil
}

func (c *CompilerMutants) wrongText(s *Specimen, mistake string, reach bool) (mutate.Outcome, error) {
	wrong := mutate.Misselect
	if reach {
		wrong = mutate.ReachText
	}
	m, err := iss.New(wrong(s.image, mistake), world.New(s.Script))
	if err != nil {
		return mutate.Found, nil // the text cannot run as an image
	}
	if c.differs(s, m, flow.Bounds{Steps: s.words, Events: fuzzEvents}, trace.Options{}) != "" {
		return mutate.Found, nil
	}
	return mutate.Missed, nil
}
