package core

import (
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// byteLine is a device that transfers single bytes (shape stream). The core receives a byte
// while a load of the device's register executes, and sends a byte while a store to that
// register executes.
type byteLine struct {
	dev         design.Device
	valid, data rtl.ID // of the byte that arrives
	ready       rtl.ID // for the byte that is sent
}

// line makes the inputs of a byte device. A load is never held, because a program loads only
// when the device is ready.
func (g *portSide) line(d *devices, dev design.Device) {
	l := byteLine{dev: dev, valid: rtl.None, data: rtl.None, ready: rtl.None}
	if dev.Rx {
		p := rtl.RxPorts(dev.Name)
		l.valid, l.data = g.b.Input(p.Valid, 1), g.b.Input(p.Data, rtl.PortByteWidth)
		d.ready[dev.Index] = bit{l.valid, 0}
	}
	if dev.Tx {
		l.ready = g.b.Input(rtl.TxPorts(dev.Name).Ready, 1)
		if on := g.storing(port.LevelOf(dev.Index)); on != rtl.None {
			g.holdWhile(on, g.b.Not(l.ready))
		}
	}
	d.lines = append(d.lines, l)
}

// lineOutputs makes the outputs of the byte devices.
func (g *portSide) lineOutputs() {
	for _, l := range g.dev.lines {
		reg := port.LevelOf(l.dev.Index)
		if l.dev.Rx {
			g.b.Output(rtl.RxPorts(l.dev.Name).Ready, g.orZero(g.loading(reg)))
		}
		if l.dev.Tx {
			p := rtl.TxPorts(l.dev.Name)
			on, data := g.storing(reg), g.b.Const(rtl.PortByteWidth, 0)
			if on != rtl.None {
				data = g.pack(g.stored(rtl.PortByteWidth))
			}
			g.b.Output(p.Valid, g.orZero(on))
			g.b.Output(p.Data, data)
		}
	}
}
