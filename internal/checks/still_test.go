package checks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// TestCoreThatNeverComesToItsDevice uses two programs that trap before they use their
// device. The core of the first has a memory that is never read. The core of the second has
// no memory. The frame ports of both cores transfer nothing.
func TestCoreThatNeverComesToItsDevice(t *testing.T) {
	for _, trap := range []string{"let x = empty[u2(n)]", "let x = n; assert false"} {
		neverComes(t, `
use net
const empty: bytes<2> = ""
task main(d: net.Eth) {
  state n: u32 = 3
  `+trap+`
  var b: bytes<16>
  d.recv(b)
  d.send(b)
  log.print("{x}")
}
system still {
  d = net.eth(0)
  run main(d)
}
`)
	}
}

func neverComes(t *testing.T, text string) {
	p, err := flow.LoadFiles([]*diag.File{{Name: "still.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	for _, core := range flow.Cores() {
		for _, level := range []string{flow.Cycle, flow.Gates} {
			r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: core})
			require.NoError(t, err, "%s %s", level, core)
			require.Equal(t, "trap", string(r.Trace.Status))
		}
	}
	report, err := checks.Verify(context.Background(), p, checks.VerifyOptions{World: flow.World{Captures: []string{"d=none"}}})
	require.NoError(t, err)
	require.False(t, report.Different())
}
