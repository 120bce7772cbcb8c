package gen

import (
	"fmt"
	"strings"
)

// intType chooses one of the program's usual integer types, or sometimes any other.
func (g *gen) intType() *typ {
	if g.oneIn(5) {
		return intType(g.between(1, 64), g.oneIn(2))
	}
	return pick(g, g.common())
}

// common are the integer types that the program uses most, so that many variables have the same
// type.
func (g *gen) common() []*typ { return g.palette }

// types declares ranges, structs, enums and layouts.
func (g *gen) types() {
	g.palette = []*typ{intType(32, false), intType(8, false)}
	for range 4 {
		g.palette = append(g.palette, intType(pick(g, []int{8, 16, 32, 32, 64, 64, g.between(1, 64)}), g.oneIn(2)))
	}
	for range g.between(1, 2) {
		lo := int64(g.between(-9, 3))
		t := rangeType(lo, lo+int64(pick(g, []int{1, 3, 6, 9, 15, 100, 300, 70000})))
		t.name = g.name("R")
		g.ranges = append(g.ranges, t)
		g.declare(fmt.Sprintf("type %s = %d..=%d", t.name, t.lo, t.hi))
	}
	for range g.between(1, 3) {
		if g.oneIn(2) {
			g.enum()
		} else {
			g.structure()
		}
	}
	if g.oneIn(2) {
		g.structure()
	}
	for range g.between(1, 2) {
		g.layout()
	}
}

// scalarType chooses a type of one word.
func (g *gen) scalarType() *typ {
	switch g.r.IntN(9) {
	case 3, 4:
		if len(g.reals) > 0 {
			return pick(g, g.reals)
		}
	case 0:
		return &typ{sort: boolSort, name: "bool"}
	case 1:
		return pick(g, g.ranges)
	case 2:
		if len(g.enums) > 0 {
			if e := pick(g, g.enums); e.plain() {
				return e
			}
		}
	}
	return g.intType()
}

// anyType makes a type of any kind and limited size.
func (g *gen) anyType(depth int) *typ {
	for range 4 {
		if t := g.tryType(depth); t.words() <= 40 {
			return t
		}
	}
	return g.intType()
}

func (g *gen) tryType(depth int) *typ {
	if depth <= 0 {
		return g.scalarType()
	}
	switch g.r.IntN(12) {
	case 0, 1:
		return arrayType(g.length8(), g.anyType(depth-1))
	case 2:
		return bytesType(pick(g, []int{0, 1, 2, 3, 4, 5, 8, 9, 16}))
	case 3, 4:
		if len(g.structs) > 0 {
			return pick(g, g.structs)
		}
	case 5:
		if len(g.enums) > 0 {
			return pick(g, g.enums)
		}
	case 6:
		for range 3 {
			if t := g.anyType(depth - 1); t.sort != optionSort && t.name != "" {
				return optionType(t)
			}
		}
	}
	return g.scalarType()
}

// length8 chooses an array length, often a power of two.
func (g *gen) length8() int { return pick(g, []int{1, 2, 3, 4, 4, 5, 8, 8, 7, 16}) }

func (g *gen) members(n int) ([]field, string) {
	var fields []field
	var forms []string
	for i := range n {
		f := field{name: string(rune('a' + i)), typ: g.anyType(2)}
		fields = append(fields, f)
		forms = append(forms, f.name+": "+f.typ.name)
	}
	return fields, strings.Join(forms, "; ")
}

func (g *gen) structure() {
	t := &typ{sort: structSort, name: g.name("S")}
	var text string
	t.fields, text = g.members(g.between(1, 5))
	g.structs = append(g.structs, t)
	g.declare("struct " + t.name + " { " + text + " }")
}

// enum declares an enum. An enum with a declared width has no payload, so that layouts can use
// this enum.
func (g *gen) enum() {
	t := &typ{sort: enumSort, name: g.name("E")}
	head := "enum " + t.name
	plain := g.oneIn(3)
	if plain && g.oneIn(2) {
		t.bits = g.between(2, 8)
		head += fmt.Sprintf(": u%d", t.bits)
	}
	var forms []string
	for i := range g.between(2, 4) {
		v := variant{name: "v" + string(rune('a'+i))}
		form := v.name
		if !plain && g.oneIn(2) {
			var text string
			v.payload, text = g.members(g.between(1, 3))
			form += "(" + strings.ReplaceAll(text, "; ", ", ") + ")"
		}
		t.variants = append(t.variants, v)
		forms = append(forms, form)
	}
	g.enums = append(g.enums, t)
	g.declare(head + " { " + strings.Join(forms, "; ") + " }")
}

