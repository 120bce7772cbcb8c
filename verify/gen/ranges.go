package gen

// exactRow is a production for exact numbers, which have range types. The checker and the
// generator compute the same bounds for such numbers.
type exactRow struct {
	row
	make func(g *gen, depth int) *node // returns nil if it is not possible now
}

// exactRows is the table of exact numbers.
func exactRows() []exactRow {
	return []exactRow{
		{row{"number", 3}, func(g *gen, _ int) *node { return g.small(g.r.IntN(10)) }},
		{row{"name", 9}, func(g *gen, _ int) *node { return g.readable(isSmallRange) }},
		{row{"length", 3}, func(g *gen, _ int) *node { return g.length() }},
		{row{"sum", 6}, (*gen).exactSum},
		{row{"product", 3}, (*gen).exactProduct},
		{row{"quotient", 3}, (*gen).exactQuotient},
		{row{"mask", 3}, (*gen).exactMask},
		{row{"shift", 3}, (*gen).exactShift},
		{row{"clamp", 4}, (*gen).exactClamp},
		{row{"count", 2}, (*gen).exactCount},
	}
}

// farthest bounds exact numbers, so that operations on them fit in 64 bits.
const farthest = 1 << 28

func isSmallRange(t *typ) bool {
	return t.sort == rangeSort && t.lo > -farthest && t.hi < farthest
}

// exact makes an exact number with any small range.
func (g *gen) exact(depth int) *node {
	for depth > 0 && g.room(2) {
		i := g.choose(len(g.exacts), func(i int) int { return g.exacts[i].weight })
		if n := g.exacts[i].make(g, depth); n != nil && isSmallRange(n.typ) {
			g.p.Used["exact "+g.exacts[i].name]++
			return n
		}
		depth--
	}
	if n := g.countUp(isSmallRange); n != nil {
		return n
	}
	return g.small(g.r.IntN(10))
}

// exactWithin makes an exact number that type t can hold. It returns nil if it finds none.
func (g *gen) exactWithin(t *typ, depth int) *node {
	for range 3 {
		if n := g.exact(depth); t.holds(n.typ) {
			return n
		}
	}
	return nil
}

// length makes b.len for something that has a length.
func (g *gen) length() *node {
	all := g.places(any2, func(t *typ) bool { return t.sort == bytesSort || t.sort == arraySort })
	if len(all) == 0 {
		return nil
	}
	p := pick(g, all)
	n := p.node(g)
	if n == nil {
		return nil
	}
	t := rangeType(0, int64(p.typ.n))
	if p.typ.sort == arraySort {
		t.lo = t.hi
	}
	n.form += ".len"
	n.typ = t
	return n
}

func (g *gen) exactSum(depth int) *node {
	a, b := g.exact(depth-1), g.exact(depth-1)
	if g.oneIn(2) {
		return expr(rangeType(a.typ.lo+b.typ.lo, a.typ.hi+b.typ.hi), "($ + $)", a, b)
	}
	return expr(rangeType(a.typ.lo-b.typ.hi, a.typ.hi-b.typ.lo), "($ - $)", a, b)
}

// corners computes the range of f from the ends of both operand ranges.
func corners(a, b *typ, f func(x, y int64) int64) *typ {
	first := f(a.lo, b.lo)
	t := rangeType(first, first)
	for _, v := range []int64{f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)} {
		t.lo, t.hi = min(t.lo, v), max(t.hi, v)
	}
	return t
}

func (g *gen) exactProduct(depth int) *node {
	a, b := g.exact(depth-1), g.exact(depth-1)
	if !g.work(4) {
		return nil
	}
	return expr(corners(a.typ, b.typ, func(x, y int64) int64 { return x * y }), "($ * $)", a, b)
}

// exactQuotient makes a division by a number above 0.
func (g *gen) exactQuotient(depth int) *node {
	a := g.exact(depth - 1)
	if !g.work(40) {
		return nil
	}
	by := int64(g.between(1, 12))
	b := g.small(int(by))
	if g.oneIn(2) {
		return expr(corners(a.typ, b.typ, func(x, y int64) int64 { return x / y }), "($ / $)", a, b)
	}
	if a.typ.lo == a.typ.hi {
		return expr(rangeType(a.typ.lo%by, a.typ.lo%by), "($ % $)", a, b)
	}
	t := rangeType(0, 0)
	if a.typ.lo < 0 {
		t.lo = -min(by-1, -a.typ.lo)
	}
	if a.typ.hi > 0 {
		t.hi = min(by-1, a.typ.hi)
	}
	return expr(t, "($ % $)", a, b)
}

