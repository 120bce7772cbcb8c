package verilog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// reservedWords reads the words that the test uses as names of a module, a port, a register
// and a memory.
func reservedWords(t *testing.T) []string {
	data, err := os.ReadFile("testdata/reserved.txt")
	require.NoError(t, err)
	var words []string
	for _, line := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	require.Greater(t, len(words), 300)
	return words
}

// named is a circuit whose parts have given words as names.
func named(t *testing.T, module, input, reg, net, mem, output string) *rtl.Circuit {
	b := rtl.NewBuilder(module)
	in := b.Input(input, 4)
	r := b.Reg(reg, 4, 3)
	b.Set(r, b.Name(net, b.Add(r.Q(), in)))
	m := b.Mem(mem, 4, 1, 1, []uint64{1, 2})
	b.WriteMem(m, b.Bits(in, 0, 0), r.Q(), rtl.None)
	b.Output(output, b.ReadSync(m, b.Bits(in, 1, 1), b.Bits(in, 2, 2), rtl.Old))
	b.Output("top_bit", b.Bit(in, 3))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestReservedNames gives every reserved word of a language or a tool as a name to each kind of
// part. Two simulators and yosys must accept all the files.
func TestReservedNames(t *testing.T) {
	dir := t.TempDir()
	var files []string
	modules := map[string]bool{}
	words := reservedWords(t)
	for i := range words {
		word := func(k int) string { return words[(i+k)%len(words)] }
		c := named(t, word(0), word(1), word(2), word(3), word(4), word(5))
		name := verilog.ModuleName(c)
		require.False(t, modules[name], name)
		modules[name] = true
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".v"), []byte(verilog.Write(c, verilog.Options{})), 0o644))
		_, images := verilog.Memories(c)
		for file, text := range images {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
		}
		files = append(files, name+".v")
	}
	for _, generation := range []string{"-g2005", "-g2012"} {
		out, err := run(t, dir, append([]string{testkit.Tool(t, "iverilog"), generation, "-t", "null"}, files...)...)
		require.NoError(t, err, out)
		require.Empty(t, out)
	}
	out, err := run(t, dir, append([]string{testkit.Tool(t, "verilator"), "--lint-only", "-Wall", "-Wno-MULTITOP"}, files...)...)
	require.NoError(t, err, out)
	require.Empty(t, out)
	out, err = run(t, dir, testkit.Tool(t, "yosys"), "-q", "-p", "read_verilog "+strings.Join(files, " "))
	require.NoError(t, err, out)
	require.Empty(t, out)
}
