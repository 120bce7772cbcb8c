package examples

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// The captures of dns, kv, nat and balancer are made here, with packets from a third-party
// library. SINTER_UPDATE=1 writes the captures again.
func TestCapturesOfServices(t *testing.T) {
	for name, frames := range map[string][]stamped{
		"dns/queries.pcap":      spread(7, 53, dnsQueries(t)),
		"kv/requests.pcap":      spread(7, 7070, kvRequests()),
		"nat/inside.pcap":       natInside(t),
		"nat/outside.pcap":      natOutside(t),
		"balancer/clients.pcap": balancerClients(t),
	} {
		testkit.Golden(t, filepath.FromSlash(name), string(capture(t, frames)))
	}
}

// spread returns datagrams from a host to a port of the system, a millisecond apart.
func spread(from byte, port uint16, bodies [][]byte) (out []stamped) {
	for i, b := range bodies {
		out = append(out, stamped{uint64(i) * 1000, datagram(from, port, b)})
	}
	return out
}

// dnsQuery is a query for a name.
func dnsQuery(t *testing.T, id uint16, name string, kind layers.DNSType) []byte {
	q := &layers.DNS{ID: id, RD: true, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: kind, Class: layers.DNSClassIN}}}
	return serialized(t, q)
}

func serialized(t *testing.T, parts ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...))
	return b.Bytes()
}

// wanted is the expected reply to a query: its code and its numbers of answers and authorities.
type wanted struct {
	name             string
	kind             layers.DNSType
	code             layers.DNSResponseCode
	answers, negates int
}

const typeAny = layers.DNSType(255)

var dnsWanted = []wanted{
	{"sinter.test", layers.DNSTypeSOA, 0, 1, 0},
	{"sinter.test", layers.DNSTypeNS, 0, 1, 0},
	{"sinter.test", layers.DNSTypeMX, 0, 1, 0},
	{"sinter.test", layers.DNSTypeTXT, 0, 1, 0},
	{"sinter.test", typeAny, 0, 4, 0},
	{"ns.sinter.test", layers.DNSTypeA, 0, 1, 0},
	{"HoSt.SINTER.test", layers.DNSTypeA, 0, 2, 0},
	{"www.sinter.test", layers.DNSTypeA, 0, 3, 0},
	{"www.sinter.test", layers.DNSTypeCNAME, 0, 1, 0},
	{"host.sinter.test", layers.DNSTypeAAAA, 0, 0, 1},
	{"never.sinter.test", layers.DNSTypeA, layers.DNSResponseCodeNXDomain, 0, 1},
	{"gone.sinter.test", layers.DNSTypeA, layers.DNSResponseCodeNXDomain, 1, 1},
	{"example.org", layers.DNSTypeA, layers.DNSResponseCodeRefused, 0, 0},
}

func dnsQueries(t *testing.T) (out [][]byte) {
	for i, w := range dnsWanted {
		out = append(out, dnsQuery(t, uint16(i+1), w.name, w.kind))
	}
	status := dnsQuery(t, 100, "sinter.test", layers.DNSTypeA)
	status[2] |= 2 << 3 // another operation
	two := dnsQuery(t, 101, "sinter.test", layers.DNSTypeA)
	two[5] = 2
	answer := dnsQuery(t, 102, "sinter.test", layers.DNSTypeA)
	answer[2] |= 0x80
	return append(out, status, two, answer, answer[:11])
}

