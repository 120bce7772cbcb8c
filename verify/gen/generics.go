package gen

import (
	"fmt"
	"strings"
)

// generic is a generic function of the program.
type generic struct {
	name string
	of   *genericRow
}

// genericRow is a kind of generic function. The row makes the text after `fn NAME`, and makes
// calls that give a value of a type.
type genericRow struct {
	row
	text func(g *gen) string
	fits func(t *typ) bool
	make func(g *gen, name string, t *typ, depth int) *node // returns nil if it is not possible now
}

func genericRows() []genericRow {
	number := func(t *typ) bool { return t.sort == intSort || t.real() }
	word := func(t *typ) bool { return t.sort == intSort && t.name == "u32" }
	return []genericRow{
		{row{"choice", 3}, choiceText, (*typ).instance, (*gen).choiceCall},
		{row{"formula", 3}, (*gen).formulaText, number, (*gen).formulaCall},
		{row{"number of equals", 2}, countText, word, (*gen).countCall},
		{row{"sum", 2}, (*gen).sumText, number, (*gen).sumCall},
		{row{"length", 4}, lengthText, word, (*gen).lengthCall},
	}
}

// instance reports whether a type can be an argument of a generic function.
func (t *typ) instance() bool {
	return t.name != "" && t.sort != layoutSort && t.sort != sliceSort && t.sort != mapSort
}

// generics declares some generic functions.
func (g *gen) generics() {
	rows := genericRows()
	for g.oneIn(2) && len(g.generic) < 5 {
		at := g.choose(len(rows), func(i int) int { return rows[i].weight })
		f := generic{g.name("gen"), &rows[at]}
		g.declare("fn " + f.name + f.of.text(g))
		g.generic = append(g.generic, f)
	}
}

// callGeneric makes a call of a generic function that returns a value of type t.
func (g *gen) callGeneric(t *typ, depth int) *node {
	var able []generic
	for _, f := range g.generic {
		if f.of.fits(t) {
			able = append(able, f)
		}
	}
	if len(able) == 0 || g.b.constant || g.b.short && !t.scalar() {
		return nil
	}
	f := pick(g, able)
	g.b.pure++
	defer func() { g.b.pure-- }()
	n := f.of.make(g, f.name, t, depth)
	if n != nil {
		g.p.Used["generic "+f.of.name]++
	}
	return n
}

func choiceText(*gen) string { return "<T>(c: bool, a: T, b: T) -> T { if c { return a }; return b }" }

func (g *gen) choiceCall(name string, t *typ, depth int) *node {
	return expr(t, name+"<"+t.name+">($, $, $)", g.value(&typ{sort: boolSort}, depth-1), g.value(t, depth-1), g.value(t, depth-1))
}

// formulaText makes a function of two numbers of any type.
func (g *gen) formulaText() string {
	return "<T: num>(a: T, b: T) -> T { return " + g.formula(2) + " }"
}

func (g *gen) formula(depth int) string {
	if depth == 0 {
		return pick(g, []string{"a", "b"})
	}
	return "(" + g.formula(depth-1) + " " + pick(g, []string{"+", "-", "*"}) + " " + g.formula(depth-1) + ")"
}

func (g *gen) formulaCall(name string, t *typ, depth int) *node {
	for range 3 { // operators
		if !g.realWork(t, "*") {
			return nil
		}
	}
	return expr(t, name+"<"+t.name+">($, $)", g.value(t, depth-1), g.value(t, depth-1))
}

func countText(*gen) string {
	return "<T: eq, N: u32>(v: [N]T, x: T) -> u32 { return count i in 0..N where v[i] == x }"
}

func (g *gen) countCall(name string, t *typ, depth int) *node {
	v := g.readable(func(t *typ) bool { return t.sort == arraySort && t.elem.name != "" && !t.elem.floats() })
	if v == nil || !g.work(v.typ.words()*8) {
		return nil
	}
	return expr(t, fmt.Sprintf("%s<%s, %d>($, $)", name, v.typ.elem.name, v.typ.n), v, g.value(v.typ.elem, depth-1))
}

// sumText makes a function that folds an array, in one of two ways.
func (g *gen) sumText() string {
	head := "<T: num, N: u32>(v: [N]T) -> T where N > 0 {\n"
	if g.oneIn(2) {
		return head + "var s: T = v[0]\nfor i in 1..N { s = s + v[i] }\nreturn s\n}"
	}
	return head + "var s: T = v[N - 1]\nfor i in 0..N { if v[i] > s { s = v[i] - s } }\nreturn s\n}"
}

func (g *gen) sumCall(name string, t *typ, _ int) *node {
	v := g.readable(func(a *typ) bool { return a.sort == arraySort && same(a.elem, t) })
	if v == nil || !g.work(v.typ.n*4) || t.sort == floatSort && !g.work(v.typ.n*2*t.bits) {
		return nil
	}
	return expr(t, fmt.Sprintf("%s<%s, %d>($)", name, t.name, v.typ.n), v)
}

func lengthText(*gen) string { return "<N: u32>(b: bytes<N>) -> u32 { return b.len * 3 + N }" }

func (g *gen) lengthCall(name string, t *typ, _ int) *node {
	v := g.readable(isBytes)
	if v == nil || !strings.HasPrefix(v.typ.name, "bytes") {
		return nil
	}
	return expr(t, fmt.Sprintf("%s<%d>($)", name, v.typ.n), v)
}
