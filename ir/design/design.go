// Package design holds the two values that the backend and the hardware generator exchange.
// Target is the input of a backend. Point (a design point) holds the decisions of the
// generator.
//
// A Target lists the usable instructions, the number of registers and the memory addresses. A
// Point lists the choices that determine the circuit. Each choice has a reason, which the
// report prints:
//
//	point filter
//	  core pipe3
//	  keep sltu R 0000000 011 0110011 rd = zext32(rs1 ltu rs2) "filter.sn:41"
//	  shifts none "no shift in the image"
//	  text 8 "201 words of text"
//	  data 0
//	  regs 13 "the highest register in the image is x12"
//	  pc 8
//	end
//
// An instruction set is a list of lines. A line (isa.Inst) defines one instruction: its name,
// encoding and meaning. hwgen chooses the instruction set and the backend obeys it. Therefore the
// set belongs to neither package. docs/glossary.md explains other terms. The package depends on
// isa, not on programs or circuits.
package design

import (
	"github.com/sinter-lang/sinter/ir/isa"
)

// TextBase is the first address of the program text. Data starts at address 0, and port
// registers start at port.Base.
const TextBase = 0x0010_0000

// Target is the input of a backend.
type Target struct {
	Name string
	Set  *isa.Set
	Regs int // registers x0..x(Regs-1) exist; 5 to 32
}
