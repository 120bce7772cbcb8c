package elab

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Sockets and network stacks. net.udp(nic, port) makes a socket. Each network device with sockets
// gets one library task (std/net/stack.sn), which owns the device. The sockets become channels to
// and from this task:
//
//	nic = net.eth(0)               stack.nic has nic and is the first run
//	run echo(net.udp(nic, 7))  =>  echo.s is the socket echo.in, nic.out
//	run dns(net.udp(nic, 53))      dns.s is the socket dns.in, nic.out

// mostWaiting is the largest value of net.queue and net.waiting.
const mostWaiting = 1024

// A frame of a stack can hold the longest datagram of its sockets and the headers before it. The
// frame also has room for the packets that every host must accept (RFC 791: 576 bytes).
const (
	headers       = tree.MessageAt + 8
	shortestFrame = 14 + 576
)

// addresses reads the arguments of net.eth that follow its number: host, mask, gateway.
func (e *Elaborator) addresses(call *syntax.CallExpr, kind *port.Kind, d *tree.DeviceDef) bool {
	if kind.Stack {
		d.Home = tree.Home{Host: e.h.Default("host", call.Span()), Mask: e.h.Default("mask", call.Span()), Gateway: e.h.Default("gateway", call.Span())}
	}
	for _, a := range call.Args[1:] {
		to := (*uint32)(nil)
		if a.Name != nil && kind.Stack {
			to = map[string]*uint32{"host": &d.Home.Host, "mask": &d.Home.Mask, "gateway": &d.Home.Gateway}[a.Name.Name]
		}
		if to == nil {
			x := e.h.Errorf(codes.BadArguments, a.Span(), "`%s` takes the number of the device, this is one more", kind.Make)
			if kind.Stack {
				x.Hint("its addresses have names: `net.eth(0, host: 0x0a00020f, mask: 0xffffff00, gateway: 0x0a000202)`")
			}
			return false
		}
		cells, ok := e.h.Cells(a.Value, tree.IntType(32, false))
		if !ok {
			return false
		}
		*to = uint32(cells[0])
	}
	return true
}

// socket makes the socket of net.udp(nic, port). If a test has given a fake.udp for nic, socket
// returns this fake.
func (e *Elaborator) socket(call *syntax.CallExpr, name string) group {
	failed := group{at: call.Span(), device: true, first: -1}
	if len(call.Args) != 2 || call.Args[0].Name != nil || call.Args[1].Name != nil {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected a network device and a port, as in `net.udp(net.eth(0), 7)`")
		return failed
	}
	i := e.network(call.Args[0].Value)
	number, ok := e.h.Size(call.Args[1].Value, "port")
	if i < 0 || !ok {
		return failed
	}
	if number == 0 || number > 65535 {
		e.h.Errorf(codes.BadSize, call.Args[1].Span(), "a port is 1 to 65535, not %d", number)
		return failed
	}
	d := &e.sys.Devices[i]
	switch {
	case e.given != nil && port.Find(d.Kind).Type == socket.Type:
		return e.groupOf(i)
	case !port.Find(d.Kind).Stack:
		e.h.Errorf(codes.Mismatch, call.Args[0].Span(), "a socket is made over a `net.Eth`, `%s` is a `%s`", d.Name, port.Find(d.Kind).Type).Note(d.Span, "the device")
		return failed
	case d.Run >= 0:
		e.h.Errorf(codes.UsedTwice, call.Span(), "a task has all frames of the device `%s`, so it has no sockets", d.Name).Note(d.Span, "the device").
			Hint("make the socket over another device, as in `net.eth(1)`")
		return failed
	}
	return e.addSocket(call, name, i, number)
}

