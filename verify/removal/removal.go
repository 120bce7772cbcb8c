// Package removal checks that an image never needs the parts that a generated core lacks. No
// word of the image is a dropped instruction, names a missing register, shifts by an amount
// that was not kept, needs a missing port register, or leads outside of the text. Memories,
// counters and devices match the declarations of the image. The package checks every field of a
// design point except the name and the core organisation.
//
// The package reads the words of the image, the instruction set of its target and the fields of
// the design point. It does not use hwgen/plan, which made the design point. For all words of
// text, the package proves the properties that follow from a word alone: opcodes, registers,
// immediates, constant shifts, branch targets, absolute addresses. Intervals of the registers
// give bounds for computed addresses (addresses.go). If an address has no sufficient bound, a
// run tests the address: the instruction-set simulator stops at the first address outside of
// data and ports. Start reading at Check.
package removal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// Result is the result of Check. Words is the number of checked words. Absolute counts the
// memory accesses whose address follows from the instruction word alone, and Computed counts
// the other memory accesses. Bounded counts the computed accesses that are proved to be aligned
// and inside data.
type Result struct {
	Words    int
	Absolute int
	Computed int
	Bounded  int
	Wrong    []string // each entry says which word needs which missing part
	p        *design.Point
	im       *image.Image
	usesData bool // some access may use data memory
	stores   map[port.Reg]bool
}

// Check compares every word of the image with the choices of the point. Check decodes words
// with the instruction set of the image's target, so it also covers lines that are in no base
// set.
func Check(im *image.Image, p *design.Point) *Result {
	r := &Result{Words: len(im.Text), p: p, im: im, stores: map[port.Reg]bool{}}
	for i, w := range im.Text {
		in, ops, ok := isa.Decode(im.Target.Set, w)
		if !ok {
			r.wrong(i, "is not an instruction: %#08x", w)
			continue
		}
		r.word(i, in, ops)
	}
	r.text()
	r.memories()
	r.devices()
	if len(r.Wrong) == 0 {
		r.Bounded = bounded(im, p.DataBytes())
	}
	return r
}

// text checks the sizes of the text. The text memory must hold the text, and the program
// counter must be able to hold the address after the text. Execution must never reach that
// address.
func (r *Result) text() {
	last := len(r.im.Text) - 1
	if len(r.im.Text) > 1<<r.p.Text.N {
		r.wrong(last, "lies outside the text memory, which has %d address bits", r.p.Text.N)
	}
	if r.p.PC.N < 30 && len(r.im.Text) >= 1<<r.p.PC.N {
		r.wrong(last, "lies at the end of what %d bits of program counter reach", r.p.PC.N)
	}
	in, ops, ok := isa.Decode(r.im.Target.Set, r.im.Text[last])
	if ok && !in.Meaning.Trap && (in.Meaning.PC == nil || in.Meaning.Cond != nil) && !halts(in, ops) {
		r.wrong(last, "runs on past the end of the text")
	}
}

// halts reports whether an instruction ends the run.
func halts(in *isa.Inst, ops isa.Ops) bool {
	return in.Meaning.Store != nil && ops.Rs1 == 0 && uint32(ops.Imm) == port.Halt.Addr()
}

// memories checks that the data memory and the counters of the frame engine are large enough
// for the declarations of the image.
func (r *Result) memories() {
	if r.usesData && int(r.im.DataEnd) > r.p.DataBytes() {
		r.lacks("the image has %d bytes of data, the core %d", r.im.DataEnd, r.p.DataBytes())
	}
	if !r.stores[port.Go] {
		return
	}
	if 4<<r.p.Pointer.N < int(r.im.DataEnd) {
		r.lacks("buffers lie in %d bytes of data, which %d bits of ADDR do not reach", r.im.DataEnd, r.p.Pointer.N)
	}
	if largest := r.largest(); largest>>r.p.Length.N > 0 {
		r.lacks("a buffer may have %d bytes, which do not fit into %d bits of LEN", largest, r.p.Length.N)
	}
}

// largest is the size of the largest data object. If objects have no names, the result is the
// size of all data.
func (r *Result) largest() uint32 {
	var n uint32
	for _, s := range r.im.Symbols {
		if s.Addr < r.im.DataEnd {
			n = max(n, s.Size)
		}
	}
	if n == 0 {
		return r.im.DataEnd
	}
	return n
}

// devices checks that the core has each device of the image, with its number and its
// directions.
func (r *Result) devices() {
	for _, d := range r.im.Devices {
		at := slices.IndexFunc(r.p.Devices, func(e design.Device) bool { return e.Name == d.Name })
		switch {
		case at < 0:
			r.lacks("the image has a device %s, which the core lacks", d.Name)
		case r.p.Devices[at].Index != d.Index:
			r.lacks("device %s is number %d in the image, %d in the core", d.Name, d.Index, r.p.Devices[at].Index)
		case d.Rx && !r.p.Devices[at].Rx, d.Tx && !r.p.Devices[at].Tx:
			r.lacks("device %s has a direction in the image which the core lacks", d.Name)
		}
	}
}

