package checks_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// load checks a program of one file.
func load(t *testing.T, text string) *flow.Program {
	t.Helper()
	p, err := flow.LoadFiles([]*diag.File{{Name: "in.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	return p
}

func runTests(t *testing.T, p *flow.Program, o checks.TestOptions) []checks.TestResult {
	t.Helper()
	o.Core, o.Seed = flow.Pipe3, 1
	results, err := checks.Test(context.Background(), p, o)
	require.NoError(t, err)
	return results
}

// TestLibrary runs the tests of the library on the machines that its programs run on.
func TestLibrary(t *testing.T) {
	programs, err := checks.LoadTests([]string{"std:"}, flow.Options{})
	require.NoError(t, err)
	tests := 0
	for _, p := range programs {
		for _, r := range runTests(t, p, checks.TestOptions{Levels: []string{flow.Source, flow.IR, flow.ISA}, Cases: 20}) {
			require.Equal(t, checks.Passed, r.Status, "%s: %s on %s\n%s", p.Name, r.Name, r.Level, r.Detail)
			tests++
		}
	}
	require.Greater(t, tests, 20)
}

// echo has a fault that shows if the third byte of a frame is 7.
const echo = `use net

task echo(e: net.Eth) {
  var b: bytes<64>
  loop {
    e.recv(b)
    if b.len > 3 and b[2] == 7 { b[1] = 9 }
    e.send(b)
  }
}

test "most frames come back" {
  let e = fake.eth()
  start echo(e)
  e.put("hello")
  expect e.take(within: 1ms) == "hello"
  crash e
  start echo(e)
  e.quiet(within: 1ms)
}

test "all frames come back" {
  let e = fake.eth()
  start echo(e)
  for i in 0..3 {
    var p = any.bytes(any.range(1, 6))
    if p.len > 2 { p[2] = p[2] & 7 }
    e.put(p)
    expect e.take(within: 1ms) == p
  }
}

test "arithmetic" {
  var n: u8 = 250
  for i in 0..10 { n = n + 1 }
  expect n == 4
}

test "wrong arithmetic" {
  var n: u8 = 250
  n = n + 10
  expect n == 260 - 255
}
`

// TestEveryMachine checks that the same tests pass and fail on each machine. Shrinking finds
// the smallest failing input on each machine.
func TestEveryMachine(t *testing.T) {
	levels, err := checks.TestLevels([]string{"all"})
	require.NoError(t, err)
	for _, r := range runTests(t, load(t, echo), checks.TestOptions{Levels: levels, Cases: 60}) {
		if r.Status == checks.Skipped {
			require.Equal(t, flow.Native, r.Level)
			continue
		}
		require.NotContains(t, r.Detail, "the machines differ")
		switch r.Name {
		case "most frames come back", "arithmetic":
			require.Equal(t, checks.Passed, r.Status, "%s on %s\n%s", r.Name, r.Level, r.Detail)
		case "wrong arithmetic":
			require.Contains(t, r.Detail, "got 4, expected 5", r.Level)
		default:
			require.Contains(t, r.Detail, `expected "\x00\x00\x07\x00"`, r.Level)
			require.Contains(t, r.Detail, "any.range(1, 6) = 4", r.Level)
			require.Contains(t, r.Detail, "--seed 1 --cases", r.Level)
		}
	}
}

const generators = `test "all generators" {
  let a = any.u64()
  let b = any.i3()
  let c = any.bool()
  let d = any.range(-300, any.range(0, 9))
  let e = any.bytes(any.range(0, 5))
  let f = any.i40()
  let g = any.u1()
  let h = any.bytes(3)
  expect b >= -4 and b <= 3 and d >= -300 and d <= 9
  expect e.len <= 5 and h.len == 3
  if a % 2 == 1 and f < 0 and e.len == 3 and (c or g == 1) { expect e[2] <= h[1] }
}
`

// TestChosenOnEveryMachine runs a test that starts no task. The test draws the same values
// on each machine, whatever their type. So it fails in the same case, with the same values.
func TestChosenOnEveryMachine(t *testing.T) {
	levels := []string{flow.Source, flow.IR, flow.ISA}
	results := runTests(t, load(t, generators), checks.TestOptions{Levels: levels, Cases: 500})
	require.Len(t, results, len(levels))
	for i, r := range results {
		require.Equal(t, checks.Failed, r.Status, r.Level)
		require.Equal(t, results[0].Cases, r.Cases, r.Level)
		require.Equal(t, strings.ReplaceAll(results[0].Detail, "--on source", "--on "+levels[i]), r.Detail)
	}
	require.Contains(t, results[0].Detail, `any.bytes(any.range(0, 5)) = "\x00\x00\x01"`)
	slow := []string{flow.Cycle, flow.Gates}
	for _, r := range runTests(t, load(t, generators), checks.TestOptions{Levels: slow, Cases: 5}) {
		require.Equal(t, checks.Passed, r.Status, "%s\n%s", r.Level, r.Detail)
	}
}

// queue keeps messages on a disk. The flush makes a message durable before the answer.
const queue = `use net, blk

layout Rec { magic: u32 = 0x51554531; body: bytes<..480>; crc: u32 = seal crc32 }

task queue(s: net.Udp, d: blk.Disk) {
  var q: bytes<480>
  var sec: blk.Sector
  loop {
    let from = s.recv(q)
    if q.len > 0 {
      d.write(0, Rec.sealed(body: q).bytes())
      d.flush()
      s.send(from, "ok")
    } else {
      d.read(0, sec)
      if let r = Rec.parse(sec) { s.send(from, r.body) }
    }
  }
}

test "a message survives a power cut" {
  let d = fake.disk(8)
  let s = fake.udp()
  start queue(s, d)
  let body = any.bytes(any.range(1, 40))
  s.put(from: 1, body)
  s.take(within: 1s)
  crash d losing any.subset(d.unflushed())
  start queue(s, d)
  s.put(from: 2, "")
  expect s.take(to: 2, within: 1s) == body
}
`

// TestPowerCut checks that a message survives on every machine. Without the flush, or with the
// flush after the answer, the message is lost on every machine.
func TestPowerCut(t *testing.T) {
	levels := []string{flow.Source, flow.IR, flow.ISA, flow.Cycle}
	good := runTests(t, load(t, queue), checks.TestOptions{Levels: levels, Cases: 4})
	require.Len(t, good, len(levels))
	for _, r := range good {
		require.Equal(t, checks.Passed, r.Status, "%s\n%s", r.Level, r.Detail)
	}
	bad := strings.Replace(queue, "      d.flush()\n", "", 1)
	for _, r := range runTests(t, load(t, bad), checks.TestOptions{Levels: levels[:3], Cases: 20}) {
		require.Equal(t, checks.Failed, r.Status, r.Level)
		require.Contains(t, r.Detail, "any.subset(d.unflushed()) = [true, false", r.Level) // the sector that was written
		require.Contains(t, r.Detail, `any.bytes(any.range(1, 40)) = "\x00"`, r.Level)
	}
}

// TestSame checks that the same options give the same results, whatever runs at the same time.
func TestSame(t *testing.T) {
	var all [][]checks.TestResult
	for _, jobs := range []int{1, 4} {
		results := runTests(t, load(t, echo), checks.TestOptions{Levels: []string{flow.Source, flow.IR}, Cases: 60, Jobs: jobs})
		for i := range results {
			results[i].Seconds, results[i].Failure = 0, nil
		}
		all = append(all, results)
	}
	require.Equal(t, all[0], all[1])
	require.Len(t, all[0], 8)
}

// TestNothingIsAdded checks that tests change no artefact of their program.
func TestNothingIsAdded(t *testing.T) {
	text := "use bits, net\n\ntask t() {\n  var a: [4]u8\n  log.print(\"{a[0]}\")\n}\n\nsystem s {\n  run t()\n}\n"
	tests := "\ntest \"x\" {\n  var a: [2]u8\n  a[any.u8() & 1] = 3\n  log.print(\"more\")\n  expect bits.popcount(3) == 2\n  assert a[0] == 3\n}\n"
	plain, tested := load(t, text), load(t, text+tests)
	require.Equal(t, plain.Summary(), tested.Summary())
	require.Empty(t, tested.Tree.Funcs)
	a, err := plain.Artefact(context.Background(), "x.sir", flow.ArtefactOptions{Stage: "first"})
	require.NoError(t, err)
	b, err := tested.Artefact(context.Background(), "x.sir", flow.ArtefactOptions{Stage: "first"})
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
}
