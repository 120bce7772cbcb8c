package pass

import (
	"math/bits"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// span is what is known of a word: lo <= v <= hi without sign, and slo <= v <=
// shi with sign.
type span struct {
	lo, hi   uint64
	slo, shi int64
}

func fullSpan(t ir.Type) span {
	m := word.Mask(int(t))
	return span{0, m, word.Signed(1<<(t-1), int(t)), int64(m >> 1)}
}

func constSpan(t ir.Type, c uint64) span {
	s := word.Signed(c, int(t))
	return span{c, c, s, s}
}

// sharpen draws each view's conclusions from the other: where the sign bit is
// known they describe the same numbers.
func (s span) sharpen(t ir.Type) span {
	half := uint64(1) << (t - 1)
	if s.hi < half || s.lo >= half {
		s.slo, s.shi = max(s.slo, word.Signed(s.lo, int(t))), min(s.shi, word.Signed(s.hi, int(t)))
	}
	if s.slo >= 0 || s.shi < 0 {
		m := word.Mask(int(t))
		s.lo, s.hi = max(s.lo, uint64(s.slo)&m), min(s.hi, uint64(s.shi)&m)
	}
	return s
}

// empty reports whether no word is left: the place cannot be reached.
func (s span) empty() bool { return s.lo > s.hi || s.slo > s.shi }

func (s span) within(o span) span {
	return span{max(s.lo, o.lo), min(s.hi, o.hi), max(s.slo, o.slo), min(s.shi, o.shi)}
}

func (s span) join(o span) span {
	return span{min(s.lo, o.lo), max(s.hi, o.hi), min(s.slo, o.slo), max(s.shi, o.shi)}
}

// evalSpan bounds a word operation from the bounds of its operands.
func evalSpan(i *ir.Instr, of func(*ir.Value) span) span {
	t := i.Results[0].Type
	full := fullSpan(t)
	a := make([]span, len(i.Args))
	for k, x := range i.Args {
		a[k] = of(x)
		if a[k].empty() {
			return full
		}
	}
	s := full
	switch i.Word {
	case word.Add:
		s = addSpan(t, a[0], a[1])
	case word.Sub:
		s = subSpan(t, a[0], a[1])
	case word.Mul:
		if hi, lo := bits.Mul64(a[0].hi, a[1].hi); hi == 0 && lo <= full.hi {
			s.lo, s.hi = a[0].lo*a[1].lo, lo
		}
	case word.Divu:
		if a[1].lo > 0 {
			s.lo, s.hi = a[0].lo/a[1].hi, a[0].hi/a[1].lo
		}
	case word.Remu:
		s.hi = a[0].hi
		if a[1].lo > 0 {
			s.hi = min(s.hi, a[1].hi-1)
		}
	case word.Zext:
		s.lo, s.hi = a[0].lo, a[0].hi
	case word.Sext:
		s.slo, s.shi = a[0].slo, a[0].shi
	case word.Mux:
		s = a[1].join(a[2])
	default:
		s = evalBitsSpan(i, a, full)
	}
	return s.sharpen(t).within(full)
}

// evalBitsSpan bounds what is easier seen from bits.
func evalBitsSpan(i *ir.Instr, a []span, s span) span {
	t := i.Results[0].Type
	switch i.Word {
	case word.And:
		s.hi = min(a[0].hi, a[1].hi)
	case word.Or, word.Xor:
		s.hi = word.Mask(max(bits.Len64(a[0].hi), bits.Len64(a[1].hi)))
		if i.Word == word.Or {
			s.lo = max(a[0].lo, a[1].lo)
		}
	case word.Shru:
		if c, ok := constOf(i.Args[1]); ok {
			s.lo, s.hi = shruSpan(t, a[0], c)
		} else {
			s.hi = a[0].hi
		}
	case word.Shrs:
		if c, ok := constOf(i.Args[1]); ok {
			n := min(word.Amount(c, int(t)), uint64(t)-1)
			s.slo, s.shi = a[0].slo>>n, a[0].shi>>n
		}
	case word.Shl:
		if c, ok := constOf(i.Args[1]); ok && word.Amount(c, int(t)) < uint64(t) {
			n := word.Amount(c, int(t))
			if a[0].hi<<n>>n == a[0].hi && a[0].hi<<n <= word.Mask(int(t)) {
				s.lo, s.hi = a[0].lo<<n, a[0].hi<<n
			}
		}
	case word.Slice:
		if i.Imm == 0 && a[0].hi <= word.Mask(int(t)) {
			s.lo, s.hi = a[0].lo, a[0].hi
		} else if a[0].hi>>i.Imm <= word.Mask(int(t)) {
			s.lo, s.hi = a[0].lo>>i.Imm, a[0].hi>>i.Imm
		}
	case word.Minu:
		s.lo, s.hi = min(a[0].lo, a[1].lo), min(a[0].hi, a[1].hi)
	case word.Maxu:
		s.lo, s.hi = max(a[0].lo, a[1].lo), max(a[0].hi, a[1].hi)
	}
	return s
}

func shruSpan(t ir.Type, x span, c uint64) (lo, hi uint64) {
	n := word.Amount(c, int(t))
	return x.lo >> n, x.hi >> n
}

func addSpan(t ir.Type, x, y span) span {
	s := fullSpan(t)
	m := word.Mask(int(t))
	switch lo, hi := x.lo+y.lo, x.hi+y.hi; {
	case hi >= x.hi && hi <= m: // no carry
		s.lo, s.hi = lo, hi
	case (lo < x.lo || lo > m) && x.hi-1+y.hi+1 == hi: // always a carry
		if t < 64 && hi <= 2*m+1 || t == 64 {
			s.lo, s.hi = lo&m, hi&m
		}
	}
	if lo, hi, ok := addSigned(x.slo, x.shi, y.slo, y.shi); ok && lo >= s.slo && hi <= s.shi {
		s.slo, s.shi = lo, hi
	}
	return s
}

func addSigned(xlo, xhi, ylo, yhi int64) (lo, hi int64, ok bool) {
	const far = 1 << 61
	for _, v := range []int64{xlo, xhi, ylo, yhi} {
		if v > far || v < -far {
			return 0, 0, false
		}
	}
	return xlo + ylo, xhi + yhi, true
}

func subSpan(t ir.Type, x, y span) span {
	s := fullSpan(t)
	if x.lo >= y.hi {
		s.lo, s.hi = x.lo-y.hi, x.hi-y.lo
	}
	if lo, hi, ok := addSigned(x.slo, x.shi, -max(y.shi, -1<<62), -max(y.slo, -1<<62)); ok && lo >= s.slo && hi <= s.shi {
		s.slo, s.shi = lo, hi
	}
	return s
}

// compareSpans decides a comparison from bounds.
func compareSpans(op word.Op, x, y span) (result, known bool) {
	switch op {
	case word.Ltu:
		return x.hi < y.lo, x.hi < y.lo || x.lo >= y.hi
	case word.Geu:
		return x.lo >= y.hi, x.hi < y.lo || x.lo >= y.hi
	case word.Lts:
		return x.shi < y.slo, x.shi < y.slo || x.slo >= y.shi
	case word.Ges:
		return x.slo >= y.shi, x.shi < y.slo || x.slo >= y.shi
	case word.Eq, word.Ne:
		apart := x.hi < y.lo || y.hi < x.lo || x.shi < y.slo || y.shi < x.slo
		one := x.lo == x.hi && y.lo == y.hi && x.lo == y.lo
		return apart == (op == word.Ne), apart || one
	}
	return false, false
}

// assume narrows the bounds of x and y so that `x op y` holds.
func assume(op word.Op, t ir.Type, x, y span) (span, span) {
	switch op {
	case word.Ltu:
		if y.hi > 0 {
			x.hi = min(x.hi, y.hi-1)
		}
		if x.lo < word.Mask(int(t)) {
			y.lo = max(y.lo, x.lo+1)
		}
	case word.Geu:
		x.lo, y.hi = max(x.lo, y.lo), min(y.hi, x.hi)
	case word.Lts:
		if y.shi > word.Signed(1<<(t-1), int(t)) {
			x.shi = min(x.shi, y.shi-1)
		}
		if x.slo < int64(word.Mask(int(t))>>1) {
			y.slo = max(y.slo, x.slo+1)
		}
	case word.Ges:
		x.slo, y.shi = max(x.slo, y.slo), min(y.shi, x.shi)
	case word.Eq:
		x = x.within(y)
		y = x
	case word.Ne:
		x, y = without(x, y), without(y, x)
	}
	return x.sharpen(t), y.sharpen(t)
}

// without drops a single number at the edge of x.
func without(x, y span) span {
	if y.lo != y.hi || x.lo == x.hi {
		return x
	}
	if x.lo == y.lo {
		x.lo++
	}
	if x.hi == y.lo {
		x.hi--
	}
	return x
}
