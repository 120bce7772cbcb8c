package examples

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim/world"
)

// This file tests the requirements of RFC 1122 for a host, frame by frame, on the reference and
// on the image of a core.

// second is one second in the time unit of captures.
const second = 1_000_000

// near is a host in the system's network.
func near(n byte) uint32 { return 0x0a000200 | uint32(n) }

// asks is a host's ARP request for the system's MAC address.
func asks(n byte) []byte {
	return world.ARP(false, world.MAC(near(n)), near(n), nil, system(0).Address)
}

// answers is a host's answer to the system's ARP request.
func answers(n byte) []byte {
	return world.ARP(true, world.MAC(near(n)), near(n), world.MAC(system(0).Address), system(0).Address)
}

// from is a datagram of 4 bytes to port 7 from some IP address and MAC address.
func from(address uint32, mac []byte) []byte {
	host := system(7)
	return world.Datagram(mac, world.MAC(host.Address), world.Host{Address: address, Port: 5000}, host, []byte("ping"))
}

// sends runs a program with frames at device nic and returns the frames that the program sends
// there.
func sends(t *testing.T, path string, frames []stamped, settings ...types.Setting) (out []trace.Event, logs []string) {
	t.Helper()
	p, err := flow.Load(path, flow.Options{Settings: settings})
	require.NoError(t, err)
	for _, level := range []string{flow.Source, flow.ISA} {
		var sent []trace.Event
		var said []string
		for _, e := range traceOf(t, p, level, frames).Events {
			switch e.Kind {
			case trace.Out:
				sent = append(sent, trace.Event{Time: e.Time, Data: e.Data})
			case trace.Log:
				said = append(said, e.Text)
			}
		}
		if level == flow.Source {
			out, logs = sent, said
		}
		require.Equal(t, out, sent, level)
		require.Equal(t, logs, said, level)
	}
	return out, logs
}

// kindOf distinguishes frames: ARP requests, ARP answers, and others.
func kindOf(f []byte) string {
	switch {
	case binary.BigEndian.Uint16(f[12:]) == 0x0806 && f[21] == 1:
		return "question"
	case binary.BigEndian.Uint16(f[12:]) == 0x0806:
		return "station"
	case f[23] == 1 && f[34] == 3:
		return "unreachable"
	case f[23] == 1:
		return "echo"
	}
	return "datagram"
}

func kinds(out []trace.Event) (list []string) {
	for _, e := range out {
		list = append(list, kindOf(e.Data))
	}
	return list
}

// A frame whose source cannot be a host is not answered (RFC 1122, 3.2.1.3).
func TestSourcesThatAreNoHosts(t *testing.T) {
	mac := world.MAC(near(9))
	group := bytes.Clone(mac)
	group[0] |= 1
	var frames []stamped
	for _, f := range [][]byte{
		from(0xffffffff, mac), from(0, mac), from(0x7f000001, mac), from(0xe0000005, mac), from(0xf0000001, mac), from(0x0a0002ff, mac),
		from(0x0a000200, mac), from(system(0).Address, mac), from(near(9), group), from(near(9), make([]byte, 6)),
	} {
		frames = append(frames, stamped{uint64(len(frames)), f})
	}
	reserved := from(near(9), mac)
	reserved[20] |= 0x80
	binary.BigEndian.PutUint16(reserved[24:], binary.BigEndian.Uint16(reserved[24:])-0x8000)
	toAll := from(near(9), mac)
	copy(toAll, "\xff\xff\xff\xff\xff\xff")
	frames = append(frames, stamped{50, reserved}, stamped{51, toAll}, stamped{100, from(near(9), mac)})
	out, _ := sends(t, "echo", frames)
	require.Equal(t, []string{"datagram"}, kinds(out))
	require.EqualValues(t, 100, out[0].Time)
}

// Only a host's own ARP frames change its known MAC address. A datagram does not change it.
func TestDataMovesNoStation(t *testing.T) {
	out, _ := sends(t, "echo", []stamped{
		{0, asks(9)}, {1, from(near(9), world.MAC(near(66)))}, {2, world.ARP(false, world.MAC(near(67)), near(9), nil, near(9))}, {3, from(near(9), world.MAC(near(66)))},
	})
	require.Equal(t, []string{"station", "datagram", "datagram"}, kinds(out))
	require.Equal(t, world.MAC(near(9)), out[1].Data[:6])
	require.Equal(t, world.MAC(near(67)), out[2].Data[:6])
}

