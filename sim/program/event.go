package program

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/world"
)

// event executes an operation on a device, a channel or the trace. event returns outOfFuel if
// execution continues after the operation.
func (c *context) event(i *inst) (stopReason, error) {
	mc, in := c.mc, i.instr
	switch in.Op {
	case ir.OpLog:
		return outOfFuel, c.log(i)
	case ir.OpMark:
		mc.mark(c, in)
	case ir.OpNow:
		c.result(i, mc.world.Now())
	case ir.OpRecv:
		if !c.recv(i) {
			return blocked, nil
		}
	case ir.OpSend:
		return outOfFuel, c.send(i)
	case ir.OpAsk:
		return outOfFuel, c.ask(i)
	case ir.OpChSend:
		if mc.m.Chans[in.Chan].Cap == 0 {
			return c.meet(i)
		}
		if !mc.hasRoom(in.Chan) {
			return blocked, nil
		}
		return outOfFuel, c.put(i)
	case ir.OpChRecv:
		if !mc.hasValue(in.Chan) {
			return blocked, nil
		}
		return outOfFuel, c.get(i)
	case ir.OpChReady, ir.OpChGet, ir.OpChPut, ir.OpSelect, ir.OpAlarm:
		return c.choice(i)
	case ir.OpGet:
		c.result(i, mc.world.Get(mc.ports[in.Dev]))
	case ir.OpPut:
		c.putLevel(i)
	case ir.OpStatus:
		c.result(i, mc.status())
	case ir.OpWait:
		c.mask = c.slots[i.event.args[0]]
		ready := mc.status() | c.timer()
		if ready&c.mask == 0 {
			return idle, nil
		}
		c.result(i, ready)
	case ir.OpTake:
		return outOfFuel, c.take(i)
	case ir.OpHalt:
		return halted, nil
	case ir.OpHold:
		slot, ok := mc.rings[in.Chan].hold(in.Imm, max(1, mc.m.Chans[in.Chan].Cap))
		if !ok {
			return blocked, nil
		}
		c.result(i, slot)
	case ir.OpPass:
		mc.rings[in.Chan].pass(in.Imm)
	}
	return outOfFuel, nil
}

// result sets the result words to v, the low part first.
func (c *context) result(i *inst, v uint64) {
	at := 0
	for _, r := range i.instr.Results {
		if r.Type != ir.Token {
			c.slots[i.event.results[at]] = v & word.Mask(int(r.Type))
			v >>= r.Type & 63
			at++
		}
	}
}

// pending reports whether a frame waits at a device.
func (mc *Machine) pending(dev int) bool {
	return mc.ports[dev] >= 0 && mc.world.Pending(mc.ports[dev])
}

// status returns the mask of devices that have a frame pending.
func (mc *Machine) status() uint64 {
	s := uint64(0)
	for d := range mc.m.Devices {
		if mc.pending(d) {
			s |= 1 << d
		}
	}
	return s
}

// bytesAt reads a bytes value at an address: a length and as many bytes.
func (mc *Machine) bytesAt(at int, what *ir.Instr) ([]byte, error) {
	n := int(binary.LittleEndian.Uint32(mc.mem[at:]))
	if at+4+n > len(mc.mem) || n < 0 {
		return nil, fault(what, "%s of %d bytes leaves its object", what.Op, n)
	}
	return append([]byte{}, mc.mem[at+4:at+4+n]...), nil
}

func (mc *Machine) setBytes(at int, data []byte) {
	binary.LittleEndian.PutUint32(mc.mem[at:], uint32(len(data)))
	copy(mc.mem[at+4:], data)
}

func (c *context) log(i *inst) error {
	site := c.mc.m.Logs[i.instr.Site]
	args, err := c.shown(i, site.Args, i.event.args, i.instr.Words(), i.event.refs)
	if err != nil {
		return err
	}
	c.mc.event(c, i.instr, trace.Event{Kind: trace.Log, Site: site.ID, Args: args, Text: trace.Render(site, args)})
	return nil
}

