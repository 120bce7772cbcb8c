package gen

import (
	"fmt"
	"slices"
	"strings"
)

// stmtRow is a production for statements.
type stmtRow struct {
	row
	fits func(g *gen) bool
	make func(g *gen) *node // returns nil if it is not possible now; a list node stands for its statements
}

func always(*gen) bool { return true }

// nests reports whether nested statements are still allowed.
func nests(g *gen) bool { return g.b.depth < 4 && g.room(12) }

// stmtRows is the table of statements. Statements that only a task can have are in tasks.go.
func stmtRows() []stmtRow {
	rows := []stmtRow{
		{row{"let", 10}, always, (*gen).letStmt},
		{row{"var", 7}, always, (*gen).varStmt},
		{row{"assign", 14}, always, (*gen).assign},
		{row{"mix", 8}, always, (*gen).mix},
		{row{"call", 7}, func(g *gen) bool { return len(g.funcs) > 0 }, (*gen).callStmt},
		{row{"append", 4}, always, (*gen).appendStmt},
		{row{"resize", 3}, always, (*gen).resize},
		{row{"message", 2}, always, (*gen).messageStmt},
		{row{"change a message", 3}, always, (*gen).changeStmt},
		{row{"write a message", 4}, always, (*gen).writtenStmt},
		{row{"assert", 2}, always, (*gen).assert},
		{row{"library", 2}, always, (*gen).libraryStmt},
		{row{"float at an edge", 2}, func(g *gen) bool { return g.b.task }, (*gen).floatStmt},
		{row{"full map", 2}, always, (*gen).fullMap},
		{row{"log", 3}, func(g *gen) bool { return g.b.task }, (*gen).log},
		{row{"now", 2}, func(g *gen) bool { return g.b.task }, (*gen).nowStmt},
		{row{"log in a function", 1}, func(g *gen) bool { return !g.b.task }, (*gen).log},
		{row{"if", 8}, nests, (*gen).ifStmt},
		{row{"choose", 4}, always, (*gen).chooseStmt},
		{row{"known", 3}, nests, (*gen).knownStmt},
		{row{"swap", 3}, always, (*gen).swapStmt},
		{row{"snapshot", 4}, always, (*gen).snapshotStmt},
		{row{"if let", 5}, nests, (*gen).ifLet},
		{row{"let else", 3}, func(g *gen) bool { return g.b.depth < 4 && (g.b.loops > 0 || g.b.ends == 0) }, (*gen).letElse},
		{row{"match", 6}, nests, (*gen).match},
		{row{"for", 9}, nests, (*gen).forStmt},
		{row{"for to the end", 2}, nests, (*gen).forToEnd},
		{row{"walk", 5}, nests, (*gen).walkStmt},
		{row{"while", 5}, nests, (*gen).whileStmt},
		{row{"guard", 4}, nests, (*gen).guard},
		{row{"leave", 3}, func(g *gen) bool { return g.b.loops > 0 || g.b.ends == 0 && !g.b.task }, (*gen).leave},
		{row{"timed", 1}, func(g *gen) bool { return nests(g) && g.b.task && g.b.timed == 0 }, (*gen).timedStmt},
		{row{"loop", 1}, func(g *gen) bool { return nests(g) && g.b.timed == 0 }, (*gen).onceLoop},
	}
	return slices.Concat(rows, mapRows(), diskRows(), pinRows(), busRows())
}

// statements makes about n statements.
func (g *gen) statements(n int) []*node {
	var out []*node
	for range n {
		if !g.work(2) {
			break
		}
		out = append(out, g.statement()...)
	}
	return out
}

// statement makes a statement. The statements that it needs come before it.
func (g *gen) statement() []*node {
	for range 4 {
		i := g.choose(len(g.stmts), func(i int) int {
			if !g.stmts[i].fits(g) {
				return 0
			}
			return g.stmts[i].weight
		})
		n := g.stmts[i].make(g)
		if n == nil {
			continue
		}
		g.p.Used["statement "+g.stmts[i].name]++
		if n.kind == listNode {
			return n.kids
		}
		return []*node{n}
	}
	return nil
}

// block makes statements in a new scope.
func (g *gen) block(n int) *node {
	leave := g.scope()
	defer leave()
	g.b.depth++
	defer func() { g.b.depth-- }()
	return list(g.statements(n)...)
}

