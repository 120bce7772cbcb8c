package build_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/build"
	"github.com/sinter-lang/sinter/internal/diag"
)

// TestCycleBudget: the cycles between two waits are checked when the circuit
// runs, and by nobody else.
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
		p, err := build.LoadFiles([]*diag.File{{Name: "echo.sn", Text: echo + c.most + " }\n"}}, build.Options{})
		require.NoError(t, err)
		w := build.World{Captures: []string{"nic=../../examples/filter/office.pcap"}, Frames: 3}
		_, err = p.Run(context.Background(), build.RunOptions{Level: build.ISA, World: w})
		require.NoError(t, err)
		r, err := p.Run(context.Background(), build.RunOptions{Level: build.Cycle, Core: build.Pipe3, World: w})
		if c.ok {
			require.NoError(t, err)
			require.Greater(t, r.Figures["step_cycles"], 100.0)
			require.Less(t, r.Figures["step_cycles"], r.Figures["cycles"])
			continue
		}
		require.ErrorContains(t, err, "E0410")
	}
}