func (e *Elaborator) addSocket(call *syntax.CallExpr, name string, device, number int) group {
	for _, s := range e.sys.Sockets {
		if s.Device == device && s.Port == number {
			e.h.Errorf(codes.UsedTwice, call.Span(), "the port %d of `%s` has a socket already", number, e.sys.Devices[device].Name).Note(s.Span, "the other one")
			return group{at: call.Span(), device: true, first: -1}
		}
	}
	if name == "" {
		name = fmt.Sprintf("%s.udp%d", e.sys.Devices[device].Name, number)
	}
	e.sys.Sockets = append(e.sys.Sockets, tree.SocketDef{Name: name, Device: device, Port: number, Config: e.h.Config(call.Args[1].Value), Run: -1, In: -1, Out: -1, Span: call.Span()})
	return group{at: call.Span(), device: true, socket: true, first: len(e.sys.Sockets) - 1, n: 1}
}

// network finds the device that carries the datagrams. After an error, network returns -1.
func (e *Elaborator) network(x syntax.Expr) int {
	g := group{first: -1}
	if call, ok := x.(*syntax.CallExpr); ok {
		g = e.make(call, "")
	} else if named, ok := e.group(x, "network device"); ok {
		g = named
	}
	if g.first >= 0 && (g.socket || !g.device) {
		e.h.Errorf(codes.BadBinding, x.Span(), "expected a network device, found %s", g.what()).Note(g.at, "declared here")
		return -1
	}
	return g.first
}

// socketOf is the first socket over a device, or nil.
func (e *Elaborator) socketOf(device int) *tree.SocketDef {
	for i := range e.sys.Sockets {
		if e.sys.Sockets[i].Device == device {
			return &e.sys.Sockets[i]
		}
	}
	return nil
}

// socketArgument gives a socket to a task. The channels of the socket are made later, with the
// stack.
func (e *Elaborator) socketArgument(p *tree.Local, x syntax.Expr, i, run int) (tree.Bind, bool) {
	s := &e.sys.Sockets[i]
	if want := socket.Type; want != p.Type.Name {
		e.h.Errorf(codes.Mismatch, x.Span(), "`%s` is a `%s`, `%s` wants a `%s`", s.Name, want, p.Name, p.Type.Name).Note(s.Span, "the socket")
		return tree.Bind{}, false
	}
	if s.Run >= 0 {
		e.h.Errorf(codes.UsedTwice, x.Span(), "the socket `%s` is given to two tasks", s.Name).Note(s.Span, "the socket")
		return tree.Bind{}, false
	}
	s.Run = run
	e.uses[i] = e.h.Use(p)
	return tree.Bind{Kind: tree.BindSocket, Index: i}, true
}

// AddServices makes the network stack of each device that has sockets. These stacks are the
// first tasks of the schedule.
func (e *Elaborator) AddServices() {
	var devices []int
	for i := range e.sys.Devices {
		if e.socketOf(i) != nil && e.ownAddress(i) {
			devices = append(devices, i)
		}
	}
	if len(devices) > 0 && !e.queues(e.socketOf(devices[0]).Span) {
		return
	}
	e.shiftRuns(len(devices))
	var stacks []tree.Run
	for run, i := range devices {
		stacks = append(stacks, e.stack(i, run))
	}
	e.sys.Runs = append(stacks, e.sys.Runs...)
}

// queues checks the configs that give the number of datagrams that wait.
func (e *Elaborator) queues(at diag.Span) bool {
	ok := true
	for _, name := range []string{"queue", "waiting"} {
		if n := e.h.Default(name, at); n < 1 || n > mostWaiting {
			e.h.Errorf(codes.BadCapacity, at, "the config net.%s is 1 to %d, not %d", name, mostWaiting, n)
			ok = false
		}
	}
	return ok
}

