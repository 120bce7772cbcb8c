package flow

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// onBus adds two things to the files: a Verilog module with the core and its bus slave, and a table
// of the slave's registers in the read-me. The result has the names of the added Verilog files.
func onBus(c *Core, bus string, files map[string]string) ([]string, error) {
	served := periph.HostCore{Logs: hasInput(c.Circuit, rtl.PortLogReady)}
	for _, d := range c.Point.Devices {
		if d.Bits == 0 && (d.Rx || d.Tx) { // pins stay ports of the module
			served.Devices = append(served.Devices, periph.HostDevice{Name: d.Name, Rx: d.Rx, Tx: d.Tx, Bytes: d.Stream})
		}
	}
	b, err := top.NewOnBus(c.Circuit, bus, served)
	if err != nil {
		return nil, UserErrorf("--bus %s: %v", bus, err)
	}
	name := b.Module + ".v"
	files[name] = fmt.Sprintf("// %s\n// Made by Sinter %s.\n", license, Version) + b.Text
	files[verilog.ModuleName(c.Circuit)+".md"] += registerTable(b)
	return []string{name}, nil
}

// registerTable explains the registers of a core on a bus.
func registerTable(b *top.OnBus) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## Registers on a bus\n\nThe module `%[1]s` in `%[1]s.v` is the core as a slave of a host. Its registers are words; the low two bits of an address have no\n"+
		"meaning. An access that cannot happen now, to no register, or of less than a word (writes) is answered with an error and changes nothing.\n\n"+
		"| address | register | access | meaning |\n|---|---|---|---|\n", b.Module)
	for _, r := range b.Registers {
		fmt.Fprintf(&s, "| 0x%03x | %s | %s | %s |\n", r.Addr, r.Name, r.Access, r.Meaning)
	}
	s.WriteString("\n")
	return s.String()
}
