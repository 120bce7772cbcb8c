package elab

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// socket is the device kind of a net.Udp over a network device. The task that uses a socket sees a
// port of the kind that port.udp makes. The rest of the system sees a channel to a network stack.
var socket = &port.Kind{Type: "net.Udp", Make: "net.udp", Unit: "socket"}

// Constructors lists the names of the device constructors in a package, in order.
func Constructors(pkg string) []string {
	var names []string
	for _, k := range append(port.Kinds(), socket) {
		if name, ok := strings.CutPrefix(k.Make, pkg+"."); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// IsLater reports whether a package belongs to the language but is missing in this version.
func IsLater(pkg string) bool { return pkg == "time" }

// Offer adds a fake device of a test to the devices of the system, unless the system has this
// device already. Offer returns the index of the device.
func (e *Elaborator) Offer(d tree.Fake) int {
	for k := range e.sys.Devices {
		if e.sys.Devices[k].Name == d.Name {
			return k
		}
	}
	e.sys.Devices = append(e.sys.Devices, tree.DeviceDef{Name: d.Name, Kind: d.Kind, Number: len(e.sys.Devices), Run: -1, Span: d.Span})
	return len(e.sys.Devices) - 1
}

// Name binds a name of the system to a device.
func (e *Elaborator) Name(name string, device int) { e.groups[name] = e.groupOf(device) }

func (e *Elaborator) groupOf(device int) group {
	return group{at: e.sys.Devices[device].Span, device: true, first: device, n: 1}
}

// Start elaborates a system with given devices. The map gives the device index of each name.
func (e *Elaborator) Start(items []syntax.SystemItem, devices map[string]int) {
	e.given = map[string]group{}
	for name, i := range devices {
		e.given[name] = e.groupOf(i)
	}
	e.Items(items)
}
