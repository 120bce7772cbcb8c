package lower

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// A message for a device is built in the program's own buffer if possible. For this purpose, a
// variable that is used as a buffer has free memory before it, called its room. The start of the
// message goes into this room. The head is the header of a message.
//
//	          0       4          8         12        16
//	room     |       | length   | head               | data ...     with a head
//	bytes<N> |                             | length  | data ...
//
//	room     | length | code      | number | data ...               a command
//	room     |        | length    | status | data ...               an answer
//	[512]u8  |                             | data ...
//
// The row of the port kind in the table of ir/port defines the bytes before the data. For a
// message with a head, the upper half of the head occupies the memory of the bytes value's length.
// The length is therefore set after a receive, and restored after a send.
const messageRoom = 12

// A message of a socket is part of an Ethernet frame, and its buffer is a whole frame. The parts
// of the message are then aligned to 2.
//
//	          0        4             38        42        46
//	room     | length | headers     | head              | data ...
//	bytes<N> |                                | length  | data ...
const frameRoom = 4 + tree.MessageAt + 4

// kindOf returns the port kind of the device that an expression of type Device names.
func kindOf(dev tree.Expr) *port.Kind { return port.OfType(dev.Type().Name) }

// messages maps each local that holds a message to the devices that send or receive this message.
// If a local has no room, its list is nil.
type messages map[*tree.Local][]tree.Expr

