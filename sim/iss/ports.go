package iss

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// CoreOf describes the ports of the core for an image. This machine uses the description, and
// so does the harness of a circuit that runs the image.
func CoreOf(im *image.Image) *sim.Core {
	c := &sim.Core{Program: im.Name, Tasks: im.Tasks, Contexts: len(im.Contexts), Raw: len(im.Logs) == 0}
	for _, l := range im.Logs {
		for len(c.Logs) <= l.ID {
			c.Logs = append(c.Logs, trace.Site{ID: len(c.Logs)})
		}
		c.Logs[l.ID] = l
	}
	for _, m := range im.Marks {
		c.Marks = append(c.Marks, sim.Mark{Name: m.Name, Task: m.Task})
	}
	for _, d := range im.Devices {
		c.Devices = append(c.Devices, sim.Device{Name: d.Name, Rx: d.Rx, Tx: d.Tx, Task: d.Task, Bits: levelBits(d), Stream: isStream(d)})
	}
	c.Trap = func(pc uint32) (task, site int, code string, ok bool) {
		t, ok := im.TrapAt(pc)
		return t.Task, t.Site, t.Code, ok
	}
	return c
}

// levelBits is the width of a device of shape Level. It is 0 for other devices.
func levelBits(d image.Device) int {
	if k := port.Find(d.Kind); k != nil {
		return k.Bits
	}
	return 0
}

// isStream reports whether a device transfers single bytes.
func isStream(d image.Device) bool { return port.ShapeOf(d.Kind) == port.Stream }

// MarkFigure counts the executions of a timed region: how often the region has ended, and the
// instructions between the two mark stores of the region, summed over all executions. The
// stores themselves do not count.
type MarkFigure struct {
	sim.Mark
	Runs         uint64
	Instructions uint64

	open  bool
	since uint64
}

// ports are the port registers of a core, connected to the simulated world.
type ports struct {
	im    *image.Image
	w     *world.World
	m     *Machine
	rec   *sim.Recorder
	dev   []int // for each device: its number in the world, -1 if the world lacks it
	marks []MarkFigure

	answers map[int][]byte // for each device: its answer, if the program has not taken it yet

	mask     uint32
	addr     uint32
	length   uint32
	hasAddr  bool   // ADDR was stored since the last GO
	hasLen   bool   // LEN was stored since the last GO
	received uint32 // the value that a load of LEN gives
	due      uint64 // the deadline
	halted   bool
}

func newPorts(im *image.Image, w *world.World, m *Machine) *ports {
	core := CoreOf(im)
	p := &ports{im: im, w: w, m: m, rec: sim.NewRecorder(core, w), due: world.Never, answers: map[int][]byte{}}
	for _, k := range core.Marks {
		p.marks = append(p.marks, MarkFigure{Mark: k})
	}
	for i, d := range core.Devices {
		p.dev = append(p.dev, -1)
		for j, name := range w.Devices() {
			if name == d.Name {
				p.dev[i] = j
			}
		}
	}
	return p
}

// check turns an error of the recorder into a fault of the core.
func (p *ports) check(err error) bool {
	if err != nil {
		return p.m.c.fail("%s", err.Error())
	}
	return true
}

// finish ends the run.
func (p *ports) finish(s trace.Status) bool {
	p.halted = true
	return p.check(p.rec.End(s))
}

// ready returns a mask with the bits of devices that have a frame, and the bit of the deadline.
func (p *ports) ready() uint32 {
	var r uint32
	for i, d := range p.dev {
		if d >= 0 && p.im.Devices[i].Rx && p.w.Pending(d) {
			r |= 1 << i
		}
	}
	if p.w.Now() >= p.due {
		r |= timerBit
	}
	return r
}

// timerBit is the mask of the deadline bit in STATUS and WAIT.
const timerBit = 1 << port.TimerBit

// deadline is the time for which a load of WAIT waits.
func (p *ports) deadline() uint64 {
	if p.mask&timerBit == 0 {
		return world.Never
	}
	return p.due
}

