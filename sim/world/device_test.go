package world_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

var (
	here  = world.Host{Address: 0x0a00020f, Port: 7}
	there = world.Host{Address: 0xc0a80117, Port: 40000}
)

// Another decoder reads the frames that Wrap makes, and computes the checksums itself.
func TestDatagramFrames(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		body := make([]byte, n)
		for i := range body {
			body[i] = byte(r.Uint32())
		}
		f := world.Datagram(world.MAC(there.Address), world.MAC(here.Address), there, here, body)
		p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
		require.Nil(t, p.ErrorLayer())
		ip := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		udp := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
		require.Equal(t, body, append([]byte{}, udp.Payload...))
		require.Equal(t, "192.168.1.23", ip.SrcIP.String())
		require.Equal(t, "10.0.2.15", ip.DstIP.String())
		require.EqualValues(t, 40000, udp.SrcPort)
		require.EqualValues(t, 7, udp.DstPort)
		require.NoError(t, udp.SetNetworkLayerForChecksum(ip))
		b := gopacket.NewSerializeBuffer()
		o := gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}
		require.NoError(t, gopacket.SerializeLayers(b, o, p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet), ip, udp, gopacket.Payload(body)))
		require.Equal(t, b.Bytes()[:len(f)], f)
		u, ok := world.Unwrap(f)
		require.True(t, ok)
		require.True(t, u.GoodChecksum)
		require.Equal(t, world.Unwrapped{Src: there, Dst: here, Body: u.Body, GoodChecksum: true}, u)
		require.True(t, bytes.Equal(body, u.Body))
		f[len(f)-1] ^= 1
		u, _ = world.Unwrap(f)
		require.False(t, u.GoodChecksum, "%d bytes", n)
	}
}

func TestNoDatagrams(t *testing.T) {
	good := world.Datagram(world.MAC(1), world.MAC(2), there, here, []byte("body"))
	for what, change := range map[string]func([]byte) []byte{
		"cut":               func(f []byte) []byte { return f[:len(f)-1] },
		"short":             func(f []byte) []byte { return f[:20] },
		"another kind":      func(f []byte) []byte { f[12] = 9; return f },
		"another version":   func(f []byte) []byte { f[14] = 0x65; return f },
		"another protocol":  func(f []byte) []byte { f[23] = 6; return f },
		"a fragment":        func(f []byte) []byte { f[20] = 0x20; return f },
		"a later fragment":  func(f []byte) []byte { f[21] = 1; return f },
		"a long datagram":   func(f []byte) []byte { f[39] = 99; return f },
		"a short datagram":  func(f []byte) []byte { f[39] = 7; return f },
		"a header of words": func(f []byte) []byte { f[14] = 0x44; return f },
	} {
		_, ok := world.Unwrap(change(bytes.Clone(good)))
		require.False(t, ok, what)
	}
}

// Records of a capture for a message port are messages, and so is the port's output.
func TestCapturesOfMessages(t *testing.T) {
	out := world.Message(there.Address, there.Port, []byte("out"))
	tr := &trace.Trace{Events: []trace.Event{{Kind: trace.Out, Port: "s", Time: 5, Data: out}}}
	data, err := world.CaptureOf(tr, "s", true)
	require.NoError(t, err)
	require.Equal(t, pcap(binary.LittleEndian, 147, record{0, 5, string(out), 0}), data)
	s, err := world.FromCaptures([]string{"s"}, []world.Capture{{Name: "a.pcap", Data: data, Messages: true}})
	require.NoError(t, err)
	require.Equal(t, []world.Input{{Data: out}}, s.Inputs)
	_, err = world.FromCaptures([]string{"s"}, []world.Capture{{Name: "a.pcap", Data: data}})
	require.ErrorContains(t, err, "a.pcap: link type 147 is not Ethernet, expected 1")
	data, err = world.CaptureOf(tr, "s", false)
	require.NoError(t, err)
	_, err = world.FromCaptures([]string{"s"}, []world.Capture{{Name: "a.pcap", Data: data, Messages: true}})
	require.ErrorContains(t, err, "link type 1 is not USER0, whose records are messages, expected 147")
}

func TestARP(t *testing.T) {
	f := world.ARP(false, world.MAC(5), 5, nil, 6)
	sender, target, mac, ok := world.ARPRequest(f)
	require.True(t, ok)
	require.Equal(t, [2]uint32{5, 6}, [2]uint32{sender, target})
	require.Equal(t, world.MAC(5), mac)
	p := gopacket.NewPacket(world.ARP(true, world.MAC(6), 6, world.MAC(5), 5), layers.LayerTypeEthernet, gopacket.Default)
	a := p.Layer(layers.LayerTypeARP).(*layers.ARP)
	require.EqualValues(t, 2, a.Operation)
	require.Equal(t, world.MAC(6), a.SourceHwAddress)
	require.Equal(t, world.MAC(5), a.DstHwAddress)
	require.Equal(t, []byte{0, 0, 0, 5}, a.DstProtAddress)
	_, _, _, ok = world.ARPRequest(world.ARP(true, world.MAC(6), 6, world.MAC(5), 5))
	require.False(t, ok)
}

func command(op, sector byte, body ...byte) []byte {
	return append([]byte{op, 0, 0, 0, sector, 0, 0, 0}, body...)
}

