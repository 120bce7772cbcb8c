package checks

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// The checks of the cores can fail: of random faults in the circuit of hello's
// core, at least 97 of 100 are noticed; those that no proof decides count as
// missed.
func TestMutantsOfHelloAreNoticed(t *testing.T) {
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	for _, kind := range flow.Cores() {
		score, err := Mutants(context.Background(), p, kind, 150, 4000, flow.World{})
		require.NoError(t, err)
		t.Logf("%s: %s", kind, score)
		for _, m := range score.Missed {
			t.Logf("  missed: %s; %s", m.Name, m.Why)
		}
		require.GreaterOrEqual(t, score.Mutants, 120)
		require.GreaterOrEqual(t, score.Percent(), 97.0, kind)
	}
}
