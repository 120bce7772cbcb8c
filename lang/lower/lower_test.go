package lower

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
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

// requireSame runs a program on the typed tree and as IR, and requires equal traces.
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

// TestPrograms runs every program of testdata in three forms: as typed tree, as IR, and as IR
// after all passes.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			p := check(t, filepath.Base(name), string(text))
			s := frames(200)
			m := requireSame(t, p, s)
			want := play(t, m, s)
			for _, passes := range [][]pass.Pass{pass.Stages(), pass.List()} {
				for _, env := range []pass.Env{{}, {XLen: 32}} {
					m, err := Lower(p)
					require.NoError(t, err)
					require.NoError(t, pass.Run(m, passes, pass.Options{Env: env, Check: true, Seed: 3}))
					require.Equal(t, want, play(t, m, s))
				}
			}
		})
	}
}

// play returns the trace of a module as text, without channel events.
func play(t *testing.T, m *ir.Module, s *world.Script) string {
	t.Helper()
	mc, err := program.New(m, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 0)
	require.NoError(t, err)
	kept := tr.Events[:0]
	for _, e := range tr.Events {
		if e.Kind != trace.Send && e.Kind != trace.Recv {
			kept = append(kept, e)
		}
	}
	tr.Events, tr.Waits = kept, nil
	return trace.Print(tr)
}

// frames makes n frames for device 0. Most of the frames differ little from a message that
// layouts.sn parses.
func frames(n int) *world.Script {
	r := rand.New(rand.NewPCG(1, 2))
	s := &world.Script{Devices: []string{"d"}}
	for k := range n {
		f := []byte{byte(1+r.IntN(6))<<5 | byte(r.IntN(32)), byte(r.IntN(8)), 1, 2, 3, 4, []byte{1, 4, 200, 4, 1, 9}[r.IntN(6)], 0xbe, 0xef}
		for range 9 {
			f = append(f, byte(r.Uint32()))
		}
		body := r.IntN(6)
		f = append(f, byte(body))
		for range body {
			f = append(f, byte('a'+r.IntN(26)))
		}
		f = append(f, 0, byte(r.IntN(11)))
		for range r.IntN(35) {
			f = append(f, byte('A'+r.IntN(26)))
		}
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(k), Device: 0, Data: f[:len(f)-r.IntN(3)]})
	}
	return s
}

// FuzzLower lowers every program that the checker accepts. The result must be a verified
// module.
func FuzzLower(f *testing.F) {
	for _, pattern := range []string{"testdata/*.sn", "../../examples/*/*.sn"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, errs := syntax.Parse(&diag.File{Name: "f.sn", Text: text})
		if errs.Err() != nil {
			return
		}
		p, _ := types.Check([]*syntax.File{file}, types.Options{})
		if p == nil {
			return
		}
		m, err := Lower(p)
		require.NoError(t, err)
		again, err := ir.Parse(&diag.File{Name: "f.sir", Text: ir.Print(m)})
		require.NoError(t, err)
		require.Equal(t, ir.Print(m), ir.Print(again))
		if p.System != nil {
			requireSameStart(t, p, m)
		}
	})
}

// requireSameStart compares the trace of the tree with the trace of the IR. It skips the
// comparison if a run takes too long.
func requireSameStart(t *testing.T, p *tree.Program, m *ir.Module) {
	t.Helper()
	s := frames(10)
	ref, err := source.New(p, world.New(s))
	require.NoError(t, err)
	want, err := sim.Run(ref, 20)
	mc, err2 := program.New(m, world.New(s))
	require.NoError(t, err2)
	got, err2 := sim.Run(mc, 20)
	if err != nil || want.Status == trace.Limit || got.Status == trace.Limit {
		return
	}
	require.NoError(t, err2)
	require.Empty(t, trace.Compare(want, got, trace.Options{Channels: true}))
}
