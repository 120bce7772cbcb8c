package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
)

// TestMonitorGoals checks the goals of the monitor that are counts, and that a saved guest
// continues. The times depend on the load of the computer.
func TestMonitorGoals(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	testkit.SkipWithout(t, monitor.Available())
	g := &goals{ctx: t.Context(), dir: t.TempDir(), found: map[string]goal{}}
	hello, err := flow.Load("../examples/hello", flow.Options{})
	require.NoError(t, err)
	echo, err := flow.Load("../examples/echo", flow.Options{})
	require.NoError(t, err)
	require.NoError(t, g.monitorSizes("..", hello))
	require.NoError(t, g.firstOutput(hello))
	require.NoError(t, g.snapshots(echo))
	value := func(id string) float64 {
		require.Contains(t, g.found, id)
		return g.found[id].Value
	}
	require.LessOrEqual(t, value("V.hello"), 900.0, "the goal is 700")
	require.Less(t, value("V.lines"), 2500.0)
	require.Less(t, value("V.exits"), 10.0)
	require.Positive(t, value("V.output"))
	require.Positive(t, value("V.restore"))
	t.Log(g.found)
	require.Error(t, g.monitorSizes(t.TempDir(), hello), "a folder without the package")
}