func (g *gen) exactMask(depth int) *node {
	a := g.exact(depth - 1)
	k := int64(g.r.IntN(64))
	t := rangeType(0, k)
	switch {
	case a.typ.lo == a.typ.hi:
		t = rangeType(a.typ.lo&k, a.typ.lo&k)
	case a.typ.lo >= 0:
		t.hi = min(k, a.typ.hi)
	}
	return expr(t, "($ & $)", a, g.small(int(k)))
}

func (g *gen) exactShift(depth int) *node {
	a := g.exact(depth - 1)
	k := g.r.IntN(6)
	if g.oneIn(2) {
		return expr(rangeType(a.typ.lo<<k, a.typ.hi<<k), "($ << $)", a, g.small(k))
	}
	return expr(rangeType(a.typ.lo>>k, a.typ.hi>>k), "($ >> $)", a, g.small(k))
}

func (g *gen) exactClamp(depth int) *node {
	lo := int64(g.between(-20, 20))
	return g.clamp(rangeType(lo, lo+int64(g.r.IntN(40))), depth)
}

// clamp makes an expression that brings a number of at most 32 bits into a range.
func (g *gen) clamp(t *typ, depth int) *node {
	from := pick(g, []*typ{intType(8, false), intType(8, true), intType(16, true), intType(32, false), intType(32, true), intType(13, true)})
	if t.lo >= 0 && g.oneIn(4) {
		from = intType(64, false)
	}
	x := g.value(from, depth-1)
	if g.oneIn(3) {
		x = g.near(from, t.lo, t.hi)
	}
	return expr(t, "clamp($, $, $)", x, g.signedNumber(t.lo), g.signedNumber(t.hi))
}

func (g *gen) wrap(t *typ, depth int) *node {
	from := intType(pick(g, []int{8, 16, 32}), g.oneIn(2))
	if !g.work(100) {
		return nil
	}
	return expr(t, "wrap($, $, $)", g.value(from, depth-1), g.signedNumber(t.lo), g.signedNumber(t.hi))
}

func (g *gen) signedNumber(v int64) *node { return expr(rangeType(v, v), itoa(v)) }

// within makes `x within lo..=hi`.
func (g *gen) within(t *typ, depth int) *node {
	from := pick(g, []*typ{intType(8, false), intType(16, true), intType(32, false), intType(32, true)})
	x := g.value(from, depth-1)
	if g.oneIn(2) {
		x = g.near(from, t.elem.lo, t.elem.hi)
	}
	if g.oneIn(2) && t.elem.hi < farthest {
		return expr(t, "($ within $..$)", x, g.signedNumber(t.elem.lo), g.signedNumber(t.elem.hi+1))
	}
	return expr(t, "($ within $..=$)", x, g.signedNumber(t.elem.lo), g.signedNumber(t.elem.hi))
}

// search makes `WORD i in range where p`, with the known range of i.
func (g *gen) search(t *typ, word string, over *typ, depth int) *node {
	rounds := int(over.hi - over.lo + 1)
	if !g.room(6*rounds) || depth <= 0 {
		return nil
	}
	leave := g.scope()
	defer leave()
	v := g.add(&variable{name: g.name("k"), typ: over})
	var where *node
	g.b.pure++
	g.repeated(rounds, func() {
		g.work(3)
		where = g.value(&typ{sort: boolSort}, depth-1)
	})
	g.b.pure--
	return expr(t, "("+word+" "+v.name+" in $..$ where $)", g.signedNumber(over.lo), g.signedNumber(over.hi+1), where)
}

func (g *gen) first(t *typ, depth int) *node { return g.search(t, "first", t.elem, depth) }

func (g *gen) anyAll(t *typ, depth int) *node {
	return g.search(t, pick(g, []string{"any", "all"}), g.span(), depth)
}

// exactCount makes `count i in a..b where p`.
func (g *gen) exactCount(depth int) *node {
	over := g.span()
	return g.search(rangeType(0, over.hi-over.lo+1), "count", over, depth)
}

// span chooses a range for a loop that is not too long.
func (g *gen) span() *typ {
	lo := int64(0)
	if g.oneIn(4) {
		lo = int64(g.between(-3, 3))
	}
	return rangeType(lo, lo+int64(g.between(0, 7)))
}
