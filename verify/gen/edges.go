package gen

import "fmt"

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

// bitTest asks for one bit of a number, in one of the ways in which people do.
func (g *gen) bitTest(t *typ, depth int) *node {
	of := g.intType()
	if of.bits < 2 {
		return nil
	}
	x, k := g.value(of, depth-1), g.r.IntN(of.bits)
	switch g.r.IntN(3) {
	case 0:
		return expr(t, fmt.Sprintf("(u1($ >> %d) == 1)", k), x)
	case 1:
		return expr(t, fmt.Sprintf("((($ >> %d) & 1) %s 0)", k, pick(g, []string{"==", "!="})), x)
	}
	return expr(t, fmt.Sprintf("(($ & (%s(1) << %d)) != 0)", of.name, k), x)
}

// chooseStmt gives a variable one of two numbers, which are often 0 and 1.
func (g *gen) chooseStmt() *node {
	w, ok := g.writable(func(t *typ) bool { return t.sort == intSort && (!t.signed || t.bits > 1) })
	if !ok {
		return nil
	}
	target := w.node(g)
	if target == nil {
		return nil
	}
	number := func() *node {
		if g.oneIn(3) {
			return g.leaf(w.typ)
		}
		return expr(w.typ, itoa(int64(g.r.IntN(2))))
	}
	return stmt("if $ {\n$ = $\n} else {\n$ = $\n}", g.condition(), target, number(), target, number())
}

// forToEnd counts up to the greatest number of a type: the number behind it is
// nowhere.
func (g *gen) forToEnd() *node {
	t := intType(pick(g, []int{8, 16}), false)
	v := &variable{name: g.name("at"), typ: rangeType(0, t.most())}
	lo := expr(t, "("+t.name+"("+itoa(t.most()-3)+") + ($ & 3))", g.value(t, 2))
	step := ""
	if g.oneIn(3) {
		step = fmt.Sprintf(" step %d", g.between(1, 4))
	}
	n := stmt("for "+v.name+" in $..="+itoa(t.most())+step+" {\n$}", lo)
	n.kids = append(n.kids, g.loop(4, func() { g.add(v) }))
	return n
}