func (g *gen) letStmt() *node {
	t := g.anyType(2)
	if g.oneIn(4) {
		x := g.exact(2)
		v := &variable{name: g.name("v"), typ: x.typ}
		defer g.add(v)
		return stmt("let "+v.name+" = $", x)
	}
	v := &variable{name: g.name("v"), typ: t}
	x := g.value(t, 3)
	defer g.add(v)
	return stmt("let "+v.name+": "+t.name+" = $", x)
}

func (g *gen) varStmt() *node {
	t := g.anyType(2)
	v := &variable{name: g.name("v"), typ: t, mutable: true}
	if t.sort != rangeSort && g.oneIn(4) && t.zeroed() {
		defer g.add(v)
		return stmt("var " + v.name + ": " + t.name)
	}
	x := g.value(t, 3)
	defer g.add(v)
	return stmt("var "+v.name+": "+t.name+" = $", x)
}

// zeroed reports whether a type has a zero value.
func (t *typ) zeroed() bool {
	switch t.sort {
	case rangeSort:
		return t.lo <= 0 && t.hi >= 0
	case arraySort:
		return t.elem.zeroed()
	case structSort:
		for _, f := range t.fields {
			if !f.typ.zeroed() {
				return false
			}
		}
	case enumSort:
		for _, f := range t.variants[0].payload {
			if !f.typ.zeroed() {
				return false
			}
		}
	}
	return true
}

// assign makes an assignment to a place of any type: a whole value, an element or a field.
func (g *gen) assign() *node {
	w, ok := g.writable(func(t *typ) bool {
		return t.sort != layoutSort && t.sort != sliceSort && (t.sort != rangeSort || t.name != "")
	})
	if !ok {
		return nil
	}
	target := w.node(g)
	if target == nil {
		return nil
	}
	return stmt("$ = $", target, g.value(w.typ, 3))
}

// mix makes a statement that mixes a computed number into the hash, so that the number becomes
// visible.
func (g *gen) mix() *node {
	if !g.mixes() {
		return nil
	}
	return g.mixOf(g.readable(func(t *typ) bool { return t.scalar() }))
}

// mixes reports whether there is a hash that may change here.
func (g *gen) mixes() bool { return g.b.hash != nil && g.b.hash.locked == 0 }

// mixOf makes the statement that mixes the value x.
func (g *gen) mixOf(x *node) *node {
	if x == nil {
		return nil
	}
	h := g.b.hash.name
	switch {
	case x.typ.sort == enumSort:
		x = expr(intType(32, false), "bits($)", x)
	case x.typ.real():
		x = expr(intType(x.typ.bits, false), "bits($)", x)
	}
	if x.typ.sort == intSort && x.typ.bits > 32 && g.oneIn(2) {
		return stmt(fmt.Sprintf("%s = (%s << 5 | %s >> 27) ^ u32($ >> %d)", h, h, h, x.typ.bits-32), x)
	}
	return stmt(fmt.Sprintf("%s = (%s << 5 | %s >> 27) ^ u32($)", h, h, h), x)
}

// callStmt makes a call of a function and stores or drops its result.
func (g *gen) callStmt() *node {
	var able []*function
	for _, f := range g.funcs {
		if g.room(f.cost + 2) {
			able = append(able, f)
		}
	}
	if len(able) == 0 {
		return nil
	}
	f := pick(g, able)
	out := g.forArguments(f)
	x := g.call(f, 3)
	if x == nil {
		return list(out...)
	}
	switch {
	case f.result == nil:
		return list(append(out, stmt("$", x))...)
	case g.oneIn(6):
		return list(append(out, stmt("let _ = $", x))...)
	}
	v := &variable{name: g.name("v"), typ: f.result}
	word := "let "
	if g.oneIn(2) {
		word = "var "
		v.mutable = true
	}
	g.add(v)
	return list(append(out, stmt(word+v.name+": "+f.result.name+" = $", x))...)
}

