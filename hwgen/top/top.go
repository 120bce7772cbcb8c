// Package top joins a core with a board: the pins of the program's ports, the clock, the reset,
// the time and the log. The result is one Verilog module with its constraints.
//
//	wires, err := top.Bind(...)       // which port has which pin
//	d, err := top.New(...)            // clock and PLL
//	files, err := d.Files()           // NAME_top.v, NAME_top.pcf
//
// The module has a port for each wire, named after the port of the program, and `clk`:
//
//	pin ─ invert ─ debounce ─▶ core ─▶ invert ─ pin
//	clk ─ PLL ─┬──────────────▶ │
//	           ├─ reset ────────┤
//	           └─ time ◀─ idle ─┘
//
// Peripherals are circuits of hwgen/periph. Only the PLL is a primitive of the part. The
// package does not depend on the program text and runs no tools. Start reading at Files.
package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Design is a core on a board.
type Design struct {
	Board *board.Board
	Core  *rtl.Circuit
	Wires []Wire
	Clock periph.Hz   // clock frequency of the core
	PLL   *periph.PLL // nil: the core uses the clock of the board
	Baud  uint64      // baud rate of the log and of all serial lines
	Fill  int         // cycles after a reset for which the core stands still while data is filled

	data    *rtl.Mem          // nil: the data is in the core; else it is in single-ported RAM
	text    *rtl.Circuit      // nil: the text is in the core; else it is in memories that fit its length
	modules []string          // text of the peripherals
	pins    map[string]string // by wire: the name of its port in the module
	ports   map[string]string // by port of the core: its name in the core's module
	taken   map[string]bool
}

// New makes a design with a clock frequency. Zero means the clock of the board.
func New(b *board.Board, core *rtl.Circuit, wires []Wire, clock periph.Hz, baud uint64) (*Design, error) {
	own := periph.Hz{Num: b.ClockHz, Den: 1}
	d := &Design{Board: b, Core: core, Wires: wires, Clock: own, Baud: baud}
	if clock.Num == 0 || clock.Same(own) {
		return d, nil
	}
	if b.PLL == "" {
		return nil, diag.Errorf("", diag.Span{}, "--clock: the PLL of %s is not known; without --clock the core has the %s of the board", b.Part.Name, own)
	}
	pll, err := periph.FindPLL(own, clock)
	if err != nil {
		return nil, diag.Errorf("", diag.Span{}, "--clock: %v", err)
	}
	d.PLL, d.Clock = &pll, pll.Out
	return d, nil
}

// Resets reports whether the core can be reset in the middle of a run, by a button or by a PLL
// that loses its lock. After power-up the memories have their configured contents.
func (d *Design) Resets() bool {
	_, button := d.wire(PortReset)
	return button || d.PLL != nil
}

// Module is the name of the top module.
func (d *Design) Module() string { return verilog.ModuleName(d.Core) + "_top" }

// Files makes the module and its constraints.
func (d *Design) Files() (map[string]string, error) {
	d.modules = nil
	d.taken = map[string]bool{verilog.ModuleName(d.Core): true, d.Module(): true, verilog.FolderParameter: true}
	d.ports = verilog.NamesOf(d.Core).Ports
	d.pins = map[string]string{"clk": verilog.Free("clk", d.taken)}
	for _, w := range d.Wires {
		d.pins[w.Port.Name] = verilog.Free(w.Port.Name, d.taken)
	}
	text, err := d.module()
	if err != nil {
		return nil, err
	}
	return map[string]string{
		d.Module() + ".v":                      text,
		d.Module() + "." + d.Board.Constraints: d.constraints(),
	}, nil
}

// folder is the parameter list for the folder of the memory files, or "" if there are none.
func (d *Design) folder(form string) string {
	if !readsFiles(d.Core) && (d.text == nil || !readsFiles(d.text)) {
		return ""
	}
	return fmt.Sprintf(" #("+form+") ", verilog.FolderParameter)
}

// readsFiles reports whether a memory of a circuit gets its initial contents from a file.
func readsFiles(c *rtl.Circuit) bool {
	return slices.ContainsFunc(c.Mems, func(m rtl.Mem) bool { return len(m.Init) > 0 })
}

// module writes the top module and then its peripherals.
func (d *Design) module() (string, error) {
	var s strings.Builder
	fmt.Fprintf(&s, "// %s on %s: the core runs at %s.\n", d.Core.Name, d.Board.Title, d.Clock)
	heads := []string{"input wire clk"}
	for _, w := range d.Wires {
		direction := "output"
		if w.Port.In {
			direction = "input"
		} else if w.Port.Open {
			direction = "inout"
		}
		heads = append(heads, fmt.Sprintf("%s wire %s", direction, d.pins[w.Port.Name]))
	}
	fmt.Fprintf(&s, "module %s%s(\n  %s\n);\n", d.Module(), d.folder("parameter %[1]s = \"./\""), strings.Join(heads, ",\n  "))
	b := &body{Design: d, s: &s, join: map[string]string{}}
	b.clock()
	if err := b.reset(); err != nil {
		return "", err
	}
	for _, step := range []func() error{b.time, b.log, b.serial, b.buses, b.memories, b.pinsIn} {
		if err := step(); err != nil {
			return "", err
		}
	}
	b.core()
	b.pinsOut()
	s.WriteString("endmodule\n")
	for _, m := range d.modules {
		s.WriteString("\n" + m)
	}
	return s.String(), nil
}

// wire finds the wire of one of the top's own ports.
func (d *Design) wire(name string) (Wire, bool) {
	for _, w := range d.Wires {
		if w.Own && w.Port.Name == name {
			return w, true
		}
	}
	return Wire{}, false
}
