package verilog

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Testbench returns a self-checking testbench for a core. The testbench reads NAME_vectors.hex
// in the folder DIR, offers frames when the core is idle, and sometimes withholds `ready`. At
// the end it prints `PASS n events`. After a failure it prints `FAIL` with the port, the index,
// the expected and the actual value, and stops with $fatal. limit is the largest number of
// cycles.
func Testbench(c *rtl.Circuit, im *image.Image, v *Vectors, limit uint64) string {
	b := &bench{c: c, im: im, v: v}
	b.sections, b.words = v.layout(im)
	b.declare(limit)
	b.instance()
	b.drive()
	b.finish()
	b.check()
	b.line("endmodule")
	return b.sb.String()
}

// resetCycles is the number of cycles for which the testbench holds reset. A core on an
// iCE40 needs a reset of this length.
const resetCycles = 1024

// bench is a testbench that is being written.
type bench struct {
	c        *rtl.Circuit
	im       *image.Image
	v        *Vectors
	sections map[string]section
	words    []uint64
	sb       strings.Builder
}

func (b *bench) line(format string, args ...any) { fmt.Fprintf(&b.sb, format+"\n", args...) }

func (b *bench) has(name string) bool { return hasPort(b.c, name) }

// devices visits the devices that have ports for one direction.
func (b *bench) devices(ports func(string) rtl.StreamPorts, f func(i int, p rtl.StreamPorts)) {
	for i, d := range b.im.Devices {
		if p := ports(d.Name); b.has(p.Valid) {
			f(i, p)
		}
	}
}

// levels visits the devices of shape level that have a pin for one direction.
func (b *bench) levels(pin func(string) string, f func(i int, name string, width int)) {
	for i, d := range b.im.Devices {
		if k := port.Find(d.Kind); k != nil && k.Shape == port.Level && b.has(pin(d.Name)) {
			f(i, pin(d.Name), k.Bits)
		}
	}
}

// settle is the number of idle cycles that the simulated world waits before it acts. If the
// core has input pins, the world waits until the core has seen their levels.
func (b *bench) settle() int {
	n := 2
	b.levels(rtl.PortLevelIn, func(int, string, int) { n = 2 + port.Settle })
	return n
}

// declare writes vectors, clock, counters and the task that reports failures.
func (b *bench) declare(limit uint64) {
	b.line("module %s_tb #(\n  parameter %s = \"./\"\n);", ModuleName(b.c), FolderParameter)
	b.line("reg [39:0] vectors [0:%d];", len(b.words))
	b.line("initial $readmemh({%s, \"%s\"}, vectors);", FolderParameter, VectorsName(ModuleName(b.c)))
	b.line("initial #1 if (^vectors[0] === 1'bx) begin\n"+
		"  $display(\"FAIL no vectors: set %s to the folder of the .hex files, with a slash at its end\");\n  $fatal(1);\nend", FolderParameter)
	b.line("reg clk = 1'b0;\nreg reset = 1'b1;\nreg [63:0] cycle = 64'd0;\nreg [15:0] noise = 16'hace1;")
	b.line("always #5 clk = !clk;")
	b.line("integer arrived = 0;\ninteger settled = 0;")
	b.devices(rtl.RxPorts, func(i int, _ rtl.StreamPorts) {
		b.line("integer rx%[1]d_at = 0;\ninteger rx%[1]d_frames = 0;\ninteger rx%[1]d_due = 0;", i)
	})
	b.devices(rtl.TxPorts, func(i int, _ rtl.StreamPorts) { b.line("integer tx%d_at = 0;", i) })
	b.levels(rtl.PortLevelIn, func(i int, _ string, width int) { b.line("reg %spin%d = 0;", span(width), i) })
	b.levels(rtl.PortLevelOut, func(i int, _ string, width int) {
		b.line("integer out%d_at = 0;\nreg %sout%d_last = 0;", i, span(width), i)
	})
	b.line("integer log_at = 0;\ninteger mark_at = 0;\ninteger levels_at = 0;")
	if b.has(rtl.PortClock) {
		s := b.sections["times"]
		b.line("reg [63:0] now = 64'd0;")
		b.line("wire [39:0] next_low = vectors[%d + 2 * arrived];\nwire [39:0] next_high = vectors[%d + 2 * arrived + 1];", s.base, s.base)
		b.line("wire [63:0] next = {next_high[31:0], next_low[31:0]};")
	}
	b.line(`task fail(input [8*32-1:0] port, input integer index, input [39:0] expected, input [39:0] got);
  begin
    $display("FAIL %%0s %%0d expected %%h got %%h", port, index, expected, got);
    $fatal(1);
  end
endtask`)
	b.line("localparam [63:0] LIMIT = 64'd%d;", limit+resetCycles)
}

