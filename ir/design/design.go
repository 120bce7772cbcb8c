// Package design holds the two values by which backend and hardware generator
// talk: Target, what a backend is given, and Point, what the generator decided.
//
// A Target says which instructions may be used, how many registers exist and
// where memories lie. A Point says which choices made the circuit, each with
// the reason that the report prints:
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
// neither owns it. The package knows isa and nothing of programs or circuits.
package design

import (
	"github.com/sinter-lang/sinter/ir/isa"
)

// Memory map of every generated core. Data starts at 0; the port registers are
// reachable from x0 and decoded by the top address bit.
const (
	TextBase = 0x0010_0000 // first text address
	PortBase = 0xFFFF_F800 // first port register
)

// Port registers, as addresses. Device numbers are image.Device.Index.
const (
	PortStatus  = PortBase + 0x00 // read: bit i is 1 when device i has a frame pending, bit 31 when the clock has reached the deadline; never blocks
	PortWait    = PortBase + 0x04 // write: mask; read: holds the core until ready & mask != 0, gives ready
	PortAddr    = PortBase + 0x08 // write: data address of the buffer's first byte, a multiple of 4
	PortLen     = PortBase + 0x0C // write: capacity (receive) or length (send) in bytes; read: length of the last received frame, 0 if it was longer than the capacity and dropped
	PortGo      = PortBase + 0x10 // write: device*2 receives, device*2+1 sends; holds the core until the engine is done
	PortMark    = PortBase + 0x14 // write: mark*2 begins, mark*2+1 ends
	PortLog     = PortBase + 0x18 // write: one word of the log port: task<<16|site, then the arguments
	PortHalt    = PortBase + 0x1C // write: all tasks have ended
	PortNow     = PortBase + 0x20 // read: the clock, its low word
	PortNowHigh = PortBase + 0x24 // read: and its high word
	PortDue     = PortBase + 0x28 // write: the deadline, its low word; at first it never comes
	PortDueHigh = PortBase + 0x2C // write: and its high word
)

// Target is what a backend is given.
type Target struct {
	Name string
	Set  *isa.Set
	Regs int // registers x0..x(Regs-1) exist, 5..32
}
