package docs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/sinter-lang/sinter/"

// goPackage is the output of `go list -json` for one package.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// law maps a package, or a folder with a trailing `/*`, to the packages that it may import.
type law map[string][]string

// readLaw reads the rows of the import table.
func readLaw(text string) law {
	rows := law{}
	_, table, _ := strings.Cut(text, "| package | purpose | may import |")
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") {
			continue
		}
		var allowed []string
		for _, name := range strings.Split(cells[3], ",") {
			allowed = append(allowed, longName(strings.TrimSpace(name)))
		}
		rows[strings.TrimSpace(cells[1])] = allowed
	}
	return rows
}

func longName(name string) string {
	switch name {
	case "diag", "text":
		return "internal/" + name
	}
	return name
}

// row finds the rule for a package: its own rule, else the nearest folder's.
func (l law) row(pkg string) ([]string, bool) {
	if allowed, ok := l[pkg]; ok {
		return allowed, true
	}
	for dir := pkg; dir != ""; {
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			break
		}
		dir = dir[:i]
		if allowed, ok := l[dir+"/*"]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func allows(allowed []string, pkg string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		dir, all := strings.CutSuffix(a, "/*")
		return a == "*" || a == pkg || all && (pkg == dir || strings.HasPrefix(pkg, dir+"/"))
	})
}

// onlyForTests lists packages that program code must not import. topOnly lists packages that
// even a test of a lower package must not import.
var (
	onlyForTests = []string{"internal/testkit", "ir/irtest", "ir/rtl/rtltest"}
	topOnly      = []string{"internal/flow", "internal/checks", "internal/cli", "cmd/sinter"}
)

// violations lists the imports that the law does not allow.
func violations(l law, pkgs []goPackage) []string {
	var out []string
	for _, p := range pkgs {
		pkg := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := l.row(pkg)
		if !ok {
			out = append(out, fmt.Sprintf("%s has no row", pkg))
			continue
		}
		for _, imp := range p.Imports {
			if name, own := strings.CutPrefix(imp, module); own && !allows(allowed, name) {
				out = append(out, fmt.Sprintf("%s may not import %s", pkg, name))
			}
		}
		for _, imp := range append(slices.Clone(p.TestImports), p.XTestImports...) {
			name, own := strings.CutPrefix(imp, module)
			if own && slices.Contains(topOnly, name) && !allows(allowed, name) && name != pkg {
				out = append(out, fmt.Sprintf("tests of %s may not import %s", pkg, name))
			}
		}
	}
	return out
}

func list(t *testing.T) []goPackage {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	var pkgs []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func readTable(t *testing.T) law {
	text, err := os.ReadFile("architecture.md")
	require.NoError(t, err)
	l := readLaw(string(text))
	require.Greater(t, len(l), 30, "the import table was not found")
	return l
}

func TestImportsObeyTheTable(t *testing.T) {
	require.Empty(t, violations(readTable(t), list(t)))
}

func TestHelpersOfTestsStayInTests(t *testing.T) {
	for _, p := range list(t) {
		pkg := strings.TrimPrefix(p.ImportPath, module)
		if slices.Contains(onlyForTests, pkg) {
			continue
		}
		for _, imp := range p.Imports {
			require.NotContains(t, onlyForTests, strings.TrimPrefix(imp, module), pkg)
		}
	}
}

func TestPlantedImportIsRejected(t *testing.T) {
	l := readTable(t)
	planted := []goPackage{
		{ImportPath: module + "ir", Imports: []string{module + "sim"}},
		{ImportPath: module + "sim/source", Imports: []string{module + "ir"}},
		{ImportPath: module + "hwgen/core", Imports: []string{module + "backend_riscv"}},
		{ImportPath: module + "lang/eval", TestImports: []string{module + "internal/flow"}},
		{ImportPath: module + "unheard/of"},
	}
	require.Len(t, violations(l, planted), len(planted))
}
