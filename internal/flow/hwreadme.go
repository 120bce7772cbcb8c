package flow

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// readme explains how to use the files, which belong in one folder.
func (r *hardwareReport) readme(module string, c *rtl.Circuit, im *image.Image) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, core %s\n\nA core that runs the program `%s`. Top module `%s` in `%s.v`; its memories start with the `.hex` files\n"+
		"beside it. Simulators and yosys look for them in the folder that they are started in; the parameter `DIR` of the module and of the\n"+
		"bench names another one, with a slash at its end.\n\n", module, r.Core, r.Program, module, module)
	fmt.Fprintf(&b, "| figure | value |\n|---|---|\n| LUT4 | %d |\n| flip-flops | %d |\n| logic cells | %d |\n| LUTs on the longest path | %d |\n"+
		"| memory bits | %d |\n| program bytes | %d |\n| data bytes | %d |\n\n", r.LUTs, r.FFs, r.Cells, r.Depth, r.MemoryBits, r.TextBytes, r.DataBytes)
	fmt.Fprintf(&b, "Figures are by Sinter's own mapper. `%s_report.json` says why each choice was made. `%s.design` is the design point: with it\n"+
		"`sinter hw --design %s.design` makes these files again.\n\n", module, module, module)
	fmt.Fprintf(&b, "## Simulation\n\nThe self-checking test bench replays a run and prints `PASS %d events`:\n\n", r.Events)
	fmt.Fprintf(&b, "    iverilog -g2005 -o tb %[1]s.v %[1]s_tb.v && vvp -n tb\n\nFrom another folder:\n\n"+
		"    iverilog -g2005 -P'%[1]s_tb.DIR=\"FOLDER/\"' -o tb FOLDER/%[1]s.v FOLDER/%[1]s_tb.v && vvp -n tb\n"+
		"    verilator --binary --timing -Wno-fatal -GDIR='\"FOLDER/\"' --top-module %[1]s_tb FOLDER/%[1]s.v FOLDER/%[1]s_tb.v && obj_dir/V%[1]s_tb\n\n", module)
	fmt.Fprintf(&b, "## Synthesis\n\n    yosys -p 'read_verilog %[1]s.v; synth_ice40 -top %[1]s -json %[1]s.json'\n\n"+
		"`nextpnr-ice40` places the result below a top module of yours that drives `clk` and `reset`.\n\n", module)
	b.WriteString("## Reset and clock\n\n`reset` is synchronous and active high; hold it for 1,024 cycles on iCE40, whose block RAM is not readable at once. It resets every\n" +
		"register and no memory: a reset after the start needs the memories to be loaded again.\n\n")
	writePorts(&b, c)
	writeLogs(&b, im)
	return b.String()
}

// portMeanings explains the ports with fixed names.
var portMeanings = map[string]string{
	rtl.PortLogValid: "a word of the log is offered; it stays until it is taken", rtl.PortLogReady: "the word is taken in this cycle",
	rtl.PortLogData: "the word", rtl.PortMarkValid: "a timed region begins or ends", rtl.PortMarkID: "region * 2 begins, region * 2 + 1 ends",
	rtl.PortClock: "the time in microseconds; it may change in cycles with `idle` only", rtl.PortTimer: "idle, and it waits for `deadline`",
	rtl.PortDeadline: "the time at which the core goes on", rtl.PortHalted: "all tasks have ended", rtl.PortIdle: "the core waits for the outside",
	rtl.PortFormalValid: "trace: the other outputs of it show an instruction", rtl.PortFormalOrder: "its number, from 0", rtl.PortFormalInsn: "its word",
	rtl.PortFormalTrap: "it is a failed check, and has no other effect", rtl.PortFormalHalt: "it is the last", rtl.PortFormalIntr: "always 0",
	rtl.PortFormalMode: "always 3, machine mode", rtl.PortFormalIXL: "always 1, 32 bits", rtl.PortFormalRd: "the register that it writes, or 0",
	rtl.PortFormalValue: "the value that it writes", rtl.PortFormalPC: "its address", rtl.PortFormalNext: "the address of the next one",
	rtl.PortFormalAddr: "the word that it reads or writes, in memory or at a port", rtl.PortFormalReadMask: "the byte lanes that it reads",
	rtl.PortFormalMask: "the byte lanes that it writes", rtl.PortFormalRead: "what it reads, 0 in other lanes", rtl.PortFormalWritten: "what it writes, 0 in other lanes",
	rtl.PortTrap: "the core has stopped at a failed check", rtl.PortTrapPC: "the address of the check",
}

