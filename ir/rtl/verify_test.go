package rtl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
)

// badLines are statements of a circuit with the errors that they cause.
var badLines = []struct{ line, want string }{
	{"input a 8", "the name `a` is taken"},
	{"input w 0", "a width is in 1..64, got 0"},
	{"input w 65", "a width is at most 64, got 65"},
	{"input 7 8", "expected a name, found `7`"},
	{"input @x 8", "node: expected a name, got \"@x\""},
	{"input $x 8", "node: expected a name, got \"$x\""},
	{"x 8 = foo a", "expected an operator, `const` or `read`, found `foo`"},
	{"x 8 = 5", "expected an operator, `const` or `read`, found `5`"},
	{"x 8 = add a", "expected the name of a value, found end of line"},
	{"x 8 = add a b", "add: widths [8 4] do not give width 8"},
	{"x 8 = add a nobody", "expected a value that comes before, found `nobody`"},
	{"x 8 = add a a a", "expected the end of the line, found `a`"},
	{"x 8 = add a x", "expected a value that comes before, found `x`"},
	{"x 4 = slice a 5", "slice: widths [8] do not give width 4"},
	{"x 4 = slice a 64", "low bit is at most 63, got 64"},
	{"x 4 = const 16", "constant is at most 15, got 16"},
	{"x 8 = add a 8'256", "constant is at most 255, got 256"},
	{"x 8 = add a 8", "expected `'`, found end of line"},
	{"x 9 = read m async b", "read m: expected 8 bits, got 9"},
	{"x 8 = read m async a", "m: read address: expected 4 bits, got 8"},
	{"x 8 = read nowhere async a", "expected the name of a memory, found `nowhere`"},
	{"x 8 = read m sync maybe", "expected `old`, `new` or `never`, found `maybe`"},
	{"x 8 = read m b", "expected `sync`, found `b`"},
	{"x 8 = read m sync old", "memory m: a synchronous read port has no address"},
	{"drive p addr b", "expected a synchronous read without an address"},
	{"drive a addr b", "expected a synchronous read without an address"},
	{"reg s 4 reset 16", "reset is at most 15, got 16"},
	{"reg s 4", "expected `reset`, found end of line"},
	{"mem m 8 addr 2 lanes 1", "the name `m` is taken"},
	{"mem k 8 addr 0 lanes 1", "memory k: an address has 1..22 bits, got 0"},
	{"mem k 8 addr 23 lanes 1", "addr is at most 22, got 23"},
	{"mem k 8 addr 2 lanes 3", "memory k: expected lanes that divide the width 8, got 3"},
	{"mem k 8 addr 2 lanes 0", "memory k: expected lanes that divide the width 8, got 0"},
	{"init m 256", "initial word is at most 255, got 256"},
	{"init m" + strings.Repeat(" 1", 17), "memory m: expected at most 16 initial words, got 17"},
	{"set a b", "expected a register"},
	{"set r a", "set r: expected 4 bits, got 8"},
	{"set r", "expected the name of a value, found end of line"},
	{"write m addr a data a", "m: write address: expected 4 bits, got 8"},
	{"write m addr b data b", "m: write data: expected 8 bits, got 4"},
	{"write m addr b data a lanes b", "m: write lanes: expected 2 bits, got 4"},
	{"write m addr b", "expected `data`, found end of line"},
	{"if a {\n}", "condition: expected 1 bits, got 8"},
	{"if c {\nset r b", "expected a statement, found `end`"},
	{"if c {\n} else\n", "expected `{`, found end of line"},
	{"if c {\ninput z 4\n}", "expected a statement, found `input`"},
	{strings.Repeat("if c {\n", 300), "expected at most 200 nested regions"},
	{"output a 8 = a", "output: the name `a` is taken"},
	{"output o 4 = a", "output o: expected its width to be 8, got 4"},
	{"assert x = a", "assert x: expected 1 bits, got 8"},
	{"assert x = c\nassert x = c", "assert: the name `x` is taken"},
	{"probe x = a\nprobe x = a", "probe: the name `x` is taken"},
	{"nonsense", "expected a statement, found `nonsense`"},
	{"\"text\"", "expected a statement, found `\"text\"`"},
}

const frame = "circuit t\nmem m 8 addr 4 lanes 2\ninput a 8\ninput b 4\ninput c 1\nreg r 4 reset 0\np 8 = read m sync old\ndrive p addr b\nn 8 = not a\n%s\nend\n"

