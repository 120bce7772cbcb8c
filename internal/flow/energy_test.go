package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEnergy checks that the energy proxy is the same each time and on each engine. It also checks
// that a core with less computation in a cycle switches less.
func TestEnergy(t *testing.T) {
	world := World{Bytes: []string{"serial=../../examples/uart-echo/typed.bytes"}, Until: "21ms"}
	var per []float64
	for _, engine := range []string{"", "scalar"} {
		for _, kind := range []string{Pipe3, Multi} {
			p, err := Load("../../examples/uart-echo", Options{Engine: engine})
			require.NoError(t, err)
			c, err := p.Core(context.Background(), kind)
			require.NoError(t, err)
			e, err := p.Energy(context.Background(), c, world)
			require.NoError(t, err)
			require.Greater(t, e.Cycles, uint64(500))
			require.Positive(t, e.Logic)
			require.Positive(t, e.Carries)
			require.Positive(t, e.Memory)
			require.Equal(t, e.Logic+e.Carries+e.Memory+e.Clock, e.Total)
			require.InDelta(t, float64(e.Total)/float64(e.Cycles), e.PerCycle, 0.06)
			per = append(per, e.PerCycle)
			t.Logf("%s %+v", kind, *e)
		}
	}
	require.Equal(t, per[:2], per[2:])
	require.Less(t, per[1], per[0])
	stopped, stop := context.WithCancel(context.Background())
	stop()
	p, err := Load("../../examples/uart-echo", Options{})
	require.NoError(t, err)
	c, err := p.Core(context.Background(), Pipe3)
	require.NoError(t, err)
	_, err = p.Energy(stopped, c, world)
	require.ErrorIs(t, err, context.Canceled)
}
