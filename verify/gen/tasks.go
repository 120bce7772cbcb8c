package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
)

// link is a channel between two tasks, or a device of a task.
type link struct {
	name     string
	kind     linkKind
	elem     *typ // element type of a channel; type of the buffer of a device
	cap      int
	copies   int        // number of channels in an array; 0: a single channel
	from, to *task      // from is nil for a device
	polled   bool       // its reader polls and does not wait
	socket   bool       // a net.Udp over an interface, not a port for datagrams
	bus      *port.Kind // port kind of a bus; nil for other links
	buffer   *variable
	gone     bool
	worn     bool   // a disk that cannot do every command
	answers  string // the commands that fail, as an answer file
}

// task is a task with its single run in the system.
type task struct {
	name  string
	links []*link
	param string // name of a value parameter, "" if there is none
	value string
	body  *node
	gone  bool

	endless  bool
	selects  bool // it takes the first message that is available
	ins      []*link
	outs     []*link
	rx, tx   *link
	disk     *link
	pin, led *link // its input pin and its output pin
	bus      *link
}

func (t *task) text(b *strings.Builder) {
	if t.gone {
		return
	}
	var params []string
	for _, l := range t.links {
		switch {
		case l.gone:
		case l.device():
			params = append(params, l.name+": "+l.deviceType())
		case l.copies > 0 && l.to == t:
			params = append(params, fmt.Sprintf("%s: [%d]in chan<%s>", l.name, l.copies, l.elem.name))
		case l.from == t:
			params = append(params, l.name+": out chan<"+l.elem.name+">")
		default:
			params = append(params, l.name+": in chan<"+l.elem.name+">")
		}
	}
	if t.param != "" {
		params = append(params, t.param)
	}
	fmt.Fprintf(b, "task %s(%s) {\n", t.name, strings.Join(params, ", "))
	t.body.text(b)
	b.WriteString("}\n")
}

// systemText writes the system block.
func (p *Program) systemText(b *strings.Builder) {
	p.deviceText(b)
	for _, l := range p.links {
		switch {
		case l.gone || l.device():
		case l.copies > 0:
			fmt.Fprintf(b, "chan %s[%d]: %s cap %d\n", l.name, l.copies, l.elem.name, l.cap)
		default:
			fmt.Fprintf(b, "chan %s: %s cap %d\n", l.name, l.elem.name, l.cap)
		}
	}
	for _, t := range p.tasks {
		if !t.gone {
			t.run(b)
		}
	}
}

// run writes the line that runs a task, or copies of it.
func (t *task) run(b *strings.Builder) {
	var args []string
	copies := 0
	for _, l := range t.links {
		switch {
		case l.gone:
		case l.copies > 0 && l.from == t:
			copies = l.copies
			args = append(args, l.name+"[k]")
		default:
			args = append(args, l.name)
		}
	}
	if t.param != "" {
		args = append(args, t.value)
	}
	line := fmt.Sprintf("run %s(%s)", t.name, strings.Join(args, ", "))
	if copies > 0 {
		line = fmt.Sprintf("for k in 0..%d { %s }", copies, line)
	}
	b.WriteString(line + "\n")
}

// rounds is the number of values that a task sends over each channel.
const rounds = 4

// task makes the body of a task: some statements, then rounds. In each round the task receives
// from each link, computes, and sends to each link.
func (g *gen) task(t *task) {
	b := &body{times: 1, budget: 6000, task: true, ends: 1, disk: t.disk, pin: t.pin, led: t.led, bus: t.bus}
	defer g.enter(b)()
	text := list()
	b.hash = g.add(&variable{name: g.name("h"), typ: intType(32, false), mutable: true})
	text.kids = append(text.kids, stmt(pick(g, []string{"var ", "state "})+b.hash.name+": u32 = $", g.literal(intType(32, false))))
	if t.param != "" {
		name, _, _ := strings.Cut(t.param, ":")
		g.add(&variable{name: name, typ: intType(32, false)})
	}
	for range g.r.IntN(3) {
		text.kids = append(text.kids, g.stateStmt())
	}
	text.kids = append(text.kids, g.statements(g.between(1, g.o.Size/3))...)
	if len(t.links) > 0 || g.oneIn(3) {
		text.kids = append(text.kids, g.roundsOf(t)...)
	}
	text.kids = append(text.kids, stmt(`log.print("end {`+b.hash.name+`:hex}")`))
	if t.endless {
		text.kids = text.kids[:len(text.kids)-1]
	}
	t.body = text
}

// stateStmt declares a state variable, which only tasks have.
func (g *gen) stateStmt() *node {
	if len(g.maps) > 0 && g.oneIn(3) {
		return g.mapVariable("state ")
	}
	t := g.anyType(2)
	v := &variable{name: g.name("s"), typ: t, mutable: true}
	defer g.add(v)
	if t.zeroed() && g.oneIn(2) {
		return stmt("state " + v.name + ": " + t.name)
	}
	return stmt("state "+v.name+": "+t.name+" = $", g.value(t, 2))
}

