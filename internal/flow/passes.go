package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
)

// run lowers the program again and runs the passes for a target. Every build verifies the
// result, which takes a few per cent of the time of the passes.
func (p *Program) run(target string, env pass.Env) (*ir.Module, error) {
	m, err := p.lowered()
	if err != nil {
		return nil, err
	}
	o := pass.Options{Env: env, Check: p.opts.Check, Seed: 1, Skip: p.opts.Skip, After: p.dump(target)}
	if err := pass.Run(m, p.passes(), o); err != nil {
		return nil, err
	}
	return m, verified(m)
}

func verified(m *ir.Module) error {
	if err := ir.Verify(m); err != nil {
		return fmt.Errorf("a pass broke the program IR (sinter verify --bisect finds it): %w", err)
	}
	return nil
}

// passes lists the passes of the program.
func (p *Program) passes() []pass.Pass {
	list := pass.List()
	if p.opts.Passes != nil {
		list = p.opts.Passes(list)
	}
	return list
}

// dump shows the module after the passes that the options name.
func (p *Program) dump(target string) func(int, *pass.Pass, *ir.Module) error {
	if len(p.opts.DumpAfter) == 0 {
		return nil
	}
	return func(n int, of *pass.Pass, m *ir.Module) error {
		if slices.Contains(p.opts.DumpAfter, of.Name) {
			p.opts.Dump(fmt.Sprintf("after pass %d, %s, for %s", n+1, of.Name, target), ir.Print(m))
		}
		return nil
	}
}

// checkPasses refuses unknown names of passes. It also refuses to skip a pass that every
// program needs.
func (o *Options) checkPasses() error {
	var names []string
	for _, p := range pass.List() {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	for _, n := range append(slices.Clone(o.Skip), o.DumpAfter...) {
		if !slices.Contains(names, n) {
			return UserErrorf("there is no pass %q; there are %s", n, strings.Join(names, ", "))
		}
	}
	for _, s := range pass.Stages() {
		if slices.Contains(o.Skip, s.Name) {
			return UserErrorf("the pass %s cannot be skipped: no back end takes a program without it", s.Name)
		}
	}
	return nil
}
