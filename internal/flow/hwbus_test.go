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

// hostSession is the program of a host. The host finds the core, and reads the log before the
// log has a word. It sends a frame in two beats and waits for the interrupt. Then it takes the
// log and the answer.
const hostSession = `
  access(0, 12'h000, 0, 4'hf); show("id");
  access(0, 12'h020, 0, 4'hf); show("early log");
  access(1, 12'h004, 1, 4'hf); show("write of status");
  access(1, 12'h008, 1, 4'h3); show("write of half a mask");
  access(1, 12'h008, 32'h8, 4'hf); show("mask");
  access(0, 12'h008, 0, 4'hf); show("mask read");
  access(0, 12'h105, 0, 4'hf); show("early beat");
  access(1, 12'h134, 32'h44434241, 4'hf); show("first beat");
  access(1, 12'h12c, 32'h00474645, 4'hf);
  while (!good) access(1, 12'h12c, 32'h00474645, 4'hf); // while the first one waits
  show("last beat");
  while (!irq) @(negedge clk);
  access(0, 12'h020, 0, 4'hf); show("log");
  access(0, 12'h020, 0, 4'hf);
  while (!good) access(0, 12'h020, 0, 4'hf);
  show("its argument");
  access(1, 12'h008, 32'h10, 4'hf);
  while (!irq) @(negedge clk);
  access(0, 12'h100, 0, 4'hf); show("info");
  access(0, 12'h104, 0, 4'hf); show("beat");
  access(0, 12'h100, 0, 4'hf);
  while (!got[1]) access(0, 12'h100, 0, 4'hf);
  show("info of the last");
  access(0, 12'h104, 0, 4'hf); got = got & 32'hffffff; show("last beat");
  access(0, 12'h004, 0, 4'hf);
  while (!got[0]) access(0, 12'h004, 0, 4'hf);
  show("status");
  access(0, 12'h010, 0, 4'hf);
  cycles = got; access(0, 12'h018, 0, 4'hf);
  if (got > 20 && got < cycles) $display("counted");
  $finish;
`

// hostSees is the output of the session. The output is the same on each bus.
const hostSees = `id 1 534e5452
early log 0
write of status 0
write of half a mask 0
mask 1
mask read 1 00000008
early beat 0
first beat 1
last beat 1
log 1 00000000
its argument 1 00000007
info 1 xx3
beat 1 44434241
info of the last 1 xx7
last beat 1 00474645
status 1 00000021
counted
`

// hostBuses holds two texts in Verilog for each bus: its signals, and the task that makes one access.
var hostBuses = map[string][2]string{
	"wishbone": {`
reg cyc = 0, we = 0;
reg [11:0] adr;
reg [31:0] dat;
reg [3:0] sel;
wire ack, err;
wire [31:0] out;
hosted_wishbone dut(.clk(clk), .reset(reset), .wb_cyc_i(cyc), .wb_stb_i(cyc), .wb_we_i(we), .wb_adr_i(adr), .wb_dat_i(dat), .wb_sel_i(sel),
  .wb_dat_o(out), .wb_ack_o(ack), .wb_err_o(err), .irq(irq));
`, `
    @(negedge clk) cyc = 1; we = w; adr = a; dat = d; sel = s;
    @(negedge clk) while (!ack && !err) @(negedge clk);
    good = ack; got = out; cyc = 0;
`},
	"axilite": {`
reg awv = 0, wv = 0, arv = 0, br = 0, rr = 0;
reg [11:0] adr;
reg [31:0] dat;
reg [3:0] sel;
wire awr, wr, arr, bv, rv;
wire [1:0] bresp, rresp;
wire [31:0] out;
hosted_axilite dut(.clk(clk), .resetn(!reset), .s_axil_awvalid(awv), .s_axil_awready(awr), .s_axil_awaddr(adr), .s_axil_awprot(3'b0), .s_axil_wvalid(wv),
  .s_axil_wready(wr), .s_axil_wdata(dat), .s_axil_wstrb(sel), .s_axil_bvalid(bv), .s_axil_bready(br), .s_axil_bresp(bresp), .s_axil_arvalid(arv),
  .s_axil_arready(arr), .s_axil_araddr(adr), .s_axil_arprot(3'b0), .s_axil_rvalid(rv), .s_axil_rready(rr), .s_axil_rdata(out), .s_axil_rresp(rresp), .irq(irq));
`, `
    @(negedge clk) adr = a; dat = d; sel = s;
    if (w) begin
      wv = 1; @(negedge clk) wv = !wr; @(negedge clk) awv = 1; wv = 0;
      @(negedge clk) awv = 0; while (!bv) @(negedge clk);
      good = bresp == 0; br = 1; @(negedge clk) br = 0;
    end else begin
      arv = 1; @(negedge clk) arv = 0; while (!rv) @(negedge clk);
      good = rresp == 0; got = out; rr = 1; @(negedge clk) rr = 0;
    end
`},
}

