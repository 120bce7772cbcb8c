package refine

import (
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
)

// Registers of the frame engine, which moves frames between memory and ports.
const (
	frameAddr   = "frame.addr"
	frameLeft   = "frame.left"
	frameBusy   = "frame.busy"
	frameLength = "frame.length"
)

// frames models the frame engine during one cycle of an instruction, as the description of the
// ports defines it. The model has the state before the cycle and the required state after the
// cycle.
type frames struct {
	*proof
	y            *cycle
	before       map[string]bits
	value        bits // value of a store to GO
	busy         lit
	addr, left   bits
	rx, tx       []design.Device
	sending      lit
	read, write  lit // whether data memory is read and written at addr
	data         bits
	moved, nulls lit // whether addr advances; whether left becomes 0
	done         lit
	length       bits // required value after the cycle
	loaded       bits // output of data memory before the cycle
	shown        []claim
}

// engine adds the claims about the effect of one cycle of an instruction on the frame engine.
// Other claims cover ADDR, LEN and cycles without an instruction. All claims together show that
// each transferred frame consists of the words from ADDR on, and has the right number of bytes.
func (p *proof) engine(y *cycle, before map[string]bits, loaded bits) {
	if before[frameBusy] == nil {
		return
	}
	f := &frames{
		proof: p, y: y, before: before, busy: before[frameBusy][0], addr: before[frameAddr], left: before[frameLeft], length: before[frameLength],
		read: blast.False, write: blast.False, moved: blast.False, nulls: blast.False, done: blast.False, data: constant(32, 0), loaded: loaded,
	}
	addr, left := f.addr, f.left
	switch p.c.reg {
	case port.Go:
		addr, left = f.transfer()
	case port.Addr:
		addr = p.values["rs2"][2 : 2+len(addr)]
	case port.Len:
		if !p.c.load {
			left = p.values["rs2"][:len(left)]
		}
	}
	p.claim("engine: address", p.same(p.regs[frameAddr], addr))
	p.claim("engine: bytes left", p.same(p.regs[frameLeft], left))
	if f.length != nil {
		p.claim("engine: length", p.same(p.regs[frameLength], f.length))
	}
	if p.c.reg == port.Go {
		p.claim("engine: goes on until it is done", p.same(p.regs[frameBusy], bits{f.done.Not()}))
		p.claim("engine: goes on until it is done", p.same(bits{p.done(y)}, bits{f.done}))
		p.claims = append(p.claims, f.shown...)
		return
	}
	p.claim("engine: rests", p.regs[frameBusy][0].Not())
}

// transfer models a cycle of a store to GO. It returns ADDR and LEN after the cycle.
func (f *frames) transfer() (addr, left bits) {
	f.value = f.values["rs2"]
	for _, d := range f.k.p.Devices {
		if d.Frames() && d.Rx {
			f.rx = append(f.rx, d)
		}
		if d.Frames() && d.Tx {
			f.tx = append(f.tx, d)
		}
	}
	f.sending = f.value[0]
	if len(f.rx) == 0 {
		f.sending = blast.True
	} else if len(f.tx) == 0 {
		f.sending = blast.False
	}
	four := constant(len(f.left), 4)
	taken := f.word(word.Sub, len(f.left), f.left, four)
	f.send()
	f.receive()
	f.ports()
	left = f.choose(f.moved, taken, f.left)
	left = f.choose(f.nulls, constant(len(left), 0), left)
	step := f.g.Or(f.read, f.moved)
	return f.choose(step, f.word(word.Add, len(f.addr), f.addr, constant(len(f.addr), 1)), f.addr), left
}

// on is 1 if the value stored to GO names device d and d is in the list.
func (f *frames) on(d design.Device, some []design.Device) lit {
	if len(some) == 1 {
		return blast.True
	}
	return f.same(f.value[1:6], constant(5, uint64(d.Index)))
}

func (f *frames) show(name string, l lit) { f.shown = append(f.shown, claim{"engine: " + name, l}) }

// send adds the claims about sending: the first cycle reads the first word, and each accepted
// beat reads the next word.
func (f *frames) send() {
	active := f.g.And(f.sending, f.busy)
	start := f.g.And(f.sending, f.busy.Not())
	none := f.any(f.left).Not()
	last := f.word(word.Ltu, 1, constant(len(f.left), 4), f.left)[0].Not()
	ready := blast.False
	for _, d := range f.tx {
		p, on := rtl.TxPorts(d.Name), f.on(d, f.tx)
		f.show(p.Valid, f.same(f.y.output(p.Valid), bits{f.g.And(active, on)}))
		if some := f.all(active, on, none.Not()); f.y.output(p.Data) != nil {
			bytes := f.choose(last, f.left[:3], constant(3, 4))
			f.show(p.Last, f.implies(some, f.same(f.y.output(p.Last), bits{last})))
			f.show(p.Bytes, f.implies(some, f.same(f.y.output(p.Bytes), bytes)))
			f.show(p.Data, f.implies(some, f.same(f.y.output(p.Data), f.loaded)))
		}
		ready = f.g.Or(ready, f.g.And(on, f.y.inputs[p.Ready][0]))
	}
	beat := f.g.And(active, ready)
	f.read = f.g.Or(start, beat)
	f.moved = beat
	f.done = f.g.Or(f.g.And(beat, last), f.g.And(start, none))
}

