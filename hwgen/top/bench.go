package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
)

// Change is a new level at an input of the program, at a time in microseconds.
type Change struct {
	Time  uint64
	Port  string
	Level uint64
	Nanos uint64 // in addition to that time
}

// nanos is the time of a change in nanoseconds.
func (c Change) nanos() uint64 { return 1000*c.Time + c.Nanos }

// Seen is a new logical level at an output pin. 1 means lit.
type Seen struct {
	Micros float64 // since the end of the reset
	Port   string
	Level  uint64
}

// startCycles is the number of clock cycles before a program begins: the length of the reset,
// and the registers between reset circuit and core.
const startCycles = periph.ResetCycles + 4

// Bench writes a test bench that uses only the pins of the top module. It drives the inputs,
// including the reset button, and prints the outputs in lines that ParseSeen reads. Time 0 is
// the end of the reset.
func (d *Design) Bench(inputs []Change, until uint64, slaves ...Slave) string {
	var s strings.Builder
	b := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	half := 5e8 / float64(d.Board.ClockHz)
	b("`timescale 1ns/1fs\nmodule tb;\nreg clk = 0;\nalways #(%.6f) clk = ~clk;\nreal start = 0;\nreg running = 0;", half)
	joins := []string{".clk(clk)"}
	for i, w := range d.Wires {
		net := fmt.Sprintf("pin%d", i)
		joins = append(joins, fmt.Sprintf(".%s(%s)", d.pins[w.Port.Name], net))
		if w.Port.Open {
			b("tri1 %s;", net)
			continue
		}
		if w.Port.In {
			b("reg %s = 1'b%d;", net, invert(w, w.Port.Rest()))
			continue
		}
		if w.Port.Serial == Bus {
			b("wire %s;", net)
			continue
		}
		b("wire %s;\nreg last%d = 1'b%d;", net, i, invert(w, w.Port.Rest()))
		b("always @(posedge clk) if (running && %[1]s !== last%[2]d) begin\n  last%[2]d <= %[1]s;\n  $display(\"PIN %[2]d %%b %%0.3f\", %[1]s, ($realtime - start) / 1000.0);\nend", net, i)
	}
	b("%s dut(%s);", d.Module(), strings.Join(joins, ", "))
	for _, s := range slaves {
		d.slave(b, s)
	}
	b("initial begin\n  #(%.6f) start = $realtime;\n  running = 1;", float64(startCycles+d.Fill)*1000/d.Clock.MHz()+d.lockTime())
	now := uint64(0)
	for _, c := range inputs {
		i := slices.IndexFunc(d.Wires, func(w Wire) bool { return w.Port.In && w.Port.Name == c.Port })
		if c.Time > until || i < 0 {
			continue
		}
		b("  #(%d) pin%d = 1'b%d;", c.nanos()-now, i, invert(d.Wires[i], c.Level))
		now = c.nanos()
	}
	b("  #(%d) $display(\"END\");\n  $finish;\nend\nendmodule", until*1000-min(now, until*1000)+500)
	if d.data != nil {
		s.WriteString(spramModel)
	}
	return s.String() + d.pllModel(half)
}

func invert(w Wire, level uint64) uint64 {
	if w.Pin.Low {
		return 1 - level
	}
	return level
}

// lockNanos is the time that the model of the PLL takes to lock.
const lockNanos = 5000

func (d *Design) lockTime() float64 {
	if d.PLL == nil {
		return 0
	}
	return lockNanos
}

// pllModel is the PLL primitive for a simulator. The model is a clock with the period that the
// settings make from the reference clock. Synthesis tools have their own model of the
// primitive.
func (d *Design) pllModel(half float64) string {
	if d.PLL == nil {
		return ""
	}
	var s strings.Builder
	for _, p := range [][2]string{{"SB_PLL40_PAD", "PACKAGEPIN"}, {"SB_PLL40_CORE", "REFERENCECLK"}} {
		fmt.Fprintf(&s, `
module %s #(
  parameter FEEDBACK_PATH = "SIMPLE", parameter [3:0] DIVR = 0, parameter [6:0] DIVF = 0, parameter [2:0] DIVQ = 0, parameter [2:0] FILTER_RANGE = 0
) (input %s, input RESETB, input BYPASS, output reg PLLOUTGLOBAL, output reg LOCK);
  initial begin PLLOUTGLOBAL = 0; LOCK = 0; #(%d) LOCK = 1; end
  always #(%.6f * (DIVR + 1) * (1 << DIVQ) / (DIVF + 1)) PLLOUTGLOBAL = ~PLLOUTGLOBAL;
endmodule
`, p[0], p[1], lockNanos, half)
	}
	return s.String()
}

// ParseSeen reads the output of a bench. A pin without a known level is an error, because it
// shows a register without an initial value.
func (d *Design) ParseSeen(said string) ([]Seen, error) {
	var out []Seen
	ended := false
	for _, line := range strings.Split(said, "\n") {
		ended = ended || line == "END"
		var pin int
		var level string
		var at float64
		if n, _ := fmt.Sscanf(line, "PIN %d %s %f", &pin, &level, &at); n != 3 {
			continue
		}
		w := d.Wires[pin]
		if level != "0" && level != "1" {
			return nil, fmt.Errorf("the pin of %s has no level at %.3f us", w.Port.Name, at)
		}
		out = append(out, Seen{at, w.Port.Name, invert(w, uint64(level[0]-'0'))})
	}
	if !ended {
		return nil, fmt.Errorf("the bench did not terminate: %s", strings.TrimSpace(said))
	}
	return out, nil
}
