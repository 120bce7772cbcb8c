package flow

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestWrappers checks the texts for the integration into other designs, for cores with frames,
// pins and bytes. Icarus reads the AXI4-Stream module with its core. Python parses the modules
// for LiteX and cocotb. The FuseSoC description names files that exist.
func TestWrappers(t *testing.T) {
	icarus, python := testkit.Tool(t, "iverilog"), testkit.Tool(t, "python3")
	for example, captures := range map[string][]string{"filter": {"inside=none"}, "uart-echo": nil} {
		p, err := Load("../../examples/"+example, Options{})
		require.NoError(t, err)
		dir := t.TempDir()
		h, err := p.Hardware(context.Background(), HardwareOptions{Dir: dir, Core: Pipe3, World: World{Captures: captures}, Wrappers: true})
		require.NoError(t, err)
		name := strings.ReplaceAll(example, "-", "_")
		out, err := exec.Command(icarus, "-g2005", "-Wall", "-Wno-timescale", "-s", name+"_axis", "-o", os.DevNull,
			filepath.Join(dir, name+"_axis.v"), filepath.Join(dir, name+".v")).CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Empty(t, string(out))
		for _, module := range []string{name + "_litex.py", "test_" + name + ".py"} {
			out, err := exec.Command(python, "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", filepath.Join(dir, module)).CombinedOutput()
			require.NoError(t, err, "%s", out)
		}
		core, err := os.ReadFile(filepath.Join(dir, name+".core"))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(core), "CAPI=2:\nname: ::"+name+":0\n"))
		files := 0
		for _, line := range strings.Split(string(core), "\n") {
			if file, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ": {file_type"); ok {
				require.Contains(t, h.Files, filepath.Join(dir, file))
				files++
			}
		}
		require.GreaterOrEqual(t, files, 5)
	}
}

// TestAXIStream sends a frame whose last beat has three bytes, as the signal TKEEP shows. The
// test checks TKEEP for the frames that leave the core. It runs in Icarus.
func TestAXIStream(t *testing.T) {
	icarus := testkit.Tool(t, "iverilog")
	p, err := Load("testdata/relay.sn", Options{})
	require.NoError(t, err)
	dir := t.TempDir()
	_, err = p.Hardware(context.Background(), HardwareOptions{Dir: dir, Core: Multi, World: World{Captures: []string{"a=none"}}, AXIS: true})
	require.NoError(t, err)
	bench := `module tb;
reg aclk = 0, aresetn = 0, valid = 0, last = 0;
reg [31:0] data = 32'h44434241;
reg [3:0] keep = 4'b1111;
wire ready, ov, ol;
wire [31:0] od;
wire [3:0] ok;
always #5 aclk = !aclk;
relay_axis dut(.aclk(aclk), .aresetn(aresetn), .s_axis_a_rx_tvalid(valid), .s_axis_a_rx_tready(ready), .s_axis_a_rx_tdata(data), .s_axis_a_rx_tkeep(keep), .s_axis_a_rx_tlast(last),
  .m_axis_a_tx_tvalid(ov), .m_axis_a_tx_tready(1'b1), .m_axis_a_tx_tdata(od), .m_axis_a_tx_tkeep(ok), .m_axis_a_tx_tlast(ol));
always @(posedge aclk) if (ov) begin
  $display("%h %b %b", od & {{8{ok[3]}}, {8{ok[2]}}, {8{ok[1]}}, {8{ok[0]}}}, ok, ol);
  if (ol) $finish;
end
always @(posedge aclk) if (valid && ready) begin
  if (last) valid <= 0;
  data <= 32'h00474645; keep <= 4'b0111; last <= 1;
end
initial begin repeat (1100) @(posedge aclk); aresetn <= 1; valid <= 1; repeat (5000) @(posedge aclk); $display("late"); $finish; end
endmodule
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tb.v"), []byte(bench), 0o644))
	cmd := exec.Command(icarus, "-g2005", "-s", "tb", "-o", "tb", "tb.v", "relay_axis.v", "relay.v")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd = exec.Command("vvp", "-n", "tb")
	cmd.Dir = dir
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "44434241 1111 0\n00474645 0111 1\n")
}
