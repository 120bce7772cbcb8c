package port

import "strings"

// Shape is how values move through a port.
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

// Does is what a method of a port does: an operation of its shape.
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
	Form string // how a call looks, for messages

	// Of Ask: Code begins the command. Arg says that a word of 32 bits follows,
	// Takes that a body goes with the command, Gives that one comes with the answer.
	Code         uint32
	Arg          bool
	Takes, Gives bool
}

// Key is what a constructor takes.
type Key uint8

// The keys.
const (
	Number Key = iota // net.eth(0)
	Label             // port.udp("s"), gpio.out("led0"): the name of the port
)

// The layout of messages of shape Command: a command is its code, an argument
// and a body; an answer a status, 0 when it succeeded, and a body. Numbers have 32
// bits, little-endian.
const (
	CommandSize = 8
	StatusSize  = 4
)

// Kind is a row: a kind of port.
type Kind struct {
	Name  string // in texts of the IR and of images
	Type  string // of a parameter that takes it
	Make  string // how a system makes it
	Key   Key
	Pool  string // ports of one pool have different numbers
	Shape Shape
	Stack bool // sockets can be made over it; then it has IPv4 addresses

	Methods []Method

	Unit     string // what a message or body is called
	Most     int    // bytes that one may have, 0 for any number
	HeadBits int    // of the word before the bytes of a message; 0: it has none
	BodyType string // of the body of commands, as the program names it
	Trap     string // code of the trap when a command fails

	Bits    int  // of a level
	In, Out bool // of a level: its direction

	Capability string   // what serves it in the layer below products
	Files      []string // formats of the files that scripted runs take and give
}

// Head is the number of bytes before the payload of a message: a head is a word
// of 64 bits, little-endian.
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

// ShapeOf is the shape of a kind by its name; a name that has no row, as texts of
// tests have, is one of messages.
func ShapeOf(name string) Shape {
	if k := Find(name); k != nil {
		return k.Shape
	}
	return Message
}

// HeadOf is the Head of a kind by its name.
func HeadOf(name string) int {
	if k := Find(name); k != nil {
		return k.Head()
	}
	return 0
}
