package gen

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim/world"
)

// linkKind is the kind of a link (a device or a channel).
type linkKind uint8

const (
	channelLink linkKind = iota
	ethLink
	udpLink
	diskLink
	inLink
	outLink
	serialLink
	busLink
)

// linkTypes are the types of device parameters.
var linkTypes = [...]string{ethLink: "net.Eth", udpLink: "net.Udp", diskLink: "blk.Disk", inLink: "gpio.In", outLink: "gpio.Out", serialLink: "uart.Port"}

// deviceType is the type of the parameter for a link.
func (l *link) deviceType() string {
	if l.bus != nil {
		return l.bus.Type
	}
	return linkTypes[l.kind]
}

func (l *link) device() bool { return l.kind != channelLink }

// udpPort is the port number of all sockets. Each socket has a separate interface.
const udpPort = 7

// Device is a device of the system.
type Device struct {
	Name     string
	Messages bool // a port for datagrams
	Disk     bool
	Pin      bool
	Serial   bool
	Bus      string // kind of the bus, "" if it is not a bus
	Answers  string // for a disk: an answer file that lists the commands it cannot do
}

// Devices lists the devices in the order of the system, as a script needs them.
func (p *Program) Devices() []Device {
	var out []Device
	for _, l := range p.links {
		if !l.device() || l.gone {
			continue
		}
		out = append(out, Device{Name: l.port(), Disk: l.kind == diskLink, Pin: l.kind == inLink || l.kind == outLink, Serial: l.kind == serialLink, Messages: l.kind == udpLink && !l.socket, Bus: l.busKind(), Answers: l.answers})
	}
	return out
}

// port is the name of the device of a link. For a socket it is the network interface.
func (l *link) port() string {
	if l.socket {
		return "nic_" + l.name
	}
	return l.name
}

// host is the IPv4 address of the interface of a socket.
func (l *link) host() uint32 {
	sum := crc32.ChecksumIEEE([]byte(l.name))
	return 0x0a000000 | sum&0xffff
}

// uses makes the `use` line of the program.
func (p *Program) uses() string {
	var names []string
	need := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, d := range p.Devices() {
		switch {
		case d.Disk:
			need("blk")
		case d.Pin:
			need("gpio")
		case d.Bus != "":
			need(port.Find(d.Bus).Package())
		case d.Serial:
			need("uart")
		case d.Messages: // the type is in package net
			need("port")
			need("net")
		default:
			need("net")
		}
	}
	if p.library {
		need("bits")
		need("checksum")
	}
	if len(names) == 0 {
		return ""
	}
	return "use " + strings.Join(names, ", ") + "\n"
}

// deviceText writes the lines of the system that make devices. Network interfaces and disks are
// numbered separately, from 0 on.
func (p *Program) deviceText(b *strings.Builder) {
	nics, disks := 0, 0
	for _, l := range p.links {
		switch {
		case l.gone:
		case l.kind == ethLink:
			fmt.Fprintf(b, "%s = net.eth(%d)\n", l.name, nics)
			nics++
		case l.socket:
			fmt.Fprintf(b, "%s = net.eth(%d, host: %#x)\n%s = net.udp(%s, %d)\n", l.port(), nics, l.host(), l.name, l.port(), udpPort)
			nics++
		case l.kind == inLink:
			fmt.Fprintf(b, "%s = gpio.in(\"%s\")\n", l.name, l.name)
		case l.kind == outLink:
			fmt.Fprintf(b, "%s = gpio.out(\"%s\")\n", l.name, l.name)
		case l.kind == serialLink:
			fmt.Fprintf(b, "%s = uart.port(%q)\n", l.name, l.name)
		case l.kind == busLink:
			fmt.Fprintf(b, "%s = %s(%q)\n", l.name, l.bus.Make, l.name)
		case l.kind == udpLink:
			fmt.Fprintf(b, "%s = port.udp(%q)\n", l.name, l.name)
		case l.kind == diskLink:
			fmt.Fprintf(b, "%s = blk.virtio(%d)\n", l.name, disks)
			disks++
		}
	}
}

// device gives a task a device.
func (g *gen) device(t *task, kind linkKind) *link {
	l := &link{name: g.name("d"), kind: kind, socket: kind == udpLink && g.oneIn(2) && !g.o.Ports, elem: bytesType(pick(g, []int{16, 31, 64, 90})), to: t}
	g.p.links = append(g.p.links, l)
	t.links = append(t.links, l)
	return l
}

