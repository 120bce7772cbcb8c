package elab

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Constructors lists the devices of a package, in order.
func Constructors(pkg string) []string {
	var names []string
	for _, k := range port.Kinds() {
		if name, ok := strings.CutPrefix(k.Make, pkg+"."); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// IsLater reports whether a package is one of the language that this version lacks.
func IsLater(pkg string) bool { return pkg == "uart" || pkg == "time" }

// over makes the device of net.udp(nic, port): a device of another kind becomes one
// of kind k.
func (e *Elaborator) over(call *syntax.CallExpr, k *port.Kind, name string) int {
	below := port.Find(k.Over)
	if len(call.Args) != 2 || call.Args[0].Name != nil || call.Args[1].Name != nil {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected a network device and a port, as in `%s(%s(0), 7)`", k.Make, below.Make)
		return -1
	}
	i := e.network(call.Args[0].Value, name)
	number, ok := e.h.Size(call.Args[1].Value, "port")
	if i < 0 || !ok {
		return -1
	}
	if number == 0 || number > 65535 {
		e.h.Errorf(codes.BadSize, call.Args[1].Span(), "a port is 1 to 65535, not %d", number)
		return -1
	}
	d := &e.sys.Devices[i]
	if e.given != nil {
		return e.givenOver(call, k, i)
	}
	if d.Kind != below.Name || d.Run >= 0 {
		e.h.Errorf(codes.UsedTwice, call.Span(), "the device `%s` is in use already", d.Name).Note(d.Span, "the device").
			Hint("a %s needs a network device of its own", k.Type)
		return -1
	}
	d.Kind, d.Port, d.Host = k.Name, number, e.h.Address(call.Span())
	if name != "" {
		d.Name = name
	}
	e.h.NeedNetwork(call.Span())
	return i
}

// givenOver is the device of net.udp(nic, port) where a test has given a fake for
// nic: the fake itself.
func (e *Elaborator) givenOver(call *syntax.CallExpr, k *port.Kind, i int) int {
	d := &e.sys.Devices[i]
	if d.Kind == k.Name {
		return i
	}
	e.h.Errorf(codes.Mismatch, call.Span(), "the system has %ss over this device, `%s` is a `fake.%s`", k.Unit, d.Name, d.Kind).
		Note(d.Span, "the device").Hint("give it a `fake.%s()`", k.Name)
	return -1
}

// network finds the device that datagrams go over.
func (e *Elaborator) network(x syntax.Expr, name string) int {
	if call, ok := x.(*syntax.CallExpr); ok {
		return e.device(call, name)
	}
	g, ok := e.group(x, "network device")
	switch {
	case !ok:
		return -1
	case !g.device:
		e.h.Errorf(codes.BadBinding, x.Span(), "expected a network device, found a channel").Note(g.at, "declared here")
		return -1
	}
	return g.first
}

// portOfFake is the UDP port of fakes, where a machine has frames (the discard port).
const portOfFake = 9

// Offer makes a fake device of a test a device of the system, once. It returns its index.
func (e *Elaborator) Offer(d tree.Fake) int {
	for k := range e.sys.Devices {
		if e.sys.Devices[k].Name == d.Name {
			return k
		}
	}
	def := tree.DeviceDef{Name: d.Name, Kind: d.Kind, Number: len(e.sys.Devices), Run: -1, Span: d.Span}
	if port.Find(d.Kind).Key == port.Over {
		def.Port, def.Host = portOfFake, e.h.Address(d.Span)
		e.h.NeedNetwork(d.Span)
	}
	e.sys.Devices = append(e.sys.Devices, def)
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
