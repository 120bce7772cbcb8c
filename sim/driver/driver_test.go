package driver_test

import (
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/driver"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// tasks are the tasks that the tests of this file start.
const tasks = `use net, blk
task keep(s: net.Udp, d: blk.Disk) {
  var b: bytes<16>
  var w: bytes<16>
  var sec: blk.Sector
  loop {
    let from = s.recv(b)
    if b.len == 1 {
      d.flush()
    } else if b.len == 2 {
      d.read(u32(b[0] & 3), sec)
      b[1] = sec[0]
    } else if b.len > 2 {
      w.resize(0)
      w.append(b[1..b.len])
      d.write(u32(b[0]), w)
    }
    s.send(from, b)
  }
}
task hold(s: net.Udp, d: blk.Disk) {
  var b: bytes<16>
  var sec: blk.Sector
  loop {
    let from = s.recv(b)
    if b.len == 1 {
      d.read(u32(b[0]), sec) else { s.send(from, "no read"); continue }
      b[0] = sec[1]
      s.send(from, b)
    } else if b.len > 1 {
      d.write(u32(b[0]), b) else { s.send(from, "no write"); continue }
      d.flush() else { s.send(from, "no flush"); continue }
      s.send(from, "ok")
    }
  }
}
task echo(e: net.Eth) {
  var b: bytes<8>
  loop {
    e.recv(b)
    e.send(b)
  }
}
task twice(a: net.Eth, b: net.Eth) {
  state n: u8 = 0
  var p: bytes<8>
  loop {
    a.recv(p)
    n = n + 1
    p.append(n)
    a.send(p)
    b.send(p)
    log.print("frame {n}")
  }
}
task once(e: net.Eth) {
  var b: bytes<8>
  e.recv(b)
  e.send(b)
}
task beat(e: net.Eth) {
  var b: bytes<8>
  loop {
    select prio {
      on every(10ms) { e.send("!") }
      on e.recv(b) { e.send(b) }
    }
  }
}
task from(to: out chan<u8>, e: net.Eth) {
  var b: bytes<8>
  loop {
    e.recv(b)
    to.send(b[0])
  }
}
task into(c: in chan<u8>) {
  loop {
    let v = c.recv()
    log.print("got {v}")
  }
}
system all {
  nic = net.eth(0)
  chan c: u8 cap 1
  run from(c, nic)
  run into(c)
}
`

// check checks the tasks and one test with a body.
func check(t *testing.T, body string) (*tree.Program, *tree.Test) {
	t.Helper()
	f, list := syntax.Parse(&diag.File{Name: "in.sn", Text: tasks + "test \"x\" {\n" + body + "\n}\n"})
	if list.Err() != nil {
		t.Fatal(diag.Render(list))
	}
	p, list := types.Check([]*syntax.File{f}, types.Options{})
	if p == nil {
		t.Fatal(diag.Render(list))
	}
	return p, p.Tests[0]
}

// run runs a test on the source machine.
func run(t *testing.T, p *tree.Program, test *tree.Test, c *driver.Draws) *driver.Outcome {
	t.Helper()
	out, err := driver.Run(test, driver.Options{
		Start: func(epoch int, w *world.World) (sim.Machine, error) {
			all := *p.Bench
			all.System = test.Epochs[epoch]
			return source.New(&all, w)
		},
		Drive: func(m sim.Machine) (*trace.Trace, error) { return sim.Run(m, 1<<16) },
		Draws: c, Traps: p.Bench.Traps,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOutcomes runs tests that pass or fail. `why` is a part of the failure text, and empty for a
// test that passes.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct{ name, body, why string }{
		{"echo", `let e = fake.eth()
start echo(e)
e.put("abc")
expect e.take(within: 0us) == "abc"`, ""},
		{"wrong", `let e = fake.eth()
start echo(e)
e.put("abc")
expect e.take(within: 1ms) == "abd"`, `got "abc", expected "abd"`},
		{"wrong number", `var n: i8 = 3
n = 2 - n
expect n > 0`, "left is -1, right is 0"},
		{"no comparison", `let n = any.bool()
expect n or n`, "this does not hold"},
		{"fail", `fail "so"`, `test "x": so`},
		{"in order", `let e = fake.eth()
start echo(e)
e.put("1")
e.put("2")
expect e.take(within: 0us) == "1"
e.put("3")
expect e.take(within: 0us) == "2"
expect e.take(within: 0us) == "3"`, ""},
		{"no answer", `let e = fake.eth()
start once(e)
e.put("1")
e.take(within: 1ms)
e.put("2")
e.take(within: 20ms)`, "nothing came from `e` within 20ms"},
		{"too late to start with", `let e = fake.eth()
start echo(e)
e.take(within: 3us)`, "within 3us"},
		{"put before the start", `let e = fake.eth()
e.put("1")
start echo(e)
expect e.take(within: 0us) == "1"`, ""},
		{"quiet", `let e = fake.eth()
start echo(e)
e.quiet(within: 60s)
e.put("1")
fake.wait(1s)
expect e.take(within: 0us) == "1"
e.quiet(within: 1s)`, ""},
		{"not quiet", `let e = fake.eth()
start echo(e)
e.put("1")
e.quiet(within: 1s)`, `expected nothing, got "1"`},
		{"two devices", `let a = fake.eth()
let b = fake.eth()
start twice(a, b)
a.put("x")
expect b.take(within: 0us) == a.take(within: 0us)
expect log.take(within: 0us) == "frame 1"`, ""},
		{"a device that nobody holds", `let a = fake.eth()
let b = fake.eth()
start echo(a)
b.put("x")
b.quiet(within: 1s)`, ""},
		{"empty frame", `let e = fake.eth()
start echo(e)
e.put("")`, "not empty"},
		{"a trap that nobody waits for", `let a = fake.eth()
let b = fake.eth()
start twice(a, b)
a.put("12345678")`, "task twice traps: length"},
		{"a trap instead of an answer", `let a = fake.eth()
let b = fake.eth()
start twice(a, b)
a.put("12345678")
a.take(within: 1ms)`, "task twice traps: length"},
		{"a trap before a crash", `let a = fake.eth()
let b = fake.eth()
start twice(a, b)
a.put("12345678")
crash a
start echo(a)`, "task twice traps: length"},
		{"a trap of the test", `let n = any.range(0, 3)
var a: [4]u8
expect a[n + 1] == 9`, "got 0, expected 9"},
		{"index of the test", `let n = any.range(4, 9)
var a: [4]u8
a[u32(n)] = 1`, "the test itself traps: index"},
		{"state is gone after a crash", `let a = fake.eth()
let b = fake.eth()
start twice(a, b)
a.put("x")
expect a.take(within: 0us) == "x\x01"
a.put("y")
crash a
start twice(a, b)
a.put("z")
expect a.take(within: 0us) == "z\x01"
expect b.take(within: 0us) == "z\x01"`, ""},
		{"inputs are gone after a crash", `let e = fake.eth()
start once(e)
e.put("x")
e.put("y")
crash e
start echo(e)
e.quiet(within: 1s)`, ""},
		{"the system", `let e = fake.eth()
start all(nic: e)
e.put("1")
e.put("2")
expect log.take(within: 0us) == "got 49"
expect log.take(within: 0us) == "got 50"`, ""},
		{"all tasks have ended", `let e = fake.eth()
start once(e)
e.put("1")
fake.wait(5s)
expect e.take(within: 0us) == "1"
fake.wait(5s)
e.quiet(within: 5s)`, ""},
		{"datagrams", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "")
s.put("a", from: 0xffffffffffff)
expect s.take(within: 0us, to: 7) == ""
expect s.take(to: 0xffffffffffff, within: 0us) == "a"`, ""},
		{"a datagram to somebody else", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "x")
s.take(within: 0us, to: 8)`, "went to 7, expected it to go to 8"},
		{"a disk", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x02ab")
expect d.sector(2)[0] == 97 and d.sector(2)[1] == 98 and d.sector(2)[2] == 0
expect d.unflushed() == [false, false, true, false]
s.put(from: 7, "f")
expect d.unflushed() == [false, false, false, false]`, ""},
		{"a sector that the disk does not have", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x04ab")`, "task keep traps: disk"},
		{"what a disk cannot do", `let s = fake.udp()
let d = fake.disk(4)
start hold(s, d)
s.put(from: 7, "\x02a")
d.can_write(2, false)
s.put(from: 7, "\x02b")
expect s.take(within: 0us) == "ok"
expect s.take(within: 0us) == "no write"
s.put(from: 7, "\x03c")
expect s.take(within: 0us) == "ok"
d.can_write(2, true)
d.can_flush(false)
s.put(from: 7, "\x02d")
expect s.take(within: 0us) == "no flush"
expect d.sector(2)[1] == 100
d.can_read(2, false)
d.can_flush(true)
s.put(from: 7, "\x02")
expect s.take(within: 0us) == "no read"
s.put(from: 7, "\x03")
expect s.take(within: 0us) == "c"
crash d
start hold(s, d)
s.put(from: 7, "\x02")
expect s.take(within: 0us) == "no read"`, ""},
		{"a command that fails and has no else", `let s = fake.udp()
let d = fake.disk(4)
d.can_flush(false)
start keep(s, d)
s.put(from: 7, "f")`, "task keep traps: disk"},
		{"a crash loses what it is told", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x01aa")
s.put(from: 7, "\x02aa")
s.put(from: 7, "f")
s.put(from: 7, "\x01bb")
s.put(from: 7, "\x02bb")
s.put(from: 7, "\x03bb")
crash d losing [true, true, false, true]
start keep(s, d)
expect d.sector(0)[0] == 0
expect d.sector(1)[0] == 97
expect d.sector(2)[0] == 98
expect d.sector(3)[0] == 0
expect d.unflushed() == [false, false, false, false]
s.put(from: 9, "\x01?")
expect s.take(within: 0us) == "\x01a"`, ""},
		{"a crash without losing loses nothing", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x01aa")
crash s
expect d.sector(1)[0] == 97`, ""},
		{"a crash loses what another disk keeps", `let s = fake.udp()
let d = fake.disk(4)
let e = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x01aa")
crash e losing [true, true, true, true]
expect d.sector(1)[0] == 97`, ""},
		{"any subset", `let s = fake.udp()
let d = fake.disk(4)
start keep(s, d)
s.put(from: 7, "\x01aa")
crash d losing any.subset(d.unflushed())
expect d.sector(1)[0] == 0 or d.sector(1)[0] == 97`, ""},
		{"a timer", `let e = fake.eth()
start beat(e)
e.quiet(within: 9ms)
expect e.take(within: 1ms) == "!"
expect now() - time.start == 10ms
e.quiet(within: 10ms - 1us)
e.put("?")
expect e.take(within: 0us) == "?"
expect e.take(within: 1us) == "!"
fake.wait(60ms)
for i in 0..6 {
  expect e.take(within: -1ms) == "!"
}
e.quiet(within: 9ms)`, ""},
		{"a timer that is late", `let e = fake.eth()
start beat(e)
e.take(within: 10ms - 1us)`, "nothing came from `e` within 9999us"},
		{"empty choice", `let n = any.range(0, 9)
let m = any.range(n, 3)
expect m < 4`, ""},
		{"return ends it", `let e = fake.eth()
start echo(e)
if any.u8() == 0 { return }
fail "after the return"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, test := check(t, c.body)
			out := run(t, p, test, driver.Replay(nil))
			switch {
			case c.why == "" && out.Failure != nil:
				t.Errorf("failed:\n%s", diag.Render(out.Failure.Error))
			case c.why != "" && out.Failure == nil:
				t.Errorf("passed, want %s", c.why)
			case c.why != "" && !strings.Contains(diag.Render(out.Failure.Error), c.why):
				t.Errorf("want %s, got:\n%s", c.why, diag.Render(out.Failure.Error))
			}
		})
	}
}

// TestTime checks the times of messages. Computation takes no time, and a wait lets time pass.
// Each epoch begins at time 0.
func TestTime(t *testing.T) {
	p, test := check(t, `let e = fake.eth()
start echo(e)
e.put("a")
e.take(within: 5ms)
fake.wait(7ms)
e.put("b")
e.quiet(within: 0us)`)
	if run(t, p, test, driver.Replay(nil)).Failure == nil {
		t.Fatal("an echo is not quiet")
	}
	p, test = check(t, `let e = fake.eth()
start echo(e)
e.put("a")
e.take(within: 5ms)
fake.wait(7ms)
e.put("b")
crash e
start echo(e)
e.put("c")
e.take(within: 1s)`)
	out := run(t, p, test, driver.Replay(nil))
	var times []uint64
	for _, tr := range out.Traces {
		for _, e := range tr.Events {
			if e.Kind == trace.Out {
				times = append(times, e.Time)
			}
		}
	}
	if len(times) != 3 || times[0] != 0 || times[1] != 7000 || times[2] != 0 {
		t.Errorf("frames at %v, want 0, 7000 and 0", times)
	}
}

// TestEndless checks that a body that never ends is a failure and does not hang.
func TestEndless(t *testing.T) {
	p, test := check(t, `let e = fake.eth()
start echo(e)
loop {
  e.put("a")
  e.take(within: 1ms)
}`)
	out := run(t, p, test, driver.Replay(nil))
	if out.Failure == nil || !strings.Contains(out.Failure.Error.Message, "do not stop running") {
		t.Errorf("got %+v", out.Failure)
	}
}
