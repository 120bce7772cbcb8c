package checks

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// specimens are the programs on which mistakes of the compiler must show: random modules
// of program IR, random programs, and four that people wrote.
func specimens(t *testing.T, modules, programs int) []*Specimen {
	out := append(Modules(0, modules), Random(1, programs)...)
	for _, name := range []string{"../../faults/probe", "../../examples/crc32", "../../examples/pipeline", "../../examples/sort"} {
		files, err := flow.ReadFiles(name)
		require.NoError(t, err)
		out = append(out, &Specimen{Name: name, Files: files})
	}
	return out
}

// TestMutantsOfTheCompilerAreNoticed makes mistakes in what passes, instruction selection
// and the printer of LLVM IR have made. At least 95 of 100 must show. The campaign makes
// all mistakes; other runs take some and fewer programs, where one more that is missed
// weighs much.
func TestMutantsOfTheCompilerAreNoticed(t *testing.T) {
	modules, programs, some, processes, least := 16, 4, 16, 2, 85.0
	switch {
	case testkit.Campaign():
		modules, programs, some, processes, least = 80, 30, 0, 16, 95.0
	case testkit.Full():
		modules, programs, some, processes, least = 40, 12, 40, 6, 90.0
	}
	c, err := NewCompilerMutants(context.Background(), specimens(t, modules, programs))
	require.NoError(t, err)
	for _, kind := range []struct {
		name string
		run  func(int) (*mutate.Score, error)
	}{
		{"passes", c.Passes},
		{"selection", c.Selection},
		{"printing", func(n int) (*mutate.Score, error) { return c.Printing((n+1)/2, processes) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			if kind.name == "printing" {
				testkit.Tool(t, "clang-19", "clang")
				testkit.Tool(t, "ld.lld-19", "ld.lld")
			}
			score, err := kind.run(some)
			require.NoError(t, err)
			t.Log(score.Line())
			for _, m := range score.Missed {
				t.Logf("  missed: %s (%s)", m.Name, m.Why)
			}
			require.GreaterOrEqual(t, score.Percent(), least)
		})
	}
}
