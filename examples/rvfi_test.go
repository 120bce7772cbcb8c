package examples

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// TestTracePorts compares the trace port of each example's core with the instruction set.
// All fields must agree, over the whole run and with mined lines. A plain run takes small
// examples, one of them with mined lines. A full run takes all examples except the longest.
func TestTracePorts(t *testing.T) {
	small := []string{"hello", "crc32t", "uart-echo"}
	long := []string{"balancer", "dns", "echo", "edge", "kv", "limiter", "nat", "nbody", "queue", "router"}
	mined := 0
	for _, dir := range folders(t) {
		if !testkit.Full() && !slices.Contains(small, dir) || !testkit.Campaign() && slices.Contains(long, dir) {
			continue
		}
		t.Run(dir, func(t *testing.T) {
			e := read(t, dir)
			p, err := flow.Load(dir, flow.Options{Mine: flow.MineWherePays})
			require.NoError(t, err)
			im, err := p.Image(context.Background())
			require.NoError(t, err)
			lines, err := p.MinedLines()
			require.NoError(t, err)
			mined += len(lines)
			script, err := p.Script(e.world())
			require.NoError(t, err)
			for _, kind := range flow.Cores() {
				c, err := p.TracedCore(context.Background(), kind)
				require.NoError(t, err)
				n, err := lockstep.RunFormal(im, c.Circuit, iss.CoreOf(im), script, 0)
				require.NoError(t, err, kind)
				require.Positive(t, n)
				t.Log(kind, n, "instructions,", len(lines), "mined lines")
			}
		})
	}
	require.Positive(t, mined)
}