// A third-party library reads the name server's answers. Each answer has the expected code,
// records and question.
func TestAnswersOfDNS(t *testing.T) {
	p, err := flow.Load("dns", flow.Options{})
	require.NoError(t, err)
	got := outsOf(traceOf(t, p, flow.Source, spread(7, 53, dnsQueries(t))))
	require.Len(t, got, len(dnsWanted)+2)
	for i, w := range dnsWanted {
		d := dnsOf(t, got[i])
		require.EqualValues(t, i+1, d.ID)
		require.True(t, d.QR && d.RD && !d.RA && !d.TC, w.name)
		require.Equal(t, w.code != layers.DNSResponseCodeRefused, d.AA, w.name)
		require.Equal(t, w.code, d.ResponseCode, w.name)
		require.Len(t, d.Answers, w.answers, w.name)
		require.Len(t, d.Authorities, w.negates, w.name)
		require.Equal(t, w.name, string(d.Questions[0].Name))
		for _, a := range d.Authorities {
			require.Equal(t, layers.DNSTypeSOA, a.Type)
			require.Equal(t, "sinter.test", strings.ToLower(string(a.Name)))
			require.Equal(t, "ns.sinter.test", string(a.SOA.MName))
			require.EqualValues(t, 60, a.SOA.Minimum)
		}
	}
	chain := dnsOf(t, got[7]).Answers
	require.Equal(t, "host.sinter.test", string(chain[0].CNAME))
	require.Equal(t, "host.sinter.test", string(chain[1].Name))
	require.Equal(t, "10.0.2.81", chain[2].IP.String())
	require.Equal(t, layers.DNSResponseCodeNotImp, dnsOf(t, got[13]).ResponseCode)
	require.Equal(t, layers.DNSResponseCodeFormErr, dnsOf(t, got[14]).ResponseCode)
}

func dnsOf(t *testing.T, frame []byte) *layers.DNS {
	u, ok := world.Unwrap(frame)
	require.True(t, ok && u.GoodChecksum)
	var d layers.DNS
	require.NoError(t, d.DecodeFromBytes(u.Body, gopacket.NilDecodeFeedback))
	return &d
}

// kvRequest is a request to the store: an operation, a key, a value.
func kvRequest(op byte, key, value string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{op}, uint16(len(key)))
	b = append(b, key...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// Operations of the store.
const (
	kvGet    = 0
	kvPut    = 1
	kvDelete = 2
)

func kvRequests() [][]byte {
	long := strings.Repeat("0123456789abcdef", 25)
	return [][]byte{
		kvRequest(kvPut, "a", "1"), kvRequest(kvGet, "a", ""), kvRequest(kvPut, "b", "two"), kvRequest(kvPut, "a", "3"),
		kvRequest(kvGet, "a", ""), kvRequest(kvGet, "zz", ""), kvRequest(kvDelete, "a", ""), kvRequest(kvGet, "a", ""),
		kvRequest(kvDelete, "a", ""), kvRequest(kvGet, "b", ""),
		{9, 0, 0, 0, 0},
		kvRequest(kvPut, "c", long), kvRequest(kvGet, "c", ""),
	}
}

// MAC addresses and IP addresses for the translator's test.
var (
	natHosts   = []net.HardwareAddr{{2, 0, 0, 0, 1, 5}, {2, 0, 0, 0, 1, 6}}
	natGate    = net.HardwareAddr{2, 0, 0, 0, 9, 9}
	natInner   = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	natOuter   = net.HardwareAddr{2, 0, 0, 0, 0, 2}
	farAway    = net.IPv4(8, 8, 8, 8).To4()
	outerHost  = net.IPv4(10, 0, 2, 15).To4()
	natGateway = net.IPv4(10, 0, 2, 2).To4()
)

func natHost(k int) net.IP { return net.IPv4(192, 168, 0, byte(5+k)).To4() }

// packet is a datagram or an echo request in a frame, made by a third-party library.
func packet(t *testing.T, src, dst net.HardwareAddr, from, to net.IP, l gopacket.SerializableLayer, body string, change ...func(*layers.IPv4)) []byte {
	ip := &layers.IPv4{Version: 4, TTL: 64, SrcIP: from, DstIP: to}
	switch l := l.(type) {
	case *layers.UDP:
		ip.Protocol = layers.IPProtocolUDP
		require.NoError(t, l.SetNetworkLayerForChecksum(ip))
	case *layers.TCP:
		ip.Protocol = layers.IPProtocolTCP
		require.NoError(t, l.SetNetworkLayerForChecksum(ip))
	default:
		ip.Protocol = layers.IPProtocolICMPv4
	}
	for _, c := range change {
		c(ip)
	}
	return serialized(t, &layers.Ethernet{SrcMAC: src, DstMAC: dst, EthernetType: layers.EthernetTypeIPv4}, ip, l, gopacket.Payload(body))
}

func udpPorts(from, to layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: from, DstPort: to} }

