package gen

import (
	"fmt"
	"strings"
)

// few returns a small number of statements for a block.
func (g *gen) few() int { return g.between(1, 4) }

func (g *gen) condition() *node { return g.value(&typ{sort: boolSort}, 3) }

func (g *gen) ifStmt() *node {
	n := stmt("if $ {\n$}", g.condition(), g.block(g.few()))
	for g.oneIn(4) {
		n.form += " else if $ {\n$}"
		n.kids = append(n.kids, g.condition(), g.block(g.few()))
	}
	if g.oneIn(2) {
		n.form += " else {\n$}"
		n.kids = append(n.kids, g.block(g.few()))
	}
	return n
}

// option makes an expression of an option type.
func (g *gen) option() *node {
	if n := g.parsed(); n != nil && g.oneIn(3) {
		return n
	}
	if n := g.readable(func(t *typ) bool { return t.sort == optionSort }); n != nil && g.oneIn(3) {
		return n
	}
	if g.oneIn(2) {
		return g.sought(optionType(pick(g, g.ranges)))
	}
	lo := int64(g.between(-4, 4))
	t := optionType(rangeType(lo, lo+int64(g.between(0, 9))))
	return g.sought(t)
}

// sought makes an optional number.
func (g *gen) sought(t *typ) *node {
	if g.oneIn(2) && t.elem.hi-t.elem.lo < 16 {
		g.p.Used["expression first"]++
		return g.first(t, 2)
	}
	g.p.Used["expression within"]++
	return g.within(t, 2)
}

func (g *gen) ifLet() *node {
	x := g.option()
	if x == nil {
		return nil
	}
	v := &variable{name: g.name("v"), typ: x.typ.elem}
	leave := g.scope()
	g.add(v)
	n := stmt("if let "+v.name+" = $ {\n$}", x, g.block(g.few()))
	leave()
	if g.oneIn(2) {
		n.form += " else {\n$}"
		n.kids = append(n.kids, g.block(g.few()))
	}
	return n
}

// letElse makes a let that leaves the block if there is no value.
func (g *gen) letElse() *node {
	x := g.option()
	if x == nil {
		return nil
	}
	v := &variable{name: g.name("v"), typ: x.typ.elem}
	other := g.block(g.between(0, 2))
	other.kids = append(other.kids, g.leaving())
	defer g.add(v)
	return stmt("let "+v.name+" = $ else {\n$}", x, other)
}

// leaving makes a statement that leaves the block.
func (g *gen) leaving() *node {
	switch {
	case g.b.loops > 0 && (g.b.ends > 0 || !g.oneIn(4)):
		return stmt(pick(g, []string{"break", "continue"}))
	case g.b.result != nil:
		return stmt("return $", g.resultValue(g.b.result))
	}
	return stmt("return")
}

// leave makes a conditional break, continue or return.
func (g *gen) leave() *node {
	n := stmt("if $ {\n$}", g.condition(), g.block(g.r.IntN(2)))
	n.kids[1].kids = append(n.kids[1].kids, g.leaving())
	return n
}

// loop makes the body of a loop that runs a number of rounds.
func (g *gen) loop(rounds int, before func()) *node {
	leave := g.scope()
	defer leave()
	if before != nil {
		before()
	}
	var body *node
	g.b.loops++
	g.repeated(rounds, func() { body = g.block(g.few()) })
	g.b.loops--
	return body
}

