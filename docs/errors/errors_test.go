package errors_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/docs/errors"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// codeName is the shape of a code.
var codeName = regexp.MustCompile(`^E\d{4}$`)

// inFiles are codes about files. No program text can cause them.
func inFiles() []string { return []string{"E0001", "E0501", "E0502", "E0503", "E0504"} }

// company lists the codes that the program of a page causes in addition to the page's own
// code. For example, the parser gives up only after many other errors.
func company() map[string][]string { return map[string][]string{"E0119": {"E0102"}} }

// codesInTree collects the codes of the whole tree: string literals that look like a code, in
// files that are not tests.
func codesInTree(t *testing.T) []string {
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && codeName.MatchString(text) {
					found[text] = true
				}
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	var codes []string
	for c := range found {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}

func TestEveryCodeHasItsPage(t *testing.T) {
	require.Equal(t, codesInTree(t), errors.Codes())
}

func TestPages(t *testing.T) {
	for _, code := range errors.Codes() {
		t.Run(code, func(t *testing.T) {
			text, ok := errors.Page(code)
			require.True(t, ok)
			title, _, _ := strings.Cut(text, "\n")
			require.Regexp(t, "^# "+code+": [a-zE].*[^.]$", title)
			require.LessOrEqual(t, strings.Count(text, "\n"), 45, "a page fits a screen")
			if slices.Contains(inFiles(), code) {
				require.Contains(t, text, "error["+code+"]")
				return
			}
			want := append([]string{code}, company()[code]...)
			slices.Sort(want)
			require.Equal(t, want, diagnose(only(t, code, "sn error")))
			mended := only(t, code, "sn mended")
			said := diagnose(mended)
			if code != string(codes.UnusedTask) { // a page shows only the relevant piece, which may lack a system
				said = slices.DeleteFunc(said, func(c string) bool { return c == string(codes.UnusedTask) })
			}
			require.Empty(t, said)
			formatted, list := syntax.FormatSource(&diag.File{Name: "page.sn", Text: mended})
			require.NoError(t, list.Err())
			require.Equal(t, formatted, mended)
		})
	}
}

// only returns the only block of a kind on a page.
func only(t *testing.T, code, kind string) string {
	blocks := testkit.Blocks(t, code+".md", kind)
	require.Len(t, blocks, 1)
	return blocks[0]
}

// diagnose returns the codes of the checker's diagnostics for a program, including warnings,
// each once and in order. The program's first line may set configs, as -D does:
//
//	// settings: port=7000
func diagnose(text string) []string {
	var settings []types.Setting
	first, _, _ := strings.Cut(text, "\n")
	if rest, ok := strings.CutPrefix(first, "// settings: "); ok {
		for _, word := range strings.Fields(rest) {
			name, value, _ := strings.Cut(word, "=")
			settings = append(settings, types.Setting{Name: name, Value: value})
		}
	}
	f, list := syntax.Parse(&diag.File{Name: "page.sn", Text: text})
	if list.Err() == nil {
		_, more := types.Check([]*syntax.File{f}, types.Options{Settings: settings})
		list = append(list, more...)
	}
	var codes []string
	for _, e := range list {
		codes = append(codes, string(e.Code))
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
