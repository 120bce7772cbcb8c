// Package verilog writes circuits as Verilog-2005, with a testbench that replays the run of one
// of our own machines.
//
// A circuit is one module in one file. Every value is a named net. The text of an operator is
// its template from the word table, applied to nets. Conditions of state changes become if/else
// statements. A part with a source position has an attribute with this position:
//
//	(* src = "blink.sn:3.5" *) reg [7:0] count;
//	wire [7:0] n2 = count + 8'h01;
//	always @(posedge clk)
//	  if (reset) begin
//	    count <= 8'h00;
//	  end else begin
//	    if (en) count <= n2;
//	  end
//
// Memories are arrays whose initial contents `$readmemh` reads from files. The parameter DIR is
// the folder of these files. No vendor primitive is used. The output is the same for the same
// circuit, byte for byte. The file causes no warning of `verilator --lint-only -Wall`,
// `iverilog -Wall` and `yosys check -assert`. Probes and asserts are written on request only.
//
// The package does not depend on the instruction set. It reads an image only to learn the
// meaning of the ports, for the vectors of a testbench. Start reading at Write, then
// module.go.
package verilog

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Options are the options of Write. The zero value gives the file for the build.
type Options struct {
	// Probes adds an output for each probe, named probe_ and the probe's name.
	Probes bool
	// Asserts writes the claims inside `ifdef FORMAL.
	Asserts bool
	// Proved states that the claims of read ports with policy Never hold for all time.
	// Synthesis may then leave out the guards against collisions.
	Proved bool
	// Initial gives each register its reset value at configuration, for circuits without a
	// reset.
	Initial bool
	// About are comment lines at the top.
	About []string
	// Templates replaces the Verilog of operators. Tests plant faults with it.
	Templates map[word.Op]string
}

// FolderParameter is the name of a parameter that modules with memories and their test benches
// have. The parameter's value is the folder of the .hex files, with a slash at the end.
const FolderParameter = "DIR"

// Write returns the module of a circuit. The circuit must pass verification.
func Write(c *rtl.Circuit, o Options) string {
	d := *c
	if !o.Asserts {
		d.Asserts = nil
	}
	if !o.Probes {
		d.Probes = nil
	}
	w := &writer{c: d.Expand().Prune(), o: o}
	w.nameAll()
	w.header()
	w.state()
	w.nodes()
	w.registers()
	for i := range w.c.Mems {
		w.memory(i)
	}
	w.outputs()
	w.unused()
	w.claims()
	w.line("endmodule")
	return w.sb.String()
}

// writer is a module that is being written.
type writer struct {
	c      *rtl.Circuit
	o      Options
	sb     strings.Builder
	module string
	name   []string // for each node
	inner  []bool   // for each node: it is written inside another concatenation, and is not a net
	taken  map[string]bool
	mems   []string
	outs   []string
	probe  []string
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.sb, format+"\n", args...)
}

// nameAll gives every net a name. Ports come first, so that they keep their names.
func (w *writer) nameAll() {
	w.module = ModuleName(w.c)
	w.taken = map[string]bool{"clk": true, "reset": true, FolderParameter: true, w.module: true}
	for _, k := range strings.Fields(keywords + " " + toolWords) {
		w.taken[k] = true
	}
	w.name = make([]string, len(w.c.Nodes))
	for _, id := range w.c.Inputs {
		w.name[id] = w.fresh(w.c.Nodes[id].Name)
	}
	for _, o := range w.c.Outputs {
		w.outs = append(w.outs, w.fresh(o.Name))
	}
	for _, p := range w.c.Probes {
		w.probe = append(w.probe, w.fresh("probe_"+p.Name))
	}
	for i := range w.c.Mems {
		w.mems = append(w.mems, w.fresh(w.c.Mems[i].Name))
	}
	for id := range w.c.Nodes {
		n := &w.c.Nodes[id]
		switch {
		case w.name[id] != "":
		case n.Kind == rtl.KConst:
			w.name[id] = literal(n.Width, n.Imm)
		case n.Name != "":
			w.name[id] = w.fresh(n.Name)
		}
	}
	w.nameNets()
}

// portNames returns the names of a circuit's ports in its module. A port keeps its own name,
// unless the module or a keyword has the same name.
func portNames(c *rtl.Circuit) map[string]string {
	w := &writer{c: c}
	w.nameAll()
	names := map[string]string{}
	for _, id := range c.Inputs {
		names[c.Nodes[id].Name] = w.name[id]
	}
	for i, o := range c.Outputs {
		names[o.Name] = w.outs[i]
	}
	return names
}

// fresh makes a unique Verilog name from a dotted name.
func (w *writer) fresh(name string) string {
	base := strings.ReplaceAll(name, ".", "_")
	name = base
	for n := 2; w.taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	w.taken[name] = true
	return name
}

func literal(width int, v uint64) string {
	return fmt.Sprintf("%d'h%0*x", width, (width+3)/4, v)
}

// span is the range of a declaration, empty for a single bit.
func span(width int) string {
	if width == 1 {
		return ""
	}
	return fmt.Sprintf("[%d:0] ", width-1)
}

