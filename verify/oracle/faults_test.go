package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestFaults plants mistakes in the front end and the reference machine, one at a time. The
// comparison with the oracle must fail for each mistake. The test plants the mistakes if
// SINTER_CAMPAIGN is 1. Otherwise it only checks that the list of mistakes fits the source
// tree.
func TestFaults(t *testing.T) {
	all := testkit.Faults(t, "testdata/faults.txt")
	require.GreaterOrEqual(t, len(all), 6)
	for _, f := range all {
		t.Run(f.Name, func(t *testing.T) {
			list, err := f.Overlay(root, t.TempDir())
			require.NoError(t, err)
			if !testkit.Campaign() {
				return
			}
			testkit.Tool(t, "python3")
			said, code, err := testkit.Within(testkit.Compiling, ".", []string{"SINTER_FULL=0", "SINTER_CAMPAIGN=0"}, "go", "test", "-overlay", list,
				"-vet=off", "-count=1", "-failfast", "-run", "^(TestProbes|TestPages|TestExamples|TestLevels|TestGenerated)$", ".")
			require.Positive(t, code, "%v\n%s", err, said)
			require.Contains(t, said, "--- FAIL: ")
			require.NotContains(t, said, "[build failed]")
		})
	}
}
