package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// network is the other side of a device of datagrams whose program speaks Ethernet:
// it wraps what the script says into frames, answers questions for stations, and
// takes out of frames what the program sends. Before the first datagram it asks
// for the program's station and for an echo, and both must be answered.
type network struct {
	host   world.Host
	queue  [][]byte // frames that come before the next datagram
	begun  bool
	expect [][]byte // answers that are due
	asked  [][]byte // stations that the program has asked for
}

// neighbour is the address that asks on the network of a host.
func (n *network) neighbour() uint32 { return n.host.Address ^ 1 }

func (n *network) pending() bool { return n != nil && len(n.queue) > 0 }

// begin asks the questions.
func (n *network) begin() {
	if n.begun {
		return
	}
	n.begun = true
	us, them := world.MAC(n.neighbour()), world.MAC(n.host.Address)
	n.queue = append(n.queue,
		world.ARP(false, us, n.neighbour(), nil, n.host.Address),
		world.Echo(false, us, them, n.neighbour(), n.host.Address))
	n.expect = append(n.expect,
		world.ARP(true, them, n.host.Address, us, n.neighbour()),
		world.Echo(true, them, us, n.host.Address, n.neighbour()))
}

// answered checks that each question had its answer.
func (n *network) answered() error {
	if n != nil && len(n.expect) > 0 {
		return fmt.Errorf("the program did not answer %d of the network's questions, the first with %x", len(n.expect), n.expect[0])
	}
	return nil
}

// sent takes a frame of the program: nil when it carries no message.
func (n *network) sent(frame []byte) ([]byte, error) {
	if sender, target, mac, ok := world.ARPRequest(frame); ok {
		n.asked = append(n.asked, world.MAC(target))
		n.queue = slices.Insert(n.queue, 0, world.ARP(true, world.MAC(target), target, mac, sender))
		return nil, nil
	}
	if len(n.expect) > 0 && bytes.Equal(frame, n.expect[0]) {
		n.expect = n.expect[1:]
		return nil, nil
	}
	u, ok := world.Unwrap(frame)
	switch {
	case !ok:
		return nil, fmt.Errorf("the program sent a frame that is no datagram and no answer: %x", frame)
	case !u.GoodChecksum:
		return nil, fmt.Errorf("the program sent a datagram with a wrong checksum: %x", frame)
	case u.Src != n.host:
		return nil, fmt.Errorf("the program sent a datagram from %08x:%d, its address is %08x:%d", u.Src.Address, u.Src.Port, n.host.Address, n.host.Port)
	case !n.reaches(frame[:6], u.Dst.Address):
		return nil, fmt.Errorf("the program sent a datagram for %08x to the station %x", u.Dst.Address, frame[:6])
	}
	return world.Message(u.Dst.Address, u.Dst.Port, u.Body), nil
}

// reaches reports whether a frame to a station gets to an address: the address's
// own, all stations, or a gateway that the program has asked for.
func (n *network) reaches(station []byte, address uint32) bool {
	if bytes.Equal(station, world.MAC(address)) || address == 1<<32-1 {
		return true
	}
	return slices.ContainsFunc(n.asked, func(mac []byte) bool { return bytes.Equal(mac, station) })
}

// takeDatagram hands over the next frame: one of the network's own, or the next
// message. What the program makes of it, it tells.
func (m *Machine) takeDatagram(dev int, n *network, limit int) error {
	n.begin()
	var frame []byte
	if len(n.queue) > 0 {
		frame, n.queue = n.queue[0], n.queue[1:]
	} else {
		message, _ := m.world.Take(m.dev[dev], 1<<16)
		var ok bool
		if frame, ok = world.Wrap(n.host, message); !ok {
			return fmt.Errorf("a datagram of %d bytes has no peer", len(message))
		}
	}
	if len(frame) > limit {
		return m.reply(0)
	}
	if err := m.reply(uint32(len(frame))); err != nil {
		return err
	}
	return m.carry(dev, frame)
}

// told notes what the program says that it got from a device.
func (m *Machine) told(dev int, data []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.In, Task: m.owner(dev), Port: port, Data: data})
	return nil
}

// asked notes a command that the program has given a disk, and gives it to the
// world's disk as well.
func (m *Machine) asked(dev int, command []byte) error {
	port, err := m.device(dev)
	if err != nil {
		return err
	}
	m.emit(trace.Event{Kind: trace.Out, Task: m.owner(dev), Port: port, Time: m.world.Now(), Data: command})
	if m.world.Ask(m.dev[dev], command) == nil {
		return fmt.Errorf("the program asked %s, which is no disk", port)
	}
	return nil
}

func (p *Program) isDisk(dev int) bool { return dev < len(p.Disks) && p.Disks[dev] }

func (m *Machine) diskFile(dev int) string {
	return filepath.Join(m.host.dir, fmt.Sprintf("disk%d.img", dev))
}

// writeDisks makes the files of the disks.
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

// checkDisks compares the files with what the program said that it wrote.
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
			return fmt.Errorf("the file of disk %s is not what the program said that it wrote", name)
		}
	}
	return nil
}
