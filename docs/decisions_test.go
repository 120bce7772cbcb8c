package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// decision is the form of a note: number and title, date, status, decision, and alternatives.
var decision = regexp.MustCompile(`(?s)^# (\d{3}): [^\n]+\n\n- Date: \d{4}-\d\d-\d\d\n- Status: (?:accepted|superseded by \d{3}|accepted, superseded in part by \d{3})\n\n## Decision\n\n\S.*\n\n## Alternatives\n\n- \*\*`)

// Decisions are numbered without gaps, and have the form that CONTRIBUTING.md states.
func TestDecisionsAreNumbered(t *testing.T) {
	names, err := filepath.Glob("decisions/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for n, name := range names {
		number := fmt.Sprintf("%03d", n+1)
		require.Equal(t, number, filepath.Base(name)[:3], name)
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		parts := decision.FindSubmatch(text)
		require.NotNil(t, parts, "%s lacks its date, status, decision or alternatives (see CONTRIBUTING.md)", name)
		require.Equal(t, number, string(parts[1]), name)
	}
}
