package interval

import (
	"math/big"
	"math/bits"
)

// Num is an integer from -2^128+1 to 2^128-1. It can hold the result of each exact operation on
// two 64-bit numbers, signed or unsigned. An operation panics if its result does not fit. The zero
// value is 0, and == compares.
type Num struct {
	neg    bool // never set for 0
	hi, lo uint64
}

// Int returns v as a number.
func Int(v int64) Num {
	if v < 0 {
		return Num{neg: true, lo: -uint64(v)}
	}
	return Num{lo: uint64(v)}
}

// Uint returns v as a number.
func Uint(v uint64) Num { return Num{lo: v} }

// FromBig returns v as a number. ok is false if v needs more than 128 bits.
func FromBig(v *big.Int) (n Num, ok bool) {
	if v.BitLen() > 128 {
		return Num{}, false
	}
	a := new(big.Int).Abs(v)
	n = Num{lo: new(big.Int).And(a, new(big.Int).SetUint64(^uint64(0))).Uint64(), hi: a.Rsh(a, 64).Uint64()}
	return n.sign(v.Sign() < 0), true
}

// Big returns n as a math/big number.
func (n Num) Big() *big.Int {
	v := new(big.Int).SetUint64(n.hi)
	v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(n.lo))
	if n.neg {
		v.Neg(v)
	}
	return v
}

// String returns n in decimal.
func (n Num) String() string { return n.Big().String() }

// sign returns a number with the magnitude of n and the given sign.
func (n Num) sign(neg bool) Num {
	n.neg = neg && (n.hi|n.lo) != 0
	return n
}

// Sign returns -1, 0 or 1.
func (n Num) Sign() int {
	switch {
	case n.neg:
		return -1
	case n.hi|n.lo == 0:
		return 0
	}
	return 1
}

// Uint64 returns n modulo 2^64.
func (n Num) Uint64() uint64 {
	if n.neg {
		return -n.lo
	}
	return n.lo
}

// Cmp returns a negative number, 0 or a positive number if n is below, equal to or above m.
func (n Num) Cmp(m Num) int {
	switch {
	case n.neg != m.neg && n.neg:
		return -1
	case n.neg != m.neg:
		return 1
	case n.neg:
		return m.cmpAbs(n)
	}
	return n.cmpAbs(m)
}

func (n Num) cmpAbs(m Num) int {
	if n.hi != m.hi {
		return order(n.hi, m.hi)
	}
	return order(n.lo, m.lo)
}

func order(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Less reports whether n < m.
func (n Num) Less(m Num) bool { return n.Cmp(m) < 0 }

// Min returns the smaller of n and m.
func Min(n, m Num) Num {
	if m.Less(n) {
		return m
	}
	return n
}

// Max returns the larger of n and m.
func Max(n, m Num) Num {
	if n.Less(m) {
		return m
	}
	return n
}

// Neg returns -n.
func (n Num) Neg() Num { return n.sign(!n.neg) }

// Abs returns the magnitude of n.
func (n Num) Abs() Num { return n.sign(false) }

// Not returns -n-1, the complement of all bits.
func (n Num) Not() Num { return n.Neg().Sub(Int(1)) }

// Sub returns n - m.
func (n Num) Sub(m Num) Num { return n.Add(m.Neg()) }

// Add returns n + m.
func (n Num) Add(m Num) Num {
	if n.neg == m.neg {
		lo, c := bits.Add64(n.lo, m.lo, 0)
		hi, over := bits.Add64(n.hi, m.hi, c)
		fits(over == 0)
		return Num{hi: hi, lo: lo}.sign(n.neg)
	}
	if n.cmpAbs(m) < 0 {
		n, m = m, n
	}
	lo, b := bits.Sub64(n.lo, m.lo, 0)
	hi, _ := bits.Sub64(n.hi, m.hi, b)
	return Num{hi: hi, lo: lo}.sign(n.neg)
}

// Mul returns n * m.
func (n Num) Mul(m Num) Num {
	fits(n.hi == 0 && m.hi == 0)
	hi, lo := bits.Mul64(n.lo, m.lo)
	return Num{hi: hi, lo: lo}.sign(n.neg != m.neg)
}

// QuoRem returns the quotient toward zero and the remainder, which has the sign
// of n.
func (n Num) QuoRem(m Num) (quo, rem Num) {
	fits(m.hi == 0 && m.lo != 0)
	qhi, r := bits.Div64(0, n.hi, m.lo)
	qlo, r := bits.Div64(r, n.lo, m.lo)
	return Num{hi: qhi, lo: qlo}.sign(n.neg != m.neg), Num{lo: r}.sign(n.neg)
}

// Shl returns n * 2^k.
func (n Num) Shl(k uint) Num {
	fits(n.BitLen()+int(k) <= 128)
	if k >= 64 {
		return Num{hi: n.lo << (k - 64)}.sign(n.neg)
	}
	return Num{hi: n.hi<<k | n.lo>>(64-k), lo: n.lo << k}.sign(n.neg)
}

// Shr returns n / 2^k, rounded down.
func (n Num) Shr(k uint) Num {
	if n.neg {
		return n.Not().Shr(k).Not()
	}
	if k >= 64 {
		return Num{lo: n.hi >> (k - 64)}
	}
	return Num{hi: n.hi >> k, lo: n.lo>>k | n.hi<<(64-k)}
}

// BitLen is the number of bits of the magnitude of n.
func (n Num) BitLen() int {
	if n.hi != 0 {
		return 64 + bits.Len64(n.hi)
	}
	return bits.Len64(n.lo)
}

// bitwise applies f to the two's complements of n and m, which fit in 127 bits.
func (n Num) bitwise(m Num, f func(a, b uint64) uint64) Num {
	nhi, nlo := n.complement()
	mhi, mlo := m.complement()
	hi, lo := f(nhi, mhi), f(nlo, mlo)
	if int64(hi) >= 0 {
		return Num{hi: hi, lo: lo}
	}
	lo, b := bits.Sub64(0, lo, 0)
	hi, _ = bits.Sub64(0, hi, b)
	return Num{hi: hi, lo: lo}.sign(true)
}

func (n Num) complement() (hi, lo uint64) {
	fits(n.hi>>63 == 0)
	if !n.neg {
		return n.hi, n.lo
	}
	lo, b := bits.Sub64(0, n.lo, 0)
	hi, _ = bits.Sub64(0, n.hi, b)
	return hi, lo
}

// And returns the bitwise and of the two's complements.
func (n Num) And(m Num) Num { return n.bitwise(m, func(a, b uint64) uint64 { return a & b }) }

// Or returns the bitwise or of the two's complements.
func (n Num) Or(m Num) Num { return n.bitwise(m, func(a, b uint64) uint64 { return a | b }) }

// Xor returns the bitwise exclusive or of the two's complements.
func (n Num) Xor(m Num) Num { return n.bitwise(m, func(a, b uint64) uint64 { return a ^ b }) }

func fits(ok bool) {
	if !ok {
		panic("interval: a number needs more than 128 bits")
	}
}
