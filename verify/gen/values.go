package gen

import (
	"fmt"
	"strconv"
	"strings"
)

func itoa(v int64) string { return strconv.FormatInt(v, 10) }

// build makes a value of an aggregate type from its parts.
func (g *gen) build(t *typ, depth int) *node {
	switch t.sort {
	case boolSort:
		return expr(t, pick(g, []string{"true", "false"}))
	case intSort, rangeSort:
		return g.literal(t)
	case fixSort, floatSort:
		return g.realLiteral(t)
	case mapSort:
		return g.readable(ofType(t))
	case bytesSort:
		if g.b.short {
			return g.readable(ofType(t))
		}
		return retype(g.text(t.n), t)
	case optionSort:
		if g.oneIn(3) {
			return expr(t, "none")
		}
		return retype(g.value(t.elem, depth-1), t)
	case arraySort:
		return g.elements(t, depth)
	case structSort:
		return g.fields(t, t.name, t.fields, depth)
	case enumSort:
		v := pick(g, t.variants)
		if len(v.payload) == 0 {
			return expr(t, t.name+"."+v.name)
		}
		return g.fields(t, t.name+"."+v.name, v.payload, depth)
	}
	return nil
}

func (g *gen) elements(t *typ, depth int) *node {
	n := expr(t, "["+strings.Join(repeat("$", t.n), ", ")+"]")
	for range t.n {
		n.kids = append(n.kids, g.value(t.elem, min(depth-1, 1)))
	}
	return n
}

// fields makes values for fields, sometimes by name and in a different order.
func (g *gen) fields(t *typ, name string, fields []field, depth int) *node {
	order := g.r.Perm(len(fields))
	named := g.oneIn(2)
	n := expr(t, name)
	var forms []string
	for i, at := range order {
		if !named {
			at = i
			forms = append(forms, "$")
		} else {
			forms = append(forms, fields[at].name+": $")
		}
		n.kids = append(n.kids, g.value(fields[at].typ, depth-1))
	}
	n.form += "(" + strings.Join(forms, ", ") + ")"
	return n
}

// text makes a string of at most n bytes.
func (g *gen) text(n int) *node {
	length := g.r.IntN(n + 1)
	if g.oneIn(3) {
		length = n
	}
	s := make([]byte, length)
	for i := range s {
		s[i] = "abcdefgh XYZ.-0189"[g.r.IntN(18)]
	}
	return expr(bytesType(length), strconv.Quote(string(s)))
}

// byteOrder makes be16(x) or a similar call.
func (g *gen) byteOrder(t *typ, depth int) *node {
	name := fmt.Sprintf("%s%d", pick(g, []string{"be", "le"}), 8*t.n)
	return expr(t, name+"($)", g.value(intType(8*t.n, false), depth-1))
}

// callValue makes a call of a function whose result is used.
func (g *gen) callValue(t *typ, depth int) *node {
	var able []*function
	for _, f := range g.funcs {
		if f.result != nil && same(f.result, t) && g.room(f.cost+2) && (f.calm() || g.b.pure == 0) && (!g.b.short || f.scalar()) {
			able = append(able, f)
		}
	}
	if len(able) == 0 || depth <= 0 {
		return nil
	}
	return g.call(pick(g, able), depth)
}

// scalar reports whether all arguments are words, so that no argument is a string.
func (f *function) scalar() bool {
	for _, p := range f.params {
		if !p.typ.scalar() {
			return false
		}
	}
	return true
}

// call makes a call. It returns nil if no suitable arguments are available.
func (g *gen) call(f *function, depth int) *node {
	n := expr(f.result, f.name)
	g.b.pure++
	defer func() { g.b.pure-- }()
	var forms []string
	var taken []*variable
	for _, p := range f.params {
		a, of := g.argument(p, depth-1, taken)
		if a == nil {
			return nil
		}
		if of != nil {
			taken = append(taken, of)
		}
		n.kids = append(n.kids, a)
		forms = append(forms, "$")
	}
	if overlaps(f, n.kids, taken) || !g.work(f.cost+2) {
		return nil
	}
	n.form += "(" + strings.Join(forms, ", ") + ")"
	return n
}

