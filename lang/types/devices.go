package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// constructors are the devices that a system can make, with their kinds.
var constructors = map[string]string{"net.eth": "eth", "net.udp": "udp", "blk.virtio": "disk"}

// typeOfDevice is the type of a parameter that takes a device of a kind.
var typeOfDevice = map[string]string{"eth": "net.Eth", "udp": "net.Udp", "disk": "blk.Disk"}

var deviceTypes = map[string]bool{"net.Eth": true, "net.Udp": true, "blk.Disk": true}

// The sizes of messages.
const (
	peerBits   = 48  // of a net.Peer: an IPv4 address above a port
	sectorSize = 512 // bytes
	// maxDatagram is what a datagram over Ethernet carries at most, in bytes: 1500
	// less the headers of IPv4 and UDP.
	maxDatagram = 1472
)

// udp makes the device of net.udp(nic, port): the network device becomes one of
// datagrams.
func (e *elaborator) udp(call *syntax.CallExpr, name string) int {
	if len(call.Args) != 2 || call.Args[0].Name != nil || call.Args[1].Name != nil {
		e.c.errorf(codes.BadArguments, call.Span(), "expected a network device and a port, as in `net.udp(net.eth(0), 7)`")
		return -1
	}
	i := e.network(call.Args[0].Value, name)
	port, ok := e.b.size(call.Args[1].Value, "port")
	if i < 0 || !ok {
		return -1
	}
	if port == 0 || port > 65535 {
		e.c.errorf(codes.BadSize, call.Args[1].Span(), "a port is 1 to 65535, not %d", port)
		return -1
	}
	d := &e.sys.Devices[i]
	if e.given != nil {
		return e.givenUDP(call, i)
	}
	if d.Kind != "eth" || d.Run >= 0 {
		e.c.errorf(codes.UsedTwice, call.Span(), "the device `%s` is in use already", d.Name).Note(d.Span, "the device").
			Hint("a net.Udp needs a network device of its own")
		return -1
	}
	d.Kind, d.Port, d.Host = "udp", port, e.c.hostAddress(call.Span())
	if name != "" {
		d.Name = name
	}
	e.c.needNetwork(call.Span())
	return i
}

// givenUDP is the device of net.udp(nic, port) where a test has given a fake for
// nic: the fake itself.
func (e *elaborator) givenUDP(call *syntax.CallExpr, i int) int {
	d := &e.sys.Devices[i]
	if d.Kind == "udp" {
		return i
	}
	e.c.errorf(codes.Mismatch, call.Span(), "the system has datagrams over this device, `%s` is a `fake.%s`", d.Name, d.Kind).
		Note(d.Span, "the device").Hint("give it a `fake.udp()`")
	return -1
}

// needNetwork brings in the functions of the library by which machines whose
// network devices carry frames have datagrams.
func (c *checker) needNetwork(at diag.Span) {
	receive, send := c.decls["net._receive"], c.decls["net._send"]
	if receive == nil || send == nil || !c.resolve(receive, at) || !c.resolve(send, at) {
		return
	}
	c.checkBodies()
	c.prog.Network = &tree.Network{Receive: receive.fn.tree, Send: send.fn.tree}
}

// hostAddress is the IPv4 address of the system: the config net.host.
func (c *checker) hostAddress(at diag.Span) uint32 {
	d := c.publicDecl("net", "host")
	if d == nil || !c.resolve(d, at) || d.konst == nil {
		return 0
	}
	return uint32(d.konst.Cells[0])
}

// network finds the device that datagrams go over.
func (e *elaborator) network(x syntax.Expr, name string) int {
	if call, ok := x.(*syntax.CallExpr); ok {
		return e.device(call, name)
	}
	g, ok := e.group(x, "network device")
	switch {
	case !ok:
		return -1
	case !g.device:
		e.c.errorf(codes.BadBinding, x.Span(), "expected a network device, found a channel").Note(g.at, "declared here")
		return -1
	}
	return g.first
}

