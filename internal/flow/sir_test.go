package flow

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// asIR builds the IR of an example at a stage and loads it again.
func asIR(t *testing.T, example, stage string) (source, again *Program) {
	t.Helper()
	source, err := Load(filepath.Join("..", "..", "examples", example), Options{})
	require.NoError(t, err)
	text, err := source.Artefact(context.Background(), "x.sir", ArtefactOptions{Stage: stage})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.sir")
	require.NoError(t, WriteFile(path, text))
	again, err = Load(path, Options{})
	require.NoError(t, err)
	return source, again
}

// TestRunIR checks that the text of a program's IR, at each stage, behaves like the program's
// source.
func TestRunIR(t *testing.T) {
	worlds := map[string]World{
		"hello": {},
		"queue": {Until: "1ms"},
		"filter": {
			Captures: []string{"inside=" + filepath.Join("..", "..", "examples", "filter", "office.pcap")},
			Frames:   40,
		},
	}
	for example, w := range worlds {
		for _, stage := range []string{"first", "x86", "low"} {
			p, again := asIR(t, example, stage)
			_, want, _, err := p.Trace(context.Background(), Source, "", w)
			require.NoError(t, err)
			for _, level := range []string{IR, ISA} {
				_, got, _, err := again.Trace(context.Background(), level, "", w)
				require.NoError(t, err, "%s %s on %s", example, stage, level)
				require.Empty(t, trace.Compare(want, got, trace.Options{}), "%s %s on %s", example, stage, level)
			}
		}
	}
}

// TestRunIRWithoutSource checks that operations that need a source are refused.
func TestRunIRWithoutSource(t *testing.T) {
	_, again := asIR(t, "hello", "first")
	require.Equal(t, IR, again.Reference())
	_, _, _, err := again.Trace(context.Background(), Source, "", World{})
	require.ErrorContains(t, err, "is program IR: it runs on ir, native")
	var o Options
	require.NoError(t, o.Set("n=1"))
	_, err = Load(again.Path, o)
	require.ErrorContains(t, err, "-D is for sources")
}

// badIR are texts that loading refuses, with the messages.
var badIR = []struct{ text, want string }{
	{"", "x.sir:1:1: error: expected `module`"},
	{"module m\n", "x.sir:1:1: error: module m has no task"},
	{"module m\ntask 0 t @t\n", "x.sir:2:10: error: function @t is used and nowhere defined"},
	{"module m\ndevice 0 d toaster task 0 rx\ntask 0 t @t\nfunc @t() {\nb0:\n  ret\n}\n", "kind `toaster`"},
	{"module m\nstate %a 268435456 align 4\nstate %b 1 align 1\ntask 0 t @t\nfunc @t() {\nb0:\n  ret\n}\n", "a program may have 268435456"},
	{"module m\ntask 0 t @t\nfunc @t() {\nb0:\n  v1: i32 = add v1, v1\n  ret\n}\n", "x.sir:5:3: error: @t: the definition of v1 does not come before its use"},
	{"module m\ntask 0 t @t\nfunc @t() {\nb0:\n  jump b0\n}\n", "a jump leads to the entry block"},
}

func TestBadIR(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sir")
	for _, b := range badIR {
		require.NoError(t, os.WriteFile(path, []byte(b.text), 0o644))
		_, err := Load(path, Options{})
		require.Error(t, err, b.text)
		require.Contains(t, strings.ReplaceAll(err.Error(), path, "x.sir"), b.want)
		list := diag.AsList(err)
		require.NotEmpty(t, list)
		require.NotNil(t, list[0].Span.File, "%s has no place", err)
	}
}

// wrongly plants a mistake in one run of a pass: the first addition of the module becomes a
// subtraction.
func wrongly(n int) func([]pass.Pass) []pass.Pass {
	return func(list []pass.Pass) []pass.Pass {
		right := list[n].Run
		list[n].Run = func(m *ir.Module, env *pass.Env) bool {
			changed := right(m, env)
			for _, f := range m.Funcs {
				if i := addition(f); i != nil {
					if env.Only == nil || env.Only(f) {
						i.Word = word.Sub
					}
					return true
				}
			}
			return changed
		}
		return list
	}
}

// addition returns the first addition of f, or nil.
func addition(f *ir.Func) *ir.Instr {
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpWord && i.Word == word.Add {
				return i
			}
		}
	}
	return nil
}

// TestBisect checks that bisection finds a mistake that is planted in one run of a pass, and
// the function that has the mistake.
func TestBisect(t *testing.T) {
	list := pass.List()
	for _, n := range []int{2, 9} {
		p, err := Load(filepath.Join("..", "..", "examples", "sha256"), Options{Passes: wrongly(n)})
		require.NoError(t, err)
		found, err := p.Bisect(context.Background(), World{})
		require.NoError(t, err)
		require.Len(t, found, 2)
		for _, b := range found {
			require.Equal(t, n+1, b.Number, "%+v", b)
			require.Equal(t, list[n].Name, b.Pass)
			require.NotEmpty(t, b.Function)
			require.NotEmpty(t, b.Detail)
		}
	}
	p, err := Load(filepath.Join("..", "..", "examples", "sha256"), Options{})
	require.NoError(t, err)
	found, err := p.Bisect(context.Background(), World{})
	require.NoError(t, err)
	require.Zero(t, found[0].Number+found[1].Number)
}

// TestBrokenPassIsNoticed checks that a build verifies the program IR after its passes.
func TestBrokenPassIsNoticed(t *testing.T) {
	broken := func(list []pass.Pass) []pass.Pass {
		list[len(list)-1].Run = func(m *ir.Module, _ *pass.Env) bool {
			b := m.Main().Blocks[0]
			b.Instrs = b.Instrs[:len(b.Instrs)-1]
			return true
		}
		return list
	}
	p, err := Load(filepath.Join("..", "..", "examples", "hello"), Options{Passes: broken})
	require.NoError(t, err)
	_, err = p.Image(context.Background())
	require.ErrorContains(t, err, "a pass broke the program IR")
}

// TestPassOptions checks that passes are skipped and shown by name. An unknown name is refused.
func TestPassOptions(t *testing.T) {
	path := filepath.Join("..", "..", "examples", "hello")
	_, err := Load(path, Options{Skip: []string{"nothing"}})
	require.ErrorContains(t, err, "there is no pass \"nothing\"; there are inline,")
	_, err = Load(path, Options{DumpAfter: []string{"nothing"}})
	require.ErrorContains(t, err, "there is no pass")
	_, err = Load(path, Options{Skip: []string{"legalise"}})
	require.ErrorContains(t, err, "cannot be skipped")

	var titles []string
	show := func(title, text string) {
		titles = append(titles, title)
		_, err := ir.Parse(&diag.File{Name: title, Text: text})
		require.NoError(t, err)
	}
	p, err := Load(path, Options{DumpAfter: []string{"legalise", "inline"}, Skip: []string{"gvn", "inline"}, Dump: show})
	require.NoError(t, err)
	_, err = p.Image(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"after pass 16, legalise, for a core"}, titles)
}
