package world

import (
	"encoding/binary"
)

// A message of a datagram device consists of the peer (64 bits, little-endian) and the bytes of
// the datagram. The low 48 bits of the peer are an IPv4 address above a UDP port. This file
// wraps such messages into Ethernet frames and unwraps them. Captures need this, and machines
// whose programs use Ethernet directly. The file follows RFC 768, 791, 826 and 1071, and shares
// no code with the network stack of those programs.

// Host is the program's end of a datagram device.
type Host struct {
	Address uint32 // IPv4 address
	Port    uint16 // UDP port
}

// PeerSize is the number of bytes of the peer, which precedes a datagram.
const PeerSize = 8

// Message returns a datagram with its peer.
func Message(address uint32, port uint16, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(address)<<16|uint64(port)), body...)
}

// Split returns the parts of a message. ok is false if the message is too short to contain a
// peer.
func Split(message []byte) (address uint32, port uint16, body []byte, ok bool) {
	if len(message) < PeerSize {
		return 0, 0, nil, false
	}
	peer := binary.LittleEndian.Uint64(message)
	return uint32(peer >> 16), uint16(peer), message[PeerSize:], true
}

// MAC returns the MAC address that this project assigns to an IPv4 address. The MAC address is
// locally administered (IEEE 802) and ends in the IPv4 address.
func MAC(address uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{0x02, 0x00}, address)
}

// Offsets and values in the headers.
const (
	etherIPv4  = 0x0800
	etherARP   = 0x0806
	protoICMP  = 1
	protoUDP   = 17
	etherSize  = 14
	ipSize     = 20
	udpSize    = 8
	headers    = etherSize + ipSize + udpSize
	arpSize    = 28
	arpRequest = 1
	arpReply   = 2
)

// sum adds the 16-bit words of b to a ones' complement sum (RFC 1071).
func sum(s uint32, b []byte) uint32 {
	for len(b) > 1 {
		s += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return s
}

// pseudo returns the sum of the UDP pseudo header (RFC 768).
func pseudo(addresses []byte, length int) uint32 {
	return sum(uint32(protoUDP+length), addresses)
}

// Datagram makes the frame of a datagram.
func Datagram(srcMAC, dstMAC []byte, src, dst Host, body []byte) []byte {
	f := make([]byte, headers, headers+len(body))
	copy(f, dstMAC)
	copy(f[6:], srcMAC)
	be := binary.BigEndian
	be.PutUint16(f[12:], etherIPv4)
	ip, udp := f[etherSize:], f[etherSize+ipSize:]
	ip[0], ip[8], ip[9] = 0x45, 64, protoUDP
	be.PutUint16(ip[2:], uint16(ipSize+udpSize+len(body)))
	be.PutUint32(ip[12:], src.Address)
	be.PutUint32(ip[16:], dst.Address)
	be.PutUint16(ip[10:], ^uint16(sum(0, ip[:ipSize])))
	be.PutUint16(udp, src.Port)
	be.PutUint16(udp[2:], dst.Port)
	be.PutUint16(udp[4:], uint16(udpSize+len(body)))
	check := ^uint16(sum(sum(pseudo(ip[12:20], udpSize+len(body)), udp[:udpSize]), body))
	if check == 0 {
		check = 0xffff
	}
	be.PutUint16(udp[6:], check)
	return append(f, body...)
}

// Unwrapped is the contents of a frame with a datagram.
type Unwrapped struct {
	Src, Dst     Host
	Body         []byte
	GoodChecksum bool // the checksum of the IPv4 header is right, and the UDP checksum if there is one
}

// Unwrap reads a frame with a UDP datagram over IPv4. It returns false for any other frame, for
// a fragment, and for wrong lengths.
func Unwrap(f []byte) (Unwrapped, bool) {
	be := binary.BigEndian
	if len(f) < headers || be.Uint16(f[12:]) != etherIPv4 || f[etherSize]>>4 != 4 {
		return Unwrapped{}, false
	}
	ip := f[etherSize:]
	head, total := int(ip[0]&15)*4, int(be.Uint16(ip[2:]))
	if head < ipSize || total < head+udpSize || total > len(ip) || ip[9] != protoUDP || be.Uint16(ip[6:])&0x3fff != 0 {
		return Unwrapped{}, false
	}
	udp := ip[head:total]
	n := int(be.Uint16(udp[4:]))
	if n < udpSize || n > len(udp) {
		return Unwrapped{}, false
	}
	u := Unwrapped{
		Src:  Host{be.Uint32(ip[12:]), be.Uint16(udp)},
		Dst:  Host{be.Uint32(ip[16:]), be.Uint16(udp[2:])},
		Body: udp[udpSize:n],
	}
	good := be.Uint16(udp[6:]) == 0 || sum(pseudo(ip[12:20], n), udp[:n]) == 0xffff
	u.GoodChecksum = good && sum(0, ip[:head]) == 0xffff
	return u, true
}

// ARPRequest reads a request for the MAC address of an IPv4 address.
func ARPRequest(f []byte) (sender, target uint32, mac []byte, ok bool) {
	be := binary.BigEndian
	if len(f) < etherSize+arpSize || be.Uint16(f[12:]) != etherARP || be.Uint16(f[etherSize+6:]) != arpRequest {
		return 0, 0, nil, false
	}
	a := f[etherSize:]
	return be.Uint32(a[14:]), be.Uint32(a[24:]), a[8:14], true
}

// ARP makes an ARP request (reply is false) or a reply, which says that sender is at mac.
func ARP(reply bool, mac []byte, sender uint32, targetMAC []byte, target uint32) []byte {
	f := make([]byte, etherSize+arpSize)
	be := binary.BigEndian
	op, to := uint16(arpRequest), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if reply {
		op, to = arpReply, targetMAC
	}
	copy(f, to)
	copy(f[6:], mac)
	be.PutUint16(f[12:], etherARP)
	a := f[etherSize:]
	copy(a, []byte{0, 1, 8, 0, 6, 4})
	be.PutUint16(a[6:], op)
	copy(a[8:], mac)
	be.PutUint32(a[14:], sender)
	if reply {
		copy(a[18:], targetMAC)
	}
	be.PutUint32(a[24:], target)
	return f
}

// Echo makes an ICMP echo request or reply with fixed data bytes.
func Echo(reply bool, srcMAC, dstMAC []byte, src, dst uint32) []byte {
	const body = "sinter asks for an echo"
	f := make([]byte, headers, headers+len(body))
	copy(f, dstMAC)
	copy(f[6:], srcMAC)
	be := binary.BigEndian
	be.PutUint16(f[12:], etherIPv4)
	f = append(f, body...)
	ip, icmp := f[etherSize:], f[etherSize+ipSize:]
	ip[0], ip[8], ip[9] = 0x45, 64, protoICMP
	be.PutUint16(ip[2:], uint16(len(ip)))
	be.PutUint32(ip[12:], src)
	be.PutUint32(ip[16:], dst)
	be.PutUint16(ip[10:], ^uint16(sum(0, ip[:ipSize])))
	if !reply {
		icmp[0] = 8
	}
	icmp[5], icmp[7] = 3, 4
	be.PutUint16(icmp[2:], ^uint16(sum(0, icmp)))
	return f
}

// Wrap makes the frame that carries a message to a host.
func Wrap(h Host, message []byte) ([]byte, bool) {
	address, port, body, ok := Split(message)
	if !ok {
		return nil, false
	}
	return Datagram(MAC(address), MAC(h.Address), Host{address, port}, h, body), true
}
