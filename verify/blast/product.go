package blast

// digits is the product in digits of base 4. y is the sum of digits -1, 0, 1 and 2 times
// powers of 4. So x times y is the sum of multiples of x, added in a binary tree. A generated
// core multiplies in this way. With rows of single bits no solver could prove that both are
// equal. product_test.go shows that this is the product, for all operands of few bits, and
// step by step for wide operands.
func (g *Graph) digits(a, b []Lit) []Lit {
	x, xSigned := short(a)
	y, ySigned := short(b)
	if len(x) < len(y) {
		x, xSigned, y, ySigned = y, ySigned, x, xSigned
	}
	if !xSigned {
		x = append(x[:len(x):len(x)], False)
	}
	pairs, sign := split(y, ySigned)
	p := &product{g: g, x: x, w: len(a)}
	if len(pairs) > len(a)+len(a)%2 {
		pairs = pairs[:len(a)+len(a)%2]
	}
	var parts []part
	carry := False
	for k := 0; k < len(pairs); k += 2 {
		d := g.digitOf(pairs[k], pairs[k+1], carry)
		parts = append(parts, p.multiple(d, k))
		carry = d.carry
	}
	whole := p.tree(parts)
	if len(pairs) >= len(a) {
		return p.close(whole, False, False)
	}
	return p.close(whole, carry, sign)
}

// short is a number without copies of its sign or zeros at the top, and whether its top
// bit is a sign.
func short(v []Lit) (out []Lit, signed bool) {
	n := len(v)
	signed = v[n-1] != False
	for n > 1 && !signed && v[n-1] == False || n > 1 && signed && v[n-2] == v[n-1] {
		n--
	}
	return v[:n], signed
}

// split gives the bits of a number that are taken in pairs, and the sign, whose place value is
// above them.
func split(y []Lit, signed bool) (pairs []Lit, sign Lit) {
	n := len(y)
	if !signed {
		if n%2 == 1 {
			y = append(y[:n:n], False)
		}
		return y, False
	}
	switch {
	case n == 1:
		return []Lit{y[0], y[0]}, y[0]
	case n%2 == 1:
		return y[:n-1], y[n-1]
	}
	return y, y[n-1]
}

// digit is the value of a pair of bits and the carry into it. one without minus is 1, two is
// 2, minus is -1, and no flag is 0. carry is set if the sum of the three is more than 2.
type digit struct{ one, two, minus, carry Lit }

func (g *Graph) digitOf(low, high, carry Lit) digit {
	odd := g.Xor(low, carry)
	return digit{
		one: odd, minus: g.And(high, odd), carry: g.And(high, g.Or(low, carry)),
		two: g.Or(g.And(high, g.Or(low, carry).Not()), g.And(high.Not(), g.And(low, carry))),
	}
}

// product is a product under construction: x in two's complement, w bits.
type product struct {
	g *Graph
	x []Lit
	w int
}

// part is the sum of some multiples: v, a two's complement number from bit `at` on, plus the
// bit lacks at bit `odd`.
type part struct {
	v       []Lit
	at, odd int
	digits  int
	lacks   Lit
}

// extended is the number extended or cut to n bits.
func extended(v []Lit, n int) []Lit {
	if n <= len(v) {
		return v[:n]
	}
	return append(v[:len(v):len(v)], copies(v[len(v)-1], n-len(v))...)
}

// multiple is a digit times x. A negative digit gives the complement, which is 1 less.
func (p *product) multiple(d digit, at int) part {
	n := min(len(p.x)+1, p.w-at)
	x, v := extended(p.x, n), make([]Lit, n)
	for i := range v {
		double := False
		if i > 0 {
			double = x[i-1]
		}
		v[i] = p.g.Or(p.g.And(d.one, p.g.Xor(x[i], d.minus)), p.g.And(d.two, double))
	}
	return part{v, at, at, 1, d.minus}
}

// tree adds parts in pairs.
func (p *product) tree(parts []part) part {
	for len(parts) > 1 {
		var sums []part
		for k := 0; k < len(parts); k += 2 {
			if k+1 == len(parts) {
				sums = append(sums, parts[k])
				break
			}
			sums = append(sums, p.join(parts[k], parts[k+1]))
		}
		parts = sums
	}
	return parts[0]
}

// join adds two parts. The lacks bit of the lower part is placed below the upper part.
func (p *product) join(low, high part) part {
	digits := low.digits + high.digits
	n := min(len(p.x)+2*digits, p.w-low.at)
	from := low.odd - low.at
	second := append(append([]Lit{low.lacks}, zeros(high.at-low.odd-1)...), high.v...)
	x := extended(low.v, n)
	v := append(x[:from:from], p.g.add(x[from:], extended(second, n-from))...)
	return part{v, low.at, high.odd, digits, high.lacks}
}

// close adds the lacks bit of the last digit, and x times the digit above it. That digit is
// carry minus sign. It is negative only without a carry, and then the digit below lacks
// nothing.
func (p *product) close(all part, carry, sign Lit) []Lit {
	g := p.g
	v := extended(all.v, p.w)
	minus := g.And(sign, carry.Not())
	lacks := g.Or(all.lacks, minus)
	second := []Lit{False}
	if carry != False || sign != False {
		second = []Lit{minus, minus}
		for _, l := range extended(p.x, min(len(p.x), p.w-all.odd-2)) {
			second = append(second, g.And(g.Xor(sign, carry), g.Xor(l, minus)))
		}
	}
	n := p.w - all.odd
	sum := g.add(append([]Lit{True}, v[all.odd:]...), append([]Lit{lacks}, extended(second, n)...))
	return append(v[:all.odd:all.odd], sum[1:]...)
}
