package lower

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

func check(t *testing.T, name, text string) *tree.Program {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: name, Text: text})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	return p
}

// requireSame runs a program on its tree and on its IR.
func requireSame(t *testing.T, p *tree.Program, s *world.Script) *ir.Module {
	t.Helper()
	m, err := Lower(p)
	require.NoError(t, err)
	ref, err := source.New(p, world.New(s))
	require.NoError(t, err)
	want, err := sim.Run(ref, 0)
	require.NoError(t, err)
	mc, err := program.New(m, world.New(s))
	require.NoError(t, err)
	got, err := sim.Run(mc, 0)
	require.NoError(t, err)
	want.Waits, got.Waits = nil, nil
	require.Empty(t, trace.Compare(want, got, trace.Options{Channels: true}))
	return m
}

func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.sn")
	require.NoError(t, err)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			p := check(t, filepath.Base(name), string(text))
			requireSame(t, p, nil)
		})
	}
}

func TestFilterOnCapture(t *testing.T) {
	text, err := os.ReadFile("../../examples/filter/filter.sn")
	require.NoError(t, err)
	data, err := os.ReadFile("../../examples/filter/office.pcap")
	require.NoError(t, err)
	s, err := world.FromCaptures([]string{"inside", "outside"}, []world.Capture{{Device: 0, Name: "office.pcap", Data: data}})
	require.NoError(t, err)
	require.NotEmpty(t, s.Inputs)
	requireSame(t, check(t, "filter.sn", string(text)), s)
}