func echoOf(id uint16, reply bool) *layers.ICMPv4 {
	kind := layers.ICMPv4TypeEchoRequest
	if reply {
		kind = layers.ICMPv4TypeEchoReply
	}
	return &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(uint8(kind), 0), Id: id, Seq: 1}
}

func address4(ip net.IP) uint32 { return binary.BigEndian.Uint32(ip.To4()) }

func natInside(t *testing.T) []stamped {
	out := func(host int, to net.IP, l gopacket.SerializableLayer, change ...func(*layers.IPv4)) []byte {
		return packet(t, natHosts[host], natInner, natHost(host), to, l, "question", change...)
	}
	noSum := out(0, farAway, udpPorts(5000, 2053))
	noSum[40], noSum[41] = 0, 0
	broken := out(0, farAway, udpPorts(5000, 2053))
	broken[24] ^= 1
	return []stamped{
		{0, world.ARP(false, natHosts[0], address4(natHost(0)), nil, 0xc0a80001)},
		{1000, out(0, farAway, udpPorts(5000, 2053))}, // waits for the gateway's MAC address
		{4000, out(1, farAway, udpPorts(5000, 2053))},
		{5000, out(0, natGateway, echoOf(7, false))},
		{8000, out(0, farAway, udpPorts(5000, 2053), func(ip *layers.IPv4) { ip.TTL = 1 })},
		{8001, out(0, farAway, udpPorts(5000, 2053), func(ip *layers.IPv4) { ip.FragOffset = 1 })},
		{8002, broken},
		{8003, out(0, farAway, &layers.TCP{SrcPort: 5000, DstPort: 80, SYN: true})},
		{10000, noSum},
		{11000, out(0, net.IPv4(10, 0, 2, 9).To4(), udpPorts(5000, 99))}, // needs the MAC address of a neighbour
	}
}

func natOutside(t *testing.T) []stamped {
	in := func(from net.IP, l gopacket.SerializableLayer) []byte {
		return packet(t, natGate, natOuter, from, outerHost, l, "answer")
	}
	return []stamped{
		{2000, world.ARP(true, natGate, address4(natGateway), natOuter, address4(outerHost))},
		{3000, in(farAway, udpPorts(2053, 40000))},
		{6000, in(natGateway, echoOf(40002, true))},
		{7000, in(farAway, udpPorts(2053, 40050))}, // not requested
		{9000, world.ARP(false, natGate, address4(natGateway), nil, address4(outerHost))},
		{119 * second, in(farAway, udpPorts(2053, 40001))},
		{125 * second, in(farAway, udpPorts(2053, 40000))}, // its flow is over
	}
}

// A third-party library accepts the frames of the translator, and the frames come from the right
// address.
func TestTranslatedPackets(t *testing.T) {
	p, err := flow.Load("nat", flow.Options{})
	require.NoError(t, err)
	dir := t.TempDir()
	for name, frames := range map[string][]stamped{"inside": natInside(t), "outside": natOutside(t)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), capture(t, frames), 0o644))
	}
	r, err := p.Run(t.Context(), flow.RunOptions{Level: flow.Source, World: flow.World{Captures: []string{"inside=" + filepath.Join(dir, "inside"), "outside=" + filepath.Join(dir, "outside")}}})
	require.NoError(t, err)
	var said []string
	for _, e := range r.Trace.Events {
		if e.Kind == trace.Out {
			said = append(said, e.Port+": "+packetLine(t, e.Data))
		}
	}
	require.Equal(t, []string{
		"inside: ARP",
		"outside: ARP",
		"outside: 10.0.2.15:40000 > 8.8.8.8:2053, 63 hops",
		"inside: 8.8.8.8:2053 > 192.168.0.5:5000, 63 hops",
		"outside: 10.0.2.15:40001 > 8.8.8.8:2053, 63 hops",
		"outside: 10.0.2.15 > 10.0.2.2 echo 40002, 63 hops",
		"inside: 10.0.2.2 > 192.168.0.5 echo 7, 63 hops",
		"outside: ARP",
		"outside: 10.0.2.15:40000 > 8.8.8.8:2053, 63 hops, no sum",
		"outside: ARP",
		"inside: 8.8.8.8:2053 > 192.168.0.6:5000, 63 hops",
	}, said)
}

