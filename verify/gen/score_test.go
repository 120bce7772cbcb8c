package gen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// root is the project's folder.
const root = "../.."

// scoreSeeds is the number of programs, from seed 1 on, that must find a fault. Continuous
// integration runs these programs.
const scoreSeeds = 500

// sample is the number of faults that are planted in a short run. someSeeds is the largest
// number of programs that are tried for each fault. For a fault that no program finds, the test
// tries all these programs.
const sample, someSeeds = 3, 120

// patience is the time limit for the tool on all programs.
const patience = 10 * time.Minute

// fuzz runs generated programs with a tool, up to the first difference.
func fuzz(tool string, programs int) (said string, code int, err error) {
	return testkit.Within(patience, root, []string{"GOTRACEBACK=none"}, filepath.Clean(tool),
		"fuzz", "--seed", "1", "--count", fmt.Sprint(programs), "--on", "ir,isa", "--first", "--no-shrink", "--out", "")
}

// ends reports whether the tool without a fault ends in time. If it does not end in time, the
// computer is slow, and a faulty tool that does not end shows nothing.
func ends(dir string, programs int) (bool, error) {
	tool, err := testkit.BuildTool(root, dir)
	if err != nil {
		return false, err
	}
	defer os.Remove(tool)
	_, code, err := fuzz(tool, programs)
	return code == 0, err
}

// noticed plants a fault and runs a number of generated programs. A fault also counts as
// noticed if the tool fails or hangs only with the fault. `how` describes the finding.
func noticed(f *testkit.Fault, dir string, programs int) (how string, err error) {
	list, err := f.Overlay(root, dir)
	if err != nil {
		return "", err
	}
	tool, err := testkit.BuildTool(root, dir, "-overlay", list)
	if err != nil {
		return "", err
	}
	defer os.Remove(tool)
	said, code, err := fuzz(tool, programs)
	switch {
	case code == 0:
		return "", nil
	case code == -1 && err != nil:
		if ok, err := ends(dir, programs); !ok {
			return "", err
		}
		return "a hang", nil
	case code == 3:
		first, _, _ := strings.Cut(said, "\n")
		return first, nil
	}
	first, _, _ := strings.Cut(said, "\n")
	return fmt.Sprintf("exit code %d: %s", code, first), nil
}

// TestMutationScore measures how many faults generated programs find: at least 95 in 100 of the
// faults in testdata/faults.txt, planted one at a time. With SINTER_WORTH=1, the test plants
// all faults, which takes a quarter of an hour. Otherwise it plants some faults, spread over
// the list, to check that the list and the test itself still work.
func TestMutationScore(t *testing.T) {
	faults := testkit.Faults(t, "testdata/faults.txt")
	groups := map[string]int{}
	for _, f := range faults {
		groups[f.Group()]++
		_, err := f.Overlay(root, t.TempDir())
		require.NoError(t, err, f.Name)
	}
	require.GreaterOrEqual(t, len(faults), 60)
	for _, g := range []string{"lower", "passes", "cg", "eval", "interpreter", "iss"} {
		require.GreaterOrEqual(t, groups[g], 5, g)
	}
	whole := os.Getenv("SINTER_WORTH") == "1"
	programs := scoreSeeds
	if !whole {
		faults, programs = spread(faults, sample), someSeeds
	}
	var seen atomic.Int64
	t.Run("faults", func(t *testing.T) {
		for _, f := range faults {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				how, err := noticed(f, t.TempDir(), programs)
				require.NoError(t, err)
				if how != "" {
					seen.Add(1)
				}
				t.Logf("noticed: %q", how)
			})
		}
	})
	score := float64(seen.Load()) / float64(len(faults))
	t.Logf("generated programs notice %d of %d planted faults, %.1f %%", seen.Load(), len(faults), 100*score)
	if !whole { // with few faults, one may be among the five per cent that may be missed
		require.GreaterOrEqual(t, int(seen.Load()), len(faults)-1)
		return
	}
	require.GreaterOrEqual(t, score, 0.95)
}

// spread takes n of a list, at equal distances.
func spread(all []*testkit.Fault, n int) []*testkit.Fault {
	var out []*testkit.Fault
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}
