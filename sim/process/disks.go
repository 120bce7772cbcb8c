package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// told records the answer of a disk, as the guest reports it.
func (m *Machine) told(dev int, data []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.In, Task: m.owner(dev), Port: port, Data: data})
	return nil
}

// asked records a disk command of the program, and passes it to the disk of the world. asked
// tells the program whether the world refuses the command. The program itself executes a
// command that the world does not refuse.
func (m *Machine) asked(dev int, command []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: port, Time: m.world.Now(), Data: command})
	refused := m.world.Refuses(m.dev[dev], command)
	if m.world.Ask(m.dev[dev], command) == nil {
		return fmt.Errorf("the program asked %s, which is not a disk", port)
	}
	if refused {
		return m.reply(world.DiskError)
	}
	return m.reply(world.DiskOK)
}

func (p *Program) isDisk(dev int) bool { return dev < len(p.Disks) && p.Disks[dev] }

func (m *Machine) diskFile(dev int) string {
	return filepath.Join(m.host.dir, fmt.Sprintf("disk%d.img", dev))
}

// writeDisks writes the image files of the disks.
func (m *Machine) writeDisks() error {
	for i, name := range m.prog.Devices {
		if !m.prog.isDisk(i) {
			continue
		}
		d := m.world.Disk(m.dev[i])
		if d == nil {
			return fmt.Errorf("%s: the world has no disk %s", m.prog.Name, name)
		}
		if err := os.WriteFile(m.diskFile(i), d.Image(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// checkDisks compares the image files with the writes that the program reported.
func (m *Machine) checkDisks() error {
	for i, name := range m.prog.Devices {
		if !m.prog.isDisk(i) {
			continue
		}
		data, err := os.ReadFile(m.diskFile(i))
		if err != nil {
			return err
		}
		if !bytes.Equal(data, m.world.Disk(m.dev[i]).Image()) {
			return fmt.Errorf("the file of disk %s differs from the writes that the program reported", name)
		}
	}
	return nil
}
