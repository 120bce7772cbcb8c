// Package rtl holds circuits: word operators, registers, memories, ports and
// probes of one clock domain.
//
// A circuit is flat. Pure nodes are in topological order (a node's arguments
// come before it), widths are 1 to 64 bits, equal where the operator table
// says so, and never extended implicitly. State changes are effects in regions,
// that is, trees of if over `set register` and `write memory`; within a cycle
// the last executed set of a register wins and a register that is not set
// holds its value. All values are two-state; every register has a reset value;
// reset is synchronous, active high and implicit (input `reset`), and no
// combinational loop can be written. Hierarchy is dotted names.
//
// Printed (an operand may also be written as a constant such as 8'1):
//
//	circuit blink
//	  input en 1
//	  reg count 8 reset 0
//	  %2 8 = const 1
//	  %3 8 = add count %2
//	  %4 8 = const 255
//	  full 1 = eq count %4
//	  if en {
//	    set count %3
//	  }
//	  output led 1 = full
//	end
//
// Memory reads are ports with a place in the node order; a synchronous port's
// value is state (what was addressed at the last clock edge with enable) and 0
// before the first. While reset is 1, registers take their reset values and
// memories are not written; read ports go on. The package knows no instruction and no program. Readers:
// the Verilog writer, the cycle simulator, the gate mapper and the prover.
// Start reading at Circuit.
package rtl

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// ID is the index of a node in Circuit.Nodes.
type ID int32

// None is the ID of no node.
const None ID = -1

// Kind tells what a node is.
type Kind uint8

// The kinds of nodes.
const (
	KConst Kind = iota // Imm is the value
	KInput             // a port of the circuit, named
	KReg               // the present value of Regs[Index]
	KRead              // the value of Mems[Index].Reads[Port]
	KOp                // Op applied to Args
)

// Node is a pure value.
type Node struct {
	Kind  Kind
	Op    word.Op
	Width int
	Args  []ID
	Imm   uint64 // constant value, or low bound of a slice
	Index int    // of the register or memory
	Port  int    // of the read port
	Name  string // dotted name, may be empty for operators
	Span  diag.Span
}

// Reg is a register; Node is its present value.
type Reg struct {
	Name  string
	Width int
	Reset uint64
	Node  ID
	Span  diag.Span
}

// Policy says what a read port gives when the same word is written in the
// same cycle.
type Policy uint8

// The policies. Never states that it does not happen; verify must prove it.
const (
	Old Policy = iota
	New
	Never
)

// Read is a read port. An asynchronous port gives the word at Addr at once; a
// synchronous one gives, after each clock edge at which Enable was 1, the word
// that Addr named before the edge.
type Read struct {
	Node   ID
	Addr   ID
	Sync   bool
	Enable ID // None: always
	Policy Policy
}

// Write is a write port: when its effect executes, the lanes of the word at
// Addr whose bit in Lanes is 1 take their bits from Data. Each port has exactly
// one WriteMem effect.
type Write struct {
	Addr, Data, Lanes ID // Lanes has Mem.Lanes bits; None: all lanes
}

// Mem is a memory of 1<<AddrBits words of Width bits, Lanes equal write lanes
// a word, with initial contents Init (zero-filled after its end). Reset does
// not touch it.
type Mem struct {
	Name     string
	Width    int
	AddrBits int
	Lanes    int
	Init     []uint64
	Reads    []Read
	Writes   []Write
	Span     diag.Span
}

// EffectKind tells what an effect does.
type EffectKind uint8

// The kinds of effects.
const (
	SetReg   EffectKind = iota // Regs[Index] takes Value at the clock edge
	WriteMem                   // Mems[Index].Writes[Port] writes at the clock edge
	If                         // Then when Cond is 1, else Else
)

// Effect is a state change, or a region of them.
type Effect struct {
	Kind       EffectKind
	Index      int
	Port       int
	Value      ID
	Cond       ID
	Then, Else []Effect
	Span       diag.Span
}

// Output is a port that shows a node.
type Output struct {
	Name string
	Node ID
	Span diag.Span
}

// Assert is a claim: Node (one bit) is 1 in every cycle after reset.
type Assert struct {
	Name string
	Node ID
	Span diag.Span
}

// Probe is a named node for simulators and checks. Nothing reads it, so it is
// exported to Verilog on request only.
type Probe struct {
	Name string
	Node ID
}

// Circuit is one synchronous circuit. Inputs lists the KInput nodes in port
// order (`clk` and `reset` are implicit and not among them).
type Circuit struct {
	Name    string
	Nodes   []Node
	Inputs  []ID
	Outputs []Output
	Regs    []Reg
	Mems    []Mem
	Body    []Effect
	Asserts []Assert
	Probes  []Probe
}
