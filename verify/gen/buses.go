package gen

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim/world"
)

// Buses, and sources of random bytes, are drawn from a source of their own (gen.buses), as
// pins are.

// busAddress is the least of the four addresses of I2C that programs use; at the last one
// there is never anybody.
const busAddress = 0x20

// answerOf is an answer of the device at the other end of a bus.
type answerOf struct {
	to *link
	world.Answer
}

// busOf gives a task a bus now and then, and the bus what is at its other end.
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

// Answers are the answers of the device at the other end of a bus, in the order of a file
// of answers.
func (p *Program) Answers(device string) []world.Answer {
	var out []world.Answer
	for _, a := range p.answers {
		if !a.to.gone && a.to.name == device {
			out = append(out, a.Answer)
		}
	}
	return out
}

// busKind is the kind of a link that is a bus, "" for another one.
func (l *link) busKind() string {
	if l.bus == nil {
		return ""
	}
	return l.bus.Name
}

// bus is the other end of a bus, nil for another device.
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

// wireBytes is a buffer whose first bytes are often what some answer is for.
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

// showWire mixes some bytes of a buffer that has at least one.
func (g *gen) showWire(out *node, name string) {
	at := g.name("i")
	if g.mixes() {
		out.kids = append(out.kids, stmt("for "+at+" in 0.."+name+".len {\n$}", list(g.mixOf(expr(intType(8, false), name+"["+at+"]")))))
	}
}

// transfer exchanges bytes and shows those that came.
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

// acknowledged shows whether a command was.
func (g *gen) acknowledged(out *node, form string, kids ...*node) {
	ok := g.name("ok")
	out.kids = append(out.kids, stmt("var "+ok+" = false"), g.busStmt(ok+" = "+g.b.bus.name+"."+form, kids...))
	if g.mixes() {
		out.kids = append(out.kids, g.mixOf(expr(intType(32, false), "u32("+ok+")")))
	}
}

// busWrite sends bytes, rarely none.
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

// busRead fills a buffer, after a register or not, and shows it: it stays as it was when
// nobody answers.
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