// lacks records a missing part that the image as a whole needs.
func (r *Result) lacks(format string, args ...any) {
	r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
}

func (r *Result) wrong(i int, format string, args ...any) {
	r.Wrong = append(r.Wrong, fmt.Sprintf("word %d %s", i, fmt.Sprintf(format, args...)))
}

// word checks one instruction.
func (r *Result) word(i int, in *isa.Inst, ops isa.Ops) {
	kept := r.p.Line(in.Name)
	switch {
	case kept == nil:
		r.wrong(i, "is %s, which the core lacks", in.Name)
	case kept.Inst.String() != in.String():
		r.wrong(i, "is `%s`, which the core executes as `%s`", spaced(in), spaced(kept.Inst))
	case kept.Amounts != nil && !slices.Contains(kept.Amounts, int(ops.Imm)):
		r.wrong(i, "shifts by %d, which the core lacks", ops.Imm)
	}
	if shiftsByRegister(in) && r.p.Shifts.How != design.ShiftBarrel || shiftsByImmediate(in) && r.p.Shifts.How == design.ShiftNone {
		r.wrong(i, "shifts, the core's shifts are %s", r.p.Shifts.How)
	}
	for _, reg := range []uint8{ops.Rd, ops.Rs1, ops.Rs2, ops.Rs3} {
		if int(reg) >= r.p.Regs.N {
			r.wrong(i, "names x%d, the core has %d registers", reg, r.p.Regs.N)
		}
	}
	if in.Format == isa.B || in.Format == isa.J {
		r.target(i, ops.Imm)
	}
	if in.Meaning.Load != nil || in.Meaning.Store != nil {
		r.access(i, in, ops)
	}
}

// spaced returns the text of a line with single spaces between its parts.
func spaced(in *isa.Inst) string { return strings.Join(strings.Fields(in.String()), " ") }

func (r *Result) target(i int, offset int32) {
	to := int64(i)*4 + int64(offset)
	if to < 0 || to >= int64(len(r.im.Text))*4 || to%4 != 0 {
		r.wrong(i, "leads outside the text, to offset %d", to)
	}
}

// access checks an address that follows from the word alone because it is relative to x0.
func (r *Result) access(i int, in *isa.Inst, ops isa.Ops) {
	if ops.Rs1 != 0 {
		r.Computed++
		r.usesData = true
		return
	}
	r.Absolute++
	at := uint32(ops.Imm)
	bytes := 0
	if in.Meaning.Load != nil {
		bytes = in.Meaning.Load.Bytes
	} else {
		bytes = in.Meaning.Store.Bytes
	}
	if at >= port.Base {
		r.register(i, at, bytes, in.Meaning.Load != nil)
		return
	}
	r.usesData = true
	if data := r.p.DataBytes(); uint64(at)+uint64(bytes) > uint64(data) {
		r.wrong(i, "reaches address %#x, the core has %d bytes of data", at, data)
	}
}

// register checks that the core has the port register of an access, in the direction of the
// access.
func (r *Result) register(i int, at uint32, bytes int, load bool) {
	reg := port.At(at)
	if reg == port.None || bytes != 4 {
		r.wrong(i, "reaches %d bytes at address %#x, where no port register is", bytes, at)
		return
	}
	direction := "store"
	if load {
		direction = "load"
	} else {
		r.stores[reg] = true
	}
	for _, q := range r.p.Ports {
		if q.Reg == reg && (load && q.Load.Has || !load && q.Store.Has) {
			return
		}
	}
	r.wrong(i, "needs the %s of %s, which the core lacks", direction, reg)
}

// shiftsByRegister reports whether a line shifts by an amount in a register, and
// shiftsByImmediate whether a line shifts by its immediate.
func shiftsByRegister(in *isa.Inst) bool {
	return shifts(in.Meaning.Rd, func(leaf string) bool { return leaf != "imm" })
}

func shiftsByImmediate(in *isa.Inst) bool {
	return shifts(in.Meaning.Rd, func(leaf string) bool { return leaf == "imm" })
}

func shifts(e *word.Expr, amount func(leaf string) bool) bool {
	found := false
	if e == nil {
		return found
	}
	e.Each(func(x *word.Expr) {
		switch x.Op {
		case word.Shl, word.Shru, word.Shrs, word.Rotl:
			found = found || !x.Args[1].IsConst() && amount(x.Args[1].Leaf)
		}
	})
	return found
}
