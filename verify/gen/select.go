package gen

import "fmt"

// armWork is the approximate number of times that one arm of a select may be chosen.
const armWork = 16

// selectRound makes one round of a task that takes the first available message.
func (g *gen) selectRound(t *task) []*node {
	g.p.Used["statement select"]++
	arms := list()
	for _, l := range t.ins {
		if !g.feedback(l) {
			arms.kids = append(arms.kids, g.channelArm(l))
		}
	}
	if t.rx != nil {
		arms.kids = append(arms.kids, g.deviceArm(t.rx))
	}
	if t.pin != nil {
		arms.kids = append(arms.kids, g.pinArm(t.pin))
	}
	if len(arms.kids) == 0 || g.oneIn(3) {
		arms.kids = append(arms.kids, g.timerArm("every"))
	}
	if g.oneIn(3) {
		arms.kids = append(arms.kids, g.timerArm("after"))
	}
	g.r.Shuffle(len(arms.kids), func(i, j int) { arms.kids[i], arms.kids[j] = arms.kids[j], arms.kids[i] })
	return []*node{stmt("select "+pick(g, []string{"prio", "fair", "turn"})+" {\n$}", arms)}
}

// armBody makes statements that handle the received value.
func (g *gen) armBody(shown []*node) *node {
	body := list(shown...)
	body.kids = append(body.kids, g.block(g.few()).kids...)
	return body
}

// guarded sometimes adds a guard to the header of an arm.
func (g *gen) guarded(head string) *node {
	n := stmt(head)
	if g.oneIn(4) {
		g.b.pure++
		n.form += " when $"
		n.kids = append(n.kids, g.condition())
		g.b.pure--
	}
	n.form += " {\n$}"
	return n
}

func (g *gen) channelArm(l *link) *node {
	leave := g.scope()
	defer leave()
	v := &variable{name: g.name("v"), typ: l.elem}
	n := g.guarded("on let " + v.name + " = " + l.name + ".recv()")
	n.link = l
	g.add(v)
	n.kids = append(n.kids, g.armBody(g.showAll(v)))
	return n
}

func (g *gen) deviceArm(l *link) *node {
	leave := g.scope()
	defer leave()
	head, peer := l.take(g, l.buffer.name)
	n := g.guarded("on " + head)
	n.link = l
	n.kids = append(n.kids, g.armBody(g.received(l, peer)))
	return n
}

// timerArm makes an arm with `every` or `after`. The durations are above 0, so that each round
// takes time.
func (g *gen) timerArm(word string) *node {
	g.p.ticks = true
	g.p.Used["statement "+word]++
	span := expr(nil, fmt.Sprintf("%dus", g.between(1, 7)))
	if word == "after" && g.oneIn(2) {
		span = expr(nil, "(1us * i64($) + 1us)", g.masked(7, 2))
	}
	n := g.guarded("on " + word + "($)")
	n.kids = append([]*node{span}, n.kids...)
	n.kids = append(n.kids, g.armBody(nil))
	return n
}

// nowStmt makes a statement that reads the clock.
func (g *gen) nowStmt() *node {
	v := &variable{name: g.name("v"), typ: intType(64, true)}
	defer g.add(v)
	return stmt("let " + v.name + ": i64 = ((now() - time.start) / 1us)")
}

// poll makes statements that take a value if there is one.
func (g *gen) poll(l *link) []*node {
	g.p.Used["statement poll"]++
	v := &variable{name: g.name("v"), typ: l.elem}
	x := expr(optionType(l.elem), l.name+".try_recv()")
	leave := g.scope()
	g.add(v)
	then := g.armBody(g.showAll(v))
	leave()
	n := stmt("if let "+v.name+" = $ {\n$} else {\n$}", x, then, g.block(g.few()))
	n.link = l
	return []*node{n}
}

// offer makes statements that send a value if there is room.
func (g *gen) offer(l *link) []*node {
	g.p.Used["statement offer"]++
	v := &variable{name: g.name("ok"), typ: &typ{sort: boolSort, name: "bool"}}
	n := stmt("let "+v.name+" = "+l.name+".try_send($)", g.value(l.elem, 3))
	n.link = l
	shown := g.mixOf(expr(v.typ, v.name))
	shown.link = l
	return []*node{n, shown}
}

// feedback reports whether a channel comes from a later task. The values of such a channel are
// answers. No select waits for such answers, because answers that cause further answers would
// never end.
func (g *gen) feedback(l *link) bool { return later(g.p.tasks, l.from, l.to) }
