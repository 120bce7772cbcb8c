package rtl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
)

// sameCircuit compares everything except source positions.
var sameCircuit = cmp.Comparer(func(_, _ diag.Span) bool { return true })

func parse(t testing.TB, src string) *rtl.Circuit {
	t.Helper()
	c, err := rtl.Parse(&diag.File{Name: "t.rtl", Text: src})
	require.NoError(t, err, src)
	return c
}

func TestRoundTrip(t *testing.T) {
	for seed := range int64(300) {
		c := rtltest.Random(seed, 40)
		src := c.String()
		back := parse(t, src)
		require.Empty(t, cmp.Diff(c, back, sameCircuit), src)
		require.Equal(t, src, back.String())
	}
}
