package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHeapsGrowByWhatIsLive(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, 10 << 20: 400, 44 << 20: 227, 88 << 20: 63, 116 << 20: 50, 150 << 20: 50, 170 << 20: 150, 1 << 30: 150} {
		require.Equal(t, want, growth(live), "%d MiB", live>>20)
	}
}

// The growth is set again after each collection, until other code sets it.
func TestTheGrowthFollowsTheHeap(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	Tune()
	held := make([]byte, 88<<20)
	percent := func() int {
		sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(sample)
		return int(sample[0].Value.Uint64())
	}
	for n := 0; n < 100 && percent() == gcPercent; n++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	require.Less(t, percent(), 110)
	Lean()
	for range 3 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	require.Equal(t, gcPercent/4, percent())
	runtime.KeepAlive(held)
}
