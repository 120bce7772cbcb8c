// Package gate represents circuits as gates. It contains the bit rules of word operators,
// and-inverter graphs, the mapping to four-input look-up tables, and the prices of netlists.
//
// A circuit takes three forms in turn:
//
//	rtl.Circuit --Build--> Graph --Map--> Netlist
//
// A Graph is an and-inverter graph: nodes are leaves, two-input ands and carry (majority) nodes. A
// Lit is a node or its complement. A Netlist is the form for an FPGA: look-up tables with at most
// four inputs, and carry cells. The Shell of a circuit consists of inputs, outputs, registers
// (latches with reset value and enable), and memories. It is the same for a Graph and a Netlist.
// Memories stay arrays whose ports are bits. All names survive, there are no don't-cares, and
// registers are never moved or merged. A prover can therefore cut a circuit at registers and
// memory ports. A Graph prints as AIGER (aiger.go):
//
//	aag 3 1 1 1 1
//	2
//	4 6
//	4
//	6 5 2
//	i0 in:en[0]
//	l0 reg:count[0]
//	o0 out:led[0]
//	c
//	circuit blink
//
// A bit rule says how to compute an operator from bits. Each rule uses only the three methods of
// Logic. Over bools, a rule simulates the operator, and over Lits it builds a graph. Only the core
// rows of ir/word have rules. Any other row has an expansion in the table instead (rules.go).
// Proofs do not use these rules: verify/blast has separate rules.
//
// Mapping follows Mishchenko, Cho, Chatterjee and Brayton, "Combinational and sequential
// mapping with priority cuts" (ICCAD 2007). The price model is in price.go. The package does
// not depend on instructions or programs. Start reading at Shell, then rules.go.
package gate

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Logic holds the operations that bit rules use: constants, and, not.
type Logic[B any] interface {
	Lit(v bool) B
	And(a, b B) B
	Not(a B) B
}

// Rich is a Logic that also has direct forms of some functions, which take fewer gates. A Rich
// logic folds exclusive ors and multiplexers, and makes one cell for the carry of a full adder.
type Rich[B any] interface {
	Xor(a, b B) B
	Mux(c, x, y B) B
	Carry(a, b, c B) B
}

// Bools is the Logic of plain values. Rules simulate with it.
type Bools struct{}

// Lit returns v.
func (Bools) Lit(v bool) bool { return v }

// And returns a && b.
func (Bools) And(a, b bool) bool { return a && b }

// Not returns !a.
func (Bools) Not(a bool) bool { return !a }

// Word is a named group of bits, lowest first.
type Word[R any] struct {
	Name string
	Bits []R
}

// Reg is a register of a Shell. At the clock edge Q takes D if Enable is 1. A
// reset sets Q to Reset.
type Reg[R any] struct {
	Name   string
	Reset  uint64
	Q, D   []R
	Enable R
	Span   diag.Span
}

// Read is a read port of a memory (see rtl.Read). Enable is constant 1 for an asynchronous
// port.
type Read[R any] struct {
	Sync   bool
	Policy rtl.Policy
	Data   []R // comes from the memory
	Addr   []R
	Enable R
}

// Write is a write port of a memory. If Enable is 1, the port writes Data into the word at Addr,
// but only the lanes whose bit in Lanes is 1.
type Write[R any] struct {
	Addr, Data, Lanes []R
	Enable            R
}

// Mem is a memory of 1<<AddrBits words, kept as an array.
type Mem[R any] struct {
	Name                   string
	Width, AddrBits, Lanes int
	Init                   []uint64
	Reads                  []Read[R]
	Writes                 []Write[R]
}

// Shell is everything around the gates. R is a reference to a signal: a Lit of a Graph or a Net
// of a Netlist. Input bits, the Q of registers and the Data of reads drive the gates. All other
// references read the gates. Each assert and each probe is one word.
type Shell[R any] struct {
	Name    string
	Inputs  []Word[R]
	Outputs []Word[R]
	Regs    []Reg[R]
	Mems    []Mem[R]
	Asserts []Word[R]
	Probes  []Word[R]
}

// Drivers calls f for every reference that drives the gates, in this order: inputs, registers,
// memory reads.
func (s *Shell[R]) Drivers(f func(R)) {
	each := func(bits []R) {
		for _, b := range bits {
			f(b)
		}
	}
	for i := range s.Inputs {
		each(s.Inputs[i].Bits)
	}
	for i := range s.Regs {
		each(s.Regs[i].Q)
	}
	for i := range s.Mems {
		for j := range s.Mems[i].Reads {
			each(s.Mems[i].Reads[j].Data)
		}
	}
}

// Readers calls f for every reference that reads the gates: outputs, registers, memory ports,
// asserts, probes.
func (s *Shell[R]) Readers(f func(R)) {
	s.each(func(bits []R) {
		for _, b := range bits {
			f(b)
		}
	}, f)
}

// each visits all references that read the gates: groups of bits and single enables.
func (s *Shell[R]) each(group func([]R), single func(R)) {
	for i := range s.Outputs {
		group(s.Outputs[i].Bits)
	}
	for i := range s.Regs {
		group(s.Regs[i].D)
		single(s.Regs[i].Enable)
	}
	for i := range s.Mems {
		m := &s.Mems[i]
		for j := range m.Reads {
			group(m.Reads[j].Addr)
			single(m.Reads[j].Enable)
		}
		for j := range m.Writes {
			w := &m.Writes[j]
			group(w.Addr)
			group(w.Data)
			group(w.Lanes)
			single(w.Enable)
		}
	}
	for i := range s.Asserts {
		group(s.Asserts[i].Bits)
	}
	for i := range s.Probes {
		group(s.Probes[i].Bits)
	}
}

// MapShell rewrites every reference of s with f.
func MapShell[A, B any](s *Shell[A], f func(A) B) Shell[B] {
	bits := func(in []A) []B {
		out := make([]B, len(in))
		for i, a := range in {
			out[i] = f(a)
		}
		return out
	}
	words := func(in []Word[A]) []Word[B] {
		var out []Word[B]
		for _, w := range in {
			out = append(out, Word[B]{w.Name, bits(w.Bits)})
		}
		return out
	}
	out := Shell[B]{
		Name: s.Name, Inputs: words(s.Inputs), Outputs: words(s.Outputs),
		Asserts: words(s.Asserts), Probes: words(s.Probes),
	}
	for _, r := range s.Regs {
		out.Regs = append(out.Regs, Reg[B]{r.Name, r.Reset, bits(r.Q), bits(r.D), f(r.Enable), r.Span})
	}
	for _, m := range s.Mems {
		n := Mem[B]{Name: m.Name, Width: m.Width, AddrBits: m.AddrBits, Lanes: m.Lanes, Init: m.Init}
		for _, p := range m.Reads {
			n.Reads = append(n.Reads, Read[B]{p.Sync, p.Policy, bits(p.Data), bits(p.Addr), f(p.Enable)})
		}
		for _, p := range m.Writes {
			n.Writes = append(n.Writes, Write[B]{bits(p.Addr), bits(p.Data), bits(p.Lanes), f(p.Enable)})
		}
		out.Mems = append(out.Mems, n)
	}
	return out
}
