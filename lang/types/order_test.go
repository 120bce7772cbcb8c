package types

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	gotypes "go/types"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fileOrder is the order in which the files of the package should be read. As far as possible,
// a file uses only files before it.
func fileOrder() []string {
	return strings.Fields(`
		report checker flow ability net narrow body packages nodes words typeexpr receive member args real alias hint
		changed convert expr log time func any consts struct loop layout layoutvalue service host test
		generic budget check arith wrap place match map devices fake method select call stmt
	`)
}

// maxBack is the largest number of backward references.
const maxBack = 40

// TestFilesAreInOrder looks at all pairs of files where file A uses a function, method, type,
// variable or constant of file B. It counts the backward pairs, in which B comes after A in
// fileOrder. Some backward pairs are necessary, because expressions, statements, types and
// declarations refer to each other. The test limits their number.
func TestFilesAreInOrder(t *testing.T) {
	order := fileOrder()
	all, back := 0, []string{}
	for from, names := range references(t) {
		for to, name := range names {
			i, j := slices.Index(order, from), slices.Index(order, to)
			require.True(t, i >= 0, "%s.go has no place in fileOrder", from)
			require.True(t, j >= 0, "%s.go has no place in fileOrder", to)
			if all++; i < j {
				back = append(back, fmt.Sprintf("%s uses %s of %s", from, name, to))
			}
		}
	}
	slices.Sort(back)
	t.Logf("%d of %d references between files run back:\n%s", len(back), all, strings.Join(back, "\n"))
	require.Greater(t, all, 100, "the references are not found")
	require.LessOrEqual(t, len(back), maxBack)
}

// references maps each file to the files that it uses. For each used file, the map has one of the
// used names. Names from other packages are ignored.
func references(t *testing.T) map[string]map[string]string {
	set := token.NewFileSet()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var files []*ast.File
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			f, err := parser.ParseFile(set, e.Name(), nil, 0)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	info := &gotypes.Info{Uses: map[*ast.Ident]gotypes.Object{}}
	conf := gotypes.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := conf.Check("types", set, files, info) // the errors are about other packages
	out := map[string]map[string]string{}
	for id, o := range info.Uses {
		if _, method := o.(*gotypes.Func); o.Pkg() != pkg || !method && o.Parent() != pkg.Scope() {
			continue
		}
		from, to := fileOf(set, id.Pos()), fileOf(set, o.Pos())
		if from == to {
			continue
		}
		if out[from] == nil {
			out[from] = map[string]string{}
		}
		if was := out[from][to]; was == "" || o.Name() < was {
			out[from][to] = o.Name()
		}
	}
	return out
}

func fileOf(set *token.FileSet, p token.Pos) string {
	return strings.TrimSuffix(set.Position(p).Filename, ".go")
}

// nothing is an importer for which every package is empty.
type nothing struct{}

func (nothing) Import(name string) (*gotypes.Package, error) {
	p := gotypes.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}
