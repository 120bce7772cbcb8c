package examples

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// late checks the log lines of testdata/devices/late.sn on some machines. The times in this
// program pass 2^32 us.
func late(t *testing.T, machines ...[2]string) {
	e := newExample("testdata/devices")
	e.readFile(t, "testdata/devices/late.sn")
	p, err := flow.Load("testdata/devices/late.sn", flow.Options{Check: true})
	require.NoError(t, err)
	w := e.world()
	w.Steps = 100_000 // a mistaken clock may never let the run end
	for _, m := range machines {
		r, err := p.Run(context.Background(), flow.RunOptions{Level: m[0], Core: m[1], World: w})
		require.NoError(t, err)
		require.Equal(t, e.ends, string(r.Status), m)
		require.Equal(t, slices.Sorted(slices.Values(e.logs)), slices.Sorted(slices.Values(r.Lines)), m)
	}
}

// TestLateClock runs late.sn on cores. TestDevices runs it on all machines and compares every
// event.
func TestLateClock(t *testing.T) {
	late(t, [2]string{flow.ISA, ""}, [2]string{flow.Cycle, flow.Multi})
}

// TestLateProcess runs late.sn on the x86-64 products.
func TestLateProcess(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	late(t, [2]string{flow.Native, ""})
}
