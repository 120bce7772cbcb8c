package design

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// The core organisations of a generated core.
const (
	Multi   = "multi"
	Pipe3   = "pipe3"
	Serial1 = "serial1" // digits of one bit
	Serial2 = "serial2"
	Serial4 = "serial4"
)

// Cores lists the core organisations that execute whole words.
func Cores() []string { return []string{Multi, Pipe3} }

// Serials lists the core organisations that execute a word digit by digit.
func Serials() []string { return []string{Serial1, Serial2, Serial4} }

// DigitBits is the number of bits of a digit: the width of a word in the register file of a core.
// A core that executes whole words has digits of 32 bits.
func DigitBits(core string) int {
	switch core {
	case Serial1:
		return 1
	case Serial2:
		return 2
	case Serial4:
		return 4
	}
	return 32
}

// AllCores lists all core organisations.
func AllCores() []string { return append(Cores(), Serials()...) }

// The ways in which a core shifts by constant amounts.
const (
	ShiftNone     = "none"     // it has no shift instruction
	ShiftConstant = "constant" // with a multiplexer over the amounts that the lines of the core use
	ShiftBarrel   = "barrel"   // with one shifter for every amount
)

// Point is a design point: everything that determines the circuit of a core, except the contents
// of the memories. It holds whole instruction lines and not only their names. A point can
// therefore also describe a core with a line that no standard set has. Each choice has a reason,
// which the report prints and which does not affect the circuit.
type Point struct {
	Program string // the name of the circuit
	Core    string // one of Cores
	Lines   []Line // the instruction lines, in the order of the set
	Shifts  Shifts
	Text    Number // address bits of the text memory, in words
	Data    Number // address bits of the data memory, in words; 0: no data memory
	Regs    Number // x0..x(Regs-1) exist
	PC      Number // bits of the program counter as a word index
	Pointer Number // bits of ADDR as a word index; 0: no ADDR
	Length  Number // bits of LEN; 0: no LEN
	Ports   []Port
	Devices []Device
}

// Line is an instruction line that the core executes.
type Line struct {
	Inst    *isa.Inst
	Amounts []int  // the shift amounts that exist, ascending; nil: every amount
	Reason  string // why the core keeps the line
	Why     string // why the line has these amounts
}

// Shifts states how lines shift by constant amounts.
type Shifts struct {
	How    string // ShiftNone, ShiftConstant, ShiftBarrel
	Reason string
}

// Number is a numeric choice.
type Number struct {
	N      int
	Reason string
}

// Port is a port register of the core. Load and Store say in which directions the core can access
// it.
type Port struct {
	Reg         port.Reg
	Load, Store Use
}

// Use says whether the core has one direction (load or store) of a port register.
type Use struct {
	Has    bool
	Reason string
}

// Device is a device at the ports of the core. Index is its bit in the registers STATUS and
// WAIT, and its number in the register GO.
type Device struct {
	Name   string
	Index  int
	Rx, Tx bool // whether the program receives from it or sends to it
	Bits   int  // width of a level; 0: the device has messages or bytes
	Stream bool // each byte is transferred separately
	Reason string
}

// Frames reports whether the frame engine of the core moves messages to or from the device.
func (d Device) Frames() bool { return d.Bits == 0 && !d.Stream }

// Set returns the kept lines as an instruction set.
func (p *Point) Set() *isa.Set {
	s := &isa.Set{Name: p.Program}
	for _, l := range p.Lines {
		s.Insts = append(s.Insts, l.Inst)
	}
	return s
}

// Line finds a kept line by name. If the core has no such line, the result is nil.
func (p *Point) Line(name string) *Line {
	for i := range p.Lines {
		if p.Lines[i].Inst.Name == name {
			return &p.Lines[i]
		}
	}
	return nil
}

// Uses reports whether the core has a port register.
func (p *Point) Uses(reg port.Reg) bool {
	for _, q := range p.Ports {
		if q.Reg == reg {
			return true
		}
	}
	return false
}

// PortsOf lists the port registers that a line can access. A line that loads a word can access all
// port registers that can be loaded, and a line that stores a word can access all that can be
// stored.
func (p *Point) PortsOf(in *isa.Inst) []Port {
	var out []Port
	for _, q := range p.Ports {
		if q.Load.Has && movesWord(in.Meaning.Load) || q.Store.Has && movesWord(in.Meaning.Store) {
			out = append(out, q)
		}
	}
	return out
}

func movesWord(a *isa.Access) bool { return a != nil && a.Bytes == 4 }

// RegBits is the number of address bits of the register file.
func (p *Point) RegBits() int { return BitsFor(p.Regs.N) }

// Memory reports whether the core has a data memory for loads and stores.
func (p *Point) Memory() bool { return p.Data.N > 0 }

// DataBytes is the size of the data memory.
func (p *Point) DataBytes() int {
	if p.Data.N == 0 {
		return 0
	}
	return 4 << p.Data.N
}

// FirstPC is the word index of the first instruction.
func (p *Point) FirstPC() uint64 { return TextBase / 4 & (1<<p.PC.N - 1) }

// BitsFor is the number of address bits for n items. It is at least 1.
func BitsFor(n int) int {
	b := 1
	for 1<<b < n {
		b++
	}
	return b
}
