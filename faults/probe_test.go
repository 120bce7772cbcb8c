package faults

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// message is a frame that the probe's layout accepts.
type message struct {
	flag       bool
	kind       byte
	delta      byte
	code       uint16 // 12 bits of code, 4 of low
	little     uint32
	opt        uint16
	data, name string
	wide       uint64
	rest       string
}

func (m *message) bytes() []byte {
	first := 5<<5 | m.kind
	if m.flag {
		first |= 1 << 4
	}
	f := []byte{first, byte((len(m.data) + 1) / 2), m.delta}
	f = binary.BigEndian.AppendUint16(f, m.code)
	f = binary.LittleEndian.AppendUint32(f, m.little)
	if m.flag {
		f = binary.BigEndian.AppendUint16(f, m.opt)
	}
	f = append(f, m.data...)
	f = append(f, binary.BigEndian.AppendUint64(nil, m.wide)[2:]...)
	f = binary.BigEndian.AppendUint16(f, uint16(len(m.name)))
	return append(append(f, m.name...), m.rest...)
}

const (
	plain  = 1
	turned = 6
	boom   = 9
)

// frames are the probe's input. There are bad frames, and good frames of all lengths modulo 4
// with operands near the ends of their ranges. One frame is longer than the buffer, and
// another fills the buffer. The last frame makes a task trap.
func frames() [][]byte {
	first := message{kind: plain, delta: 0x85, code: 0xabc7, little: 0xdeadbeef, data: "a", name: "probe", wide: 0x1234_5678_9abc, rest: "\xff\xff\xff\xf3\x00\x00\x00\x05 and some more"}
	second := message{flag: true, kind: turned, delta: 0x7f, code: 0x0018, little: 1, opt: 0xc0de, data: "xyz", name: "ab", wide: 0xfedc_ba98_7654, rest: "\x80\x00\x00\x00\xff\xff\xff\xff?"}
	third := message{kind: turned, code: 0xfff1, little: 0x8000_0001, data: "12345", name: "", wide: 0xffff_ffff_ffff, rest: "\x00\x00\x00\x00\x12\x34\x56\x78."}
	fourth := message{flag: true, kind: plain, delta: 1, code: 0x00f0, little: 0x0000_0a23, opt: 3, data: "wxyzabcde", name: "sinter.", wide: 77, rest: "12"}
	fifth := message{kind: plain, delta: 0xff, code: 0x8002, little: 0, data: "ba8", name: "probf", wide: 0x8000_0000_0000, rest: "\x00\x01\xe2\x40\xff\xff\xff\xfb\xfe!?"}
	last := message{kind: boom, code: 0x004f, data: "z", name: "end"}
	wrong := first
	wrong.kind = 2
	return [][]byte{
		first.bytes(),
		{0xa1},
		second.bytes(), wrong.bytes(), []byte(strings.Repeat("long ", 13)),
		third.bytes(), third.bytes()[:22], []byte(strings.Repeat("whole..", 9)), fourth.bytes(), fifth.bytes(), last.bytes(),
	}
}

// capture is a capture file of n frames, a microsecond apart.
func capture(list [][]byte) string {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b2c3d4)
	out = le.AppendUint32(out, 2|4<<16)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(out, 65535)
	out = le.AppendUint32(out, 1)
	for i, f := range list {
		for _, v := range []int{1, i, len(f), len(f)} {
			out = le.AppendUint32(out, uint32(v))
		}
		out = append(out, f...)
	}
	return string(out)
}

// TestProbeCapture checks that the committed captures are the ones that this file makes. The
// short capture is for outside simulators, which are slow. With some faults, an outside
// simulator runs until the test bench gives up. The tiny capture is for these faults.
func TestProbeCapture(t *testing.T) {
	testkit.Golden(t, "probe/probe.pcap", capture(frames()))
	testkit.Golden(t, "probe/short.pcap", capture([][]byte{frames()[4], frames()[7], frames()[5]}))
	testkit.Golden(t, "probe/tiny.pcap", capture([][]byte{frames()[1]}))
	lengths := map[int]bool{}
	for _, f := range frames() {
		lengths[len(f)%4] = true
	}
	if len(lengths) != 4 {
		t.Errorf("lengths modulo 4: %v", lengths)
	}
}
