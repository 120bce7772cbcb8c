package ice40

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// clockName is the clock of every cell.
const clockName = "clk"

// writer is a design that is being written.
type writer struct {
	*Design
	sb    strings.Builder
	nets  []string
	taken map[string]bool
	last  map[string]int // for each name: the last number added to it
	cells []string       // names of the instances of tables and carries
}

// Verilog writes the module of a design. about are comment lines at its top.
func (d *Design) Verilog(about []string) string {
	w := &writer{Design: d, nets: make([]string, d.n.Nets), taken: map[string]bool{clockName: true, resetName: true, verilog.FolderParameter: true}, last: map[string]int{}}
	for _, list := range [][]string{d.names.Nets, {d.names.Module}} {
		for _, name := range list {
			w.taken[name] = true
		}
	}
	for _, name := range d.names.Ports {
		w.taken[name] = true
	}
	w.header(about)
	w.words()
	w.name()
	w.gates()
	w.flops()
	for i := range d.blocks {
		w.block(&d.blocks[i])
	}
	w.outputs()
	w.line("endmodule")
	return w.sb.String()
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.sb, format+"\n", args...) }

// header writes the ports. It also declares the parameter `folder`, because test benches set
// this parameter. The module does not use the parameter, because the text itself has the
// contents of the memories.
func (w *writer) header(about []string) {
	ports := []string{"input wire " + clockName, "input wire " + resetName}
	for _, in := range w.n.Inputs {
		if in.Name != resetName {
			ports = append(ports, "input wire "+span(len(in.Bits))+w.names.Ports[in.Name])
		}
	}
	for _, out := range w.n.Outputs {
		ports = append(ports, "output wire "+span(len(out.Bits))+w.names.Ports[out.Name])
	}
	for _, line := range about {
		w.line("// %s", line)
	}
	folder := ""
	if slices.ContainsFunc(w.names.Circuit.Mems, func(m rtl.Mem) bool { return len(m.Init) > 0 }) {
		folder = fmt.Sprintf(" #(\n  parameter %s = \"./\"\n) ", verilog.FolderParameter)
	}
	w.line("module %s%s(\n  %s\n);", w.names.Module, folder, strings.Join(ports, ",\n  "))
}

// span is the range of a declaration, empty for a single bit.
func span(width int) string {
	if width == 1 {
		return ""
	}
	return fmt.Sprintf("[%d:0] ", width-1)
}

// words names the bits of inputs, registers and read ports. It declares the registers and read
// ports, which are not in the header.
func (w *writer) words() {
	w.nets[gate.Net0], w.nets[gate.Net1] = "1'b0", "1'b1"
	name := func(name string, bits []gate.Net) {
		for i, x := range bits {
			w.nets[x] = name
			if len(bits) > 1 {
				w.nets[x] = fmt.Sprintf("%s[%d]", name, i)
			}
		}
	}
	for _, in := range w.n.Inputs {
		if in.Name == resetName {
			name(resetName, in.Bits)
			continue
		}
		name(w.names.Ports[in.Name], in.Bits)
	}
	for _, r := range w.n.Regs {
		name(w.names.Regs[r.Name], r.Q)
		w.line("wire %s%s;", span(len(r.Q)), w.names.Regs[r.Name])
	}
	for _, m := range w.n.Mems {
		for j, r := range m.Reads {
			name(w.names.Reads[m.Name][j], r.Data)
			w.line("wire %s%s;", span(len(r.Data)), w.names.Reads[m.Name][j])
		}
	}
}

// name gives each output of a table or carry the name of the circuit's net that the output
// computes.
func (w *writer) name() {
	for i := range w.n.Cells {
		c := &w.n.Cells[i]
		base := "cell"
		if c.Origin != rtl.None && w.names.Circuit.Nodes[c.Origin].Kind != rtl.KConst {
			base = w.names.Nets[c.Origin]
		}
		kind, out := "_SB_LUT4", "_O"
		if c.Kind == gate.Adder {
			kind, out = "_SB_CARRY", "_CO"
		}
		k := w.number(base + kind)
		w.cells = append(w.cells, w.fresh(fmt.Sprintf("%s%s_%d", base, kind, k)))
		w.nets[c.Out] = w.fresh(fmt.Sprintf("%s%s%s_%d", base, kind, out, k))
		w.line("wire %s;", w.nets[c.Out])
	}
}

func (w *writer) number(base string) int {
	w.last[base]++
	return w.last[base]
}

func (w *writer) fresh(name string) string { return verilog.Free(name, w.taken) }

// gates writes tables and carries.
func (w *writer) gates() {
	for i := range w.n.Cells {
		c := &w.n.Cells[i]
		if c.Kind == gate.Adder {
			w.line("SB_CARRY %s (.CO(%s), .I0(%s), .I1(%s), .CI(%s));", w.cells[i], w.nets[c.Out], w.nets[c.In[0]], w.nets[c.In[1]], w.nets[c.In[2]])
			continue
		}
		p := w.pins[i]
		w.line("SB_LUT4 #(.LUT_INIT(16'h%04x)) %s (.O(%s), .I0(%s), .I1(%s), .I2(%s), .I3(%s));",
			table(c, p), w.cells[i], w.nets[c.Out], w.nets[p[0]], w.nets[p[1]], w.nets[p[2]], w.nets[p[3]])
	}
}

