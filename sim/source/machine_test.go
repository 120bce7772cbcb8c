package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// expect compares a trace without its first and last lines.
func expect(t *testing.T, tr *trace.Trace, want string) {
	t.Helper()
	if err := trace.Verify(tr); err != nil {
		t.Error(err)
	}
	if got := show(tr); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// frames makes a script with frames for one device.
func frames(device string, list ...world.Input) *world.Script {
	return &world.Script{Devices: []string{"unused", device}, Inputs: list}
}

func in(time uint64, data string) world.Input {
	return world.Input{Time: time, Device: 1, Data: []byte(data)}
}

const echo = `use net
task echo(n: net.Eth) {
  var b: bytes<4>
  loop {
    n.recv(b)
    if b[0] == 0x7a { return }
    n.send(b)
    b.resize(0)
    n.send(b)
  }
}
system s {
  nic = net.eth(0)
  run echo(nic)
}`

func TestFramesAndClock(t *testing.T) {
	p := check(t, echo)
	tr := run(t, p, frames("nic", in(0, "ab"), in(7, "toolong"), in(7, "c"), in(9, "defg")))
	expect(t, tr, `
echo in nic 2 6162
echo out nic @0 2 6162
echo in nic 1 63
echo out nic @7 1 63
echo in nic 4 64656667
echo out nic @9 4 64656667
status waiting
waits "echo waits for a frame at nic"`)
	expect(t, run(t, p, frames("nic", in(3, "z"), in(4, "a"))), "echo in nic 1 7a\nstatus ended")
	expect(t, run(t, p, frames("other", in(3, "z"))), "status waiting\nwaits \"echo waits for a frame at nic\"")
}

// TestSchedule checks that each task runs until it waits, cyclically in system order.
func TestSchedule(t *testing.T) {
	p := check(t, `task a(o: out chan<u8>, i: in chan<u8>) {
  for k in 0..3 { o.send(k) }
  let x = i.recv()
  log.print("{x}")
}
task b(i: in chan<u8>, o: out chan<u8>) {
  log.print("b")
  var s: u8 = 0
  for k in 0..3 { s = s + i.recv() }
  o.send(s)
}
system s {
  chan c: u8 cap 2
  chan d: u8 cap 1
  run a(c, d)
  run b(c, d)
}`)
	expect(t, run(t, p, nil), `
a send c 0
a send c 1
b log 1 "b"
b recv c 0
b recv c 1
a send c 2
b recv c 2
b send d 3
a recv d 3
a log 0 3 "3"
status ended`)
}

// TestChannelValues sends a value that has all kinds of parts.
func TestChannelValues(t *testing.T) {
	p := check(t, `enum E { no; two(x: u8, y: bytes<2>); one(z: u16) }
struct P { a: i8; v: [2]u16; b: bytes<3>; o: u8?; q: u8?; e: E; f: E }
task a(o: out chan<P>) {
  var p = P(a: -1, v: [1, 2], b: "hi", o: 5, q: none, e: E.two(x: 9, y: "k"), f: E.one(3))
  o.send(p)
  p.v[1] = 7
  o.send(p)
}
task b(i: in chan<P>) {
  let x = i.recv()
  let y = i.recv()
  log.print("{x.v[1]} {y.v[1]} {y.b}")
}
system s {
  chan c: P cap 1
  run a(c)
  run b(c)
}`)
	tr := run(t, p, nil)
	const head = "255 1 2 \"hi\" 1 5 0 0 1 9 \"k\" 0 2 0 \"\" 3"
	if got := show(tr); !strings.Contains(got, "b log 0") || tr.Status != trace.Ended {
		t.Errorf("got\n%s", got)
	}
	args := tr.Events[0].Args
	want := []uint64{255, 1, 2, 0, 1, 5, 0, 0, 1, 9, 0, 0, 2, 0, 0, 3}
	if len(args) != len(want) {
		t.Fatalf("%d leaves, want %d as in %s", len(args), len(want), head)
	}
	for i, a := range args {
		if !a.IsBytes && a.Bits != want[i] {
			t.Errorf("leaf %d is %d, want %d as in %s", i, a.Bits, want[i], head)
		}
	}
	if string(args[3].Bytes) != "hi" || string(args[10].Bytes) != "k" || len(args[14].Bytes) != 0 {
		t.Errorf("bytes leaves %q %q %q", args[3].Bytes, args[10].Bytes, args[14].Bytes)
	}
}

func TestStuck(t *testing.T) {
	// The wait depends on data, so the checker cannot know that it lasts for ever.
	p := check(t, `task a(o: out chan<u8>, i: in chan<u8>) { var b: bytes<4>; if b.len == 0 { let x = i.recv(); o.send(x) } }
system s {
  chan c: u8 cap 1
  chan d: u8 cap 1
  run a(c, d)
  run a(d, c)
}`)
	expect(t, run(t, p, nil), `
status stuck
waits "a.0 waits for a value in channel d"
waits "a.1 waits for a value in channel c"`)
}

// TestTrap checks that the other tasks continue until they wait, and that no input follows.
func TestTrap(t *testing.T) {
	p := check(t, `use net
task bad() { assert false }
task good(n: net.Eth) {
  var b: bytes<9>
  log.print("before")
  loop { n.recv(b) }
}
system s {
  run bad()
  run good(net.eth(3))
}`)
	expect(t, run(t, p, frames("eth3", in(0, "a"))), `
bad trap 0 assert
good log 0 "before"
status trap
waits "good waits for a frame at eth3"`)
}

func TestBindings(t *testing.T) {
	p := check(t, `config N = 3
task w(k: u32, v: [2]u8, o: out chan<u32>) { o.send(k * 10 + u32(v[1])) }
task r(i: in chan<u32>) { let x = i.recv(); log.print("{x}") }
system s {
  chan c[N]: u32 cap 1
  for k in 0..N {
    run w(k, [0, 7], c[(k + 1) % N])
    run r(c[k])
  }
}`, types.Setting{Name: "N", Value: "2"})
	tr := run(t, p, nil)
	var got []string
	for _, e := range tr.Events {
		if e.Kind == trace.Log {
			got = append(got, e.Task+"="+e.Text)
		}
	}
	if want := "r.1=7 r.0=17"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}

func TestMarks(t *testing.T) {
	tr := run(t, check(t, mainOf("fn k() -> u32 { return 2 }", `
  var n: u32 = 0
  for i in 0..2 { timed inner { n = n + k() } }
  timed outer { log.print("{n}") }`)), nil)
	expect(t, tr, `
main mark begin inner
main mark end inner
main mark begin inner
main mark end inner
main mark begin outer
main log 0 4 "4"
main mark end outer
status ended`)
}

// TestLimit checks that a computation that does not end in time is stopped from outside.
func TestLimit(t *testing.T) {
	p := check(t, mainOf("", "for i in 0..4000000000 { let x = i }"))
	m, err := source.New(p, world.New(nil))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := sim.Run(m, 20)
	if err != nil || tr.Status != trace.Limit {
		t.Errorf("status %s, error %v", tr.Status, err)
	}
	m.Close()
}

func TestNoSystem(t *testing.T) {
	if _, err := source.New(check(t, "fn f() { }"), world.New(nil)); err == nil {
		t.Error("a program without a system has no machine")
	}
}

// TestKernels compares the result words with the words of the C kernels.
func TestKernels(t *testing.T) {
	for name, want := range map[string]string{
		"crc32":    "696138f0",
		"crc32t":   "696138f0",
		"sha256":   "d282e9c9 7b74f8fc 63dbda17 8fe65a36 4f5e6e45 d02c9c92 8898c629 97772fa3",
		"matmul":   "b34985b9",
		"firewall": "1a0407 91486878",
		"sort":     "6f719f60 0",
		"fir":      "c4c01672",
	} {
		var got []string
		for _, e := range run(t, example(t, name), nil).Events {
			if e.Kind == trace.Log {
				got = append(got, strings.TrimPrefix(e.Text, "result "))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func readExample(t testing.TB, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "examples"}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
