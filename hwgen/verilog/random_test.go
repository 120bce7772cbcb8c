package verilog_test

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// cyclesOfRandom is how many cycles a random circuit runs.
const cyclesOfRandom = 40

// replay gives a testbench that drives random inputs and prints all outputs in
// each cycle, and what sim/cycle sees.
func replay(t *testing.T, c *rtl.Circuit, module int) (bench, want string) {
	rng := rand.New(rand.NewSource(int64(module)))
	e, err := cycle.New(c)
	require.NoError(t, err)
	e.Reset(true)
	e.Step()
	e.Step()
	e.Reset(false)
	var decl, pins, body, print strings.Builder
	for i, id := range c.Inputs {
		n := &c.Nodes[id]
		fmt.Fprintf(&decl, "reg [%d:0] i%d = 0;\n", n.Width-1, i)
		fmt.Fprintf(&pins, ", .%s(i%d)", n.Name, i)
	}
	for i, o := range c.Outputs {
		fmt.Fprintf(&decl, "wire [%d:0] o%d;\n", c.Nodes[o.Node].Width-1, i)
		fmt.Fprintf(&pins, ", .%s(o%d)", o.Name, i)
		fmt.Fprintf(&print, " $write(\" %%h\", o%d);", i)
	}
	var sb strings.Builder
	for range cyclesOfRandom {
		for i, id := range c.Inputs {
			n := &c.Nodes[id]
			v := rng.Uint64() & word.Mask(n.Width)
			e.SetInput(id, v)
			fmt.Fprintf(&body, "  i%d = %d'h%x;\n", i, n.Width, v)
		}
		e.Eval()
		for _, o := range c.Outputs {
			v, _ := e.Output(o.Name)
			fmt.Fprintf(&sb, " %0*x", (c.Nodes[o.Node].Width+3)/4, v)
		}
		sb.WriteByte('\n')
		e.Clock()
		fmt.Fprintf(&body, "  #1%s $display; #1 clk = 1; #1 clk = 0;\n", print.String())
	}
	bench = fmt.Sprintf("module tb;\nreg clk = 0, reset = 1;\n%s%s dut(.clk(clk), .reset(reset)%s);\ninitial begin\n  repeat (2) begin #1 clk = 1; #1 clk = 0; end reset = 0;\n%s  $finish;\nend\nendmodule\n",
		decl.String(), c.Name, pins.String(), body.String())
	return bench, sb.String()
}

// TestRandomCircuitsInIcarus compares random circuits of every operator and
// memory policy with sim/cycle.
func TestRandomCircuitsInIcarus(t *testing.T) {
	iverilog, vvp := testkit.Tool(t, "iverilog"), testkit.Tool(t, "vvp")
	for seed := range 40 {
		c := rtltest.Random(int64(seed), 60)
		dir := t.TempDir()
		_, list := verilog.Memories(c)
		list["dut.v"] = verilog.Write(c, verilog.Options{})
		bench, want := replay(t, c, seed)
		list["tb.v"] = bench
		for name, content := range list {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
		}
		out, err := run(t, dir, iverilog, "-Wall", "-Wno-timescale", "-g2005", "-o", "tb", "dut.v", "tb.v")
		require.NoError(t, err, out)
		require.Empty(t, out, "seed %d", seed)
		out, err = run(t, dir, vvp, "-N", "tb")
		require.NoError(t, err, out)
		require.True(t, want == out, "seed %d differs", seed)
	}
}
