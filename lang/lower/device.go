package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Messages of devices are made of the program's own buffers where that is
// possible: a variable that is one has room before it for what the message
// begins with.
//
//	          0       4          8         12        16
//	room     |       | length   | peer               | data ...     a datagram
//	bytes<N> |                             | length  | data ...
//
//	room     | length | operation | sector | data ...               a command
//	room     |        | length    | status | data ...               an answer
//	[512]u8  |                             | data ...
//
// A datagram is a frame whose first 8 bytes are the peer; a disk is asked with an
// operation and a sector number (sim/world). In a datagram the length of the
// bytes lies where the upper half of the peer is: it is set after a receive,
// and restored after a send.
const (
	messageRoom  = 12
	peerSize     = 8
	peerBits     = 48
	commandSize  = 8
	statusSize   = 4
	sectorSize   = 512
	readCommand  = 1
	writeCommand = 2
	flushCommand = 3
)

// message lists the locals of a function that are messages.
type messages map[*tree.Local]bool

func messagesOf(f *tree.Func) messages {
	m := messages{}
	var block func(*tree.Block)
	note := func(e tree.Expr) {
		if r, ok := e.(*tree.LocalRef); ok && (r.Local.Kind == tree.VarLocal || r.Local.Kind == tree.StateLocal) {
			m[r.Local] = true
		}
	}
	var expr func(tree.Expr)
	expr = func(e tree.Expr) {
		if r, ok := e.(*tree.UdpRecv); ok {
			note(r.Buf)
		}
		if e != nil {
			for _, p := range tree.Operands(e) {
				expr(p)
			}
		}
	}
	block = func(b *tree.Block) {
		if b == nil {
			return
		}
		for _, s := range b.Stmts {
			switch s := s.(type) {
			case *tree.UdpSend:
				note(s.Value)
			case *tree.Select:
				for k := range s.Arms {
					if a := &s.Arms[k]; a.Kind == tree.ArmDev && a.End.Type().Name == udpType {
						note(a.Buf)
					}
				}
			case *tree.DiskRead:
				note(s.Buf)
			case *tree.DiskWrite:
				if t := s.Value.Type(); t.Kind == tree.Array && t.Len == sectorSize {
					note(s.Value)
				}
			}
			for _, e := range tree.Heads(s) {
				expr(e)
			}
			for _, inner := range tree.Blocks(s) {
				block(inner)
			}
		}
	}
	block(f.Body)
	return m
}

// room is how much lies before the object of a local.
func (x *lowering) room(p *tree.Local) int {
	if x.messages[p] {
		return messageRoom
	}
	return 0
}

// inRoom gives the place of a message whose data is e, when e is a variable with
// room before it; before is what of the room the message takes.
func (x *lowering) inRoom(e tree.Expr, before int) (ir.Ref, bool) {
	l, ok := e.(*tree.LocalRef)
	if !ok || !x.messages[l.Local] {
		return ir.Ref{}, false
	}
	r := x.slotsOf(l.Local)[0].ref
	if r.Obj == nil {
		return ir.Ref{}, false
	}
	r.Disp -= before
	return r, true
}

func shifted(r ir.Ref, n int) ir.Ref {
	r.Disp += n
	return r
}

// udpRecv is s.recv(buf): the peer, and the datagram in the buffer.
func (x *lowering) udpRecv(e *tree.UdpRecv) *ir.Value {
	size := e.Buf.Type().Len
	d := x.datagram(e.Buf)
	x.At = e.At
	x.Emit(&ir.Instr{Op: ir.OpRecv, Dev: x.device(e.Dev), Refs: []ir.Ref{d.m}, Imm: uint64(size + peerSize)})
	return x.arrived(d)
}

// udpType is the type of devices whose messages have a peer.
const udpType = "net.Udp"

// datagram is where a datagram is received: in the room of the buffer itself, or
// in a place of its own.
type datagram struct {
	m, buf ir.Ref
	own    bool
}

func (x *lowering) datagram(buf tree.Expr) datagram {
	if m, own := x.inRoom(buf, peerSize); own {
		return datagram{m, shifted(m, peerSize), true}
	}
	to := x.object(x.place(buf)).ref
	return datagram{x.local("datagram", 4+peerSize+alignTo(buf.Type().Len, 4), 4), to, false}
}

// arrived puts a received datagram into its buffer and gives the peer.
func (x *lowering) arrived(d datagram) *ir.Value {
	n := x.Word(word.Sub, 32, x.Load(32, d.m), x.Const(32, peerSize))
	low, high := x.Load(32, shifted(d.m, 4)), x.LoadSize(16, 2, shifted(d.m, 8))
	peer := x.Word(word.Cat, peerBits, high, low)
	x.Store(n, d.buf)
	if !d.own {
		x.copyBytes(shifted(d.buf, 4), shifted(d.m, 4+peerSize), n)
	}
	return peer
}

// takeDatagram takes the datagram that an arm of a select waited for; one that is
// too long empties the buffer, and the select goes on.
func (x *lowering) takeDatagram(a *tree.SelectArm, dev int, again *ir.Block) {
	d := x.datagram(a.Buf)
	x.At = a.Span
	take := &ir.Instr{Op: ir.OpTake, Dev: dev, Refs: []ir.Ref{d.m}, Imm: uint64(a.Buf.Type().Len + peerSize)}
	fits, long := x.NewBlock(), x.NewBlock()
	x.branch(x.Emit(take, 1).Results[0], fits, long)
	x.enter(long)
	x.Store(x.Const(32, 0), d.buf)
	x.goTo(again)
	x.enter(fits)
	x.bind(a.Local, one(x.arrived(d)))
}