// Script returns the script of the simulated world. Each call makes a new script, because a run
// changes the disks of the script.
func (p *Program) Script() *world.Script {
	s := &world.Script{}
	if p.ticks {
		until := p.Until()
		s.Until = &until
	}
	for i, d := range p.Devices() {
		s.Devices = append(s.Devices, d.Name)
		s.Disks = append(s.Disks, nil)
		s.Buses = append(s.Buses, p.bus(d))
		s.Streams = append(s.Streams, d.Serial)
		if d.Disk {
			s.Disks[i] = world.NewDisk(make([]byte, world.DiskSectors*world.SectorSize))
			if err := s.Disks[i].ReadAnswers(port.Find("disk"), d.Name, []byte(d.Answers)); err != nil {
				panic(err)
			}
		}
	}
	for _, a := range p.arrives {
		for i, name := range s.Devices {
			if !a.gone && !a.to.gone && a.to.port() == name {
				s.Inputs = append(s.Inputs, world.Input{Time: a.time, Device: i, Data: a.message()})
			}
		}
	}
	rebase(s)
	s.Inputs = append(p.levelsOf(s.Devices), s.Inputs...)
	// As in capture files, inputs that arrive at the same time are in the order of the system.
	slices.SortStableFunc(s.Inputs, func(a, b world.Input) int {
		if a.Levels != nil || b.Levels != nil {
			return cmp.Compare(a.Time, b.Time)
		}
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Device, b.Device))
	})
	return s
}

// rebase shifts all times so that the earliest frame arrives at time 0, as in a capture file.
func rebase(s *world.Script) {
	base := uint64(world.Never)
	for _, in := range s.Inputs {
		if !s.Streams[in.Device] {
			base = min(base, in.Time)
		}
	}
	for i := range s.Inputs {
		if !s.Streams[s.Inputs[i].Device] {
			s.Inputs[i].Time -= base
		}
	}
}

// tail is the time in us that a program with timers runs after the last input.
const tail = 12

// Until is the time in us at which the run ends. With timers, the run ends some time after the
// last input.
func (p *Program) Until() uint64 {
	last := uint64(0)
	for _, a := range p.arrives {
		last = max(last, a.time)
	}
	for _, e := range p.edges {
		last = max(last, e.time)
	}
	for _, a := range p.answers {
		last = max(last, a.Time)
	}
	if p.ticks {
		last += tail
	}
	return last
}

// arrival is a frame or datagram that arrives at a device.
type arrival struct {
	time uint64
	to   *link
	peer uint64 // for a datagram
	data []byte
	gone bool
}

// message returns the message for the device. A datagram begins with its peer, or becomes a
// frame for its interface.
func (a *arrival) message() []byte {
	if a.to.kind != udpLink {
		return a.data
	}
	if a.to.socket {
		from, to := world.Host{Address: uint32(a.peer >> 16), Port: uint16(a.peer)}, world.Host{Address: a.to.host(), Port: udpPort}
		return world.Datagram(world.MAC(from.Address), world.MAC(to.Address), from, to, a.data)
	}
	return append(binary.LittleEndian.AppendUint64(nil, a.peer), a.data...)
}

// arrivals makes the inputs of the devices: messages, damaged messages and noise.
func (g *gen) arrivals() {
	now := uint64(0)
	for _, t := range g.p.tasks {
		if t.rx == nil {
			continue
		}
		for range g.between(2, 2*rounds) {
			a := &arrival{to: t.rx, peer: g.r.Uint64() >> 16, data: g.frame(t.rx)}
			if t.rx.kind == udpLink && g.oneIn(9) {
				a.data = nil
			}
			g.p.arrives = append(g.p.arrives, a)
		}
	}
	g.r.Shuffle(len(g.p.arrives), func(i, j int) { g.p.arrives[i], g.p.arrives[j] = g.p.arrives[j], g.p.arrives[i] })
	for i, a := range g.p.arrives {
		if i > 0 {
			now += uint64(g.r.IntN(3))
		}
		a.time = now
	}
}

func (g *gen) frame(l *link) []byte {
	b := &bits{}
	if g.oneIn(6) {
		g.noise(b, g.between(1, l.elem.n+2))
		return b.data
	}
	g.message(pick(g, g.layouts), b)
	if b.n == 0 || g.oneIn(4) {
		g.noise(b, g.between(1, 9))
	}
	switch g.r.IntN(8) {
	case 0:
		b.data = b.data[:g.between(1, len(b.data))]
	case 1:
		b.data[g.r.IntN(len(b.data))] ^= 1 << g.r.IntN(8)
	}
	return b.data
}

// take returns the call that receives a message into a buffer. For a datagram, take also
// returns a name for the sender.
func (l *link) take(g *gen, buf string) (form, peer string) {
	form = l.name + ".recv(" + buf + ")"
	if l.kind == udpLink {
		peer = g.name("from")
		form = "let " + peer + " = " + form
	}
	return form, peer
}

// receiveFrame makes statements that receive a message from a device, and often parse the
// fields of the message. The program answers some datagrams.
func (g *gen) receiveFrame(l *link) []*node {
	g.p.Used["statement receive a frame"]++
	form, peer := l.take(g, l.buffer.name)
	n := stmt(form)
	n.link = l
	return append([]*node{n}, g.received(l, peer)...)
}

