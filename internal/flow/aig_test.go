package flow

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/gate"
)

// TestTheWrittenGatesAreLive checks that the .aig file has the registers of the .v file, and
// that every gate is used.
func TestTheWrittenGatesAreLive(t *testing.T) {
	for _, kind := range Cores() {
		p, err := Load("../../examples/hello", Options{})
		require.NoError(t, err)
		c, err := p.Core(context.Background(), kind)
		require.NoError(t, err)
		data, err := c.aig()
		require.NoError(t, err)
		g, err := gate.Parse("core.aig", []byte(data))
		require.NoError(t, err)
		require.Equal(t, len(g.Live().Nodes), len(g.Nodes))
		names := verilog.NamesOf(c.Circuit)
		require.Len(t, g.Regs, len(names.Regs))
		for _, r := range g.Regs {
			require.Contains(t, names.Regs, r.Name)
			require.False(t, strings.HasPrefix(r.Name, "record."), "a register that only probes read: %s", r.Name)
		}
		require.Len(t, g.Mems, len(names.Mems))
		for _, m := range g.Mems {
			require.Len(t, m.Reads, len(names.Reads[m.Name]), m.Name)
		}
	}
}