// instance connects the core.
func (b *bench) instance() {
	var pins []string
	names := portNames(b.c)
	for _, id := range b.c.Inputs {
		n := &b.c.Nodes[id]
		b.line("wire %s%s;", span(n.Width), n.Name)
		pins = append(pins, fmt.Sprintf(".%s(%s)", names[n.Name], n.Name))
	}
	for _, o := range b.c.Outputs {
		b.line("wire %s%s;", span(b.c.Nodes[o.Node].Width), o.Name)
		pins = append(pins, fmt.Sprintf(".%s(%s)", names[o.Name], o.Name))
	}
	folder := ""
	if names, _ := Memories(b.c.Expand().Prune()); len(names) > 0 {
		folder = fmt.Sprintf("#(.%[1]s(%[1]s)) ", FolderParameter)
	}
	b.line("%s %score(.clk(clk), .reset(reset), %s);", ModuleName(b.c), folder, strings.Join(pins, ", "))
}

// drive writes the inputs: beats of frames that have arrived, and a ready signal with gaps.
func (b *bench) drive() {
	b.devices(rtl.RxPorts, func(i int, p rtl.StreamPorts) {
		s := b.sections[fmt.Sprintf("rx%d", i)]
		b.line("wire [39:0] rx%d_beat = vectors[%d + rx%d_at];", i, s.base, i)
		b.line("assign %s = rx%d_frames < rx%d_due;", p.Valid, i, i)
		if isStream(b.im, i) {
			b.line("assign %s = rx%d_beat[7:0];", p.Data, i)
			return
		}
		b.line("assign %s = rx%d_beat[31:0];", p.Data, i)
		b.line("assign %s = rx%d_beat[35];", p.Last, i)
		b.line("assign %s = rx%d_beat[34:32];", p.Bytes, i)
	})
	b.devices(rtl.TxPorts, func(i int, p rtl.StreamPorts) { b.line("assign %s = noise[%d];", p.Ready, 1+i%8) })
	b.levels(rtl.PortLevelIn, func(i int, name string, _ int) { b.line("assign %s = pin%d;", name, i) })
	if b.has(rtl.PortLogReady) {
		b.line("assign %s = noise[0];", rtl.PortLogReady)
	}
	if b.has(rtl.PortClock) {
		b.line("assign %s = now;", rtl.PortClock)
	}
}

// check writes the always block that counts transferred beats and compares output values.
func (b *bench) check() {
	b.line("always @(posedge clk) begin\n  cycle <= cycle + 64'd1;\n  reset <= cycle < 64'd%d;", resetCycles-1)
	b.line("  noise <= {noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10]};")
	b.line("  if (cycle == LIMIT) fail(\"cycles\", 0, 40'd0, LIMIT[39:0]);\n  if (!reset) begin")
	quiet := []string{"1'b1"}
	b.devices(rtl.RxPorts, func(i int, p rtl.StreamPorts) {
		b.line("    if (%s && %s) begin", p.Valid, p.Ready)
		last := p.Last
		if isStream(b.im, i) {
			last = "1'b1"
		}
		b.line("      rx%d_at <= rx%d_at + 1;\n      if (%s) rx%d_frames <= rx%d_frames + 1;\n    end", i, i, last, i, i)
	})
	b.devices(rtl.TxPorts, func(i int, p rtl.StreamPorts) {
		s := b.sections[fmt.Sprintf("tx%d", i)]
		quiet = append(quiet, "!"+p.Valid)
		got := fmt.Sprintf("{4'd0, %s, %s ? %s : 3'd4, %s & (%s ? ~(32'hffffffff << {%s, 3'd0}) : 32'hffffffff)}",
			p.Last, p.Last, p.Bytes, p.Data, p.Last, p.Bytes)
		if isStream(b.im, i) { // each byte is a complete transfer
			got = fmt.Sprintf("{4'd0, 1'b1, 3'd1, 24'd0, %s}", p.Data)
		}
		b.expect(fmt.Sprintf("%s && %s", p.Valid, p.Ready), s, fmt.Sprintf("tx%d_at", i), got)
		if port.ShapeOf(b.im.Devices[i].Kind) == port.Command && b.has(rtl.RxPorts(b.im.Devices[i].Name).Valid) {
			b.line("    if (%s && %s && %s) rx%d_due <= rx%d_due + 1;", p.Valid, p.Ready, p.Last, i, i)
		}
	})
	b.levels(rtl.PortLevelOut, func(i int, name string, width int) {
		quiet = append(quiet, fmt.Sprintf("%s === out%d_last", name, i))
		b.expect(fmt.Sprintf("%s !== out%d_last", name, i), b.sections[fmt.Sprintf("out%d", i)], fmt.Sprintf("out%d_at", i), fmt.Sprintf("{%d'd0, %s}", 40-width, name))
		b.line("    out%d_last <= %s;", i, name)
	})
	if b.has(rtl.PortLogValid) {
		quiet = append(quiet, "!"+rtl.PortLogValid)
		b.expect(rtl.PortLogValid+" && "+rtl.PortLogReady, b.sections["log"], "log_at", "{8'd0, "+rtl.PortLogData+"}")
	}
	if b.has(rtl.PortMarkValid) {
		b.expect(rtl.PortMarkValid, b.sections["mark"], "mark_at", "{24'd0, "+rtl.PortMarkID+"}")
	}
	b.line("    if (%s) begin", strings.Join(quiet, " && "))
	b.end()
	b.line("    end\n  end\nend")
}

