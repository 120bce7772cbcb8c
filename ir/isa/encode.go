package isa

import "fmt"

// Encode makes the instruction word. Encode fails if an operand does not fit its field, or if the
// format does not have this field.
func (in *Inst) Encode(o Ops) (uint32, error) {
	l := &layouts[in.Format]
	if err := in.checkRegs(o, l); err != nil {
		return 0, err
	}
	imm := int64(o.Imm)
	switch {
	case l.imm == nil && imm != 0:
		return 0, fmt.Errorf("%s takes no immediate, got %d", in.Name, imm)
	case l.imm != nil && (imm < l.lo || imm > l.hi):
		return 0, fmt.Errorf("%s: the immediate is in %d..%d, got %d", in.Name, l.lo, l.hi, imm)
	case l.imm != nil && imm%l.step != 0:
		return 0, fmt.Errorf("%s: the immediate is a multiple of %d, got %d", in.Name, l.step, imm)
	}
	w := in.Match | uint32(o.Rd)<<rdAt | uint32(o.Rs1)<<rs1At | uint32(o.Rs2)<<rs2At | uint32(o.Rs3)<<rs3At
	for _, p := range l.imm {
		w |= uint32(o.Imm) >> p.bit & (1<<p.width - 1) << p.at
	}
	return w, nil
}

func (in *Inst) checkRegs(o Ops, l *layout) error {
	for _, r := range [...]struct {
		name string
		reg  uint8
		has  bool
	}{{"rd", o.Rd, l.rd}, {"rs1", o.Rs1, l.rs >= 1}, {"rs2", o.Rs2, l.rs >= 2}, {"rs3", o.Rs3, l.rs >= 3}} {
		switch {
		case !r.has && r.reg != 0:
			return fmt.Errorf("%s has no %s, got x%d", in.Name, r.name, r.reg)
		case r.reg > 31:
			return fmt.Errorf("%s: %s is in x0..x31, got x%d", in.Name, r.name, r.reg)
		}
	}
	return nil
}

// Operands reads the operand fields of a word that matches the line.
func (in *Inst) Operands(w uint32) Ops {
	l := &layouts[in.Format]
	var o Ops
	if l.rd {
		o.Rd = uint8(w >> rdAt & 31)
	}
	if l.rs >= 1 {
		o.Rs1 = uint8(w >> rs1At & 31)
	}
	if l.rs >= 2 {
		o.Rs2 = uint8(w >> rs2At & 31)
	}
	if l.rs >= 3 {
		o.Rs3 = uint8(w >> rs3At & 31)
	}
	o.Imm = l.immOf(w)
	return o
}

func (l *layout) immOf(w uint32) int32 {
	var v uint32
	top := 0
	for _, p := range l.imm {
		v |= w >> p.at & (1<<p.width - 1) << p.bit
		top = max(top, p.bit+p.width)
	}
	if !l.signed {
		return int32(v)
	}
	return int32(v<<(32-top)) >> (32 - top)
}

// Matches reports whether w is an encoding of the line.
func (in *Inst) Matches(w uint32) bool { return w&in.Mask == in.Match }

// Decode finds the line of w. For many words use a Decoder, because Decode tries every line.
func Decode(s *Set, w uint32) (*Inst, Ops, bool) {
	for _, in := range s.Insts {
		if in.Matches(w) {
			return in, in.Operands(w), true
		}
	}
	return nil, Ops{}, false
}

// Decoder finds the line of a word by opcode and funct3.
type Decoder struct {
	lines [1 << 10][]*Inst
}

// NewDecoder indexes a set.
func NewDecoder(s *Set) *Decoder {
	d := &Decoder{}
	for key := range d.lines {
		w := uint32(key)&0x7f | uint32(key)>>7<<12
		for _, in := range s.Insts {
			if (w^in.Match)&in.Mask&0x707f == 0 {
				d.lines[key] = append(d.lines[key], in)
			}
		}
	}
	return d
}

// Decode finds the line of w.
func (d *Decoder) Decode(w uint32) (*Inst, Ops, bool) {
	for _, in := range d.lines[w&0x7f|w>>12&7<<7] {
		if in.Matches(w) {
			return in, in.Operands(w), true
		}
	}
	return nil, Ops{}, false
}

// Regs returns the registers that the instruction names, including x0. Source registers come
// first.
func (in *Inst) Regs(o Ops) []uint8 {
	out := append(make([]uint8, 0, 4), in.Uses(o)...)
	if in.Format.HasRd() {
		out = append(out, o.Rd)
	}
	return out
}

// Uses returns the source registers that the format of the instruction has.
func (in *Inst) Uses(o Ops) []uint8 {
	rs := [3]uint8{o.Rs1, o.Rs2, o.Rs3}
	return append([]uint8(nil), rs[:in.Format.Sources()]...)
}
