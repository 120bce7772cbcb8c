package checks

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// modulesFrom makes specimens of program IR. The first few apply all operators to corner
// values (such as 0 and the largest number) of some widths, and the others are random. The
// specimens reach large values. Programs rarely have large values, because their lengths
// and indices are near zero.
func modulesFrom(seed uint64, n int) []*Specimen {
	var out []*Specimen
	for i := range uint64(n) {
		m, script := moduleOf(seed + i)
		f := &diag.File{Name: fmt.Sprintf("random%d.sir", seed+i), Text: ir.Print(m)}
		out = append(out, &Specimen{Name: f.Name, Files: []*diag.File{f}, Script: script})
	}
	return out
}

// moduleOf makes a random module, and the inputs of its devices if it has devices.
func moduleOf(seed uint64) (*ir.Module, *world.Script) {
	s := &world.Script{}
	widths := []ir.Type{64, 32, 8, 33, 13, 48}
	switch n := uint64(len(widths)); {
	case seed < n:
		return irtest.Corners(seed, widths[seed]), s
	case seed < 2*n:
		return irtest.Shapes(seed, widths[seed-n]), s
	}
	if seed%3 > 0 {
		return irtest.RandomWith(seed, irtest.Options{Size: 12}), s
	}
	o := irtest.Options{Tasks: 2 + int(seed%2), Size: 10, Selects: seed%4 < 2}
	for k := range o.Tasks {
		s.Devices = append(s.Devices, fmt.Sprintf("d%d", k))
	}
	for k := range 12 {
		data := bytes.Repeat([]byte{byte(k), byte(seed)}, 1+k*7%15)
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(k), Device: k * 5 % o.Tasks, Data: data})
	}
	return irtest.RandomWith(seed, o), s
}

// specimens are the programs that must reveal compiler mistakes: random modules of program IR,
// random programs, and five programs that people wrote.
func specimens(t *testing.T, modules, programs int) []*Specimen {
	files, err := flow.ReadFiles("testdata/moves.sn")
	require.NoError(t, err)
	out := append([]*Specimen{{Name: "moves", Files: files}}, modulesFrom(0, modules)...)
	out = append(out, Random(1, programs)...)
	for _, name := range []string{"../../faults/probe", "../../examples/crc32", "../../examples/pipeline", "../../examples/sort"} {
		files, err := flow.ReadFiles(name)
		require.NoError(t, err)
		out = append(out, &Specimen{Name: name, Files: files})
	}
	return out
}

// TestMutantsOfTheCompilerAreNoticed makes mistakes in the output of passes, of instruction
// selection, and of the LLVM IR printer. At least 95 of 100 mistakes must be found. The
// campaign makes all mistakes. Other test runs make only some mistakes, on fewer programs, so
// each missed mistake counts more.
func TestMutantsOfTheCompilerAreNoticed(t *testing.T) {
	modules, programs, some, processes, least := 16, 4, 16, 3, 85.0
	switch {
	case testkit.Campaign():
		modules, programs, some, processes, least = 80, 30, 0, 17, 95.0
	case testkit.Full():
		modules, programs, some, processes, least = 40, 12, 40, 7, 90.0
	}
	c, err := NewCompilerMutants(context.Background(), specimens(t, modules, programs))
	require.NoError(t, err)
	for _, kind := range []struct {
		name string
		run  func(int) (*mutate.Score, error)
	}{
		{"passes", c.Passes},
		{"selection", func(n int) (*mutate.Score, error) { return c.Selection(3 * n) }}, // these mistakes are cheap to try
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
