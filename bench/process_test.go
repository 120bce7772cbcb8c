package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestServerInC checks that the server in C answers, and that its cost is measured.
func TestServerInC(t *testing.T) {
	testkit.Tool(t, clangName)
	g := &goals{ctx: t.Context(), dir: t.TempDir()}
	path, err := g.inC()
	require.NoError(t, err)
	us, err := g.socketCost(path, 4)
	require.NoError(t, err)
	require.Positive(t, us)
}
