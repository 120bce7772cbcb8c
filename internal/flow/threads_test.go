package flow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// threaded has channels of all kinds, a circle of channels, and large elements. All tasks
// call a function with static memory. Two tasks share a context, because one of them has a
// select.
const threaded = `
type Big = [200]u32

fn mix(seed: u32) -> u32 {
  var v: [300]u32
  for i in 0..300 { v[i] = seed + i * i }
  var s: u32 = 0
  for i in 0..300 { s = s * 31 + v[(i * 7) % 300] }
  for i in 0..300 { if v[i] > s { v[i] = v[i] ^ (s >> 3) } else { v[i] = v[i] * 3 } }
  for i in 0..299 { if v[i] > v[i + 1] { s = s + v[i] * 7 } else { s = s ^ v[i + 1] } }
  for i in 0..300 { s = s * 17 + v[(i * 11) % 300] / 3 }
  return s
}

task ring(id: u32, left: in chan<Big>, right: out chan<Big>, met: out chan<u32>, done: out chan<u64>) {
  var b: Big
  for i in 0..200 { b[i] = id + i }
  for t in 0..40 {
    right.send(b)
    b = left.recv()
    b[t] = mix(b[t] + id) ^ mix(b[t + 1])
    met.send(b[t])
  }
  var sum: u64 = 0
  for i in 0..200 { sum = sum * 3 + u64(b[i]) }
  done.send(sum)
}

task meet(from: in chan<u32>, done: out chan<u64>) {
  var s: u64 = 0
  for t in 0..40 {
    s = s * 5 + u64(from.recv())
    if t % 16 == 0 { log.print("{t} {s:hex}") }
  }
  done.send(s)
}

task collect(parts: [6]in chan<u64>) {
  for k in 0..6 {
    let x = parts[k].recv()
    log.print("{k} {x:hex}")
  }
}

task clock(to: out chan<u32>) {
  for i in 0..3 {
    select prio { on after(2ms) { to.send(i) } }
  }
}

task shows(from: in chan<u32>) {
  for i in 0..3 {
    let x = from.recv()
    log.print("tick {x}")
  }
}

system s @parallel {
  chan big[3]: Big cap 1
  chan met[3]: u32 cap 0
  chan part[6]: u64 cap 3
  chan tick: u32 cap 1
  for k in 0..3 { run ring(k, big[(k + 2) % 3], big[k], met[k], part[k]) }
  for k in 0..3 { run meet(met[k], part[k + 3]) }
  run collect(part)
  run clock(tick)
  run shows(tick)
}
`

func threadedProgram(t *testing.T) *Program {
	p, err := LoadFiles([]*diag.File{{Name: "threaded.sn", Text: threaded}}, Options{})
	require.NoError(t, err)
	return p
}

// TestThreads checks that tasks that only use channels are threads. A task with a select
// and its neighbours run in the same thread.
func TestThreads(t *testing.T) {
	t.Parallel()
	p := threadedProgram(t)
	require.Len(t, p.Warnings, 2) // the other warning is about the circle
	require.Contains(t, p.Warnings[0].Error(), "the task `clock` is not a thread: it has a select here")
	var threads []string
	for _, r := range p.Tree.System.Runs {
		if r.Thread {
			threads = append(threads, r.Name)
		}
	}
	require.Equal(t, "ring.0 ring.1 ring.2 meet.0 meet.1 meet.2 collect", strings.Join(threads, " "))
	m, err := p.ForThreads()
	require.NoError(t, err)
	require.Len(t, m.Contexts, 8)
	parsed, err := ir.Parse(&diag.File{Name: "threaded.sir", Text: ir.Print(m)})
	require.NoError(t, err)
	require.Equal(t, ir.Print(m), ir.Print(parsed))
	require.Positive(t, keepers(t, m))
	same(t, p, m)
}

// keepers counts the functions with static memory, except the entry functions of contexts.
// keepers also checks that each of these functions belongs to one context.
func keepers(t *testing.T, m *ir.Module) int {
	of := map[*ir.Func]int{}
	for k, c := range m.Contexts {
		seen := map[*ir.Func]bool{c.Func: true}
		var visit func(f *ir.Func)
		visit = func(f *ir.Func) {
			for _, g := range ir.Callees(f) {
				if seen[g] {
					continue
				}
				seen[g] = true
				visit(g)
				if slices.ContainsFunc(g.Locals, func(o *ir.Object) bool { return o.Size > ir.LargestOnStack }) {
					other, taken := of[g]
					require.False(t, taken && other != k, "@%s has memory of its own, and contexts %d and %d call it", g.Name, other, k)
					of[g] = k
				}
			}
		}
		visit(c.Func)
	}
	return len(of)
}

// same compares a module that has contexts with the reference.
func same(t *testing.T, p *Program, m *ir.Module) {
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	mc, err := program.New(m, world.New(nil))
	require.NoError(t, err)
	got, err := Drive(context.Background(), mc, Bounds{Steps: 1 << 30, Events: 1 << 20})
	require.NoError(t, err)
	require.Empty(t, trace.Compare(want.Trace, got, trace.Options{}))
}

