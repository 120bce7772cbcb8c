package gen

// place is a variable or a part of one. Steps are field names, and "" stands for an element.
type place struct {
	v       *variable
	steps   []string
	lengths []typ // types of the sequences that it indexes
	typ     *typ
}

// places lists the places that `want` accepts, inside variables that `from` accepts.
func (g *gen) places(from func(*variable) bool, want func(*typ) bool) []place {
	var out []place
	for _, v := range g.visible() {
		if from(v) {
			out = parts(out, place{v: v, typ: v.typ}, want, 0)
		}
	}
	return out
}

// parts adds a place and its parts to a list.
func parts(out []place, p place, want func(*typ) bool, depth int) []place {
	if want(p.typ) {
		out = append(out, p)
	}
	if depth == 3 {
		return out
	}
	switch p.typ.sort {
	case structSort, layoutSort:
		for _, f := range p.typ.fields {
			out = parts(out, p.step(f.name, f.typ), want, depth+1)
		}
	case arraySort, sliceSort:
		out = parts(out, p.step("", p.typ.elem), want, depth+1)
	case bytesSort:
		if depth == 0 && p.typ.n > 0 {
			out = parts(out, p.step("", intType(8, false)), want, depth+1)
		}
	}
	return out
}

func (p place) step(name string, t *typ) place {
	q := place{v: p.v, typ: t, steps: append(append([]string(nil), p.steps...), name), lengths: p.lengths}
	if name == "" {
		q.lengths = append(append([]typ(nil), p.lengths...), *p.typ)
	}
	return q
}

// node makes the text of a place with its indices. The result is nil if node finds no index
// that is certainly below the length.
func (p place) node(g *gen) *node {
	n := expr(p.typ, p.v.name)
	at := 0
	for _, s := range p.steps {
		if s != "" {
			n.form += "." + s
			continue
		}
		i := g.index(p.v, &p.lengths[at])
		if i == nil {
			return nil
		}
		at++
		n.form += "[$]"
		n.kids = append(n.kids, i)
	}
	return n
}

func any2(*variable) bool { return true }

// readable chooses a place whose type is accepted. The result is nil if there is no such place.
func (g *gen) readable(want func(*typ) bool) *node {
	all := g.places(any2, want)
	for range 3 {
		if len(all) == 0 {
			return nil
		}
		// The newest names come first, so that new values are used soon.
		at := g.r.IntN(len(all))
		if g.oneIn(2) {
			at = g.r.IntN(at + 1)
		}
		if n := all[at].node(g); n != nil {
			return n
		}
	}
	return nil
}

// writable chooses an assignable place whose type `want` accepts.
func (g *gen) writable(want func(*typ) bool) (place, bool) {
	all := g.places(changeable, want)
	kept := all[:0]
	for _, p := range all {
		if len(p.steps) > 0 || p.v.fixed == 0 {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return place{}, false
	}
	return pick(g, kept), true
}

func ofType(t *typ) func(*typ) bool { return func(x *typ) bool { return same(x, t) } }

// index makes a number below the length of t. v is the variable of the place.
func (g *gen) index(v *variable, t *typ) *node {
	if t.sort != arraySort {
		return g.dynamicIndex(v)
	}
	if g.b.depth > 12 {
		return g.small(g.r.IntN(t.n))
	}
	switch g.r.IntN(10) {
	case 0:
		return g.small(g.r.IntN(t.n))
	case 1, 2:
		if i := g.underLength(t.n); i != nil {
			return i
		}
		if i := g.countUp(func(r *typ) bool { return r.lo >= 0 && r.hi < int64(t.n) }); i != nil {
			return i
		}
	case 3:
		if g.traps && g.oneIn(6) {
			return g.pastEnd(t)
		}
		if g.traps && g.oneIn(3) {
			return g.value(intType(pick(g, []int{3, 8, 32}), false), 1)
		}
		return expr(rangeType(0, int64(t.n-1)), "clamp($, 0, $)", g.value(pick(g, g.common()), 1), g.small(t.n-1))
	case 7, 8, 9:
		return g.upTo(g.beyond(t.n - 1))
	case 4:
		if e := g.exactWithin(rangeType(0, int64(t.n-1)), 1); e != nil {
			return e
		}
	}
	if t.n&(t.n-1) == 0 && !g.oneIn(4) {
		return g.masked(t.n-1, 1)
	}
	return expr(rangeType(0, int64(t.n-1)), "($ % $)", g.value(intType(32, false), 1), g.small(t.n))
}

// underLength makes a loop variable that is below n because of the end of its loop.
func (g *gen) underLength(n int) *node {
	var all []*variable
	for _, v := range g.b.vars {
		if v.under > 0 && v.under <= int64(g.beyond(n)) {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return nil
	}
	v := pick(g, all)
	return expr(v.typ, v.name)
}

// countUp chooses a variable whose range `fits` accepts.
func (g *gen) countUp(fits func(*typ) bool) *node {
	var all []*variable
	for _, v := range g.b.vars {
		if v.typ.sort == rangeSort && fits(v.typ) {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return nil
	}
	v := pick(g, all)
	return expr(v.typ, v.name)
}

// dynamicIndex makes a number below a length that is known only at run time.
func (g *gen) dynamicIndex(of *variable) *node {
	var all []*variable
	for _, v := range g.b.vars {
		for _, w := range v.below {
			if w == of {
				all = append(all, v)
			}
		}
	}
	switch {
	case len(all) > 0:
		v := pick(g, all)
		return expr(v.typ, v.name)
	case g.traps && g.oneIn(12):
		return g.value(intType(pick(g, []int{2, 8, 32}), false), 1)
	}
	return nil
}
