package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/ice40"
)

// TestPairs checks that only pairs whose placed periods differ by more than 10 % count, and
// that a price that orders a pair wrongly is counted as wrong.
func TestPairs(t *testing.T) {
	point := func(ps int, mhz float64) pricedPoint {
		return pricedPoint{kernel: "k", name: "pipe3", price: ice40.Usage{Cells: 99, Picoseconds: ps}, at: placement{100, 8, mhz}}
	}
	all := []pricedPoint{point(10000, 100), point(10100, 99), point(20000, 50)}
	pairs, right := ordered(all)
	require.Equal(t, [2]int{2, 2}, [2]int{pairs, right})
	require.Equal(t, "| k | pipe3 | 99 | 100 | -1.0 | 20.0 | 20.0 | +0.0 |\n", all[2].text())
	require.Contains(t, summary(all), "3 points: cells at most 1.0 % off")
	all[2].price.Picoseconds = 10050
	_, right = ordered(all)
	require.Equal(t, 1, right)
	require.Contains(t, summary(all), "Of 2 pairs whose periods differ by over 10 %, 1 are ordered right (50.0 %).")
	require.NotContains(t, summary(all[:1]), "NaN")
}