func TestBadStatements(t *testing.T) {
	for _, c := range badLines {
		_, err := rtl.Parse(&diag.File{Name: "t", Text: strings.Replace(frame, "%s", c.line, 1)})
		require.ErrorContains(t, err, c.want, c.line)
		require.False(t, diag.AsList(err)[0].Span.IsZero() && !strings.Contains(c.want, "probe"), "no place: %v", err)
	}
	parse(t, strings.Replace(frame, "%s", "", 1))
}

func TestBadTexts(t *testing.T) {
	for src, want := range map[string]string{
		"":                         "t:1:1: error: expected `circuit`, found end of text",
		"circuit":                  "t:1:8: error: expected the name of the circuit, found end of text",
		"circuit x":                "t:1:10: error: expected a statement, found end of text",
		"circuit x\nend\nmore":     "t:3:1: error: expected the end of the text, found `more`",
		"circuit x y\nend":         "t:1:11: error: expected the end of the line, found `y`",
		"circuit x\nend end":       "t:2:5: error: expected the end of the text, found `end`",
		"circuit x\n\x00\nend":     "t:2:1: error: expected a statement, found the character '\\x00'",
		"circuit x\nend 4 = add\n": "t:2:12: error: expected the name of a value, found end of line",
	} {
		_, err := rtl.Parse(&diag.File{Name: "t", Text: src})
		require.EqualError(t, err, want, "%q", src)
	}
}

func TestSugar(t *testing.T) {
	c := parse(t, "circuit t // names may be words of the language\ninput input 8\nadd 8 = add input 8'1\nif 8 = add add 8'1\nset 1 = eq if 8'1\noutput end 1 = set\nend\n")
	require.Equal(t, "circuit t\n  input input 8\n  %1 8 = const 1\n  add 8 = add input %1\n  if 8 = add add %1\n  set 1 = eq if %1\n  output end 1 = set\nend\n", c.String())
	require.Empty(t, cmp.Diff(c, parse(t, c.String()), sameCircuit))
}