// forStmt makes a loop over numbers, with a constant or variable end.
func (g *gen) forStmt() *node {
	over := g.span()
	rounds := over.hi - over.lo + 1
	if g.oneIn(8) {
		rounds = int64(g.between(8, 40))
		over.hi = over.lo + rounds - 1
	}
	if !g.room(int(rounds) * 4) {
		return nil
	}
	n := stmt("", g.signedNumber(over.lo))
	v := &variable{name: g.name("at"), typ: over}
	bounds := " in $..$"
	switch g.r.IntN(5) {
	case 4: // up to a number that is known only at run time
		if over.lo < 0 {
			return nil
		}
		n.kids = append(n.kids, g.upTo(int(over.hi+1)))
		v.typ, v.under = rangeType(over.lo, unknownEnd), over.hi+1
	case 0:
		bounds = " in $..=$"
		n.kids = append(n.kids, g.signedNumber(over.hi))
	case 1:
		// The checker knows only the types of the bounds, so it knows no better bounds for the
		// variable than those of these types.
		top := g.exact(2)
		if top.typ.hi-over.lo > 40 || top.typ.hi <= over.lo {
			return nil
		}
		v.typ = rangeType(over.lo, top.typ.hi-1)
		rounds = top.typ.hi - over.lo
		n.kids = append(n.kids, top)
	default:
		n.kids = append(n.kids, g.signedNumber(over.hi+1))
	}
	step := ""
	if g.oneIn(5) || bounds == " in $..=$" && g.oneIn(3) {
		step = fmt.Sprintf(" step %d", g.between(1, 5))
	}
	n.form = "for " + v.name + bounds + step + " {\n$}"
	n.kids = append(n.kids, g.loop(int(rounds), func() { g.add(v) }))
	return n
}

// sequences lists the visible variables with a len, over whose elements a loop can count.
func (g *gen) sequences() []*variable {
	var all []*variable
	for _, v := range g.b.vars {
		if v.typ.sort == bytesSort && v.typ.n > 0 || v.typ.sort == sliceSort {
			all = append(all, v)
		}
	}
	return all
}

// walkStmt makes a loop over the elements of bytes or a slice. The length stays the same during
// the loop.
func (g *gen) walkStmt() *node {
	all := g.sequences()
	if len(all) == 0 {
		return nil
	}
	of := pick(g, all)
	most := 16
	if of.typ.sort == bytesSort {
		most = of.typ.n
	}
	if !g.room(4 * most) {
		return nil
	}
	// According to its type, a slice may be long.
	i := &variable{name: g.name("at"), typ: rangeType(0, 1<<31-2), below: []*variable{of}}
	if of.typ.sort == bytesSort {
		i.typ = rangeType(0, int64(of.typ.n-1))
	}
	of.fixed++
	defer func() { of.fixed-- }()
	return stmt("for "+i.name+" in 0.."+of.name+".len {\n$}", g.loop(most, func() { g.add(i) }))
}

// guard makes an index that a condition keeps below a length.
func (g *gen) guard() *node {
	all := g.sequences()
	if len(all) == 0 {
		return nil
	}
	of := pick(g, all)
	i := &variable{name: g.name("v"), typ: pick(g, []*typ{intType(8, false), intType(32, false), intType(16, false)}), below: []*variable{of}}
	if of.typ.sort == sliceSort {
		i.typ = intType(32, false)
	}
	before := stmt("let "+i.name+": "+i.typ.name+" = $", g.value(i.typ, 2))
	if g.oneIn(2) {
		before.form = fmt.Sprintf("let %s: %s = ($ & %d)", i.name, i.typ.name, g.between(1, 7))
	}
	of.fixed++
	defer func() { of.fixed-- }()
	leave := g.scope()
	defer leave()
	g.add(i)
	return list(before, stmt("if "+i.name+" < "+of.name+".len {\n$}", g.block(g.few())))
}

