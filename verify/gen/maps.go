package gen

import "fmt"

func mapType(key, elem *typ, n int) *typ {
	return &typ{sort: mapSort, key: key, elem: elem, n: n, name: fmt.Sprintf("map<%s, %s, %d>", key.name, elem.name, n)}
}

// keyable reports whether a type can be the key of a map.
func (t *typ) keyable() bool {
	switch t.sort {
	case boolSort, intSort, rangeSort, bytesSort:
		return true
	case enumSort:
		return t.plain()
	case arraySort:
		return t.elem.keyable()
	case structSort:
		for _, f := range t.fields {
			if !f.typ.keyable() {
				return false
			}
		}
		return true
	}
	return false
}

// keyType chooses a type with few values, so that equal keys are frequent, or any other key type.
func (g *gen) keyType() *typ {
	if g.oneIn(3) {
		for range 4 {
			if t := g.anyType(2); t.keyable() && t.zeroed() && t.words() < 10 {
				return t
			}
		}
	}
	return intType(g.between(2, 8), g.oneIn(4))
}

// mapTypes chooses the map types of the program. Only variables and inout parameters can have
// such types.
func (g *gen) mapTypes() {
	for g.oneIn(2) && len(g.maps) < 2 {
		elem := g.scalarType()
		if g.oneIn(4) {
			elem = g.anyType(1)
		}
		if !elem.zeroed() {
			continue
		}
		g.maps = append(g.maps, mapType(g.keyType(), elem, pick(g, []int{1, 2, 3, 4, 8, 16})))
	}
}

func havingMaps(g *gen) bool { return len(g.maps) > 0 }

// mapRows are the statements about maps.
func mapRows() []stmtRow {
	return []stmtRow{
		{row{"map", 4}, havingMaps, func(g *gen) *node { return g.mapVariable("var ") }},
		{row{"map put", 9}, havingMaps, (*gen).putStmt},
		{row{"map remove", 3}, havingMaps, (*gen).removeStmt},
		{row{"map get", 4}, havingMaps, (*gen).getStmt},
	}
}

// mapVariable declares an empty map.
func (g *gen) mapVariable(word string) *node {
	v := &variable{name: g.name("m"), typ: pick(g, g.maps), mutable: true}
	defer g.add(v)
	return stmt(word + v.name + ": " + v.typ.name)
}

// mapWhere returns a visible map that `fits` accepts, or nil.
func (g *gen) mapWhere(fits func(*variable) bool) *variable {
	var all []*variable
	for _, v := range g.b.vars {
		if v.typ.sort == mapSort && fits(v) {
			all = append(all, v)
		}
	}
	if len(all) == 0 || !g.work(40) {
		return nil
	}
	return pick(g, all)
}

// key makes a key of a map.
func (g *gen) key(m *typ) *node { return g.value(m.key, 2) }

// changeMap makes a statement that may change a map.
func (g *gen) changeMap(make func(m *variable) *node) *node {
	m := g.mapWhere(changeable)
	if m == nil {
		return nil
	}
	g.b.pure++
	defer func() { g.b.pure-- }()
	return make(m)
}

func (g *gen) putStmt() *node {
	return g.changeMap(func(m *variable) *node {
		return stmt(m.name+".put($, $)", g.key(m.typ), g.value(m.typ.elem, 2))
	})
}

func (g *gen) removeStmt() *node {
	return g.changeMap(func(m *variable) *node { return stmt(m.name+".remove($)", g.key(m.typ)) })
}

// getStmt makes a statement that looks up a key and shows the value.
func (g *gen) getStmt() *node {
	m := g.mapWhere(func(*variable) bool { return true })
	if m == nil {
		return nil
	}
	x := g.getFrom(m, 2)
	v := &variable{name: g.name("v"), typ: m.typ.elem}
	out := list(stmt("let "+v.name+": "+v.typ.name+" = $", x))
	if v.typ.scalar() && g.mixes() {
		out.kids = append(out.kids, g.mixOf(expr(v.typ, v.name)))
	}
	g.add(v)
	return out
}

func (g *gen) getFrom(m *variable, depth int) *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	return expr(m.typ.elem, m.name+".get($, $)", g.key(m.typ), g.value(m.typ.elem, depth-1))
}

// lookUp makes an expression that looks up a key.
func (g *gen) lookUp(t *typ, depth int) *node {
	m := g.mapWhere(func(v *variable) bool { return same(v.typ.elem, t) })
	if m == nil || g.b.short && !(m.typ.key.scalar() && t.scalar()) {
		return nil
	}
	return g.getFrom(m, depth)
}
