// Package rtl represents circuits: word operators, registers, memories, ports and probes in one
// clock domain.
//
// A circuit is flat. Pure nodes are in topological order: the arguments of a node come before
// it. Widths are 1 to 64 bits. They follow the rules of the operator table, and there are no
// implicit extensions. State changes are effects in regions. A region is a tree of `if` over
// `set register` and `write memory`. If several sets of a register execute in a cycle, the last
// one wins. A register without a set keeps its value. All values are two-state, and every
// register has a reset value. Reset is synchronous, active high and implicit (input `reset`).
// Combinational loops cannot be expressed. There is no hierarchy; names contain dots instead.
//
// This is the text form. An operand may also be a constant such as 8'1.
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
// A memory read is a port with a position in the node order. The value of a synchronous port is
// state: the word addressed at the last clock edge with enable, and 0 before the first such
// edge. While reset is 1, registers take their reset values and memories are not written, but
// read ports continue. The package does not depend on instructions or programs. It is used by
// the Verilog writer, the cycle simulator, the gate mapper and the prover. Start reading at
// Circuit.
package rtl

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// ID is the index of a node in Circuit.Nodes.
type ID int32

// None is the ID of no node.
const None ID = -1

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	KConst Kind = iota // Imm is the value
	KInput             // an input port of the circuit, with a name
	KReg               // the current value of Regs[Index]
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
	Index int    // index of the register or memory
	Port  int    // index of the read port
	Name  string // dotted name, may be empty for an operator
	Span  diag.Span
}

// Reg is a register. Node is its current value.
type Reg struct {
	Name  string
	Width int
	Reset uint64
	Node  ID
	Span  diag.Span
}

// Policy determines the result of a read port if the same word is written in the same cycle.
type Policy uint8

// The policies. Never states that no such write happens. verify must prove this.
const (
	Old Policy = iota
	New
	Never
)

// Read is a read port. An asynchronous port gives the word at Addr in the same cycle. A
// synchronous port changes at each clock edge where Enable is 1. It then gives the word that
// was at Addr before the edge.
type Read struct {
	Node   ID
	Addr   ID
	Sync   bool
	Enable ID // None: always
	Policy Policy
}

// Write is a write port. Its effect writes Data into the word at Addr, only in the lanes whose
// bit in Lanes is 1. Each port has exactly one WriteMem effect.
type Write struct {
	Addr, Data, Lanes ID // Lanes has Mem.Lanes bits; None: all lanes
}

// Mem is a memory of 1<<AddrBits words of Width bits, with Lanes equal write lanes per word.
// Its initial contents are Init, followed by zeros. Reset does not change them.
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

// EffectKind is the kind of an effect.
type EffectKind uint8

// The kinds of effects.
const (
	SetReg   EffectKind = iota // Regs[Index] takes Value at the clock edge
	WriteMem                   // Mems[Index].Writes[Port] writes at the clock edge
	If                         // Then if Cond is 1, else Else
)

// Effect is a state change, or a region that contains state changes.
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

// Assert is a claim that Node (one bit) is 1 in every cycle after reset.
type Assert struct {
	Name string
	Node ID
	Span diag.Span
}

// Probe is a named node for simulators and checks. The circuit does not read it, so it appears
// in Verilog only on request.
type Probe struct {
	Name string
	Node ID
}

// Circuit is one synchronous circuit. Inputs lists the KInput nodes in port order. `clk` and
// `reset` are implicit and not in the list.
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
