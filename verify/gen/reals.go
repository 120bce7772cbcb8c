package gen

import (
	"fmt"
	"slices"
)

// fixType returns the type fix<whole, frac>.
func fixType(whole, frac int) *typ {
	return &typ{sort: fixSort, bits: whole + frac, frac: frac, signed: true, name: fmt.Sprintf("fix<%d, %d>", whole, frac)}
}

func floatType(bits int) *typ {
	return &typ{sort: floatSort, bits: bits, signed: true, name: fmt.Sprintf("f%d", bits)}
}

// real reports whether a type is fixed point or a float.
func (t *typ) real() bool { return t.sort == fixSort || t.sort == floatSort }

// floats reports whether a type contains a float.
func (t *typ) floats() bool {
	switch t.sort {
	case floatSort:
		return true
	case arraySort, optionSort:
		return t.elem.floats()
	}
	held := t.fields
	for _, v := range t.variants {
		held = append(held[:len(held):len(held)], v.payload...)
	}
	return slices.ContainsFunc(held, func(f field) bool { return f.typ.floats() })
}

// realTypes chooses the fixed-point and floating-point types of the program. Small programs get
// no floats, because float operations on a core are function calls.
func (g *gen) realTypes() {
	for g.oneIn(3) {
		g.reals = append(g.reals, pick(g, []*typ{
			fixType(8, 8), fixType(16, 16), fixType(5, 3), fixType(1, 15), fixType(12, 20), fixType(32, 32), fixType(1, 63),
			fixType(g.between(1, 20), g.between(1, 40)),
		}))
	}
	for !g.o.Small && g.oneIn(4) {
		g.reals = append(g.reals, floatType(pick(g, []int{32, 32, 64})))
	}
}

// realRows are the expressions with fixed-point and floating-point numbers.
func realRows() []exprRow {
	reals := func(_ *gen, t *typ) bool { return t.real() }
	having := func(s sort) func(*gen, *typ) bool {
		return func(g *gen, t *typ) bool { return t.sort == s && len(g.reals) > 0 }
	}
	return []exprRow{
		{row{"real arithmetic", 12}, reals, (*gen).realArithmetic},
		{row{"real negate", 3}, reals, func(g *gen, t *typ, d int) *node { return expr(t, "(-$)", g.value(t, d-1)) }},
		{row{"real from bits", 4}, reals, (*gen).fromBits},
		{row{"real convert", 5}, reals, (*gen).realConvert},
		{row{"square root", 4}, isSort(floatSort), (*gen).root},
		{row{"shift fix", 4}, isSort(fixSort), (*gen).fixShift},
		{row{"integer of a real", 4}, having(intSort), (*gen).ofReal},
		{row{"bits of a real", 6}, func(g *gen, t *typ) bool { return g.realOfBits(t) != nil }, (*gen).realBits},
		{row{"compare reals", 5}, having(boolSort), (*gen).compareReals},
	}
}

// realWork counts the work of an operation. On a core, float operations and wide quotients are
// function calls.
func (g *gen) realWork(t *typ, op string) bool {
	n := 4
	switch {
	case t.sort == floatSort:
		n = t.bits
	case op == "*":
		n = 2 + t.bits/4
	}
	if op == "/" || op == "sqrt" {
		n = 6 + 3*t.bits
	}
	return g.work(n)
}

// realLiteral makes a literal that the type can hold.
func (g *gen) realLiteral(t *typ) *node {
	sign := pick(g, []string{"", "-"})
	if t.sort == floatSort {
		all := []string{"0.0", "1.0", "1.5", "0.1", "2", "3.0e38", "1.0e-40", "0.3333333333333333", "16777217", "255.5"}
		if t.bits == 64 {
			all = append(all, "1.7e308", "5.0e-324", "9007199254740993")
		}
		return expr(t, t.name+"("+sign+pick(g, all)+")")
	}
	most := 1<<min(t.bits-t.frac-1, 12) - 1
	whole := g.r.IntN(max(most, 1))
	part := pick(g, []string{"0", "5", "5"})
	if t.frac > 3 && most > 0 {
		part = pick(g, []string{"0", "25", "1", "875", "3333"})
	}
	return expr(t, fmt.Sprintf("%s(%s%d.%s)", t.name, sign, whole, part))
}

func (g *gen) realArithmetic(t *typ, depth int) *node {
	op := pick(g, []string{"+", "+", "-", "-", "*", "*", "/"})
	if !g.realWork(t, op) {
		return nil
	}
	if g.oneIn(5) {
		return expr(t, "($ "+op+" "+pick(g, []string{"0.5", "-0.5", "0.25"})+")", g.value(t, depth-1))
	}
	return expr(t, "($ "+op+" $)", g.value(t, depth-1), g.value(t, depth-1))
}

func (g *gen) fromBits(t *typ, depth int) *node {
	return expr(t, t.name+".from_bits($)", g.value(intType(t.bits, false), depth-1))
}

// realConvert converts an integer, or a real number of another format.
func (g *gen) realConvert(t *typ, depth int) *node {
	from := g.intType()
	if g.oneIn(2) {
		from = pick(g, g.reals)
	}
	if from.real() && same(from, t) || !g.realWork(t, "+") {
		return nil
	}
	return expr(t, t.name+"($)", g.value(from, depth-1))
}

func (g *gen) root(t *typ, depth int) *node {
	if !g.realWork(t, "sqrt") {
		return nil
	}
	return expr(t, "sqrt($)", g.value(t, depth-1))
}

func (g *gen) fixShift(t *typ, depth int) *node {
	return expr(t, "($ "+pick(g, []string{"<<", ">>"})+" $)", g.value(t, depth-1), g.small(g.r.IntN(t.bits)))
}

func (g *gen) ofReal(t *typ, depth int) *node {
	from := pick(g, g.reals)
	if !g.realWork(from, "+") {
		return nil
	}
	return expr(t, t.name+"($)", g.value(from, depth-1))
}

// realOfBits chooses a real type that has the width of an unsigned type.
func (g *gen) realOfBits(t *typ) *typ {
	for _, r := range g.reals {
		if t.sort == intSort && !t.signed && t.bits == r.bits {
			return r
		}
	}
	return nil
}

func (g *gen) realBits(t *typ, depth int) *node {
	return expr(t, "bits($)", g.value(g.realOfBits(t), depth-1))
}

func (g *gen) compareReals(t *typ, depth int) *node {
	of := pick(g, g.reals)
	if !g.realWork(of, "-") {
		return nil
	}
	op := pick(g, []string{"<", "<=", ">", ">=", "==", "!="})
	if g.oneIn(4) {
		return expr(t, "($ "+op+" 0.5)", g.value(of, depth-1))
	}
	return expr(t, "($ "+op+" $)", g.value(of, depth-1), g.value(of, depth-1))
}
