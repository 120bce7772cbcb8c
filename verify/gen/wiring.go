package gen

import "fmt"

// system makes tasks in a line. Each task gets values from earlier tasks.
func (g *gen) system() {
	n := g.between(1, 4)
	if g.o.Small {
		n = g.between(1, 2)
	}
	for i := range n {
		g.wire(i)
	}
	if g.oneIn(8) {
		g.stall()
	}
	if g.oneIn(6) {
		g.fan()
	}
	g.unbuffered()
	for _, t := range g.p.tasks {
		if t.body == nil {
			g.task(t)
		}
	}
	g.arrivals()
	g.r.Shuffle(len(g.p.tasks), func(i, j int) { g.p.tasks[i], g.p.tasks[j] = g.p.tasks[j], g.p.tasks[i] })
}

// wire adds the next task with its links.
func (g *gen) wire(i int) {
	t := &task{name: g.name("t")}
	earlier := g.p.tasks
	g.p.tasks = append(g.p.tasks, t)
	if g.oneIn(2) {
		v := g.name("p")
		t.param = v + ": u32"
		t.value = g.edge(intType(32, false)).String()
	}
	if i == 0 && g.oneIn(2) || g.oneIn(5) {
		t.rx = g.device(t, pick(g, []linkKind{ethLink, ethLink, udpLink}))
		t.endless = true
	}
	if g.oneIn(3) {
		t.tx = t.rx
		if t.tx == nil || t.tx.kind == udpLink || g.oneIn(2) {
			t.tx = g.device(t, ethLink)
		}
	}
	if g.oneIn(6) {
		t.disk = g.device(t, diskLink)
		g.wearOut(t.disk)
	}
	g.pinsOf(t)
	g.serialOf(t)
	g.busOf(t)
	for _, from := range earlier {
		if len(t.ins) == 0 && !g.oneIn(4) || g.oneIn(4) {
			g.channel(from, t)
			t.endless = t.endless || from.endless
			if g.oneIn(6) {
				g.channel(t, from)
			}
		}
	}
	t.endless = t.endless || len(t.ins) > 0 && g.oneIn(3)
	t.selects = g.oneIn(4)
}

func (g *gen) channel(from, to *task) *link {
	l := &link{name: g.name("c"), elem: g.sentType(), cap: pick(g, []int{1, 1, 2, 3, 4, 8}), from: from, to: to, polled: g.oneIn(6)}
	g.p.links = append(g.p.links, l)
	from.links, to.links = append(from.links, l), append(to.links, l)
	from.outs, to.ins = append(from.outs, l), append(to.ins, l)
	return l
}

// sentType chooses the type of a channel's values.
func (g *gen) sentType() *typ {
	for range 4 {
		if t := g.anyType(2); t.words() < 24 {
			return t
		}
	}
	return g.intType()
}

// stall makes two tasks that reveal the capacity of a channel. The reader never receives. The
// writer logs each send, until a send blocks.
func (g *gen) stall() {
	writer, reader := &task{name: g.name("t")}, &task{name: g.name("t")}
	g.p.tasks = append(g.p.tasks, writer, reader)
	l := g.channel(writer, reader)
	leave := g.enter(&body{times: 1, budget: 200, task: true, ends: 1})
	send := stmt(l.name+".send($)", g.value(l.elem, 2))
	leave()
	send.link = l
	writer.body = list(stmt("for i in 0..10 {\n$}", list(send, stmt(`log.print("stall {i}")`))))
	receive := expr(l.elem, l.name+".recv()")
	receive.link = l
	reader.body = list(stmt("let never = ($ == 1)", expr(intType(32, false), "u32(0)")), stmt("if never {\n$}", list(stmt("let x: "+l.elem.name+" = $", receive))))
}

// unbuffered gives capacity 0 to the only channel into some tasks. Such a task receives from
// this channel at the beginning of each round, before any other wait. So no cycle of waiting
// tasks is possible.
func (g *gen) unbuffered() {
	for _, t := range g.p.tasks {
		if len(t.ins) == 1 && !g.feedback(t.ins[0]) && g.oneIn(3) {
			t.ins[0].cap, t.ins[0].polled = 0, false
		}
	}
}

// fan makes a task that runs in several copies, and a task that collects the values of all
// copies over an array of channels.
func (g *gen) fan() {
	worker, collector := &task{name: g.name("t")}, &task{name: g.name("t")}
	g.p.tasks = append(g.p.tasks, worker, collector)
	l := g.channel(worker, collector)
	l.copies, l.polled = g.between(2, 3), false
	worker.param, worker.value = g.name("p")+": u32", "k"
	collector.body = g.collect(l)
}

// collect makes the body of a task that receives from an array of channels, in turn or in order
// of arrival.
func (g *gen) collect(l *link) *node {
	g.p.Used["statement fan"]++
	defer g.enter(&body{times: rounds, budget: 2000, task: true, ends: 1})()
	g.b.hash = g.add(&variable{name: g.name("h"), typ: intType(32, false), mutable: true})
	v := g.add(&variable{name: g.name("v"), typ: l.elem})
	shown := list(g.showAll(v)...)
	var body *node
	if g.oneIn(2) {
		arms := list()
		for k := range l.copies {
			arms.kids = append(arms.kids, stmt(fmt.Sprintf("on let %s = %s[%d].recv() {\n$}", v.name, l.name, k), shown))
		}
		body = stmt(fmt.Sprintf("for at in 0..%d {\n$}", rounds*l.copies), list(stmt("select "+pick(g, []string{"prio", "fair", "turn"})+" {\n$}", arms)))
	} else {
		shown.kids = append([]*node{stmt("let " + v.name + ": " + l.elem.name + " = " + l.name + "[k].recv()")}, shown.kids...)
		body = stmt(fmt.Sprintf("for at in 0..%d {\n$}", rounds), list(stmt(fmt.Sprintf("for k in 0..%d {\n$}", l.copies), shown)))
	}
	return list(
		stmt("var "+g.b.hash.name+": u32 = 1"), body, stmt(`log.print("{`+g.b.hash.name+`:hex}")`))
}
