package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/lang/types"
)

// TestHeatInItsOwnSize runs the heat program with a large grid. The example has a smaller
// grid because of the slow machines.
func TestHeatInItsOwnSize(t *testing.T) {
	t.Parallel()
	p, err := Load("../../examples/heat", Options{Settings: []types.Setting{{Name: "N", Value: "256"}, {Name: "steps", Value: "4"}}})
	require.NoError(t, err)
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	require.Len(t, want.Lines, 1)
	for _, level := range []string{IR, ISA} {
		got, err := p.Run(context.Background(), RunOptions{Level: level})
		require.NoError(t, err)
		require.Equal(t, want.Lines, got.Lines)
	}
}
