// Package image holds a linked program of a generated core: the words of text,
// the initial data, and the tables that lead from an address back to the
// program (spans, traps, marks, log sites). Printed, the target left out:
//
//	image echo
//	  context main 0x100000
//	  task main
//	  device eth0 eth 0 rx tx
//	  log 0 "frame of " u 32 " bytes"
//	  symbol buffer 0x0 1524
//	  data 0 1524
//	  source "echo.sn" "task main..."
//	  text
//	    addi x5, x0, 1 @0 31 38 %12
//	    beq x5, x0, .+8
//	    ebreak trap 0 3 index
//	  end
//	end
//
// ELF writes the same as an executable with the text form in a section, and
// ReadRaw reads what a linker made. From an image, Decode makes a Mach: blocks,
// flow, live registers, loops. ContractOf reads what the image contains:
// opcodes, registers, shift amounts, immediates, ports. What comes before the
// image is a request; the contract is the fact that hardware is generated from
// and that the proof of removal rests on.
//
// The memory map is Harvard: data at 0 upward, ports at the top of the address
// space, text at design.TextBase. The package knows no compiler and no circuit.
// Start reading at Image.
package image

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Context is a program counter. A core runs all its contexts from reset on.
type Context struct {
	Name  string
	Entry uint32 // address of its first instruction
}

// Channel leads from one task to another. The image has it as code and data already;
// this is what it was made from.
type Channel struct {
	Name           string
	Writer, Reader int // indices into Tasks
	Cap            int
	Words          []int // widths of an element's words
	Objects        []int // sizes of its arrays, in bytes
}

// Symbol names an address of data or text.
type Symbol struct {
	Name string
	Addr uint32
	Size uint32
}

// Trap says which site an ebreak at PC stands for.
type Trap struct {
	PC   uint32
	Task int    // index into Tasks
	Site int    // trap site id, of the program; two tasks may come by one
	Code string // "index", "assert", "max", "divide" ...
}

// Device is a port of the program. Index is its bit in STATUS and WAIT and its
// number in GO.
type Device struct {
	Name   string // binding in the system, such as "eth0"
	Kind   string // name of a row of ir/port
	Index  int
	Task   int  // the task that owns it, index into Tasks
	Rx, Tx bool // whether the program receives from it, sends to it
}

// Mark is a timed region of one task; a store of mark*2 or mark*2+1 to
// port.Mark begins or ends it. A region that several tasks run is a mark
// of its own for each.
type Mark struct {
	Name string
	Task int // index into Tasks
}

// Image is a linked program.
type Image struct {
	Name    string
	Target  *design.Target
	Text    []uint32    // from design.TextBase
	Spans   []diag.Span // of each text word; zero where unknown
	Values  []int       // IR value id of each text word, 0 where unknown
	Data    []byte      // from address 0
	DataEnd uint32      // bytes of data memory in use, >= len(Data)
	Symbols []Symbol
	// Contexts by number; today's cores have one.
	Contexts []Context
	Tasks    []string // instance names, in system order
	Channels []Channel
	Traps    []Trap
	Logs     []trace.Site
	Marks    []Mark // by number
	Devices  []Device
}

// TrapAt returns what the trapping instruction at pc stands for.
func (im *Image) TrapAt(pc uint32) (Trap, bool) {
	for _, t := range im.Traps {
		if t.PC == pc {
			return t, true
		}
	}
	return Trap{}, false
}

// OneContext is the context of an image for a core that has one, which enters at the
// first word. The error says what such a core cannot run.
func (im *Image) OneContext() (Context, error) {
	if n := len(im.Contexts); n != 1 {
		return Context{}, diag.Errorf("", diag.Span{}, "image %s: a core has one context, the image has %d", im.Name, n)
	}
	c := im.Contexts[0]
	if c.Entry != design.TextBase {
		return c, diag.Errorf("", diag.Span{}, "image %s: context %s: a core enters at %#x, the image at %#x", im.Name, c.Name, design.TextBase, c.Entry)
	}
	return c, nil
}
