package pass

import (
	"math/bits"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// fewDigits is the largest number of signed digits of a constant factor whose multiplication
// becomes shifts and sums. A multiplier takes 1,000 cells of a core. Each digit takes two
// instructions.
const fewDigits = 4

// products replaces multiplications by constants with shifts, sums and differences. It does so
// only if the program then has no multiplication left, so that its core needs no multiplier.
//
// Needs: words of one register. Keeps: effects and their order, block order.
//
//	before  v3: i32 = mul v1, v2      (v2 = const 1500 = 2048 - 512 - 32 - 4)
//	after   v4: i32 = shl v1, 11 ; v5: i32 = shl v1, 9 ; v6: i32 = sub v4, v5 ; ...
func products(m *ir.Module, _ *Env) bool {
	any := false
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op != ir.OpWord || i.Word != word.Mul {
					continue
				}
				if _, c, ok := constFactor(i); !ok || i.Results[0].Type != 32 || len(signedDigits(uint32(c))) > fewDigits {
					return false
				}
				any = true
			}
		}
	}
	for _, f := range m.Funcs {
		spread(f)
	}
	return any
}

// constFactor splits a multiplication by a constant into its operands.
func constFactor(i *ir.Instr) (x *ir.Value, c uint64, ok bool) {
	if c, ok = constOf(i.Args[1]); ok {
		return i.Args[0], c, true
	}
	c, ok = constOf(i.Args[0])
	return i.Args[1], c, ok
}

// digit is a power of two that is added or subtracted.
type digit struct {
	shift uint64
	minus bool
}

// signedDigits writes a number, modulo 2^32, as the shortest sum and difference of powers of
// two. No two of these powers are neighbours.
func signedDigits(c uint32) []digit {
	var out []digit
	for rest, at := uint64(c), 0; rest != 0; {
		n := bits.TrailingZeros64(rest)
		if rest, at = rest>>n, at+n; at >= 32 {
			break
		}
		d := digit{uint64(at), rest&3 == 3 && at < 31}
		out = append(out, d)
		if d.minus {
			rest++
		} else {
			rest--
		}
	}
	return out
}

// spread replaces the multiplications of a function.
func spread(f *ir.Func) {
	subst := renames{}
	for _, b := range f.Blocks {
		out := make([]*ir.Instr, 0, len(b.Instrs))
		for _, i := range b.Instrs {
			if i.Op != ir.OpWord || i.Word != word.Mul {
				out = append(out, i)
				continue
			}
			x, c, _ := constFactor(i)
			s := &sums{f: f, b: b, like: i, out: out}
			subst[i.Results[0]] = s.times(x, signedDigits(uint32(c)))
			out = s.out
		}
		b.Instrs = out
	}
	subst.apply(f)
}

// sums emits the instructions that replace one multiplication.
type sums struct {
	f    *ir.Func
	b    *ir.Block
	like *ir.Instr
	out  []*ir.Instr
}

func (s *sums) add(i *ir.Instr) *ir.Value {
	s.out = append(s.out, i)
	return i.Results[0]
}

func (s *sums) constant(c uint64) *ir.Value { return s.add(newConst(s.f, s.b, 32, c, s.like)) }

// times multiplies x by the sum of the digits. It begins with a digit that is added, if there
// is one.
func (s *sums) times(x *ir.Value, digits []digit) *ir.Value {
	var sum *ir.Value
	for _, minus := range []bool{false, true} {
		for _, d := range digits {
			if d.minus != minus {
				continue
			}
			part := x
			if d.shift > 0 {
				part = s.add(newWord(s.f, s.b, word.Shl, 32, s.like, x, s.constant(d.shift)))
			}
			switch {
			case minus && sum == nil:
				sum = s.add(newWord(s.f, s.b, word.Sub, 32, s.like, s.constant(0), part))
			case minus:
				sum = s.add(newWord(s.f, s.b, word.Sub, 32, s.like, sum, part))
			case sum == nil:
				sum = part
			default:
				sum = s.add(newWord(s.f, s.b, word.Add, 32, s.like, sum, part))
			}
		}
	}
	if sum == nil {
		return s.constant(0)
	}
	return sum
}
