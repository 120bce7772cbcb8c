package faults

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bodies returns the text of each function and method of a file, by name.
func bodies(t *testing.T, path string) map[string]string {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, 0)
	require.NoError(t, err)
	all := map[string]string{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			all[f.Name.Name] = string(text[set.Position(f.Pos()).Offset:set.Position(f.End()).Offset])
		}
	}
	return all
}

// rulesOf lists the functions that contain the rules of intervals.
var rulesOf = map[string][]string{
	"interval.go": {"Of", "rem", "bits", "shift"},
	"word.go": {
		"Divu", "Remu", "And", "Or", "Xor", "Shl", "Shru", "Shrs", "Slice", "Zext", "Sext", "Minu", "Maxu", "Mins", "Maxs",
		"Decide", "Assume", "without", "Sharpen", "Meet", "Join", "period", "amounts",
	},
}

// TestEachRuleHasAFault checks that the list has a mistake in the rule of each operator. It
// has four mistakes in the function Of: for sums, differences, products and quotients.
func TestEachRuleHasAFault(t *testing.T) {
	for file, rules := range rulesOf {
		path := filepath.Join("ir/interval", file)
		body, planted := bodies(t, filepath.Join(root, path)), map[string]int{}
		for _, f := range read(t) {
			for name, text := range body {
				if f.File == path && strings.Contains(text, f.Old) {
					planted[name]++
				}
			}
		}
		for _, rule := range rules {
			require.Contains(t, body, rule)
			require.Positive(t, planted[rule], "no fault in %s of %s", rule, path)
		}
		if file == "interval.go" {
			require.GreaterOrEqual(t, planted["Of"], 4)
		}
	}
}