// streamMeanings explains the ports of a device, by the end of their name.
var streamMeanings = []struct{ suffix, meaning string }{
	{rtl.RxPorts("").Valid, "a beat for the core is offered; it stays until it is taken"},
	{rtl.RxPorts("").Ready, "the core takes the beat in this cycle"},
	{rtl.RxPorts("").Data, "four bytes of a frame, the first in bits 7:0"},
	{rtl.RxPorts("").Last, "the last beat of a frame"},
	{rtl.RxPorts("").Bytes, "of the last beat: how many bytes count, 0 to 4"},
	{rtl.PortOversize(""), "the frame that ends in this cycle was too long and is dropped"},
	{rtl.TxPorts("").Valid, "the core offers a beat; it stays until it is taken"},
	{rtl.TxPorts("").Ready, "the beat is taken in this cycle"},
	{rtl.TxPorts("").Data, "four bytes of a frame, the first in bits 7:0"},
	{rtl.TxPorts("").Last, "the last beat of a frame"},
	{rtl.TxPorts("").Bytes, "of the last beat: how many bytes count, 1 to 4"},
}

func portMeaning(name string, width int) string {
	if m := portMeanings[name]; m != "" {
		return m
	}
	if width == rtl.PortByteWidth {
		return "a byte of a serial line"
	}
	for n := range 3 {
		switch addr, value := rtl.PortFormalSource(n + 1); name {
		case addr:
			return fmt.Sprintf("source register %d, 0 without one", n+1)
		case value:
			return "the value that it reads there"
		}
	}
	for _, s := range streamMeanings {
		if strings.HasSuffix(name, s.suffix) {
			return s.meaning
		}
	}
	return "a pin"
}

// writePorts lists the ports of the module.
func writePorts(b *strings.Builder, c *rtl.Circuit) {
	b.WriteString("## Ports\n\nA beat moves in a cycle in which valid and ready are both 1.\n\n| port | direction | bits | meaning |\n|---|---|---|---|\n" +
		"| clk | in | 1 | every register changes at its rising edge |\n| reset | in | 1 | see above |\n")
	for _, id := range c.Inputs {
		n := &c.Nodes[id]
		fmt.Fprintf(b, "| %s | in | %d | %s |\n", n.Name, n.Width, portMeaning(n.Name, n.Width))
	}
	for _, o := range c.Outputs {
		fmt.Fprintf(b, "| %s | out | %d | %s |\n", o.Name, c.Nodes[o.Node].Width, portMeaning(o.Name, c.Nodes[o.Node].Width))
	}
	b.WriteString("\n")
}

// writeLogs explains the words of the log port.
func writeLogs(b *strings.Builder, im *image.Image) {
	if len(im.Logs) == 0 {
		return
	}
	b.WriteString("## Log words\n\nThe first word of a line is task * 65536 + site. The words of its arguments follow: one for up to 32 bits, two for up to 64, low\n" +
		"half first; bytes are their number and then four a word.\n\n| task | name |\n|---|---|\n")
	for i, t := range im.Tasks {
		fmt.Fprintf(b, "| %d | %s |\n", i, t)
	}
	b.WriteString("\n| site | line, arguments as kind and bits |\n|---|---|\n")
	for _, s := range im.Logs {
		fmt.Fprintf(b, "| %d | `", s.ID)
		for i, part := range s.Parts {
			quoted := strconv.Quote(part)
			b.WriteString(strings.NewReplacer("`", "'", "|", `\|`).Replace(quoted[1 : len(quoted)-1]))
			if i < len(s.Args) {
				fmt.Fprintf(b, "{%s %d}", s.Args[i].Kind, s.Args[i].Width)
			}
		}
		b.WriteString("` |\n")
	}
}
