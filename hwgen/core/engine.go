package core

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// engine moves a frame between a stream port and data memory, one word per cycle. The store to
// GO that starts the engine stays in execution until the transfer ends. The operand of this
// store keeps the stored value during that time, so the engine has no registers for the device
// and the direction. The registers ADDR and LEN are the counters of the engine, so a transfer
// changes their values.
type engine struct {
	addr     rtl.Register // ADDR, a word index of data
	left     rtl.Register // LEN: remaining bytes of capacity or of the frame
	busy     rtl.Register // 1 from the second cycle of the store to GO
	length   rtl.Register // length received so far; 0 after the first beat that did not fit
	received vec          // nil when nothing is received
	going    rtl.ID       // 1 while a store to GO executes
	sending  rtl.ID       // direction of the store

	read, write rtl.ID // of data memory at addr
	data, lanes rtl.ID
	done        rtl.ID
	over        []rtl.ID // per receiver: a frame is dropped
	rxReady     []rtl.ID
	txValid     []rtl.ID
	txLast      rtl.ID
	txBytes     rtl.ID
}

func (g *portSide) makeEngine(d *devices) *engine {
	b := g.b
	e := &engine{
		addr: b.Reg("frame.addr", g.p.Pointer.N, 0), left: b.Reg("frame.left", g.p.Length.N, 0),
		busy: b.Reg("frame.busy", 1, 0), going: g.storing(port.Go),
		read: g.bool(false), write: g.bool(false), data: b.Const(32, 0), lanes: b.Const(4, 15), done: g.bool(false),
	}
	if on := g.storing(port.Addr); on != rtl.None {
		b.If(on, func() { b.Set(e.addr, g.pack(g.stored(g.p.Pointer.N + 2)[2:])) })
	}
	if on := g.storing(port.Len); on != rtl.None {
		b.If(on, func() { b.Set(e.left, g.pack(g.stored(g.p.Length.N))) })
	}
	switch value := g.stored(1); {
	case len(d.rx) == 0:
		e.sending = g.bool(true)
	case len(d.tx) == 0:
		e.sending = g.bool(false)
	default:
		e.sending = g.pack(value)
	}
	if len(d.rx) > 0 {
		e.receive(g, d)
	}
	if len(d.tx) > 0 {
		e.send(g, d)
	}
	g.holdWhile(e.going, b.Not(e.done))
	b.Set(e.busy, b.And(e.going, b.Not(e.done)))
	return e
}

// selects is 1 if the value stored to GO names device index out of n devices.
func (g *portSide) selects(index, n int) rtl.ID {
	if n == 1 {
		return g.bool(true)
	}
	const devices = 5 // bits of the device number
	return g.b.EqConst(g.pack(g.stored(1 + devices)[1:]), uint64(index))
}

// count returns three values made from `left`. `words` has all bits of `left` except the two
// lowest, `low` has the two lowest bits, and `less` is `left` minus one word.
func (e *engine) count(g *portSide) (words, low, less rtl.ID) {
	b, n := g.b, g.p.Length.N
	words = b.Bits(e.left.Q(), n-1, 2)
	low = b.Bits(e.left.Q(), 1, 0)
	return words, low, b.Cat(b.Sub(words, b.Const(n-2, 1)), low)
}

// step moves addr to the next word.
func (e *engine) step(g *portSide) {
	g.b.Set(e.addr, g.b.Add(e.addr.Q(), g.b.Const(g.p.Pointer.N, 1)))
}