// hostedCore is the expected description for FuseSoC. Its list of files includes the file of the bus.
const hostedCore = `{"CAPI=2": null, "name": "::hosted:0", "description": "A core for one program, made by Sinter.",
"filesets": {
  "rtl": {"files": [
    {"hosted.v": {"file_type": "verilogSource"}}, {"hosted_axis.v": {"file_type": "verilogSource"}}, {"hosted_BUS.v": {"file_type": "verilogSource"}},
    {"hosted_text.hex": {"file_type": "user", "copyto": "hosted_text.hex"}}]},
  "bench": {"files": [{"hosted_tb.v": {"file_type": "verilogSource"}}, {"hosted_vectors.hex": {"file_type": "user", "copyto": "hosted_vectors.hex"}}]}},
"targets": {
  "default": {"filesets": ["rtl"], "toplevel": "hosted"},
  "sim": {"default_tool": "icarus", "filesets": ["rtl", "bench"], "toplevel": "hosted_tb"}}}`

// hostBench returns a test bench in which a host talks to a core over a bus.
func hostBench(bus string) string {
	b := hostBuses[bus]
	return `module tb;
reg clk = 0, reset = 1, good = 0;
reg [31:0] got, cycles;
wire irq;
always #5 clk = !clk;
` + b[0] + `
task access(input w, input [11:0] a, input [31:0] d, input [3:0] s);
  begin` + b[1] + `  end
endtask
task show(input [20*8-1:0] what);
  if (what == "info" || what == "info of the last") $display("%0s %b xx%h", what, good, got[3:0]);
  else if (!good || what == "mask" || what == "first beat" || what == "last beat" && got[23:0] != 24'h474645) $display("%0s %b", what, good);
  else $display("%0s %b %h", what, good, got);
endtask
initial begin
  repeat (1100) @(negedge clk);
  reset = 0;` + hostSession + `end
initial begin #1000000 $display("late"); $finish; end
endmodule
`
}

// TestOnBus checks that a host in Icarus reaches the core of a program over each bus. The core
// also has a trace port, and texts for the integration into other designs. These texts name the
// file of the bus.
func TestOnBus(t *testing.T) {
	icarus, vvp := testkit.Tool(t, "iverilog"), testkit.Tool(t, "vvp")
	p, err := Load("testdata/hosted.sn", Options{})
	require.NoError(t, err)
	for bus := range hostBuses {
		dir := t.TempDir()
		h, err := p.Hardware(context.Background(), HardwareOptions{
			Dir: dir, Core: Pipe3, World: World{Captures: []string{"a=none"}}, Bus: bus, RVFI: true, Wrappers: true,
		})
		require.NoError(t, err)
		module := "hosted_" + bus
		require.Contains(t, h.Files, filepath.Join(dir, module+".v"))
		core, err := os.ReadFile(filepath.Join(dir, "hosted.core"))
		require.NoError(t, err)
		require.YAMLEq(t, strings.ReplaceAll(hostedCore, "BUS", bus), string(core))
		page, err := os.ReadFile(filepath.Join(dir, "hosted.md"))
		require.NoError(t, err)
		require.Contains(t, string(page), "| 0x134 | a_BEAT | w |")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tb.v"), []byte(hostBench(bus)), 0o644))
		for _, args := range [][]string{
			{icarus, "-g2005", "-Wall", "-Wno-timescale", "-s", module, "-o", os.DevNull, module + ".v", "hosted.v"},
			{icarus, "-g2005", "-s", "tb", "-o", "tb", "tb.v", module + ".v", "hosted.v"},
			{vvp, "-n", "tb"},
		} {
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			if args[0] == vvp {
				require.Equal(t, hostSees, strings.Split(string(out), "tb.v:")[0], bus)
				continue
			}
			require.Empty(t, string(out), args[0])
		}
	}
}
