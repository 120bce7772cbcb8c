package removal

import (
	"math/bits"

	"github.com/sinter-lang/sinter/ir/word"
)

// span bounds a word. The word, as an unsigned number, is in lo..=hi. The lowest `zeros` bits
// of the word (at most two) are 0.
//
// The rules are separate from ir/interval, whose rules the compiler uses. With shared rules, a
// mistake in a rule would not be noticed.
type span struct {
	lo, hi uint64
	zeros  int
}

// aligned is the largest number of low zero bits that an access needs.
const aligned = 2

func point(v uint64) span { return span{v, v, min(bits.TrailingZeros64(v|1<<aligned), aligned)} }

// upTo returns the span 0..=hi.
func upTo(hi uint64) span { return span{0, hi, 0} }

// anything returns the span of all words of a width.
func anything(width int) span { return upTo(word.Mask(width)) }

// within reports whether t contains every word of s.
func (s span) within(t span) bool { return s.lo >= t.lo && s.hi <= t.hi && s.zeros >= t.zeros }

// join returns the smallest span that contains both s and t.
func (s span) join(t span) span {
	return span{min(s.lo, t.lo), max(s.hi, t.hi), min(s.zeros, t.zeros)}
}

// with keeps the words between two bounds. ok is false if there are none.
func (s span) with(lo, hi uint64) (t span, ok bool) {
	s.lo, s.hi = max(s.lo, lo), min(s.hi, hi)
	return s, s.lo <= s.hi
}

// spanOf computes the span of an expression over core rows. The function `leaf` gives the spans
// of its leaves.
func spanOf(e *word.Expr, leaf func(e *word.Expr) span) span {
	if e.IsConst() {
		return point(e.Imm)
	}
	if e.Op == word.Bad {
		return leaf(e)
	}
	var a [3]span
	for i, x := range e.Args {
		a[i] = spanOf(x, leaf)
	}
	s := rule(e, a[0], a[1], a[2])
	if top := word.Mask(e.Width); s.hi > top { // it is truncated
		s.lo, s.hi = 0, top
	}
	return s
}

// rule computes the span of one operator. If the upper bound does not fit the width, the
// operator may truncate the result, so the result has no bound.
func rule(e *word.Expr, a, b, c span) span {
	mask, zeros := word.Mask(e.Width), min(a.zeros, b.zeros)
	whole := span{0, mask, zeros}
	switch e.Op {
	case word.Add:
		return sum(a, b, mask, zeros)
	case word.Sub:
		if a.lo >= b.hi {
			return span{a.lo - b.hi, a.hi - b.lo, zeros}
		}
		return whole
	case word.Mul:
		whole.zeros = min(a.zeros+b.zeros, aligned)
		if high, low := bits.Mul64(a.hi, b.hi); high == 0 && low <= mask {
			return span{a.lo * b.lo, low, whole.zeros}
		}
		return whole
	case word.And:
		return span{0, min(a.hi, b.hi), max(a.zeros, b.zeros)}
	case word.Or:
		return span{max(a.lo, b.lo), ones(a.hi | b.hi), zeros}
	case word.Xor:
		return span{0, ones(a.hi | b.hi), zeros}
	case word.Eq, word.Ltu, word.Lts:
		return upTo(1)
	case word.Mux:
		return b.join(c)
	case word.Zext:
		return a
	case word.Sext:
		if a.hi <= mask>>(e.Width-e.Args[0].Width+1) {
			return a
		}
		return span{0, mask, a.zeros}
	case word.Slice:
		return span{a.lo >> e.Imm, a.hi >> e.Imm, max(a.zeros-int(e.Imm), 0)}
	case word.Shl, word.Shru, word.Shrs:
		return shift(e, a, b, mask)
	}
	return anything(e.Width)
}

// sum computes the span of a + b. The span has bounds if the carry out of the top bit is always
// 0 or always 1.
func sum(a, b span, mask uint64, zeros int) span {
	low, carryLow := bits.Add64(a.lo, b.lo, 0)
	high, carryHigh := bits.Add64(a.hi, b.hi, 0)
	switch {
	case carryHigh == 0 && high <= mask:
		return span{low, high, zeros}
	case carryLow == carryHigh && (low > mask || carryLow == 1):
		return span{low & mask, high & mask, zeros}
	}
	return span{0, mask, zeros}
}

// ones returns the smallest number >= x whose bits are all ones.
func ones(x uint64) uint64 { return 1<<bits.Len64(x) - 1 }

// shift computes the span of a shift. For a variable amount, the only known bound is that of an
// unsigned right shift: the result is at most the shifted word.
func shift(e *word.Expr, a, b span, mask uint64) span {
	if b.lo != b.hi {
		if e.Op == word.Shru || e.Op == word.Shrs && a.hi <= mask>>1 {
			return upTo(a.hi)
		}
		return upTo(mask)
	}
	n := int(word.Amount(b.lo, e.Width))
	switch {
	case n >= e.Width:
		return upTo(mask)
	case e.Op == word.Shl && a.hi <= mask>>n:
		return span{a.lo << n, a.hi << n, min(a.zeros+n, aligned)}
	case e.Op == word.Shl:
		return span{0, mask, min(a.zeros+n, aligned)}
	case e.Op == word.Shrs && a.hi > mask>>1:
		return upTo(mask)
	}
	return span{a.lo >> n, a.hi >> n, max(a.zeros-n, 0)}
}
