package gen

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// This file makes values that equal the bound of a condition, or differ from the bound by one.
// Random values are rarely at such a bound, and compilers often make mistakes at such bounds.

// near makes a number of type t: lo, hi, or a neighbour of lo or hi that the type contains. It
// computes the number from a value that is 0 or 1, so that the number is not a constant.
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

// beside makes a comparison of a number with another one that was computed from it.
func (g *gen) beside(t *typ, depth int) *node {
	of := g.intType()
	x := g.readable(ofType(of))
	if x == nil || of.bits < 3 {
		return nil
	}
	op := pick(g, []string{"<", "<=", ">", ">=", "==", "!="})
	return expr(t, "($ "+op+" ($ "+pick(g, []string{"+", "-", "^"})+" "+itoa(int64(g.r.IntN(3)))+"))", x, x)
}

// pastEnd makes an index that may equal the length, which traps.
func (g *gen) pastEnd(t *typ) *node {
	if t.n >= 2 && t.n&(t.n-1) == 0 && g.oneIn(2) { // negative, but in range if read as unsigned
		return g.value(intType(big.NewInt(int64(t.n-1)).BitLen(), true), 1)
	}
	return expr(nil, "($ % $)", g.value(intType(32, false), 1), g.small(t.n+1))
}

// bitTest makes a test of one bit of a number, in one of the usual ways.
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

// chooseStmt makes a statement that assigns one of two numbers to a variable, often 0 and 1.
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

// forToEnd makes a loop up to the largest number of a type, so that the type cannot hold the
// next number.
func (g *gen) forToEnd() *node {
	t := intType(pick(g, []int{8, 16, 32, 32}), false)
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

// swapStmt makes statements that exchange two variables, in each round of an enclosing loop.
func (g *gen) swapStmt() *node {
	a, ok := g.writable((*typ).scalar)
	if !ok {
		return nil
	}
	b, ok := g.writable(ofType(a.typ))
	if !ok || len(a.steps)+len(b.steps) > 0 || a.v == b.v {
		return nil
	}
	v := g.name("v")
	return list(stmt("let "+v+" = "+a.v.name), stmt(a.v.name+" = "+b.v.name), stmt(b.v.name+" = "+v))
}

// snapshotStmt makes statements that copy a value, change a part of one of the two, and read
// the other. This tests that a copy is not an alias.
func (g *gen) snapshotStmt() *node {
	whole, ok := g.writable(func(t *typ) bool { return t.sort == arraySort || t.sort == structSort })
	if !ok || !g.mixes() || !g.work(whole.typ.words()) {
		return nil
	}
	var inner []place
	for _, p := range parts(nil, place{v: whole.v, typ: whole.v.typ}, (*typ).scalar, 0) {
		if under(p, whole) && (p.typ.sort != rangeSort || p.typ.name != "") {
			inner = append(inner, p)
		}
	}
	if len(inner) == 0 || len(whole.steps) > 0 {
		return nil
	}
	part := pick(g, inner)
	part.v = whole.v
	target := part.node(g)
	if target == nil {
		return nil
	}
	v := &variable{name: g.name("v"), typ: whole.typ, mutable: true}
	seen := expr(part.typ, strings.Replace(target.form, whole.v.name, v.name, 1), target.kids...)
	if g.oneIn(2) {
		target, seen = seen, target
	}
	out := list(stmt("var "+v.name+": "+v.typ.name+" = "+whole.v.name), stmt("$ = $", target, g.value(part.typ, 2)), g.mixOf(seen))
	g.add(v)
	return out
}

// under reports whether p is a part of the place whole.
func under(p, whole place) bool {
	return p.v == whole.v && len(p.steps) > len(whole.steps) && slices.Equal(p.steps[:len(whole.steps)], whole.steps)
}

// knownStmt makes a test inside a condition. The test repeats a part of the condition, so the
// result of the test is already known.
func (g *gen) knownStmt() *node {
	if !g.mixes() {
		return nil
	}
	g.b.pure++
	one, other := g.condition(), g.condition()
	g.b.pure--
	for _, n := range []*node{one, other} {
		if mentions(n, g.b.hash.name) {
			return nil
		}
	}
	again := pick(g, []*node{one, other})
	word := pick(g, []string{"and", "or"})
	mix := func() *node { return list(g.mixOf(g.literal(intType(32, false)))) }
	ask := list(stmt("if $ {\n$} else {\n$}", again, mix(), mix()))
	if g.oneIn(2) { // without a separate branch for each part
		both := "((u1($) " + map[string]string{"and": "&", "or": "|"}[word] + " u1($)) == 1)"
		if word == "and" {
			return stmt("if "+both+" {\n$} else {\n$}", one, other, ask, mix())
		}
		return stmt("if "+both+" {\n$} else {\n$}", one, other, mix(), ask)
	}
	if word == "and" {
		return stmt("if ($ and $) {\n$} else {\n$}", one, other, ask, mix())
	}
	return stmt("if ($ or $) {\n$} else {\n$}", one, other, mix(), ask)
}