// stack makes the task that serves the sockets of a device, and the channels between the task and
// the sockets. Each direction has at least one channel. If no socket receives, or no socket sends,
// the channel of that direction stays unused.
func (e *Elaborator) stack(device, run int) tree.Run {
	d := &e.sys.Devices[device]
	d.Run, d.Rx, d.Tx = run, true, true
	room, sent, ports, configs, first := 0, 0, []uint64(nil), []*tree.ConstDef(nil), -1
	for i := range e.sys.Sockets {
		s, use := &e.sys.Sockets[i], e.uses[i]
		if s.Device != device || s.Run < 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		if use.Rx {
			ports, configs, room = append(ports, uint64(s.Port)), append(configs, s.Config), max(room, use.LongestIn)
		}
		if use.Tx {
			sent = max(sent, use.LongestOut)
		}
	}
	frame := max(shortestFrame, headers+max(room, sent))
	in, out := e.socketChannels(device, run, first, frame)
	if ports == nil {
		ports = []uint64{uint64(e.sys.Sockets[first].Port)}
	}
	home := func(name string, v uint32) tree.Bind {
		return tree.Bind{Kind: tree.BindValue, Cells: []uint64{uint64(v)}, Boot: d.Name + "." + name}
	}
	return tree.Run{
		Name: "stack." + d.Name, Service: true, Span: d.Span,
		Task: e.h.Stack(Stack{Sockets: len(ports), Room: headers + room, Frame: frame}, d.Span),
		Args: []tree.Bind{
			{Kind: tree.BindDevice, Index: device},
			home("host", d.Home.Host), home("mask", d.Home.Mask), home("gateway", d.Home.Gateway),
			home("station", 0), // the MAC address derived from the IPv4 address, unless the device has its own MAC address
			{Kind: tree.BindValue, Cells: ports, Configs: configs},
			{Kind: tree.BindChans, Cells: in},
			{Kind: tree.BindChan, Index: out},
		},
	}
}

// socketChannels makes one channel for each receiving socket of a device, and one channel that all
// sending sockets share.
func (e *Elaborator) socketChannels(device, run, first, frame int) (in []uint64, out int) {
	add := func(c tree.ChanDef) int {
		e.sys.Chans = append(e.sys.Chans, c)
		return len(e.sys.Chans) - 1
	}
	receive := func(s *tree.SocketDef, capacity int) {
		s.In = add(tree.ChanDef{Name: s.Name + ".in", Elem: tree.BytesType(frame), Frames: true, Cap: capacity, Writer: run, Reader: s.Run, Span: s.Span})
		in = append(in, uint64(s.In))
	}
	from := &e.sys.Sockets[first]
	for i := range e.sys.Sockets {
		s := &e.sys.Sockets[i]
		if s.Device == device && s.Run >= 0 && e.uses[i].Rx {
			receive(s, int(e.h.Default("queue", s.Span)))
		}
	}
	if in == nil {
		receive(from, 1)
	}
	out = add(tree.ChanDef{Name: e.sys.Devices[device].Name + ".out", Elem: tree.BytesType(frame), Frames: true, Cap: 1, Writer: from.Run, Reader: run, Span: from.Span})
	for i := range e.sys.Sockets {
		if e.sys.Sockets[i].Device == device {
			e.sys.Sockets[i].Out = out
		}
	}
	return in, out
}

// ownAddress reports an error if two stacks have the same address.
func (e *Elaborator) ownAddress(i int) bool {
	d := &e.sys.Devices[i]
	for k := range i {
		other := &e.sys.Devices[k]
		if e.socketOf(k) != nil && other.Home.Host == d.Home.Host {
			e.h.Errorf(codes.UsedTwice, d.Span, "`%s` and `%s` have one address", d.Name, other.Name).Note(other.Span, "the other device").
				Hint("give one of them its own, as in `net.eth(1, host: 0x0a000210)`")
			return false
		}
	}
	return true
}

// shiftRuns inserts n empty tasks at the front.
func (e *Elaborator) shiftRuns(n int) {
	shift := func(run *int) {
		if *run >= 0 {
			*run += n
		}
	}
	for i := range e.sys.Devices {
		shift(&e.sys.Devices[i].Run)
	}
	for i := range e.sys.Sockets {
		shift(&e.sys.Sockets[i].Run)
	}
	for i := range e.sys.Chans {
		shift(&e.sys.Chans[i].Writer)
		shift(&e.sys.Chans[i].Reader)
	}
}
