package source_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestWriting makes layouts and writes them. The expected bytes are computed by hand. The
// expected checksums come from the standards: "123456789" has the CRC-32 cbf43926, and the
// header is an example that many texts about RFC 1071 use.
func TestWriting(t *testing.T) {
	for _, c := range []struct{ name, decls, body, want string }{
		{
			"fields", `enum Op: u4 { get = 2; put = 9 }
layout L { ver: u3 = 5; flag: u1; op: Op; a: u16 little; _: u3; b: i5; c: u8 in 3..=9 }`, `
  let x = L(flag: 1, op: put, a: 0x4142, b: -1, c: 3)
  log.print("{x.bytes()} {x.ver} {x.c}")
  if let y = L.parse(x.bytes()) { log.print("{x == y}") }`, `\xb9BA\x1f\x03 5 3 true`,
		},
		{"crc of bytes", "", `
  let a: bytes<9> = "123456789"
  let b: bytes<9> = ""
  log.print("{crc32(a):hex} {crc32(b)}")`, "cbf43926 0"},
		{"seal before", "layout L { data: bytes<..9>; crc: u32 = seal crc32 }\nlayout M { b: bytes<*..3> }", `
  let x = L.sealed(data: "ab")
  let y: bytes<9> = "\x00\x02ab"
  let m = M(b: "")
  log.print("{x.crc:hex} {crc32(y):hex} {x.bytes().len} {m.bytes().len}")`, "fd9a51e0 fd9a51e0 8 0"},
		{
			"seal of all", `layout Ip { ver: u8; tos: u8; len: u16; id: u16; frag: u16; ttl: u8; proto: u8; sum: u16 = seal all inet_sum; src: u32; dst: u32 }`, `
  let x = Ip.sealed(ver: 0x45, tos: 0, len: 0x73, id: 0, frag: 0x4000, ttl: 64, proto: 17, src: 0xc0a80001, dst: 0xc0a800c7)
  log.print("{x.sum:hex}")
  var raw = x.bytes()
  if let y = Ip.parse(raw) { log.print("{y == x}") }
  raw[8] = 63
  if let y = Ip.parse(raw) { log.print("{y.ttl}") } else { log.print("none") }`, "b861 true none",
		},
		{"odd bytes", "layout L { sum: u16 = seal all inet_sum; data: bytes<*..3> }", `
  let x = L.sealed(data: "\x01\x02\x03")
  let y = L.sealed(data: "")
  log.print("{x.sum:hex} {y.sum:hex}")`, "fbfd ffff"},
		{"absent but wanted", "layout L { n: u8; x: u8 when n > 2 }", `
  log.print("{L(n: 1, x: none).bytes()} {L(n: 3, x: 4).bytes()}")
  log.print("{L(n: 3, x: none).bytes()}")`, `\x01 \x03\x04 trap layout`},
		{"there but not wanted", "layout L { n: u8; x: u8 when n > 2 }", `
  var x = L(n: 3, x: 4)
  x.n = 2
  log.print("{x.bytes()}")`, "trap layout"},
		{"another length", "layout L { n: u8 in 0..=4; x: bytes<n * 2>; y: u8 }", `
  var x = L(n: 1, x: "ab", y: 9)
  log.print("{x.bytes()}")
  x.x.resize(1)
  log.print("{x.bytes()}")`, `\x01ab\t trap layout`},
		{"through an absent part", "layout S { k: u8 }\nlayout L { n: u8; s: S when n == 1; x: u8 when s.k == 7 }", `
  log.print("{L(n: 0, s: none, x: none).bytes()} {L(n: 1, s: S(k: 7), x: 5).bytes()} {L(n: 1, s: S(k: 6), x: none).bytes()}")
  log.print("{L(n: 0, s: none, x: 5).bytes()}")`, `\x00 \x01\x07\x05 \x01\x06 trap layout`},
		{"no name", "layout L { a: u4; _: u4; _: bytes<2>; _: u8 in 2..=3; _: bytes<..4>; _: u8 = 7 }", `
  log.print("{L(a: 15).bytes()}")`, `\xf0\x00\x00\x02\x00\x00\x07`},
		{"bounds that are known", "layout L { n: u8 in 1..=9 }", `
  var k: u8 = 4
  let a = L(n: k)
  var b = L(n: a.n)
  if k < 5 and k > 0 { b.n = k }
  if let r = k within 1..=2 { b.n = r }
  log.print("{b.n}")`, "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logs(t, c.decls, c.body); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// randomMessage makes a message of the layout Rec below. Another library and hand-written code
// compute the seals of the message.
func randomMessage(r *rand.Rand) []byte {
	kind := []byte{1, 4, 200}[r.Intn(3)]
	flag := r.Intn(2)
	m := []byte{byte(1+r.Intn(5))<<5 | byte(flag)<<4 | byte(r.Intn(16)), byte(r.Intn(256)), kind}
	m = append(m, byte(r.Intn(256)), byte(r.Intn(256)))
	if flag == 1 {
		n := r.Intn(4)
		m = append(m, byte(n))
		for range n {
			m = append(m, byte(r.Intn(256)))
		}
	}
	if kind == 4 {
		m = append(m, 9, byte(r.Intn(256)))
	}
	n := r.Intn(10)
	m = append(m, 0, byte(n))
	for range n {
		m = append(m, byte(r.Intn(256)))
	}
	m = binary.LittleEndian.AppendUint32(m, crc32.ChecksumIEEE(m))
	for range r.Intn(9) {
		m = append(m, byte(r.Intn(256)))
	}
	return m
}

const roundTrip = `use net
enum Kind: u8 { ping = 1; data = 4; stop = 200 }
layout Opt { n: u8 in 0..=3; body: bytes<n> }
layout Rec {
  ver: u3 in 1..=5; flag: u1; code: u12; kind: Kind; sign: i16 little
  opt: Opt when flag == 1
  more: u16 when kind == Kind.data
  name: bytes<..9>
  crc: u32 little = seal crc32
  rest: bytes<*..8>
}
task t(d: net.Eth) {
  var b: bytes<64>
  loop {
    d.recv(b)
    let m = Rec.parse(b) else { log.print("none"); continue }
    let same = m.bytes() == b
    let n = Rec.sealed(ver: m.ver, flag: m.flag, code: m.code, kind: m.kind, sign: m.sign, opt: m.opt, more: m.more, name: m.name, rest: m.rest)
    let back = Rec.parse(n.bytes()) else { log.print("lost"); continue }
    log.print("{same} {n == m} {back == m} {n.bytes() == b}")
  }
}
system s { run t(net.eth(0)) }`

// TestRoundTrip checks parse(x.bytes()) == x and parse(b).bytes() == b for random values. A
// message with one changed bit must parse as another value, or not at all.
func TestRoundTrip(t *testing.T) {
	p := check(t, roundTrip)
	r := rand.New(rand.NewSource(7))
	s := &world.Script{Devices: []string{"eth0"}}
	for range 300 {
		s.Inputs = append(s.Inputs, world.Input{Data: randomMessage(r)})
	}
	seen := map[string]int{}
	for _, e := range run(t, p, s).Events {
		if e.Kind == trace.Log {
			seen[e.Text]++
		}
	}
	if seen["true true true true"] != 300 {
		t.Errorf("%v", seen)
	}
	s.Inputs = nil
	for range 300 {
		m := randomMessage(r)
		i := r.Intn(8 * len(m))
		m[i/8] ^= 1 << (i % 8)
		s.Inputs = append(s.Inputs, world.Input{Data: m})
	}
	for _, e := range run(t, p, s).Events {
		if e.Kind == trace.Log && e.Text != "none" && !strings.HasPrefix(e.Text, "true true true") {
			t.Error(fmt.Sprint(e.Text))
		}
	}
}

// TestEqual compares values of every kind. Parts that are not visible do not count.
func TestEqual(t *testing.T) {
	decls := `const ab: bytes<4> = "ab"
const a1: bytes<4> = "a"
const nul: bytes<3> = ""
const z1: bytes<3> = "z"
struct F { a: f32; b: fix<8, 8>; t: time }
struct P { x: u8; y: bytes<4> }
enum E { a; b(n: u16); c(p: P) }
layout L { n: u8; x: u8 when n > 2; t: bytes<*..3> }
fn opt(n: u8) -> u8? { if n > 3 { return n }; return none }`
	for _, c := range []struct{ name, body, want string }{
		{"struct", `let a = P(x: 1, y: "ab"); log.print("{a == P(x: 1, y: ab)} {a == P(x: 2, y: ab)} {a != P(x: 1, y: a1)}")`, "true false true"},
		{"after the length", `var a = P(x: 1, y: "abcd"); a.y.resize(1); log.print("{a == P(x: 1, y: a1)}")`, "true"},
		{"options", `log.print("{opt(1) == opt(2)} {opt(4) == opt(5)} {opt(4) == opt(4)} {opt(4) == opt(1)} {opt(9) == 9} {opt(1) == none}")`, "true false true false true true"},
		{"enums", `let e = E.b(n: 1); log.print("{e == E.b(n: 1)} {e == E.b(n: 2)} {e == a} {E.c(p: P(x: 1, y: ab)) == E.c(p: P(x: 1, y: ab))}")`, "true false false true"},
		{"another payload", `var e = E.c(p: P(x: 1, y: "abc")); e = E.b(n: 5); log.print("{e == E.b(n: 5)}")`, "true"},
		{"arrays", `var a: [3]P; let b = a; log.print("{a == b}"); a[2].x = 1; log.print("{a == b} {a[1] == b[2]} {a != b}")`, "true false true true"},
		{"layouts", `let a = L(n: 3, x: 1, t: "z"); log.print("{a == L(n: 3, x: 1, t: z1)} {a == L(n: 3, x: none, t: z1)} {a == L(n: 3, x: 1, t: nul)}")`, "true false false"},
		{"fractions", `let z: f32 = 0; var f = F(a: z, b: 1.5, t: time.start); let g = f; f.a = -f.a; log.print("{f == g}"); f.a = z / z; log.print("{f == f}"); f.a = 1; f.b = 1.25; log.print("{f == g}")`, "true false false"},
		{"array literal", `var a: [3]u8; a[1] = 2; log.print("{a == [0, 2, 0]} {a == [0, 2, 1]}")`, "true false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logs(t, decls, c.body); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