// whileStmt makes a loop that counts down a variable. The loop body does not change this
// variable.
func (g *gen) whileStmt() *node {
	rounds := g.between(1, 9)
	if !g.room(rounds * 6) {
		return nil
	}
	t := intType(pick(g, []int{8, 16, 32, 64}), false)
	v := &variable{name: g.name("n"), typ: t, mutable: true, locked: 1}
	start := stmt(fmt.Sprintf("var %s: %s = ($ & %d)", v.name, t.name, 1<<g.between(1, 3)-1), g.value(t, 2))
	g.add(v)
	cond, most := expr(&typ{sort: boolSort}, v.name+" > 0"), 8
	if g.oneIn(3) {
		cond = expr(&typ{sort: boolSort}, "("+v.name+" > 0 and $)", g.value(&typ{sort: boolSort}, 2))
	}
	if g.traps && g.oneIn(4) {
		most = g.between(2, 7)
		if g.oneIn(2) { // ends exactly at max, or one round later
			start.form = fmt.Sprintf("var %s: %s = (%s(%d) - ($ & 1))", v.name, t.name, t.name, most+1)
		}
	}
	step := stmt(fmt.Sprintf("%s = %s - 1", v.name, v.name))
	body := g.loop(8, nil)
	body.kids = append([]*node{step}, body.kids...)
	return list(start, stmt(fmt.Sprintf("while $ max %d {\n$}", most), cond, body))
}

// onceLoop makes a loop that break leaves.
func (g *gen) onceLoop() *node {
	leave := g.scope()
	defer leave()
	loops := g.b.loops
	g.b.loops = 0
	body := g.block(g.few())
	g.b.loops = loops
	body.kids = append(body.kids, stmt("break"))
	return stmt("loop {\n$}", body)
}

func (g *gen) timedStmt() *node {
	loops := g.b.loops
	g.b.timed++
	g.b.ends++
	g.b.loops = 0
	body := g.block(g.few())
	g.b.loops = loops
	g.b.ends--
	g.b.timed--
	return stmt("timed "+g.name("m")+" {\n$}", body)
}

// match makes a match on numbers, bools or variants.
func (g *gen) match() *node {
	switch g.r.IntN(4) {
	case 0:
		t := g.intType()
		return g.matchNumber(g.value(t, 2))
	case 1:
		return stmt("match $ {\ncase true {\n$}\ncase false {\n$}\n}", g.condition(), g.block(g.few()), g.block(g.few()))
	}
	if len(g.enums) == 0 {
		return g.matchNumber(g.exact(2))
	}
	e := pick(g, g.enums)
	return g.matchEnum(g.value(e, 2))
}

// matchNumber makes a match with arms for numbers, for ranges and for the rest.
func (g *gen) matchNumber(x *node) *node {
	var arms strings.Builder
	n := stmt("", x)
	at := max(x.typ.least(), -3)
	for range g.between(1, 4) {
		at += int64(g.between(0, 3))
		end := at + int64(g.r.IntN(3))
		if end >= x.typ.most() {
			break
		}
		pattern := itoa(at)
		if end > at {
			pattern = fmt.Sprintf("%d..=%d", at, end)
		}
		if g.oneIn(4) && end+4 < x.typ.most() {
			pattern += fmt.Sprintf(", %d", end+2)
			end += 2
		}
		arms.WriteString("case " + pattern + " {\n$}\n")
		n.kids = append(n.kids, g.block(g.few()))
		at = end + 1
	}
	n.kids = append(n.kids, g.block(g.few()))
	n.form = "match $ {\n" + arms.String() + "else {\n$}\n}"
	return n
}

// matchEnum makes a match with an arm for each variant, or for some variants and an else.
func (g *gen) matchEnum(x *node) *node {
	var arms strings.Builder
	n := stmt("", x)
	order := g.r.Perm(len(x.typ.variants))
	rest := g.oneIn(3)
	if rest {
		order = order[:len(order)-1]
	}
	for _, at := range order {
		v := x.typ.variants[at]
		leave := g.scope()
		pattern := v.name
		if len(v.payload) > 0 && !g.oneIn(4) {
			var names []string
			for _, f := range v.payload {
				names = append(names, g.add(&variable{name: g.name("v"), typ: f.typ}).name)
			}
			pattern += "(" + strings.Join(names, ", ") + ")"
		}
		arms.WriteString("case " + pattern + " {\n$}\n")
		n.kids = append(n.kids, g.block(g.few()))
		leave()
	}
	if rest {
		arms.WriteString("else {\n$}\n")
		n.kids = append(n.kids, g.block(g.few()))
	}
	n.form = "match $ {\n" + arms.String() + "}"
	return n
}
