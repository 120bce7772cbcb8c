package core

import (
	"strconv"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// dataMemory is the data memory with one read port and one write port. The instruction in
// execution and the frame engine share the ports.
type dataMemory struct {
	mem    rtl.Memory
	read   rtl.ReadPort
	loads  []*line // loads from memory
	stores []*line
	addr   vec    // byte address of the access, with as many bits as the memory needs
	load   rtl.ID // a load executes
	store  rtl.ID
	word   vec // the word that all stores write; nil: storeData makes it
}

// memory makes the data memory and the values of loads. A load reads in its first cycle. The
// loaded value is available in the second cycle.
func (g *gen) memory() {
	if g.p.Data.N == 0 {
		return
	}
	d := &dataMemory{
		loads:  g.where(func(l *line) bool { return l.load > 0 && l.port == nil }),
		stores: g.where(func(l *line) bool { return l.store > 0 && l.port == nil }),
	}
	if len(d.loads)+len(d.stores) == 0 && g.ports.dev.engine == nil {
		return // no instruction reads the constants, for example because the program traps before
	}
	g.data = d
	d.mem = g.b.Mem("data", 32, g.p.Data.N, 4, g.dataInit())
	d.load, d.store = g.bool(false), g.bool(false)
	if n := len(d.loads) + len(d.stores); n > 0 {
		d.addr = g.bus("address", g.addresses(append(append([]*line(nil), d.loads...), d.stores...), g.p.Data.N+2))
	}
	d.read = g.b.SyncPort(d.mem, rtl.Never)
	g.b.Name("loaded", d.read.Q())
	if len(d.loads) > 0 {
		d.load = g.b.And(g.x.valid, g.exactly("load", d.loads))
		first := g.b.And(d.load, g.b.Not(g.x.second.Q()))
		g.holdWhile(first, g.bool(true))
		for _, w := range []int{8, 16, 32} {
			g.el.leaves[leafMem+strconv.Itoa(w)] = g.aligned()[:w]
		}
		g.b.Set(g.x.second, first)
	}
	if len(d.stores) > 0 {
		d.store = g.b.And(g.x.valid, g.exactly("store", d.stores))
	}
}

func (g *gen) dataInit() []uint64 {
	init := make([]uint64, (len(g.im.Data)+3)/4)
	for i, b := range g.im.Data {
		init[i/4] |= uint64(b) << (i % 4 * 8)
	}
	return init
}

// addresses lists the low n bits of the addresses of lines.
func (g *gen) addresses(lines []*line, n int) []use {
	var uses []use
	for _, l := range lines {
		g.b.At(l.inst.Span)
		uses = append(uses, use{[]*line{l}, g.el.value(l.addr)[:n]})
	}
	g.b.At(diag.Span{})
	return uses
}

// ofSize lists the lines whose access has one of the sizes.
func ofSize(some []*line, sizes ...int) []*line {
	var out []*line
	for _, l := range some {
		for _, n := range sizes {
			if l.load == n || l.store == n {
				out = append(out, l)
			}
		}
	}
	return out
}

// aligned moves the byte or half word that a load addresses to the low end of the loaded word.
// Accesses are aligned, so a byte of the loaded word moves to at most two other lanes.
func (g *gen) aligned() vec {
	d := g.data
	w := g.vec(d.read.Q())
	bytes, halves, words := ofSize(d.loads, 1), ofSize(d.loads, 2), ofSize(d.loads, 4)
	narrow := concatLines(bytes, halves)
	if len(narrow) == 0 {
		return w
	}
	up := g.op(word.And, 1, 0, d.addr[1:2], g.vec(g.ctl("load_narrow", narrow, words)))
	half := g.op(word.Mux, 16, 0, up, w[16:], w[:16])
	low := half[:8]
	if len(bytes) > 0 {
		odd := g.op(word.And, 1, 0, d.addr[:1], g.vec(g.ctl("load_byte", bytes, concatLines(halves, words))))
		low = g.op(word.Mux, 8, 0, odd, half[8:], half[:8])
	}
	return concat(low, half[8:], w[16:])
}

// lanes makes the byte lanes that the lines access.
func (g *gen) lanes(lines []*line, addr vec) vec {
	var uses []use
	for _, l := range lines {
		var v vec
		switch l.load + l.store {
		case 1:
			for i := range uint64(4) {
				v = append(v, g.vec(g.b.EqConst(g.pack(addr[:2]), i))...)
			}
		case 2:
			low := g.op(word.Not, 1, 0, addr[1:2])
			v = concat(low, low, addr[1:2], addr[1:2])
		default:
			v = constVec(4, 15)
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	return g.bus("lanes", uses)
}

// storeData makes the word that stores write to the byte lanes.
func (g *gen) storeData(lines []*line) vec {
	var uses []use
	for _, l := range lines {
		g.b.At(l.inst.Span)
		v := g.el.value(l.data)
		for len(v) < 32 {
			v = concat(v, v)
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	g.b.At(diag.Span{})
	return g.bus("store_data", uses)
}

// connect drives the ports of the data memory. e may be nil.
func (d *dataMemory) connect(g *gen, e *engine) {
	b := g.b
	read, write := d.load, d.store
	if len(d.loads) > 0 {
		read = b.And(read, b.Not(g.x.second.Q()))
	}
	var addr, data, lanes rtl.ID
	if d.addr != nil {
		addr = g.pack(d.addr[2:])
	}
	if len(d.stores) > 0 {
		if d.word == nil {
			d.word = g.storeData(d.stores)
		}
		data, lanes = g.pack(d.word), g.pack(g.lanes(d.stores, d.addr))
	}
	if e != nil {
		frames := b.Fit(e.addr.Q(), g.p.Data.N)
		if d.addr == nil {
			addr = frames
		} else {
			addr = b.Mux(e.going, frames, addr)
		}
		read = b.Or(read, e.read)
		if len(d.stores) > 0 {
			data, lanes = b.Mux(e.going, e.data, data), b.Mux(e.going, e.lanes, lanes)
		} else {
			data, lanes = e.data, e.lanes
		}
		write = b.Or(write, e.write)
	}
	b.Drive(d.read, addr, read)
	if v, ok := b.ConstOf(write); ok && v == 0 {
		return
	}
	// Loads and stores never execute together. But this follows only from the controls that the
	// decode stage sets. The statement below makes sure in every state of the registers that at
	// most one of `read` and `write` is 1.
	write = b.And(write, b.Not(read))
	b.If(write, func() { b.WriteMem(d.mem, addr, data, lanes) })
	b.Assert("data.read0.write0.never", b.Not(b.And(read, write)))
}
