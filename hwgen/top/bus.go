package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// masters maps the kind of a port to the circuit that transfers commands over the wires of such
// a bus. A master has a port for each wire of the kind's table row. For an open wire, the
// master has the input NAME and the output NAME_low.
func masters() map[string]func(periph.Hz) (*rtl.Circuit, error) {
	return map[string]func(periph.Hz) (*rtl.Circuit, error){"spi": periph.SPI, "i2c": periph.I2C}
}

// buses connects each command port of the core to the wires of its bus.
func (b *body) buses() error {
	for i, w := range b.Wires {
		if w.Port.Serial != Bus || slices.ContainsFunc(b.Wires[:i], func(o Wire) bool { return o.Port.Serial == Bus && o.Port.Device == w.Port.Device }) {
			continue
		}
		if err := b.bus(w.Port.Device, w.Port.Bus); err != nil {
			return fmt.Errorf("bus %s: %w", w.Port.Device, err)
		}
	}
	return nil
}

// bus makes the bus master for a device.
func (b *body) bus(device, kind string) error {
	c, err := masters()[kind](b.Clock)
	if err != nil {
		return err
	}
	tx, rx := rtl.TxPorts(device), rtl.RxPorts(device)
	b.beat(tx, device+"_command")
	b.beat(rx, device+"_answer")
	var joins []string
	for _, p := range []struct{ master, core rtl.StreamPorts }{{periph.BusCommand, tx}, {periph.BusAnswer, rx}} {
		joins = append(joins, p.master.Valid, b.join[p.core.Valid], p.master.Ready, b.join[p.core.Ready],
			p.master.Data, b.join[p.core.Data], p.master.Last, b.join[p.core.Last], p.master.Bytes, b.join[p.core.Bytes])
	}
	for _, w := range b.Wires {
		if w.Port.Device != device || w.Port.Serial != Bus {
			continue
		}
		name := strings.TrimPrefix(w.Port.Name, device+"_")
		switch {
		case w.Port.Open:
			low := b.fresh(w.Port.Name+"_low", 1)
			b.line("assign %s = %s ? 1'b0 : 1'bz;", b.pins[w.Port.Name], low)
			joins = append(joins, name, b.pins[w.Port.Name], name+"_low", low)
		case w.Port.In:
			joins = append(joins, name, b.level(w))
		default:
			level := b.fresh(w.Port.Name+"_level", 1)
			b.drive(w, level)
			joins = append(joins, name, level)
		}
	}
	b.place(c, false, b.rst, joins...)
	return nil
}

// Slave plays the device on a bus in a bench. Bits are the bits that the slave outputs, in
// order. On a bus with open wires, the slave outputs the next bit at each falling clock after
// the first start. A 1 releases the wire. On other buses, the slave outputs the next bit at
// each falling clock while it is selected.
type Slave struct {
	Device string
	Bits   string
}

// slave writes the device on a bus. The device prints S where a command begins, P where the
// command ends, and the bits on the wire when the clock rises.
func (d *Design) slave(b func(string, ...any), s Slave) {
	net := map[string]string{}
	open := false
	for i, w := range d.Wires {
		if w.Port.Serial == Bus && w.Port.Device == s.Device {
			net[strings.TrimPrefix(w.Port.Name, s.Device+"_")] = fmt.Sprintf("pin%d", i)
			open = open || w.Port.Open
		}
	}
	id := "slave_" + s.Device
	b("reg [%d:0] %s = %d'b1%s;\ninteger %s_at = %d;", len(s.Bits), id, len(s.Bits)+1, s.Bits, id, len(s.Bits)-1)
	b("function %s_bit(input integer at); %s_bit = at < 0 ? 1'b1 : %s[at]; endfunction", id, id, id)
	if !open {
		b("always @* %s = %s_bit(%s_at);", net["miso"], id, id)
		b("always @(negedge %[1]s) if (running) $display(\"BUS %[2]s S\");\nalways @(posedge %[1]s) if (running) $display(\"BUS %[2]s P\");", net["cs"], s.Device)
		b("always @(posedge %s) if (running) $display(\"BUS %s %%b\", %s);", net["sck"], s.Device, net["mosi"])
		b("always @(negedge %s) if (running) %s_at = %s_at - 1;", net["sck"], id, id)
		return
	}
	b("reg %[1]s_low = 0, %[1]s_begun = 0;\nassign %[2]s = %[1]s_low ? 1'b0 : 1'bz;", id, net["sda"])
	b("always @(negedge %[1]s) if (running && %[2]s === 1) begin %[3]s_begun = 1; $display(\"BUS %[4]s S\"); end", net["sda"], net["scl"], id, s.Device)
	b("always @(posedge %[1]s) if (running && %[2]s === 1) begin %[3]s_begun = 0; $display(\"BUS %[4]s P\"); end", net["sda"], net["scl"], id, s.Device)
	b("always @(posedge %s) if (running) $display(\"BUS %s %%b\", %s);", net["scl"], s.Device, net["sda"])
	b("always @(negedge %[1]s) if (running && %[2]s_begun) begin %[2]s_low = !%[2]s_bit(%[2]s_at); %[2]s_at = %[2]s_at - 1; end", net["scl"], id)
}

// ParseBus returns the bus output of a bench, without spaces.
func ParseBus(said, device string) string {
	var out strings.Builder
	for _, line := range strings.Split(said, "\n") {
		if rest, ok := strings.CutPrefix(line, "BUS "+device+" "); ok {
			out.WriteString(strings.TrimSpace(rest))
		}
	}
	return out.String()
}
