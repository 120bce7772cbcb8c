package live

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/sinter-lang/sinter/sim/world"
)

// gateway is the network of one device, and the host that connects it to other networks. It
// answers pings, and ARP requests for its address. It carries datagrams between the image and
// UDP sockets of the host. To the image, all clients appear as ports of the gateway.
type gateway struct {
	link  *link
	host  uint32 // address of the image
	own   uint32 // address of the gateway
	mac   []byte
	heard chan<- time.Time
	over  chan struct{}
	once  sync.Once

	mu       sync.Mutex
	guest    []byte   // the image's MAC address; nil: not known yet
	waiting  [][]byte // frames that wait for the MAC address
	forwards []*forward
}

// The limits of the data that clients can make the gateway store.
const (
	mostWaiting = 64
	mostClients = 1024
)

// forward is a socket of the host. Its datagrams go to a port of the image.
type forward struct {
	conn    *net.UDPConn
	port    uint16
	byPort  map[uint16]netip.AddrPort
	byPeer  map[netip.AddrPort]uint16
	oldest  []uint16 // ports in use, in order of their first datagram
	in, out count    // datagrams to the image and from it
	another uint16   // the next port to try for a client whose own port is in use
}

func newGateway(l *link, home Home, heard chan<- time.Time) *gateway {
	g := &gateway{link: l, host: home.Host, own: home.Gateway, heard: heard, over: make(chan struct{})}
	if g.own == 0 || g.own == g.host || (g.own^g.host)&home.Mask != 0 {
		for g.own = g.host&home.Mask + 1; g.own == g.host; g.own++ { // takes the first other address of that network
		}
	}
	g.mac = append([]byte{0x52, 0x55}, byte(g.own>>24), byte(g.own>>16), byte(g.own>>8), byte(g.own))
	return g
}

// forward adds a socket whose datagrams go to a port of the image.
func (g *gateway) forward(conn *net.UDPConn, port int) {
	g.forwards = append(g.forwards, &forward{
		conn: conn, port: uint16(port), byPort: map[uint16]netip.AddrPort{}, byPeer: map[netip.AddrPort]uint16{}, another: 49152,
	})
}

// start serves the device. If the image has a stack, start requests its MAC address until the
// stack answers.
func (g *gateway) start(stack bool) {
	go g.fromGuest()
	for _, f := range g.forwards {
		go g.fromHost(f)
	}
	if stack {
		go g.ask()
	}
}

// Close ends the ARP requests. The other goroutines end when the sockets close.
func (g *gateway) Close() error {
	g.once.Do(func() { close(g.over) })
	return nil
}

// ask sends ARP requests for the MAC address of the image at growing intervals.
func (g *gateway) ask() {
	for pause := 500 * time.Microsecond; ; pause = min(2*pause, time.Second) {
		g.mu.Lock()
		known := g.guest != nil
		g.mu.Unlock()
		if known {
			return
		}
		g.link.send(world.ARP(false, g.mac, g.own, nil, g.host))
		if pause > 20*time.Millisecond && pause < 500*time.Millisecond {
			pause = 20 * time.Millisecond // the image is booting
		}
		select {
		case <-g.over:
			return
		case <-time.After(pause):
		}
	}
}

// fromHost carries datagrams from clients.
func (g *gateway) fromHost(f *forward) {
	buf := make([]byte, maxFrame)
	for {
		n, from, err := f.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if n > 1472 { // a larger datagram would need fragments
			g.link.long.Add(1)
			continue
		}
		f.in.add(n)
		g.mu.Lock()
		src := world.Host{Address: g.own, Port: f.portOf(from)}
		dst := world.Host{Address: g.host, Port: f.port}
		to := g.guest
		if to == nil {
			to = make([]byte, 6)
		}
		frame := world.Datagram(g.mac, to, src, dst, buf[:n])
		if g.guest == nil {
			if len(g.waiting) < mostWaiting {
				g.waiting = append(g.waiting, frame)
			}
			g.mu.Unlock()
			continue
		}
		g.mu.Unlock()
		g.link.send(frame)
	}
}

// portOf is the port that stands for a client at the gateway. The port is the client's own
// port, unless another client already uses that number. If there are too many clients, the
// oldest client is forgotten.
func (f *forward) portOf(client netip.AddrPort) uint16 {
	if p, ok := f.byPeer[client]; ok {
		return p
	}
	if len(f.oldest) == mostClients {
		delete(f.byPeer, f.byPort[f.oldest[0]])
		delete(f.byPort, f.oldest[0])
		f.oldest = f.oldest[1:]
	}
	p := client.Port()
	for _, taken := f.byPort[p]; taken; _, taken = f.byPort[p] {
		f.another = max(f.another+1, 49152)
		p = f.another
	}
	f.byPort[p], f.byPeer[client] = client, p
	f.oldest = append(f.oldest, p)
	return p
}

// fromGuest handles frames from the image.
func (g *gateway) fromGuest() {
	buf := make([]byte, maxFrame)
	for {
		n, err := g.link.receive(buf)
		if err != nil {
			return
		}
		g.serve(buf[:n])
	}
}

// serve answers a frame from the image, or forwards it to a client. All other frames are dropped.
func (g *gateway) serve(frame []byte) {
	if len(frame) < 14 {
		return
	}
	if sender, target, mac, ok := world.ARPRequest(frame); ok {
		if target == g.own {
			g.link.send(world.ARP(true, g.mac, g.own, mac, sender))
		}
		return
	}
	if frame[12] == 8 && frame[13] == 6 {
		g.learn(frame)
		return
	}
	if reply := g.pong(frame); reply != nil {
		g.link.send(reply)
		return
	}
	u, ok := world.Unwrap(frame)
	if !ok || !u.GoodChecksum || u.Dst.Address != g.own {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.forwards {
		if to, known := f.byPort[u.Dst.Port]; known && f.port == u.Src.Port {
			f.out.add(len(u.Body))
			f.conn.WriteToUDPAddrPort(u.Body, to) //nolint:errcheck // a client that has gone does not get the datagram
			return
		}
	}
}

// learn reads the MAC address of the image from the answer to our request, and sends the
// waiting frames.
func (g *gateway) learn(frame []byte) {
	if len(frame) < 42 || frame[20] != 0 || frame[21] != 2 || binary.BigEndian.Uint32(frame[28:]) != g.host {
		return
	}
	g.mu.Lock()
	first, waiting := g.guest == nil, g.waiting
	g.guest, g.waiting = append([]byte(nil), frame[22:28]...), nil
	guest := g.guest
	g.mu.Unlock()
	if !first {
		return
	}
	select {
	case g.heard <- time.Now():
	default:
	}
	for _, w := range waiting {
		copy(w, guest)
		g.link.send(w)
	}
}

// pong answers a ping to the gateway (RFC 792). The result is nil for other frames.
func (g *gateway) pong(frame []byte) []byte {
	if len(frame) < 42 || frame[12] != 8 || frame[13] != 0 || frame[14] != 0x45 || frame[23] != 1 || frame[34] != 8 || binary.BigEndian.Uint32(frame[30:]) != g.own {
		return nil
	}
	reply := append([]byte(nil), frame...)
	copy(reply, frame[6:12])
	copy(reply[6:], g.mac)
	copy(reply[26:], frame[30:34])
	copy(reply[30:], frame[26:30])
	reply[34] = 0
	sum := uint32(reply[36])<<8 | uint32(reply[37])
	sum += 8 << 8 // the type falls by 8, so the checksum rises by 8
	sum = sum&0xffff + sum>>16
	reply[36], reply[37] = byte(sum>>8), byte(sum)
	return reply
}
