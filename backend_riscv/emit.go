package riscv

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
)

// The reach of the jumps in bytes: from -reach to reach-4.
const (
	branchReach = 1 << 12
	jumpReach   = 1 << 20
)

// item is one instruction word before encoding.
type item struct {
	line   *isa.Inst
	ops    isa.Ops
	from   *inst
	target *block // of a branch or jump
	callee *fn
}

// linker turns the functions into instruction words.
type linker struct {
	tb    *table
	items []item
	start map[*block]int // index of each block's first item
	entry map[*fn]int
}

// link encodes the functions in order. The core starts at the first one.
func link(tb *table, fns []*fn) (*linker, error) {
	l := &linker{tb: tb, start: map[*block]int{}, entry: map[*fn]int{}}
	for _, f := range fns {
		l.entry[f] = len(l.items)
		for _, b := range f.blocks {
			l.start[b] = len(l.items)
			for _, i := range b.insts {
				if err := l.lower(i); err != nil {
					return nil, err
				}
			}
		}
	}
	l.relax()
	return l, nil
}

func (l *linker) add(from *inst, line *isa.Inst, ops isa.Ops) *item {
	l.items = append(l.items, item{line: line, ops: ops, from: from})
	return &l.items[len(l.items)-1]
}

// lower emits the instruction lines for one machine instruction.
func (l *linker) lower(i *inst) error {
	rd, rs1 := uint8(i.rd), uint8(i.rs1)
	ops := isa.Ops{Rd: rd, Rs1: rs1, Rs2: uint8(i.rs2), Rs3: uint8(i.rs3), Imm: int32(i.imm)}
	switch i.code {
	case cLine:
		l.add(i, i.rule.Line, ops)
	case cMove:
		l.add(i, l.tb.addImm.Line, isa.Ops{Rd: rd, Rs1: rs1})
	case cConst:
		return l.constant(i)
	case cLoad:
		base, low, err := l.upper(i, rd)
		l.add(i, l.tb.loadW.Line, isa.Ops{Rd: rd, Rs1: base, Imm: low})
		return err
	case cUpper:
		_, _, err := l.upper(i, rd)
		return err
	case cStore:
		base, low := i.slot.split(uint8(i.rs2))
		l.add(i, l.tb.storeW.Line, isa.Ops{Rs2: rs1, Rs1: base, Imm: low})
	case cBranch:
		l.add(i, i.rule.Line, isa.Ops{Rs1: rs1, Rs2: uint8(i.rs2)}).target = i.target
	case cJump:
		l.add(i, l.tb.jump, isa.Ops{}).target = i.target
	case cTrapped:
		l.add(i, l.tb.trap, isa.Ops{})
	case cCall:
		l.add(i, l.tb.jump, isa.Ops{Rd: uint8(i.callee.retAddr)}).callee = i.callee
	case cReturn:
		l.add(i, l.tb.goTo, isa.Ops{Rs1: rs1})
	}
	return nil
}

func (l *linker) constant(i *inst) error { return l.load(i, uint8(i.rd), i.imm) }

// load emits the lines that compute rd = v.
func (l *linker) load(i *inst, rd uint8, v uint32) error {
	steps := l.tb.constSteps(v)
	if steps == nil {
		return l.tb.lacks("rd = imm")
	}
	for _, s := range steps {
		ops := isa.Ops{Rd: rd, Imm: int32(s.imm)}
		if s.fromOwn {
			ops.Rs1 = rd
		}
		l.add(i, s.rule.Line, ops)
	}
	return nil
}

// upper returns the base and the offset of i's slot. If an offset from x0 does not reach the
// slot, upper puts the upper part of the slot's address into rd.
func (l *linker) upper(i *inst, rd uint8) (base uint8, low int32, err error) {
	if base, low = i.slot.split(rd); base != 0 {
		hi, _ := upper(i.slot.addr())
		err = l.load(i, rd, hi)
	}
	return base, low, err
}

func (s slot) addr() uint32 { return s.of.frame + 4*uint32(s.at) }

// split returns the base and offset of a slot. The base is x0, or a register that holds the
// upper part of the slot's address.
func (s slot) split(base uint8) (uint8, int32) {
	if small(s.addr()) {
		return 0, int32(s.addr())
	}
	_, low := upper(s.addr())
	return base, int32(low)
}

func (l *linker) dest(it *item) int {
	if it.callee != nil {
		return l.entry[it.callee]
	}
	return l.start[it.target]
}

// relax replaces a branch that does not reach its target with a branch around a jump. The
// added words make other distances longer, so relax repeats until every branch reaches its
// target. A branch that once could not reach its target stays long.
func (l *linker) relax() (rounds int) {
	far := make([]bool, len(l.items))
	for rounds = 1; ; rounds++ {
		at := l.places(far)
		if !l.mark(far, at) {
			l.widen(far, at)
			return rounds
		}
	}
}

// places returns the word index of each item, and the index of the end.
func (l *linker) places(far []bool) []int {
	at := make([]int, len(l.items)+1)
	for k := range l.items {
		at[k+1] = at[k] + 1
		if far[k] {
			at[k+1] += l.extra(k)
		}
	}
	return at
}

// extra is the number of additional words that branch k takes if its target is far.
func (l *linker) extra(k int) int {
	if l.items[k].from.rule.inverse != nil {
		return 1
	}
	return 2
}

// mark finds the branches that do not reach their targets.
func (l *linker) mark(far []bool, at []int) (found bool) {
	for k := range l.items {
		it := &l.items[k]
		if far[k] || it.target == nil || it.line.Format != isa.B {
			continue
		}
		if d := 4 * (at[l.start[it.target]] - at[k]); d < -branchReach || d >= branchReach {
			far[k], found = true, true
		}
	}
	return found
}

// widen rewrites the far branches.
func (l *linker) widen(far []bool, at []int) {
	items := make([]item, 0, at[len(l.items)])
	for k, it := range l.items {
		if far[k] {
			items = append(items, l.farBranch(it)...)
		} else {
			items = append(items, it)
		}
	}
	l.items = items
	for b, k := range l.start {
		l.start[b] = at[k]
	}
	for f, k := range l.entry {
		l.entry[f] = at[k]
	}
}

// farBranch makes a branch of two or three lines, which reaches further.
func (l *linker) farBranch(it item) []item {
	const skip = 8 // bytes: the jump passes the next word
	jump := item{line: l.tb.jump, from: it.from, target: it.target}
	over := it
	over.target = nil
	over.ops.Imm = skip
	if inv := it.from.rule.inverse; inv != nil {
		over.line = inv.Line
		return []item{over, jump}
	}
	return []item{over, {line: l.tb.jump, from: it.from, ops: isa.Ops{Imm: skip}}, jump}
}

// encode fills the text of the image.
func (l *linker) encode(img *image.Image) error {
	for k := range l.items {
		it := &l.items[k]
		if it.target != nil || it.callee != nil {
			it.ops.Imm = int32(4 * (l.dest(it) - k))
		}
		w, err := it.line.Encode(it.ops)
		if err != nil {
			if it.target != nil || it.callee != nil {
				return diag.Errorf("", it.from.span, "the program needs more than %d bytes of text between a jump and its target", jumpReach)
			}
			return fmt.Errorf("riscv: %w", err)
		}
		img.Text = append(img.Text, w)
		img.Spans = append(img.Spans, it.from.span)
		img.Values = append(img.Values, it.from.value)
		if it.from.code == cTrapped {
			img.Traps = append(img.Traps, image.Trap{PC: uint32(design.TextBase + 4*k), Task: it.from.task, Site: it.from.site})
		}
	}
	return nil
}
