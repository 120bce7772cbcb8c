package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The limits for the shape of the code. Long functions are hard to keep in mind. A function
// that is one switch over operators, or one table, may be longer, because it is read case by
// case.
const (
	mostLines   = 100  // lines of a function
	mostOfFile  = 900  // lines of a file
	mostNesting = 5    // depth of blocks in a function; three is the aim
	mostDeep    = 0.02 // share of the functions that nest more than three
)

// shape holds the measures of a tree of files.
type shape struct {
	functions, deep int // deep: nested more than three times
	wrong           []string
}

// measure measures one file.
func (s *shape) measure(path string, src any) error {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	lines := func(n ast.Node) int { return files.Position(n.End()).Line - files.Position(n.Pos()).Line + 1 }
	complain := func(format string, args ...any) {
		s.wrong = append(s.wrong, path+": "+fmt.Sprintf(format, args...))
	}
	if n := files.File(f.Pos()).LineCount(); n > mostOfFile {
		complain("%d lines, at most %d", n, mostOfFile)
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		s.functions++
		if fn.Name.Name == "init" && fn.Recv == nil {
			complain("a func init; tables are literals or made by a function")
		}
		if n := lines(fn); n > mostLines && n-switchLines(fn.Body, lines) > mostLines/2 {
			complain("%s has %d lines, at most %d unless it is one switch", fn.Name.Name, n, mostLines)
		}
		deep := nesting(fn.Body)
		if deep > 3 {
			s.deep++
		}
		if deep > mostNesting {
			complain("%s nests %d blocks, at most %d", fn.Name.Name, deep, mostNesting)
		}
	}
	return nil
}

// switchLines is the length of the longest switch, select or table among statements.
func switchLines(b *ast.BlockStmt, lines func(ast.Node) int) int {
	most := 0
	for _, s := range b.List {
		switch s := s.(type) {
		case *ast.SwitchStmt, *ast.TypeSwitchStmt:
			most = max(most, lines(s))
		case *ast.ForStmt: // the loop of an interpreter
			most = max(most, switchLines(s.Body, lines))
		case *ast.ReturnStmt:
			for _, x := range s.Results {
				if table, ok := x.(*ast.CompositeLit); ok {
					most = max(most, lines(table))
				}
			}
		}
	}
	return most
}

// nesting is the depth of nested if, for, switch and select statements. An else if does not
// count, and a function literal begins again at 0.
func nesting(n ast.Node) int {
	deepest := 0
	var walk func(n ast.Node, depth int)
	walk = func(root ast.Node, depth int) {
		ast.Inspect(root, func(n ast.Node) bool {
			if n == root || n == nil {
				return true
			}
			switch n := n.(type) {
			case *ast.FuncLit:
				deepest = max(deepest, nesting(n.Body))
				return false
			case *ast.IfStmt:
				for s := n; s != nil; s, _ = s.Else.(*ast.IfStmt) {
					walk(s.Body, depth+1)
					if last, ok := s.Else.(*ast.BlockStmt); ok {
						walk(last, depth+1)
					}
				}
				deepest = max(deepest, depth+1)
				return false
			case *ast.ForStmt:
				deepest = max(deepest, depth+1)
				walk(n.Body, depth+1)
				return false
			case *ast.RangeStmt:
				deepest = max(deepest, depth+1)
				walk(n.Body, depth+1)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				deepest = max(deepest, depth+1)
				walk(n, depth+1)
				return false
			}
			return true
		})
	}
	walk(n, 0)
	return deepest
}

// TestShape checks that no function, file or nesting exceeds the limits of the style, and that
// there is no init function.
func TestShape(t *testing.T) {
	var s shape
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "bin" || d.Name() == "build"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		name, _ := strings.CutPrefix(filepath.ToSlash(path), "../")
		if strings.HasSuffix(path, "_test.go") {
			var tests shape // only init counts in tests
			if err := tests.measure(path, nil); err != nil {
				return err
			}
			for _, w := range tests.wrong {
				if strings.Contains(w, "func init") {
					s.wrong = append(s.wrong, w)
				}
			}
			return nil
		}
		before := len(s.wrong)
		err = s.measure(path, nil)
		for i := before; i < len(s.wrong); i++ {
			s.wrong[i] = strings.Replace(s.wrong[i], path, name, 1)
		}
		return err
	}))
	require.Greater(t, s.functions, 3000)
	require.Empty(t, s.wrong)
	require.Less(t, float64(s.deep)/float64(s.functions), mostDeep, "%d of %d functions nest more than three blocks", s.deep, s.functions)
	t.Logf("%d functions, %d nest more than three blocks", s.functions, s.deep)
}

// TestPlantedShapes checks that each limit can be exceeded.
func TestPlantedShapes(t *testing.T) {
	for want, src := range map[string]string{
		"func init":        "package p\nfunc init() {}\n",
		"long has 103":     "package p\nfunc long() {\n" + strings.Repeat("\tx()\n", 101) + "}\n",
		"nests 6 blocks":   "package p\nfunc deep() {\n" + strings.Repeat("\tif true {\n", 6) + strings.Repeat("\t}\n", 6) + "}\n",
		"1002 lines":       "package p\n" + strings.Repeat("\n", 1000) + "var x = 1\n",
		"nests 7 blocks":   "package p\nfunc deep() { for { switch { default: if a { } else if b { for { if c { for { if d { } } } } } } } }\n",
		"switched has 111": "package p\nfunc switched() {\n" + strings.Repeat("\tx()\n", 100) + "\tswitch {\n\tcase a:\n\t\tx()\n\t\tx()\n\t\tx()\n\t\tx()\n\t\tx()\n\t\tx()\n\t}\n}\n",
	} {
		var s shape
		require.NoError(t, s.measure("planted.go", src), want)
		require.Len(t, s.wrong, 1, want)
		require.Contains(t, s.wrong[0], want)
	}
	var s shape
	require.NoError(t, s.measure("planted.go", "package p\nfunc table() {\n\tswitch {\n"+strings.Repeat("\tcase a:\n\t\tx()\n", 90)+"\t}\n}\n"))
	require.Empty(t, s.wrong, "one switch may be long")
}
