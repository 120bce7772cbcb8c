package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stumbles are phrases that make readers stumble, each with a plain replacement.
var stumbles = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\b[a-z{}.]+ (is|are) no [a-z]+`), "is not a"},
	{regexp.MustCompile(`(?i)[,;]? of which [a-z]+`), "whose, where, or a new sentence"},
	{regexp.MustCompile(`(?i)\bwhat is no\b`), "what is not"},
	{regexp.MustCompile(`(?i)\b(words|bytes|those|head|number|numbers|pass|passes|line|lines) behind\b`), "after"},
	{regexp.MustCompile(`(?i)\bonly then, when\b`), "only when"},
	{regexp.MustCompile(`(^ ?|[.:;] )Of (the|those|these|a|an|another|each|what|it|several|two|random|all)\b`), "the subject first"},
	{regexp.MustCompile(`; of (the|those|these|a|an|one|it|another|equals|several)\b`), "a new sentence"},
	{regexp.MustCompile(`[a-z] (is|are) none[.,;]`), "what it is"},
	{regexp.MustCompile(`\b(number|width|size|length) of [a-z -]+ from which\b`), "at least this number"},
	{regexp.MustCompile(`(?i)\bnothing (acts|moves|passes)\b`), "no and the noun"},
	{regexp.MustCompile(`\band neither (does|do|is|are)\b`), "a new sentence"},
}

// plain are phrases with these words that are clear.
var plain = []string{"there is none", "there are none", "there is no", "there are no", "each of which", "all of which", "is no less", "are no longer", "is no longer", "is no more than"}

// old are pages that record past decisions. They stay as they were written.
var old = []string{"docs/decisions/", "docs/oracle.md"}

// longest is the largest number of columns of a comment line.
const longest = 120

// prose returns the comments of a Go file or the text of a page. It joins each run of lines,
// and gives the number of its first line.
func prose(path, text string) (runs []string, at []int, long []int) {
	open := false
	for n, line := range strings.Split(text, "\n") {
		said := line
		if strings.HasSuffix(path, ".go") {
			_, comment, found := strings.Cut(line, "//")
			if !found {
				open = false
				continue
			}
			if said = comment; strings.HasPrefix(strings.TrimSpace(line), "// ") && len([]rune(line)) > longest {
				long = append(long, n+1)
			}
		}
		if said = strings.TrimSpace(said); said == "" {
			open = false
			continue
		}
		if !open {
			runs, at = append(runs, ""), append(at, n+1)
		}
		open = true
		runs[len(runs)-1] += " " + said
	}
	return runs, at, long
}

// slips lists the phrases in a file that make readers stumble.
func slips(path, text string) (out []string) {
	runs, at, long := prose(path, text)
	for k, run := range runs {
		for _, p := range plain {
			run = strings.ReplaceAll(strings.ReplaceAll(run, p, ""), strings.ToUpper(p[:1])+p[1:], "")
		}
		for _, s := range stumbles {
			if found := s.pattern.FindString(run); found != "" {
				out = append(out, fmt.Sprintf("%s:%d: %q; write: %s", path, at[k], found, s.instead))
			}
		}
	}
	for _, n := range long {
		out = append(out, fmt.Sprintf("%s:%d: a comment of more than %d columns", path, n, longest))
	}
	return out
}

// TestEnglish searches all comments and pages for phrases that have made readers stumble.
func TestEnglish(t *testing.T) {
	var out []string
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../")
		if err != nil || d.IsDir() {
			if d != nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return err
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".md" || rel == "docs/english_test.go" {
			return nil
		}
		for _, p := range old {
			if strings.HasPrefix(rel, p) {
				return nil
			}
		}
		text, err := os.ReadFile(path)
		out = append(out, slips(rel, string(text))...)
		return err
	}))
	require.Empty(t, out)
}

// TestEnglishNotices checks that the check can fail, even for a phrase that spans two lines.
func TestEnglishNotices(t *testing.T) {
	require.Len(t, slips("x.go", "// A door that is\n// no window.\n"), 1)
	require.Len(t, slips("x.md", "A list of which the first is old.\n\nLines behind it.\n"), 2)
	require.Len(t, slips("x.go", "\t// "+strings.Repeat("x", longest)+"\n"), 1)
	require.Empty(t, slips("x.go", "// there is\n// no door, each of which is red\nx := 1 // that is\ny()\n// no more\n"))
	require.Len(t, slips("x.md", "Of the doors one is red.\n\nA door; of a house the first.\n\nAn empty one is none.\n"), 3)
	require.Len(t, slips("x.go", "// A wall is red, and neither\n// does a roof.\n\n// The number of doors from which\n// a wall is a gate. While nothing moves, all is still.\n"), 3)
}
