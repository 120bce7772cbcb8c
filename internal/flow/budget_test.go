package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// TestCycleBudget checks that a run of the circuit checks the number of cycles between two
// waits, and that runs on other machines do not.
func TestCycleBudget(t *testing.T) {
	const echo = `use net
task echo(d: net.Eth) {
  var p: bytes<1518>
  loop {
    d.recv(p)
    var s: u32 = 0
    for i in 0..p.len { s = s + u32(p[i]) }
    if s % 2 == 1 { d.send(p) }
  }
}
system s { nic = net.eth(0); run echo(nic) }
budget { cycles(echo) <= `
	for _, c := range []struct {
		most string
		ok   bool
	}{{"100000", true}, {"100", false}} {
		p, err := flow.LoadFiles([]*diag.File{{Name: "echo.sn", Text: echo + c.most + " }\n"}}, flow.Options{})
		require.NoError(t, err)
		w := flow.World{Captures: []string{"nic=../../examples/filter/office.pcap"}, Frames: 3}
		_, err = p.Run(context.Background(), flow.RunOptions{Level: flow.ISA, World: w})
		require.NoError(t, err)
		r, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Cycle, Core: flow.Pipe3, World: w})
		if c.ok {
			require.NoError(t, err)
			require.Greater(t, r.Figures["step_cycles"], 100.0)
			require.Less(t, r.Figures["step_cycles"], r.Figures["cycles"])
			continue
		}
		require.ErrorContains(t, err, "E0410")
	}
}

// TestCycleBudgetOfSeveralTasks checks that each budget line, for one task or for one arm,
// counts its cycles separately. The error lists the source lines that used the cycles.
func TestCycleBudgetOfSeveralTasks(t *testing.T) {
	const text = `use net
task work(d: net.Eth, quick: in chan<u32>, id: u32) {
  state total: u32 = 0
  var p: bytes<1518>
  loop {
    select fair {
      on d.recv(p) {
        for i in 0..p.len { total = total * 31 + u32(p[i]) }
        log.print("{id} {total}")
      }
      on let x = quick.recv() { total = total + x }
    }
  }
}
task feed(d: net.Eth, to: out chan<u32>) {
  var p: bytes<1518>
  loop {
    d.recv(p)
    to.send(p.len)
  }
}
system s {
  a = net.eth(0)
  b = net.eth(1)
  chan c: u32 cap 1
  run work(a, c, 7)
  run feed(b, c)
}
`
	run := func(budget string) error {
		p, err := flow.LoadFiles([]*diag.File{{Name: "s.sn", Text: text + "budget { " + budget + " }\n"}}, flow.Options{})
		require.NoError(t, err)
		w := flow.World{Captures: []string{"a=../../examples/filter/office.pcap", "b=../../examples/filter/office.pcap"}, Frames: 9}
		for _, core := range flow.Cores() {
			if _, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Cycle, Core: core, World: w}); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(t, run("cycles(work) <= 99000; cycles(work.d) <= 99000; cycles(work.quick) <= 100; cycles(feed) <= 200"))
	require.ErrorContains(t, run("cycles(work) <= 100"), "cycles(work) on the core")
	require.ErrorContains(t, run("cycles(work.d) <= 100"), "cycles(work.d) on the core")
	require.ErrorContains(t, run("cycles(work.quick) <= 3"), "cycles(work.quick) on the core")
	err := run("cycles(feed) <= 3")
	require.ErrorContains(t, err, "cycles(feed) on the core")
	require.Regexp(t, `19 \|.*to\.send`, diag.Render(err))
}

// TestCycleBudgetOfATaskThatWaitsInAFunction checks that work in a function after the
// function's own wait counts as work of the task that called it.
func TestCycleBudgetOfATaskThatWaitsInAFunction(t *testing.T) {
	const text = `use net
fn sum(d: net.Eth, p: inout bytes<1518>) -> u32 {
  d.recv(p)
  var s: u32 = 1
  for k in 0..3 { for i in 0..p.len { s = s * 31 + u32(p[i]) + k } }
  d.recv(p)
  for k in 0..3 { for i in 0..p.len { s = s * 37 + u32(p[i]) + k } }
  return s
}
task echo(d: net.Eth) {
  var p: bytes<1518>
  var n: u32 = 0
  loop {
    n = n + sum(d, p)
    n = n ^ sum(d, p)
    log.print("{n}")
  }
}
system s { nic = net.eth(0); run echo(nic) }
budget { cycles(echo) <= 1000 }
`
	p, err := flow.LoadFiles([]*diag.File{{Name: "s.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	w := flow.World{Captures: []string{"nic=../../examples/filter/office.pcap"}, Frames: 9}
	m, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Cycle, Core: flow.Pipe3, World: w})
	require.Nil(t, m)
	require.ErrorContains(t, err, "cycles(echo) on the core pipe3 has")
}