// received makes statements that read the received message.
func (g *gen) received(l *link, peer string) []*node {
	var out []*node
	for range g.between(1, 2) {
		out = append(out, g.fieldsOf(l.buffer.name))
	}
	if peer != "" && !g.oneIn(3) {
		out = append(out, g.sendFrame(l, peer)...)
	}
	return out
}

// fieldsOf makes statements that parse a message from bytes and show it.
func (g *gen) fieldsOf(bytes string) *node {
	from := pick(g, g.layouts)
	x := expr(optionType(from.typ), from.name+".parse("+bytes+")")
	v := &variable{name: g.name("v"), typ: from.typ}
	leave := g.scope()
	defer leave()
	g.add(v)
	body := g.block(g.few() + 1)
	body.kids = append(body.kids, g.showAll(v)...)
	return stmt("if let "+v.name+" = $ {\n$}", x, body)
}

// sendFrame makes a statement that sends bytes. A datagram goes to its peer.
func (g *gen) sendFrame(l *link, peer string) []*node {
	g.p.Used["statement send a frame"]++
	x := g.readable(isBytes)
	if x == nil || g.oneIn(3) {
		x = g.byteOrder(bytesType(pick(g, []int{2, 4, 8})), 3)
	}
	if peer != "" {
		peer += ", "
	}
	n := stmt(l.name+".send("+peer+"$)", x)
	n.link = l
	return []*node{n}
}

func withDisk(g *gen) bool { return g.b.disk != nil }

// diskRows are the statements about disks.
func diskRows() []stmtRow {
	return []stmtRow{
		{row{"disk write", 7}, withDisk, (*gen).diskWrite},
		{row{"disk read", 6}, withDisk, (*gen).diskRead},
		{row{"disk flush", 2}, withDisk, func(g *gen) *node { return g.diskStmt("flush()") }},
	}
}

// diskStmt makes a disk command. If the command may fail and the program must not trap, the
// command has an else. Other commands have an else only sometimes.
func (g *gen) diskStmt(form string, kids ...*node) *node {
	d := g.b.disk
	if d.worn && !g.traps || g.worn.IntN(4) == 0 {
		g.p.Used["statement else of a command"]++
		other := list()
		if g.mixes() && g.worn.IntN(8) > 0 {
			other.kids = append(other.kids, g.mixOf(expr(intType(32, false), fmt.Sprint(g.worn.Uint32()))))
		}
		form += " else {\n$}"
		kids = append(kids, other)
	}
	n := stmt(d.name+"."+form, kids...)
	n.link = d
	return n
}

// wearOut makes a disk that cannot do every command. An answer file lists the commands that
// fail.
func (g *gen) wearOut(d *link) {
	if g.worn.IntN(2) == 0 {
		return
	}
	d.worn = true
	now := 0
	for range 1 + g.worn.IntN(6) {
		what, able := []string{"read", "write", "flush"}[g.worn.IntN(3)], []string{"-", "-", "ok"}[g.worn.IntN(3)]
		if at := g.worn.IntN(8); what != "flush" && g.worn.IntN(4) > 0 {
			what += fmt.Sprintf(" %d..=%d", at, at+g.worn.IntN(3))
		}
		d.answers += fmt.Sprintf("%d %s : %s\n", now, what, able)
		now += g.worn.IntN(3)
	}
}

// sector chooses one of a few sectors. Rarely it chooses a sector that may not exist.
func (g *gen) sector() *node {
	if g.traps && g.oneIn(20) {
		return g.value(intType(32, false), 1)
	}
	return expr(intType(32, false), "u32($)", g.masked(7, 2))
}

func (g *gen) diskWrite() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	x := g.readable(isBytes)
	if x == nil || !g.work(300) {
		return nil
	}
	return g.diskStmt("write($, $)", g.sector(), x)
}

// diskRead makes a statement that reads a sector and shows part of it.
func (g *gen) diskRead() *node {
	if !g.work(300) {
		return nil
	}
	buf := g.name("sec")
	out := list(stmt("var " + buf + ": blk.Sector"))
	if at := g.worn.IntN(512); g.worn.IntN(3) == 0 { // if the read fails, this byte stays unchanged
		out.kids = append(out.kids, stmt(fmt.Sprintf("%s[%d] = %d", buf, at, g.worn.IntN(256))))
	}
	out.kids = append(out.kids, g.diskStmt("read($, "+buf+")", g.sector()))
	for range 3 {
		at := g.r.IntN(1 << g.r.IntN(10))
		if g.mixes() {
			out.kids = append(out.kids, g.mixOf(expr(intType(8, false), fmt.Sprintf("%s[%d]", buf, at))))
		}
	}
	out.kids = append(out.kids, g.fieldsOf(buf))
	return out
}