// shown collects the arguments of an event from slots and memory.
func (c *context) shown(i *inst, types []trace.ArgType, slots []int32, words []*ir.Value, refs []int32) ([]trace.Arg, error) {
	args := make([]trace.Arg, 0, len(types))
	at, ref := 0, 0
	for _, t := range types {
		if t.Kind == "bytes" {
			data, err := c.mc.bytesAt(int(c.slots[refs[ref]]), i.instr)
			if err != nil {
				return nil, err
			}
			args = append(args, trace.Arg{Bytes: data, IsBytes: true})
			ref++
			continue
		}
		v := c.slots[slots[at]]
		if t.Width > 32 && words[at].Type == 32 {
			at++
			v |= c.slots[slots[at]] << 32
		}
		at++
		args = append(args, trace.Arg{Bits: v & word.Mask(t.Width)})
	}
	return args, nil
}

// mark records a mark. At the end of a region, it also records the number of instructions since
// the beginning.
func (mc *Machine) mark(c *context, i *ir.Instr) {
	n := int(i.Imm / 2)
	if i.Imm%2 == 0 {
		mc.event(c, i, trace.Event{Kind: trace.MarkBegin, Name: mc.m.Marks[n]})
		mc.open[n] = c.executed()
		return
	}
	mc.event(c, i, trace.Event{Kind: trace.MarkEnd, Name: mc.m.Marks[n]})
	mc.marks = append(mc.marks, Mark{mc.m.Marks[n], c.executed() - mc.open[n]})
}

// recv takes the next frame that fits. It returns false if there is no such frame.
func (c *context) recv(i *inst) bool {
	for c.mc.pending(i.instr.Dev) {
		if frame, ok := c.mc.world.Take(c.mc.ports[i.instr.Dev], int(i.instr.Imm)); ok {
			c.deliver(i, frame)
			return true
		}
	}
	return false
}

func (c *context) deliver(i *inst, frame []byte) {
	c.mc.setBytes(int(c.slots[i.event.refs[0]]), frame)
	for _, piece := range c.mc.world.Pieces(c.mc.ports[i.instr.Dev], frame) {
		c.mc.event(c, i.instr, trace.Event{Kind: trace.In, Port: c.mc.m.Devices[i.instr.Dev].Name, Data: piece})
	}
}

func (c *context) take(i *inst) error {
	if !c.mc.pending(i.instr.Dev) {
		return fault(i.instr, "take from %s where nothing is pending", c.mc.m.Devices[i.instr.Dev].Name)
	}
	frame, ok := c.mc.world.Take(c.mc.ports[i.instr.Dev], int(i.instr.Imm))
	if ok {
		c.deliver(i, frame)
	} else {
		c.mc.setBytes(int(c.slots[i.event.refs[0]]), nil)
	}
	c.result(i, bit(ok))
	return nil
}

func (c *context) send(i *inst) error {
	data, err := c.mc.bytesAt(int(c.slots[i.event.refs[0]]), i.instr)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return nil
	}
	for _, piece := range c.mc.world.Pieces(c.mc.ports[i.instr.Dev], data) {
		c.mc.event(c, i.instr, trace.Event{Kind: trace.Out, Port: c.mc.m.Devices[i.instr.Dev].Name, Time: c.mc.world.Now(), Data: piece})
	}
	return nil
}

// putLevel sets the level of an output.
func (c *context) putLevel(i *inst) {
	d, v := &c.mc.m.Devices[i.instr.Dev], c.slots[i.event.args[0]]
	if c.mc.outputs.Set(i.instr.Dev, v) {
		data := world.LevelData(v, port.Find(d.Kind).Bytes())
		c.mc.event(c, i.instr, trace.Event{Kind: trace.Out, Port: d.Name, Time: c.mc.world.Now(), Data: data})
	}
}

// ask sends a device a command and gets its answer.
func (c *context) ask(i *inst) error {
	data, err := c.mc.bytesAt(int(c.slots[i.event.refs[0]]), i.instr)
	if err != nil {
		return err
	}
	port := c.mc.m.Devices[i.instr.Dev].Name
	c.mc.event(c, i.instr, trace.Event{Kind: trace.Out, Port: port, Time: c.mc.world.Now(), Data: data})
	answer := c.mc.world.Ask(c.mc.ports[i.instr.Dev], data)
	if len(answer) > int(i.instr.Imm) {
		return fault(i.instr, "%s answers with %d bytes, there is room for %d", port, len(answer), i.instr.Imm)
	}
	c.mc.setBytes(int(c.slots[i.event.refs[1]]), answer)
	c.mc.event(c, i.instr, trace.Event{Kind: trace.In, Port: port, Data: answer})
	return nil
}

