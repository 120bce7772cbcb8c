package flow

import (
	"math/bits"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/word"
)

// factorOf is the narrowest operand of a multiplication that holds all given 32-bit words.
func factorOf(of []interval.Word) isa.Factor {
	plain, signed := isa.Factor{Bits: 1}, isa.Factor{Bits: 1, Signed: true}
	negative := false
	for _, s := range of {
		negative = negative || s.SLo < 0
		plain.Bits = max(plain.Bits, bits.Len64(s.Hi))
		signed.Bits = max(signed.Bits, 1+bits.Len64(uint64(max(s.SHi, 0))), 1+bits.Len64(uint64(^min(s.SLo, -1))))
	}
	if negative {
		return signed
	}
	return plain
}

// narrowProduct is a multiplication line as narrow as the program allows. The result is nil if
// the program multiplies whole registers. The narrow line has the encoding of the wide line. So
// a core with the wide line runs the same image with the same results.
func narrowProduct(products []pass.Product, wide *isa.Inst) (*isa.Inst, error) {
	var of [2]isa.Factor
	for k := range of {
		var words []interval.Word
		for _, p := range products {
			if p.Instr.Results[0].Type != 32 {
				return nil, nil
			}
			words = append(words, p.Of[k])
		}
		of[k] = factorOf(words)
	}
	if min(of[0].Bits, of[1].Bits) >= 32 {
		return nil, nil
	}
	return isa.ParseLine(&diag.File{Name: "narrow.isa", Text: wide.Narrowed(of)})
}

// wideProduct is the only line of a set that multiplies, if that line multiplies whole
// registers as in RISC-V. Otherwise the result is nil.
func wideProduct(s *isa.Set) *isa.Inst {
	var found *isa.Inst
	for _, in := range s.Insts {
		if !in.Contains(word.Mul) {
			continue
		}
		if _, ok := in.Factors(); found != nil || !ok || in.Narrow() {
			return nil
		}
		found = in
	}
	return found
}

// coreTarget is the target for the code generator. The multiplication of this target is as
// narrow as the program allows. For clang, and for a target that the caller chose, the
// multiplication stays wide.
func (p *Program) coreTarget() (*design.Target, error) {
	t, err := p.Target()
	if err != nil || p.opts.Target != nil && !p.base || p.opts.Backend == "llvm" {
		return t, err
	}
	if _, err := p.Low(); err != nil {
		return nil, err
	}
	wide := wideProduct(t.Set)
	if wide == nil || len(p.products) == 0 {
		return t, nil
	}
	line, err := narrowProduct(p.products, wide)
	if err != nil || line == nil {
		return t, err
	}
	name := t.Set.Name + "_narrow"
	set, err := t.Set.Without(name, wide.Name).Extend(name, line)
	if err != nil {
		return nil, err
	}
	return design.NewTarget(set.Name, set, t.Regs), nil
}
