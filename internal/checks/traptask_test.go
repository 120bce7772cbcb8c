package checks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
)

// In TestTrapOfOneSiteInTwoTasks, two tasks run the same check of one function. The trap is an
// event of the task whose check fails. This holds for both code generators.
func TestTrapOfOneSiteInTwoTasks(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	const text = `
fn below(n: u32) -> u32 {
  var left = n
  while left > 0 max 2 { left = left - 1 }
  for i in 0..8 { left = left * 3 + i ^ n >> (i & 3) }
  return left
}
task feed(to: out chan<u32>, also: out chan<u32>) {
  to.send(1)
  also.send(7)
}
task first(from: in chan<u32>) {
  let a = below(from.recv())
  log.print("{a}")
}
task second(from: in chan<u32>) {
  let b = below(from.recv())
  log.print("{b}")
}
system traps {
  chan c: u32 cap 1
  chan d: u32 cap 1
  run feed(c, d)
  run first(c)
  run second(d)
}
`
	for _, backend := range []string{"cg", "llvm"} {
		p, err := flow.LoadFiles([]*diag.File{{Name: "traps.sn", Text: text}}, flow.Options{Backend: backend})
		require.NoError(t, err)
		for _, level := range []string{flow.Source, flow.ISA} {
			r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3})
			require.NoError(t, err)
			var traps []string
			for _, e := range r.Trace.Events {
				if e.Kind == trace.Trap {
					traps = append(traps, e.Task+" "+e.Code)
				}
			}
			require.Equal(t, []string{"second max"}, traps, "%s %s", backend, level)
		}
	}
}

// Several tasks run the same timed region. Each event belongs to the task that ran it.
func TestMarkOfOneRegionInTwoTasks(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	const text = `
task work(id: u32) {
  timed part { for i in 0..id { assert i < 9 } }
}
system marks {
  for k in 0..3 { run work(k) }
}
`
	for _, backend := range []string{"cg", "llvm"} {
		p, err := flow.LoadFiles([]*diag.File{{Name: "marks.sn", Text: text}}, flow.Options{Backend: backend})
		require.NoError(t, err)
		for _, level := range []string{flow.Source, flow.IR, flow.Native, flow.ISA, flow.Cycle, flow.Gates} {
			r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3})
			require.NoError(t, err)
			seen := map[string]int{}
			for _, e := range r.Trace.Events {
				if e.Kind == trace.MarkBegin || e.Kind == trace.MarkEnd {
					seen[e.Task+" "+e.Name]++
				}
			}
			require.Equal(t, map[string]int{"work.0 part": 2, "work.1 part": 2, "work.2 part": 2}, seen, "%s %s", backend, level)
		}
	}
}

// A function that logs is called by one task. Two more tasks call it through another
// function. Each line belongs to the task that wrote it, even if a copy of the function is
// copied again.
func TestLogOfOneFunctionInThreeTasks(t *testing.T) {
	p, err := flow.Load("testdata/logs.sn", flow.Options{})
	require.NoError(t, err)
	var want *trace.Trace
	for _, level := range []string{flow.Source, flow.IR, flow.ISA, flow.Cycle} {
		r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3})
		require.NoError(t, err)
		if want == nil {
			want = r.Trace
		}
		require.Empty(t, trace.Compare(want, r.Trace, trace.Options{}), level)
	}
}
