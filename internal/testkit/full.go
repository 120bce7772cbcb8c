package testkit

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// Full reports whether tests that have two sizes run in the full size (SINTER_FULL=1, which
// continuous integration sets).
func Full() bool { return os.Getenv("SINTER_FULL") == "1" }

// Campaign reports whether work that takes an hour or more runs completely (SINTER_CAMPAIGN=1,
// which `make campaign` sets). Otherwise only a part of it runs.
func Campaign() bool { return os.Getenv("SINTER_CAMPAIGN") == "1" }

// FreshSeed is a new seed for each run, or the value of SINTER_SEED. FreshSeed prints the
// seed, so that a failure can be repeated.
func FreshSeed(t testing.TB) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("SINTER_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano()) >> 10
	}
	t.Logf("to repeat: SINTER_SEED=%d", seed)
	return seed
}
