package process

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
)

func (m *Machine) emit(e trace.Event) { m.tr.Events = append(m.tr.Events, e) }

func (m *Machine) log(r request) error {
	task, err := m.task(r.a)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.Log, Task: task, Site: int(r.b), Text: string(append(m.text, r.data...))})
	m.text = m.text[:0]
	return nil
}

func (m *Machine) mark(id uint32) error {
	if int(id/2) >= len(m.prog.Marks) {
		return fmt.Errorf("the program set mark %d of %d", id/2, len(m.prog.Marks))
	}
	return nil // a mark is a fence here; a process does not say which task set it
}

func (m *Machine) trap(r request) error {
	task, err := m.task(r.a)
	if err != nil {
		return err
	}
	if int(r.b) >= len(m.prog.Traps) {
		return fmt.Errorf("the program trapped at site %d of %d", r.b, len(m.prog.Traps))
	}
	m.emit(trace.Event{Kind: trace.Trap, Task: task, Site: int(r.b), Code: m.prog.Traps[r.b]})
	m.end(trace.Trapped)
	return nil
}

// ready is the status mask: bit i for a frame that waits at device i.
func (m *Machine) ready() uint32 {
	var mask uint32
	for i := range m.prog.Devices {
		if m.world.Pending(i) {
			mask |= 1 << i
		}
	}
	return mask
}

// wait lets the world act, one event at a time, until a device of mask has a
// frame. When no input is left the run ends.
func (m *Machine) wait(mask uint32) error {
	for m.ready()&mask == 0 {
		if m.world.Advance() {
			continue
		}
		m.end(trace.Waiting)
		if mask == 0 {
			m.end(trace.Stuck)
		}
		return m.reply(0)
	}
	return m.reply(m.ready())
}

func (m *Machine) device(dev int) (string, error) {
	if dev >= len(m.prog.Devices) {
		return "", fmt.Errorf("the program named device %d of %d", dev, len(m.prog.Devices))
	}
	return m.prog.Devices[dev], nil
}

// take hands over the head of a device's queue.
func (m *Machine) take(dev, limit int) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	if !m.world.Pending(dev) {
		return fmt.Errorf("the program took a frame from %s, where none waits", port)
	}
	frame, ok := m.world.Take(dev, limit)
	if !ok {
		return m.reply(0)
	}
	if err := m.reply(uint32(len(frame))); err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.In, Task: m.owner(dev), Port: port, Data: frame})
	if m.wire != nil {
		return m.wire.send(dev, frame)
	}
	_, err = m.in.Write(frame)
	return err
}

func (m *Machine) sent(dev int, frame []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: port, Time: m.world.Now(), Data: frame})
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
	if t := m.prog.Owners[dev]; t < len(m.prog.Tasks) {
		return m.prog.Tasks[t]
	}
	return ""
}
