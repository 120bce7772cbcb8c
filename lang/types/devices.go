package types

import (
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The sizes of messages.
const (
	peerBits   = 48  // of a net.Peer: an IPv4 address above a port
	sectorSize = 512 // bytes
	// maxDatagram is what a datagram over Ethernet carries at most, in bytes: 1500
	// less the headers of IPv4 and UDP.
	maxDatagram = 1472
)

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
			b.uses(dev, devUse{tx: true, longOut: x.Type().Len})
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
		b.uses(dev, devUse{rx: true, tx: true})
		return &tree.DiskFlush{Stmt0: at, Dev: dev, Site: b.trap(tree.TrapDisk, e.Span())}, nil
	default:
		b.noMethod(dev.Type(), f.Name, map[string][]string{
			"net.Eth": {"recv", "send"}, "net.Udp": {"recv", "send"}, "blk.Disk": {"read", "write", "flush"},
		}[dev.Type().Name])
	}
	return nil, nil
}

// uses notes what the task does with a device.
func (b *body) uses(dev tree.Expr, u devUse) {
	l := tree.Root(dev)
	b.c.useOf[l] = b.c.useOf[l].and(u)
}

// buffer checks the buffer of a receive.
func (b *body) buffer(e *syntax.CallExpr, dev tree.Expr) tree.Expr {
	x := b.oneArgument(e, "recv", nil)
	if x == nil || !b.isBytes(x) || !b.writable(x, "the buffer of a receive") {
		return nil
	}
	b.uses(dev, devUse{rx: true, longIn: x.Type().Len})
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
	b.uses(dev, devUse{tx: true, longOut: x.Type().Len})
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
	b.uses(dev, devUse{rx: true, tx: true})
	return &tree.DiskRead{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Sector: sector, Buf: x, Site: b.trap(tree.TrapDisk, e.Span())}
}

func (b *body) diskWrite(e *syntax.CallExpr, dev tree.Expr) tree.Stmt {
	sector, x := b.two(e, "write(i, bytes)", tree.IntType(32, false))
	if sector == nil || !b.isMessage(x, "sector", sectorSize) {
		return nil
	}
	b.uses(dev, devUse{rx: true, tx: true})
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
