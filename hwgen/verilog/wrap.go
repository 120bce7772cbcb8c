package verilog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Wrappers are texts that integrate a core into other designs, by their file names:
//
//	NAME_axis.v      frames as AXI4-Stream: TDATA, TKEEP, TLAST, TVALID, TREADY
//	NAME.core        the files for FuseSoC
//	NAME_litex.py    an instance with its signals for LiteX
//	test_NAME.py     the beginning of a bench for cocotb
//
// memories lists the files that the core reads at its start. more lists the other Verilog files
// that contain the core.
func Wrappers(c *rtl.Circuit, memories []string, more ...string) map[string]string {
	w := wrapper{name: ModuleName(c), c: c, names: portNames(c), taken: map[string]bool{}}
	memories = slices.Sorted(slices.Values(memories))
	return map[string]string{
		w.name + "_axis.v": w.axis(), w.name + ".core": w.core(memories, more),
		w.name + "_litex.py": w.litex(), "test_" + w.name + ".py": w.cocotb(),
	}
}

// AXIStream returns the module that passes frames as AXI4-Stream, and the name of its file.
func AXIStream(c *rtl.Circuit) (file, text string) {
	w := wrapper{name: ModuleName(c), c: c, names: portNames(c), taken: map[string]bool{}}
	return w.name + "_axis.v", w.axis()
}

// wrapper writes the texts for one core.
type wrapper struct {
	name  string
	c     *rtl.Circuit
	names map[string]string
	taken map[string]bool // ports that belong to streams
	sb    strings.Builder
}

func (w *wrapper) line(format string, args ...any) { fmt.Fprintf(&w.sb, format+"\n", args...) }

// text returns the text written so far, and starts a new one.
func (w *wrapper) text() string {
	s := w.sb.String()
	w.sb.Reset()
	return s
}

// signal is a port of the core.
type signal struct {
	name  string // name in the module
	width int
	in    bool
}

// signals lists the ports except clk and reset.
func (w *wrapper) signals() []signal {
	var out []signal
	for _, id := range w.c.Inputs {
		n := &w.c.Nodes[id]
		out = append(out, signal{w.names[n.Name], n.Width, true})
	}
	for _, o := range w.c.Outputs {
		out = append(out, signal{w.names[o.Name], w.c.Nodes[o.Node].Width, false})
	}
	return out
}

// streams lists the devices that transfer frames in one direction.
func (w *wrapper) streams(ports func(string) rtl.StreamPorts) []rtl.StreamPorts {
	var out []rtl.StreamPorts
	suffix := ports("").Last
	for _, s := range w.portsOf() {
		if dev, ok := strings.CutSuffix(s, suffix); ok {
			out = append(out, ports(dev))
		}
	}
	return out
}

// portsOf lists the names of the circuit's ports.
func (w *wrapper) portsOf() []string {
	var out []string
	for _, id := range w.c.Inputs {
		out = append(out, w.c.Nodes[id].Name)
	}
	for _, o := range w.c.Outputs {
		out = append(out, o.Name)
	}
	return out
}

// axis writes a module that passes the frames of the core as AXI4-Stream. TKEEP has a bit for
// each valid byte. In a beat before the last, all four bits are set.
func (w *wrapper) axis() string {
	heads := []string{"input wire aclk", "input wire aresetn"}
	var body, joins []string
	stream := func(p rtl.StreamPorts, rx bool) {
		prefix, in, out := strings.TrimSuffix(w.names[p.Valid], "_valid"), "input", "output"
		side := "s_axis_" + prefix
		if !rx {
			side, in, out = "m_axis_"+prefix, "output", "input"
		}
		heads = append(heads, in+" wire "+side+"_tvalid", out+" wire "+side+"_tready", in+" wire [31:0] "+side+"_tdata", in+" wire [3:0] "+side+"_tkeep", in+" wire "+side+"_tlast")
		bytes := "bytes_" + prefix
		body = append(body, "wire [2:0] "+bytes+";")
		if rx {
			body = append(body, fmt.Sprintf("assign %[1]s = {2'b00, %[2]s_tkeep[0]} + {2'b00, %[2]s_tkeep[1]} + {2'b00, %[2]s_tkeep[2]} + {2'b00, %[2]s_tkeep[3]};", bytes, side))
		} else {
			body = append(body, fmt.Sprintf("assign %s_tkeep = %s_tlast ? ~(4'b1111 << %s) : 4'b1111;", side, side, bytes))
		}
		for _, j := range [][2]string{{p.Valid, side + "_tvalid"}, {p.Ready, side + "_tready"}, {p.Data, side + "_tdata"}, {p.Last, side + "_tlast"}, {p.Bytes, bytes}} {
			joins = append(joins, fmt.Sprintf(".%s(%s)", w.names[j[0]], j[1]))
			w.taken[w.names[j[0]]] = true
		}
	}
	for _, p := range w.streams(rtl.RxPorts) {
		stream(p, true)
	}
	for _, p := range w.streams(rtl.TxPorts) {
		stream(p, false)
	}
	for _, s := range w.signals() {
		if w.taken[s.name] {
			continue
		}
		heads = append(heads, fmt.Sprintf("%s wire %s%s", map[bool]string{true: "input", false: "output"}[s.in], span(s.width), s.name))
		joins = append(joins, fmt.Sprintf(".%[1]s(%[1]s)", s.name))
	}
	w.line("// %s with its frames as AXI4-Stream. `aresetn` is low for at least 1,024 cycles.", w.name)
	w.line("module %s_axis(\n  %s\n);", w.name, strings.Join(heads, ",\n  "))
	for _, b := range body {
		w.line("%s", b)
	}
	w.line("%s core(\n  .clk(aclk), .reset(!aresetn),\n  %s\n);\nendmodule", w.name, strings.Join(joins, ",\n  "))
	return w.text()
}

