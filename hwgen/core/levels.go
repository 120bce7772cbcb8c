package core

import (
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// input is an input pin. The level of the pin passes two registers that synchronise the level
// with the clock, and then a register that samples it. The last register samples only while the
// core is idle, so the program sees one level between two waits. known is the level that the
// program loaded last.
type input struct {
	dev            design.Device
	second         rtl.ID // after the synchroniser
	sampled, known rtl.Register
}

// output is an output pin: the level that the program stored last, 0 after reset.
type output struct {
	dev   design.Device
	level rtl.Register
}

// levels makes the pins of the level devices and the inputs of the byte devices.
func (g *portSide) levels(d *devices) {
	for _, dev := range g.p.Devices {
		switch {
		case dev.Stream:
			g.line(d, dev)
		case dev.Bits == 0:
		case dev.Rx:
			in := input{dev: dev}
			first := g.b.Reg(dev.Name+".first", dev.Bits, 0)
			second := g.b.Reg(dev.Name+".second", dev.Bits, 0)
			g.b.Set(first, g.b.Input(rtl.PortLevelIn(dev.Name), dev.Bits))
			g.b.Set(second, first.Q())
			in.second = second.Q()
			in.sampled = g.b.Reg(dev.Name+".sampled", dev.Bits, 0)
			in.known = g.b.Reg(dev.Name+".known", dev.Bits, 0)
			if on := g.loading(port.LevelOf(dev.Index)); on != rtl.None {
				g.b.If(on, func() { g.b.Set(in.known, in.sampled.Q()) })
			}
			d.ready[dev.Index] = g.op(word.Ne, 1, 0, g.vec(in.sampled.Q()), g.vec(in.known.Q()))[0]
			d.in = append(d.in, in)
		case dev.Tx:
			out := output{dev, g.b.Reg(dev.Name+".level", dev.Bits, 0)}
			if on := g.storing(port.LevelOf(dev.Index)); on != rtl.None {
				g.b.If(on, func() { g.b.Set(out.level, g.pack(g.stored(dev.Bits))) })
			}
			d.out = append(d.out, out)
		}
	}
}

// levelOf is the value that a load of a device's register returns: the device's level or next
// byte.
func (g *portSide) levelOf(device int) vec {
	for _, in := range g.dev.in {
		if in.dev.Index == device {
			return g.vec(in.sampled.Q()).zext(32)
		}
	}
	for _, l := range g.dev.lines {
		if l.dev.Index == device && l.data != rtl.None {
			return g.vec(l.data).zext(32)
		}
	}
	return constVec(32, 0)
}

// levelPins samples the inputs and makes the output pins.
func (g *portSide) levelPins(idle rtl.ID) {
	for _, in := range g.dev.in {
		g.b.If(idle, func() { g.b.Set(in.sampled, in.second) })
	}
	for _, out := range g.dev.out {
		g.b.Output(rtl.PortLevelOut(out.dev.Name), out.level.Q())
	}
}
