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

// TestTracePorts checks the trace port of each example's core against the instruction set: every
// field, over the whole run, and with mined lines (instructions made for one program). A plain
// test run takes only small examples, and one of them has mined lines. A full test run omits only
// the two longest examples.
func TestTracePorts(t *testing.T) {
	small := []string{"hello", "crc32t", "uart-echo"}
	long := []string{"edge", "router"}
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