// core writes the description for FuseSoC (CAPI 2).
func (w *wrapper) core(memories, more []string) string {
	w.line("CAPI=2:\nname: ::%s:0\ndescription: A core for one program, made by Sinter.\nfilesets:", w.name)
	w.line("  rtl:\n    files:\n      - %s.v: {file_type: verilogSource}\n      - %s_axis.v: {file_type: verilogSource}", w.name, w.name)
	for _, m := range more {
		w.line("      - %s: {file_type: verilogSource}", m)
	}
	for _, m := range memories {
		w.line("      - %s: {file_type: user, copyto: %s}", m, m)
	}
	w.line("  bench:\n    files:\n      - %s_tb.v: {file_type: verilogSource}\n      - %s: {file_type: user, copyto: %s}", w.name, VectorsName(w.name), VectorsName(w.name))
	w.line("targets:\n  default:\n    filesets: [rtl]\n    toplevel: %s", w.name)
	w.line("  sim:\n    default_tool: icarus\n    filesets: [rtl, bench]\n    toplevel: %s_tb", w.name)
	return w.text()
}

// litex writes a Migen module with an instance of the core.
func (w *wrapper) litex() string {
	w.line("\"\"\"%s for LiteX: add it to a design with `self.submodules.%s = Core(platform)`.\"\"\"", w.name, w.name)
	w.line("from migen import ClockSignal, Instance, Module, ResetSignal, Signal\n\n")
	w.line("class Core(Module):\n    \"\"\"The core with a signal for each port; see %s.md for what they mean.\"\"\"\n", w.name)
	w.line("    def __init__(self, platform):")
	var joins []string
	for _, s := range w.signals() {
		w.line("        self.%s = Signal(%d)", attribute(s.name), s.width)
		joins = append(joins, fmt.Sprintf("            %s_%s=self.%s,", map[bool]string{true: "i", false: "o"}[s.in], s.name, attribute(s.name)))
	}
	w.line("        self.specials += Instance(\n            %q,\n            i_clk=ClockSignal(),\n            i_reset=ResetSignal(),\n%s\n        )", w.name, strings.Join(joins, "\n"))
	w.line("        platform.add_source(%q)", w.name+".v")
	return w.text()
}

// attribute turns a name into one that Python accepts.
func attribute(name string) string {
	if slices.Contains([]string{"in", "is", "if", "as", "or", "and", "not", "def", "del", "for", "try", "from", "with", "pass", "class", "yield", "lambda", "global", "return", "import", "raise", "while", "None", "True", "False"}, name) {
		return name + "_"
	}
	return name
}

// cocotb writes a bench that resets the core, accepts all its outputs and prints them.
func (w *wrapper) cocotb() string {
	w.line("\"\"\"A bench of %s for cocotb: it resets the core, takes what it offers, and ends when it waits.\"\"\"", w.name)
	w.line("import cocotb\nfrom cocotb.clock import Clock\nfrom cocotb.triggers import RisingEdge\n\n")
	w.line("@cocotb.test()\nasync def starts(dut):\n    \"\"\"The core starts and comes to rest without a trap.\"\"\"")
	w.line("    cocotb.start_soon(Clock(dut.clk, 10, \"ns\").start())")
	for _, s := range w.signals() {
		if s.in {
			w.line("    dut.%s.value = %d", s.name, map[bool]int{true: 1}[strings.HasSuffix(s.name, "_ready")])
		}
	}
	w.line("    dut.reset.value = 1\n    for _ in range(1024):\n        await RisingEdge(dut.clk)\n    dut.reset.value = 0")
	w.line("    for _ in range(100000):\n        await RisingEdge(dut.clk)")
	for _, p := range w.streams(rtl.TxPorts) {
		w.line("        if dut.%s.value:\n            dut._log.info(\"%s %%08x\", int(dut.%s.value))", w.names[p.Valid], w.names[p.Data], w.names[p.Data])
	}
	w.line("        assert not dut.%s.value, \"a check has failed\"", w.names[rtl.PortTrap])
	w.line("        if dut.%s.value or dut.%s.value:\n            return", w.names[rtl.PortIdle], w.names[rtl.PortHalted])
	w.line("    assert False, \"the core does not come to rest\"")
	return w.text()
}
