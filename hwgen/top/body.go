package top

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// body is the inside of the top module under construction.
type body struct {
	*Design
	s     *strings.Builder
	join  map[string]string // by port of the core: the net that it is connected to
	clk   string
	rst   string
	locks string // 1 when the PLL has locked, "" without one
}

func (b *body) line(format string, args ...any) { fmt.Fprintf(b.s, format+"\n", args...) }

// fresh declares a net.
func (b *body) fresh(name string, width int) string {
	name = verilog.Free(name, b.taken)
	span := ""
	if width > 1 {
		span = fmt.Sprintf("[%d:0] ", width-1)
	}
	b.line("wire %s%s;", span, name)
	return name
}

// place writes a peripheral as a separate module, and an instance of it. `joins` lists a port,
// the net of this port, the next port, and so on.
func (b *body) place(c *rtl.Circuit, initial bool, reset string, joins ...string) {
	what := strings.TrimPrefix(c.Name, "sinter_")
	c.Name = verilog.Free(verilog.ModuleName(b.Core)+"_"+what, b.taken)
	b.modules = append(b.modules, verilog.Write(c, verilog.Options{Initial: initial}))
	names := verilog.NamesOf(c).Ports
	pins := []string{fmt.Sprintf(".clk(%s)", b.clk), fmt.Sprintf(".reset(%s)", reset)}
	for i := 0; i < len(joins); i += 2 {
		pins = append(pins, fmt.Sprintf(".%s(%s)", names[joins[i]], joins[i+1]))
	}
	b.line("%s%s%s(%s);", verilog.ModuleName(c), b.passed(c), verilog.Free("the_"+what, b.taken), strings.Join(pins, ", "))
}

// passed writes the parameter that gives an instance the folder of the memory files, if the
// instance reads such files.
func (b *body) passed(c *rtl.Circuit) string {
	if !readsFiles(c) {
		return " "
	}
	return b.folder(".%[1]s(%[1]s)")
}

// clock makes the clock of the core.
func (b *body) clock() {
	b.clk = b.pins["clk"]
	if b.PLL == nil {
		return
	}
	pin := b.clk
	b.clk, b.locks = b.fresh("core_clk", 1), b.fresh("locked", 1)
	primitive, input := "SB_PLL40_CORE", "REFERENCECLK"
	if b.Board.PLL == "pad" {
		primitive, input = "SB_PLL40_PAD", "PACKAGEPIN"
	}
	b.line("%s #(\n  .FEEDBACK_PATH(\"SIMPLE\"), .DIVR(4'd%d), .DIVF(7'd%d), .DIVQ(3'd%d), .FILTER_RANGE(3'd%d)", primitive, b.PLL.DivR, b.PLL.DivF, b.PLL.DivQ, b.PLL.Filter)
	b.line(") %s(.%s(%s), .PLLOUTGLOBAL(%s), .LOCK(%s), .RESETB(1'b1), .BYPASS(1'b0));", verilog.Free("the_pll", b.taken), input, pin, b.clk, b.locks)
}

// level is the logical level of a pin. 1 means pressed or lit.
func (b *body) level(w Wire) string {
	if w.Pin.Low {
		return "~" + b.pins[w.Port.Name]
	}
	return b.pins[w.Port.Name]
}

// reset makes the reset signal for everything. The reset is active after power-up, until the
// PLL has locked, and while the button is pressed.
func (b *body) reset() error {
	c, err := periph.Reset()
	if err != nil {
		return err
	}
	var asks []string
	if b.locks != "" {
		asks = append(asks, "~"+b.locks)
	}
	if w, ok := b.wire(PortReset); ok {
		asks = append(asks, b.level(w))
	}
	if len(asks) == 0 {
		asks = []string{"1'b0"}
	}
	b.rst = b.fresh("core_reset", 1)
	b.place(c, true, "1'b0", "request", strings.Join(asks, " | "), "reset_out", b.rst)
	return nil
}

// has reports whether the core has a port.
func (b *body) has(port string) bool { return b.ports[port] != "" }

