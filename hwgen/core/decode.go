package core

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// control is one bit of the executing instruction that decode computes from
// the fetched word.
type control struct {
	reg   rtl.Register
	cover cover
}

// patterns lists the words of lines.
func patterns(lines []*line) []pattern {
	var out []pattern
	for _, l := range lines {
		out = append(out, l.enc...)
	}
	return out
}

// ctl returns a bit that is 1 while a line of on executes and 0 while one of off
// does. For other lines, and while nothing executes, it is anything. Equal
// functions of the fetched word share a register.
func (g *gen) ctl(name string, on, off []*line) rtl.ID {
	c := minimise(patterns(on), patterns(off))
	if len(c.terms) == 0 {
		return g.bool(c.invert)
	}
	key := fmt.Sprint(c)
	if id, ok := g.ctlOf[key]; ok {
		return id
	}
	inverse := c
	inverse.invert = !c.invert
	if id, ok := g.ctlOf[fmt.Sprint(inverse)]; ok {
		return g.b.Not(id)
	}
	reg := g.b.Reg(g.freshName("x."+name), 1, 0)
	g.ctls = append(g.ctls, control{reg, c})
	g.ctlOf[key] = reg.Q()
	return reg.Q()
}

// freshName numbers a control when its name is taken.
func (g *gen) freshName(name string) string {
	g.named[name]++
	if n := g.named[name]; n > 1 {
		return fmt.Sprintf("%s_%d", name, n)
	}
	return name
}

// exactly is ctl with every other line on the off side.
func (g *gen) exactly(name string, on []*line) rtl.ID { return g.ctl(name, on, g.without(on)) }

// without lists the lines that are not in some.
func (g *gen) without(some []*line) []*line {
	return g.where(func(l *line) bool {
		for _, s := range some {
			if s == l {
				return false
			}
		}
		return true
	})
}

// where lists the lines for which f holds.
func (g *gen) where(f func(*line) bool) []*line {
	var out []*line
	for _, l := range g.lines {
		if f(l) {
			out = append(out, l)
		}
	}
	return out
}

func (g *gen) bool(v bool) rtl.ID {
	if v {
		return g.b.Const(1, 1)
	}
	return g.b.Const(1, 0)
}

// coverOf computes a cover of a word.
func (g *gen) coverOf(c cover, word rtl.ID) rtl.ID {
	sum := g.bool(false)
	for _, t := range c.terms {
		sum = g.b.Or(sum, g.matches(t, word))
	}
	if c.invert {
		return g.b.Not(sum)
	}
	return sum
}

// matches compares the fixed bits of a pattern.
func (g *gen) matches(t pattern, word rtl.ID) rtl.ID {
	var at vec
	var want uint64
	for m := t.mask; m != 0; m &= m - 1 {
		k := bits.TrailingZeros32(m)
		want |= uint64(t.val>>k&1) << len(at)
		at = append(at, bit{word, k})
	}
	if len(at) == 0 {
		return g.bool(true)
	}
	if want == 0 && len(at) == 1 {
		return g.b.Not(g.pack(at))
	}
	return g.b.EqConst(g.pack(at), want)
}

// immediate makes bits [lo, hi) of the immediates of lines from the fetched
// word; for other lines they are anything.
func (g *gen) immediate(lines []*line, lo, hi int) vec {
	out := make(vec, 0, hi-lo)
	for i := lo; i < hi; i++ {
		out = append(out, g.immediateBit(lines, i))
	}
	return out
}

// immediateBit selects one bit of the immediates of lines.
func (g *gen) immediateBit(lines []*line, i int) bit {
	var from []int
	by := map[int][]*line{}
	for _, l := range lines {
		k := immSources(l.inst)[i]
		if by[k] == nil {
			from = append(from, k)
		}
		by[k] = append(by[k], l)
	}
	word := g.text.Q()
	place := func(k int) bit {
		if k < 0 {
			return bit{rtl.None, 0}
		}
		return bit{word, k}
	}
	if len(from) == 1 {
		return place(from[0])
	}
	sum := g.bool(false)
	for _, k := range from {
		if k < 0 {
			continue
		}
		var others []*line
		for _, j := range from {
			if j != k {
				others = append(others, by[j]...)
			}
		}
		on := g.coverOf(minimise(patterns(by[k]), patterns(others)), word)
		sum = g.b.Or(sum, g.b.And(on, g.b.Bit(word, k)))
	}
	return bit{sum, 0}
}
