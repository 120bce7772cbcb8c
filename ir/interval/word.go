package interval

import "math/bits"

// Word holds the bounds of a word v of some width: Lo <= v <= Hi as unsigned, and SLo <= v <= SHi
// as signed. A Word is small and needs no memory allocation, because the passes use it often. If
// 64 bits are not enough, the rules compute with Set.
type Word struct {
	Lo, Hi   uint64
	SLo, SHi int64
}

func mask(width int) uint64 { return ^uint64(0) >> (64 - width) }

// Signed returns the low bits of v as a signed number.
func Signed(v uint64, width int) int64 { return int64(v<<(64-width)) >> (64 - width) }

// Full returns the bounds that allow all words of a width.
func Full(width int) Word {
	m := mask(width)
	return Word{0, m, Signed(1<<(width-1), width), int64(m >> 1)}
}

// Const returns the bounds that allow only the word c.
func Const(width int, c uint64) Word {
	s := Signed(c, width)
	return Word{c, c, s, s}
}

// Unsigned returns the bounds that allow the words lo..=hi.
func Unsigned(width int, lo, hi uint64) Word {
	w := Full(width)
	w.Lo, w.Hi = lo, hi
	return w.Sharpen(width)
}

// Sharpen narrows the unsigned bounds with the signed bounds, and the signed bounds with the
// unsigned bounds. If the sign bit is known, both pairs of bounds of the result describe the same
// words.
func (w Word) Sharpen(width int) Word {
	half := uint64(1) << (width - 1)
	if w.Hi < half || w.Lo >= half {
		w.SLo, w.SHi = max(w.SLo, Signed(w.Lo, width)), min(w.SHi, Signed(w.Hi, width))
	}
	if w.SLo >= 0 || w.SHi < 0 {
		m := mask(width)
		w.Lo, w.Hi = max(w.Lo, uint64(w.SLo)&m), min(w.Hi, uint64(w.SHi)&m)
	}
	return w
}

// Empty reports whether the bounds allow no word, which means that the code is unreachable.
func (w Word) Empty() bool { return w.Lo > w.Hi || w.SLo > w.SHi }

// Has reports whether the bounds allow v.
func (w Word) Has(v uint64, width int) bool {
	s := Signed(v, width)
	return w.Lo <= v && v <= w.Hi && w.SLo <= s && s <= w.SHi
}

// Meet returns bounds that allow the words that both w and o allow.
func (w Word) Meet(o Word) Word {
	return Word{max(w.Lo, o.Lo), min(w.Hi, o.Hi), max(w.SLo, o.SLo), min(w.SHi, o.SHi)}
}

// Join returns the smallest bounds that allow all words of w and o.
func (w Word) Join(o Word) Word {
	return Word{min(w.Lo, o.Lo), max(w.Hi, o.Hi), min(w.SLo, o.SLo), max(w.SHi, o.SHi)}
}

// unsigned and signed return one of the two bounds as a set of numbers.
func (w Word) unsigned() Set { return Set{Uint(w.Lo), Uint(w.Hi)} }
func (w Word) signed() Set   { return Set{Int(w.SLo), Int(w.SHi)} }

// wrap returns bounds for the words to which the numbers in s wrap. t describes the same words
// as signed numbers. Each of s and t may be nil.
func wrap(width int, s, t *Set) Word {
	w := Full(width)
	if s != nil {
		w.Lo, w.Hi = period(*s, width, w.Lo, w.Hi)
	}
	if t != nil && t.Within(w.signed()) {
		w.SLo, w.SHi = int64(t.Lo.Uint64()), int64(t.Hi.Uint64())
	}
	return w.Sharpen(width)
}

// period returns the unsigned bounds for the words in s, if s lies between two neighbouring
// multiples of 2^width. Otherwise it returns the given bounds lo and hi.
func period(s Set, width int, lo, hi uint64) (uint64, uint64) {
	if s.Lo.Shr(uint(width)) != s.Hi.Shr(uint(width)) {
		return lo, hi
	}
	m := mask(width)
	return s.Lo.Uint64() & m, s.Hi.Uint64() & m
}

// Arith returns bounds for an operation that is the same for signed and unsigned words: Add,
// Sub, Mul.
func (w Word) Arith(op Op, o Word, width int) Word {
	s, _ := op.Of(w.unsigned(), o.unsigned())
	t, _ := op.Of(w.signed(), o.signed())
	return wrap(width, &s, &t)
}

// Divu returns bounds for the unsigned quotient. A divisor of 0 gives all ones.
func (w Word) Divu(o Word, width int) Word {
	s, ok := Quo.Of(w.unsigned(), o.unsigned())
	if !ok {
		return Full(width)
	}
	return wrap(width, &s, nil)
}

// Remu returns bounds for the unsigned remainder. A divisor of 0 gives the dividend.
func (w Word) Remu(o Word, width int) Word {
	s, ok := Rem.Of(w.unsigned(), o.unsigned())
	if !ok {
		s = Set{Num{}, Uint(w.Hi)}
	}
	return wrap(width, &s, nil)
}

// And returns bounds for the bitwise and.
func (w Word) And(o Word, width int) Word { return w.bitwise(And, o, width) }

// Or returns bounds for the bitwise or. The result of the or is at least as large as both
// operands.
func (w Word) Or(o Word, width int) Word {
	r := w.bitwise(Or, o, width)
	r.Lo = max(r.Lo, w.Lo, o.Lo)
	return r.Sharpen(width)
}

// Xor returns bounds for the bitwise exclusive or.
func (w Word) Xor(o Word, width int) Word { return w.bitwise(Xor, o, width) }

