package source

import (
	"encoding/binary"
	"slices"

	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Sockets. A net.Udp on the network stack of a device consists of two channels, which carry
// frames. The message in a frame is the peer (8 bytes) and the datagram.

// socket returns the socket that an effect names.
func (m *Machine) socket(index int) *tree.SocketDef { return &m.prog.System.Sockets[^index] }

// message returns the wait for a message of a device or socket.
func (m *Machine) message(index int) wait {
	if index < 0 {
		return wait{kind: forValue, index: m.socket(index).In}
	}
	return wait{kind: forInput, index: index}
}

// outOf sends a message from a socket. The frame starts with the peer in network order. The
// port number of the socket follows.
func (t *task) outOf(s *tree.SocketDef, message []byte) {
	slices.Reverse(message[:6])
	binary.BigEndian.PutUint16(message[6:], uint16(s.Port))
	cells := make([]uint64, tree.Cells(t.m.chans[s.Out].elem))
	cells[0] = uint64(tree.MessageAt + len(message))
	for i, b := range message {
		cells[1+tree.MessageAt+i] = uint64(b)
	}
	t.send(&eval.Effect{Kind: eval.ChanSendEffect, Index: s.Out, Cells: cells})
}

// outOfQueue takes the first message that waits at a socket. outOfQueue drops a message that is
// longer than the limit.
func (t *task) outOfQueue(s *tree.SocketDef, e *eval.Effect) {
	cells := make([]uint64, tree.Cells(t.m.chans[s.In].elem))
	t.get(&eval.Effect{Kind: eval.ChanRecvEffect, Index: s.In, Cells: cells})
	n := int(cells[0]) - tree.MessageAt
	if e.Ok = n <= e.Limit; !e.Ok {
		return
	}
	e.Data = make([]byte, n)
	for i := range e.Data {
		e.Data[i] = byte(cells[1+tree.MessageAt+i])
	}
	slices.Reverse(e.Data[:6])
}

// fromService reports whether a service writes a channel. A task that waits for a channel of a
// service waits for the outside.
func (m *Machine) fromService(ch int) bool {
	s := m.prog.System
	return s.Runs[s.Chans[ch].Writer].Service
}
