package core

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// receiver is the port through which a device's frames arrive.
type receiver struct {
	dev               design.Device
	valid, data, last rtl.ID
	bytes             rtl.ID
}

// sender is the port through which a device's frames leave.
type sender struct {
	dev   design.Device
	ready rtl.ID
}

// devices are the frame ports and the port registers.
type devices struct {
	rx      []receiver
	tx      []sender
	in      []input
	out     []output
	lines   []byteLine
	ready   vec    // bit i: device i has a frame, or a level that the program does not know
	mask    vec    // the devices that WAIT waits for
	some    rtl.ID // ready and mask have a common bit
	engine  *engine
	logging rtl.ID // input log_ready
	timer   *timer // nil: none
}

// execution gives the ports the signals of the instruction in execution. Every datapath must
// provide these signals.
type execution interface {
	storing(port.Reg) rtl.ID // 1 while a store to a port register executes; rtl.None when none can
	loading(port.Reg) rtl.ID // the same for a load
	stored(n int) vec        // the low n bits of the value that a store writes
	holdWhile(on, cond rtl.ID)
}

// portSide makes the ports of a core: streams, levels, log, marks, clock. portSide uses the
// point and the interface `execution`, and does not depend on the datapath.
type portSide struct {
	wires
	execution
	p   *design.Point
	dev devices
}

// inputs makes the inputs of the ports, the mask and the engine.
func (g *portSide) inputs() { g.dev = g.devices() }

func (g *portSide) devices() devices {
	var d devices
	g.b.At(diag.Span{})
	width := 1
	for _, dev := range g.p.Devices {
		width = max(width, dev.Index+1)
		if !dev.Frames() {
			continue
		}
		if dev.Rx {
			p := rtl.RxPorts(dev.Name)
			d.rx = append(d.rx, receiver{
				dev, g.b.Input(p.Valid, 1), g.b.Input(p.Data, 32),
				g.b.Input(p.Last, 1), g.b.Input(p.Bytes, rtl.PortBytesWidth),
			})
		}
		if dev.Tx {
			d.tx = append(d.tx, sender{dev, g.b.Input(rtl.TxPorts(dev.Name).Ready, 1)})
		}
	}
	d.ready = constVec(width, 0)
	for _, r := range d.rx {
		d.ready[r.dev.Index] = bit{r.valid, 0}
	}
	g.levels(&d)
	d.timer = g.timer()
	if g.p.Uses(port.Wait) {
		g.wait(&d, width)
	}
	if g.p.Uses(port.Log) {
		d.logging = g.b.Input(rtl.PortLogReady, 1)
	}
	if len(d.rx)+len(d.tx) > 0 && g.p.Uses(port.Go) {
		d.engine = g.makeEngine(&d)
	}
	return d
}

// wait makes the mask register and holds loads of WAIT.
func (g *portSide) wait(d *devices, width int) {
	mask := g.b.Reg("wait.mask", width, 0)
	d.mask = g.vec(mask.Q())
	meet := constVec(width, 0)
	for i, r := range d.ready {
		if r.node != rtl.None {
			meet[i] = g.op(word.And, 1, 0, vec{r}, d.mask[i:i+1])[0]
		}
	}
	if d.timer != nil && d.timer.due != nil {
		meet = concat(meet, d.timer.wait(g))
	}
	d.some = g.b.Any(g.pack(meet))
	if on := g.storing(port.Wait); on != rtl.None {
		g.b.If(on, func() { g.b.Set(mask, g.pack(g.stored(width))) })
	}
	if on := g.loading(port.Wait); on != rtl.None {
		g.holdWhile(on, g.b.Not(d.some))
	}
}

// storing is 1 while a store to a port register executes. The result is rtl.None if the point
// has no such store.
func (g *gen) storing(reg port.Reg) rtl.ID {
	return g.accessing(reg, func(l *line) bool { return l.store > 0 })
}

