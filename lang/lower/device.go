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

// udpType is the type of devices and sockets whose messages have a peer.
const udpType = "net.Udp"

// socket is the socket that a net.Udp is, nil for a port.
func (x *lowering) socket(end int) *tree.SocketDef {
	if end >= 0 {
		return nil
	}
	return &x.p.System.Sockets[^end]
}

// udpRecv is s.recv(buf): the peer, and the datagram in the buffer.
func (x *lowering) udpRecv(e *tree.UdpRecv) *ir.Value {
	end := x.device(e.Dev)
	if s := x.socket(end); s != nil {
		return x.socketRecv(e, s)
	}
	d := x.datagram(e.Buf, e.Buf.Type().Len)
	x.At = e.At
	x.Emit(&ir.Instr{Op: ir.OpRecv, Dev: end, Refs: []ir.Ref{d.m}, Imm: uint64(e.Buf.Type().Len + peerSize)})
	return x.arrived(d)
}

// socketRecv receives messages until one fits into the buffer.
func (x *lowering) socketRecv(e *tree.UdpRecv, s *tree.SocketDef) *ir.Value {
	room := x.p.System.Chans[s.In].Elem.Len - peerSize
	again := x.NewBlock()
	x.goTo(again)
	x.B = again
	d := x.datagram(e.Buf, room)
	x.At = e.At
	x.Emit(&ir.Instr{Op: ir.OpChRecv, Chan: s.In, Refs: []ir.Ref{d.m}})
	if room > e.Buf.Type().Len {
		fits := x.NewBlock()
		x.branch(x.tooLong(d, e.Buf.Type().Len), again, fits)
		x.ssa.seal(again)
		x.enter(fits)
	} else {
		x.ssa.seal(again)
	}
	return x.arrived(d)
}

// tooLong reports whether a message is longer than a peer and n bytes.
func (x *lowering) tooLong(d datagram, n int) *ir.Value {
	return x.Word(word.Ltu, 1, x.Const(32, uint64(n+peerSize)), x.Load(32, d.m))
}

// datagram is where a datagram is received: in the room of the buffer itself, or
// in a place of its own.
type datagram struct {
	m, buf ir.Ref
	own    bool
}

// datagram makes room for a message with a datagram of most bytes.
func (x *lowering) datagram(buf tree.Expr, most int) datagram {
	if m, own := x.inRoom(buf, peerSize); own && most <= buf.Type().Len {
		return datagram{m, shifted(m, peerSize), true}
	}
	to := x.object(x.place(buf)).ref
	return datagram{x.local("datagram", 4+peerSize+alignTo(most, 4), 4), to, false}
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
func (x *lowering) takeDatagram(a *tree.SelectArm, end int, again *ir.Block) {
	size := a.Buf.Type().Len
	fits, long := x.NewBlock(), x.NewBlock()
	var d datagram
	if s := x.socket(end); s != nil {
		d = x.datagram(a.Buf, x.p.System.Chans[s.In].Elem.Len-peerSize)
		x.At = a.Span
		x.Emit(&ir.Instr{Op: ir.OpChGet, Chan: s.In, Refs: []ir.Ref{d.m}})
		x.branch(x.tooLong(d, size), long, fits)
	} else {
		d = x.datagram(a.Buf, size)
		x.At = a.Span
		take := &ir.Instr{Op: ir.OpTake, Dev: end, Refs: []ir.Ref{d.m}, Imm: uint64(size + peerSize)}
		x.branch(x.Emit(take, 1).Results[0], fits, long)
	}
	x.enter(long)
	x.Store(x.Const(32, 0), d.buf)
	x.goTo(again)
	x.enter(fits)
	x.bind(a.Local, one(x.arrived(d)))
}

// udpSend is s.send(peer, b).
func (x *lowering) udpSend(s *tree.UdpSend) {
	peer := x.word(s.Peer)
	end := x.device(s.Dev)
	t := s.Value.Type()
	before := peerSize // of the room before the value
	if t.Kind == tree.Array {
		before += 4
	}
	m, own := x.inRoom(s.Value, before)
	if own = own && x.whole(end, t.Len); !own {
		m = x.inPlace(s, end)
	}
	x.At = s.At
	n := x.Const(32, uint64(t.Len))
	switch {
	case t.Kind != tree.Array && own:
		n = x.Load(32, shifted(m, peerSize))
	case t.Kind != tree.Array:
		n = x.Load(32, m)
	}
	x.sendDatagram(end, m, peer, n)
	if own && t.Kind != tree.Array {
		x.Store(n, shifted(m, peerSize))
	}
}

// whole reports whether a datagram of at most n bytes is one of full size at an end:
// an element of a channel is moved as a whole.
func (x *lowering) whole(end, n int) bool {
	s := x.socket(end)
	return s == nil || x.p.System.Chans[s.Out].Elem.Len == n+peerSize
}

// inPlace makes a message of its own of what is sent, its length in front.
func (x *lowering) inPlace(s *tree.UdpSend, end int) ir.Ref {
	l := x.object(x.place(s.Value))
	t := s.Value.Type()
	x.At = s.At
	size := peerSize + t.Len
	if socket := x.socket(end); socket != nil {
		size = x.p.System.Chans[socket.Out].Elem.Len
	}
	m := x.local("datagram", 4+alignTo(size, 4), 4)
	if t.Kind == tree.Array {
		x.Copy(shifted(m, 4+peerSize), l.ref, t.Len)
		return m
	}
	n, from := x.bytesOf(l)
	x.copyBytes(shifted(m, 4+peerSize), from, n)
	x.Store(n, m)
	return m
}

// sendDatagram sends n bytes that lie after the head of a message.
func (x *lowering) sendDatagram(end int, m ir.Ref, peer, n *ir.Value) {
	x.Store(x.Word(word.Add, 32, n, x.Const(32, peerSize)), m)
	x.Store(x.Slice(32, peer, 0), shifted(m, 4))
	high := x.Zext(32, x.Slice(peerBits-32, peer, 32))
	s := x.socket(end)
	if s == nil {
		x.Store(high, shifted(m, 8))
		x.Emit(&ir.Instr{Op: ir.OpSend, Dev: end, Refs: []ir.Ref{m}})
		return
	}
	x.Store(x.Word(word.Or, 32, high, x.Const(32, uint64(s.Port)<<16)), shifted(m, 8))
	x.Emit(&ir.Instr{Op: ir.OpChSend, Chan: s.Out, Refs: []ir.Ref{m}})
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
