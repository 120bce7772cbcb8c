package flow

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/top"
)

// placed is a report in nextpnr's format. Its path has a register, an operand, a sum of three
// bits, a branch and a memory.
const placed = `{"critical_paths": [
 {"from": "<async>", "to": "posedge clk", "path": [{"delay": 99, "from": {"cell": "x"}, "to": {"cell": "y", "port": "D"}}]},
 {"from": "posedge clk", "to": "posedge clk", "path": [
  {"delay": 1.25, "from": {"cell": "the_core.n1_SB_LUT4_O_LC"}, "to": {"cell": "the_core.regs.0.0_RAM", "port": "RDATA_0"}},
  {"delay": 2.0, "from": {"cell": "the_core.regs.0.0_RAM"}, "to": {"cell": "the_core.n1_SB_LUT4_O_LC", "port": "I2"}, "net": "the_core.rf2[0]"},
  {"delay": 1.0, "from": {"cell": "the_core.n1_SB_LUT4_O_LC"}, "to": {"cell": "the_core.n1_SB_LUT4_O_LC", "port": "O"}},
  {"delay": 3.0, "from": {"cell": "the_core.n1_SB_LUT4_O_LC"}, "to": {"cell": "the_core.x_subtract_SB_CARRY_CI$CARRY", "port": "I2"}, "net": "the_core.n171[0]"},
  {"delay": 0.5, "from": {"cell": "a"}, "to": {"cell": "b", "port": "CIN"}, "net": "the_core.sum_SB_LUT4_O_I3[2]"},
  {"delay": 0.25, "from": {"cell": "b"}, "to": {"cell": "b", "port": "COUT"}},
  {"delay": 0.25, "from": {"cell": "b"}, "to": {"cell": "c", "port": "CIN"}, "net": "the_core.sum_SB_LUT4_O_I3[3]"},
  {"delay": 1.0, "from": {"cell": "c"}, "to": {"cell": "d", "port": "I1"}, "net": "the_core.x_jump_SB_LUT4_I3_O[2]"},
  {"delay": 2.5, "from": {"cell": "d"}, "to": {"cell": "the_core.text.0.0_RAM", "port": "RADDR_5"}, "net": "the_core.n380[5]"},
  {"delay": 0.25, "from": {"cell": "the_core.text.0.0_RAM"}, "to": {"cell": "the_core.text.0.0_RAM", "port": "RADDR_5"}}]}],
 "fmax": {"clk": {"achieved": 83.3, "constraint": 100}}, "utilization": {"ICESTORM_LC": {"used": 7, "available": 9}}}`

// TestCriticalPath checks the longest path between registers, with the names of the Verilog.
// The error for a clock that is too fast suggests a remedy.
func TestCriticalPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	require.NoError(t, os.WriteFile(path, []byte(placed), 0o644))
	b, err := board.Find("icebreaker")
	require.NoError(t, err)
	f := &FPGA{Used: &Usage{}, ClockMHz: 100, design: &top.Design{Board: b, Clock: periph.Hz{Num: 100_000_000, Den: 1}}}
	require.NoError(t, f.timing(path))
	require.Equal(t, []PathStep{{"regs", 1.3}, {"rf2", 6}, {"sum", 1}, {"x_jump", 1}, {"text", 2.8}}, f.Path)
	require.InDelta(t, 12.0, f.PathNs, 1e-9)
	require.Equal(t, 7, f.Used.Cells)
	require.False(t, f.Meets)
	require.EqualError(t, f.tooSlow(), "the design reaches 83.30 MHz and its clock is 100 MHz: --clock 83 is what it reaches, where the PLL makes that; "+
		"else --core multi or another board; longest path 12.0 ns: regs 1.3, rf2 6.0, sum 1.0, x_jump 1.0, text 2.8")
}
