package design

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestDocs reads the example that the page shows.
func TestDocs(t *testing.T) {
	const page = "../../docs/design.md"
	for _, src := range testkit.Blocks(t, page, "point") {
		p, err := Parse(file(src))
		require.NoError(t, err)
		require.Equal(t, src, Print(p))
	}
	for _, src := range testkit.Blocks(t, page, "target") {
		_, err := ParseTarget(file(src))
		require.NoError(t, err)
	}
}
