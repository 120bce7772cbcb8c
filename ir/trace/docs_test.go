package trace

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestDocs reads the trace that the page shows.
func TestDocs(t *testing.T) {
	for _, src := range testkit.Blocks(t, "../../docs/trace.md", "trace") {
		tr, err := parse(src)
		require.NoError(t, err)
		require.Equal(t, src, Print(tr))
	}
}
