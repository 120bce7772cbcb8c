package port

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// knowsKinds lists the places where code may name a kind: its table row, its model in the
// simulated world, and the real devices for it in a live run and in the bench. The layer
// below products is in C and is not searched, and the library is not searched either.
var knowsKinds = []string{"ir/port/", "sim/world/", "internal/live/", "bench/"}

// namesOf lists how code names a kind, in identifiers and in strings.
var namesOf = map[string]*regexp.Regexp{
	"eth":      regexp.MustCompile(`^eth$|^net\.(Eth|eth)$`),
	"udp":      regexp.MustCompile(`(?i)^udp|udp$|datagram`),
	"disk":     regexp.MustCompile(`(?i)disk`),
	"gpio_in":  regexp.MustCompile(`(?i)gpio`),
	"gpio_out": regexp.MustCompile(`(?i)gpio`),
	"uart":     regexp.MustCompile(`^uart$|^uart\.(Port|port)`),
	"spi":      regexp.MustCompile(`^spi$|^spi\.(Port|port)`),
	"i2c":      regexp.MustCompile(`^i2c$|^i2c\.(Bus|bus)`),
	"rng":      regexp.MustCompile(`^rng\.(Source|source)`),
}

// most holds the largest allowed counts. A count may fall, and a new kind begins with 0. Code
// names datagrams because of the sockets of the stack, and disks because of their files and
// crashes. Code of sweeps and campaigns also contains the word disk, for the disk of the
// computer. The program generator names datagrams, disks, pins and serial lines.
var most = map[string]int{"eth": 2, "udp": 8, "disk": 32, "gpio_in": 2, "gpio_out": 2, "uart": 1, "spi": 2, "i2c": 2, "rng": 0}

// TestFilesThatNameAKind searches the files that knowsKinds does not list. It counts those
// that name a kind and lists those that name a shape.
func TestFilesThatNameAKind(t *testing.T) {
	named, shapes := map[string][]string{}, map[string][]string{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if err != nil || d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") ||
			slices.ContainsFunc(knowsKinds, func(p string) bool { return strings.HasPrefix(rel, p) }) {
			return err
		}
		words := wordsOf(t, path)
		for kind, name := range namesOf {
			if slices.ContainsFunc(words, name.MatchString) {
				named[kind] = append(named[kind], rel)
			}
		}
		for _, s := range []Shape{Message, Command, Level, Stream} {
			if name := s.String(); slices.Contains(words, "port."+strings.ToUpper(name[:1])+name[1:]) {
				shapes[s.String()] = append(shapes[s.String()], rel)
			}
		}
		return nil
	}))
	for _, k := range Kinds() {
		files := named[k.Name]
		t.Logf("%-9s %2d files name it: %s", k.Name, len(files), strings.Join(files, " "))
		require.LessOrEqual(t, len(files), most[k.Name], "%s: switch on the shape, or on what its row says", k.Name)
		require.NotNil(t, namesOf[k.Name], "how does code name %s?", k.Name)
	}
	for _, s := range []Shape{Message, Command, Level, Stream} {
		t.Logf("%-9s %2d files look at this shape: %s", s, len(shapes[s.String()]), strings.Join(shapes[s.String()], " "))
	}
}

// wordsOf lists the identifiers, the selectors of this package and the strings of a file,
// without its comments and imports.
func wordsOf(t *testing.T, path string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var words []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Ident:
			words = append(words, n.Name)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "port" {
				words = append(words, "port."+n.Sel.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				words = append(words, strings.Trim(n.Value, "\"`"))
			}
		}
		return true
	})
	return words
}

// TestKinds checks that rows are complete and do not contradict each other.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		for _, name := range []string{k.Name, k.Type, k.Make} {
			require.False(t, seen[name], name)
			seen[name] = true
		}
		require.Same(t, k, Find(k.Name))
		require.Same(t, k, OfType(k.Type))
		require.Same(t, k, MadeBy(k.Make))
		require.True(t, k.Package() == "port" || strings.HasPrefix(k.Type, k.Package()+"."))
		require.NotEmpty(t, k.Unit)
		require.NotEmpty(t, k.Capability)
		require.NotEmpty(t, k.Files)
		require.Equal(t, k.Shape == Level, k.Bits > 0, k.Name)
		require.Equal(t, k.Shape == Level, k.In != k.Out, k.Name)
		require.Equal(t, k.Blocks(), k.Trap != "", k.Name)
		require.True(t, k.Shape == Command || !k.Blocks() && len(k.Wires) == 0, k.Name)
		require.Equal(t, IsBus(k.Name), len(k.Wires) > 0, k.Name)
		require.Equal(t, Exchanges(k.Name), k.Shape == Command && !k.Blocks(), k.Name)
		require.True(t, !IsBus(k.Name) || Exchanges(k.Name), k.Name)
		for _, m := range k.Methods {
			require.Contains(t, shapesOf[m.Does], k.Shape, "%s.%s", k.Name, m.Name)
			require.Same(t, k.Method(m.Name), k.Method(m.Name))
			require.False(t, k.Blocks() && m.Takes && m.Gives)
			require.True(t, !m.Same || m.Takes && m.Gives)
			require.True(t, !m.Says || k.Trap == "")
		}
	}
	require.Nil(t, Find("door"))
	require.Equal(t, Message, ShapeOf("door"))
	require.Equal(t, 8, HeadOf("udp"))
	require.Equal(t, 0, HeadOf("door"))
}

// shapesOf lists the shapes to which an operation belongs.
var shapesOf = map[Does][]Shape{
	Recv: {Message, Stream}, Send: {Message, Stream}, Lost: {Message}, Ask: {Command}, Get: {Level}, Put: {Level}, Changed: {Level},
}