func TestDisk(t *testing.T) {
	d := world.NewDisk(make([]byte, 1025)) // three sectors
	full := bytes.Repeat([]byte{7}, world.SectorSize)
	require.Len(t, d.Image(), 3*world.SectorSize)
	require.Equal(t, []byte{0, 0, 0, 0}, d.Do(0, command(world.DiskWrite, 2, full...)))
	require.Equal(t, append([]byte{0, 0, 0, 0}, full...), d.Do(0, command(world.DiskRead, 2)))
	require.Equal(t, 1, d.Unflushed())
	d.Do(0, command(world.DiskWrite, 2, full...))
	require.Equal(t, 1, d.Unflushed())
	require.Equal(t, []byte{0, 0, 0, 0}, d.Do(0, command(world.DiskFlush, 0)))
	require.Zero(t, d.Unflushed())
	for what, c := range map[string][]byte{
		"read after": command(world.DiskRead, 3), "write after": command(world.DiskWrite, 3, full...),
	} {
		require.Equal(t, []byte{1, 0, 0, 0}, d.Do(0, c), what)
	}
	for what, c := range map[string][]byte{
		"nothing": nil, "short": {1, 0}, "no operation": command(9, 0), "half a sector": command(world.DiskWrite, 0, 1, 2),
	} {
		require.Equal(t, []byte{2, 0, 0, 0}, d.Do(0, c), what)
	}
	w := world.New(&world.Script{Devices: []string{"a", "d"}, Disks: []*world.Disk{nil, d}})
	require.Nil(t, w.Ask(0, command(world.DiskRead, 0)))
	require.Nil(t, w.Ask(-1, nil))
	require.Nil(t, w.Ask(5, nil))
	require.Len(t, w.Ask(1, command(world.DiskRead, 0)), 4+world.SectorSize)
}

// A file of answers lists which commands a disk can execute, and when. If several lines match
// a command, the last one applies.
func TestWornDisk(t *testing.T) {
	d := world.NewDisk(make([]byte, 16*world.SectorSize))
	disk := port.Find("disk")
	require.NoError(t, d.ReadAnswers(disk, "a", []byte(`
0 read 5 : -     # a bad sector
10 write 2..4 : -
10 write 3 : ok
20 read 5..=6 : ok
20 read 6 : -
30 flush : -
40 read : -
40 write 4294967295 : -
`)))
	full := bytes.Repeat([]byte{7}, world.SectorSize)
	for _, c := range []struct {
		now        uint64
		op, sector byte
		status     byte
	}{
		{0, world.DiskRead, 5, world.DiskError},
		{0, world.DiskRead, 4, world.DiskOK},
		{0, world.DiskWrite, 5, world.DiskOK},
		{9, world.DiskWrite, 2, world.DiskOK},
		{10, world.DiskWrite, 2, world.DiskError},
		{10, world.DiskWrite, 3, world.DiskOK},
		{10, world.DiskWrite, 4, world.DiskOK},
		{20, world.DiskRead, 5, world.DiskOK},
		{20, world.DiskRead, 6, world.DiskError},
		{29, world.DiskFlush, 0, world.DiskOK},
		{30, world.DiskFlush, 0, world.DiskError},
		{30, world.DiskRead, 99, world.DiskPastEnd},
		{40, world.DiskRead, 99, world.DiskError},
		{40, world.DiskRead, 0, world.DiskError},
		{40, world.DiskWrite, 0, world.DiskOK},
	} {
		body := full
		if c.op != world.DiskWrite {
			body = nil
		}
		require.Equal(t, c.status, d.Do(c.now, command(c.op, c.sector, body...))[0], "%+v", c)
	}
	require.Equal(t, 1, d.Unflushed(), "sector 0: the flush that failed at 30 changed nothing")
	w := world.New(&world.Script{Devices: []string{"d", "a"}, Disks: []*world.Disk{d, nil}})
	require.EqualValues(t, 40, w.End())
	require.True(t, w.Refuses(0, command(world.DiskRead, 5)))
	require.False(t, w.Refuses(0, command(world.DiskRead, 4)))
	require.False(t, w.Refuses(0, nil))
	require.False(t, w.Refuses(1, command(world.DiskRead, 5)))
	for text, want := range map[string]string{
		"0 read 5":                  "a:1:1: error[E0504]: expected a time, a command, its sectors, a colon, and - or ok, as in `0 read 5 : -`, got \"0 read 5\"",
		"x read 5 : -":              "expected a time in microseconds, got \"x\"",
		"0 read 5 : yes":            "expected a time, a command",
		"0 : -":                     "expected a time, a command",
		"0 read 5 6 : -":            "expected a time, a command",
		"0 erase 5 : -":             "a disk has no command \"erase\"; it has read, write, flush",
		"0 flush 5 : -":             "\"5\" does not name sectors of a flush",
		"0 read 9..9 : -":           "\"9..9\" does not name sectors of a read",
		"0 read ..9 : -":            "does not name sectors",
		"0 read 1..x : -":           "does not name sectors",
		"0 read 0..0 : -":           "does not name sectors",
		"0 read 5000000000 : -":     "does not name sectors",
		"0 read 1..=4294967296 : -": "does not name sectors",
		"5 flush : -\n4 flush : ok": "a:2:1: error[E0504]: the time 4 lies before that of the line above, 5",
	} {
		require.ErrorContains(t, world.NewDisk(nil).ReadAnswers(disk, "a", []byte(text)), want)
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add(world.Datagram(world.MAC(1), world.MAC(2), there, here, []byte("body")))
	f.Add([]byte(strings.Repeat("E", 60)))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, ok := world.Unwrap(data)
		if ok && len(u.Body) > len(data) {
			t.Fatal("more bytes than there are")
		}
		world.ARPRequest(data)
	})
}
