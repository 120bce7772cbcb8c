package checks

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// bitstream is an example on a board.
type bitstream struct {
	example, board, clock string
	settings              []string
}

// bitstreams lists all bitstreams of the campaign. A test run with SINTER_FULL=1 makes only
// the first two.
func bitstreams() []bitstream {
	list := []bitstream{{example: "uart-echo", board: "icebreaker"}, {example: "buttons", board: "hx8k", clock: "24"}}
	if !testkit.Campaign() {
		return list
	}
	for _, board := range []string{"icebreaker", "tinyfpga-bx", "hx8k"} {
		for _, example := range []string{"hello", "blinky", "buttons", "pid", "uart-echo", "modbus", "filter"} {
			if example != list[0].example || board != list[0].board {
				list = append(list, bitstream{example: example, board: board})
			}
		}
	}
	return append(list,
		bitstream{example: "hello", board: "icebreaker", clock: "18"},
		bitstream{example: "hello", board: "tinyfpga-bx", clock: "32"},
		bitstream{example: "echo", board: "icebreaker"},
		bitstream{example: "echo", board: "tinyfpga-bx", settings: smallStack()},
		bitstream{example: "echo", board: "hx8k", settings: smallStack()})
}

// TestBitstreams checks that each program fits, meets its clock, and becomes an iCE40
// bitstream. A script test of the command line covers the files that need no FPGA tools.
func TestBitstreams(t *testing.T) {
	if !testkit.Full() {
		t.Skip("bitstreams are made with SINTER_FULL=1")
	}
	for _, tool := range []string{"yosys", "nextpnr-ice40", "icepack"} {
		testkit.Tool(t, tool)
	}
	for _, b := range bitstreams() {
		t.Run(b.example+" "+b.board+" "+b.clock, func(t *testing.T) {
			p := loadExample(t, b.example, b.settings...)
			o := flow.FPGAOptions{Dir: t.TempDir(), Board: b.board, Core: flow.Pipe3, Clock: b.clock, Baud: 115200}
			f, err := p.FPGA(context.Background(), o)
			require.NoError(t, err)
			require.True(t, f.Fits && f.Meets)
			require.Greater(t, f.Used.Cells, 100)
			require.GreaterOrEqual(t, f.FmaxMHz, f.ClockMHz)
			require.InDelta(t, 1000/f.FmaxMHz, f.PathNs, 1)
			require.GreaterOrEqual(t, len(f.Path), 3, "names on the longest path")
			data, err := os.ReadFile(f.Bitstream)
			require.NoError(t, err)
			require.Greater(t, len(data), 10_000)
			require.Contains(t, string(data[:64]), "\x7e\xaa\x99\x7e", "the preamble of a bitstream")
			if testkit.Campaign() { // the makefile of the folder must make the same bitstream
				dir, name := filepath.Split(f.Bitstream)
				cmd := exec.Command(testkit.Tool(t, "make"), "-f", strings.TrimSuffix(name, ".bin")+".mk", "-B")
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", out)
				again, err := os.ReadFile(f.Bitstream)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, again), "the bitstream by hand is another one")
			}
			t.Logf("%d cells, %d block RAMs, %.1f MHz, %d bytes", f.Used.Cells, f.Used.Blocks, f.FmaxMHz, len(data))
			for _, run := range f.Tools {
				t.Logf("  %s %.1f s", run.Tool, run.Seconds)
			}
		})
	}
}
