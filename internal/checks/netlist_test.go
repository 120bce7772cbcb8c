package checks

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/verify"
)

// TestNetlistRows checks that each core's netlist has a proof and a run in Icarus, and that hw
// writes the netlist that was proved. The check runs only on request.
func TestNetlistRows(t *testing.T) {
	testkit.Tool(t, "iverilog")
	testkit.Tool(t, "yosys")
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	r, err := Verify(context.Background(), p, VerifyOptions{Cores: flow.Cores(), Checks: []string{"netlist"}, NoX86: true})
	require.NoError(t, err)
	seen := map[verify.Status]int{}
	for _, row := range r.Rows {
		if row.Check == verify.Netlist {
			require.Equal(t, flow.Gates, row.Level)
			require.Positive(t, row.N, row.Detail)
			seen[row.Status]++
		}
	}
	require.Equal(t, map[verify.Status]int{verify.Proved: len(flow.Cores()), verify.Equal: len(flow.Cores())}, seen, "%v", r.Rows)
	require.False(t, (&ladder{}).wants(verify.Netlist))

	dir := t.TempDir()
	h, err := p.Hardware(context.Background(), flow.HardwareOptions{Dir: dir, Core: flow.Multi, Netlist: true})
	require.NoError(t, err)
	require.Contains(t, h.Files, filepath.Join(dir, flow.NetlistName("hello")))
	require.Less(t, h.Figures["netlist_cells"], 500.0)
	require.Positive(t, h.Figures["netlist_block_rams"])
}
