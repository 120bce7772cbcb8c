package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// spramBits is the number of address bits of a single-ported RAM in an iCE40 UltraPlus. The
// words of such a RAM have 16 bits.
const spramBits = 14

// blockWords is the number of words in a block of RAM: a block has 256 words of 16 bits.
const blockWords = 256

// Blocks is the number of RAM blocks that the memories of a circuit fill. Each read port needs
// a copy of the memory.
func Blocks(c *rtl.Circuit, bits int) int {
	n := 0
	for i := range c.Mems {
		if slices.ContainsFunc(c.Mems[i].Reads, func(r rtl.Read) bool { return !r.Sync }) {
			continue // this memory is made of gates
		}
		words := max(1<<c.Mems[i].AddrBits, blockWords)
		n += (words*c.Mems[i].Width + bits - 1) / bits * max(1, len(c.Mems[i].Reads))
	}
	return n
}

// Place assigns memories to kinds of RAM. If the part has too few blocks, the data moves to
// single-ported RAM, provided that the part has such RAM. If the blocks are still too few, the
// text gets only as many blocks as its length needs, instead of a power of two. The data is
// filled after each reset if the core can be reset in the middle of a run, or if the data lies
// in RAM with undefined initial contents.
func (d *Design) Place() error {
	whole, err := Restart(d.Core)
	if err != nil {
		return err
	}
	if d.Resets() {
		d.Core = whole
	}
	d.Fill = 0
	if d.crowded() && d.Board.Part.SPRAMs > 0 {
		if err := d.moveData(whole); err != nil {
			return err
		}
	}
	if d.Resets() || d.data != nil {
		d.Fill = FillCycles(whole)
	}
	if d.crowded() {
		return d.cutText()
	}
	return nil
}

// crowded reports whether the memories of the core leave too few blocks for the buffers of the
// peripherals.
func (d *Design) crowded() bool { return d.Blocks()+d.buffers() > d.Board.Part.Blocks }

// The numbers of RAM blocks in the buffers of peripherals. Serial outputs have no buffer.
const (
	inputBlocks = 1 // of a serial input
	logBlocks   = 2 // of the log
)

// busBlocks maps the kind of a bus to the number of RAM blocks of its master.
func busBlocks() map[string]int { return map[string]int{"spi": 3, "i2c": 4} }

// buffers is the number of RAM blocks in the buffers of all peripherals.
func (d *Design) buffers() int {
	n := 0
	masters := map[string]int{} // by device
	for _, w := range d.Wires {
		switch {
		case w.Port.Serial == Bus:
			masters[w.Port.Device] = busBlocks()[w.Port.Bus]
		case w.Port.Serial != Level && w.Port.In:
			n += inputBlocks
		case w.Own && w.Port.Name == PortLog:
			n += logBlocks
		}
	}
	for _, blocks := range masters {
		n += blocks
	}
	return n
}

// Blocks is the number of RAM blocks that the core and its text fill.
func (d *Design) Blocks() int {
	n := Blocks(d.Core, d.Board.Part.Bits)
	if d.text != nil {
		n += Blocks(d.text, d.Board.Part.Bits)
	}
	return n
}

// SPRAMs is the number of single-ported RAMs that the data fills.
func (d *Design) SPRAMs() int {
	if d.data == nil {
		return 0
	}
	return 2 * d.banks()
}

// banks is the number of pairs of single-ported RAMs. The two RAMs of a pair hold the low half
// and the high half of each word.
func (d *Design) banks() int { return max(1, 1<<d.data.AddrBits>>spramBits) }

// moveData moves the data memory out of the core. The core fills the moved memory after each reset.
func (d *Design) moveData(whole *rtl.Circuit) error {
	i := slices.IndexFunc(whole.Mems, func(m rtl.Mem) bool { return m.Name == "data" })
	if i < 0 || len(whole.Mems[i].Writes) == 0 || !movable(&whole.Mems[i]) {
		return nil
	}
	m := whole.Mems[i]
	if m.Width != 32 || m.Lanes != 4 || 2*max(1, 1<<m.AddrBits>>spramBits) > d.Board.Part.SPRAMs {
		return nil
	}
	c, err := Outside(whole, "data")
	if err != nil {
		return err
	}
	d.Core, d.data = c, &m
	return nil
}

// cutText moves the text out of the core, into memories that fit its length.
func (d *Design) cutText() error {
	i := slices.IndexFunc(d.Core.Mems, func(m rtl.Mem) bool { return m.Name == "text" })
	if i < 0 || len(d.Core.Mems[i].Writes) > 0 || !movable(&d.Core.Mems[i]) {
		return nil
	}
	c, err := Outside(d.Core, "text")
	if err != nil {
		return err
	}
	text, err := rom(&d.Core.Mems[i], blockWords)
	if err != nil {
		return err
	}
	d.Core, d.text = c, text
	return nil
}

