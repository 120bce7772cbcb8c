package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/design"
)

// TestOrganisations checks that the axis of organisations has all organisations of cores, and
// that a picture has a colour and a legend for each.
func TestOrganisations(t *testing.T) {
	require.Equal(t, Organisation, axes()[0].name)
	require.Equal(t, design.Cores(), axes()[0].values)
	picture := string(SVG(nil, nil))
	for _, core := range design.Cores() {
		require.Contains(t, picture, "."+core+"{fill:", core)
		require.Contains(t, picture, ">"+core+"</text>", core)
	}
}

// TestTicks: labels are round numbers within the range.
func TestTicks(t *testing.T) {
	require.Equal(t, []uint64{1000000, 1500000, 2000000, 2500000}, scale{low: 713275, high: 2711877}.ticks())
	require.Equal(t, []uint64{0, 5000000, 10000000, 15000000}, scale{low: 0, high: 15953848}.ticks())
	require.Equal(t, []uint64{400, 500, 600, 700}, scale{low: 352, high: 703}.ticks())
	require.Equal(t, []uint64{7, 8}, scale{low: 7, high: 8}.ticks())
}