// put moves an element from the task into a channel.
func (c *context) put(i *inst) error {
	c.hold(i)
	return c.moveEvent(i, trace.Send, i.event.args, i.instr.Args)
}

// hold stores a copy of an element in a channel.
func (c *context) hold(i *inst) {
	ch := &c.mc.m.Chans[i.instr.Chan]
	var e element
	for _, s := range i.event.args {
		e.words = append(e.words, c.slots[s])
	}
	for k, s := range i.event.refs {
		at := int(c.slots[s])
		e.objs = append(e.objs, append([]byte{}, c.mc.mem[at:at+ch.Objs[k]]...))
	}
	c.mc.chans[i.instr.Chan] = append(c.mc.chans[i.instr.Chan], e)
}

// get moves an element from a channel to the task.
func (c *context) get(i *inst) error {
	q := c.mc.chans[i.instr.Chan]
	e := q[0]
	c.mc.chans[i.instr.Chan] = q[1:]
	for k, s := range i.event.results {
		c.slots[s] = e.words[k]
	}
	for k, s := range i.event.refs {
		copy(c.mc.mem[c.slots[s]:], e.objs[k])
	}
	return c.moveEvent(i, trace.Recv, i.event.results, i.instr.Results)
}

// moveEvent records that an element moved. slots hold the words of the element.
func (c *context) moveEvent(i *inst, kind trace.Kind, slots []int32, values []*ir.Value) error {
	ch := &c.mc.m.Chans[i.instr.Chan]
	var args []trace.Arg
	at := 0
	for k, t := range ch.Args {
		from := ch.From[k]
		if from.Obj < 0 {
			v := c.slots[slots[at]]
			if t.Width > 32 && values[at].Type == 32 {
				at++
				v |= c.slots[slots[at]] << 32
			}
			at++
			args = append(args, trace.Arg{Bits: v & word.Mask(t.Width)})
			continue
		}
		a, err := c.mc.argAt(t, int(c.slots[i.event.refs[from.Obj]])+from.Off, from.Size, i.instr)
		if err != nil {
			return err
		}
		a.Bytes = a.Bytes[min(from.Skip, len(a.Bytes)):]
		args = append(args, a)
	}
	c.mc.event(c, i.instr, trace.Event{Kind: kind, Port: ch.Name, Args: args})
	return nil
}

// argAt reads an argument of an event from memory. A number takes `size` bytes. If size is 0,
// the number takes as many bytes as its width needs.
func (mc *Machine) argAt(t trace.ArgType, at, size int, what *ir.Instr) (trace.Arg, error) {
	if t.Kind == "bytes" {
		data, err := mc.bytesAt(at, what)
		return trace.Arg{Bytes: data, IsBytes: true}, err
	}
	if size == 0 {
		size = ir.Type(t.Width).Bytes()
	}
	var b [8]byte
	copy(b[:], mc.mem[at:at+size])
	v := binary.LittleEndian.Uint64(b[:])
	if t.Kind == "i" {
		v = uint64(word.Signed(v, 8*size))
	}
	return trace.Arg{Bits: v & word.Mask(t.Width)}, nil
}

// waitsFor describes the event that a blocked context waits for. The second result says whether
// the event comes from outside.
func (c *context) waitsFor() (string, bool) {
	i := c.code[c.pc].instr
	if i == nil {
		return "nothing", false
	}
	switch i.Op {
	case ir.OpRecv:
		return "a frame at " + c.mc.m.Devices[i.Dev].Name, true
	case ir.OpChSend:
		return "room in " + c.mc.m.Chans[i.Chan].Name, false
	case ir.OpChRecv:
		return "a value in " + c.mc.m.Chans[i.Chan].Name, c.mc.fromService(i.Chan)
	case ir.OpSelect:
		return c.selectWaits()
	}
	return i.Op.String(), false
}