// overlaps reports whether another argument also reads an inout argument as a whole.
func overlaps(f *function, args []*node, taken []*variable) bool {
	for i, p := range f.params {
		if p.mutable || p.typ.scalar() {
			continue
		}
		for _, v := range taken {
			if mentions(args[i], v.name) {
				return true
			}
		}
	}
	return false
}

// mentions reports whether an expression reads a variable.
func mentions(n *node, name string) bool {
	found := false
	n.walk(func(k *node) { found = found || strings.HasPrefix(k.form, name) && !isWord(k.form, len(name)) })
	return found
}

func isWord(s string, at int) bool { return at < len(s) && s[at] >= '0' && s[at] <= '9' }

// argument makes the argument for a parameter. `of` is the variable that the call may change.
func (g *gen) argument(p *variable, depth int, taken []*variable) (n *node, of *variable) {
	switch {
	case p.typ.sort == sliceSort:
		return g.slice(p, taken)
	case !p.mutable && g.oneIn(3):
		if q := g.handedOn(p); q != nil {
			return q, nil
		}
		return g.value(p.typ, depth), nil
	case !p.mutable:
		return g.value(p.typ, depth), nil
	}
	for range 3 {
		w, ok := g.writable(ofType(p.typ))
		if !ok {
			return nil, nil
		}
		if !has(taken, w.v) {
			return w.node(g), w.v
		}
	}
	return nil, nil
}

// handedOn passes on a parameter of the enclosing function as an argument, often in a different
// position. Such a call must exchange registers in parallel. The result is nil if there is no
// such parameter.
func (g *gen) handedOn(p *variable) *node {
	var all []*variable
	for _, q := range g.b.params {
		if same(q.typ, p.typ) && p.typ.scalar() {
			all = append(all, q)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return expr(p.typ, pick(g, all).name)
}

func has(list []*variable, v *variable) bool {
	for _, w := range list {
		if w == v {
			return true
		}
	}
	return false
}

// slice makes an argument for a parameter []T.
func (g *gen) slice(p *variable, taken []*variable) (*node, *variable) {
	fits := func(t *typ) bool {
		return (t.sort == arraySort || t.sort == sliceSort) && same(t.elem, p.typ.elem) ||
			t.sort == bytesSort && p.typ.elem.sort == intSort && p.typ.elem.name == "u8"
	}
	from := any2
	if p.mutable {
		from = func(v *variable) bool { return changeable(v) && !has(taken, v) }
	}
	all := g.places(from, fits)
	if len(all) == 0 {
		return nil, nil
	}
	at := pick(g, all)
	n := at.node(g)
	if n == nil {
		return nil, nil
	}
	var of *variable
	if p.mutable {
		of = at.v
	}
	return g.cut(n, at.typ), of
}

// cut makes a slice of an array or of bytes.
func (g *gen) cut(n *node, t *typ) *node {
	if g.oneIn(3) {
		return n
	}
	if t.sort != arraySort {
		switch {
		case g.traps && g.oneIn(6):
			return expr(n.typ, "$[$..]", n, g.small(1))
		case g.oneIn(2):
			return expr(n.typ, "$[..]", n)
		}
		return n
	}
	lo := g.r.IntN(t.n + 1)
	hi := g.between(lo, t.n)
	if t.n >= 4 && g.oneIn(2) {
		i := g.index(nil, &typ{sort: arraySort, n: t.n / 2})
		return expr(n.typ, "$[u32($)..u32($) + $]", n, i, i, g.small(g.between(0, t.n/2)))
	}
	if g.oneIn(3) && hi > lo {
		return expr(n.typ, "$[$..=$]", n, g.small(lo), g.small(hi-1))
	}
	return expr(n.typ, "$[$..$]", n, g.small(lo), g.small(hi))
}
