package gen

// Values that are what a condition asks, one more or one less. Random ones hardly
// ever meet there, and that is where compilers go wrong.

// near is a number of type t, lo or hi or next to one of them, where the type
// has it. It is computed of something that is 0 or 1, so that it is not a
// constant.
func (g *gen) near(t *typ, lo, hi int64) *node {
	at := pick(g, []int64{lo - 1, lo, lo + 1, hi - 1, hi, hi + 1})
	if at < t.least() || at >= t.most() {
		at = max(min(at, t.most()-1), t.least())
	}
	if t.bits == 1 {
		return g.literal(t)
	}
	return expr(t, "("+t.name+"("+itoa(at)+") + ($ & 1))", g.value(t, 1))
}

// beside compares a number with one that it was computed of.
func (g *gen) beside(t *typ, depth int) *node {
	of := g.intType()
	x := g.readable(ofType(of))
	if x == nil || of.bits < 3 {
		return nil
	}
	op := pick(g, []string{"<", "<=", ">", ">=", "==", "!="})
	return expr(t, "($ "+op+" ($ "+pick(g, []string{"+", "-", "^"})+" "+itoa(int64(g.r.IntN(3)))+"))", x, x)
}

// pastEnd is an index that may be the length itself, which traps.
func (g *gen) pastEnd(t *typ) *node {
	if t.n < 8 && g.oneIn(2) { // below 0 too
		return g.value(intType(3, true), 1)
	}
	return expr(nil, "($ % $)", g.value(intType(32, false), 1), g.small(t.n+1))
}
