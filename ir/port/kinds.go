package port

// kinds are the table rows, in the order of the documentation. They are read-only.
var kinds = [...]Kind{
	{
		Name: "eth", Type: "net.Eth", Make: "net.eth", Key: Number, Pool: "net", Shape: Message, Stack: true,
		Methods: []Method{
			{Name: "recv", Does: Recv, Form: "recv(buf)"},
			{Name: "send", Does: Send, Form: "send(bytes)"},
		},
		Unit: "frame", Capability: "net", Files: []string{"pcap"},
	},
	{
		Name: "udp", Type: "net.Udp", Make: "port.udp", Key: Label, Shape: Message,
		Methods: []Method{
			{Name: "recv", Does: Recv, Form: "recv(buf)"},
			{Name: "send", Does: Send, Form: "send(peer, bytes)"},
			{Name: "lost", Does: Lost, Form: "lost()"},
		},
		// This kind is for a core with an external datagram engine. Over a net.eth, datagrams
		// are sockets of the library's network stack instead. A datagram over Ethernet carries
		// 1500 bytes less the headers of IPv4 and UDP. The header of a message of this kind is
		// the peer: an IPv4 address above a port number.
		Unit: "datagram", Most: 1472, HeadBits: 48, Capability: "datagram", Files: []string{"pcap"},
	},
	{
		Name: "disk", Type: "blk.Disk", Make: "blk.virtio", Key: Number, Pool: "blk", Shape: Command,
		Methods: []Method{
			{Name: "read", Does: Ask, Form: "read(i, sector)", Code: 1, ArgBits: 32, Gives: true},
			{Name: "write", Does: Ask, Form: "write(i, bytes)", Code: 2, ArgBits: 32, Takes: true},
			{Name: "flush", Does: Ask, Form: "flush()", Code: 3},
		},
		Unit: "sector", Most: 512, BodyType: "blk.Sector", Trap: "disk", Capability: "block", Files: []string{"image"},
	},
	{
		Name: "gpio_in", Type: "gpio.In", Make: "gpio.in", Key: Label, Pool: "gpio", Shape: Level,
		Methods: []Method{
			{Name: "read", Does: Get, Form: "read()"},
			{Name: "changed", Does: Changed, Form: "on let v = b.changed()"},
		},
		Unit: "level", Bits: 1, In: true, Capability: "pin", Files: []string{"vcd"},
	},
	{
		Name: "gpio_out", Type: "gpio.Out", Make: "gpio.out", Key: Label, Pool: "gpio", Shape: Level,
		Methods: []Method{{Name: "write", Does: Put, Form: "write(v)"}},
		Unit:    "level", Bits: 1, Out: true, Capability: "pin", Files: []string{"vcd"},
	},
	{
		Name: "uart", Type: "uart.Port", Make: "uart.port", Key: Label, Pool: "uart", Shape: Stream,
		Methods: []Method{
			{Name: "recv", Does: Recv, Form: "recv(buf)"},
			{Name: "send", Does: Send, Form: "send(bytes)"},
		},
		// A serial line with 8 data bits and no parity. The program does not know its speed.
		Unit: "byte", Capability: "serial", Files: []string{"bytes"},
	},
	{
		Name: "spi", Type: "spi.Port", Make: "spi.port", Key: Label, Pool: "spi", Shape: Command,
		Methods: []Method{
			{Name: "transfer", Does: Ask, Form: "transfer(buf)", Code: 1, Takes: true, Gives: true, Same: true},
		},
		// A bus with one device, in mode 0. Bits go out and come in at the same time, and the
		// device cannot refuse.
		Unit: "transfer", Most: 512, Wires: []Wire{{Name: "sck", Out: true}, {Name: "mosi", Out: true}, {Name: "miso", In: true}, {Name: "cs", Out: true}},
		Capability: "transfers", Files: []string{"answers"},
	},
	{
		Name: "i2c", Type: "i2c.Bus", Make: "i2c.bus", Key: Label, Pool: "i2c", Shape: Command,
		Methods: []Method{
			{Name: "write", Does: Ask, Form: "write(address, bytes)", Code: 1, ArgBits: 7, Takes: true, Says: true},
			{Name: "read", Does: Ask, Form: "read(address, buf)", Code: 1, ArgBits: 7, Gives: true, Says: true},
			{Name: "ask", Does: Ask, Form: "ask(address, bytes, buf)", Code: 1, ArgBits: 7, Takes: true, Gives: true, Says: true},
		},
		// A transfer sends bytes, then makes a second start and receives bytes, then stops. If
		// the device does not acknowledge, the call returns false. It does not trap.
		Unit: "message", Most: 255, Wires: []Wire{{Name: "scl"}, {Name: "sda"}}, Silent: true,
		Capability: "transfers", Files: []string{"answers"},
	},
	{
		Name: "rng", Type: "rng.Source", Make: "rng.source", Key: Label, Pool: "rng", Shape: Command,
		Methods: []Method{
			{Name: "fill", Does: Ask, Form: "fill(buf)", Code: 1, Gives: true},
		},
		// Random bytes, which nobody can predict. The system has random bytes at any time, so a
		// command cannot fail. The limit is 256 bytes, because Linux always returns up to 256
		// bytes in one system call.
		Unit: "request", Most: 256, Capability: "random", Files: []string{"answers"},
	},
}

// Frames names the kind of a port if only its frames are known. This applies to a circuit
// without its image, to random modules, and to the random numbers of a test.
const Frames = "eth"

// Kinds lists the table rows.
func Kinds() []*Kind {
	out := make([]*Kind, 0, len(kinds))
	for i := range kinds {
		out = append(out, &kinds[i])
	}
	return out
}
