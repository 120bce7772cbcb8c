// Package design holds the two values by which backend and hardware generator
// talk: Target, what a backend is given, and Point, what the generator decided.
//
// A Target says which instructions may be used, how many registers exist and
// where memories lie. A Point says which choices made the circuit, each with
// the reason that the report prints:
//
//	point filter
//	  core pipe3
//	  keep sltu "filter.sn:41"
//	  regs 13 "highest register in the image is x13"
//	  shifts constant "amounts 2 8 16 24 left, 8 right"
//	end
//
// The instruction set is a value that hwgen chooses and the backend obeys, so
// neither owns it. The package knows isa and nothing of programs or circuits.
package design

import "github.com/sinter-lang/sinter/ir/isa"

// TextBase is the first address of text. Data starts at 0, port registers at
// port.Base.
const TextBase = 0x0010_0000

// Target is what a backend is given.
type Target struct {
	Name string
	Set  *isa.Set
	Regs int  // registers x0..x(Regs-1) exist, 5..32
	Mul  bool // set holds mul; a cache of what Set says, checked by Verify
	Div  bool
}

// Choice is one decision of a Point.
type Choice struct {
	Key    string // "core", "keep", "regs", "shifts", "pc", "data", "mul" ...
	Value  string
	Reason string
}

// Point is a design point: everything that made a circuit.
type Point struct {
	Program string
	Core    string // "multi" or "pipe3"
	Choices []Choice
}
