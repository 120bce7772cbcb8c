package isa

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// words says where a string that spells like an instruction is something else.
var words = map[string][]string{
	"ir/word/table.go":     {"add", "sub", "mul", "divu", "remu", "and", "or", "xor"}, // operators of expressions
	"ir/gate/aigread.go":   {"and"},                                                   // a row of an AIGER file
	"lang/types/arith.go":  {"and", "or"},                                             // operators of the language
	"lang/syntax/token.go": {"and", "or"},
	"lang/syntax/expr.go":  {"and", "or"},
	"verify/gen/words.go":  {"and", "or"},
	"verify/gen/edges.go":  {"and", "or"},
}

// TestNobodySpellsAMnemonic looks for the names of base instructions in strings
// of Go files outside of tests: what an instruction is called stands in its
// line and nowhere else.
func TestNobodySpellsAMnemonic(t *testing.T) {
	names := map[string]bool{}
	for _, in := range RV32IM().Insts {
		names[in.Name] = true
	}
	const root = "../.."
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		seen++
		for _, s := range stringsOf(t, path) {
			word, rest, _ := strings.Cut(s, " ")
			if names[word] && (rest == "" || strings.HasPrefix(rest, "x")) && !contains(words[filepath.ToSlash(rel)], word) {
				t.Errorf("%s: the string %q spells an instruction", rel, s)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 300, "the walk starts at the wrong folder")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// stringsOf lists the string literals of a file, one entry a line of text.
func stringsOf(t *testing.T, path string) []string {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			for _, line := range strings.Split(s, "\n") {
				out = append(out, strings.TrimLeft(line, "\t"))
			}
		}
		return true
	})
	return out
}