// constants declares tables and numbers. Functions that compute a table or number are declared
// before it.
func (g *gen) constants() {
	defer g.enter(&body{times: 1, budget: 100, pure: 1, constant: true})()
	traps := g.traps
	g.traps = false // a trap in a constant is a compile-time error
	defer func() { g.traps = traps }()
	for range g.between(1, 3) {
		t := arrayType(g.length8(), g.intType())
		if g.oneIn(4) {
			t = g.anyType(2)
		}
		if t.name == "" {
			continue
		}
		v := &variable{name: g.name("C"), typ: t, global: true}
		g.declare("const "+v.name+": "+t.name+" = $", g.build(t, 1))
		if t.number() {
			continue // its uses have exact arithmetic
		}
		g.consts = append(g.consts, v)
	}
}

// function is a function of the program that can be called.
type function struct {
	name   string
	params []*variable
	result *typ
	cost   int
}

// calm reports whether a call has no side effects.
func (f *function) calm() bool {
	for _, p := range f.params {
		if p.mutable {
			return false
		}
	}
	return true
}

func (g *gen) functions() {
	n := g.between(2, 5)
	if g.o.Small {
		n = g.between(0, 2)
	}
	for range n {
		g.function()
	}
}

func (g *gen) function() {
	f := &function{name: g.name("fun")}
	b := &body{times: 1, budget: 400, loops: 0}
	var forms []string
	for range g.between(1, 3) {
		p := g.parameter()
		if n := len(f.params); n > 0 && f.params[n-1].typ.scalar() && g.oneIn(3) {
			p.typ = f.params[n-1].typ
		}
		f.params = append(f.params, p)
		mode := ""
		if p.mutable {
			mode = "inout "
		}
		forms = append(forms, p.name+": "+mode+p.typ.name)
	}
	result := ""
	if f.calm() || !g.oneIn(3) {
		f.result = g.anyType(2)
		if g.oneIn(2) {
			f.result = g.intType()
		}
		b.result = f.result
		result = " -> " + f.result.name
	}
	defer g.enter(b)()
	b.vars, b.params = append(b.vars, f.params...), f.params
	text := g.functionBody(f)
	g.declare("fn "+f.name+"("+strings.Join(forms, ", ")+")"+result+" {\n$}", text)
	f.cost = b.spent + 4
	g.funcs = append(g.funcs, f)
}

func (g *gen) parameter() *variable {
	p := &variable{name: g.name("p"), typ: g.anyType(2)}
	if g.oneIn(5) {
		p.typ = sliceType(pick(g, []*typ{intType(8, false), g.intType(), g.scalarType()}))
	}
	p.mutable = g.oneIn(3)
	if len(g.maps) > 0 && g.oneIn(6) {
		p.typ, p.mutable = pick(g, g.maps), true
	}
	return p
}

// functionBody makes the body of a function. The result of that function depends on most of the
// body.
func (g *gen) functionBody(f *function) *node {
	text := list()
	g.b.hash = g.add(&variable{name: g.name("h"), typ: intType(32, false), mutable: true})
	text.kids = append(text.kids, stmt("var "+g.b.hash.name+": u32 = $", g.literal(intType(32, false))))
	text.kids = append(text.kids, g.statements(g.between(2, 7))...)
	g.b.hash.locked++
	for _, p := range f.params {
		if p.mutable && !g.oneIn(3) {
			text.kids = append(text.kids, g.mixInto(p)...)
		}
	}
	if f.result != nil {
		text.kids = append(text.kids, stmt("return $", g.resultValue(f.result)))
	}
	return text
}

// resultValue makes a result. It depends on the hash if its type allows it.
func (g *gen) resultValue(t *typ) *node {
	if t.sort == intSort {
		return expr(t, "($ + "+t.name+"("+g.b.hash.name+"))", g.value(t, 2))
	}
	return g.value(t, 3)
}

// mixInto assigns the hash to a number inside an inout parameter.
func (g *gen) mixInto(v *variable) []*node {
	all := parts(nil, place{v: v, typ: v.typ}, func(t *typ) bool { return t.sort == intSort }, 0)
	if len(all) == 0 || v.typ.sort == bytesSort || v.locked > 0 {
		return nil
	}
	p := pick(g, all)
	n := p.node(g)
	if n == nil {
		return nil
	}
	return []*node{stmt("$ = "+p.typ.name+"("+g.b.hash.name+")", n)}
}
