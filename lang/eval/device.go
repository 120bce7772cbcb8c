package eval

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/lang/tree"
)

// A datagram is a frame whose first bytes are the peer, 64 bits little-endian. A
// disk is asked with a command, an operation and a sector of 32 bits each, and
// answers with a status of 32 bits.
const (
	peerSize   = 8
	statusSize = 4
	sectorSize = 512
	readDisk   = 1
	writeDisk  = 2
	flushDisk  = 3
)

func (c *compiler) udpRecv(x *tree.UdpRecv) scalarCode {
	dev, buf, limit := c.scalar(x.Dev), c.addr(x.Buf), x.Buf.Type().Len
	return func(m *machine) uint64 {
		at := buf(m)
		e := Effect{Kind: DevRecvEffect, Index: int(dev(m)), Limit: limit + peerSize}
		m.host.Do(&e)
		peer := peerOf(e.Data)
		m.setBytes(at, e.Data[peerSize:])
		return peer
	}
}

func (c *compiler) udpSend(s *tree.UdpSend) func(m *machine) {
	dev, peer, elements := c.scalar(s.Dev), c.scalar(s.Peer), c.elements(s.Value)
	return func(m *machine) {
		data := binary.LittleEndian.AppendUint64(nil, peer(m))
		at, n := elements(m)
		for _, x := range m.mem[at : at+n] {
			data = append(data, byte(x))
		}
		m.host.Do(&Effect{Kind: DevSendEffect, Index: int(dev(m)), Data: data})
	}
}

// udpType is the type of devices whose messages have a peer.
const udpType = "net.Udp"

// takeDatagram is takeMessage for datagrams.
func (c *frameCompiler) takeDatagram(s *tree.SelectArm, buf addrCode, limit int) func(*machine, int) bool {
	peer := c.alloc(1)
	if s.Local != nil {
		peer = c.locals[s.Local].addr
	}
	return func(m *machine, dev int) bool {
		at := buf(m)
		e := &Effect{Kind: TakeEffect, Index: dev, Limit: limit + peerSize}
		m.host.Do(e)
		if !e.Ok {
			m.setBytes(at, nil)
			return false
		}
		m.mem[peer] = peerOf(e.Data)
		m.setBytes(at, e.Data[peerSize:])
		return true
	}
}

// peerOf is the peer before a datagram.
func peerOf(data []byte) uint64 {
	if len(data) < peerSize {
		panic(&Fault{"a datagram without its peer"})
	}
	return binary.LittleEndian.Uint64(data) & (1<<48 - 1)
}

// command is an operation on a sector.
func command(op int, sector uint64) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(op))
	return binary.LittleEndian.AppendUint32(b, uint32(sector))
}

// askDisk asks a disk and returns what follows the status; it traps unless
// the status is 0.
func (m *machine) askDisk(dev, site int, data []byte) []byte {
	e := Effect{Kind: AskEffect, Index: dev, Data: data}
	m.host.Do(&e)
	if len(e.Data) < statusSize || binary.LittleEndian.Uint32(e.Data) != 0 {
		panic(&Trap{site, tree.TrapDisk})
	}
	return e.Data[statusSize:]
}

func (c *compiler) diskRead(s *tree.DiskRead) func(m *machine) {
	dev, sector, buf, site := c.scalar(s.Dev), c.scalar(s.Sector), c.addr(s.Buf), s.Site
	return func(m *machine) {
		n := sector(m)
		at := buf(m)
		for i, b := range m.askDisk(int(dev(m)), site, command(readDisk, n)) {
			m.mem[at+i] = uint64(b)
		}
	}
}

func (c *compiler) diskWrite(s *tree.DiskWrite) func(m *machine) {
	dev, sector, site := c.scalar(s.Dev), c.scalar(s.Sector), s.Site
	elements := c.elements(s.Value)
	return func(m *machine) {
		data := command(writeDisk, sector(m))
		at, n := elements(m)
		body := make([]byte, sectorSize)
		for i := range n {
			body[i] = byte(m.mem[at+i])
		}
		m.askDisk(int(dev(m)), site, append(data, body...))
	}
}

func (c *compiler) diskFlush(s *tree.DiskFlush) func(m *machine) {
	dev, site := c.scalar(s.Dev), s.Site
	return func(m *machine) { m.askDisk(int(dev(m)), site, command(flushDisk, 0)) }
}
