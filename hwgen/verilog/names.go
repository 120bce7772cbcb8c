package verilog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Names maps the parts of a circuit to the nets of the circuit's Verilog module. Write omits a
// part on which no output depends. Such a part has no name.
type Names struct {
	Module string
	Ports  map[string]string
	Regs   map[string]string
	Mems   map[string]string
	Reads  map[string][]string // for each memory: the data of its read ports, in order

	Circuit *rtl.Circuit // the written circuit
	Nets    []string     // for each node of the circuit
}

// NamesOf returns the names of the nets in the module that Write makes of a circuit without
// probes and asserts.
func NamesOf(c *rtl.Circuit) *Names {
	d := *c
	d.Asserts, d.Probes = nil, nil
	w := &writer{c: d.Expand().Prune()}
	w.nameAll()
	n := &Names{Circuit: w.c, Nets: w.name, Module: w.module, Ports: map[string]string{}, Regs: map[string]string{}, Mems: map[string]string{}, Reads: map[string][]string{}}
	for _, id := range w.c.Inputs {
		n.Ports[w.c.Nodes[id].Name] = w.name[id]
	}
	for i, o := range w.c.Outputs {
		n.Ports[o.Name] = w.outs[i]
	}
	for _, r := range w.c.Regs {
		n.Regs[r.Name] = w.name[r.Node]
	}
	for i, m := range w.c.Mems {
		n.Mems[m.Name] = w.mems[i]
		for _, r := range m.Reads {
			n.Reads[m.Name] = append(n.Reads[m.Name], w.name[r.Node])
		}
	}
	return n
}

// ModuleName is the module name for a circuit. This is the circuit's own name, unless a
// language or a tool reserves that name.
func ModuleName(c *rtl.Circuit) string {
	name := strings.ReplaceAll(c.Name, ".", "_")
	if reserved(name) || name == "clk" || name == "reset" { // a port may not hide its module
		name += "_core"
	}
	return name
}

// Free turns a name into a Verilog name, with an underscore for each dot. If a language or a
// tool reserves the name, or taken contains it, a number is added. Free records the result in
// taken.
func Free(name string, taken map[string]bool) string {
	base := strings.ReplaceAll(name, ".", "_")
	name = base
	for n := 2; taken[name] || reserved(name); n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	taken[name] = true
	return name
}

// reserved reports whether a language or a tool reserves a name.
func reserved(name string) bool {
	return slices.Contains(strings.Fields(keywords), name) || slices.Contains(strings.Fields(toolWords), name)
}

// toolWords are names that only some tools reserve.
const toolWords = `bool wreal`

// keywords are the reserved words of SystemVerilog (IEEE 1800-2017, annex B), which include the
// reserved words of Verilog-2005.
const keywords = `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin
bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge else end
endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule endpackage
endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually expect export extends
extern final first_match for force foreach forever fork forkjoin function generate genvar global highz0 highz1 if iff ifnone
ignore_bins illegal_bins implements implies import incdir include initial inout input inside instance int integer
interconnect interface intersect join join_any join_none large let liblist library local localparam logic longint macromodule
matches medium modport module nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 null or output
package packed parameter pmos posedge primitive priority program property protected pull0 pull1 pulldown pullup
pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime ref reg reject_on release
repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared
sequence shortint shortreal showcancelled signed small soft solve specify specparam static string strong strong0 strong1
struct super supply0 supply1 sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran
tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use
uwire var vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor`
