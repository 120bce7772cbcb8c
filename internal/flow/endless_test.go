package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestEventsWithoutEnd checks that tasks that answer each other for ever stop at the limit for
// events, long before the limit for steps.
func TestEventsWithoutEnd(t *testing.T) {
	const text = `
task ask(to: out chan<u32>, from: in chan<u32>) {
  var n: u32 = 0
  loop {
    to.send(n)
    n = from.recv() + 1
  }
}
task answer(to: out chan<u32>, from: in chan<u32>) {
  loop { to.send(from.recv()) }
}
system endless {
  chan x: u32 cap 1
  chan y: u32 cap 1
  run ask(x, y)
  run answer(y, x)
}
`
	p, err := LoadFiles([]*diag.File{{Name: "endless.sn", Text: text}}, Options{})
	require.NoError(t, err)
	for _, level := range []string{Source, IR} {
		m, err := p.Machine(context.Background(), level, "", world.New(nil), 0)
		require.NoError(t, err)
		tr, err := Drive(context.Background(), m, Bounds{Steps: 1 << 40, Events: 1000})
		require.NoError(t, err)
		require.Equal(t, trace.Limit, tr.Status, level)
		require.Greater(t, len(tr.Events), 1000)
		require.Less(t, len(tr.Events), 1<<20)
	}
}
