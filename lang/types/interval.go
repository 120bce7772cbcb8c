package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/lang/tree"
)

// span is the interval lo..=hi of integers.
type span struct{ lo, hi *big.Int }

func spanOfType(t *tree.Type) span {
	lo, hi := t.Interval()
	return span{lo, hi}
}

func point(v *big.Int) span { return span{v, v} }

func smallSpan(lo, hi int64) span { return span{big.NewInt(lo), big.NewInt(hi)} }

// hull is the smallest interval around both.
func (s span) hull(t span) span { return span{minInt(s.lo, t.lo), maxInt(s.hi, t.hi)} }

// meet is what both have in common; if that is nothing, it is s.
func (s span) meet(t span) span {
	r := span{maxInt(s.lo, t.lo), minInt(s.hi, t.hi)}
	if r.lo.Cmp(r.hi) > 0 {
		return s
	}
	return r
}

func (s span) contains(v int64) bool {
	x := big.NewInt(v)
	return s.lo.Cmp(x) <= 0 && s.hi.Cmp(x) >= 0
}

func (s span) isPoint() bool { return s.lo.Cmp(s.hi) == 0 }

func (s span) nonNegative() bool { return s.lo.Sign() >= 0 }

// fits64 reports whether u64 or i64 holds the interval.
func (s span) fits64() bool {
	return s.lo.Sign() >= 0 && s.hi.BitLen() <= 64 || tree.IntType(64, true).Holds(s.lo, s.hi)
}

func minInt(a, b *big.Int) *big.Int {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func maxInt(a, b *big.Int) *big.Int {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

// applySpan returns the interval of exact l op r. It reports false when there is no
// bound: a divisor that may be 0, a shift amount that is negative or above 64.
func applySpan(op tree.Op, l, r span) (span, bool) {
	switch op {
	case tree.Add:
		return span{add(l.lo, r.lo), add(l.hi, r.hi)}, true
	case tree.Sub:
		return span{sub(l.lo, r.hi), sub(l.hi, r.lo)}, true
	case tree.Mul:
		return corners(l, r, func(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }), true
	case tree.Div:
		if r.contains(0) {
			return span{}, false
		}
		return corners(l, r, func(a, b *big.Int) *big.Int { return new(big.Int).Quo(a, b) }), true
	case tree.Rem:
		return remSpan(l, r)
	case tree.BitAnd, tree.BitOr, tree.BitXor:
		return bitSpan(op, l, r), true
	case tree.Shl, tree.Shr:
		return shiftSpan(op, l, r)
	}
	return span{}, false
}

func add(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
func sub(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }

// corners is the hull of f at the ends of both intervals: right for each f that
// is monotone in each argument.
func corners(l, r span, f func(a, b *big.Int) *big.Int) span {
	s := point(f(l.lo, r.lo))
	for _, v := range []*big.Int{f(l.lo, r.hi), f(l.hi, r.lo), f(l.hi, r.hi)} {
		s = s.hull(point(v))
	}
	return s
}

// remSpan: the sign is that of the dividend, the amount below that of both.
func remSpan(l, r span) (span, bool) {
	if r.contains(0) {
		return span{}, false
	}
	if l.isPoint() && r.isPoint() {
		return point(new(big.Int).Rem(l.lo, r.lo)), true
	}
	most := sub(maxInt(new(big.Int).Abs(r.lo), new(big.Int).Abs(r.hi)), big.NewInt(1))
	s := smallSpan(0, 0)
	if l.lo.Sign() < 0 {
		s.lo = new(big.Int).Neg(minInt(most, new(big.Int).Abs(l.lo)))
	}
	if l.hi.Sign() > 0 {
		s.hi = minInt(most, l.hi)
	}
	return s, true
}

func bitSpan(op tree.Op, l, r span) span {
	if l.isPoint() && r.isPoint() {
		return point(bitwise(op, l.lo, r.lo))
	}
	zero := new(big.Int)
	if op == tree.BitAnd && (l.nonNegative() || r.nonNegative()) {
		switch {
		case !l.nonNegative():
			return span{zero, r.hi}
		case !r.nonNegative():
			return span{zero, l.hi}
		}
		return span{zero, minInt(l.hi, r.hi)}
	}
	both := l.hull(r)
	bits := max(both.hi.BitLen(), new(big.Int).Not(both.lo).BitLen())
	if both.nonNegative() {
		bits = both.hi.BitLen()
	}
	top := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	if both.nonNegative() {
		return span{zero, sub(top, big.NewInt(1))}
	}
	return span{new(big.Int).Neg(top), sub(top, big.NewInt(1))}
}

func bitwise(op tree.Op, a, b *big.Int) *big.Int {
	switch op {
	case tree.BitAnd:
		return new(big.Int).And(a, b)
	case tree.BitOr:
		return new(big.Int).Or(a, b)
	}
	return new(big.Int).Xor(a, b)
}

func shiftSpan(op tree.Op, l, r span) (span, bool) {
	if !r.nonNegative() || r.hi.Cmp(big.NewInt(63)) > 0 {
		return span{}, false
	}
	return corners(l, r, func(a, b *big.Int) *big.Int {
		if op == tree.Shl {
			return new(big.Int).Lsh(a, uint(b.Int64()))
		}
		return new(big.Int).Rsh(a, uint(b.Int64()))
	}), true
}
