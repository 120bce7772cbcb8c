package elab

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// kindOf are the devices that a system can make, with their kinds.
var kindOf = map[string]string{"net.eth": "eth", "net.udp": "udp", "blk.virtio": "disk"}

// typeOf is the type of a parameter that takes a device of a kind.
var typeOf = map[string]string{"eth": "net.Eth", "udp": "net.Udp", "disk": "blk.Disk"}

// TypeOf is the type of a parameter that takes a device of a kind, "" for an unknown kind.
func TypeOf(kind string) string { return typeOf[kind] }

// IsDeviceType reports whether a type, as in "net.Eth", is that of devices.
func IsDeviceType(name string) bool {
	for _, t := range typeOf {
		if t == name {
			return true
		}
	}
	return false
}

// Constructors lists the devices of a package, in order.
func Constructors(pkg string) []string {
	var names []string
	for full := range kindOf {
		if name, ok := strings.CutPrefix(full, pkg+"."); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// IsLater reports whether a package is one of the language that this version lacks.
func IsLater(pkg string) bool { return pkg == "gpio" || pkg == "uart" || pkg == "time" }

// udp makes the device of net.udp(nic, port): the network device becomes one of
// datagrams.
func (e *Elaborator) udp(call *syntax.CallExpr, name string) int {
	if len(call.Args) != 2 || call.Args[0].Name != nil || call.Args[1].Name != nil {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected a network device and a port, as in `net.udp(net.eth(0), 7)`")
		return -1
	}
	i := e.network(call.Args[0].Value, name)
	port, ok := e.h.Size(call.Args[1].Value, "port")
	if i < 0 || !ok {
		return -1
	}
	if port == 0 || port > 65535 {
		e.h.Errorf(codes.BadSize, call.Args[1].Span(), "a port is 1 to 65535, not %d", port)
		return -1
	}
	d := &e.sys.Devices[i]
	if e.given != nil {
		return e.givenUDP(call, i)
	}
	if d.Kind != "eth" || d.Run >= 0 {
		e.h.Errorf(codes.UsedTwice, call.Span(), "the device `%s` is in use already", d.Name).Note(d.Span, "the device").
			Hint("a net.Udp needs a network device of its own")
		return -1
	}
	d.Kind, d.Port, d.Host = "udp", port, e.h.Address(call.Span())
	if name != "" {
		d.Name = name
	}
	e.h.NeedNetwork(call.Span())
	return i
}

// givenUDP is the device of net.udp(nic, port) where a test has given a fake for
// nic: the fake itself.
func (e *Elaborator) givenUDP(call *syntax.CallExpr, i int) int {
	d := &e.sys.Devices[i]
	if d.Kind == "udp" {
		return i
	}
	e.h.Errorf(codes.Mismatch, call.Span(), "the system has datagrams over this device, `%s` is a `fake.%s`", d.Name, d.Kind).
		Note(d.Span, "the device").Hint("give it a `fake.udp()`")
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
	if d.Kind == "udp" {
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