// flops writes the flip-flops of the registers. R and S reset a bit to 0 or 1.
func (w *writer) flops() {
	for i := range w.n.Regs {
		r := &w.n.Regs[i]
		for j, q := range r.Q {
			kind, enable, set := "SB_DFF", "", "R"
			if r.Enable != gate.Net1 {
				kind, enable = "SB_DFFE", fmt.Sprintf(" .E(%s),", w.nets[r.Enable])
			}
			if r.Reset>>j&1 == 1 {
				set = "S"
			}
			name := w.fresh(fmt.Sprintf("%s_%sS%s_%d", w.names.Regs[r.Name], kind, set, j))
			w.line("%sS%s %s (.Q(%s), .C(%s),%s .%s(%s), .D(%s));", kind, set, name, w.nets[q], clockName, enable, set, resetName, w.nets[r.D[j]])
		}
	}
}

// block writes a block RAM.
func (w *writer) block(b *block) {
	r, mode := &b.mem.Reads[b.port], b.mode()
	name := w.fresh(fmt.Sprintf("%s_SB_RAM40_4K_%d", w.names.Reads[b.mem.Name][b.port], b.low))
	data := w.fresh(name + "_RDATA")
	w.line("wire [%d:0] %s;", rowBits-1, data)
	write := ".WCLKE(1'b0), .WE(1'b0), .WADDR(11'b0), .MASK(16'b0), .WDATA(16'b0)"
	if len(b.mem.Writes) > 0 {
		write = w.writePort(b, &b.mem.Writes[0])
	}
	w.line("SB_RAM40_4K #(.READ_MODE(%d), .WRITE_MODE(%d)%s) %s (\n  .RDATA(%s), .RCLK(%s), .RCLKE(%s), .RE(1'b1), .RADDR(%s),\n  .WCLK(%s), %s);",
		mode, mode, initial(b), name, data, clockName, w.nets[r.Enable], w.address(r.Addr), clockName, write)
	for i := range b.high - b.low {
		w.line("assign %s = %s[%d];", w.nets[r.Data[b.low+i]], data, pinOf(mode, i))
	}
}

// writePort writes the pins of a block's write port.
func (w *writer) writePort(b *block, p *gate.Write[gate.Net]) string {
	enable, mode := p.Enable, b.mode()
	if mode > 0 && b.mem.Lanes > 1 {
		enable = p.Lanes[b.lane]
	}
	data, mask := w.constant("1'b0"), w.constant("1'b0")
	for i := range b.high - b.low {
		pin := rowBits - 1 - pinOf(mode, i)
		data[pin] = w.nets[p.Data[b.low+i]]
		if mode == 0 && b.mem.Lanes > 1 {
			mask[pin] = w.nets[p.Lanes[(b.low+i)/(b.mem.Width/b.mem.Lanes)]]
		}
	}
	return fmt.Sprintf(".WCLKE(%s), .WE(1'b1), .WADDR(%s),\n  .MASK({%s}),\n  .WDATA({%s})", w.nets[enable], w.address(p.Addr), strings.Join(mask, ", "), strings.Join(data, ", "))
}

// constant is a word of block pins that all connect to the same net.
func (w *writer) constant(net string) []string { return slices.Repeat([]string{net}, rowBits) }

// address writes the pins of an address, highest bit first.
func (w *writer) address(bits []gate.Net) string {
	var pins []string
	for i := maxAddrBits - 1; i >= 0; i-- {
		if i < len(bits) {
			pins = append(pins, w.nets[bits[i]])
		} else {
			pins = append(pins, "1'b0")
		}
	}
	return "{" + strings.Join(pins, ", ") + "}"
}

// initial writes the rows of a block, without parameters that are 0. INIT_0 has the first 16
// rows, with row 0 in the lowest digits.
func initial(b *block) string {
	rows, out := b.contents(), ""
	for k := 0; k < len(rows); k += rowBits {
		some := rows[k : k+rowBits]
		if !slices.ContainsFunc(some, func(r uint16) bool { return r != 0 }) {
			continue
		}
		out += fmt.Sprintf(",\n  .INIT_%X(256'h", k/rowBits)
		for _, r := range slices.Backward(some) {
			out += fmt.Sprintf("%04x", r)
		}
		out += ")"
	}
	return out
}

// outputs connects the output ports.
func (w *writer) outputs() {
	for _, out := range w.n.Outputs {
		var bits []string
		for _, x := range slices.Backward(out.Bits) {
			bits = append(bits, w.nets[x])
		}
		w.line("assign %s = {%s};", w.names.Ports[out.Name], strings.Join(bits, ", "))
	}
}
