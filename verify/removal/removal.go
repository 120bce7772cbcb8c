// Package removal checks that what a generated core lacks is never needed: no
// word of the image is an instruction that was dropped, names a register that does
// not exist, shifts by an amount that was not kept, or leads outside the text.
//
// It reads the image's words with the set of their target and the fields of the
// point; it does not ask the plan that made them. What the words alone
// decide is proved, for all text words: opcodes, registers, immediates, constant
// shifts, branch targets, absolute addresses. Addresses that are computed are
// tested by a run: the instruction-set simulator stops at the first one outside
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
)

// Result is what Check found. Words were scanned, Absolute of their memory
// accesses have an address that the word decides, Computed do not.
type Result struct {
	Words    int
	Absolute int
	Computed int
	Wrong    []string // each says which word needs what is not there
	p        *design.Point
	im       *image.Image
}

// Check scans every word of the image against the choices of the point. Words
// are decoded by the set of the image's target, so a line that no base set has
// is an instruction like any other.
func Check(im *image.Image, p *design.Point) *Result {
	r := &Result{Words: len(im.Text), p: p, im: im}
	for i, w := range im.Text {
		in, ops, ok := isa.Decode(im.Target.Set, w)
		if !ok {
			r.wrong(i, "is not an instruction: %#08x", w)
			continue
		}
		r.word(i, in, ops)
	}
	if p.PC.N < 30 && len(im.Text) > 1<<p.PC.N {
		r.wrong(len(im.Text)-1, "lies after what %d bits of program counter reach", p.PC.N)
	}
	return r
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

// spaced is the line with one space between its parts.
func spaced(in *isa.Inst) string { return strings.Join(strings.Fields(in.String()), " ") }

func (r *Result) target(i int, offset int32) {
	to := int64(i)*4 + int64(offset)
	if to < 0 || to >= int64(len(r.im.Text))*4 || to%4 != 0 {
		r.wrong(i, "leads outside the text, to offset %d", to)
	}
}

// access checks an address that the word alone decides: one that is relative to x0.
func (r *Result) access(i int, in *isa.Inst, ops isa.Ops) {
	if ops.Rs1 != 0 {
		r.Computed++
		return
	}
	r.Absolute++
	at := uint32(ops.Imm)
	if at >= port.Base {
		return
	}
	bytes := 0
	if in.Meaning.Load != nil {
		bytes = in.Meaning.Load.Bytes
	} else {
		bytes = in.Meaning.Store.Bytes
	}
	if data := r.p.DataBytes(); uint64(at)+uint64(bytes) > uint64(data) {
		r.wrong(i, "reaches address %#x, the core has %d bytes of data", at, data)
	}
}