// roundsOf makes the loop of a task.
func (g *gen) roundsOf(t *task) []*node {
	leave := g.scope()
	defer leave()
	var out []*node
	if t.rx != nil {
		v := g.add(&variable{name: g.name("b"), typ: t.rx.elem, mutable: true})
		t.rx.buffer = v
		out = append(out, stmt("var "+v.name+": "+v.typ.name))
	}
	head := fmt.Sprintf("for %s in 0..%d", g.name("r"), rounds)
	if t.endless {
		head = "loop"
	}
	body := list()
	times := 2 * rounds
	if t.selects {
		times = armWork
	}
	g.repeated(times, func() { body.kids = g.round(t) })
	return append(out, stmt(head+" {\n$}", body))
}

// round makes one round: all links in turn, with statements between them.
func (g *gen) round(t *task) []*node {
	leave := g.scope()
	defer leave()
	var out []*node
	order := g.r.Perm(len(t.ins))
	if t.selects {
		out = g.selectRound(t)
	} else {
		out = g.takeAll(t, order)
	}
	out = append(out, g.statements(g.between(1, g.o.Size/4+1))...)
	for _, i := range g.r.Perm(len(t.outs)) {
		out = append(out, g.send(t.outs[i])...)
		out = append(out, g.statements(g.r.IntN(2))...)
	}
	for _, i := range order {
		if g.feedback(t.ins[i]) {
			out = append(out, g.receiveAndShow(t.ins[i])...)
		}
	}
	if t.tx != nil {
		out = append(out, g.sendFrame(t.tx, "")...)
	}
	return append(out, stmt(`log.print("{`+g.b.hash.name+`:hex}")`))
}

// takeAll makes statements that receive a message from each link.
func (g *gen) takeAll(t *task, order []int) []*node {
	var out []*node
	if t.rx != nil {
		out = append(out, g.receiveFrame(t.rx)...)
	}
	waits := !t.endless || t.rx != nil || slices.ContainsFunc(t.ins, func(l *link) bool { return !l.polled && !g.feedback(l) })
	for _, i := range order {
		l := t.ins[i]
		switch {
		case g.feedback(l):
			continue
		case l.polled && waits:
			out = append(out, g.poll(l)...)
		default: // an endless loop waits for something
			waits = true
			out = append(out, g.receiveAndShow(l)...)
		}
		out = append(out, g.statements(g.r.IntN(2))...)
	}
	return out
}

// later reports whether a comes after b in the order of tasks.
func later(tasks []*task, a, b *task) bool {
	for _, t := range tasks {
		switch t {
		case b:
			return true
		case a:
			return false
		}
	}
	return false
}

// receiveAndShow makes statements that receive a value and mix it into the hash. In an array of
// channels, only the values show which channel was used.
func (g *gen) receiveAndShow(l *link) []*node {
	before := len(g.b.vars)
	out := []*node{g.receive(l)}
	if len(g.b.vars) > before {
		out = append(out, g.showAll(g.b.vars[before])...)
	}
	return out
}

// receive makes a statement that receives a value from a channel.
func (g *gen) receive(l *link) *node {
	x := expr(l.elem, l.name+".recv()")
	x.link = l
	if w, ok := g.writable(ofType(l.elem)); ok && g.oneIn(3) {
		if n := w.node(g); n != nil {
			return stmt("$ = $", n, x)
		}
	}
	v := &variable{name: g.name("v"), typ: l.elem}
	word := "let "
	if g.oneIn(3) {
		v.mutable = true
		word = "var "
	}
	defer g.add(v)
	if l.elem.sort == intSort && g.oneIn(3) {
		return stmt(word+v.name+": "+l.elem.name+" = ($ - $)", g.value(l.elem, 2), x)
	}
	return stmt(word+v.name+": "+l.elem.name+" = $", x)
}

// send makes statements that send a value on a channel, sometimes under a condition.
func (g *gen) send(l *link) []*node {
	g.p.Used["statement send"]++
	if l.cap > 0 && l.copies == 0 && g.oneIn(10) {
		return g.offer(l)
	}
	n := stmt(l.name+".send($)", g.value(l.elem, 3))
	n.link = l
	answered := slices.ContainsFunc(l.from.ins, func(back *link) bool { return back.from == l.to })
	if g.oneIn(16) && l.to.endless && !answered {
		return []*node{stmt("if $ {\n$}", g.condition(), list(n))}
	}
	return []*node{n}
}

// showAll makes statements that mix the contents of a message.
func (g *gen) showAll(v *variable) []*node {
	var out []*node
	for _, p := range parts(nil, place{v: v, typ: v.typ}, func(t *typ) bool { return t.scalar() || t.sort == optionSort && t.elem.number() || t.sort == bytesSort }, 0) {
		if len(p.lengths) > 0 {
			continue
		}
		n := p.node(g)
		switch {
		case p.typ.sort == optionSort:
			name := g.name("v")
			out = append(out, stmt("if let "+name+" = $ {\n$}", n, list(g.mixOf(expr(p.typ.elem, name)))))
		case p.typ.sort == bytesSort:
			out = append(out, stmt(`log.print("{$}")`, n))
		default:
			out = append(out, g.mixOf(n))
		}
	}
	return out
}
