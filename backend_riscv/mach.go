package riscv

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
)

// reg is a register of machine code. 0 is x0, and 1..31 are physical. Registers from
// firstVirtual on are not yet allocated.
type reg int32

const firstVirtual reg = 32

// regSet is a set of physical registers.
type regSet uint32

func (s regSet) has(r reg) bool { return s>>r&1 == 1 }

// code is the kind of a machine instruction.
type code uint8

const (
	cLine    code = iota // an instruction of the table
	cMove                // rd = rs1
	cConst               // rd = imm, in any number of lines
	cLoad                // rd = slot
	cStore               // slot = rs1; rs2, if any, holds the result of cUpper for the slot
	cUpper               // rd = the upper part of the address of a slot that x0 does not reach
	cBranch              // a branch line: to target, else to the next instruction
	cJump                // to target
	cTrapped             // the trap line of a check site
	cCall                // callee
	cEntry               // defines the parameters in registers
	cReturn              // to the address in rs1
)

// slot is a word of a function's static frame.
type slot struct {
	of *fn
	at int
}

// inst is a machine instruction.
type inst struct {
	code          code
	rule          *Rule
	rd            reg
	rs1, rs2, rs3 reg
	imm           uint32
	slot          slot
	target        *block
	callee        *fn
	more          []reg  // further uses of cCall and cReturn, definitions of cEntry
	clobber       regSet // of cCall
	site, task    int    // of cTrapped
	still         bool   // a load of a port, which is not moved
	value         int    // id of the IR value that the instruction computes
	span          diag.Span
}

// block is a straight line of machine code. Besides its end, a block has no exit except
// branches to trap blocks. No register is live in a trap block.
type block struct {
	id    int
	insts []*inst
	succs []*block
	depth int
	cold  bool // a trap block
}

// place is the location of a parameter or result during a call.
type place struct {
	reg  reg // 0: in slot
	slot slot
}

// fn is a function of machine code.
type fn struct {
	ir      *ir.Func
	name    string
	blocks  []*block
	next    reg            // next virtual register
	constOf map[reg]uint32 // registers that always hold a constant
	isMain  bool

	params  []place // hidden object addresses, then words
	results []place
	retAddr reg // register in which the caller leaves the return address
	used    regSet
	slots   int
	calls   []*fn
	frame   uint32 // address of slot 0
	far     bool   // slots may lie beyond the reach of x0
}

func (f *fn) newReg() reg {
	r := f.next
	f.next++
	return r
}

func (f *fn) newBlock(depth int) *block {
	b := &block{id: len(f.blocks), depth: depth}
	f.blocks = append(f.blocks, b)
	return b
}

func (f *fn) newSlot() slot {
	f.slots++
	return slot{f, f.slots - 1}
}

// store makes the instructions that store r in a slot. If x0 does not reach the slot, `temp`
// makes a register for the slot's address. A load from a slot needs no such register, because
// the load's result register can hold the address first.
func (f *fn) store(r reg, at slot, temp func() reg) []*inst {
	s := &inst{code: cStore, rs1: r, slot: at}
	if !f.far {
		return []*inst{s}
	}
	s.rs2 = temp()
	return []*inst{{code: cUpper, rd: s.rs2, slot: at}, s}
}

// uses calls `visit` for each register that i reads, except x0.
func (i *inst) uses(visit func(*reg)) {
	for _, r := range []*reg{&i.rs1, &i.rs2, &i.rs3} {
		if *r != 0 {
			visit(r)
		}
	}
	if i.code == cCall || i.code == cReturn {
		for k := range i.more {
			visit(&i.more[k])
		}
	}
}

// defs calls `visit` for each register that i writes, except x0 and the clobbers of a call.
func (i *inst) defs(visit func(*reg)) {
	if i.rd != 0 {
		visit(&i.rd)
	}
	if i.code == cEntry {
		for k := range i.more {
			visit(&i.more[k])
		}
	}
}
