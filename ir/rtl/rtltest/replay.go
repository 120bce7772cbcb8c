package rtltest

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Engine is a simulator of one circuit after its reset.
type Engine interface {
	SetInput(id rtl.ID, v uint64)
	Eval()
	Clock()
	Output(name string) (v uint64, known bool)
}

// Replay drives an engine with inputs for a number of cycles. It returns a Verilog test bench
// that applies the same inputs to the Verilog module of the circuit and prints all outputs in
// each cycle. It also returns the lines that the test bench must print, according to the
// engine.
func Replay(c *rtl.Circuit, e Engine, cycles int, input func(n *rtl.Node) uint64) (bench, want string) {
	var decl, pins, body, print, sb strings.Builder
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
	for range cycles {
		for i, id := range c.Inputs {
			n := &c.Nodes[id]
			v := input(n)
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
	bench = fmt.Sprintf("`timescale 1ns / 1ns\nmodule tb;\nreg clk = 0, reset = 1;\n%s%s dut(.clk(clk), .reset(reset)%s);\ninitial begin\n"+
		"  repeat (2) begin #1 clk = 1; #1 clk = 0; end reset = 0;\n%s  $finish;\nend\nendmodule\n", decl.String(), c.Name, pins.String(), body.String())
	return bench, sb.String()
}
