package isa

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/word"
)

// Factor is the part of a register that a multiplication reads: some low bits of the register,
// sign-extended or zero-extended.
type Factor struct {
	Bits   int
	Signed bool
}

// Of extracts the factor from a register value.
func (f Factor) Of(v uint32) uint32 {
	if f.Signed {
		return uint32(word.Signed(uint64(v), f.Bits))
	}
	return v & uint32(word.Mask(f.Bits))
}

// String writes f as in names of lines: 8 for 8 unsigned bits, 8s for 8 signed bits.
func (f Factor) String() string {
	if f.Signed {
		return fmt.Sprintf("%ds", f.Bits)
	}
	return fmt.Sprint(f.Bits)
}

// text writes f as in the meaning of a line.
func (f Factor) text(leaf string) string {
	switch {
	case f.Bits >= 32:
		return leaf
	case f.Signed:
		return fmt.Sprintf("sext32(%s[%d:0])", leaf, f.Bits-1)
	}
	return fmt.Sprintf("zext32(%s[%d:0])", leaf, f.Bits-1)
}

// Narrowed returns the text of a line that is like `in`, but multiplies only the given factors.
// The line `in` itself must multiply two registers.
func (in *Inst) Narrowed(of [2]Factor) string {
	return fmt.Sprintf("%s_%vx%v R %07b %03b %07b rd = %s * %s\n", in.Name, of[0], of[1],
		in.Match>>25, in.Match>>12&7, in.Match&0x7f, of[0].text("rs1"), of[1].text("rs2"))
}

// Factors returns the factors of a line that multiplies parts of rs1 and rs2 and keeps the low
// word of the result. For any other line, ok is false.
func (in *Inst) Factors() (of [2]Factor, ok bool) {
	rd := in.Meaning.Rd
	if in.Format != R || rd == nil || rd.Op != word.Mul || rd.Width != 32 {
		return of, false
	}
	for k, leaf := range []string{"rs1", "rs2"} {
		e := rd.Args[k]
		of[k] = Factor{32, true}
		if (e.Op == word.Sext || e.Op == word.Zext) && e.Args[0].Op == word.Slice && e.Args[0].Imm == 0 {
			of[k] = Factor{e.Args[0].Width, e.Op == word.Sext}
			e = e.Args[0].Args[0]
		}
		if e.Leaf != leaf {
			return of, false
		}
	}
	return of, true
}

// Narrow reports whether a line multiplies factors that are narrower than whole registers.
func (in *Inst) Narrow() bool {
	of, ok := in.Factors()
	return ok && min(of[0].Bits, of[1].Bits) < 32
}
