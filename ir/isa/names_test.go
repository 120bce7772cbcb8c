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

// words lists the files in which a string that looks like a mnemonic has another meaning.
var words = []struct {
	prefix string // of the path
	spells []string
}{
	{"ir/word/table.go", []string{"add", "sub", "mul", "divu", "remu", "and", "or", "xor"}}, // operators of expressions
	{"ir/gate/aigread.go", []string{"and"}},                                                 // a row of an AIGER file
	{"verify/yosys/", []string{"mul", "add", "sub", "and", "or", "xor"}},                    // cells of yosys
	{"verify/equiv/module.go", []string{"mul", "add", "sub", "and", "or", "xor"}},
	{"lang/", []string{"and", "or"}},                                                    // operators of the language
	{"verify/mutate/llvm.go", []string{"add", "sub", "mul", "and", "or", "xor", "slt"}}, // operations of LLVM's IR
	{"hwgen/verilog/wrap.go", []string{"and", "or"}},                                    // words of Python
	{"verify/gen/", []string{"add", "sub", "mul", "divu", "remu", "and", "or", "xor"}},  // operators of the programs that the package writes
}

// maySpell reports whether a word that looks like a mnemonic has another meaning in a file.
func maySpell(path, word string) bool {
	for _, w := range words {
		if strings.HasPrefix(path, w.prefix) && contains(w.spells, word) {
			return true
		}
	}
	return false
}

// TestNobodySpellsAMnemonic searches strings of Go files outside tests for the names of base
// instructions. The name of an instruction may occur only in the line that defines the
// instruction.
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
			if names[word] && (rest == "" || strings.HasPrefix(rest, "x")) && !maySpell(filepath.ToSlash(rel), word) {
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

// stringsOf lists the string literals of a file, split into lines.
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
