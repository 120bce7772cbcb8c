package process

import (
	"errors"
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// serve handles one request of the guest.
func (m *Machine) serve(r request) error {
	switch r.kind {
	case 'P':
		return m.more(r.data)
	case 'L':
		return m.log(r)
	case 'M':
		return m.mark(r.a, r.b)
	case 'X':
		return m.trap(r)
	case 'H':
		m.end(trace.Ended)
		return nil
	case 'E':
		return m.noMore(r.a)
	case 'I':
		m.instructions = uint64(r.a) | uint64(r.b)<<32
		return nil
	case 'Q':
		return m.reply(m.ready())
	case 'A':
		m.due = uint64(r.a) | uint64(r.b)<<32
		return nil
	case 'W':
		return m.wait(r.a)
	case 'T':
		return m.take(int(r.a), int(r.b), true)
	case 'B':
		return m.batch(r.a, int(r.b))
	case 'w':
		return m.waited(r.a)
	case 't':
		return m.take(int(r.a), int(r.b), false)
	case 'G':
		return m.level(int(r.a))
	case 'U':
		return m.setLevel(int(r.a), uint64(r.b))
	case 'O':
		return m.asked(int(r.a), r.data)
	case 'Y':
		return m.answer(int(r.a), r.data)
	case 'D':
		return m.told(int(r.a), r.data)
	case 'S':
		return m.sent(int(r.a), r.data)
	case 'N':
		return m.sentOverWire(int(r.a), int(r.b))
	case 'C':
		now := m.world.Now()
		return m.reply(uint32(now), uint32(now>>32))
	}
	return fmt.Errorf("the program asked %q, which is not a request", r.kind)
}

func (m *Machine) end(s trace.Status) {
	m.tr.Status = s
	m.done = true
}

func (m *Machine) task(i uint32) (string, error) {
	if uint64(i) >= uint64(len(m.prog.Tasks)) {
		return "", fmt.Errorf("the program named task %d of %d", i, len(m.prog.Tasks))
	}
	return m.prog.Tasks[i], nil
}

// more handles one part of a long text.
func (m *Machine) more(text []byte) error {
	if len(m.text)+len(text) > maxText {
		return fmt.Errorf("the program sends a log event of more than %d bytes", maxText)
	}
	m.text = append(m.text, text...)
	return nil
}

func (m *Machine) emit(e trace.Event) { m.tr.Add(e) }

func (m *Machine) log(r request) error {
	task, err := m.task(r.a)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.Log, Task: task, Site: int(r.b), Text: string(append(m.text, r.data...))})
	m.text = m.text[:0]
	return nil
}

// mark records the beginning (even id) or the end (odd id) of a timed region.
func (m *Machine) mark(task, id uint32) error {
	name, err := m.task(task)
	if err != nil {
		return err
	}
	if uint64(id/2) >= uint64(len(m.prog.Marks)) {
		return fmt.Errorf("the program set mark %d of %d", id/2, len(m.prog.Marks))
	}
	kind := trace.MarkBegin
	if id%2 == 1 {
		kind = trace.MarkEnd
	}
	m.emit(trace.Event{Kind: kind, Task: name, Name: m.prog.Marks[id/2]})
	return nil
}

func (m *Machine) trap(r request) error {
	task, err := m.task(r.a)
	if err != nil {
		return err
	}
	if uint64(r.b) >= uint64(len(m.prog.Traps)) {
		return fmt.Errorf("the program trapped at site %d of %d", r.b, len(m.prog.Traps))
	}
	m.emit(trace.Event{Kind: trace.Trap, Task: task, Site: int(r.b), Code: m.prog.Traps[r.b]})
	m.end(trace.Trapped)
	return nil
}

// ready returns the status mask. Bit i is set if a frame waits at device i.
func (m *Machine) ready() uint32 {
	var mask uint32
	for i, at := range m.dev {
		if at >= 0 && m.world.Pending(at) {
			mask |= 1 << i
		}
	}
	return mask
}

// wait lets the world act, one event at a time, until a device of mask has a frame. The answer
// is 0 if no input is left.
func (m *Machine) wait(mask uint32) error {
	for m.readyFor(mask) == 0 {
		if m.world.AdvanceOr(m.deadline(mask)) {
			continue
		}
		return m.reply(0)
	}
	return m.reply(m.ready() | m.readyFor(mask))
}

// timerBit is the bit of the deadline in the mask and in the answer of a wait.
const timerBit = 1 << 31

// readyFor returns the part of a wait's mask that is ready: devices, and the deadline.
func (m *Machine) readyFor(mask uint32) uint32 {
	ready := m.ready() & mask
	if mask&timerBit != 0 && m.world.Now() >= m.due {
		ready |= timerBit
	}
	return ready
}

// deadline is the time for which a wait waits.
func (m *Machine) deadline(mask uint32) uint64 {
	if mask&timerBit == 0 {
		return world.Never
	}
	return m.due
}

// noMore ends a run after the guest was told that no input is left.
func (m *Machine) noMore(mask uint32) error {
	if m.readyFor(mask) != 0 || m.world.AdvanceOr(m.deadline(mask)) {
		return errors.New("the program gave up although an input is left")
	}
	m.end(trace.Waiting)
	if mask == 0 {
		m.end(trace.Stuck)
	}
	return nil
}

func (m *Machine) device(dev int) (string, error) {
	if dev >= len(m.prog.Devices) {
		return "", fmt.Errorf("the program named device %d of %d", dev, len(m.prog.Devices))
	}
	return m.prog.Devices[dev], nil
}

// take takes the first frame from the queue of a device. If the guest asks for a frame that no
// batch has brought, take sends the frame.
func (m *Machine) take(dev, limit int, asked bool) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	if m.ready()>>dev&1 == 0 {
		return fmt.Errorf("the program took a frame from %s, where none waits", port)
	}
	frame, ok := m.world.Take(m.dev[dev], limit)
	if asked {
		if err := m.reply(uint32(len(frame))); err != nil || !ok {
			return err
		}
	}
	if !ok {
		return nil
	}
	for _, piece := range m.world.Pieces(m.dev[dev], frame) {
		m.emit(trace.Event{Kind: trace.In, Task: m.owner(dev), Port: port, Data: piece})
	}
	if !asked {
		return nil
	}
	return m.carry(dev, frame)
}

// carry sends a frame to the guest.
func (m *Machine) carry(dev int, frame []byte) error {
	if m.wire != nil && m.prog.wired(dev) {
		return m.wire.send(dev, frame)
	}
	_, err := m.in.Write(frame)
	return err
}

func (m *Machine) sent(dev int, frame []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	for _, piece := range m.world.Pieces(m.dev[dev], frame) {
		m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: port, Time: m.world.Now(), Data: piece})
	}
	return nil
}

func (m *Machine) sentOverWire(dev, n int) error {
	if m.wire == nil || n > maxFrame {
		return fmt.Errorf("the program sent a frame of %d bytes over a wire that it does not have", n)
	}
	frame, err := m.wire.receive(dev, m.opts.Timeout)
	if err != nil {
		return err
	}
	if len(frame) != n {
		return fmt.Errorf("the program sent %d bytes, %d arrived", n, len(frame))
	}
	return m.sent(dev, frame)
}

func (m *Machine) owner(dev int) string {
	if dev < len(m.prog.Owners) && m.prog.Owners[dev] < len(m.prog.Tasks) {
		return m.prog.Tasks[m.prog.Owners[dev]]
	}
	return ""
}
