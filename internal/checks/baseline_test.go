package checks

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
)

// A reference that is repeated beside every run gives the same results as a kept trace.
// TestBaseline checks this for a run in the same world, for a run in a world that ends
// earlier or later, and for another program.
func TestBaseline(t *testing.T) {
	ctx := context.Background()
	p, err := flow.Load("../../examples/filter", flow.Options{})
	require.NoError(t, err)
	w := flow.World{Captures: []string{"inside=../../examples/filter/office.pcap"}, Frames: 300}
	kept, _, _, err := refer(ctx, p, flow.Source, w, keptEvents)
	require.NoError(t, err)
	require.NotEmpty(t, kept.kept)
	anew, _, _, err := refer(ctx, p, flow.Source, w, 10)
	require.NoError(t, err)
	require.Empty(t, anew.kept)
	require.Equal(t, kept.count, anew.count)
	_, want, _, err := p.Trace(ctx, flow.Source, "", w)
	require.NoError(t, err)
	verdicts := 0
	for _, change := range []func(*flow.World){
		func(*flow.World) {},
		func(w *flow.World) { w.Frames = 200 },
		func(w *flow.World) { w.Frames = 400 },
		func(w *flow.World) { w.Limit = 100 },
		func(w *flow.World) { w.Captures = nil },
	} {
		other := w
		change(&other)
		_, got, _, err := p.Trace(ctx, flow.IR, "", other)
		require.NoError(t, err)
		diffs := trace.Compare(want, got, trace.Options{Channels: true})
		verdicts += len(diffs)
		for _, ref := range []*baseline{kept, anew} {
			c, err := ref.compare(ctx, p, flow.IR, "", other, trace.Options{Channels: true})
			require.NoError(t, err)
			require.Equal(t, diffs, c.diffs)
			require.Equal(t, len(got.Events), c.events)
			require.Equal(t, got.Status, c.status)
		}
	}
	require.Equal(t, 5, verdicts)
}
