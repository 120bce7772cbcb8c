package verilog_test

import (
	"math/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// cyclesOfRandom is the number of cycles for which a random circuit runs.
const cyclesOfRandom = 40

// replay returns a testbench that drives random inputs and prints all outputs in each cycle. It
// also returns the outputs of sim/cycle for the same inputs.
func replay(t *testing.T, c *rtl.Circuit, module int) (bench, want string) {
	rng := rand.New(rand.NewSource(int64(module)))
	e, err := cycle.New(c)
	require.NoError(t, err)
	e.Reset(true)
	e.Step()
	e.Step()
	e.Reset(false)
	return rtltest.Replay(c, e, cyclesOfRandom, func(n *rtl.Node) uint64 { return rng.Uint64() & word.Mask(n.Width) })
}

// TestRandomCircuitsInIcarus compares random circuits with every operator and memory policy
// with sim/cycle.
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
