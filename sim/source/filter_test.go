package source_test

import (
	"encoding/binary"
	"testing"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

func example(t testing.TB, name string) *tree.Program {
	t.Helper()
	return check(t, string(readExample(t, name, name+".sn")))
}

// passes reports whether the rules of the filter let a frame pass. The function uses offsets
// instead of a layout.
func passes(f []byte) bool {
	if len(f) < 14+20 || binary.BigEndian.Uint16(f[12:]) != 0x800 || f[14]>>4 != 4 || f[14]&15 < 5 {
		return false
	}
	ip := f[14:]
	head := int(ip[0]&15) * 4
	if len(ip) < head+4 || ip[9] != 6 && ip[9] != 17 || binary.BigEndian.Uint16(ip[6:])&0x1fff != 0 {
		return false
	}
	src, dst := binary.BigEndian.Uint16(ip[head:]), binary.BigEndian.Uint16(ip[head+2:])
	if ip[9] == 17 {
		return src == 53 || dst == 53
	}
	return src == 80 || dst == 80 || src == 443 || dst == 443 || src == 8000 || dst == 8000
}

// portFilter admits frames by ports. Its layout is the layout of the example.
const portFilter = `use net
layout Eth { dst: u48; src: u48; kind: u16 }
layout Ipv4 { ver: u4 = 4; ihl: u4 in 5..=15; tos: u8; len: u16; id: u16; frag: u16; ttl: u8
              proto: u8; sum: u16; src: u32; dst: u32; opts: bytes<(ihl - 5) * 4> }
layout Ports { src: u16; dst: u16 }
layout Frame { eth: Eth; ip: Ipv4 when eth.kind == 0x0800; ports: Ports when ip.proto == 6 or ip.proto == 17 }
fn web(p: u16) -> bool { return p == 80 or p == 443 or p == 8000 }
fn admits(p: bytes<1518>) -> bool {
  let f = Frame.parse(p) else { return false }
  let ip = f.ip else { return false }
  if ip.frag & 0x1fff != 0 { return false }
  let t = f.ports else { return false }
  if ip.proto == 17 { return t.src == 53 or t.dst == 53 }
  return web(t.src) or web(t.dst)
}
task filter(inside: net.Eth, outside: net.Eth) {
  var p: bytes<1518>
  loop {
    inside.recv(p)
    if admits(p) { outside.send(p) }
  }
}
system filter {
  inside = net.eth(0)
  outside = net.eth(1)
  run filter(inside, outside)
}`

// TestFilter compares the filter with a second implementation on a real capture.
func TestFilter(t *testing.T) {
	p := check(t, portFilter)
	data := readExample(t, "filter", "office.pcap")
	s, err := world.FromCaptures([]string{"inside", "outside"}, []world.Capture{{Name: "office.pcap", Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, in := range s.Inputs {
		if passes(in.Data) {
			want = append(want, string(in.Data))
		}
	}
	tr := run(t, p, s)
	var got []string
	for _, e := range tr.Events {
		if e.Kind == trace.Out {
			got = append(got, string(e.Data))
		}
	}
	if len(s.Inputs) != 877 || len(want) == 0 || len(got) != len(want) {
		t.Fatalf("%d frames in, %d out, want %d", len(s.Inputs), len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("frame %d out differs", i)
		}
	}
	if tr.Status != trace.Waiting {
		t.Errorf("status %s", tr.Status)
	}
}