// packetLine describes a frame whose checksums are correct.
func packetLine(t *testing.T, f []byte) string {
	g := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
	require.Nil(t, g.ErrorLayer())
	if g.Layer(layers.LayerTypeARP) != nil {
		return "ARP"
	}
	ip := g.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	if u, ok := g.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
		require.NoError(t, u.SetNetworkLayerForChecksum(ip))
	}
	wrong, bad := g.VerifyChecksums()
	require.NoError(t, wrong)
	require.Empty(t, bad)
	hops := fmt.Sprintf(", %d hops", ip.TTL)
	if u, ok := g.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
		if u.Checksum == 0 {
			hops += ", no sum"
		}
		return fmt.Sprintf("%s:%d > %s:%d%s", ip.SrcIP, u.SrcPort, ip.DstIP, u.DstPort, hops)
	}
	c := g.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	return fmt.Sprintf("%s > %s echo %d%s", ip.SrcIP, ip.DstIP, c.Id, hops)
}

func balancerClients(t *testing.T) []stamped {
	client, self, vip := net.HardwareAddr{2, 0, 0, 0, 1, 1}, net.HardwareAddr{2, 0, 0, 0, 2, 0x64}, net.IPv4(10, 0, 2, 100).To4()
	out := []stamped{
		{0, world.ARP(false, client, 0x0a000201, nil, address4(vip))},
		{1, world.ARP(false, client, 0x0a000201, nil, 0x0a000265)},
	}
	add := func(l gopacket.SerializableLayer, to net.IP, change ...func(*layers.IPv4)) {
		out = append(out, stamped{uint64(len(out)) * 100, packet(t, client, self, net.IPv4(10, 0, 2, 1).To4(), to, l, "to whom", change...)})
	}
	for k := range 5 {
		add(udpPorts(layers.UDPPort(5000+k), 53), vip)
		add(&layers.TCP{SrcPort: layers.TCPPort(6000 + k), DstPort: 80, SYN: true}, vip)
	}
	add(udpPorts(5000, 2053), vip) // the first flow again
	add(echoOf(7, false), vip)
	add(udpPorts(5000, 2053), net.IPv4(10, 0, 2, 101).To4())
	add(udpPorts(5000, 2053), vip, func(ip *layers.IPv4) { ip.Flags = layers.IPv4MoreFragments })
	return out
}

// A flow keeps its server, and many flows reach all servers. When a server fails, its flows go
// to other servers, and hardly any other flow changes its server.
func TestBalancedFlows(t *testing.T) {
	client, self, vip := net.HardwareAddr{2, 0, 0, 0, 1, 1}, net.HardwareAddr{2, 0, 0, 0, 2, 0x64}, net.IPv4(10, 0, 2, 100).To4()
	var frames []stamped
	for k := range 400 {
		frames = append(frames, stamped{uint64(k), packet(t, client, self, net.IPv4(10, 0, 3, byte(k%200+1)).To4(), vip, udpPorts(layers.UDPPort(5000+k%200), 53), "")})
	}
	servers := func(settings ...string) []byte {
		var o flow.Options
		for _, s := range settings {
			require.NoError(t, o.Set(s))
		}
		p, err := flow.Load("balancer", o)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "front")
		require.NoError(t, os.WriteFile(path, capture(t, frames), 0o644))
		r, err := p.Run(t.Context(), flow.RunOptions{Level: flow.IR, World: flow.World{Captures: []string{"front=" + path}}})
		require.NoError(t, err)
		var out []byte
		for _, f := range outsOf(r.Trace) {
			out = append(out, f[5]) // the last byte of the server's MAC address
		}
		require.Len(t, out, len(frames))
		return out
	}
	all, without := servers(), servers("down=4")
	require.Equal(t, all[:200], all[200:])
	share, moved := map[byte]int{}, 0
	for i, s := range all {
		share[s]++
		require.NotEqual(t, byte(3), without[i])
		if s != 3 && s != without[i] {
			moved++
		}
	}
	require.Len(t, share, 5)
	for s, n := range share {
		require.Greater(t, n, len(frames)/10, "server %d", s)
	}
	require.Less(t, moved, len(frames)/8)
}