func messagesOf(f *tree.Func) messages {
	m := messages{}
	var block func(*tree.Block)
	note := func(e, dev tree.Expr) {
		if r, ok := e.(*tree.LocalRef); ok && (r.Local.Kind == tree.VarLocal || r.Local.Kind == tree.StateLocal) {
			m[r.Local] = append(m[r.Local], dev)
		}
	}
	var expr func(tree.Expr)
	expr = func(e tree.Expr) {
		switch e := e.(type) {
		case *tree.HeadRecv:
			note(e.Buf, e.Dev)
		case *tree.Asked:
			noteBlock(e.Ask, note)
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
			case *tree.DevSend:
				if s.Head != nil {
					note(s.Value, s.Dev)
				}
			case *tree.Select:
				for k := range s.Arms {
					if a := &s.Arms[k]; a.Kind == tree.ArmDev && kindOf(a.End).HeadBits > 0 {
						note(a.Buf, a.End)
					}
				}
			case *tree.DevAsk:
				noteBlock(s, note)
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

// noteBlock calls `note` for the disk block that a command reads or writes.
func noteBlock(s *tree.DevAsk, note func(e, dev tree.Expr)) {
	switch {
	case !kindOf(s.Dev).Blocks():
	case s.Into != nil:
		note(s.Into, s.Dev)
	case s.Body != nil && wholeBody(s):
		note(s.Body, s.Dev)
	}
}

// wholeBody reports whether the body of a command is an array that fills it completely.
func wholeBody(s *tree.DevAsk) bool {
	t := s.Body.Type()
	return t.Kind == tree.Array && t.Len == kindOf(s.Dev).Most
}

// room returns the size of the room before the object of a local, and the minimum size of room and
// object together. The room is part of a frame only if all messages of the local belong to
// sockets, because messages of ports have a different layout.
func (x *lowering) room(p *tree.Local) (before, whole int) {
	sockets := 0
	for _, dev := range x.messages[p] {
		if s := x.socket(x.device(dev)); s != nil {
			sockets++
			whole, _ = sizeOf(x.p.System.Chans[max(s.In, s.Out)].Elem)
		}
	}
	switch {
	case len(x.messages[p]) == 0:
		return 0, 0
	case sockets < len(x.messages[p]):
		return messageRoom, 0
	case p.Type.Kind == tree.Array:
		return frameRoom + 4, whole
	}
	return frameRoom, whole
}

// inRoom returns the address of a message with data e, if e is a variable with enough room before
// it. For a socket, the room must be part of a frame. `before` is the number of bytes of the
// message that come before the data.
func (x *lowering) inRoom(e tree.Expr, before int, socket bool) (ir.Ref, bool) {
	l, ok := e.(*tree.LocalRef)
	if !ok {
		return ir.Ref{}, false
	}
	if room, whole := x.room(l.Local); room == 0 || (whole > 0) != socket {
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

// socket returns the socket that an end number denotes (^k is socket k), or nil for a port.
func (x *lowering) socket(end int) *tree.SocketDef {
	if end >= 0 {
		return nil
	}
	return &x.p.System.Sockets[^end]
}

// headRecv lowers s.recv(buf): it puts the message into the buffer and returns the head.
func (x *lowering) headRecv(e *tree.HeadRecv) *ir.Value {
	end, size := x.device(e.Dev), e.Buf.Type().Len
	if s := x.socket(end); s != nil {
		return x.socketRecv(e, s)
	}
	d := x.headed(e.Dev, e.Buf, size)
	x.At = e.At
	x.Emit(&ir.Instr{Op: ir.OpRecv, Dev: end, Refs: []ir.Ref{d.m}, Imm: uint64(size + d.kind.Head())})
	return x.arrived(d)
}

// socketRecv receives messages until one fits into the buffer.
func (x *lowering) socketRecv(e *tree.HeadRecv, s *tree.SocketDef) *ir.Value {
	size := e.Buf.Type().Len
	again, fits := x.NewBlock(), x.NewBlock()
	x.goTo(again)
	x.B = again
	d := x.framed(e.Dev, e.Buf, s)
	x.At = e.At
	x.Emit(&ir.Instr{Op: ir.OpChRecv, Chan: s.In, Refs: []ir.Ref{d.whole()}})
	if d.most > size {
		x.branch(x.tooLong(d, size), again, fits)
	} else {
		x.goTo(fits)
	}
	x.ssa.seal(again)
	x.enter(fits)
	return x.arrived(d)
}

// tooLong reports whether a message is longer than its head plus n bytes.
func (x *lowering) tooLong(d headed, n int) *ir.Value {
	return x.Word(word.Ltu, 1, x.Const(32, uint64(d.before+d.kind.Head()+n)), x.Load(32, d.whole()))
}

// headed is the memory for receiving a message with a head and a bounded number of bytes. This
// memory is the buffer with its room, or a separate object. In a frame, other headers precede the
// message, and the received length is the length of the frame.
type headed struct {
	kind   *port.Kind
	most   int
	m, buf ir.Ref // address of the head; address of the buffer
	before int
	own    bool
	socket *tree.SocketDef // the socket whose lost count is recorded; nil for a port
}

// whole is the address of the received length.
func (d headed) whole() ir.Ref { return shifted(d.m, -d.before) }

func (x *lowering) headed(dev, buf tree.Expr, most int) headed {
	k := kindOf(dev)
	if m, own := x.inRoom(buf, k.Head(), false); own && most <= buf.Type().Len {
		return headed{k, most, m, shifted(m, k.Head()), 0, true, nil}
	}
	to := x.object(x.place(buf)).ref
	return headed{k, most, x.local(k.Unit, 4+k.Head()+alignTo(most, 4), 4), to, 0, false, nil}
}

// framed returns the headed memory for a message of a socket.
func (x *lowering) framed(dev, buf tree.Expr, s *tree.SocketDef) headed {
	k, elem := kindOf(dev), x.p.System.Chans[s.In].Elem
	most := elem.Len - tree.MessageAt - k.Head()
	if m, own := x.inRoom(buf, k.Head(), true); own {
		return headed{k, most, m, shifted(m, k.Head()), tree.MessageAt, true, s}
	}
	to := x.object(x.place(buf)).ref
	return headed{k, most, shifted(x.frame(s.In), tree.MessageAt), to, tree.MessageAt, false, s}
}

// frame allocates memory for an element of a channel of frames.
func (x *lowering) frame(ch int) ir.Ref {
	size, align := sizeOf(x.p.System.Chans[ch].Elem)
	return x.local("frame", size, align)
}

// arrived puts a received message into its buffer and returns the head.
func (x *lowering) arrived(d headed) *ir.Value {
	n := x.Word(word.Sub, 32, x.Load(32, d.whole()), x.Const(32, uint64(d.before+d.kind.Head())))
	high := ir.Type(d.kind.HeadBits - 32)
	low, up := x.Load(32, shifted(d.m, 4)), x.LoadSize(high, high.Bytes(), shifted(d.m, 8))
	if d.socket != nil {
		low, up = x.turned(up), x.turned(low)
		x.Store(x.Load(16, shifted(d.m, 4+d.kind.HeadBits/8)), x.lossOf(d.socket))
	}
	head := x.Word(word.Cat, ir.Type(d.kind.HeadBits), up, low)
	x.Store(n, d.buf)
	if !d.own {
		x.copyBytes(shifted(d.buf, 4), shifted(d.m, 4+d.kind.Head()), n)
	}
	return head
}

// lossOf returns the address of the count of lost messages that came with the last message of a
// socket. The emitted code stores this count only if the program reads it.
func (x *lowering) lossOf(s *tree.SocketDef) ir.Ref {
	o := x.losses[s]
	if o == nil {
		o = x.lowerer.object("lost."+s.Name, nil, 2, 2, s.Span)
		o.Kind = ir.StateObj
		x.losses[s] = o
	}
	return ir.Ref{Obj: o}
}

// lost lowers s.lost().
func (x *lowering) lost(e *tree.Lost) *ir.Value {
	s := x.socket(x.device(e.Dev))
	x.At = e.At
	if s == nil {
		return x.Const(16, 0)
	}
	return x.Load(16, x.lossOf(s))
}

// takeHeaded takes the message that a select arm waited for. If the message is too long,
// takeHeaded empties the buffer and the select continues to wait.
func (x *lowering) takeHeaded(a *tree.SelectArm, end int, again *ir.Block) {
	size, head := a.Buf.Type().Len, kindOf(a.End).Head()
	fits, long := x.NewBlock(), x.NewBlock()
	var d headed
	if s := x.socket(end); s != nil {
		d = x.framed(a.End, a.Buf, s)
		x.At = a.Span
		x.Emit(&ir.Instr{Op: ir.OpChGet, Chan: s.In, Refs: []ir.Ref{d.whole()}})
		x.branch(x.tooLong(d, size), long, fits)
	} else {
		d = x.headed(a.End, a.Buf, size)
		x.At = a.Span
		take := &ir.Instr{Op: ir.OpTake, Dev: end, Refs: []ir.Ref{d.m}, Imm: uint64(size + head)}
		x.branch(x.Emit(take, 1).Results[0], fits, long)
	}
	x.enter(long)
	x.Store(x.Const(32, 0), d.buf)
	if l, ok := a.Buf.(*tree.LocalRef); ok && d.socket != nil && d.own {
		x.noSum(l.Local, d.buf)
	}
	x.goTo(again)
	x.enter(fits)
	x.bind(a.Local, one(x.arrived(d)))
}

// devSend lowers d.send(b) and s.send(head, b).
func (x *lowering) devSend(s *tree.DevSend) {
	if s.Head == nil {
		l := x.stored(s.Value.Type(), x.object(x.place(s.Value)))
		x.At = s.At
		x.Emit(&ir.Instr{Op: ir.OpSend, Dev: x.device(s.Dev), Refs: []ir.Ref{l.ref}})
		return
	}
	k, head, end, t := kindOf(s.Dev), x.word(s.Head), x.device(s.Dev), s.Value.Type()
	before := k.Head() // number of bytes of the room before the value
	if t.Kind == tree.Array {
		before += 4
	}
	m, own := x.inRoom(s.Value, before, x.socket(end) != nil)
	n := x.Const(32, uint64(t.Len))
	if !own {
		m, n = x.messageOf(s, k, end)
	}
	x.At = s.At
	if own && t.Kind != tree.Array {
		n = x.Load(32, shifted(m, k.Head()))
	}
	x.sendHeaded(end, k, m, head, n, s.Value)
	if own && t.Kind != tree.Array {
		x.Store(n, shifted(m, k.Head()))
	}
}

// messageOf copies the sent value into a separate message object, and returns its length.
func (x *lowering) messageOf(s *tree.DevSend, k *port.Kind, end int) (ir.Ref, *ir.Value) {
	l := x.object(x.place(s.Value))
	t := s.Value.Type()
	x.At = s.At
	var m ir.Ref
	if socket := x.socket(end); socket != nil {
		m = shifted(x.frame(socket.Out), tree.MessageAt)
	} else {
		m = x.local(k.Unit, 4+alignTo(k.Head()+t.Len, 4), 4)
	}
	if t.Kind == tree.Array {
		x.Copy(shifted(m, 4+k.Head()), l.ref, t.Len)
		return m, x.Const(32, uint64(t.Len))
	}
	n, from := x.bytesOf(l)
	x.copyBytes(shifted(m, 4+k.Head()), from, n)
	return m, n
}

// sendHeaded sends the head of a message and the n bytes of a value after it. For a socket, the
// emitted code also writes the port number after the head. It marks an unknown checksum with a 0
// at the start of the frame.
func (x *lowering) sendHeaded(end int, k *port.Kind, m ir.Ref, head, n *ir.Value, value tree.Expr) {
	s, whole := x.socket(end), m
	before := 0
	if s != nil {
		before, whole = tree.MessageAt, shifted(m, -tree.MessageAt)
	}
	x.Store(x.Word(word.Add, 32, n, x.Const(32, uint64(before+k.Head()))), whole)
	if s == nil {
		x.Store(x.Slice(32, head, 0), shifted(m, 4))
		x.Store(x.Zext(32, x.Slice(ir.Type(k.HeadBits-32), head, 32)), shifted(m, 8))
		x.Emit(&ir.Instr{Op: ir.OpSend, Dev: end, Refs: []ir.Ref{m}})
		return
	}
	x.Store(x.turned(x.Slice(32, head, k.HeadBits-32)), shifted(m, 4))
	x.Store(x.turned(x.Slice(ir.Type(k.HeadBits-32), head, 0)), shifted(m, 8))
	x.Store(x.portOf(s), shifted(m, 10))
	if !x.unchanged(value) {
		x.Store(x.Const(32, 0), shifted(whole, sumAt))
	}
	x.Emit(&ir.Instr{Op: ir.OpChSend, Chan: s.Out, Refs: []ir.Ref{whole}})
}

// turned reverses the bytes of a 16-bit or 32-bit word. In a frame, the head of a socket's
// message is in network order.
func (x *lowering) turned(v *ir.Value) *ir.Value {
	t, last := v.Type, int(v.Type)-8
	var out *ir.Value
	for at := 0; at <= last; at += 8 {
		b := x.Word(word.And, t, x.Word(word.Shru, t, v, x.Const(t, uint64(at))), x.Const(t, 255))
		b = x.Word(word.Shl, t, b, x.Const(t, uint64(last-at)))
		if out == nil {
			out = b
		} else {
			out = x.Word(word.Or, t, out, b)
		}
	}
	return out
}

// devAsk lowers a port command and its answer. If the device stores blocks (a disk), a failed
// command traps.
func (x *lowering) devAsk(s *tree.DevAsk) { x.asked(s, kindOf(s.Dev).Blocks()) }

// asked lowers a port command and its answer. The result says whether the command succeeded. If
// `traps` is set, a failed command traps, and the code after the command runs only on success.
func (x *lowering) asked(s *tree.DevAsk, traps bool) *ir.Value {
	arg := func() *ir.Value { return x.Const(32, 0) }
	if s.Arg != nil {
		v := x.word(s.Arg)
		arg = func() *ir.Value { return v }
	}
	switch {
	case !kindOf(s.Dev).Blocks():
		return x.askBus(s)
	case s.Does.Gives:
		return x.askBody(s, arg(), traps)
	case s.Does.Takes:
		return x.askWith(s, arg(), traps)
	}
	x.At = s.At
	c := x.local("command", 4+port.CommandSize, 4)
	x.command(c, s.Does, arg(), 0)
	return x.ask(s, c, x.shortAnswer(), port.StatusSize, traps)
}

// command writes the head of a command. `body` is the size of the command's body.
func (x *lowering) command(m ir.Ref, does *port.Method, arg *ir.Value, body int) {
	x.Store(x.Const(32, uint64(port.CommandSize+body)), m)
	x.Store(x.Const(32, uint64(does.Code)), shifted(m, 4))
	x.Store(arg, shifted(m, 8))
}

// ask sends a command and returns whether its answer begins with status 0. If `traps` is set, the
// emitted code traps on any other status.
func (x *lowering) ask(s *tree.DevAsk, command, answer ir.Ref, size int, traps bool) *ir.Value {
	x.Emit(&ir.Instr{Op: ir.OpAsk, Dev: x.device(s.Dev), Refs: []ir.Ref{command, answer}, Imm: uint64(size)})
	ok := x.Word(word.Eq, 1, x.Load(32, shifted(answer, 4)), x.Const(32, 0))
	if traps {
		x.Check(ok, s.Site)
	}
	return ok
}

// askBus lowers a command over a bus and returns whether the command succeeded. The emitted code
// copies the answer to the variable only on success.
func (x *lowering) askBus(s *tree.DevAsk) *ir.Value {
	arg, size := x.Const(32, 0), 0
	if s.Arg != nil {
		arg = x.Zext(32, x.word(s.Arg))
	}
	n, from := x.Const(32, 0), ir.Ref{}
	if s.Body != nil {
		size = s.Body.Type().Len
		n, from = x.span(s.Body)
	}
	room, wanted, into := size, n, from
	if !s.Does.Same {
		room, wanted = 0, x.Const(32, 0)
	}
	if s.Into != nil && !s.Does.Same {
		room = s.Into.Type().Len
		wanted, into = x.span(s.Into)
		arg = x.Word(word.Or, 32, arg, x.Word(word.Shl, 32, wanted, x.Const(32, port.WantedAt)))
	}
	x.At = s.At
	c := x.local("command", 4+port.CommandSize+alignTo(size, 4), 4)
	x.command(c, s.Does, arg, 0)
	if s.Body != nil {
		x.Store(x.Word(word.Add, 32, n, x.Const(32, port.CommandSize)), c)
		x.copyBytes(shifted(c, 4+port.CommandSize), from, n)
	}
	answer := x.local("answer", 4+port.StatusSize+alignTo(room, 4), 4)
	ok := x.ask(s, c, answer, port.StatusSize+room, false)
	if s.Into != nil {
		x.copyBytes(into, shifted(answer, 4+port.StatusSize), x.Word(word.Mux, 32, ok, wanted, x.Const(32, 0)))
	}
	return ok
}

// shortAnswer allocates memory for an answer without a body.
func (x *lowering) shortAnswer() ir.Ref { return x.local("answer", 4+port.StatusSize, 4) }

// askBody lowers a command whose answer has a body. If the answer comes without its body, the
// variable keeps its value.
func (x *lowering) askBody(s *tree.DevAsk, arg *ir.Value, traps bool) *ir.Value {
	size := kindOf(s.Dev).Most
	m, own := x.inRoom(s.Into, 4+port.StatusSize, false)
	var buf leaf
	if !own {
		buf = x.object(x.place(s.Into))
		m = x.local("answer", 4+port.StatusSize+size, 4)
	}
	x.At = s.At
	c := x.local("command", 4+port.CommandSize, 4)
	x.command(c, s.Does, arg, 0)
	ok := x.ask(s, c, m, port.StatusSize+size, traps)
	move := func() { x.Copy(buf.ref, shifted(m, 4+port.StatusSize), size) }
	switch {
	case own:
	case traps:
		move()
	default:
		x.when(ok, move)
	}
	return ok
}

// askWith lowers a command that has a body.
func (x *lowering) askWith(s *tree.DevAsk, arg *ir.Value, traps bool) *ir.Value {
	size := kindOf(s.Dev).Most
	m, own := x.inRoom(s.Body, 4+port.CommandSize, false)
	own = own && s.Body.Type().Kind == tree.Array
	if !own {
		l := x.object(x.place(s.Body))
		x.At = s.At
		m = x.local("command", 4+port.CommandSize+size, 4)
		x.bodyOf(shifted(m, 4+port.CommandSize), s.Body.Type(), l, size)
	}
	x.At = s.At
	x.command(m, s.Does, arg, size)
	return x.ask(s, m, x.shortAnswer(), port.StatusSize, traps)
}

// bodyOf fills the body of a command with bytes or an array, followed by zeros.
func (x *lowering) bodyOf(to ir.Ref, t *tree.Type, l leaf, size int) {
	if t.Kind == tree.Array {
		x.Clear(shifted(to, t.Len), size-t.Len)
		x.Copy(to, l.ref, t.Len)
		return
	}
	x.Clear(to, size)
	n, from := x.bytesOf(l)
	x.copyBytes(to, from, n)
}

// levelGet lowers b.read().
func (x *lowering) levelGet(dev int, at diag.Span) *ir.Value {
	x.At = at
	return x.Slice(1, x.Emit(&ir.Instr{Op: ir.OpGet, Dev: dev}, 32).Results[0], 0)
}

// levelPut lowers led.write(v).
func (x *lowering) levelPut(s *tree.LevelPut) {
	v := x.word(s.Value)
	x.At = s.At
	x.Emit(&ir.Instr{Op: ir.OpPut, Dev: x.device(s.Dev), Args: []*ir.Value{x.Zext(32, v)}})
}
