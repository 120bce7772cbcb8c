package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
)

func price(t testing.TB, c *rtl.Circuit) gate.Price {
	p, err := plan.Price(c)
	require.NoError(t, err)
	return p
}

func TestSpecialisedCoreIsSmaller(t *testing.T) {
	im := load(t, echo)
	for _, core := range cores() {
		small := price(t, generate(t, im, plan.Options{Core: core}))
		full := price(t, generate(t, im, plan.Options{Core: core, Full: true}))
		t.Logf("%s: %d of %d LUTs, %d of %d cells, depth %d of %d", core, small.LUTs, full.LUTs, small.Cells, full.Cells, small.Depth, full.Depth)
		require.Less(t, small.LUTs*100, full.LUTs*60, core)
	}
}