// deviceCall checks an operation of a device.
func (b *body) deviceCall(e *syntax.CallExpr, f *syntax.FieldExpr, dev tree.Expr) (tree.Stmt, tree.Expr) {
	at := tree.Stmt0{At: e.Span()}
	switch dev.Type().Name + "." + f.Name.Name {
	case "net.Eth.recv":
		if x := b.buffer(e, dev); x != nil {
			return &tree.DevRecv{Stmt0: at, Dev: dev, Buf: x}, nil
		}
	case "net.Eth.send":
		if x := b.oneArgument(e, "send", nil); x != nil && b.isBytes(x) {
			b.uses(dev, false, true)
			return &tree.DevSend{Stmt0: at, Dev: dev, Value: x}, nil
		}
	case "net.Udp.recv":
		if x := b.buffer(e, dev); x != nil {
			return nil, &tree.UdpRecv{Expr0: tree.Expr0{At: e.Span(), T: tree.IntType(peerBits, false)}, Dev: dev, Buf: x}
		}
	case "net.Udp.send":
		return b.udpSend(e, dev), nil
	case "blk.Disk.read":
		return b.diskRead(e, dev), nil
	case "blk.Disk.write":
		return b.diskWrite(e, dev), nil
	case "blk.Disk.flush":
		if len(e.Args) > 0 {
			b.c.errorf(codes.BadArguments, e.Span(), "`flush` takes no arguments")
			return nil, nil
		}
		b.uses(dev, true, true)
		return &tree.DiskFlush{Stmt0: at, Dev: dev, Site: b.trap(tree.TrapDisk, e.Span())}, nil
	default:
		b.noMethod(dev.Type(), f.Name, map[string][]string{
			"net.Eth": {"recv", "send"}, "net.Udp": {"recv", "send"}, "blk.Disk": {"read", "write", "flush"},
		}[dev.Type().Name])
	}
	return nil, nil
}

// uses notes what the task does with a device.
func (b *body) uses(dev tree.Expr, rx, tx bool) {
	old := b.c.useOf[tree.Root(dev)]
	b.c.useOf[tree.Root(dev)] = devUse{old.rx || rx, old.tx || tx}
}

// buffer checks the buffer of a receive.
func (b *body) buffer(e *syntax.CallExpr, dev tree.Expr) tree.Expr {
	x := b.oneArgument(e, "recv", nil)
	if x == nil || !b.isBytes(x) || !b.writable(x, "the buffer of a receive") {
		return nil
	}
	b.uses(dev, true, false)
	return x
}

// two checks the arguments of an operation that takes two.
func (b *body) two(e *syntax.CallExpr, form string, first *tree.Type) (x, y tree.Expr) {
	if len(e.Args) != 2 || e.Args[0].Name != nil || e.Args[1].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "expected `%s`", form)
		return nil, nil
	}
	x = b.value(e.Args[0].Value, first)
	y = b.expr(e.Args[1].Value, nil)
	if y != nil && y.Type().Kind == tree.Layout { // a message may be given as its layout
		y = b.bytesOfLayout(y, y.Span())
	}
	if x == nil || y == nil {
		return nil, nil
	}
	b.noOverlap(x, y)
	return x, y
}

func (b *body) udpSend(e *syntax.CallExpr, dev tree.Expr) tree.Stmt {
	peer, x := b.two(e, "send(peer, bytes)", tree.IntType(peerBits, false))
	if peer == nil || !b.isMessage(x, "datagram", maxDatagram) {
		return nil
	}
	b.uses(dev, false, true)
	return &tree.UdpSend{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Peer: peer, Value: x}
}

func (b *body) diskRead(e *syntax.CallExpr, dev tree.Expr) tree.Stmt {
	sector, x := b.two(e, "read(i, sector)", tree.IntType(32, false))
	if sector == nil {
		return nil
	}
	want := &tree.Type{Kind: tree.Array, Len: sectorSize, Elem: tree.IntType(8, false)}
	if !tree.Same(x.Type(), want) {
		b.c.errorf(codes.Mismatch, x.Span(), "expected a `blk.Sector`, which is `%s`, found %s", want, describe(x.Type()))
		return nil
	}
	if !b.writable(x, "the sector of a read") {
		return nil
	}
	b.uses(dev, true, true)
	return &tree.DiskRead{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Sector: sector, Buf: x, Site: b.trap(tree.TrapDisk, e.Span())}
}

func (b *body) diskWrite(e *syntax.CallExpr, dev tree.Expr) tree.Stmt {
	sector, x := b.two(e, "write(i, bytes)", tree.IntType(32, false))
	if sector == nil || !b.isMessage(x, "sector", sectorSize) {
		return nil
	}
	b.uses(dev, true, true)
	return &tree.DiskWrite{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Sector: sector, Value: x, Site: b.trap(tree.TrapDisk, e.Span())}
}

// isMessage checks what is sent or written: bytes, or an array of them.
func (b *body) isMessage(x tree.Expr, what string, most int) bool {
	t := x.Type()
	elem := sliceElem(t)
	if elem == nil || t.Kind == tree.Slice || !tree.Same(elem, tree.IntType(8, false)) {
		b.c.errorf(codes.Mismatch, x.Span(), "a %s is made of `bytes<N>`, an array of u8 or a layout, found %s", what, describe(t))
		return false
	}
	if t.Len > most {
		b.c.errorf(codes.Mismatch, x.Span(), "a %s has at most %d bytes, %s may have more", what, most, describe(t))
		return false
	}
	return true
}

// isUdp reports whether a message of a device has a peer.
func isUdp(dev tree.Expr) bool { return dev.Type().Name == "net.Udp" }
