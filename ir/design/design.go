// Package design holds the two values that backend and hardware generator
// exchange. Target is the input of a backend, and Point holds the decisions of
// the generator.
//
// A Target lists the usable instructions, the number of registers and the
// memory addresses. A Point lists the choices behind the circuit, each with the
// reason that the report prints:
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
// The instruction set is a value that hwgen chooses and the backend obeys, so
// neither owns it. The package depends on isa, not on programs or circuits.
package design

import (
	"github.com/sinter-lang/sinter/ir/isa"
)

// TextBase is the first address of text. Data starts at 0, port registers at
// port.Base.
const TextBase = 0x0010_0000

// Target is the input of a backend.
type Target struct {
	Name string
	Set  *isa.Set
	Regs int // registers x0..x(Regs-1) exist, 5..32
}
