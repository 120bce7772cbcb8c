package iss

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// MarkFigure counts what was executed in a timed region: how often it ended,
// and the instructions between its two stores over all runs, the stores not
// counted.
type MarkFigure struct {
	Name         string
	Task         string
	Runs         uint64
	Instructions uint64

	open  bool
	since uint64
}

// ports are the port registers of a core with the world behind them.
type ports struct {
	im    *image.Image
	w     *world.World
	m     *Machine
	trace trace.Trace
	marks []MarkFigure
	sites map[int]trace.Site

	mask, addr, length uint32
	received           uint32   // what a load of LEN gives
	log                []uint32 // words of an event that is not whole yet
	halted             bool
}

func newPorts(im *image.Image, w *world.World, m *Machine) *ports {
	p := &ports{im: im, w: w, m: m, sites: make(map[int]trace.Site, len(im.Logs))}
	p.trace.Program = im.Name
	for _, s := range im.Logs {
		p.sites[s.ID] = s
	}
	for _, k := range im.Marks {
		p.marks = append(p.marks, MarkFigure{Name: k.Name, Task: im.Tasks[k.Task]})
	}
	return p
}

func (p *ports) event(e trace.Event) { p.trace.Events = append(p.trace.Events, e) }

// end gives the trace its status. A log that is not whole is a fault.
func (p *ports) end(s trace.Status) error {
	p.trace.Status = s
	p.halted = true
	if len(p.log) > 0 {
		return fmt.Errorf("image %s: the run ended with status %s within a log event of %d words", p.im.Name, s, len(p.log))
	}
	return nil
}

// finish is end for a port access, where an error is a fault of the core.
func (p *ports) finish(s trace.Status) bool {
	if err := p.end(s); err != nil {
		return p.m.c.fail("%s", err.Error())
	}
	return true
}

// ready returns the mask of devices with a frame.
func (p *ports) ready() uint32 {
	var r uint32
	for i := range p.im.Devices {
		if p.w.Pending(i) {
			r |= 1 << i
		}
	}
	return r
}

// Load reads a port register.
func (p *ports) Load(addr uint32, bytes int) (uint32, bool) {
	switch {
	case bytes != 4:
		return 0, p.m.c.fail("a %d-byte load of port %#x", bytes, addr)
	case addr == design.PortStatus:
		return p.ready(), true
	case addr == design.PortWait:
		return p.wait()
	case addr == design.PortLen:
		return p.received, true
	}
	return 0, p.m.c.fail("a load of %#x, which is no port register that can be read", addr)
}

// wait lets the world act until a device of the mask is ready. When it never
// will be, the run has ended.
func (p *ports) wait() (uint32, bool) {
	for p.ready()&p.mask == 0 {
		if p.mask == 0 {
			p.finish(trace.Stuck)
			return 0, false
		}
		if !p.w.Advance() {
			p.waits()
			p.finish(trace.Waiting)
			return 0, false
		}
	}
	return p.ready(), true
}

// waits says for people what the tasks wait for.
func (p *ports) waits() {
	for i, d := range p.im.Devices {
		if p.mask>>i&1 != 0 {
			p.trace.Waits = append(p.trace.Waits, p.im.Tasks[d.Task]+": a frame from "+d.Name)
		}
	}
}

// Store writes a port register.
func (p *ports) Store(addr, v uint32, bytes int) bool {
	if bytes != 4 {
		return p.m.c.fail("a %d-byte store to port %#x", bytes, addr)
	}
	switch addr {
	case design.PortWait:
		p.mask = v
	case design.PortAddr:
		p.addr = v
	case design.PortLen:
		p.length = v
	case design.PortGo:
		return p.move(v)
	case design.PortMark:
		return p.mark(v)
	case design.PortLog:
		return p.logWord(v)
	case design.PortHalt:
		return p.finish(trace.Ended)
	default:
		return p.m.c.fail("a store to %#x, which is no port register that can be written", addr)
	}
	return true
}

// move is a store to GO: the engine moves one frame while the core waits.
func (p *ports) move(v uint32) bool {
	dev := int(v >> 1)
	if dev >= len(p.im.Devices) {
		return p.m.c.fail("GO of device %d, but there are %d", dev, len(p.im.Devices))
	}
	d := &p.im.Devices[dev]
	if p.addr%4 != 0 || uint64(p.addr)+uint64(p.length) > uint64(len(p.m.c.mem)) {
		return p.m.c.fail("GO of %s with a buffer of %d bytes at %#x", d.Name, p.length, p.addr)
	}
	if v&1 == 0 {
		return p.receive(d)
	}
	return p.send(d)
}

func (p *ports) receive(d *image.Device) bool {
	if !d.Rx || !p.w.Pending(d.Index) {
		return p.m.c.fail("a receive from %s, which has no frame", d.Name)
	}
	p.received = 0
	frame, ok := p.w.Take(d.Index, int(p.length))
	if !ok {
		return true
	}
	p.received = uint32(len(frame))
	mem := p.m.c.mem[p.addr:]
	n := copy(mem, frame)
	for ; n%4 != 0 && n < len(mem); n++ { // the engine moves words
		mem[n] = 0
	}
	p.event(trace.Event{Kind: trace.In, Task: p.im.Tasks[d.Task], Port: d.Name, Data: frame})
	return true
}

func (p *ports) send(d *image.Device) bool {
	if !d.Tx {
		return p.m.c.fail("a send to %s, to which the program does not send", d.Name)
	}
	if p.length > 0 {
		data := append([]byte(nil), p.m.c.mem[p.addr:p.addr+p.length]...)
		p.event(trace.Event{Kind: trace.Out, Task: p.im.Tasks[d.Task], Port: d.Name, Time: p.w.Now(), Data: data})
	}
	return true
}

func (p *ports) mark(v uint32) bool {
	if uint64(v/2) >= uint64(len(p.marks)) {
		return p.m.c.fail("mark %d, but there are %d", v/2, len(p.marks))
	}
	k := &p.marks[v/2]
	kind := trace.MarkBegin
	if v&1 == 0 {
		k.open, k.since = true, p.m.count+1
	} else {
		kind = trace.MarkEnd
		if !k.open {
			return p.m.c.fail("the end of mark %s before its begin", k.Name)
		}
		k.open = false
		k.Runs++
		k.Instructions += p.m.count - k.since
	}
	p.event(trace.Event{Kind: kind, Task: k.Task, Name: k.Name})
	return true
}

// logWord collects the words of a log event and renders it when it is whole.
func (p *ports) logWord(v uint32) bool {
	p.log = append(p.log, v)
	task, id := p.log[0]>>16, int(p.log[0]&0xffff)
	site, ok := p.sites[id]
	if !ok || int(task) >= len(p.im.Tasks) {
		return p.m.c.fail("a log word %#x, but there is no such task and site", p.log[0])
	}
	args, _, whole := trace.LogArgs(site, p.log[1:])
	if whole {
		p.log = p.log[:0]
		p.event(trace.Event{Kind: trace.Log, Task: p.im.Tasks[task], Site: id, Args: args, Text: trace.Render(site, args)})
	}
	return true
}
