package core

import (
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// product makes the low w bits of x times y. The operands have w bits. The narrower operand is
// written in base 4 with the digits -1, 0, 1 and 2. Each digit gives a row, so a row covers two
// bits of this operand. A bit of a row takes one look-up table, whose inputs are two bits of
// the other operand and two controls. Rows are added in pairs, so the number of adders on the
// path is the logarithm of the number of digits. The rows are added with adders and not with
// counters (Wallace, "A Suggestion for a Fast Multiplier", 1964), because an FPGA has carry
// cells anyway.
//
//	14 = 1110 in base 2, 32 in base 4, and 1·16 - 1·4 + 2·1 in digits
//
// An operand that is extended from fewer bits gives fewer digits or shorter rows.
func (g wires) product(x, y vec, w int) vec {
	x, xs := trimmed(x)
	y, ys := trimmed(y)
	if len(x) < len(y) {
		x, xs, y, ys = y, ys, x, xs
	}
	m := &multiplier{g: g, x: x, w: w}
	if !xs { // a row may be negative, so it has a sign
		m.x = concat(x, constVec(1, 0))
	}
	m.digits(y, ys)
	return m.sum()
}

// trimmed returns an operand without repeated sign bits or zeros at the top. It also reports
// whether the top bit is a sign.
func trimmed(v vec) (vec, bool) {
	n := len(v)
	if zero := (bit{rtl.None, 0}); v[n-1] == zero {
		for n > 1 && v[n-1] == zero {
			n--
		}
		return v[:n], false
	}
	for n > 1 && v[n-2] == v[n-1] {
		n--
	}
	return v[:n], true
}

// multiplier is a product under construction. x is in two's complement, and the result has w
// bits.
type multiplier struct {
	g    wires
	x    vec
	w    int
	rows []row
	last *row // the digit above all pairs of bits: the carry, minus the sign
}

// row is a digit times x, or the sum of several such rows. The value of the row is v shifted to
// bit `at`. If neg is 1, a one at bit `odd` is added to this value.
type row struct {
	v      vec
	at     int
	digits int
	neg    bit
	odd    int
}

// digits recodes y in base 4. A pair of bits plus the carry into the pair is 0 to 4. The value
// 3 becomes the digit -1 and a carry. The value 4 becomes the digit 0 and a carry.
func (m *multiplier) digits(y vec, signed bool) {
	zero := bit{rtl.None, 0}
	sign := zero
	if signed && len(y) == 1 {
		y = concat(y, y)
	}
	switch n := len(y); {
	case signed && n%2 == 1:
		y, sign = y[:n-1], y[n-1]
	case signed:
		sign = y[n-1]
	case n%2 == 1:
		y = concat(y, constVec(1, 0))
	}
	y = y[:min(len(y), m.w+m.w%2)]
	carries := m.carries(y)
	for k := 0; 2*k < len(y); k++ {
		m.rows = append(m.rows, m.row(k, y[2*k], y[2*k+1], carries[k]))
	}
	if c := carries[len(carries)-1]; len(y) < m.w && (c != zero || sign != zero) {
		m.last = m.top(len(y), c, sign)
	}
}

func (m *multiplier) and(a, b bit) bit { return m.g.op(word.And, 1, 0, vec{a}, vec{b})[0] }
func (m *multiplier) or(a, b bit) bit  { return m.g.op(word.Or, 1, 0, vec{a}, vec{b})[0] }
func (m *multiplier) xor(a, b bit) bit { return m.g.op(word.Xor, 1, 0, vec{a}, vec{b})[0] }
func (m *multiplier) not(a bit) bit    { return m.g.op(word.Not, 1, 0, vec{a})[0] }

// rippled is the largest number of pairs for which a chain of look-up tables computes the
// carries as fast as an adder.
const rippled = 5

// carries returns the carry into each pair and the carry out of the last pair. A pair has a
// carry out if the upper bit is 1, and the lower bit or the carry in is also 1. With few pairs,
// each carry from the third on is computed from the carry two pairs before it. With many pairs,
// an adder computes the carries. One operand of this adder has the upper bits of the pairs. The
// other operand has a 1 for each pair whose bits are both 1.
func (m *multiplier) carries(y vec) []bit {
	out := []bit{{rtl.None, 0}}
	n := len(y) / 2
	if n <= rippled {
		for k := range n {
			c := m.and(y[2*k+1], m.or(y[2*k], out[k]))
			if k > 1 {
				made := m.and(y[2*k+1], m.or(y[2*k], m.and(y[2*k-1], y[2*k-2])))
				c = m.or(made, m.and(m.and(y[2*k+1], y[2*k-1]), out[k-1]))
			}
			out = append(out, c)
		}
		return out
	}
	var high, both vec
	for k := range n {
		high, both = append(high, y[2*k+1]), append(both, m.and(y[2*k+1], y[2*k]))
	}
	sum := m.g.op(word.Add, n+1, 0, high.zext(n+1), both.zext(n+1))
	for k := 1; k < n; k++ {
		out = append(out, m.xor(sum[k], m.and(high[k], m.not(y[2*k]))))
	}
	return append(out, sum[n])
}

// row makes digit k times x. Two controls choose 0, twice x, x, or the complement of x. The
// complement plus one is the negative of x.
func (m *multiplier) row(k int, low, high, carry bit) row {
	odd := m.xor(low, carry)                // 1 or -1
	above := m.xor(high, m.and(low, carry)) // 2 or -1
	n := min(len(m.x)+1, m.w-2*k)
	x := m.x.extended(n, m.x[len(m.x)-1])
	double := concat(constVec(1, 0), x[:n-1])
	v := m.g.op(word.Or, n, 0,
		m.g.op(word.And, n, 0, m.all(odd, n), m.g.op(word.Xor, n, 0, x, m.all(above, n))),
		m.g.op(word.And, n, 0, m.all(m.and(above, m.not(odd)), n), double))
	return row{v: v, at: 2 * k, digits: 1, neg: m.and(odd, above), odd: 2 * k}
}

func (m *multiplier) all(b bit, n int) vec { return vec{b}.extended(n, b) }

// top makes the digit above all pairs times x: -1, 0 or 1.
func (m *multiplier) top(at int, carry, sign bit) *row {
	n := min(len(m.x), m.w-at)
	x := m.x[:n]
	neg := m.and(sign, m.not(carry))
	v := m.g.op(word.And, n, 0, m.all(m.xor(sign, carry), n), m.g.op(word.Xor, n, 0, x, m.all(neg, n)))
	return &row{v: v, at: at, digits: 1, neg: neg, odd: at}
}

// sum adds the rows in pairs. The top row is added last, because its controls arrive last.
func (m *multiplier) sum() vec {
	rows := slices.Clone(m.rows)
	for len(rows) > 1 {
		var next []row
		for k := 0; k+1 < len(rows); k += 2 {
			next = append(next, m.pair(rows[k], rows[k+1]))
		}
		if len(rows)%2 == 1 {
			next = append(next, rows[len(rows)-1])
		}
		rows = next
	}
	return m.finish(rows[0])
}

// bits is the width, from bit `at` on, of a sum of two or more rows with so many digits. The
// digits of the rows together are at most two thirds of the next power of 4.
func (m *multiplier) bits(digits, at int) int { return min(len(m.x)+2*digits, m.w-at) }

// pair adds two rows. If the lower row has a negative digit, 1 must still be added to this row.
// The bits below the upper row are free, and one of them holds this 1.
func (m *multiplier) pair(low, high row) row {
	n := m.bits(low.digits+high.digits, low.at)
	from := low.odd - low.at
	gap := high.at - low.odd
	x := low.v.extended(n, low.v[len(low.v)-1])
	y := concat(vec{low.neg}, constVec(gap-1, 0), high.v)
	y = y.extended(n-from, y[len(y)-1])
	v := concat(x[:from], m.g.add(x[from:], y))
	return row{v: v, at: low.at, digits: low.digits + high.digits, neg: high.neg, odd: high.odd}
}

// finish adds the top row. A row with a negative digit needs an added 1. The last pair and the
// top row never both need this 1. A negative last pair has a carry out, and with this carry the
// top row is not negative. So one carry into the adder serves both cases. Bits that are 1 below
// the top row pass the carry up to the top row.
func (m *multiplier) finish(all row) vec {
	zero := bit{rtl.None, 0}
	v := all.v.extended(m.w, all.v[len(all.v)-1])
	low := vec{all.neg}
	high := constVec(0, 0)
	if t := m.last; t != nil {
		low[0] = m.or(all.neg, t.neg)
		high = concat(m.all(t.neg, t.at-all.odd), t.v.extended(m.w-t.at, t.v[len(t.v)-1]))
	}
	if low[0] == zero && len(high) == 0 {
		return v
	}
	n := m.w - all.odd
	x, y := concat(constVec(1, 1), v[all.odd:]), concat(low, high.extended(n, lastOf(high)))
	return concat(v[:all.odd], m.g.op(word.Add, n+1, 0, x, y)[1:])
}

// lastOf is the top bit of a value, and 0 for an empty value.
func lastOf(v vec) bit {
	if len(v) == 0 {
		return bit{rtl.None, 0}
	}
	return v[len(v)-1]
}
