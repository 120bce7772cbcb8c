package gen

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim/world"
)

// A separate pseudo-random generator (gen.buses) chooses buses and sources of random bytes,
// just as gen.pins chooses pins.

// busAddress is the lowest of the four I2C addresses that programs use. No device answers at
// the highest one.
const busAddress = 0x20

// answerOf is an answer of the device on a bus.
type answerOf struct {
	to *link
	world.Answer
}

// busOf sometimes gives a task a bus, and the bus a device that answers.
func (g *gen) busOf(t *task) {
	if g.buses.IntN(6) > 0 {
		return
	}
	var rows []*port.Kind
	for _, k := range port.Kinds() {
		if port.Exchanges(k.Name) {
			rows = append(rows, k)
		}
	}
	t.bus = &link{name: g.name("d"), kind: busLink, bus: rows[g.buses.IntN(len(rows))], to: t}
	g.p.links, t.links = append(g.p.links, t.bus), append(t.links, t.bus)
	now := uint64(0)
	for range g.buses.IntN(7) {
		a := world.Answer{Time: now}
		if t.bus.bus.Silent {
			a.Sent = append(a.Sent, busAddress+byte(g.buses.IntN(3)))
			a.Refuses = g.buses.IntN(5) == 0
		}
		for range g.buses.IntN(3) {
			if len(t.bus.bus.Wires) > 0 {
				a.Sent = append(a.Sent, byte(g.buses.IntN(4)))
			}
		}
		for n := g.buses.IntN(7); n > 0 && !a.Refuses; n-- {
			a.Data = append(a.Data, byte(g.buses.IntN(256)))
		}
		g.p.answers = append(g.p.answers, answerOf{t.bus, a})
		now += uint64(g.buses.IntN(5))
	}
}

// Answers lists the answers of the device on a bus, in the order of an answer file.
func (p *Program) Answers(device string) []world.Answer {
	var out []world.Answer
	for _, a := range p.answers {
		if !a.to.gone && a.to.name == device {
			out = append(out, a.Answer)
		}
	}
	return out
}

// busKind is the kind of a bus. It is "" for any other link.
func (l *link) busKind() string {
	if l.bus == nil {
		return ""
	}
	return l.bus.Name
}

// bus returns the simulated device on a bus, or nil for a device that is not a bus.
func (p *Program) bus(d Device) *world.Bus {
	if d.Bus == "" {
		return nil
	}
	b := world.NewBus(port.Find(d.Bus))
	for _, a := range p.Answers(d.Name) {
		if s := b.Source(); s != nil {
			s.Give(a.Data)
		} else {
			b.Add(a)
		}
	}
	return b
}

// busRows are the statements about buses.
func busRows() []stmtRow {
	plain := func(g *gen) bool { return g.b.bus != nil && g.b.bus.bus.Method("transfer") != nil }
	source := func(g *gen) bool { return g.b.bus != nil && len(g.b.bus.bus.Wires) == 0 }
	addressed := func(g *gen) bool { return g.b.bus != nil && g.b.bus.bus.Silent }
	return []stmtRow{
		{row{"bus transfer", 12}, plain, (*gen).transfer},
		{row{"bus write", 5}, addressed, (*gen).busWrite},
		{row{"bus read", 8}, addressed, (*gen).busRead},
		{row{"random bytes", 12}, source, (*gen).random},
	}
}

func (g *gen) busStmt(form string, kids ...*node) *node {
	n := stmt(form, kids...)
	n.link = g.b.bus
	return n
}

// wireBytes makes a buffer. Its first bytes are often bytes to which the device has an answer.
func (g *gen) wireBytes(most int) (name string, out *node) {
	name, n := g.name("wire"), g.between(1, most)
	if g.oneIn(2) {
		text := ""
		for range n {
			text += fmt.Sprintf("\\x%02x", g.r.IntN(5))
		}
		return name, list(stmt(fmt.Sprintf("var %s: bytes<%d> = \"%s\"", name, n+g.r.IntN(4), text)))
	}
	out = list(stmt(fmt.Sprintf("var %s: [%d]u8", name, n)))
	for k := range min(n, g.between(0, 3)) {
		out.kids = append(out.kids, stmt(fmt.Sprintf("%s[%d] = u8($)", name, k), g.masked(3, 2)))
	}
	return name, out
}

// showWire makes statements that mix some bytes of a buffer into the hash. The buffer must not
// be empty.
func (g *gen) showWire(out *node, name string) {
	at := g.name("i")
	if g.mixes() {
		out.kids = append(out.kids, stmt("for "+at+" in 0.."+name+".len {\n$}", list(g.mixOf(expr(intType(8, false), name+"["+at+"]")))))
	}
}

// transfer makes a statement that exchanges bytes and shows the received bytes.
func (g *gen) transfer() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	if !g.work(120) {
		return nil
	}
	name, out := g.wireBytes(9)
	out.kids = append(out.kids, g.busStmt(g.b.bus.name+".transfer("+name+")"))
	g.showWire(out, name)
	return out
}

// random fills a buffer and shows it.
func (g *gen) random() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	if !g.work(120) {
		return nil
	}
	name, out := g.wireBytes(9)
	out.kids = append(out.kids, g.busStmt(g.b.bus.name+".fill("+name+")"))
	g.showWire(out, name)
	return out
}

// busAt is an address: of somebody or nobody.
func (g *gen) busAt() *node {
	return expr(intType(7, false), fmt.Sprintf("u7(%d + u8($))", busAddress), g.masked(3, 2))
}

// acknowledged makes a command and shows whether it was acknowledged.
func (g *gen) acknowledged(out *node, form string, kids ...*node) {
	ok := g.name("ok")
	out.kids = append(out.kids, stmt("var "+ok+" = false"), g.busStmt(ok+" = "+g.b.bus.name+"."+form, kids...))
	if g.mixes() {
		out.kids = append(out.kids, g.mixOf(expr(intType(32, false), "u32("+ok+")")))
	}
}

// busWrite makes a statement that sends bytes, rarely zero bytes.
func (g *gen) busWrite() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	if !g.work(120) {
		return nil
	}
	if g.oneIn(6) {
		out := list()
		g.acknowledged(out, `write($, "")`, g.busAt())
		return out
	}
	name, out := g.wireBytes(9)
	g.acknowledged(out, "write($, "+name+")", g.busAt())
	return out
}

// busRead makes a statement that fills a buffer and shows the buffer. It may first select a
// register of the device. The buffer stays unchanged if no device answers.
func (g *gen) busRead() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	if !g.work(200) {
		return nil
	}
	buf, out := g.wireBytes(9)
	if g.oneIn(3) {
		g.acknowledged(out, "read($, "+buf+")", g.busAt())
	} else {
		sent, more := g.wireBytes(3)
		out.kids = append(out.kids, more.kids...)
		g.acknowledged(out, "ask($, "+sent+", "+buf+")", g.busAt())
	}
	g.showWire(out, buf)
	return out
}