func (w Word) bitwise(op Op, o Word, width int) Word {
	s, _ := op.Of(w.unsigned(), o.unsigned())
	t, _ := op.Of(w.signed(), o.signed())
	return wrap(width, &s, &t)
}

// amount is n modulo the smallest power of two that is at least the width.
func amount(n uint64, width int) uint64 { return n & (1<<bits.Len(uint(width-1)) - 1) }

// amounts returns bounds for the shift amounts in o. ok is false if an amount may wrap.
func (o Word) amounts(width int) (s Set, ok bool) {
	if o.Lo == o.Hi {
		return Point(Uint(amount(o.Lo, width))), true
	}
	return o.unsigned(), amount(o.Hi, width) == o.Hi
}

// Shl returns bounds for a left shift.
func (w Word) Shl(o Word, width int) Word {
	by, ok := o.amounts(width)
	if !ok {
		return Full(width)
	}
	if !by.Hi.Less(Int(int64(width))) {
		return Full(width) // such an amount gives 0
	}
	s, _ := Shl.Of(w.unsigned(), by)
	t, _ := Shl.Of(w.signed(), by)
	return wrap(width, &s, &t)
}

// Shru returns bounds for a right shift that fills with 0.
func (w Word) Shru(o Word, width int) Word {
	by, ok := o.amounts(width)
	if !ok {
		by = Make(0, maxShift)
	}
	s, _ := Shr.Of(w.unsigned(), by)
	return wrap(width, &s, nil)
}

// Shrs returns bounds for a right shift that fills with the sign.
func (w Word) Shrs(o Word, width int) Word {
	by, ok := o.amounts(width)
	if !ok {
		by = Make(0, maxShift)
	}
	t, _ := Shr.Of(w.signed(), by)
	return wrap(width, nil, &t)
}

// Slice returns bounds for the width bits of w that start at bit n.
func (w Word) Slice(n uint, width int) Word {
	s, _ := Shr.Of(w.unsigned(), Point(Uint(uint64(n))))
	return wrap(width, &s, nil)
}

// Zext returns the bounds of w after zero extension to a wider word.
func (w Word) Zext(width int) Word {
	s := w.unsigned()
	return wrap(width, &s, nil)
}

// Sext returns the bounds of w after sign extension to a wider word.
func (w Word) Sext(width int) Word {
	t := w.signed()
	return wrap(width, nil, &t)
}

// Minu returns bounds for the unsigned minimum.
func (w Word) Minu(o Word, width int) Word {
	return Unsigned(width, min(w.Lo, o.Lo), min(w.Hi, o.Hi)).Meet(w.Join(o))
}

// Maxu returns bounds for the unsigned maximum.
func (w Word) Maxu(o Word, width int) Word {
	return Unsigned(width, max(w.Lo, o.Lo), max(w.Hi, o.Hi)).Meet(w.Join(o))
}

// Mins returns bounds for the signed minimum.
func (w Word) Mins(o Word, width int) Word {
	t := Set{Int(min(w.SLo, o.SLo)), Int(min(w.SHi, o.SHi))}
	return wrap(width, nil, &t).Meet(w.Join(o))
}

// Maxs returns bounds for the signed maximum.
func (w Word) Maxs(o Word, width int) Word {
	t := Set{Int(max(w.SLo, o.SLo)), Int(max(w.SHi, o.SHi))}
	return wrap(width, nil, &t).Meet(w.Join(o))
}

// Relation is a comparison of two words.
type Relation uint8

// The comparisons. S marks signed comparisons. Each comparison is followed by its inverse.
const (
	Eq Relation = iota
	Ne
	Lt
	Ge
	SLt
	SGe
)

// Inverse returns the comparison that holds exactly if r does not.
func (r Relation) Inverse() Relation { return r ^ 1 }

// Decide returns whether x r y holds, if the bounds determine it.
func (r Relation) Decide(x, y Word) (result, known bool) {
	if r&1 == 1 {
		result, known = r.Inverse().Decide(x, y)
		return !result && known, known
	}
	switch r {
	case Lt:
		return x.Hi < y.Lo, x.Hi < y.Lo || x.Lo >= y.Hi
	case SLt:
		return x.SHi < y.SLo, x.SHi < y.SLo || x.SLo >= y.SHi
	}
	apart := x.Meet(y).Empty()
	return !apart && x.Lo == x.Hi && x == y, apart || x.Lo == x.Hi && x == y
}

// Assume narrows the bounds of x and y, given that x r y holds.
func (r Relation) Assume(x, y Word, width int) (Word, Word) {
	full := Full(width)
	switch r {
	case Lt:
		x.Hi, y.Lo = min(x.Hi, max(y.Hi, 1)-1), max(y.Lo, min(x.Lo, full.Hi-1)+1)
	case Ge:
		x.Lo, y.Hi = max(x.Lo, y.Lo), min(y.Hi, x.Hi)
	case SLt:
		x.SHi, y.SLo = min(x.SHi, max(y.SHi, full.SLo+1)-1), max(y.SLo, min(x.SLo, full.SHi-1)+1)
	case SGe:
		x.SLo, y.SHi = max(x.SLo, y.SLo), min(y.SHi, x.SHi)
	case Eq:
		x = x.Meet(y)
		y = x
	case Ne:
		x, y = x.without(y), y.without(x)
	}
	return x.Sharpen(width), y.Sharpen(width)
}

// without removes the word o from w, if o is a single word at the edge of w.
func (w Word) without(o Word) Word {
	if o.Lo != o.Hi || w.Lo == w.Hi {
		return w
	}
	if w.Lo == o.Lo {
		w.Lo++
	}
	if w.Hi == o.Lo {
		w.Hi--
	}
	return w
}