// time makes the clock that the program reads.
func (b *body) time() error {
	if !b.has(rtl.PortClock) {
		return nil
	}
	c, err := periph.Clock(b.Clock)
	if err != nil {
		return err
	}
	idle, now := b.fresh("core_idle", 1), b.fresh("core_time", periph.TimeBits)
	b.join[rtl.PortIdle], b.join[rtl.PortClock] = idle, now
	b.place(c, false, b.rst, "run", idle, "clock", now)
	return nil
}

// log connects the log to its wire, or drops the words of the log if there is no wire.
func (b *body) log() error {
	if !b.has(rtl.PortLogValid) {
		return nil
	}
	w, ok := b.wire(PortLog)
	if !ok {
		b.join[rtl.PortLogReady] = "1'b1"
		return nil
	}
	c, err := periph.LogWire(b.Clock, b.Baud)
	if err != nil {
		return err
	}
	valid, ready, data, line := b.fresh("log_valid", 1), b.fresh("log_ready", 1), b.fresh("log_data", 32), b.fresh("log_line", 1)
	b.join[rtl.PortLogValid], b.join[rtl.PortLogReady], b.join[rtl.PortLogData] = valid, ready, data
	b.place(c, false, b.rst, rtl.PortLogValid, valid, rtl.PortLogData, data, rtl.PortLogReady, ready, "line", line)
	b.drive(w, line)
	return nil
}

// drive connects an output pin to a level.
func (b *body) drive(w Wire, level string) {
	invert := ""
	if w.Pin.Low {
		invert = "~"
	}
	b.line("assign %s = %s%s;", b.pins[w.Port.Name], invert, level)
}

// pinsIn connects the inputs of the program.
func (b *body) pinsIn() error {
	for _, w := range b.Wires {
		if w.Own || !w.Port.In || w.Port.Serial != Level {
			continue
		}
		port := rtl.PortLevelIn(w.Port.Name)
		if !w.Debounce {
			b.join[port] = b.level(w)
			continue
		}
		c, err := periph.Debounce(periph.DebounceBits)
		if err != nil {
			return err
		}
		still := b.fresh(w.Port.Name+"_still", 1)
		b.place(c, false, b.rst, "in", b.level(w), "out", still)
		b.join[port] = still
	}
	return nil
}

// core writes the instance of the core. Outputs that are not used are left open.
func (b *body) core() {
	for _, w := range b.Wires {
		port := ""
		switch {
		case w.Port.In, w.Port.Serial != Level, w.Port.Name == PortLog && w.Own:
			continue
		case !w.Own:
			port = rtl.PortLevelOut(w.Port.Name)
		case w.Port.Name == PortTrap:
			port = rtl.PortTrap
		case w.Port.Name == PortHalted:
			port = rtl.PortHalted
		}
		b.join[port] = b.fresh(w.Port.Name+"_level", 1)
	}
	pins := []string{fmt.Sprintf(".clk(%s)", b.clk), fmt.Sprintf(".reset(%s)", b.rst)}
	for _, id := range b.Core.Inputs {
		name := b.Core.Nodes[id].Name
		pins = append(pins, fmt.Sprintf(".%s(%s)", b.ports[name], b.joined(name, "1'b0")))
	}
	for _, o := range b.Core.Outputs {
		pins = append(pins, fmt.Sprintf(".%s(%s)", b.ports[o.Name], b.join[o.Name]))
	}
	b.line("%s%s%s(\n  %s\n);", verilog.ModuleName(b.Core), b.passed(b.Core), verilog.Free("the_core", b.taken), strings.Join(pins, ",\n  "))
}

// joined returns the net that a port of the core is connected to. If the core has no such port,
// the result is rest.
func (b *body) joined(port, rest string) string {
	if net := b.join[port]; net != "" {
		return net
	}
	return rest
}

// pinsOut connects the outputs of the program and the two status outputs, trap and halted.
func (b *body) pinsOut() {
	for _, w := range b.Wires {
		switch {
		case w.Port.In, w.Port.Serial != Level, w.Own && w.Port.Name == PortLog:
		case !w.Own:
			b.drive(w, b.join[rtl.PortLevelOut(w.Port.Name)])
		case w.Port.Name == PortTrap:
			b.drive(w, b.join[rtl.PortTrap])
		case w.Port.Name == PortHalted:
			b.drive(w, b.join[rtl.PortHalted])
		}
	}
}