// header writes the ports.
func (w *writer) header() {
	ports := []string{"input wire clk", "input wire reset"}
	for _, id := range w.c.Inputs {
		n := &w.c.Nodes[id]
		ports = append(ports, src(n.Span)+"input wire "+span(n.Width)+w.name[id])
	}
	for i, o := range w.c.Outputs {
		ports = append(ports, src(o.Span)+"output wire "+span(w.c.Nodes[o.Node].Width)+w.outs[i])
	}
	for i, p := range w.c.Probes {
		ports = append(ports, "output wire "+span(w.c.Nodes[p.Node].Width)+w.probe[i])
	}
	for _, line := range w.o.About {
		w.line("// %s", line)
	}
	folder := ""
	if slices.ContainsFunc(w.c.Mems, func(m rtl.Mem) bool { return len(m.Init) > 0 }) {
		folder = fmt.Sprintf(" #(\n  parameter %s = \"./\"\n) ", FolderParameter)
	}
	w.line("module %s%s(\n  %s\n);", w.module, folder, strings.Join(ports, ",\n  "))
}

// outputs connects the output ports.
func (w *writer) outputs() {
	for i, o := range w.c.Outputs {
		w.line("assign %s = %s;", w.outs[i], w.name[o.Node])
	}
	for i, p := range w.c.Probes {
		w.line("assign %s = %s;", w.probe[i], w.name[p.Node])
	}
}

// claims writes the claims as asserts.
func (w *writer) claims() {
	if len(w.c.Asserts) == 0 {
		return
	}
	w.line("`ifdef FORMAL\nalways @(posedge clk) if (!reset) begin")
	for _, a := range w.c.Asserts {
		w.line("  assert (%s); // %s", w.name[a.Node], a.Name)
	}
	w.line("end\n`endif")
}

// unused writes a statement that reads all nets without another reader. So a linter reports
// only nets that are unused by mistake.
func (w *writer) unused() {
	read := w.readBits()
	var parts []string
	for id := range w.c.Nodes {
		n := &w.c.Nodes[id]
		if n.Kind == rtl.KConst {
			continue
		}
		for lo := 0; lo < n.Width; lo++ {
			hi := lo
			for hi < n.Width && read[id]>>hi&1 == 0 {
				hi++
			}
			if hi > lo {
				parts = append(parts, part(w.name[id], n.Width, hi-1, lo))
			}
			lo = hi
		}
	}
	if len(w.c.Regs)+len(w.c.Mems) == 0 {
		parts = append(parts, "clk")
	}
	if len(w.c.Regs) == 0 {
		parts = append(parts, "reset")
	}
	if len(parts) > 0 {
		w.line("wire unused = &{1'b0, %s};", strings.Join(parts, ", "))
	}
}

// part is name[hi:lo] of a net.
func part(name string, width, hi, lo int) string {
	switch {
	case lo == 0 && hi == width-1:
		return name
	case hi == lo:
		return fmt.Sprintf("%s[%d]", name, lo)
	}
	return fmt.Sprintf("%s[%d:%d]", name, hi, lo)
}

// readBits returns, for each node, the bits that are read.
func (w *writer) readBits() []uint64 {
	read := make([]uint64, len(w.c.Nodes))
	all := func(id rtl.ID) {
		if id != rtl.None {
			read[id] = word.Mask(w.c.Nodes[id].Width)
		}
	}
	for id := range w.c.Nodes {
		n := &w.c.Nodes[id]
		switch {
		case n.Kind != rtl.KOp:
		case n.Op == word.Slice:
			read[n.Args[0]] |= word.Mask(n.Width) << n.Imm
		case isShift(n.Op):
			all(n.Args[0])
			read[n.Args[1]] |= word.Mask(w.amountBits(n))
		default:
			for _, a := range n.Args {
				all(a)
			}
		}
	}
	for i := range w.c.Mems {
		for _, r := range w.c.Mems[i].Reads {
			all(r.Addr)
			all(r.Enable)
		}
		for _, p := range w.c.Mems[i].Writes {
			all(p.Addr)
			all(p.Data)
			all(p.Lanes)
		}
	}
	effects(w.c.Body, func(e *rtl.Effect) {
		all(e.Value)
		all(e.Cond)
	})
	for _, o := range w.c.Outputs {
		all(o.Node)
	}
	for _, p := range w.c.Probes {
		all(p.Node)
	}
	return read
}

// effects visits every effect of a tree.
func effects(list []rtl.Effect, f func(*rtl.Effect)) {
	for i := range list {
		f(&list[i])
		effects(list[i].Then, f)
		effects(list[i].Else, f)
	}
}

// Memories returns the files that a module reads: the contents of the files by name, and the
// names in order.
func Memories(c *rtl.Circuit) (names []string, files map[string]string) {
	files = map[string]string{}
	for i := range c.Mems {
		m := &c.Mems[i]
		if len(m.Init) == 0 {
			continue
		}
		var sb strings.Builder
		for a := range 1 << m.AddrBits {
			v := uint64(0)
			if a < len(m.Init) {
				v = m.Init[a]
			}
			fmt.Fprintf(&sb, "%0*x\n", (m.Width+3)/4, v)
		}
		name := imageFile(c.Name, m.Name)
		names = append(names, name)
		files[name] = sb.String()
	}
	sort.Strings(names)
	return names, files
}

func imageFile(circuit, mem string) string {
	return circuit + "_" + strings.ReplaceAll(mem, ".", "_") + ".hex"
}
