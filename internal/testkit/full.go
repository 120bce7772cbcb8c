package testkit

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// Full reports whether tests that come in two sizes shall run in full
// (SINTER_FULL=1, as continuous integration sets it).
func Full() bool { return os.Getenv("SINTER_FULL") == "1" }

// Campaign reports whether work that takes an hour or more runs whole
// (SINTER_CAMPAIGN=1, as `make campaign` sets it); otherwise a share of it does.
func Campaign() bool { return os.Getenv("SINTER_CAMPAIGN") == "1" }

// FreshSeed is a seed that no run before this one had, or SINTER_SEED. It is
// printed, so that a failure can be repeated.
func FreshSeed(t testing.TB) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("SINTER_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano()) >> 10
	}
	t.Logf("to repeat: SINTER_SEED=%d", seed)
	return seed
}