// forArguments declares variables that are missing for inout parameters and slices.
func (g *gen) forArguments(f *function) []*node {
	var out []*node
	for _, p := range f.params {
		t := p.typ
		if t.sort == sliceSort {
			t = arrayType(g.length8(), t.elem)
			if a, _ := g.slice(p, nil); a != nil && !g.oneIn(3) {
				continue
			}
		} else if _, ok := g.writable(ofType(t)); !p.mutable || ok && !g.oneIn(3) {
			continue
		}
		v := &variable{name: g.name("v"), typ: t, mutable: true}
		if t.sort == mapSort {
			out = append(out, stmt("var "+v.name+": "+t.name))
		} else {
			out = append(out, stmt("var "+v.name+": "+t.name+" = $", g.value(t, 2)))
		}
		g.add(v)
	}
	return out
}

// growing lists bytes variables whose length may change.
func (g *gen) growing() []*variable {
	var out []*variable
	for _, v := range g.b.vars {
		if v.typ.sort == bytesSort && v.typ.n > 0 && v.mutable && v.fixed == 0 {
			out = append(out, v)
		}
	}
	return out
}

// appendStmt makes an append that is certain to fit, or makes room first.
func (g *gen) appendStmt() *node {
	all := g.growing()
	if len(all) == 0 {
		return nil
	}
	v := pick(g, all)
	x, n := g.appended(v)
	if x == nil || n > v.typ.n {
		return nil
	}
	call := stmt(v.name+".append($)", x)
	if g.traps && g.oneIn(8) {
		return call
	}
	if g.oneIn(2) {
		return stmt(fmt.Sprintf("if %s.len <= %d {\n$}", v.name, v.typ.n-n), list(call))
	}
	return list(stmt(fmt.Sprintf("%s.resize(%d)", v.name, g.r.IntN(v.typ.n-n+1))), call)
}

// appended makes a byte or bytes, and returns the largest number of bytes that it adds.
func (g *gen) appended(v *variable) (*node, int) {
	g.b.pure++
	defer func() { g.b.pure-- }()
	switch g.r.IntN(4) {
	case 0:
		return g.value(intType(8, false), 2), 1
	case 1:
		n := pick(g, []int{2, 4, 8})
		return g.byteOrder(bytesType(n), 2), n
	case 2:
		x := g.text(min(v.typ.n, 8))
		return x, x.typ.n
	}
	all := g.places(func(w *variable) bool { return w != v }, isBytes)
	if len(all) == 0 {
		return nil, 0
	}
	p := pick(g, all)
	return p.node(g), p.typ.n
}

func (g *gen) resize() *node {
	all := g.growing()
	if len(all) == 0 {
		return nil
	}
	v := pick(g, all)
	if e := g.exactWithin(rangeType(0, int64(v.typ.n)), 2); e != nil && g.oneIn(2) {
		return stmt(v.name+".resize($)", e)
	}
	if g.oneIn(2) {
		return stmt(v.name+".resize($)", g.upTo(g.beyond(v.typ.n)))
	}
	return stmt(v.name+".resize($)", g.small(g.r.IntN(v.typ.n+1)))
}

// assert makes an assert that holds, or rarely one that may fail.
func (g *gen) assert() *node {
	if g.traps && g.oneIn(6) {
		return stmt("assert ($ or $)", g.value(&typ{sort: boolSort}, 2), g.value(&typ{sort: boolSort}, 2))
	}
	x := g.value(intType(32, false), 2)
	k := g.between(1, 40)
	return stmt(fmt.Sprintf("assert ($ %% %d) < %d", k, k), x)
}

// log makes a log of up to three values.
func (g *gen) log() *node {
	g.b.pure++
	g.b.short = true
	defer func() { g.b.pure--; g.b.short = false }()
	var form strings.Builder
	form.WriteString(pick(g, []string{"", "x", "at ", "\\x07 "}))
	var kids []*node
	for range g.between(1, 3) {
		x := g.shown()
		if x == nil {
			continue
		}
		format := ""
		if x.typ.number() && g.oneIn(3) {
			format = ":hex"
		}
		form.WriteString(" {$" + format + "}")
		kids = append(kids, x)
	}
	if !g.work(30) {
		return nil
	}
	return stmt(`log.print("`+form.String()+`")`, kids...)
}

// shown makes a value that a log can show.
func (g *gen) shown() *node {
	if g.oneIn(3) {
		return g.value(pick(g, []*typ{g.intType(), {sort: boolSort}}), 2)
	}
	return g.readable(func(t *typ) bool { return t.scalar() && t.sort != enumSort || t.sort == bytesSort })
}