// loading is the same as storing, for loads.
func (g *gen) loading(reg port.Reg) rtl.ID {
	return g.accessing(reg, func(l *line) bool { return l.load > 0 })
}

func (g *gen) accessing(reg port.Reg, kind func(*line) bool) rtl.ID {
	lines := g.where(func(l *line) bool { return l.port != nil && l.port.Reg == reg && kind(l) })
	if len(lines) == 0 {
		return rtl.None
	}
	return g.b.And(g.x.valid, g.exactly(reg.String(), lines))
}

// stored is the low n bits of the value that a store to a port register writes.
func (g *gen) stored(n int) vec { return g.x.rs[1].zext(32)[:n] }

// value is the result of a load from a port register.
func (g *portSide) value(reg port.Reg) vec {
	if device, ok := reg.Level(); ok {
		return g.levelOf(device)
	}
	switch reg {
	case port.Status, port.Wait:
		return g.ready()
	case port.Now, port.NowHigh:
		return g.dev.timer.half(g, reg == port.NowHigh)
	case port.Len:
		if g.dev.engine != nil && g.dev.engine.received != nil {
			return g.dev.engine.received.zext(32)
		}
	}
	return constVec(32, 0)
}

// outputs makes the output ports and connects the data memory.
func (g *gen) outputs() {
	b := g.b
	b.At(diag.Span{})
	g.ports.streams(g.loaded())
	if g.data != nil {
		g.data.connect(g, g.ports.dev.engine)
	}
	g.halted = g.ports.outputs()
	g.trap = g.bool(false)
	if lines := g.where(func(l *line) bool { return l.trap }); len(lines) > 0 {
		g.trap = b.And(g.x.valid, g.exactly("trap", lines))
	}
	g.holdWhile(g.trap, g.bool(true))
	b.Output(rtl.PortTrap, g.trap)
	b.Output(rtl.PortTrapPC, g.pack(g.pc()))
}

// loaded is the word that the data memory outputs, or rtl.None if there is no data memory.
func (g *gen) loaded() rtl.ID {
	if g.data == nil {
		return rtl.None
	}
	return g.data.read.Q()
}

// streams makes the outputs of the devices that transfer frames. loaded is the word that the
// data memory outputs.
func (g *portSide) streams(loaded rtl.ID) {
	if e := g.dev.engine; e != nil {
		e.outputs(g, loaded)
	} else {
		g.dev.still(g)
	}
}

// outputs makes the other output ports, and returns whether the core has halted.
func (g *portSide) outputs() (halted rtl.ID) {
	b := g.b
	if on := g.storing(port.Log); on != rtl.None {
		g.holdWhile(on, b.Not(g.dev.logging))
		b.Output(rtl.PortLogValid, on)
		b.Output(rtl.PortLogData, g.pack(g.stored(32)))
	}
	if on := g.storing(port.Mark); on != rtl.None {
		b.Output(rtl.PortMarkValid, on)
		b.Output(rtl.PortMarkID, g.pack(g.stored(rtl.PortMarkIDWidth)))
	}
	idle := g.orZero(g.loading(port.Wait))
	if g.p.Uses(port.Wait) {
		idle = b.And(idle, b.Not(g.dev.some))
	}
	b.Output(rtl.PortIdle, idle)
	g.levelPins(idle)
	g.lineOutputs()
	g.timerOutputs(idle)
	halted = g.orZero(g.storing(port.Halt))
	g.holdWhile(halted, g.bool(true))
	b.Output(rtl.PortHalted, halted)
	return halted
}

func (g *portSide) orZero(id rtl.ID) rtl.ID {
	if id == rtl.None {
		return g.bool(false)
	}
	return id
}

// pc is the address of the instruction in execution.
func (g *gen) pc() vec {
	if g.x.pc != nil {
		return g.address(g.x.pc)
	}
	n := len(g.x.next)
	return g.address(g.op(word.Sub, n, 0, g.x.next, constVec(n, 1)))
}
