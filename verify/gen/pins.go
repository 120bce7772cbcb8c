package gen

import (
	"cmp"
	"slices"

	"github.com/sinter-lang/sinter/sim/world"
)

// Pins and serial lines have separate random sources (gen.pins, gen.serial), so that a choice
// of pins or lines does not change the other choices.

// edgeOf is a change of the level of an input pin.
type edgeOf struct {
	time  uint64
	to    *link
	value uint64
}

// pinsOf gives a task an input, an output, both or, most often, neither.
func (g *gen) pinsOf(t *task) {
	pin := func(kind linkKind) *link {
		l := &link{name: g.name("d"), kind: kind, to: t}
		g.p.links, t.links = append(g.p.links, l), append(t.links, l)
		return l
	}
	if g.pins.IntN(5) == 0 {
		t.led = pin(outLink)
	}
	if g.pins.IntN(5) == 0 {
		t.pin = pin(inLink)
		for now := uint64(0); len(g.p.edges) < 200 && g.pins.IntN(9) > 0; now += uint64(g.pins.IntN(4)) {
			g.p.edges = append(g.p.edges, edgeOf{now, t.pin, uint64(g.pins.IntN(2))})
		}
	}
}

// serialOf sometimes turns a network interface into a serial line. The line gets the same data
// as the interface, but a serial line has no message boundaries.
func (g *gen) serialOf(t *task) {
	for _, l := range []*link{t.rx, t.tx} {
		if l != nil && l.kind == ethLink && g.serial.IntN(4) == 0 {
			l.kind = serialLink
		}
	}
}

// pinRows are the statements about pins.
func pinRows() []stmtRow {
	return []stmtRow{
		{row{"pin write", 6}, func(g *gen) bool { return g.b.led != nil }, (*gen).pinWrite},
		{row{"pin read", 6}, func(g *gen) bool { return g.b.pin != nil }, (*gen).pinRead},
	}
}

func (g *gen) pinWrite() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	n := stmt(g.b.led.name+".write($)", g.condition())
	n.link = g.b.led
	return n
}

// pinRead makes a statement that stores a level.
func (g *gen) pinRead() *node {
	v := &variable{name: g.name("v"), typ: boolType()}
	defer g.add(v)
	n := stmt("let " + v.name + " = " + g.b.pin.name + ".read()")
	n.link = g.b.pin
	return n
}

func boolType() *typ { return &typ{sort: boolSort, name: "bool"} }

// pinArm makes a select arm that takes a change of an input.
func (g *gen) pinArm(l *link) *node {
	g.p.Used["statement changed"]++
	leave := g.scope()
	defer leave()
	v := &variable{name: g.name("v"), typ: boolType()}
	n := g.guarded("on let " + v.name + " = " + l.name + ".changed()")
	n.link = l
	g.add(v)
	n.kids = append(n.kids, g.armBody(g.showAll(v)))
	return n
}

// levelsOf lists the level changes of the devices in a script. Changes at the same time form
// one input.
func (p *Program) levelsOf(devices []string) []world.Input {
	at := map[uint64][]world.Level{}
	for _, e := range p.edges {
		i := slices.Index(devices, e.to.name)
		if i < 0 || e.to.gone {
			continue
		}
		same := slices.IndexFunc(at[e.time], func(l world.Level) bool { return l.Device == i })
		if same >= 0 {
			at[e.time][same].Value = e.value
			continue
		}
		at[e.time] = append(at[e.time], world.Level{Device: i, Value: e.value})
	}
	var out []world.Input
	for time, levels := range at {
		slices.SortFunc(levels, func(a, b world.Level) int { return cmp.Compare(a.Device, b.Device) })
		out = append(out, world.Input{Time: time, Levels: levels})
	}
	slices.SortFunc(out, func(a, b world.Input) int { return cmp.Compare(a.Time, b.Time) })
	return realChanges(out)
}

// realChanges drops a change to the level that the pin already has, because a file of levels has no
// such changes.
func realChanges(list []world.Input) []world.Input {
	now := map[int]uint64{}
	var out []world.Input
	for _, in := range list {
		var levels []world.Level
		for _, l := range in.Levels {
			if now[l.Device] != l.Value {
				levels = append(levels, l)
			}
			now[l.Device] = l.Value
		}
		if levels != nil {
			out = append(out, world.Input{Time: in.Time, Levels: levels})
		}
	}
	return out
}
