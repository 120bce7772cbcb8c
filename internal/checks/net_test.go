package checks

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/verify"
)

// beyond ends in a trap, because its index is 7 at run time. If a checker wrongly assumes that
// a | b is at most the larger operand, it proves that the index is below 5.
const beyond = `
fn at(t: [5]u8, x: u32, y: u32) -> u8 { return t[(x & 4) | (y & 3)] }

task main() {
  var t: [5]u8 = [1, 2, 3, 4, 5]
  for i in 0..5 { t[i] = t[i] + 1 }
  log.print("{at(t, 4, 4)}")
  for i in 0..8 { log.print("{at(t, i, i)}") }
}
system s { run main() }
`

func netLadder(t *testing.T, text string) *ladder {
	p, err := flow.LoadFiles([]*diag.File{{Name: "net.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	l := &ladder{Program: p, ctx: context.Background(), report: &verify.Report{Figures: map[string]float64{}}}
	l.opts.Cores = []string{flow.Multi}
	require.NoError(t, l.reference())
	return l
}

// TestNetIsQuiet checks that both builds contain a check that really fails, and that no proof
// is reported as wrong.
func TestNetIsQuiet(t *testing.T) {
	l := netLadder(t, beyond)
	require.NoError(t, l.netRows())
	require.GreaterOrEqual(t, len(l.report.Rows), 8)
	for _, r := range l.report.Rows {
		require.NotEqual(t, verify.Different, r.Status, "%s %s: %s", r.Level, r.Core, r.Detail)
	}
	require.Contains(t, l.report.Rows[1].Detail, "2 proved checks are made, none fails")
}

// TestNetNamesWrongProofs treats the failing check as if it had been proved. The row of each
// machine names the check.
func TestNetNamesWrongProofs(t *testing.T) {
	l := netLadder(t, beyond)
	net, err := l.WithNet()
	require.NoError(t, err)
	net.Tree.Traps[0].Proof = true
	rows := len(l.report.Rows)
	for _, on := range l.netMachines() {
		require.NoError(t, l.netRow(net, on.level, on.core))
	}
	require.Len(t, l.report.Rows, rows+len(l.netMachines()))
	for _, r := range l.report.Rows[rows:] {
		if r.Status == verify.NotRun {
			continue
		}
		require.Equal(t, verify.Different, r.Status, "%s %s", r.Level, r.Core)
		require.Equal(t, verify.Net, r.Check)
		require.Equal(t, "a wrong proof: the check `index` at net.sn:2.50 was proved, and fails in task main", r.Detail)
	}
}

// checksOf lists the sites that a module checks.
func checksOf(m *ir.Module) map[int]bool {
	sites := map[int]bool{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				if in.Op == ir.OpCheck {
					sites[in.Site] = true
				}
			}
		}
	}
	return sites
}

// TestNetStaysInTheBuild checks that no pass removes the additional checks.
func TestNetStaysInTheBuild(t *testing.T) {
	l := netLadder(t, beyond)
	net, err := l.WithNet()
	require.NoError(t, err)
	plain, err := l.Low()
	require.NoError(t, err)
	low, err := net.Low()
	require.NoError(t, err)
	require.Less(t, len(checksOf(plain)), len(checksOf(low)))
	require.True(t, checksOf(low)[1] && checksOf(low)[2], "the sites of both proofs are checked")
}
