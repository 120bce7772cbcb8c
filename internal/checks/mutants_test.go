package checks

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// The checks of the cores can fail: they find at least 97 of 100 random faults in the circuit of a
// core. Faults whose proof is undecided count as missed. The larger programs run only in the
// campaign:
//
//	SINTER_CAMPAIGN=1 go test ./internal/checks -run TestMutantsAreNoticed -v -timeout 2h
func TestMutantsAreNoticed(t *testing.T) {
	worlds := map[string]flow.World{"hello": {}}
	if testkit.Campaign() {
		worlds["sha256"] = flow.World{}
		worlds["filter"] = flow.World{Captures: []string{"inside=../../examples/filter/office.pcap"}, Frames: 120}
	}
	for name, w := range worlds {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		for _, kind := range flow.Cores() {
			t.Run(name+"/"+kind, func(t *testing.T) {
				score, err := Mutants(context.Background(), p, kind, 150, 4000, w)
				require.NoError(t, err)
				t.Log(score)
				for _, m := range score.Missed {
					t.Logf("  missed: %s; %s", m.Name, m.Why)
				}
				require.GreaterOrEqual(t, score.Mutants, 120)
				require.GreaterOrEqual(t, score.Percent(), 97.0)
			})
		}
	}
}
