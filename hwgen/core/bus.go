package core

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// use is a value v that a bus carries while one of its lines executes.
type use struct {
	lines []*line
	v     vec
}

// source is one possible source of a bit of a bus.
type source struct {
	from  bit
	lines []*line
}

// bus joins uses into one value bit by bit. Each bit is an and-or of one-hot selects. Equal
// bits of several instructions share one select. A constant 0 needs no select. The value is
// arbitrary while no line of `uses` executes.
func (g *gen) bus(name string, uses []use) vec {
	if len(uses) == 0 {
		return nil
	}
	w := len(uses[0].v)
	sources := make([][]source, w)
	for i := range w {
		sources[i] = sourcesOf(uses, i)
	}
	var all []*line
	for _, u := range uses {
		all = append(all, u.lines...)
	}
	var out vec
	for lo := 0; lo < w; {
		hi := lo + 1
		for hi < w && g.parallel(sources[lo], sources[hi]) {
			hi++
		}
		out = append(out, g.join(name, sources[lo:hi], all)...)
		lo = hi
	}
	return out
}

// sourcesOf lists the sources of bit i, without constant zeros.
func sourcesOf(uses []use, i int) []source {
	var out []source
next:
	for _, u := range uses {
		if u.v[i] == (bit{rtl.None, 0}) {
			continue
		}
		for j := range out {
			if out[j].from == u.v[i] {
				out[j].lines = append(out[j].lines[:len(out[j].lines):len(out[j].lines)], u.lines...)
				continue next
			}
		}
		out = append(out, source{u.v[i], u.lines})
	}
	return out
}

// parallel reports whether two bits of a bus have the same selects. Then one operator on words
// joins them.
func (g *gen) parallel(low, high []source) bool {
	return slices.EqualFunc(low, high, func(l, h source) bool {
		return g.gated[l.from.node] == g.gated[h.from.node] && slices.Equal(l.lines, h.lines)
	})
}

// join makes the bits for a run of parallel sources.
func (g *gen) join(name string, run [][]source, all []*line) vec {
	n := len(run)
	if len(run[0]) == 0 {
		return constVec(n, 0)
	}
	sum := g.b.Const(n, 0)
	for i, s := range run[0] {
		v := make(vec, n)
		for k := range v {
			v[k] = run[k][i].from
		}
		part := g.pack(v)
		if !g.gated[s.from.node] {
			part = g.b.And(part, g.b.Repeat(g.ctl(name, s.lines, except(all, s.lines)), n))
		}
		sum = g.b.Or(sum, part)
	}
	return g.vec(sum)
}

// except lists the lines of all that are not in some.
func except(all, some []*line) []*line {
	drop := map[*line]bool{}
	for _, l := range some {
		drop[l] = true
	}
	var out []*line
	for _, l := range all {
		if !drop[l] {
			out = append(out, l)
		}
	}
	return out
}

// makeResult makes the value that is written to rd.
func (g *gen) makeResult() vec {
	var uses []use
	for _, l := range g.lines {
		if l.rd == nil {
			continue
		}
		var v vec
		g.b.At(l.inst.Span)
		if l.port != nil {
			v = g.ports.value(l.port.Reg)
		} else {
			v = g.el.result(l.rd)
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	g.b.At(diag.Span{})
	if len(uses) == 0 { // the program only traps or ends
		return constVec(32, 0)
	}
	return g.bus("result", uses)
}

// branch is the control transfer of the instruction in execution.
type branch struct {
	taken  rtl.ID
	target vec // word index
}

// branch makes the decision and the target of each control transfer.
func (g *gen) branch() branch {
	taken := g.bool(false)
	var uses []use
	for _, t := range g.transfers() {
		on := g.exactly("jump", t.lines)
		if t.cond != nil {
			on = g.b.And(on, g.pack(t.cond))
		}
		taken = g.b.Or(taken, on)
	}
	for _, l := range g.lines {
		if l.pc != nil {
			v := g.el.value(l.pc)
			n := len(g.x.next)
			uses = append(uses, use{[]*line{l}, v.zext(n + 2)[2 : n+2]})
		}
	}
	if len(uses) == 0 {
		return branch{taken, g.x.next}
	}
	return branch{g.b.And(g.x.valid, taken), g.bus("target", uses)}
}

// transfers groups the lines that set pc by their condition.
func (g *gen) transfers() []transfer {
	var out []transfer
	at := map[string]int{}
	for _, l := range g.lines {
		if l.pc == nil {
			continue
		}
		var cond vec
		if l.cond != nil {
			cond = g.el.value(l.cond)
		}
		key := fmt.Sprint(cond)
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, transfer{cond: cond})
		}
		out[i].lines = append(out[i].lines, l)
	}
	return out
}

// transfer is a condition, nil for always, and the lines that jump on it.
type transfer struct {
	cond  vec
	lines []*line
}
