// Package interval is the interval arithmetic of the type checker and the passes. For operands
// within given bounds, it computes bounds for the results of an operation.
//
//	Add.Of(Make(0, 5), Make(1, 3))     1..=8
//	Rem.Of(Make(-7, 9), Make(4, 4))    -3..=3
//
// Num is an exact integer, and Set is an interval lo..=hi of such integers. Op.Of computes bounds
// for the results of an exact operation. Word holds the bounds of a word of 1 to 64 bits: an
// unsigned and a signed interval. The methods of Word wrap like the operators of ir/word, and use
// the rules of Op.Of.
//
// Each rule is sound: the result contains every number that can occur. Tests check all
// intervals of small numbers. The package does not depend on the types and operators of other
// packages.
package interval

// Set is the interval Lo..=Hi. It is empty if Lo > Hi.
type Set struct{ Lo, Hi Num }

// Make returns lo..=hi.
func Make(lo, hi int64) Set { return Set{Int(lo), Int(hi)} }

// Point returns the interval that contains only n.
func Point(n Num) Set { return Set{n, n} }

// IsPoint reports whether s contains exactly one number.
func (s Set) IsPoint() bool { return s.Lo == s.Hi }

// Empty reports whether s contains no number.
func (s Set) Empty() bool { return s.Hi.Less(s.Lo) }

// Has reports whether s contains n.
func (s Set) Has(n Num) bool { return !n.Less(s.Lo) && !s.Hi.Less(n) }

// Within reports whether s is a subset of t.
func (s Set) Within(t Set) bool { return s.Empty() || t.Has(s.Lo) && t.Has(s.Hi) }

// NonNegative reports whether s contains no number below 0.
func (s Set) NonNegative() bool { return s.Lo.Sign() >= 0 }

// Hull is the smallest interval that contains both s and t.
func (s Set) Hull(t Set) Set { return Set{Min(s.Lo, t.Lo), Max(s.Hi, t.Hi)} }

// Meet is the intersection of s and t, which may be empty.
func (s Set) Meet(t Set) Set { return Set{Max(s.Lo, t.Lo), Min(s.Hi, t.Hi)} }

// Op is an exact operation on integers.
type Op uint8

// The operations.
const (
	Add Op = iota
	Sub
	Mul
	Quo // rounds toward zero
	Rem // has the sign of the dividend
	And // on two's complement, like Or and Xor
	Or
	Xor
	Shl
	Shr // rounded down
	NumOps
)

// maxShift is the largest amount for which Shl and Shr have bounds.
const maxShift = 63

// Of returns bounds for l op r. The second result is false if there are no bounds: a divisor may
// be 0, or a shift amount may be below 0 or above 63. Operands that fit in 64 bits never overflow.
func (op Op) Of(l, r Set) (Set, bool) {
	switch op {
	case Add:
		return Set{l.Lo.Add(r.Lo), l.Hi.Add(r.Hi)}, true
	case Sub:
		return Set{l.Lo.Sub(r.Hi), l.Hi.Sub(r.Lo)}, true
	case Mul:
		return corners(l, r, Num.Mul), true
	case Quo:
		return corners(l, r, quo), !r.Has(Num{})
	case Rem:
		return rem(l, r)
	case And, Or, Xor:
		return op.bits(l, r), true
	}
	return op.shift(l, r)
}

// corners returns the smallest interval that contains f at all combinations of the ends of both
// intervals. The result is correct if f is monotone in each argument. If a divisor may be 0, the
// caller ignores the result.
func corners(l, r Set, f func(a, b Num) Num) Set {
	s := Point(f(l.Lo, r.Lo))
	for _, v := range [...]Num{f(l.Lo, r.Hi), f(l.Hi, r.Lo), f(l.Hi, r.Hi)} {
		s = s.Hull(Point(v))
	}
	return s
}

// quo returns the quotient toward zero. For a divisor of 0, the result is 0.
func quo(a, b Num) Num {
	if b.Sign() == 0 {
		return Num{}
	}
	q, _ := a.QuoRem(b)
	return q
}

// rem returns bounds for a remainder. A remainder has the sign of the dividend. The remainder's
// magnitude is below the divisor's magnitude, and at most the dividend's magnitude.
func rem(l, r Set) (Set, bool) {
	if r.Has(Num{}) {
		return Set{}, false
	}
	if l.IsPoint() && r.IsPoint() {
		_, m := l.Lo.QuoRem(r.Lo)
		return Point(m), true
	}
	most := Max(r.Lo.Abs(), r.Hi.Abs()).Sub(Int(1))
	var s Set
	if l.Lo.Sign() < 0 {
		s.Lo = Min(most, l.Lo.Abs()).Neg()
	}
	if l.Hi.Sign() > 0 {
		s.Hi = Min(most, l.Hi)
	}
	return s, true
}

func (op Op) bits(l, r Set) Set {
	if l.IsPoint() && r.IsPoint() {
		return Point(op.exact(l.Lo, r.Lo))
	}
	if op == And && (l.NonNegative() || r.NonNegative()) {
		switch {
		case !l.NonNegative():
			return Set{Num{}, r.Hi}
		case !r.NonNegative():
			return Set{Num{}, l.Hi}
		}
		return Set{Num{}, Min(l.Hi, r.Hi)}
	}
	both := l.Hull(r)
	if both.NonNegative() {
		return Set{Num{}, Int(1).Shl(uint(both.Hi.BitLen())).Sub(Int(1))}
	}
	top := Int(1).Shl(uint(max(both.Hi.BitLen(), both.Lo.Not().BitLen())))
	return Set{top.Neg(), top.Sub(Int(1))}
}

// exact computes a bitwise operation on two numbers.
func (op Op) exact(a, b Num) Num {
	switch op {
	case And:
		return a.And(b)
	case Or:
		return a.Or(b)
	}
	return a.Xor(b)
}

func (op Op) shift(l, r Set) (Set, bool) {
	if !r.NonNegative() || Int(maxShift).Less(r.Hi) {
		return Set{}, false
	}
	f := Num.Shl
	if op == Shr {
		f = Num.Shr
	}
	return corners(l, r, func(a, b Num) Num { return f(a, uint(b.Uint64())) }), true
}
