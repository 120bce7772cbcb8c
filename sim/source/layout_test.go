package source_test

import (
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

const layouts = `use net
enum Op: u4 { get = 2; put = 9 }
layout Head { ver: u3 = 5; flag: u1; op: Op; n: u8 in 1..=3; delta: i8 }
layout Tail { a: u16 little; b: i16; _: u8; body: bytes<..4> }
layout Msg {
  head: Head
  opt: u16 when head.op == put and head.flag == 1
  data: bytes<head.n * 2 - 2>
  tail: Tail when opt > 256
  deep: u8 when tail.a == 1
  rest: bytes<*..3>
}
task t(d: net.Eth) {
  var b: bytes<64>
  loop {
    d.recv(b)
    if let m = Msg.parse(b) {
      log.print("flag {m.head.flag} op {bits(m.head.op)} n {m.head.n} delta {m.head.delta} data {m.data} rest {m.rest}")
      if let o = m.opt { log.print("opt {o}") }
      if let x = m.tail { log.print("tail {x.a} {x.b} {x.body}") }
      if let x = m.deep { log.print("deep {x}") }
    } else { log.print("none") }
  }
}
system s { run t(net.eth(0)) }`

// TestLayouts parses messages. The expected results are computed by hand from the layout.
func TestLayouts(t *testing.T) {
	p := check(t, layouts)
	for _, c := range []struct{ name, message, want string }{
		// 101 f oooo
		{"plain", "\xa2\x01\xff", "flag 0 op 2 n 1 delta -1 data  rest "},
		{"version", "\xc2\x01\xff", "none"},
		{"no such op", "\xa3\x01\xff", "none"},
		{"n below", "\xa2\x00\xff", "none"},
		{"n above", "\xa2\x04\xffabcdef", "none"},
		{"too short", "\xa2\x01", "none"},
		{"data", "\xa2\x03\x00abcd", "flag 0 op 2 n 3 delta 0 data abcd rest "},
		{"data too short", "\xa2\x03\x00abc", "none"},
		{"rest", "\xa2\x02\x7fabXYZ", "flag 0 op 2 n 2 delta 127 data ab rest XYZ"},
		{"rest too long", "\xa2\x02\x7fabWXYZ", "none"},
		{"put without flag", "\xa9\x01\x00", "flag 0 op 9 n 1 delta 0 data  rest "},
		{"optional", "\xb9\x01\x00\x01\x00", "flag 1 op 9 n 1 delta 0 data  rest  opt 256"},
		{"optional missing", "\xb9\x01\x00\x01", "none"},
		{
			"tail", "\xb9\x01\x00\x01\x01\x02\x00\xff\xfe?\x00\x01hX",
			"flag 1 op 9 n 1 delta 0 data  rest X opt 257 tail 2 -2 h",
		},
		{
			"deep", "\xb9\x01\x00\x01\x01\x01\x00\x00\x03?\x00\x00\x2aX",
			"flag 1 op 9 n 1 delta 0 data  rest X opt 257 tail 1 3  deep 42",
		},
		{"prefix too long", "\xb9\x01\x00\x01\x01\x02\x00\x00\x00?\x00\x05abcde", "none"},
		{"prefix beyond the end", "\xb9\x01\x00\x01\x01\x02\x00\x00\x00?\x00\x04abc", "none"},
		{"prefix cut", "\xb9\x01\x00\x01\x01\x02\x00\x00\x00?\x00", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: []byte(c.message)}}}
			var got []string
			for _, e := range run(t, p, s).Events {
				if e.Kind == trace.Log {
					got = append(got, e.Text)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
			}
		})
	}
}

// TestParseSources parses from bytes, slices and arrays. The result may overwrite the message.
func TestParseSources(t *testing.T) {
	got := logs(t, `layout L { a: u8; b: u16 }
fn read(v: []u8) -> u32 { let l = L.parse(v) else { return 9999 }; return u32(l.a) + u32(l.b) }`, `
  let b: bytes<4> = "\x01\x00\x02"
  let a: [5]u8 = [9, 3, 1, 0, 7]
  let short: bytes<8> = "ab"
  log.print("{read(b)} {read(a)} {read(a[1..4])} {read(a[3..])} {read(short)}")
  if let l = L.parse(a[1..]) { log.print("{l.a} {l.b}") }`)
	if want := "3 778 259 9999 9999 3 256"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLayoutsNever parses every truncation of a message and every change of one byte. The
// machine must never report a fault.
func TestLayoutsNever(t *testing.T) {
	p := check(t, layouts)
	const message = "\xb9\x03\x00\x01\x01abcd\x01\x00\x00\x03?\x00\x02hi\x2aXYZ"
	s := &world.Script{Devices: []string{"eth0"}}
	for n := 1; n <= len(message); n++ {
		s.Inputs = append(s.Inputs, world.Input{Data: []byte(message[:n])})
	}
	for i := range len(message) {
		for bit := range 8 {
			data := []byte(message)
			data[i] ^= 1 << bit
			s.Inputs = append(s.Inputs, world.Input{Data: data})
		}
	}
	if tr := run(t, p, s); tr.Status != trace.Waiting {
		t.Errorf("status %s", tr.Status)
	}
}
