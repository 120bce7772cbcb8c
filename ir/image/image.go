// Package image represents a linked program for a generated core: the words of text, the initial
// data, and tables. The tables map an address back to the program (spans, traps, marks, log
// sites). An example, without the target:
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
// ELF writes an image as an executable, with the text form in a section. ReadRaw reads the
// executable of any linker. Decode makes a Mach from an image: basic blocks, control flow, live
// registers, loops. ContractOf computes the contract of the image: its opcodes, registers, shift
// amounts, immediates and ports. The hardware generator makes the core from this contract. The
// proof that the image uses no removed part also depends on the contract.
//
// The memory map is a Harvard map: data from 0 upward, ports at the top of the address space,
// text at design.TextBase. The package does not depend on compilers or circuits.
// docs/glossary.md explains the terms. Start reading at Image.
package image

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Context is a program counter. A core runs all its contexts, beginning at reset.
type Context struct {
	Name  string
	Entry uint32 // address of the first instruction of the context
}

// Channel describes a channel of the source program, which connects two tasks. The text and the
// data of the image already implement the channel.
type Channel struct {
	Name           string
	Writer, Reader int // indices into Tasks
	Cap            int
	Words          []int // widths of the words of an element
	Objects        []int // sizes of the arrays of an element, in bytes
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

// Device is a port of the program. Index is its bit in the registers STATUS and WAIT, and its
// number in the register GO.
type Device struct {
	Name   string // name in the system, such as "eth0"
	Kind   string // name of a row of the port table in ir/port
	Index  int
	Task   int  // the task that owns it, index into Tasks
	Rx, Tx bool // whether the program receives from the device, and sends to the device
}

// Mark is a timed region of one task. A store of mark*2 to port.Mark begins the region, and a
// store of mark*2+1 ends it. A region that several tasks run has a separate mark for each task.
type Mark struct {
	Name string
	Task int // index into Tasks
}

// Image is a linked program.
type Image struct {
	Name    string
	Target  *design.Target
	Text    []uint32    // starts at design.TextBase
	Spans   []diag.Span // source span of each text word; zero if unknown
	Values  []int       // IR value ID of each text word, 0 if unknown
	Data    []byte      // starts at address 0
	DataEnd uint32      // bytes of data memory in use, >= len(Data)
	Symbols []Symbol
	// Contexts by number. Current cores have one.
	Contexts []Context
	Tasks    []string // instance names, in the order of the system
	Channels []Channel
	Traps    []Trap
	Logs     []trace.Site
	Marks    []Mark // by mark number
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

// OneContext returns the context of an image for a core with one context, which starts at the
// first word. If such a core cannot run the image, the error names the reason.
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
