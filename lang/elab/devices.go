package elab

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// socket makes a net.Udp over a network device. It is a port of the kind that port.udp
// makes for the task that has it, and a channel to a stack for everybody else.
var socket = &port.Kind{Type: "net.Udp", Make: "net.udp", Unit: "socket"}

// Constructors lists the devices of a package, in order.
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

// IsLater reports whether a package is one of the language that this version lacks.
func IsLater(pkg string) bool { return pkg == "time" }

// Offer makes a fake device of a test a device of the system, once. It returns its index.
func (e *Elaborator) Offer(d tree.Fake) int {
	for k := range e.sys.Devices {
		if e.sys.Devices[k].Name == d.Name {
			return k
		}
	}
	e.sys.Devices = append(e.sys.Devices, tree.DeviceDef{Name: d.Name, Kind: d.Kind, Number: len(e.sys.Devices), Run: -1, Span: d.Span})
	return len(e.sys.Devices) - 1
}

// Name gives a device a name of the system.
func (e *Elaborator) Name(name string, device int) { e.groups[name] = e.groupOf(device) }

func (e *Elaborator) groupOf(device int) group {
	return group{at: e.sys.Devices[device].Span, device: true, first: device, n: 1}
}

// Start elaborates a system whose devices are given: by name, the index of each.
func (e *Elaborator) Start(items []syntax.SystemItem, devices map[string]int) {
	e.given = map[string]group{}
	for name, i := range devices {
		e.given[name] = e.groupOf(i)
	}
	e.Items(items)
}
