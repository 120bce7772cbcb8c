package top

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/board"
)

// constraints assigns each port of the top module to a site.
func (d *Design) constraints() string {
	form := map[string]func(*Design, *strings.Builder, string, board.Pin){"pcf": (*Design).pcf, "lpf": (*Design).lpf, "xdc": (*Design).xdc}[d.Board.Constraints]
	var s strings.Builder
	form(d, &s, d.pins["clk"], board.Pin{Site: d.Board.ClockSite})
	for _, w := range d.Wires {
		pin := *w.Pin
		if w.Port.Open {
			pin.Pull = "up"
		}
		form(d, &s, d.pins[w.Port.Name], pin)
	}
	mhz := float64(d.Board.ClockHz) / 1e6
	switch d.Board.Constraints {
	case "pcf":
		fmt.Fprintf(&s, "set_frequency %s %g\n", d.pins["clk"], mhz)
	case "lpf":
		fmt.Fprintf(&s, "FREQUENCY PORT \"%s\" %g MHZ;\n", d.pins["clk"], mhz)
	case "xdc":
		fmt.Fprintf(&s, "create_clock -name %[1]s -period %[2]g [get_ports %[1]s]\n", d.pins["clk"], 1000/mhz)
	}
	return s.String()
}

func (d *Design) pcf(s *strings.Builder, port string, p board.Pin) {
	pull := ""
	if p.Pull == "up" {
		pull = "-pullup yes "
	}
	fmt.Fprintf(s, "set_io %s%s %s\n", pull, port, p.Site)
}

func (d *Design) lpf(s *strings.Builder, port string, p board.Pin) {
	pull := "NONE"
	if p.Pull != "" {
		pull = strings.ToUpper(p.Pull)
	}
	fmt.Fprintf(s, "LOCATE COMP \"%s\" SITE \"%s\";\nIOBUF PORT \"%s\" PULLMODE=%s IO_TYPE=LVCMOS33;\n", port, p.Site, port, pull)
}

func (d *Design) xdc(s *strings.Builder, port string, p board.Pin) {
	pull := ""
	if p.Pull != "" {
		pull = " PULLTYPE PULL" + strings.ToUpper(p.Pull)
	}
	fmt.Fprintf(s, "set_property -dict { PACKAGE_PIN %s IOSTANDARD LVCMOS33%s } [get_ports %s]\n", p.Site, pull, port)
}
