package rtl

import (
	"math/bits"

	"github.com/sinter-lang/sinter/ir/word"
)

// fewestReversed is the smallest number of reversed bits for which it is worth reversing the
// whole value. All reversed runs of bits from one value share the operations that reverse
// it.
const fewestReversed = 8

// reversed handles a word that contains bits of a value in reverse order. It rewrites them to a
// slice of the reversed value. Shifters for both directions contain such words:
//
//	before  cat(slice x 0, cat(slice x 1, cat(slice x 2, ...)))
//	after   slice(reverse x)
//
// It returns None if there is no such run.
func (p *packer) reversed(x ID) ID {
	parts, found := p.parts(x, nil), false
	var out []ID
	for i := 0; i < len(parts); {
		n := p.run(parts[i:])
		if n < fewestReversed {
			out = append(out, parts[i])
			i++
			continue
		}
		base, top := p.slice(parts[i])
		low := p.b.Width(base) - 1 - top
		out = append(out, p.b.Bits(p.reverse(base), low+n-1, low))
		found = true
		i += n
	}
	if !found {
		return None
	}
	y := out[0]
	for _, part := range out[1:] {
		y = p.b.Cat(part, y)
	}
	return y
}

// run counts the first one-bit parts, as long as they are descending bits of one value.
func (p *packer) run(parts []ID) int {
	base, first := p.slice(parts[0])
	for n, x := range parts {
		from, at := p.slice(x)
		if p.b.Width(x) != 1 || from != base || at != first-n {
			return n
		}
	}
	return len(parts)
}

// reverse makes the value whose bit i is bit width-1-i of x. It exchanges neighbouring bits,
// then pairs, then groups of four (Warren, Hacker's Delight, section 7-1).
func (p *packer) reverse(x ID) ID {
	w := p.b.Width(x)
	n := 1 << bits.Len(uint(w-1))
	y := p.b.Fit(x, n)
	for s := 1; s < n; s *= 2 {
		mask := p.b.Const(n, everyOther(s))
		by := p.b.Const(n, uint64(s))
		high := p.b.And(p.b.Op(word.Shru, n, 0, y, by), mask)
		low := p.b.Op(word.Shl, n, 0, p.b.And(y, mask), by)
		y = p.b.Or(high, low)
	}
	return p.b.Bits(y, n-1, n-w)
}

// everyOther has s ones, then s zeros, and so on, from bit 0 up.
func everyOther(s int) uint64 {
	out := uint64(0)
	for at := 0; at < 64; at += 2 * s {
		out |= word.Mask(s) << at
	}
	return out
}
