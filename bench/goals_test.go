package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLeastLate checks that a late line does not count.
func TestLeastLate(t *testing.T) {
	late := []float64{20, 3, 9, 1, 40}
	at := func(k int) float64 { return late[k] }
	require.Equal(t, 3, leastLate(0, 5, at))
	require.Equal(t, 1, leastLate(0, 3, at))
	require.Equal(t, 4, leastLate(4, 5, at))
}
