package x86

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFont checks that each visible ASCII character has a different picture.
func TestFont(t *testing.T) {
	rows := strings.Split(strings.TrimSuffix(strings.TrimPrefix(font(), "static const u8 font[][7] = {"), "};"), "}, ")
	require.Equal(t, "", rows[len(rows)-1])
	seen := map[string]bool{}
	for _, r := range rows[:len(rows)-1] {
		require.Equal(t, 7, strings.Count(r, ", "))
		seen[r] = true
	}
	require.Len(t, seen, 1+'~'-' ')
	require.Equal(t, "{4, 10, 17, 17, 31, 17, 17, ", rows['A'-' '])
}