// expect writes a comparison: a value that passes a port must equal the next word of a section.
func (b *bench) expect(moves string, s section, at, got string) {
	b.line("    if (%s) begin", moves)
	b.line("      if (%s == %d) fail(%q, %s, 40'd0, %s);", at, s.n, s.port, at, got)
	b.line("      else if (vectors[%d + %s] !== %s) fail(%q, %s, vectors[%d + %s], %s);", s.base, at, got, s.port, at, s.base, at, got)
	b.line("      %s <= %s + 1;\n    end", at, at)
}

// end writes the actions of a cycle without a pending output: the next arrival if the core is
// idle, or the end of the run.
func (b *bench) end() {
	arrivals := b.sections["arrivals"]
	b.line("      if (%s) finish(32'd0, 2'd0);", rtl.PortHalted)
	b.line("      else if (%s) finish(%s, 2'd1);", rtl.PortTrap, rtl.PortTrapPC)
	b.line("      else if (%s) begin", rtl.PortIdle)
	b.line("        if (settled < %d) settled <= settled + 1;", b.settle())
	if b.has(rtl.PortTimer) { // a deadline comes before an arrival at the same time
		b.line("        else if (%s && %s <= 64'd%d && (arrived == %d || %s <= next)) begin", rtl.PortTimer, rtl.PortDeadline, b.v.End, arrivals.n, rtl.PortDeadline)
		b.line("          settled <= 0;\n          now <= %s;\n        end", rtl.PortDeadline)
	}
	b.line("        else if (arrived < %d) begin", arrivals.n)
	if b.has(rtl.PortClock) {
		b.line("          if (next > now) now <= next;")
	}
	b.line("          settled <= 0;\n          arrived <= arrived + 1;")
	b.line("          case (vectors[%d + arrived] & 40'hff)", arrivals.base)
	b.devices(rtl.RxPorts, func(i int, _ rtl.StreamPorts) {
		more := "1"
		if isStream(b.im, i) {
			more = fmt.Sprintf("1 + (vectors[%d + arrived] >> 8)", arrivals.base)
		}
		b.line("            40'd%d: rx%d_due <= rx%d_due + %s;", i, i, i, more)
	})
	b.arrivingLevels()
	b.line("            default: ;\n          endcase")
	b.line("        end else finish(32'd0, 2'd2);\n      end else settled <= 0;")
}

// arrivingLevels writes the arrival of new levels at all inputs.
func (b *bench) arrivingLevels() {
	some := false
	b.levels(rtl.PortLevelIn, func(i int, _ string, width int) {
		if !some {
			b.line("            40'd%d: begin\n              levels_at <= levels_at + 1;", levelsArrive)
		}
		some = true
		b.line("              pin%d <= vectors[%d + levels_at];", i, b.sections[fmt.Sprintf("in%d", i)].base)
	})
	if some {
		b.line("            end")
	}
}

// finish writes the task that compares the counts and ends the run.
func (b *bench) finish() {
	how := map[trace.Status]int{trace.Ended: 0, trace.Trapped: 1}
	want, ok := how[b.v.Status]
	if !ok {
		want = 2
	}
	b.line("task finish(input [31:0] pc, input [1:0] how);\n  begin")
	b.line("    if (how != 2'd%d) fail(\"end\", 0, 40'd%d, {38'd0, how});", want, want)
	if b.v.Status == trace.Trapped {
		b.line("    if (pc != 32'h%08x) fail(\"trap_pc\", 0, 40'h%010x, {8'd0, pc});", b.v.TrapPC, b.v.TrapPC)
	} else {
		b.line("    if (pc != 32'd0) fail(\"trap_pc\", 0, 40'd0, {8'd0, pc});")
	}
	count := func(at string, s section) {
		b.line("    if (%s != %d) fail(\"%s count\", %s, 40'd%d, {8'd0, %s});", at, s.n, s.port, at, s.n, at)
	}
	b.devices(rtl.TxPorts, func(i int, _ rtl.StreamPorts) { count(fmt.Sprintf("tx%d_at", i), b.sections[fmt.Sprintf("tx%d", i)]) })
	b.levels(rtl.PortLevelOut, func(i int, _ string, _ int) { count(fmt.Sprintf("out%d_at", i), b.sections[fmt.Sprintf("out%d", i)]) })
	count("log_at", b.sections["log"])
	count("mark_at", b.sections["mark"])
	b.line("    $display(\"PASS %d events\");\n    $finish;\n  end\nendtask", b.v.Events())
}
