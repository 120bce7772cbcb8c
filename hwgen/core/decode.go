package core

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// decoder computes from the fetched word everything that the execute stage needs: control bits
// that tell which lines execute, and latched operands. The decoder depends on the lines of a
// point, but not on the datapath. The datapath requests controls and calls advance at the end
// of a decode cycle.
type decoder struct {
	wires
	p       *design.Point
	lines   []*line
	word    rtl.ID // the word being decoded
	latches []latch
	ctls    []control
	ctlOf   map[string]rtl.ID
	named   map[string]int
}

// newDecoder makes a decoder for the lines of a point.
func newDecoder(b *rtl.Builder, p *design.Point, word rtl.ID) *decoder {
	return &decoder{wires: wires{b}, p: p, lines: linesOf(p), word: word, ctlOf: map[string]rtl.ID{}, named: map[string]int{}}
}

// control is one bit for the instruction in execution. The decode stage computes this bit from
// the fetched word.
type control struct {
	reg   rtl.Register
	cover cover
	on    []*line
}

// near calls f to make nodes that several lines share. The nodes get the source position of the
// first line.
func (g *decoder) near(lines []*line, f func()) {
	if len(lines) > 0 {
		defer g.b.At(g.b.At(lines[0].inst.Span))
	}
	f()
}

// patterns lists the words of lines.
func patterns(lines []*line) []pattern {
	var out []pattern
	for _, l := range lines {
		out = append(out, l.enc...)
	}
	return out
}

// ctl returns a bit that is 1 while a line of `on` executes and 0 while a line of `off`
// executes. For other lines, and while nothing executes, the bit is arbitrary. Controls that
// are equal functions of the fetched word share a register.
func (g *decoder) ctl(name string, on, off []*line) rtl.ID {
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
	var reg rtl.Register
	g.near(on, func() { reg = g.b.Reg(g.freshName("x."+name), 1, 0) })
	g.ctls = append(g.ctls, control{reg, c, on})
	g.ctlOf[key] = reg.Q()
	return reg.Q()
}

// freshName adds a number to the name of a control if the name is taken.
func (g *decoder) freshName(name string) string {
	g.named[name]++
	if n := g.named[name]; n > 1 {
		return fmt.Sprintf("%s_%d", name, n)
	}
	return name
}

// exactly is ctl with off set to every other line.
func (g *decoder) exactly(name string, on []*line) rtl.ID { return g.ctl(name, on, g.without(on)) }

// without lists the lines that are not in `some`.
func (g *decoder) without(some []*line) []*line {
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
func (g *decoder) where(f func(*line) bool) []*line {
	var out []*line
	for _, l := range g.lines {
		if f(l) {
			out = append(out, l)
		}
	}
	return out
}

// coverOf builds a cover of a word.
func (g *decoder) coverOf(c cover, word rtl.ID) rtl.ID {
	sum := g.bool(false)
	for _, t := range c.terms {
		sum = g.b.Or(sum, g.matches(t, word))
	}
	if c.invert {
		return g.b.Not(sum)
	}
	return sum
}

// matches is 1 if a word has the fixed bits of a pattern.
func (g *decoder) matches(t pattern, word rtl.ID) rtl.ID {
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

// immediate makes bits [lo, hi) of the lines' immediates from the fetched word. For other lines
// these bits are arbitrary.
func (g *decoder) immediate(lines []*line, lo, hi int) vec {
	out := make(vec, 0, hi-lo)
	for i := lo; i < hi; i++ {
		out = append(out, g.immediateBit(lines, i))
	}
	return out
}

// immediateBit selects bit i of the lines' immediates.
func (g *decoder) immediateBit(lines []*line, i int) bit {
	var from []int
	by := map[int][]*line{}
	for _, l := range lines {
		k := immSources(l.inst)[i]
		if by[k] == nil {
			from = append(from, k)
		}
		by[k] = append(by[k], l)
	}
	word := g.word
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

// latch is a register between decode and execution.
type latch struct {
	reg   rtl.Register
	value rtl.ID
}

// sources is the number of register read ports.
func (g *decoder) sources() int {
	n := 1
	for _, l := range g.lines {
		n = max(n, l.inst.Format.Sources())
	}
	return n
}

// latch makes a register that takes value when an instruction moves from decode to execution.
// Constant bits and repeated bits cost no register.
func (g *decoder) latch(name string, value vec) vec {
	var distinct vec
	place := map[bit]int{}
	for _, b := range value {
		if _, ok := place[b]; !ok && b.node != rtl.None {
			place[b] = len(distinct)
			distinct = append(distinct, b)
		}
	}
	if len(distinct) == 0 {
		return value
	}
	reg := g.b.Reg(name, len(distinct), 0)
	g.latches = append(g.latches, latch{reg, g.pack(distinct)})
	out := append(vec(nil), value...)
	for i, b := range value {
		if b.node != rtl.None {
			out[i] = bit{reg.Q(), place[b]}
		}
	}
	return out
}

// sourceIndex is the register that read port i reads for the fetched word.
func (g *decoder) sourceIndex(i int) rtl.ID {
	at := []int{rs1At, rs2At, rs3At}[i]
	index := g.b.Bits(g.word, at+g.p.RegBits()-1, at)
	if i > 0 {
		return index
	}
	zero := g.where(func(l *line) bool { return l.zeroA })
	reads := g.where(func(l *line) bool { return l.inst.Format.Sources() > 0 })
	keep := g.coverOf(minimise(patterns(reads), patterns(zero)), g.word)
	return g.b.And(index, g.b.Repeat(keep, g.p.RegBits()))
}

// advance sets the latches and controls at the end of a decode cycle. No control may be
// requested after this call.
func (g *decoder) advance() {
	for _, c := range g.ctls {
		g.near(c.on, func() { g.b.Set(c.reg, g.coverOf(c.cover, g.word)) })
	}
	for _, l := range g.latches {
		g.b.Set(l.reg, l.value)
	}
}