// TestVerify breaks a circuit in ways that are not possible in text.
func TestVerify(t *testing.T) {
	cases := []struct {
		want string
		do   func(c *rtl.Circuit)
	}{
		{"argument 1 of not does not come before it", func(c *rtl.Circuit) { c.Nodes[5].Args[0] = 5 }},
		{"argument 1 of not does not come before it", func(c *rtl.Circuit) { c.Nodes[5].Args[0] = rtl.None }},
		{"no operator 0", func(c *rtl.Circuit) { c.Nodes[5].Op = 0 }},
		{"not takes no immediate", func(c *rtl.Circuit) { c.Nodes[5].Imm = 1 }},
		{"node 5 has no kind", func(c *rtl.Circuit) { c.Nodes[5].Kind = 77 }},
		{"a width is in 1..64, got 65", func(c *rtl.Circuit) { c.Nodes[5].Width = 65 }},
		{"circuit: expected a name, got \"\"", func(c *rtl.Circuit) { c.Name = "" }},
		{"node: expected a name, got \"a b\"", func(c *rtl.Circuit) { c.Nodes[5].Name = "a b" }},
		{"node: expected a name, got \"a.\"", func(c *rtl.Circuit) { c.Nodes[5].Name = "a." }},
		{"node: the name `r` is taken", func(c *rtl.Circuit) { c.Nodes[5].Name = "r" }},
		{"not listed, or not in node order", func(c *rtl.Circuit) { c.Inputs[0], c.Inputs[1] = c.Inputs[1], c.Inputs[0] }},
		{"expected 4 inputs and 1 registers, got 3 and 1 nodes", func(c *rtl.Circuit) { c.Inputs = append(c.Inputs, 0) }},
		{"not listed, or not in node order", func(c *rtl.Circuit) { c.Regs = nil }},
		{"not listed, or not in node order", func(c *rtl.Circuit) { c.Regs[0].Name = "q" }},
		{"expected a reset value of 4 bits, got 16", func(c *rtl.Circuit) { c.Regs[0].Reset = 16 }},
		{"expected a constant of 8 bits, got 256", func(c *rtl.Circuit) { c.Nodes[5] = rtl.Node{Kind: rtl.KConst, Width: 8, Imm: 256} }},
		{"not listed, or not in node order", func(c *rtl.Circuit) { c.Nodes[4].Port = 1 }},
		{"not listed, or not in node order", func(c *rtl.Circuit) { c.Nodes[4].Index = 9 }},
		{"memory m: expected 2 read ports, got 1 nodes", func(c *rtl.Circuit) { c.Mems[0].Reads = append(c.Mems[0].Reads, rtl.Read{}) }},
		{"memory m: initial word 0: expected 8 bits, got 0x100", func(c *rtl.Circuit) { c.Mems[0].Init = []uint64{256} }},
		{"memory m: a width is in 1..64, got 0", func(c *rtl.Circuit) { c.Mems[0].Width = 0; c.Mems[0].Reads = nil; c.Nodes = c.Nodes[:4] }},
		{"memory: the name `m` is taken", func(c *rtl.Circuit) { c.Mems = append(c.Mems, c.Mems[0]) }},
		{"no policy 9", func(c *rtl.Circuit) { c.Mems[0].Reads[0].Policy = 9 }},
		{"the address of an asynchronous read does not come before it", func(c *rtl.Circuit) { c.Mems[0].Reads[0].Sync = false; c.Mems[0].Reads[0].Addr = 6 }},
		{"an asynchronous read has policy old and no enable", func(c *rtl.Circuit) { c.Mems[0].Reads[0].Sync = false; c.Mems[0].Reads[0].Enable = 2 }},
		{"set: no register 7", func(c *rtl.Circuit) { c.Body = []rtl.Effect{{Kind: rtl.SetReg, Index: 7}} }},
		{"write: no memory 7", func(c *rtl.Circuit) { c.Body = []rtl.Effect{{Kind: rtl.WriteMem, Index: 7}} }},
		{"expected the write of port 0, got port 0 of 0", func(c *rtl.Circuit) { c.Body = []rtl.Effect{{Kind: rtl.WriteMem}} }},
		{"effect of no kind", func(c *rtl.Circuit) { c.Body = []rtl.Effect{{Kind: 9}} }},
		{"condition: expected a node, got 99", func(c *rtl.Circuit) { c.Body = []rtl.Effect{{Kind: rtl.If, Cond: 99}} }},
		{"memory m: expected 1 writes for its ports, got 0", func(c *rtl.Circuit) {
			c.Mems[0].Writes = []rtl.Write{{Addr: 1, Data: 0, Lanes: rtl.None}}
		}},
		{"expected the write of port 1, got port 0 of 1", func(c *rtl.Circuit) {
			c.Mems[0].Writes = []rtl.Write{{Addr: 1, Data: 0, Lanes: rtl.None}}
			c.Body = []rtl.Effect{{Kind: rtl.WriteMem}, {Kind: rtl.WriteMem}}
		}},
		{"output o: expected a node, got 99", func(c *rtl.Circuit) { c.Outputs = []rtl.Output{{Name: "o", Node: 99}} }},
		{"probe o: expected a node, got -1", func(c *rtl.Circuit) { c.Probes = []rtl.Probe{{Name: "o", Node: rtl.None}} }},
	}
	const src = "circuit t\nmem m 8 addr 4 lanes 2\ninput a 8\ninput b 4\ninput c 1\nreg r 4 reset 0\np 8 = read m sync old\ndrive p addr b\nn 8 = not a\nk 4 = not b\nend\n"
	for _, c := range cases {
		circuit := parse(t, src)
		c.do(circuit)
		require.ErrorContains(t, circuit.Verify(), c.want)
	}
}

func TestVerifySaysAtMostTen(t *testing.T) {
	c := &rtl.Circuit{Name: "t"}
	for range 50 {
		c.Nodes = append(c.Nodes, rtl.Node{Kind: rtl.KConst})
	}
	var list diag.List
	require.True(t, errors.As(c.Verify(), &list))
	require.Len(t, list, 10)
}

func FuzzParse(f *testing.F) {
	f.Add(blink)
	for seed := range int64(10) {
		f.Add(rtltest.Random(seed, 12).String())
	}
	for _, c := range badLines {
		f.Add(strings.Replace(frame, "%s", c.line, 1))
	}
	f.Fuzz(func(t *testing.T, src string) {
		c, err := rtl.Parse(&diag.File{Name: "t", Text: src})
		if err != nil {
			require.NotEmpty(t, diag.AsList(err))
			return
		}
		text := c.String()
		back, err := rtl.Parse(&diag.File{Name: "t", Text: text})
		require.NoError(t, err, text)
		require.Empty(t, cmp.Diff(c, back, sameCircuit))
		require.NoError(t, c.Flat().Circuit.Verify())
		require.NoError(t, c.Expand().Verify())
		require.NoError(t, c.Prune().Verify())
	})
}
