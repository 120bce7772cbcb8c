package examples

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/verify"
)

// TestSerialCores checks that serial cores show the same events as the source, on the circuit and on
// the gates, that each instruction leaves the same record as on the instruction set, and that each
// line is proved. The campaign runs every example.
func TestSerialCores(t *testing.T) {
	small := []string{"hello", "crc32t", "uart-echo"}
	dirs := small
	if testkit.Campaign() {
		dirs = folders(t)
	}
	for _, dir := range dirs {
		t.Run(dir, func(t *testing.T) {
			cores := []string{flow.Serial4}
			if testkit.Full() && slices.Contains(small, dir) {
				cores = flow.Serials()
			}
			e := read(t, dir)
			p, err := flow.Load(dir, flow.Options{})
			require.NoError(t, err)
			r, err := checks.Verify(context.Background(), p, checks.VerifyOptions{
				World: e.world(), Cores: cores, NoX86: true, Random: 2000,
				Checks: []string{"trace", "removal", "lockstep", "proof", "circuit", "verilog"},
			})
			require.NoError(t, err)
			rows := map[string]int{}
			for _, row := range r.Rows {
				require.NotContains(t, []verify.Status{verify.Different, verify.Undecided}, row.Status, "%s %s %s: %s", row.Level, row.Core, row.Check, row.Detail)
				if row.Core != "" && row.Status != verify.NotRun {
					rows[row.Level+" "+string(row.Check)]++
				}
			}
			for _, row := range []string{"cycle trace", "gates trace", "cycle lockstep", "cycle circuit", "gates proof"} {
				require.GreaterOrEqual(t, rows[row], len(cores), row)
			}
		})
	}
}
