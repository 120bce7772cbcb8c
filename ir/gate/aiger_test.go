package gate

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/stretchr/testify/require"
)

// sameGraph compares the contents of files: nodes and shell.
func sameGraph(t *testing.T, want, got *Graph) {
	t.Helper()
	require.Equal(t, len(want.Nodes), len(got.Nodes))
	for i := range want.Nodes {
		a, b := want.Nodes[i], got.Nodes[i]
		a.Origin, b.Origin = 0, 0
		require.Equal(t, a, b, "node %d", i)
	}
	for i := range want.Regs {
		want.Regs[i].Span = got.Regs[i].Span
	}
	require.Equal(t, want.Shell, got.Shell)
}

func TestAigerRoundTrip(t *testing.T) {
	for seed := range int64(30) {
		g, err := Build(rtltest.Make(rtltest.Config{Seed: seed, Size: 30, MaxWidth: 16}), Options{Asserts: seed%2 == 0, Probes: seed%3 == 0})
		require.NoError(t, err)
		plain := g.Plain()
		text := Print(g)
		back, err := Parse("x.aag", []byte(text))
		require.NoError(t, err)
		sameGraph(t, plain, back)
		require.Equal(t, text, Print(back))
		binary := PrintBinary(g)
		back, err = Parse("x.aig", binary)
		require.NoError(t, err)
		sameGraph(t, plain, back)
		require.True(t, bytes.Equal(binary, PrintBinary(back)))
	}
}

// TestPlainKeepsTheFunction compares the netlist of a graph with the netlist of its plain form.
// The two shells are the same except for enables.
func TestPlainKeepsTheFunction(t *testing.T) {
	g, err := Build(alu(t, 9), Options{NoEnables: true})
	require.NoError(t, err)
	n, err := Map(g)
	require.NoError(t, err)
	p := n.Graph()
	sameSignals(t, p, n)
	m, err := Map(g.Plain())
	require.NoError(t, err)
	require.NoError(t, m.Verify())
	sameSignals(t, g.Plain(), m)
}

func TestForeignAiger(t *testing.T) {
	g, err := Parse("toggle.aag", []byte("aag 1 0 1 2 0\n2 3\n2\n3\n"))
	require.NoError(t, err)
	require.Equal(t, "l0", g.Regs[0].Name)
	require.Equal(t, g.Regs[0].Q[0].Not(), g.Regs[0].D[0])
	require.Len(t, g.Outputs, 2)
	g, err = Parse("and.aig", []byte("aig 3 2 0 1 1\n6\n\x02\x02i0 x\nc\nmade elsewhere\n"))
	require.NoError(t, err)
	require.Equal(t, "x", g.Inputs[0].Name)
	require.Equal(t, And, g.Nodes[3].Kind)
}

// TestPackageExample checks the text in the package comment.
func TestPackageExample(t *testing.T) {
	const text = "aag 3 1 1 1 1\n2\n4 6\n4\n6 5 2\ni0 in:en[0]\nl0 reg:count[0]\no0 out:led[0]\nc\ncircuit blink\n"
	g, err := Parse("blink.aag", []byte(text))
	require.NoError(t, err)
	require.Equal(t, text, Print(g))
	source, err := os.ReadFile("gate.go")
	require.NoError(t, err)
	require.Contains(t, string(source), "//\t"+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n//\t"))
}

func TestAigerErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "expected `aag` or `aig`"},
		{"aag 1 2\n", "header: expected 5 to 9 numbers"},
		{"aag 1 1 0 0 0 1\n2\n", "properties are not supported"},
		{"aag 99999999 0 0 0 0\n", "expected at most"},
		{"aag 1 1 1 0 0\n", "I + L + A <= M"},
		{"aag 1 1 0 0 0\n3\n", "2:1: error: expected a positive literal"},
		{"aag 1 1 0 1 0\n2\n9\n", "literal 9 is used but not defined"},
		{"aag 2 1 0 0 1\n2\n4 4 2\n", "3:1: error: literal 4 is used"},
		{"aag 1 0 1 0 0\n2 2 7\n", "resets to 0 or 1"},
		{"aag 1 1 0 0 0\n2\nx\n", "expected a symbol"},
		{"aag 1 1 0 0 0\n2\ni0 in:a[3]\n", "expected bit 0, got bit 3"},
		{"aag 1 1 0 0 0\n2\ni0 read:ram.0[0]\n", "no memory port ram.0"},
		{"aag 1 1 0 0 0\n2\nc\nmem m 8 99 1\n", "memory m: expected"},
		{"aag 0 0 0 0 0\nc\nmem m 8 2 1\nread m sync maybe\n", "expected `async` or `sync`"},
		{"aag 0 0 0 0 0\nc\nmem m 8 2 1\nread m async\n", "has no enable"},
		{"aag 0 0 0 0 0\nc\ninit m 1\n", "no memory m is declared"},
		{"aig 2 1 0 0 1\n\xff", "end of the file"},
		{"aig 2 1 0 0 1\n\xff\xff\xff\xff\xff", "too large"},
		{"aig 3 1 0 0 1\n", "M = I + L + A"},
	} {
		_, err := Parse("t", []byte(c.text))
		require.Error(t, err, c.text)
		require.Contains(t, err.Error(), c.want)
		require.Contains(t, err.Error(), "t:", "no place")
	}
}

func FuzzParse(f *testing.F) {
	for seed := range int64(4) {
		g, err := Build(rtltest.Make(rtltest.Config{Seed: seed, Size: 6, MaxWidth: 4}), Options{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(Print(g)))
		f.Add(PrintBinary(g))
	}
	f.Add([]byte("aag 1 0 1 2 0\n2 3\n2\n3\n"))
	f.Add([]byte("aig 3 2 0 1 1\n6\n\x02\x02i0 x\nc\nmade elsewhere\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Parse("f", data)
		if err != nil {
			return
		}
		text := Print(g)
		back, err := Parse("f", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if Print(back) != text {
			t.Fatalf("a second printing differs:\n%s\n%s", text, Print(back))
		}
	})
}
