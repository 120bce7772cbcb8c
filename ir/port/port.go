package port

import "strings"

// Shape states how values move through a port.
type Shape uint8

// The shapes.
//
//	Message  whole messages, in and out, with back-pressure; the port never loses one
//	Command  commands out; each command has an immediate answer
//	Level    a current value, in or out; a change of an input can wake the program
//	Stream   bytes in: at least one, at most as many as fit and have arrived; bytes out:
//	         the boundary between two sends is not visible
const (
	Message Shape = iota
	Command
	Level
	Stream
)

// String returns the name of a shape.
func (s Shape) String() string { return [...]string{"message", "command", "level", "stream"}[s] }

// Does is the operation that a method of a port performs. Each shape has its own operations.
type Does uint8

// The operations by shape. Message and Stream have Recv and Send, and a socket also has Lost.
// Command has Ask. Level has Get, Put and Changed (as an arm of a select).
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
	Form string // the form of a call, for error messages

	// The other fields are for Ask. Code is the first word of the command. ArgBits is the size
	// of its argument, 0 if it has none. Takes: the command has a body. Gives: the answer has a
	// body. Same: the body of the answer replaces the body of the command. Says: the call
	// returns whether the command succeeded.
	Code         uint32
	ArgBits      int
	Takes, Gives bool
	Same, Says   bool
}

// Key is the kind of argument that a constructor takes.
type Key uint8

// The kinds of arguments.
const (
	Number Key = iota // a number: net.eth(0)
	Label             // the name of the port: port.udp("s"), gpio.out("led0")
)

// The layout of messages of shape Command. A command is its code, an argument and a body. An
// answer is a status, which is 0 for success, and a body. Numbers have 32 bits and are
// little-endian. If bodies have any length and the method gives a body that is not Same, the
// argument also holds the requested number of bytes, from bit WantedAt on.
const (
	CommandSize = 8
	StatusSize  = 4
	WantedAt    = 16
)

// Kind is a row of the table: a kind of port.
type Kind struct {
	Name  string // name in texts of the IR and of images
	Type  string // the type of a task parameter for the port
	Make  string // the constructor in a system
	Key   Key
	Pool  string // ports in the same pool have different numbers
	Shape Shape
	Stack bool // sockets can be made over it; it then has IPv4 addresses

	Methods []Method

	Unit     string // what a message or body is called
	Most     int    // largest number of bytes of a message or body, 0 for no limit
	HeadBits int    // bits of the header word before the bytes of a message; 0: no header
	BodyType string // the type of a command body in the language; "": bodies are not blocks of one size
	Trap     string // trap code of a failed command; "": only commands with Says can fail

	// A bus has wires, which carry its commands on a board. If no device drives the wires,
	// the answer is all ones, or the core detects that the device is missing. A device of
	// shape Command with neither blocks nor wires always answers, without another device.
	Wires  []Wire
	Silent bool // a missing device is detected

	Bits    int  // width of a level
	In, Out bool // direction of a level

	Capability string   // the capability in the driver layer that serves the port
	Files      []string // formats of the input and output files of scripted runs
}

// Wire is a wire of a bus. A wire with neither In nor Out is bidirectional: it is pulled up,
// and each end may pull it down.
type Wire struct {
	Name    string
	In, Out bool
}

// Blocks reports whether the bodies of commands are blocks of one size, which the device stores
// (a disk).
func (k *Kind) Blocks() bool { return k.BodyType != "" }

// KeepsBlocks is Blocks for the kind of the given name.
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
// length. Such a device is a bus, or it has no wires and answers without another device.
func Exchanges(name string) bool {
	k := Find(name)
	return k != nil && k.Shape == Command && !k.Blocks()
}

// Head is the number of bytes before the payload of a message. A header (head) is a 64-bit
// word, little-endian.
func (k *Kind) Head() int {
	if k.HeadBits == 0 {
		return 0
	}
	return 8
}

// Method finds an operation by its name. It returns nil if there is none.
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

// Package is the language package of the constructor.
func (k *Kind) Package() string {
	pkg, _, _ := strings.Cut(k.Make, ".")
	return pkg
}

// Bytes is the number of bytes that an event has for a level.
func (k *Kind) Bytes() int { return (k.Bits + 7) / 8 }

// Find returns the kind with the given name, or nil.
func Find(name string) *Kind { return find(func(k *Kind) bool { return k.Name == name }) }

// OfType returns the kind with the given type, or nil.
func OfType(name string) *Kind { return find(func(k *Kind) bool { return k.Type == name }) }

// MadeBy returns the kind with the given constructor, or nil.
func MadeBy(name string) *Kind { return find(func(k *Kind) bool { return k.Make == name }) }

func find(ok func(*Kind) bool) *Kind {
	for _, k := range Kinds() {
		if ok(k) {
			return k
		}
	}
	return nil
}

// ShapeOf is the shape of the named kind. A name without a row, as in the texts of tests, has
// shape Message.
func ShapeOf(name string) Shape {
	if k := Find(name); k != nil {
		return k.Shape
	}
	return Message
}

// HeadOf is Head for the kind of the given name.
func HeadOf(name string) int {
	if k := Find(name); k != nil {
		return k.Head()
	}
	return 0
}
