package process

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

func (p *Program) isLevel(dev int) bool { return dev < len(p.Levels) && p.Levels[dev] > 0 }

func (p *Program) isStream(dev int) bool { return dev < len(p.Streams) && p.Streams[dev] }

// isSource reports whether a device is a source of random bytes.
func (p *Program) isSource(dev int) bool { return dev < len(p.Sources) && p.Sources[dev] }

// isBus reports whether the simulated world answers the commands of a device.
func (p *Program) isBus(dev int) bool { return dev < len(p.Buses) && p.Buses[dev] }

// answer executes a command over a bus, and replies with the answer and its length.
func (m *Machine) answer(dev int, command []byte) error {
	if !m.prog.isBus(dev) {
		return fmt.Errorf("the program gave device %d a command, which is not a bus", dev)
	}
	name := m.prog.Devices[dev]
	m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: name, Time: m.world.Now(), Data: command})
	data := m.world.Ask(m.dev[dev], command)
	m.emit(trace.Event{Kind: trace.In, Task: m.owner(dev), Port: name, Data: data})
	if err := m.reply(uint32(len(data))); err != nil {
		return err
	}
	_, err := m.in.Write(data)
	return err
}

// level sends the guest the level of an input.
func (m *Machine) level(dev int) error {
	if !m.prog.isLevel(dev) {
		return fmt.Errorf("the program asked for the level of device %d, which has none", dev)
	}
	return m.reply(uint32(m.world.Get(m.dev[dev])))
}

// setLevel records the level of an output.
func (m *Machine) setLevel(dev int, v uint64) error {
	if !m.prog.isLevel(dev) {
		return fmt.Errorf("the program set the level of device %d, which has none", dev)
	}
	if m.shown.Set(dev, v) {
		data := world.LevelData(v, m.prog.Levels[dev])
		m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: m.prog.Devices[dev], Time: m.world.Now(), Data: data})
	}
	return nil
}
