package flow

import (
	"context"
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// Bisection names the first pass that changes the program's behaviour.
type Bisection struct {
	Target   string `json:"target"` // "x86-64" or "a core"
	Passes   int    `json:"passes"` // number of passes
	Number   int    `json:"number"` // number of the wrong pass, counted from 1; 0: none is wrong
	Pass     string `json:"pass,omitempty"`
	Function string `json:"function,omitempty"` // the function that the pass makes wrong, if there is one
	Detail   string `json:"detail,omitempty"`   // how the result differs
}

// Bisect finds the first wrong pass for each target. It runs the program IR after different
// numbers of passes and compares with the reference. Then it repeats the wrong pass without
// one function at a time, to find the function that the pass makes wrong.
func (p *Program) Bisect(ctx context.Context, w World) ([]Bisection, error) {
	_, want, _, err := p.Trace(ctx, p.Reference(), "", w)
	if err != nil {
		return nil, err
	}
	t, err := p.Target()
	if err != nil {
		return nil, err
	}
	var out []Bisection
	for _, target := range []struct {
		name string
		env  pass.Env
	}{{"a core", CoreEnv(t)}, {"x86-64", pass.Env{}}} {
		b := &bisector{p: p, ctx: ctx, world: w, want: want, env: target.env}
		found, err := b.search(target.name)
		if err != nil {
			return nil, err
		}
		out = append(out, found)
	}
	return out, nil
}

type bisector struct {
	p     *Program
	ctx   context.Context
	world World
	want  *trace.Trace
	env   pass.Env
}

func (b *bisector) search(target string) (Bisection, error) {
	passes := b.p.passes()
	out := Bisection{Target: target, Passes: len(passes)}
	bad, why, err := b.wrong(len(passes), nil)
	if err != nil || !bad {
		return out, err
	}
	low, high := 0, len(passes) // right after `low` passes, wrong after `high` passes
	for high-low > 1 {
		mid := (low + high) / 2
		bad, detail, err := b.wrong(mid, nil)
		if err != nil {
			return out, err
		}
		if bad {
			high, why = mid, detail
		} else {
			low = mid
		}
	}
	out.Number, out.Pass, out.Detail = high, passes[high-1].Name, why
	out.Function, err = b.function(high)
	return out, err
}

// function finds the function that pass n makes wrong. The result is right if pass n skips
// that function. The name is empty if there is no such function, for example for a pass over
// the whole module.
func (b *bisector) function(n int) (string, error) {
	m, _, err := b.after(n-1, nil)
	if err != nil {
		return "", err
	}
	for _, f := range m.Funcs {
		bad, _, err := b.wrong(n, func(g *ir.Func) bool { return g.Name != f.Name })
		if err != nil {
			return "", err
		}
		if !bad {
			return f.Name, nil
		}
	}
	return "", nil
}

// after runs the first n passes. The last of them changes only the functions for which `may`
// holds.
func (b *bisector) after(n int, may func(*ir.Func) bool) (m *ir.Module, broken, err error) {
	if m, err = b.p.lowered(); err != nil {
		return nil, nil, err
	}
	passes := b.p.passes()[:n]
	o := pass.Options{Env: b.env, Skip: b.p.opts.Skip}
	if n > 0 {
		if err = pass.Run(m, passes[:n-1], o); err != nil {
			return nil, nil, err
		}
		o.Only = may
		if err = pass.Run(m, passes[n-1:], o); err != nil {
			return nil, nil, err
		}
	}
	return m, ir.Verify(m), nil
}

// wrong reports whether the program after n passes is broken or behaves differently. why
// describes the difference.
func (b *bisector) wrong(n int, may func(*ir.Func) bool) (bad bool, why string, err error) {
	m, broken, err := b.after(n, may)
	if err != nil {
		return false, "", err
	}
	if broken != nil {
		return true, broken.Error(), nil
	}
	script, err := b.p.Script(b.world)
	if err != nil {
		return false, "", err
	}
	mc, err := program.New(m, world.New(script))
	if err != nil {
		return false, "", err
	}
	bounds, err := boundsOf(IR, b.world)
	if err != nil {
		return false, "", err
	}
	return b.differs(mc, bounds)
}

func (b *bisector) differs(mc sim.Machine, bounds Bounds) (bad bool, why string, err error) {
	tr, err := Drive(b.ctx, mc, bounds)
	switch {
	case b.ctx.Err() != nil:
		return false, "", b.ctx.Err()
	case err != nil:
		return true, err.Error(), nil
	}
	diffs := trace.Compare(b.want, tr, trace.Options{})
	if len(diffs) == 0 {
		return false, "", nil
	}
	return true, fmt.Sprint(diffs[0]), nil
}
