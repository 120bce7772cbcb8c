package checks

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/verify"
)

// TestNeverClaimsAreProved concerns the claim that a read port never meets a write. The claim
// must be proved, not only tested, on both cores, with and without data memory and frames.
// verify reports for each claim whether it is proved or only tested.
func TestNeverClaimsAreProved(t *testing.T) {
	for name, claims := range map[string]int{"hello": 2, "pipeline": 3, "filter": 3} {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		report, err := Verify(context.Background(), p, VerifyOptions{Cores: flow.Cores(), Checks: []string{"proof"}, NoX86: true})
		require.NoError(t, err)
		proved := 0
		for _, r := range report.Rows {
			if r.Level != flow.Cycle || r.Check != verify.Proof {
				continue
			}
			never := strings.Count(r.Detail, ".never")
			if r.Status == verify.Proved {
				proved += never
				require.Contains(t, r.Detail, "in every cycle from reset, by induction")
				require.Contains(t, r.Detail, "legal", name)
			} else {
				require.Equal(t, verify.NotRun, r.Status) // no run was requested
				require.Zero(t, never, "%s on %s: %s", name, r.Core, r.Detail)
			}
		}
		require.Equal(t, 2*claims, proved, name)
	}
}
