package blast

// digits is the product in digits of base 4: y is the sum of digits -1, 0, 1 and 2 times
// powers of 4, so x times y is the sum of the multiples of x, added in pairs, pairs of
// pairs, and so on. A generated core multiplies so; in rows of single bits no solver would show that
// both are the same. That this is the product is shown for all operands of few bits, and
// step by step for those of many (product_test.go).
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

// split gives the bits of a number that are taken in pairs, and its sign, which counts
// at the place above them.
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

// digit is what a pair of bits and the carry into it stand for: one and not minus 1, two
// 2, minus -1, none of them 0; and a carry where the three are more than 2.
type digit struct{ one, two, minus, carry Lit }

func (g *Graph) digitOf(low, high, carry Lit) digit {
	odd := g.Xor(low, carry)
	return digit{
		one: odd, minus: g.And(high, odd), carry: g.And(high, g.Or(low, carry)),
		two: g.Or(g.And(high, g.Or(low, carry).Not()), g.And(high.Not(), g.And(low, carry))),
	}
}

// product is one under way: x in two's complement, w bits.
type product struct {
	g *Graph
	x []Lit
	w int
}

// part is the sum of some multiples: a number in two's complement from bit `at` on, and
// lacks at bit `odd`.
type part struct {
	v       []Lit
	at, odd int
	digits  int
	lacks   Lit
}

// extended is a number of n bits, longer or shorter.
func extended(v []Lit, n int) []Lit {
	if n <= len(v) {
		return v[:n]
	}
	return append(v[:len(v):len(v)], copies(v[len(v)-1], n-len(v))...)
}

// multiple is a digit times x, less 1 where the digit is negative: the complement.
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

// join adds two parts: what the lower one lacks stands below the upper one.
func (p *product) join(low, high part) part {
	digits := low.digits + high.digits
	n := min(len(p.x)+2*digits, p.w-low.at)
	from := low.odd - low.at
	second := append(append([]Lit{low.lacks}, zeros(high.at-low.odd-1)...), high.v...)
	x := extended(low.v, n)
	v := append(x[:from:from], p.g.add(x[from:], extended(second, n-from))...)
	return part{v, low.at, high.odd, digits, high.lacks}
}

// close adds what the last digit lacks, and the digit above it, carry less sign, times x. It is
// negative only without a carry, and then the digit below lacks nothing.
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
