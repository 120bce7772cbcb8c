package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Decisions are numbered without gaps, and begin with their number.
func TestDecisionsAreNumbered(t *testing.T) {
	names, err := filepath.Glob("decisions/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for n, name := range names {
		number := fmt.Sprintf("%03d", n+1)
		require.Equal(t, number, filepath.Base(name)[:3], name)
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "# "+number+": "), "%s begins with another number", name)
	}
}
