// Package image holds a linked program of a generated core: the words of text,
// the initial data, and the tables that map an address back to the program
// (spans, traps, marks, log sites). An example without its target:
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
// ELF writes an image as an executable with the text form in a section. ReadRaw
// reads the executable of any linker. From an image, Decode makes a Mach:
// blocks, flow, live registers, loops. ContractOf reads the contents of the
// image: opcodes, registers, shift amounts, immediates, ports. The hardware is
// generated from this contract, and the proof of removal depends on it.
//
// The memory map is Harvard: data from 0 upward, ports at the top of the
// address space, text at design.TextBase. The package knows neither compilers
// nor circuits. Start reading at Image.
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

// Channel leads from one task to another. The image already contains its code and
// data; Channel describes their source.
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

// Trap is the trap site of an ebreak at PC.
type Trap struct {
	PC   uint32
	Task int    // index into Tasks
	Site int    // trap site ID in the program; two tasks may share it
	Code string // "index", "assert", "max", "divide" ...
}

// Device is a port of the program. Index is its bit in STATUS and WAIT and its
// number in GO.
type Device struct {
	Name   string // binding in the system, such as "eth0"
	Kind   string // name of a row of ir/port
	Index  int
	Task   int  // the task that owns it, index into Tasks
	Rx, Tx bool // whether the program receives from it or sends to it
}

// Mark is a timed region of one task; a store of mark*2 or mark*2+1 to
// port.Mark begins or ends it. A region that several tasks run has a separate
// mark for each task.
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
	// Contexts by number. Current cores have one.
	Contexts []Context
	Tasks    []string // instance names, in system order
	Channels []Channel
	Traps    []Trap
	Logs     []trace.Site
	Marks    []Mark // by number
	Devices  []Device
}

// TrapAt returns the trap of the instruction at pc.
func (im *Image) TrapAt(pc uint32) (Trap, bool) {
	for _, t := range im.Traps {
		if t.PC == pc {
			return t, true
		}
	}
	return Trap{}, false
}

// OneContext is the context of an image for a core with one context, which enters at
// the first word. The error names the feature that such a core cannot run.
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