// kahn is a random network. In each round a task receives a value from each of its input
// channels and sends a value to each of its output channels.
func kahn(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	n := 2 + r.IntN(5)
	var chans, tasks, runs strings.Builder
	params, body, args := make([]string, n), make([]string, n), make([]string, n)
	for from := range n {
		for to := from + 1; to < n; to++ {
			if to > from+1 && r.IntN(2) == 0 {
				continue
			}
			size := []int{1, 3, 70}[r.IntN(3)]
			name := fmt.Sprintf("c%d_%d", from, to)
			fmt.Fprintf(&chans, "  chan %s: [%d]u32 cap %d\n", name, size, r.IntN(4))
			params[from] += fmt.Sprintf("%s: out chan<[%d]u32>, ", name, size)
			params[to] += fmt.Sprintf("%s: in chan<[%d]u32>, ", name, size)
			body[from] += fmt.Sprintf("    var o%d: [%d]u32\n    for i in 0..%d { o%d[i] = x * (i + 3) }\n    %s.send(o%d)\n", to, size, size, to, name, to)
			body[to] = fmt.Sprintf("    let i%d = %s.recv()\n    for i in 0..%d { x = x * 5 + i%d[i] }\n", from, name, size, from) + body[to]
			args[from], args[to] = args[from]+name+", ", args[to]+name+", "
		}
	}
	for k := range n {
		fmt.Fprintf(&tasks, "task t%d(%sid: u32) {\n  var x: u32 = id\n  for round in 0..50 {\n%s    if round %% 20 == %d { log.print(\"{round} {x:hex}\") }\n  }\n}\n", k, params[k], body[k], k)
	}
	for _, k := range r.Perm(n) {
		fmt.Fprintf(&runs, "  run t%d(%s%d)\n", k, args[k], k+1)
	}
	return fmt.Sprintf("%ssystem net @parallel {\n%s%s}\n", &tasks, &chans, &runs)
}

// TestRandomThreads compares random networks with the reference. Their contexts run in turn, or as
// threads.
func TestRandomThreads(t *testing.T) {
	t.Parallel()
	seeds := uint64(1)
	if os.Getenv("SINTER_FULL") == "1" {
		seeds = 12
	}
	for seed := range seeds {
		p, err := LoadFiles([]*diag.File{{Name: "net.sn", Text: kahn(seed)}}, Options{Check: true})
		require.NoError(t, err, "seed %d", seed)
		m, err := p.ForThreads()
		require.NoError(t, err, "seed %d", seed)
		require.Len(t, m.Contexts, len(p.Tree.System.Runs), "seed %d", seed)
		same(t, p, m)
		if _, err := p.llvm(); err == nil {
			manyRuns(t, p, 5)
		}
	}
}

// TestThreadsWithoutReaders checks inputs that no thread reads. They must arrive before a run
// counts as stuck.
func TestThreadsWithoutReaders(t *testing.T) {
	t.Parallel()
	const text = `use gpio
task idle(pin: gpio.In) {}
task tells(c: out chan<u32>) { c.send(1) }
task ends(c: in chan<u32>) {}
system s @parallel {
  pin = gpio.in("pin")
  chan c: u32 cap 0
  run idle(pin)
  run tells(c)
  run ends(c)
}
`
	testkit.Tool(t, "clang-19")
	p, err := LoadFiles([]*diag.File{{Name: "unread.sn", Text: text}}, Options{})
	require.NoError(t, err)
	wave := filepath.Join(t.TempDir(), "pin.vcd")
	require.NoError(t, os.WriteFile(wave, []byte("$timescale 1us $end\n$var wire 1 ! pin $end\n$enddefinitions $end\n#5\n1!\n#9\n0!\n"), 0o600))
	for _, level := range []string{Source, IR, Native} {
		r, err := p.Run(context.Background(), RunOptions{Level: level, World: World{Levels: []string{"pin=" + wave}}})
		require.NoError(t, err, level)
		require.Equal(t, trace.Stuck, r.Status, level)
	}
}

// manyRuns compares runs of the process with the reference.
func manyRuns(t *testing.T, p *Program, n int) {
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	for range n {
		got, err := p.Run(context.Background(), RunOptions{Level: Native})
		require.NoError(t, err)
		require.Equal(t, byTask(strings.Join(want.Lines, "\n")), byTask(strings.Join(got.Lines, "\n")))
		require.Equal(t, want.Trace.Status, got.Trace.Status)
	}
}

// TestThreadsOfProcess runs the process many times. Whichever thread runs first, each task's
// output equals the reference's.
func TestThreadsOfProcess(t *testing.T) {
	t.Parallel()
	p := threadedProgram(t)
	if _, err := p.llvm(); err != nil {
		testkit.Skip(t, err.Error())
	}
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	manyRuns(t, p, 20)
	live := t.TempDir() + "/live"
	img, err := p.X86(context.Background(), "linux")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(live, img.ELF, 0o700))
	for range 10 {
		out, err := exec.Command(live).CombinedOutput()
		require.NoError(t, err, "%s", out)
		lines := slices.DeleteFunc(byTask(string(out)), func(l string) bool { return strings.HasPrefix(l, "shows: ") }) // its time is after the end of the scripted run
		require.Equal(t, byTask(strings.Join(want.Lines, "\n")), lines)
	}
}

// byTask sorts lines by task.
func byTask(lines string) []string {
	list := strings.Split(strings.TrimSpace(lines), "\n")
	slices.SortStableFunc(list, func(a, b string) int {
		a, _, _ = strings.Cut(a, ":")
		b, _, _ = strings.Cut(b, ":")
		return strings.Compare(a, b)
	})
	return list
}