// The entry of a host whose MAC address was requested is not replaced by hosts that only sent
// frames.
func TestFloodsForgetNobody(t *testing.T) {
	frames := []stamped{{10, answers(0x17)}}
	for n := range byte(40) {
		frames = append(frames, stamped{20 + uint64(n), from(near(100+n), world.MAC(near(100+n)))})
	}
	frames = append(frames, stamped{100, from(near(0x17), world.MAC(near(3)))})
	out, _ := sends(t, "testdata/devices/talker.sn", frames)
	last := out[len(out)-1]
	require.Equal(t, "datagram", kindOf(last.Data))
	require.Equal(t, world.MAC(near(0x17)), last.Data[:6])
}

// The stack sends an ARP request three times, a second or more apart. If no answer comes,
// the datagram is lost. Datagrams for one host wait together and are sent in order.
func TestQuestionsAreAskedAgain(t *testing.T) {
	const talker = "testdata/devices/talker.sn"
	out, _ := sends(t, talker, []stamped{{0, asks(9)}, {20 * second, asks(9)}})
	require.Equal(t, []string{"question", "station", "question", "question", "station"}, kinds(out))
	require.Equal(t, []uint64{0, 2 * second, 3 * second}, []uint64{out[0].Time, out[2].Time, out[3].Time})
	out, _ = sends(t, talker, []stamped{{0, asks(9)}, {5 * second / 2, answers(0x17)}, {20 * second, asks(9)}})
	require.Equal(t, []string{"question", "station", "question", "datagram", "datagram", "datagram", "station"}, kinds(out))
	for k, want := range []string{"one", "two", "three"} {
		require.Equal(t, want, string(out[3+k].Data[42:]))
		require.Equal(t, world.MAC(near(0x17)), out[3+k].Data[:6])
	}
}

// The config net.waiting bounds the number of datagrams that wait for MAC addresses. The last
// datagrams are lost.
func TestWaitingDatagrams(t *testing.T) {
	const talker = "testdata/devices/talker.sn"
	for _, n := range []string{"1", "2", "3"} {
		out, _ := sends(t, talker, []stamped{{0, asks(9)}, {5 * second / 2, answers(0x17)}}, types.Setting{Name: "net.waiting", Value: n})
		var got []string
		for _, e := range out {
			if kindOf(e.Data) == "datagram" {
				got = append(got, string(e.Data[42:]))
			}
		}
		require.Equal(t, []string{"one", "two", "three"}[:int(n[0]-'0')], got)
	}
}

// The config net.queue bounds the number of datagrams that wait for the task of a socket.
func TestQueuesOfSockets(t *testing.T) {
	var frames []stamped
	for i := range 12 {
		frames = append(frames, stamped{0, datagram(3, 9, []byte{byte('a' + i)})})
	}
	frames = append(frames, stamped{second, datagram(3, 9, []byte("again"))})
	for _, n := range []int{1, 2, 8, 20} {
		_, logs := sends(t, "testdata/devices/sockets.sn", frames, types.Setting{Name: "net.queue", Value: strconv.Itoa(n)})
		kept := min(n, 12)
		require.Len(t, logs, kept+1)
		require.Equal(t, fmt.Sprintf("%d again, %d lost", kept+1, 12-kept), logs[kept])
	}
}

// After five minutes without a frame from a host, its MAC address is requested again.
func TestStationsAreForgotten(t *testing.T) {
	out, _ := sends(t, "echo", []stamped{
		{0, from(near(9), world.MAC(near(9)))},
		{299 * second, from(near(9), world.MAC(near(66)))},
		{301 * second, from(near(9), world.MAC(near(66)))},
		{302 * second, answers(9)},
	})
	require.Equal(t, []string{"datagram", "datagram", "question", "datagram"}, kinds(out))
	require.Equal(t, world.MAC(near(9)), out[1].Data[:6])
	require.Equal(t, world.MAC(near(9)), out[3].Data[:6])
}