// receive adds the claims about receiving. Each beat that fits into the rest of the buffer is
// written as a whole. After the first beat that does not fit, the rest of the frame is dropped.
func (f *frames) receive() {
	here := f.sending.Not()
	active := f.g.And(here, f.busy)
	for _, d := range f.rx {
		p, on := rtl.RxPorts(d.Name), f.on(d, f.rx)
		valid, last, bytes := f.y.inputs[p.Valid][0], f.y.inputs[p.Last][0], f.y.inputs[p.Bytes]
		f.show(p.Ready, f.same(f.y.output(p.Ready), bits{f.g.And(active, on)}))
		beat := f.all(active, on, valid)
		whole := f.g.Or(last.Not(), bytes[2])
		count := f.choose(whole, constant(3, 4), append(bytes[:2:2], blast.False))
		wide := make(bits, len(f.left))
		for i := range wide {
			wide[i] = blast.False
			if i < 3 {
				wide[i] = count[i]
			}
		}
		fits := f.word(word.Ltu, 1, f.left, wide)[0].Not()
		take := f.g.And(beat, fits)
		drop := f.g.And(beat, fits.Not())
		f.show(rtl.PortOversize(d.Name), f.same(f.y.output(rtl.PortOversize(d.Name)), bits{f.g.And(drop, last)}))
		f.write, f.moved, f.nulls = f.g.Or(f.write, f.g.And(take, f.any(count))), f.g.Or(f.moved, take), f.g.Or(f.nulls, drop)
		f.data = f.choose(f.g.And(active, on), f.y.inputs[p.Data], f.data)
		f.done = f.g.Or(f.done, f.g.And(beat, last))
		f.length = f.choose(take, f.word(word.Add, len(f.length), f.length, wide[:len(f.length)]), f.length)
		f.length = f.choose(drop, constant(len(f.length), 0), f.length)
	}
	if f.length != nil {
		f.assume = append(f.assume, f.implies(active, f.any(f.before[frameLength][:2]).Not())) // all beats except the last are full
		f.show("length in words", f.implies(f.g.And(here, f.done.Not()), f.any(f.regs[frameLength][:2]).Not()))
		f.length = f.choose(f.g.And(here, f.busy.Not()), constant(len(f.length), 0), f.length)
	}
}

// resting adds the claims for cycles in which nothing executes: no beat is transferred and
// the ports keep their state.
func (k *checker) resting(r *run, idle lit, before map[string]bits) []claim {
	var claims []claim
	stays := func(what, name string) {
		if before[name] != nil {
			claims = append(claims, claim{what, r.implies(idle, r.same(before[name], r.regs[name]))})
		}
	}
	if before[frameBusy] != nil {
		claims = append(claims, claim{"engine: rests", r.implies(idle, r.regs[frameBusy][0].Not())})
	}
	for _, name := range []string{frameAddr, frameLeft, frameLength} {
		stays("engine: rests", name)
	}
	for _, name := range []string{waitMask, waitTimer, dueHigh, dueLow} {
		stays("wait: "+name, name)
	}
	for _, d := range k.p.Devices {
		for _, end := range []string{pinSampled, pinKnown, pinLevel} {
			stays("wait: "+d.Name+end, d.Name+end)
		}
	}
	return claims
}

// ports adds the claims about the engine's accesses to data memory.
func (f *frames) ports() {
	if en := f.y.cones[blast.Place{Kind: blast.ReadEnable, Name: dataMemory}]; en != nil {
		f.show("reads", f.implies(f.read, en[0]))
		f.show("reads", f.implies(f.read, f.same(f.y.cones[blast.Place{Kind: blast.ReadAddr, Name: dataMemory}], f.addr)))
	}
	en := f.y.write(blast.WriteEnable, dataMemory)
	if en == nil {
		f.show("writes", f.write.Not())
		return
	}
	f.show("writes", f.same(en, bits{f.write}))
	f.show("writes", f.implies(f.write, f.all(
		f.same(f.y.write(blast.WriteAddr, dataMemory), f.addr), f.same(f.y.write(blast.WriteLanes, dataMemory), constant(4, 15)),
		f.same(f.y.write(blast.WriteData, dataMemory), f.data))))
}