// udpSend is s.send(peer, b).
func (x *lowering) udpSend(s *tree.UdpSend) {
	peer := x.word(s.Peer)
	if s.Value.Type().Kind == tree.Array {
		x.sendArray(s, peer)
		return
	}
	m, own := x.inRoom(s.Value, peerSize)
	var n *ir.Value
	if own {
		x.At = s.At
		n = x.Load(32, shifted(m, peerSize))
	} else {
		l := x.object(x.place(s.Value))
		x.At = s.At
		size, _ := sizeOf(s.Value.Type())
		m = x.local("datagram", size+peerSize, 4)
		var from ir.Ref
		n, from = x.bytesOf(l)
		x.copyBytes(shifted(m, 4+peerSize), from, n)
	}
	x.sendDatagram(s.Dev, m, peer, n)
	if own {
		x.Store(n, shifted(m, peerSize))
	}
}

// sendArray is s.send(peer, a) of an array: all of it.
func (x *lowering) sendArray(s *tree.UdpSend, peer *ir.Value) {
	n := s.Value.Type().Len
	m, own := x.inRoom(s.Value, 4+peerSize)
	if !own {
		l := x.object(x.place(s.Value))
		x.At = s.At
		m = x.local("datagram", 4+peerSize+alignTo(n, 4), 4)
		x.Copy(shifted(m, 4+peerSize), l.ref, n)
	}
	x.At = s.At
	x.sendDatagram(s.Dev, m, peer, x.Const(32, uint64(n)))
}

// sendDatagram sends n bytes that lie after the head of a message.
func (x *lowering) sendDatagram(dev tree.Expr, m ir.Ref, peer, n *ir.Value) {
	x.Store(x.Word(word.Add, 32, n, x.Const(32, peerSize)), m)
	x.Store(x.Slice(32, peer, 0), shifted(m, 4))
	x.Store(x.Zext(32, x.Slice(peerBits-32, peer, 32)), shifted(m, 8))
	x.Emit(&ir.Instr{Op: ir.OpSend, Dev: x.device(dev), Refs: []ir.Ref{m}})
}

// command writes the head of a command with a body of some bytes.
func (x *lowering) command(m ir.Ref, op uint64, sector *ir.Value, body int) {
	x.Store(x.Const(32, uint64(commandSize+body)), m)
	x.Store(x.Const(32, op), shifted(m, 4))
	x.Store(sector, shifted(m, 8))
}

// ask asks a disk and traps unless its answer begins with status 0.
func (x *lowering) ask(dev tree.Expr, command, answer ir.Ref, size, site int) {
	x.Emit(&ir.Instr{Op: ir.OpAsk, Dev: x.device(dev), Refs: []ir.Ref{command, answer}, Imm: uint64(size)})
	x.Check(x.Word(word.Eq, 1, x.Load(32, shifted(answer, 4)), x.Const(32, 0)), site)
}

// short asks with a command without a body and takes an answer without one.
func (x *lowering) shortAnswer() ir.Ref { return x.local("answer", 4+statusSize, 4) }

func (x *lowering) diskRead(s *tree.DiskRead) {
	sector := x.word(s.Sector)
	m, own := x.inRoom(s.Buf, 4+statusSize)
	var buf leaf
	if !own {
		buf = x.object(x.place(s.Buf))
		m = x.local("answer", 4+statusSize+sectorSize, 4)
	}
	x.At = s.At
	c := x.local("command", 4+commandSize, 4)
	x.command(c, readCommand, sector, 0)
	x.ask(s.Dev, c, m, statusSize+sectorSize, s.Site)
	if !own {
		x.Copy(buf.ref, shifted(m, 4+statusSize), sectorSize)
	}
}

func (x *lowering) diskWrite(s *tree.DiskWrite) {
	sector := x.word(s.Sector)
	m, own := x.inRoom(s.Value, 4+commandSize)
	own = own && s.Value.Type().Kind == tree.Array
	if !own {
		l := x.object(x.place(s.Value))
		x.At = s.At
		m = x.local("command", 4+commandSize+sectorSize, 4)
		x.sector(shifted(m, 4+commandSize), s.Value.Type(), l)
	}
	x.At = s.At
	x.command(m, writeCommand, sector, sectorSize)
	x.ask(s.Dev, m, x.shortAnswer(), statusSize, s.Site)
}

// sector fills the body of a command with bytes or an array, and zeros after.
func (x *lowering) sector(to ir.Ref, t *tree.Type, l leaf) {
	if t.Kind == tree.Array {
		x.Clear(shifted(to, t.Len), sectorSize-t.Len)
		x.Copy(to, l.ref, t.Len)
		return
	}
	x.Clear(to, sectorSize)
	n, from := x.bytesOf(l)
	x.copyBytes(to, from, n)
}

func (x *lowering) diskFlush(s *tree.DiskFlush) {
	x.At = s.At
	c := x.local("command", 4+commandSize, 4)
	x.command(c, flushCommand, x.Const(32, 0), 0)
	x.ask(s.Dev, c, x.shortAnswer(), statusSize, s.Site)
}