// Another host with the system's address is reported, once in ten seconds.
func TestConflictsAreNoticed(t *testing.T) {
	host := system(0).Address
	other := world.ARP(false, world.MAC(near(66)), host, nil, host)
	own := world.ARP(false, world.MAC(host), host, nil, host)
	out, logs := sends(t, "echo", []stamped{{0, own}, {1, other}, {2, other}, {9 * second, other}, {11 * second, other}})
	require.Empty(t, out)
	const line = "the address a00020f is used twice, by 2000a000242 too"
	require.Equal(t, []string{line, line}, logs)
}

// A datagram to a port without a socket is answered with an error that quotes the datagram.
// Datagrams to a group address get no such error, and at most ten errors are sent per
// second.
func TestClosedPorts(t *testing.T) {
	closed := func() []byte {
		host := system(99)
		return world.Datagram(world.MAC(near(9)), world.MAC(host.Address), world.Host{Address: near(9), Port: 5000}, host, []byte("anybody?"))
	}
	group := closed()
	copy(group, "\xff\xff\xff\xff\xff\xff")
	binary.BigEndian.PutUint32(group[30:], 0xffffffff)
	frames := []stamped{{0, group}, {1, world.Datagram(world.MAC(near(9)), []byte{255, 255, 255, 255, 255, 255}, world.Host{Address: near(9), Port: 1}, world.Host{Address: 0xffffffff, Port: 99}, nil)}}
	for k := range 14 {
		frames = append(frames, stamped{100 + uint64(k), closed()})
	}
	frames = append(frames, stamped{3 * second, closed()})
	out, _ := sends(t, "echo", frames)
	require.Len(t, out, 11)
	for _, e := range out {
		require.Equal(t, "unreachable", kindOf(e.Data))
		require.Equal(t, closed()[14:42], e.Data[42:70])
		require.Equal(t, []byte{3, 3}, e.Data[34:36])
		require.Zero(t, inet(e.Data[34:70]))
		require.Zero(t, inet(e.Data[14:34]))
		require.Equal(t, world.MAC(near(9)), e.Data[:6])
	}
	require.EqualValues(t, 3*second, out[10].Time)
}

// inet is a second implementation of the Internet checksum.
func inet(b []byte) uint16 {
	sum := uint32(0)
	for k, c := range b {
		sum += uint32(c) << (8 * (1 - k%2))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// The answer to an ICMP echo has the checksum that a full computation gives.
func TestEchoesHaveRightSums(t *testing.T) {
	host := system(0).Address
	frames := []stamped{}
	for k := range uint64(8) {
		frames = append(frames, stamped{k, world.Echo(false, world.MAC(near(byte(k+1))), world.MAC(host), near(byte(k+1)), host)})
	}
	out, _ := sends(t, "echo", frames)
	require.Len(t, out, 8)
	for _, e := range out {
		require.Equal(t, "echo", kindOf(e.Data))
		require.Zero(t, inet(e.Data[34:]))
	}
}

// A third-party parser reads the system's ARP answers and ARP requests, field by field (RFC
// 826).
func TestWordsOfARP(t *testing.T) {
	frames := []stamped{{0, asks(9)}, {second, from(near(77), world.MAC(near(77)))}, {2 * second, asks(200)}}
	out, _ := sends(t, "echo", frames)
	seen := map[uint16]int{}
	for _, e := range out {
		p := gopacket.NewPacket(e.Data, layers.LayerTypeEthernet, gopacket.Default)
		require.Nil(t, p.ErrorLayer())
		a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP)
		if !ok {
			continue
		}
		seen[a.Operation]++
		require.Equal(t, []any{layers.LinkTypeEthernet, layers.EthernetTypeIPv4, uint8(6), uint8(4)}, []any{a.AddrType, a.Protocol, a.HwAddressSize, a.ProtAddressSize})
		require.Equal(t, world.MAC(system(0).Address), a.SourceHwAddress)
		require.Equal(t, binary.BigEndian.AppendUint32(nil, system(0).Address), a.SourceProtAddress)
		if a.Operation == layers.ARPReply {
			require.Equal(t, world.MAC(binary.BigEndian.Uint32(a.DstProtAddress)), a.DstHwAddress)
		}
	}
	require.Equal(t, map[uint16]int{layers.ARPReply: 2}, seen)
}
