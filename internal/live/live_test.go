package live

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim/world"
)

// The gateway has an address in the image's network that differs from the image's address.
func TestGatewayAddress(t *testing.T) {
	for _, c := range []struct{ host, mask, gateway, want uint32 }{
		{0x0a00020f, 0xffffff00, 0x0a000202, 0x0a000202},
		{0x0a00020f, 0xffffff00, 0, 0x0a000201},
		{0x0a000201, 0xffffff00, 0, 0x0a000202},
		{0x0a00020f, 0xffffff00, 0x0b000001, 0x0a000201},
		{0x0a00020f, 0xffffff00, 0x0a00020f, 0x0a000201},
	} {
		require.Equal(t, c.want, newGateway(nil, Home{c.host, c.mask, c.gateway}, nil).own, "%+v", c)
	}
}

// The gateway answers a ping. A third-party library builds the expected frame.
func TestPong(t *testing.T) {
	g := newGateway(nil, Home{0x0a00020f, 0xffffff00, 0x0a000202}, nil)
	guest := world.MAC(0x0a00020f)
	ask := world.Echo(false, guest, g.mac, 0x0a00020f, g.own)
	require.Equal(t, world.Echo(true, g.mac, guest, g.own, 0x0a00020f), g.pong(ask))
	require.Nil(t, g.pong(world.Echo(false, guest, g.mac, 0x0a00020f, 0x0a000207)), "another host")
	for n := range 42 { // what follows is its payload
		require.Nil(t, g.pong(ask[:n]), "%d bytes", n)
	}
}

// A client keeps its own port if possible, and otherwise gets another port. If there are too
// many clients, the oldest client is forgotten first.
func TestClients(t *testing.T) {
	g := newGateway(nil, Home{}, nil)
	g.forward(nil, 7)
	f := g.forwards[0]
	a, b := netip.MustParseAddrPort("127.0.0.1:1000"), netip.MustParseAddrPort("127.0.0.2:1000")
	require.EqualValues(t, 1000, f.portOf(a))
	other := f.portOf(b)
	require.NotEqualValues(t, 1000, other)
	require.Equal(t, other, f.portOf(b))
	require.Equal(t, b, f.byPort[other])
	for k := range 3 * mostClients {
		c := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(k >> 8), byte(k)}), 2000)
		p := f.portOf(c)
		require.Equal(t, c, f.byPort[p])
		require.LessOrEqual(t, len(f.byPort), mostClients)
		require.Equal(t, len(f.byPort), len(f.byPeer))
	}
}

// A console line that reports a crash becomes a sentence. Other lines stay unchanged.
func TestDecode(t *testing.T) {
	where := func(rip uint64) string { return map[uint64]string{0x101cc0: "a.sn:3"}[rip] }
	for _, c := range []struct{ line, want string }{
		{"CRASH 000000000000000e 0000000000000002 0000000000101cc0 00000000d0000000 \r", "page fault at a.sn:3 (rip 0x101cc0, address 0xd0000000, written)"},
		{"CRASH 0000000000000006 0 0000000000101cc0 0", "no such instruction at a.sn:3 (rip 0x101cc0)"},
		{"CRASH 0000000000000015 0 0000000000101cc0 0", "exception 21 at a.sn:3 (rip 0x101cc0)"},
		{`FAULT "virtio: a legacy device"`, "the program cannot go on: virtio: a legacy device"},
		{"greet: CRASH 1 2 3 4", ""},
		{"CRASH 1 2", ""},
		{"", ""},
	} {
		text, ok := Decode(c.line, where)
		require.Equal(t, c.want, text)
		require.Equal(t, c.want != "", ok)
	}
}

func TestShellLine(t *testing.T) {
	require.Equal(t, `qemu 'a b' '' 'it'\''s' x=1,y`, shellLine([]string{"qemu", "a b", "", "it's", "x=1,y"}))
}
