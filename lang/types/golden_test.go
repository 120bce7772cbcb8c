package types_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
)

// parse reads a program whose text is known to be well-formed.
func parse(t testing.TB, text string) *syntax.File {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: "in.sn", Text: text})
	if errs.Err() != nil {
		t.Fatal(diag.Render(errs))
	}
	return f
}

// check checks a program that must have no errors.
func check(t testing.TB, text string, settings ...types.Setting) *tree.Program {
	t.Helper()
	p, errs := types.Check([]*syntax.File{parse(t, text)}, types.Options{Settings: settings})
	if p == nil {
		t.Fatal(diag.Render(errs))
	}
	return p
}

// settings reads the first line `// settings: a=1 b=2` of a program.
func settings(text string) (list []types.Setting) {
	line, _, _ := strings.Cut(text, "\n")
	rest, ok := strings.CutPrefix(line, "// settings: ")
	if !ok {
		return nil
	}
	for _, s := range strings.Fields(rest) {
		name, value, _ := strings.Cut(s, "=")
		list = append(list, types.Setting{Name: name, Value: value})
	}
	return list
}

// TestErrors compares the checker's diagnostics for each program of testdata/errors with the
// archive. The name of a file is a code, and one of the diagnostics must have this code.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(data)
			text := string(a.Files[0].Data)
			_, errs := types.Check([]*syntax.File{parse(t, text)}, types.Options{Settings: settings(text)})
			got := diag.Render(errs)
			code, _, _ := strings.Cut(filepath.Base(name), "-")
			if !strings.Contains(got, "["+code+"]") {
				t.Errorf("no %s among:\n%s", code, got)
			}
			a.Files[1].Data = []byte(got)
			testkit.Golden(t, name, string(txtar.Format(a)))
		})
	}
}
