package blast

// digits computes a product with digits of base 4. y is a sum of powers of 4, each times a
// digit -1, 0, 1 or 2. So x times y is a sum of multiples of x, which a binary tree adds. A
// generated core multiplies in the same way. If the formula used rows of single bits instead,
// no solver could show that the formula equals such a core. product_test.go checks the result,
// for all operands of few bits, and step by step for wide operands.
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

// short drops copies of the sign or zeros at the top of a number. It reports whether the
// remaining top bit is a sign.
func short(v []Lit) (out []Lit, signed bool) {
	n := len(v)
	signed = v[n-1] != False
	for n > 1 && !signed && v[n-1] == False || n > 1 && signed && v[n-2] == v[n-1] {
		n--
	}
	return v[:n], signed
}

// split returns the bits of a number that form the pairs, and the sign bit above these bits.
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

// digit is a digit made of a pair of bits and an incoming carry. The value of a digit is 2 if
// the flag `two` is set, -1 if `minus` is set, 1 if only `one` is set, and 0 if no flag is set.
// The flag `carry` is set if the value of the pair plus the incoming carry is more than 2.
type digit struct{ one, two, minus, carry Lit }

func (g *Graph) digitOf(low, high, carry Lit) digit {
	odd := g.Xor(low, carry)
	return digit{
		one: odd, minus: g.And(high, odd), carry: g.And(high, g.Or(low, carry)),
		two: g.Or(g.And(high, g.Or(low, carry).Not()), g.And(high.Not(), g.And(low, carry))),
	}
}

// product is the state of a product. x is in two's complement with w bits.
type product struct {
	g *Graph
	x []Lit
	w int
}

// part is the sum of some multiples. Its value is v, a two's complement number that starts at
// bit `at`, plus the bit `lacks` at bit position `odd`.
type part struct {
	v       []Lit
	at, odd int
	digits  int
	lacks   Lit
}

// extended returns a number that is extended or truncated to n bits.
func extended(v []Lit, n int) []Lit {
	if n <= len(v) {
		return v[:n]
	}
	return append(v[:len(v):len(v)], copies(v[len(v)-1], n-len(v))...)
}

// multiple returns a digit times x. For the digit -1, the result is the complement of x, which
// is too small by 1, and `lacks` is set.
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

// tree adds parts pairwise.
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

// join adds two parts. The lacks bit of the lower part fits below the upper part.
func (p *product) join(low, high part) part {
	digits := low.digits + high.digits
	n := min(len(p.x)+2*digits, p.w-low.at)
	from := low.odd - low.at
	second := append(append([]Lit{low.lacks}, zeros(high.at-low.odd-1)...), high.v...)
	x := extended(low.v, n)
	v := append(x[:from:from], p.g.add(x[from:], extended(second, n-from))...)
	return part{v, low.at, high.odd, digits, high.lacks}
}

// close adds the bit `lacks` of the last digit. It also adds x times one more digit above the
// others. The value of this top digit is `carry` minus `sign`. If the top digit is negative,
// there is no carry, so the digit below does not set `lacks`.
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
