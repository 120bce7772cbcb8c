// Package removal checks that what a generated core lacks is never needed: no
// word of the image is an instruction that was dropped, names a register that does
// not exist, shifts by an amount that was not kept, or leads outside the text.
//
// It reads the image's words with the full instruction set and the point's
// choices by itself; it does not ask the plan that made them. What the words alone
// decide is proved, for all text words: opcodes, registers, immediates, constant
// shifts, branch targets, absolute addresses. Addresses that are computed are
// tested by a run: the instruction-set simulator stops at the first one outside
// data and ports. Start reading at Check.
package removal

import (
	"fmt"
	"strconv"
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
}

// kept is what the point says that the core has.
type kept struct {
	names   map[string]bool
	amounts map[string]map[int]bool // no entry: every amount
	regs    int
	pcBits  int
	data    uint64 // bytes of data memory
}

// Check scans every word of the image against the choices of the point.
func Check(im *image.Image, p *design.Point, full *isa.Set) (*Result, error) {
	k, err := read(p)
	if err != nil {
		return nil, err
	}
	r := &Result{Words: len(im.Text)}
	for i, w := range im.Text {
		in, ops, ok := isa.Decode(full, w)
		if !ok {
			r.wrong(i, "is no instruction: %#08x", w)
			continue
		}
		r.word(k, im, i, in, ops)
	}
	if k.pcBits < 30 && len(im.Text) > 1<<k.pcBits {
		r.wrong(len(im.Text)-1, "lies behind what %d bits of program counter reach", k.pcBits)
	}
	return r, nil
}

func (r *Result) wrong(i int, format string, args ...any) {
	r.Wrong = append(r.Wrong, fmt.Sprintf("word %d %s", i, fmt.Sprintf(format, args...)))
}

// read collects the choices that take something away.
func read(p *design.Point) (*kept, error) {
	k := &kept{names: map[string]bool{}, amounts: map[string]map[int]bool{}}
	for _, c := range p.Choices {
		var err error
		switch c.Key {
		case "keep":
			k.names[c.Value] = true
		case "amounts":
			err = k.readAmounts(c.Value)
		case "regs":
			k.regs, err = strconv.Atoi(c.Value)
		case "pc":
			k.pcBits, err = strconv.Atoi(c.Value)
		case "data":
			var bits int
			bits, err = strconv.Atoi(c.Value)
			if bits > 0 {
				k.data = 4 << bits
			}
		}
		if err != nil {
			return nil, fmt.Errorf("design point %s: %s %s: %w", p.Program, c.Key, c.Value, err)
		}
	}
	return k, nil
}

func (k *kept) readAmounts(value string) error {
	words := strings.Fields(value)
	if len(words) == 0 {
		return fmt.Errorf("expected an instruction")
	}
	set := map[int]bool{}
	for _, w := range words[1:] {
		n, err := strconv.Atoi(w)
		if err != nil {
			return err
		}
		set[n] = true
	}
	k.amounts[words[0]] = set
	return nil
}

// word checks one instruction.
func (r *Result) word(k *kept, im *image.Image, i int, in *isa.Inst, ops isa.Ops) {
	if !k.names[in.Name] {
		r.wrong(i, "is %s, which the core lacks", in.Name)
	}
	for _, reg := range []uint8{ops.Rd, ops.Rs1, ops.Rs2, ops.Rs3} {
		if int(reg) >= k.regs {
			r.wrong(i, "names x%d, the core has %d registers", reg, k.regs)
		}
	}
	if set, constant := k.amounts[in.Name]; constant && !set[int(ops.Imm)] {
		r.wrong(i, "shifts by %d, which the core lacks", ops.Imm)
	}
	if in.Format == isa.B || in.Format == isa.J {
		r.target(im, i, ops.Imm)
	}
	if in.Meaning.Load != nil || in.Meaning.Store != nil {
		r.access(k, i, in, ops)
	}
}

func (r *Result) target(im *image.Image, i int, offset int32) {
	to := int64(i)*4 + int64(offset)
	if to < 0 || to >= int64(len(im.Text))*4 || to%4 != 0 {
		r.wrong(i, "leads outside the text, to offset %d", to)
	}
}

// access checks an address that the word alone decides: one that is relative to x0.
func (r *Result) access(k *kept, i int, in *isa.Inst, ops isa.Ops) {
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
	if uint64(at)+uint64(bytes) > k.data {
		r.wrong(i, "reaches address %#x, the core has %d bytes of data", at, k.data)
	}
}
