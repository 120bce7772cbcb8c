package isa

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestDocs reads the set that the page shows.
func TestDocs(t *testing.T) {
	for _, src := range testkit.Blocks(t, "../../docs/isa.md", "isa") {
		_, err := parse(src)
		require.NoError(t, err)
	}
}