// receive accepts beats (words of a frame). The first cycle clears the length. Then the engine
// writes each beat that fits into the remaining capacity as a whole word. If a beat does not
// fit, the engine clears `left`, so that no later beat of the frame fits.
func (e *engine) receive(g *portSide, d *devices) {
	b, n := g.b, g.p.Length.N
	e.length = b.Reg("frame.length", n, 0)
	e.received = g.vec(e.length.Q())
	here := b.And(e.going, b.Not(e.sending))
	active := b.And(here, e.busy.Q())
	valid, last, data, bytes := g.bool(false), g.bool(false), b.Const(32, 0), b.Const(rtl.PortBytesWidth, 0)
	for _, r := range d.rx {
		on := g.selects(r.dev.Index, len(d.rx))
		e.rxReady = append(e.rxReady, b.And(active, on))
		valid = b.Or(valid, b.And(on, r.valid))
		last = b.Or(last, b.And(on, r.last))
		data = b.Or(data, b.And(b.Repeat(on, 32), r.data))
		bytes = b.Or(bytes, b.And(b.Repeat(on, rtl.PortBytesWidth), r.bytes))
	}
	beat := b.And(active, valid)
	whole := b.Or(b.Not(last), b.Bit(bytes, 2)) // a beat of four bytes
	part := b.And(b.Bits(bytes, 1, 0), b.Repeat(b.Not(whole), 2))
	words, low, less := e.count(g)
	fits := b.Or(b.Any(words), b.And(b.Not(whole), b.Not(b.Ltu(low, part))))
	take := b.And(beat, fits)
	b.If(b.And(here, b.Not(e.busy.Q())), func() { b.Set(e.length, b.Const(n, 0)) })
	b.If(beat, func() {
		b.If(fits, func() {
			grown := b.Add(b.Bits(e.length.Q(), n-1, 2), b.Zext(whole, n-2))
			b.Set(e.length, b.Cat(grown, part))
			b.Set(e.left, less)
			e.step(g)
		}, func() {
			b.Set(e.length, b.Const(n, 0))
			b.Set(e.left, b.Const(n, 0))
		})
	})
	for i := range d.rx {
		e.over = append(e.over, b.And(e.rxReady[i], beat, last, b.Not(fits)))
	}
	some := b.Or(whole, b.Any(part)) // a last beat without bytes may come when the buffer is full
	e.write, e.data = b.And(take, some), data
	e.done = b.And(beat, last)
}

// send outputs beats (words of a frame). The first cycle reads the first word. After each beat
// that the receiver accepts, the engine reads the next word.
func (e *engine) send(g *portSide, d *devices) {
	b := g.b
	here := b.And(e.going, e.sending)
	active := b.And(here, e.busy.Q())
	start := b.And(here, b.Not(e.busy.Q()))
	ready := g.bool(false)
	for _, t := range d.tx {
		on := g.selects(t.dev.Index, len(d.tx))
		e.txValid = append(e.txValid, b.And(active, on))
		ready = b.Or(ready, b.And(on, t.ready))
	}
	words, low, less := e.count(g)
	none := b.IsZero(low)
	e.txLast = b.Or(b.IsZero(words), b.And(b.EqConst(words, 1), none))
	whole := b.Or(b.Not(e.txLast), none)
	e.txBytes = b.Cat(whole, b.And(low, b.Repeat(b.Not(whole), 2)))
	beat := b.And(active, ready)
	e.read = b.Or(start, beat)
	b.If(e.read, func() { e.step(g) })
	b.If(beat, func() { b.Set(e.left, less) })
	e.done = b.Or(e.done, b.And(beat, e.txLast), b.And(start, b.IsZero(e.left.Q())))
}

// still makes the output ports of devices that the program never uses, for example because a
// trap comes before the first use. These ports accept and send nothing.
func (d *devices) still(g *portSide) {
	for _, r := range d.rx {
		g.b.Output(rtl.RxPorts(r.dev.Name).Ready, g.bool(false))
		g.b.Output(rtl.PortOversize(r.dev.Name), g.bool(false))
	}
	for _, t := range d.tx {
		p := rtl.TxPorts(t.dev.Name)
		g.b.Output(p.Valid, g.bool(false))
		g.b.Output(p.Data, g.b.Const(32, 0))
		g.b.Output(p.Last, g.bool(false))
		g.b.Output(p.Bytes, g.b.Const(rtl.PortBytesWidth, 0))
	}
}

// outputs makes the output ports of the engine.
func (e *engine) outputs(g *portSide, loaded rtl.ID) {
	for i, r := range g.dev.rx {
		g.b.Output(rtl.RxPorts(r.dev.Name).Ready, e.rxReady[i])
		g.b.Output(rtl.PortOversize(r.dev.Name), e.over[i])
	}
	for i, t := range g.dev.tx {
		p := rtl.TxPorts(t.dev.Name)
		g.b.Output(p.Valid, e.txValid[i])
		g.b.Output(p.Data, loaded)
		g.b.Output(p.Last, e.txLast)
		g.b.Output(p.Bytes, e.txBytes)
	}
}