// Load reads a port register.
func (p *ports) Load(addr uint32, bytes int) (uint32, bool) {
	reg := port.At(addr)
	level, isLevel := reg.Level()
	switch {
	case isLevel && bytes == 4 && level < len(p.im.Devices) && isStream(p.im.Devices[level]):
		return p.nextByte(&p.im.Devices[level])
	case isLevel && bytes == 4:
		return p.level(level)
	case bytes != 4:
		return 0, p.m.c.fail("a %d-byte load of port %#x", bytes, addr)
	case reg == port.Status:
		return p.ready(), true
	case reg == port.Wait:
		return p.wait()
	case reg == port.Len:
		return p.received, true
	case reg == port.Now:
		return uint32(p.w.Now()), true
	case reg == port.NowHigh:
		return uint32(p.w.Now() >> 32), true
	}
	return 0, p.m.c.fail("a load of %#x, which is not a port register that can be read", addr)
}

// level loads the level of a device.
func (p *ports) level(dev int) (uint32, bool) {
	if dev >= len(p.im.Devices) || levelBits(p.im.Devices[dev]) == 0 || !p.im.Devices[dev].Rx {
		return 0, p.m.c.fail("a load of the level of device %d, which is not an input", dev)
	}
	return uint32(p.w.Get(p.dev[dev])), true
}

// nextByte takes the next byte of a stream.
func (p *ports) nextByte(d *image.Device) (uint32, bool) {
	if p.ready()>>d.Index&1 == 0 {
		return 0, p.m.c.fail("a load of a byte of %s, which has none", d.Name)
	}
	data, _ := p.w.Take(p.dev[d.Index], 1)
	p.rec.In(d.Index, data)
	return uint32(data[0]), true
}

// setLevel stores the level of a device.
func (p *ports) setLevel(dev int, v uint32) bool {
	if dev >= len(p.im.Devices) || levelBits(p.im.Devices[dev]) == 0 || !p.im.Devices[dev].Tx {
		return p.m.c.fail("a store to the level of device %d, which is not an output", dev)
	}
	p.rec.Level(dev, uint64(v)&(1<<levelBits(p.im.Devices[dev])-1))
	return true
}

// wait lets the world act until a bit of the mask is ready. If no bit of the mask can become
// ready, the run ends.
func (p *ports) wait() (uint32, bool) {
	for p.ready()&p.mask == 0 {
		switch {
		case p.mask == 0:
			p.finish(trace.Stuck)
			return 0, false
		case !p.w.AdvanceOr(p.deadline()):
			p.waits()
			p.finish(trace.Waiting)
			return 0, false
		}
	}
	return p.ready(), true
}

// waits describes what the tasks wait for, for people.
func (p *ports) waits() {
	t := p.rec.Trace()
	for i, d := range p.im.Devices {
		if p.mask>>i&1 != 0 {
			t.Waits = append(t.Waits, p.im.Tasks[d.Task]+": "+waitText(d))
		}
	}
	if p.mask&timerBit != 0 {
		t.Waits = append(t.Waits, "the clock")
	}
}

// waitText describes how a task waits at a device.
func waitText(d image.Device) string {
	if levelBits(d) > 0 {
		return "a level at " + d.Name
	}
	if isStream(d) {
		return "a byte from " + d.Name
	}
	return "a frame from " + d.Name
}

