package port

import "strings"

// Shape tells how values move through a port.
type Shape uint8

// The shapes.
//
//	Message  whole messages, in and out, with back-pressure; never lost at the port
//	Command  commands out; the answer to each is there at once
//	Level    a value now, in or out; a change of an input can wake the program
//	Stream   bytes in, one to as many as fit of those that have arrived; bytes out, where
//	         no border between two sends is seen
const (
	Message Shape = iota
	Command
	Level
	Stream
)

// String is the name of a shape.
func (s Shape) String() string { return [...]string{"message", "command", "level", "stream"}[s] }

// Does is the operation that a method of a port performs, one of the operations
// of its shape.
type Does uint8

// The operations by shape. Message and Stream have Recv and Send, a socket Lost too;
// Command has Ask; Level has Get, Put and Changed (as an arm of a select).
const (
	Recv Does = iota
	Send
	Lost
	Ask
	Get
	Put
	Changed
)

// Method is an operation as a program writes it.
type Method struct {
	Name string
	Does Does
	Form string // the form of a call, for messages

	// For Ask: Code begins the command. ArgBits is the size of the next number, 0 for none.
	// With Takes the command has a body. With Gives the answer has a body. With Same the
	// answer's body replaces the command's body. With Says the call returns whether the
	// command succeeded.
	Code         uint32
	ArgBits      int
	Takes, Gives bool
	Same, Says   bool
}

// Key is the kind of argument of a constructor.
type Key uint8

// The keys.
const (
	Number Key = iota // net.eth(0)
	Label             // port.udp("s"), gpio.out("led0"): the name of the port
)

// The layout of messages of shape Command. A command is its code, an argument and a body. An
// answer is a status, 0 for success, and a body. Numbers have 32 bits, little-endian. If
// bodies have any length and a method gives a body that is not Same, the argument holds the
// requested byte count from bit WantedAt on.
const (
	CommandSize = 8
	StatusSize  = 4
	WantedAt    = 16
)

// Kind is a row: a kind of port.
type Kind struct {
	Name  string // in texts of the IR and of images
	Type  string // the type of a parameter that takes it
	Make  string // the constructor in a system
	Key   Key
	Pool  string // ports of one pool have different numbers
	Shape Shape
	Stack bool // sockets can be made over it; then it has IPv4 addresses

	Methods []Method

	Unit     string // the name of a message or body
	Most     int    // most bytes of a message or body, 0 for any number
	HeadBits int    // bits of the word before the bytes of a message; 0: no such word
	BodyType string // the program's type of the body of commands; "": bodies are not blocks of one size
	Trap     string // trap code of a failed command; "": only commands with Says can fail

	// A bus has wires, which carry its commands on a board. If no device drives them, an
	// answer is all ones, or the missing device is detected. A device of shape Command with
	// neither blocks nor wires answers by itself, and always.
	Wires  []Wire
	Silent bool // a missing device is detected

	Bits    int  // of a level
	In, Out bool // of a level: its direction

	Capability string   // the capability that serves it in the layer below products
	Files      []string // formats of the input and output files of scripted runs
}

// Wire is a wire of a bus. A wire with neither In nor Out is bidirectional: it is pulled up,
// and each end may pull it down.
type Wire struct {
	Name    string
	In, Out bool
}

// Blocks reports whether the bodies of commands are blocks of one size that the device keeps.
func (k *Kind) Blocks() bool { return k.BodyType != "" }

// KeepsBlocks is Blocks of the named kind.
func KeepsBlocks(name string) bool {
	k := Find(name)
	return k != nil && k.Blocks()
}

// IsBus reports whether a device of the named kind answers commands over wires.
func IsBus(name string) bool {
	k := Find(name)
	return k != nil && k.Shape == Command && len(k.Wires) > 0
}

// Exchanges reports whether a device of the named kind answers commands whose bodies have any
// length: a bus, or a device without wires that answers by itself.
func Exchanges(name string) bool {
	k := Find(name)
	return k != nil && k.Shape == Command && !k.Blocks()
}

// Head is the number of bytes before the payload of a message. A header is a
// word of 64 bits, little-endian.
func (k *Kind) Head() int {
	if k.HeadBits == 0 {
		return 0
	}
	return 8
}

// Method finds an operation by its name, nil if there is none.
func (k *Kind) Method(name string) *Method {
	for i := range k.Methods {
		if k.Methods[i].Name == name {
			return &k.Methods[i]
		}
	}
	return nil
}

// MethodNames lists the operations.
func (k *Kind) MethodNames() []string {
	var out []string
	for _, m := range k.Methods {
		out = append(out, m.Name)
	}
	return out
}

// Package is the package of the constructor.
func (k *Kind) Package() string {
	pkg, _, _ := strings.Cut(k.Make, ".")
	return pkg
}

// Bytes is the number of bytes of a level in an event.
func (k *Kind) Bytes() int { return (k.Bits + 7) / 8 }

// Find returns the row of a kind by its name, nil if there is none.
func Find(name string) *Kind { return find(func(k *Kind) bool { return k.Name == name }) }

// OfType returns the row of a kind by its type, nil if there is none.
func OfType(name string) *Kind { return find(func(k *Kind) bool { return k.Type == name }) }

// MadeBy returns the row of a kind by its constructor, nil if there is none.
func MadeBy(name string) *Kind { return find(func(k *Kind) bool { return k.Make == name }) }

func find(ok func(*Kind) bool) *Kind {
	for _, k := range Kinds() {
		if ok(k) {
			return k
		}
	}
	return nil
}

// ShapeOf is the shape of the named kind. A name without a row, as in texts of
// tests, has shape Message.
func ShapeOf(name string) Shape {
	if k := Find(name); k != nil {
		return k.Shape
	}
	return Message
}

// HeadOf is the Head of the named kind.
func HeadOf(name string) int {
	if k := Find(name); k != nil {
		return k.Head()
	}
	return 0
}
