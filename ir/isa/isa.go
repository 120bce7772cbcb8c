// Package isa represents instruction sets as data. Each instruction is one line of text with
// its name, format, fixed bits and meaning.
//
//	isa example
//	  sltu  R  0000000 011 0110011   rd = zext32(rs1 ltu rs2)
//	  lb    I          000 0000011   rd = sext32(mem8[rs1 + imm])
//	  sh    S          001 0100011   mem16[rs1 + imm] = rs2[15:0]
//	  bne   B          001 1100011   if rs1 ne rs2: pc = pc + imm
//	  jal   J              1101111   rd = pc + 4 ; pc = pc + imm
//	  cust0 R  0000000 000 0001011   rd = (rs1 xor rs2) + zext32(rs2[7:0])
//	end
//
// The encoder, decoder, disassembler, instruction-set simulator, core generator, instruction
// selection, checks and documentation all read these lines of text. A mistake in a line therefore
// affects all of these parts. For this reason, tests execute each line with random operands, and
// compare the results with independent models in Go and C. Tests also compare the encodings with
// the assemblers of GNU and LLVM.
//
// Source of the base lines: RISC-V unprivileged specification 20191213, chapters 2 (RV32I), 4
// (RV32E) and 7 (M). The package does not depend on programs or circuits. Start reading at
// Inst, then rv32i.isa.
package isa

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// Format is the layout of the operand fields of an instruction.
type Format uint8

// The formats of chapter 2.2 and two more. R4 is for instructions with three source operands,
// which hwgen/mine proposes. Sys is a fixed word without operands (ebreak).
const (
	R Format = iota
	I
	S
	B
	U
	J
	Sh // like I, with a 5-bit shift amount
	R4
	Sys
)

// Access is a memory access. Addr is an expression over the operand leaves, and Bytes is 1, 2
// or 4.
type Access struct {
	Addr  *word.Expr
	Bytes int
}

// Meaning is the effect of an instruction. All expressions read the state before the instruction.
// Their leaves rs1, rs2, rs3, imm and pc have 32 bits. imm is sign-extended, but for Sh it is the
// zero-extended 5-bit amount. The leaf mem is the loaded value, 8*Load.Bytes bits wide. A nil
// field has no effect.
type Meaning struct {
	Load  *Access
	Store *Access
	Data  *word.Expr // the stored value, 8*Store.Bytes bits wide
	Rd    *word.Expr // new value of rd; no effect if rd is x0
	PC    *word.Expr // new pc; nil: pc + 4
	Cond  *word.Expr // one bit: whether PC applies; nil: PC always applies
	Trap  bool       // the instruction stops the machine
}

// Inst is one line of an instruction set.
type Inst struct {
	Name    string
	Format  Format
	Match   uint32 // value of the fixed bits
	Mask    uint32 // which bits are fixed
	Meaning Meaning
	Text    string // the meaning as written
	Span    diag.Span
}

// Set is an instruction set. Its lines are in file order.
type Set struct {
	Name  string
	Insts []*Inst
}

// Ops are the operand values of one encoded instruction. Fields that the format lacks are zero.
// Imm is sign-extended. For format U, Imm is the full 32-bit value, whose low 12 bits are 0.
type Ops struct {
	Rd, Rs1, Rs2, Rs3 uint8
	Imm               int32
}