// Memories returns the files that the memories of the core and of its text read, by name. Call
// Memories after Files, because Files chooses the names.
func (d *Design) Memories() map[string]string {
	_, files := verilog.Memories(d.Core)
	if d.text != nil {
		_, more := verilog.Memories(d.text)
		for name, text := range more {
			files[name] = text
		}
	}
	return files
}

// memories connects the memories outside the core.
func (b *body) memories() error {
	if b.text != nil {
		p := outsideOf("text")
		m := b.text.Inputs
		read, addr, word := b.fresh("text_read", 1), b.fresh("text_addr", b.text.Nodes[m[1]].Width), b.fresh("text_word", 32)
		b.join[p.read], b.join[p.addr], b.join[p.word] = read, addr, word
		c := *b.text
		c.Name = "sinter_rom"
		b.place(&c, true, "1'b0", "read", read, "addr", addr, "word", word)
		b.text.Name = c.Name // the name of the files with its contents
	}
	if b.data != nil {
		b.spram()
	}
	return nil
}

// spram connects the core's data ports to single-ported RAMs.
func (b *body) spram() {
	p := outsideOf("data")
	var pins []string
	for _, n := range []struct {
		port, name string
		width      int
	}{
		{p.read, "read", 1},
		{p.write, "write", 1},
		{p.addr, "addr", b.data.AddrBits},
		{p.lanes, "lanes", 4},
		{p.data, "data", 32},
		{p.word, "word", 32},
	} {
		b.join[n.port] = b.fresh("data_"+n.name, n.width)
		pins = append(pins, fmt.Sprintf(".%s(%s)", n.name, b.join[n.port]))
	}
	name := verilog.Free(verilog.ModuleName(b.Core)+"_spram", b.taken)
	b.modules = append(b.modules, spramModule(name, b.data.AddrBits, b.banks()))
	b.line("%s %s(.clk(%s), %s);", name, verilog.Free("the_data", b.taken), b.clk, strings.Join(pins, ", "))
}

// spramModule is a memory of 32 bits in single-ported RAMs. A write makes the output of a RAM
// invalid, so a register keeps the last word that was read.
func spramModule(name string, addrBits, banks int) string {
	var s strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	line("// Data in the single-ported RAM of the part: it reads or writes in a cycle, and the word")
	line("// that was read stays until the next read.")
	line("module %s(\n  input wire clk,\n  input wire read,\n  input wire write,\n  input wire [%d:0] addr,", name, addrBits-1)
	line("  input wire [3:0] lanes,\n  input wire [31:0] data,\n  output wire [31:0] word\n);")
	line("reg fresh = 1'b0;\nreg [31:0] held = 32'h00000000;")
	place := fmt.Sprintf("{%d'b0, addr}", spramBits-addrBits)
	shown := "shown0"
	if addrBits >= spramBits {
		place = fmt.Sprintf("addr[%d:0]", spramBits-1)
	}
	if banks > 1 {
		line("reg bank = 1'b0;\nalways @(posedge clk) if (read) bank <= addr[%d];", spramBits)
		shown = "(bank ? shown1 : shown0)"
	}
	line("wire [%d:0] place = %s;", spramBits-1, place)
	for i := range banks {
		line("wire [31:0] shown%d;", i)
		chosen := "read | write"
		if banks > 1 {
			chosen = fmt.Sprintf("(read | write) & addr[%d] == 1'b%d", spramBits, i)
		}
		for half, part := range []string{"low", "high"} {
			line("SB_SPRAM256KA %s%d(\n  .ADDRESS(place), .DATAIN(data[%d:%d]), .MASKWREN({{2{lanes[%d]}}, {2{lanes[%d]}}}), .WREN(write),", part, i, 16*half+15, 16*half, 2*half+1, 2*half)
			line("  .CHIPSELECT(%s), .CLOCK(clk), .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(shown%d[%d:%d])\n);", chosen, i, 16*half+15, 16*half)
		}
	}
	line("assign word = fresh ? %s : held;", shown)
	line("always @(posedge clk) begin\n  fresh <= read & ~write;\n  held <= word;\nend\nendmodule")
	return s.String()
}

// spramModel is the RAM primitive for a simulator. The model starts with undefined contents,
// and its output is invalid after a write. Synthesis tools have their own model of the
// primitive.
const spramModel = `
module SB_SPRAM256KA(
  input [13:0] ADDRESS, input [15:0] DATAIN, input [3:0] MASKWREN, input WREN, CHIPSELECT, CLOCK, STANDBY, SLEEP, POWEROFF,
  output reg [15:0] DATAOUT
);
  reg [15:0] mem [0:16383];
  integer i;
  initial for (i = 0; i < 16384; i = i + 1) mem[i] = $random;
  always @(posedge CLOCK) if (CHIPSELECT && !STANDBY && !SLEEP && POWEROFF) begin
    if (WREN) begin
      for (i = 0; i < 4; i = i + 1) if (MASKWREN[i]) mem[ADDRESS][4*i +: 4] <= DATAIN[4*i +: 4];
      DATAOUT <= 16'bx;
    end else DATAOUT <= mem[ADDRESS];
  end
endmodule
`