// Store writes a port register.
func (p *ports) Store(addr, v uint32, bytes int) bool {
	if bytes != 4 {
		return p.m.c.fail("a %d-byte store to port %#x", bytes, addr)
	}
	if level, ok := port.At(addr).Level(); ok {
		if level < len(p.im.Devices) && isStream(p.im.Devices[level]) && p.im.Devices[level].Tx {
			p.rec.Out(level, []byte{byte(v)})
			return true
		}
		return p.setLevel(level, v)
	}
	switch port.At(addr) {
	case port.Wait:
		p.mask = v
	case port.Due:
		p.due = p.due>>32<<32 | uint64(v)
	case port.DueHigh:
		p.due = p.due<<32>>32 | uint64(v)<<32
	case port.Addr:
		p.addr, p.hasAddr = v, true
	case port.Len:
		p.length, p.hasLen = v, true
	case port.Go:
		return p.move(v)
	case port.Mark:
		return p.mark(v)
	case port.Log:
		return p.check(p.rec.LogWord(v))
	case port.Halt:
		return p.finish(trace.Ended)
	default:
		return p.m.c.fail("a store to %#x, which is not a port register that can be written", addr)
	}
	return true
}

// move executes a store to GO: the frame engine transfers one frame while the core waits. The
// engine of a core changes ADDR and LEN during the transfer. The program must therefore set
// both registers again for each transfer.
func (p *ports) move(v uint32) bool {
	dev := int(v >> 1)
	if dev >= len(p.im.Devices) {
		return p.m.c.fail("GO of device %d, but there are %d", dev, len(p.im.Devices))
	}
	d := &p.im.Devices[dev]
	if isStream(*d) {
		return p.m.c.fail("GO of %s, whose bytes move one by one", d.Name)
	}
	if !p.hasAddr || !p.hasLen {
		return p.m.c.fail("GO of %s without ADDR and LEN stored since the last GO", d.Name)
	}
	p.hasAddr, p.hasLen = false, false
	if p.addr%4 != 0 || uint64(p.addr)+uint64(p.length) > uint64(len(p.m.c.mem)) {
		return p.m.c.fail("GO of %s with a buffer of %d bytes at %#x", d.Name, p.length, p.addr)
	}
	if v&1 == 0 {
		return p.receive(d)
	}
	return p.send(d)
}

// receive moves a frame in the same way as the engine of a core: as whole words, with zeros
// after the end of the frame. If the frame does not fit, receive moves the words that fit.
func (p *ports) receive(d *image.Device) bool {
	if p.ready()>>d.Index&1 == 0 && p.answers[d.Index] == nil {
		return p.m.c.fail("a receive from %s, which has no frame", d.Name)
	}
	mem, from := p.m.c.mem[p.addr:], p.dev[d.Index]
	head := p.w.Head(from)
	var frame []byte
	ok := true
	if answer := p.answers[d.Index]; answer != nil {
		head, frame, ok = answer, answer, len(answer) <= int(p.length)
		delete(p.answers, d.Index)
	} else {
		frame, ok = p.w.Take(from, int(p.length))
	}
	if !ok {
		copy(mem, head[:p.length&^3])
		p.received = 0
		return true
	}
	p.received = uint32(len(frame))
	for at := 0; at < len(frame); at += 4 {
		var beat [4]byte
		copy(beat[:], frame[at:])
		binary.LittleEndian.PutUint32(mem[at:], binary.LittleEndian.Uint32(beat[:]))
	}
	p.rec.In(d.Index, frame)
	return true
}

func (p *ports) send(d *image.Device) bool {
	if !d.Tx {
		return p.m.c.fail("a send to %s, to which the program does not send", d.Name)
	}
	if p.length > 0 {
		frame := append([]byte(nil), p.m.c.mem[p.addr:p.addr+p.length]...)
		p.rec.Out(d.Index, frame)
		if answer := p.w.Ask(p.dev[d.Index], frame); answer != nil {
			p.answers[d.Index] = answer
		}
	}
	return true
}

func (p *ports) mark(v uint32) bool {
	if err := p.rec.Mark(v); err != nil {
		return p.check(err)
	}
	k := &p.marks[v/2]
	switch {
	case v&1 == 0:
		k.open, k.since = true, p.m.count+1
	case k.open:
		k.open = false
		k.Runs++
		k.Instructions += p.m.count - k.since
	default:
		return p.m.c.fail("mark %s ends before it begins", k.Name)
	}
	return true
}
