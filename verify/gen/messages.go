package gen

import "strings"

// strict reports whether all combinations of field values of a layout are valid messages.
// Such a layout has no conditions, and no lengths stored in other fields.
func (l *layout) strict() bool {
	for i := range l.parts {
		p := &l.parts[i]
		if p.when != nil || p.size == exactBytes || p.sub != nil && !p.sub.strict() {
			return false
		}
	}
	return true
}

// longest is the largest size of a message in bytes.
func (l *layout) longest() int {
	bits := 0
	for i := range l.parts {
		p := &l.parts[i]
		switch {
		case p.sub != nil:
			bits += 8 * p.sub.longest()
		case p.size == prefixBytes:
			bits += 16 + 8*p.most
		case p.size != noBytes:
			bits += 8 * p.most
		default:
			bits += p.bits
		}
	}
	return bits / 8
}

// strictLayouts lists the layouts for which the program builds messages.
func (g *gen) strictLayouts() []*layout {
	var out []*layout
	for _, l := range g.layouts {
		if l.strict() {
			out = append(out, l)
		}
	}
	return out
}

// messageStmt makes a statement that builds a message from its fields.
func (g *gen) messageStmt() *node {
	all := g.strictLayouts()
	if len(all) == 0 {
		return nil
	}
	l := pick(g, all)
	x := g.made(l)
	v := g.add(&variable{name: g.name("v"), typ: l.typ, message: !l.sealed()})
	return stmt("var "+v.name+": "+l.name+" = $", x)
}

// made makes L(field: value, ...), without the fixed fields.
func (g *gen) made(l *layout) *node {
	n := expr(l.typ, l.name)
	if l.sealed() {
		n.form += ".sealed"
	}
	var forms []string
	for _, i := range g.r.Perm(len(l.parts)) {
		p := &l.parts[i]
		if p.fixed || p.name == "_" || p.seal != noSeal {
			continue
		}
		forms = append(forms, p.name+": $")
		n.kids = append(n.kids, g.partValue(p))
	}
	n.form += "(" + strings.Join(forms, ", ") + ")"
	return n
}

// partValue makes a value that a field may have.
func (g *gen) partValue(p *part) *node {
	switch {
	case p.sub != nil:
		return g.made(p.sub)
	case p.hi > 0:
		return g.clamp(rangeType(int64(p.lo), int64(p.hi)), 2)
	}
	return g.value(p.typ, 2)
}

// messages lists the variables that hold a message.
func (g *gen) messages(want func(*variable) bool) []*variable {
	var out []*variable
	for _, v := range g.b.vars {
		if v.typ.sort == layoutSort && want(v) {
			out = append(out, v)
		}
	}
	return out
}

// changeStmt makes a statement that assigns a field of a message.
func (g *gen) changeStmt() *node {
	all := g.messages(func(v *variable) bool { return v.message })
	if len(all) == 0 {
		return nil
	}
	v := pick(g, all)
	p := pick(g, v.typ.layout.parts)
	if p.fixed || p.name == "_" {
		return nil
	}
	return stmt(v.name+"."+p.name+" = $", g.partValue(&p))
}

// writtenStmt makes a statement that writes a message as bytes.
func (g *gen) writtenStmt() *node {
	all := g.messages(func(*variable) bool { return true })
	if len(all) == 0 || !g.work(40) {
		return nil
	}
	from := pick(g, all)
	t := bytesType(from.typ.layout.longest())
	v := g.add(&variable{name: g.name("v"), typ: t, mutable: true})
	out := list(stmt("var "+v.name+": "+t.name+" = $", expr(t, from.name+".bytes()")))
	if g.mixes() && g.oneIn(2) {
		out.kids = append(out.kids, stmt("if let back = $ {\n$}", expr(optionType(from.typ), from.typ.layout.name+".parse("+v.name+")"),
			list(g.mixOf(expr(&typ{sort: boolSort}, "back == "+from.name)))))
	}
	return out
}

// equalWhole makes a comparison of values of any type.
func (g *gen) equalWhole(t *typ, depth int) *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	left := g.readable(func(t *typ) bool {
		return !t.scalar() && t.sort != sliceSort && t.sort != bytesSort && t.sort != mapSort
	})
	if left == nil || g.b.short {
		return nil
	}
	op := pick(g, []string{"==", "!="})
	message := left.typ.sort == layoutSort || left.typ.sort == optionSort && left.typ.elem.sort == layoutSort
	if message || g.oneIn(2) {
		if right := g.readable(ofType(left.typ)); right != nil {
			return expr(t, "($ "+op+" $)", left, right)
		}
		return nil
	}
	return expr(t, "($ "+op+" $)", left, g.value(left.typ, depth-1))
}
