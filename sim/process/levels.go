package process

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

func (p *Program) isLevel(dev int) bool { return dev < len(p.Levels) && p.Levels[dev] > 0 }

func (p *Program) isStream(dev int) bool { return dev < len(p.Streams) && p.Streams[dev] }

// level gives the guest the level of an input.
func (m *Machine) level(dev int) error {
	if !m.prog.isLevel(dev) {
		return fmt.Errorf("the program asked for the level of device %d, which has none", dev)
	}
	return m.reply(uint32(m.world.Get(m.dev[dev])))
}

// setLevel notes the level of an output.
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
