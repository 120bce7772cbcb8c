package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/internal/diag"
)

// Port is a port of a program as Bind uses it.
type Port struct {
	Name  string
	Label string // the program's name for the wire; a pin with that name is used
	In    bool
	Wire  bool // a level of one bit or a serial line, which one pin can carry
	Span  diag.Span

	Serial Serial // the kind of data on a serial line
	Device string // for a serial line or a bus: the device of the core
	Bus    string // for a bus: the kind of its device
	Open   bool   // for a bus: the wire is pulled up, and each end may pull it down
}

// Serial is the kind of data that a wire carries.
type Serial uint8

// The kinds of data.
const (
	Level  Serial = iota // a level
	Bytes                // bytes, 8N1
	Frames               // frames as SLIP bytes (RFC 1055), 8N1
	Bus                  // a wire of a bus
)

// Rest is the level of an idle wire.
func (p Port) Rest() uint64 {
	if p.Serial == Level && !(p.Label == logPin && !p.In) {
		return 0
	}
	return 1
}

// Spec is a binding that the user asks for: `port=pin`.
type Spec struct{ Port, Pin string }

// Wire is a port together with its pin.
type Wire struct {
	Port     Port
	Pin      *board.Pin
	Own      bool // a port of the top, not of the program
	Debounce bool
}

// The ports that the top module adds to the ports of the program.
const (
	PortReset  = "reset"  // in: while it is pressed the core is reset, and then the program starts again
	PortLog    = "log"    // out: words of the log, serial
	PortTrap   = "trap"   // out: a check has failed, the core has stopped
	PortHalted = "halted" // out: all tasks have ended
)

// logPin is the pin of the log, unless the user chooses another one.
const logPin = "uart_tx"

// Request is the input of a binding.
type Request struct {
	Board    *board.Board
	Ports    []Port
	Logs     bool // the program writes a log
	Bind     []Spec
	Debounce []string // names of ports
}

// binder makes a binding.
type binder struct {
	Request
	wires []Wire
	used  map[string]string // port that uses a site of the package
}

// Bind gives each port of a program a pin: the pin that the user chose, or the pin whose name
// is the port's label.
func Bind(r Request) ([]Wire, error) {
	b := &binder{Request: r, used: map[string]string{}}
	known := b.known()
	for i, s := range r.Bind {
		at := slices.IndexFunc(known, func(w Wire) bool { return w.Port.Name == s.Port })
		if at < 0 {
			return nil, diag.Errorf("", diag.Span{}, "--bind %s=%s: the program has no port %s; it has %s", s.Port, s.Pin, s.Port, b.list(known))
		}
		if slices.ContainsFunc(r.Bind[:i], func(o Spec) bool { return o.Port == s.Port }) {
			return nil, diag.Errorf("", diag.Span{}, "--bind %s=%s: the port %s has a pin already", s.Port, s.Pin, s.Port)
		}
		if err := b.join(known[at], s.Pin); err != nil {
			return nil, err
		}
	}
	for _, w := range known {
		if slices.ContainsFunc(r.Bind, func(s Spec) bool { return s.Port == w.Port.Name }) {
			continue
		}
		if err := b.byLabel(w); err != nil {
			return nil, err
		}
	}
	return b.wires, b.debounce()
}

// known lists the ports that can be bound: the program's ports, then the top's own ports.
func (b *binder) known() []Wire {
	var out []Wire
	for _, p := range b.Ports {
		out = append(out, Wire{Port: p})
	}
	own := []Port{{Name: PortReset, In: true, Wire: true}, {Name: PortTrap, Wire: true}, {Name: PortHalted, Wire: true}}
	if b.Logs {
		own = append(own, Port{Name: PortLog, Label: logPin, Wire: true})
	}
	for _, p := range own {
		if !slices.ContainsFunc(b.Ports, func(q Port) bool { return q.Name == p.Name }) {
			out = append(out, Wire{Port: p, Own: true})
		}
	}
	return out
}

func (b *binder) list(known []Wire) string {
	var names []string
	for _, w := range known {
		names = append(names, w.Port.Name)
	}
	return strings.Join(names, ", ")
}

// join gives a port the pin with the given name.
func (b *binder) join(w Wire, name string) error {
	what := fmt.Sprintf("--bind %s=%s: ", w.Port.Name, name)
	pin := b.Board.Pin(name)
	switch {
	case !w.Port.Wire:
		return b.frames(w.Port)
	case pin == nil && name == b.Board.ClockSite:
		return diag.Errorf("", w.Port.Span, "%sthis is the pin of the clock", what)
	case pin == nil:
		return diag.Errorf("", w.Port.Span, "%s%s has no pin %s; %s", what, b.Board.Name, name, b.free(w.Port))
	case w.Port.Open && pin.Direction != board.Both:
		return diag.Errorf("", w.Port.Span, "%sthe pin %s of %s is an %sput, and both ends drive this wire; %s", what, name, b.Board.Name, pin.Direction, b.free(w.Port))
	case w.Port.Open && pin.Low:
		return diag.Errorf("", w.Port.Span, "%sthe pin %s of %s is inverted, and both ends drive this wire; %s", what, name, b.Board.Name, b.free(w.Port))
	case !pin.Fits(w.Port.In):
		return diag.Errorf("", w.Port.Span, "%sthe pin %s of %s is an %sput; %s", what, name, b.Board.Name, pin.Direction, b.free(w.Port))
	case b.used[pin.Site] != "":
		return diag.Errorf("", w.Port.Span, "%sthe pin belongs to the port %s already; %s", what, b.used[pin.Site], b.free(w.Port))
	}
	w.Pin = pin
	b.used[pin.Site] = w.Port.Name
	b.wires = append(b.wires, w)
	return nil
}

// byLabel gives a port the pin whose name is the port's label.
func (b *binder) byLabel(w Wire) error {
	if !w.Port.Wire {
		return b.frames(w.Port)
	}
	pin := b.Board.Pin(w.Port.Label)
	if pin != nil && (pin.Fits(w.Port.In) && !w.Port.Open || pin.Direction == board.Both) && b.used[pin.Site] == "" {
		return b.join(w, w.Port.Label)
	}
	if w.Own {
		return nil
	}
	return diag.Errorf("", w.Port.Span, "port %s has no pin on %s", w.Port.Name, b.Board.Name).
		Labelf("%q is not a free pin of this board", w.Port.Label).Hint("--bind %s=PIN gives it one; %s", w.Port.Name, b.free(w.Port))
}

// frames is the error for a port that no pin can carry.
func (b *binder) frames(p Port) error {
	return diag.Errorf("", p.Span, "port %s carries messages, and a pin of %s carries a level or a serial line", p.Name, b.Board.Name).
		Hint("sinter hw writes the core alone; its ports join a design of your own")
}

// free lists the pins that a port may still use.
func (b *binder) free(port Port) string {
	var names []string
	for i := range b.Board.Pins {
		if p := &b.Board.Pins[i]; (p.Fits(port.In) && !port.Open || p.Direction == board.Both) && b.used[p.Site] == "" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return "none is free"
	}
	return "free are " + strings.Join(names, ", ")
}

// debounce marks the inputs that the user wants to debounce.
func (b *binder) debounce() error {
	for _, name := range b.Debounce {
		i := slices.IndexFunc(b.wires, func(w Wire) bool { return w.Port.Name == name && w.Port.In && !w.Own })
		if i < 0 {
			return diag.Errorf("", diag.Span{}, "--debounce %s: the program has no input of that name", name)
		}
		b.wires[i].Debounce = true
	}
	return nil
}
