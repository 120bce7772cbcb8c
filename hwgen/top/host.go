package top

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// OnBus is a core with a bus slave. Over the bus, a host accesses the core's log, frames and bytes.
type OnBus struct {
	Module    string // NAME_wishbone or NAME_axilite
	Text      string // the module and the slave
	Registers []periph.HostRegister
}

// NewOnBus writes the module. A port of the core that the slave does not serve becomes a port of
// the module: pins, marks, the time, and the outputs idle, halted and trap.
//
//	module echo_wishbone (input wire clk, input wire reset, input wire wb_cyc_i, …, output wire irq, …);
//	  echo core(…);
//	  echo_wishbone_slave slave(…);
func NewOnBus(core *rtl.Circuit, bus string, served periph.HostCore) (*OnBus, error) {
	slave, err := periph.Host(bus, served)
	if err != nil {
		return nil, err
	}
	module := verilog.ModuleName(core) + "_" + bus
	taken := map[string]bool{verilog.ModuleName(core): true, module: true, verilog.FolderParameter: true}
	slave.Name = verilog.Free(module+"_slave", taken)
	h := &hostText{
		Design: Design{Core: core, taken: taken}, slave: slave, module: module,
		nets: map[string]string{}, mine: verilog.NamesOf(slave).Ports, of: verilog.NamesOf(core).Ports,
	}
	return &OnBus{Module: module, Text: h.text(bus), Registers: served.Registers()}, nil
}

// hostText writes the text of the module.
type hostText struct {
	Design
	slave  *rtl.Circuit
	module string
	mine   map[string]string // names of the slave's ports in the slave's Verilog module
	of     map[string]string // names of the core's ports in the core's Verilog module
	nets   map[string]string // for the name of a port: its net in the module
	heads  []string
	wires  []string
}

// end is a port of the core or of the slave.
type end struct {
	name  string
	width int
	in    bool
}

func endsOf(c *rtl.Circuit) []end {
	var out []end
	for _, id := range c.Inputs {
		out = append(out, end{c.Nodes[id].Name, c.Nodes[id].Width, true})
	}
	for _, o := range c.Outputs {
		out = append(out, end{o.Name, c.Nodes[o.Node].Width, false})
	}
	return out
}

// text writes the module and then the slave.
func (h *hostText) text(bus string) string {
	clk, reset := verilog.Free("clk", h.taken), "reset"
	h.heads = []string{"input wire " + clk}
	if bus == periph.AXILite { // the reset of AXI is active low
		n := verilog.Free("resetn", h.taken)
		h.heads, reset = append(h.heads, "input wire "+n), "!"+n
	} else {
		reset = verilog.Free(reset, h.taken)
		h.heads = append(h.heads, "input wire "+reset)
	}
	for _, e := range endsOf(h.slave) {
		h.net(e, h.of[e.name] == "")
	}
	for _, e := range endsOf(h.Core) {
		if h.mine[e.name] == "" {
			h.net(e, true)
		}
	}
	var shown []string
	for _, name := range []string{rtl.PortIdle, rtl.PortHalted, rtl.PortTrap} {
		port := verilog.Free("core_"+name, h.taken)
		h.heads = append(h.heads, "output wire "+port)
		shown = append(shown, fmt.Sprintf("assign %s = %s;\n", port, h.nets[name]))
	}
	var s strings.Builder
	fmt.Fprintf(&s, "// %s as a slave of a host. The reset lasts at least %d cycles.\n", verilog.ModuleName(h.Core), periph.ResetCycles)
	fmt.Fprintf(&s, "module %s%s(\n  %s\n);\n", h.module, h.folder("parameter %[1]s = \"./\""), strings.Join(h.heads, ",\n  "))
	s.WriteString(strings.Join(h.wires, "") + strings.Join(shown, ""))
	h.instance(&s, h.Core, h.of, h.folder(".%[1]s(%[1]s)"), "core", clk, reset)
	h.instance(&s, h.slave, h.mine, " ", "slave", clk, reset)
	s.WriteString("endmodule\n\n" + verilog.Write(h.slave, verilog.Options{}))
	return s.String()
}

// net makes the net of a port. The net is a port of the module, or a wire between core and slave.
func (h *hostText) net(e end, outside bool) {
	name := verilog.Free(e.name, h.taken)
	h.nets[e.name] = name
	span := ""
	if e.width > 1 {
		span = fmt.Sprintf("[%d:0] ", e.width-1)
	}
	switch {
	case !outside:
		h.wires = append(h.wires, fmt.Sprintf("wire %s%s;\n", span, name))
	case e.in:
		h.heads = append(h.heads, "input wire "+span+name)
	default:
		h.heads = append(h.heads, "output wire "+span+name)
	}
}

// instance writes the instance of the core or of the slave.
func (h *hostText) instance(s *strings.Builder, c *rtl.Circuit, ports map[string]string, parameters, name, clk, reset string) {
	pins := []string{fmt.Sprintf(".clk(%s)", clk), fmt.Sprintf(".reset(%s)", reset)}
	for _, e := range endsOf(c) {
		if ports[e.name] != "" {
			pins = append(pins, fmt.Sprintf(".%s(%s)", ports[e.name], h.nets[e.name]))
		}
	}
	fmt.Fprintf(s, "%s%s%s(\n  %s\n);\n", verilog.ModuleName(c), parameters, verilog.Free("the_"+name, h.taken), strings.Join(pins, ",\n  "))
}
