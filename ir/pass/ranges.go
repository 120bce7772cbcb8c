package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/ir/word"
)

// span is an interval of words.
type span = interval.Word

func fullSpan(t ir.Type) span { return interval.Full(int(t)) }

// evalSpan computes the bounds of a word operation from the bounds of its operands.
func evalSpan(i *ir.Instr, of func(*ir.Value) span) span {
	t := i.Results[0].Type
	var a [3]span
	for k, x := range i.Args {
		a[k] = of(x)
		if a[k].Empty() {
			return fullSpan(t)
		}
	}
	return wordSpan(i, &a, int(t))
}

func wordSpan(i *ir.Instr, a *[3]span, w int) span {
	switch i.Word {
	case word.Add:
		return a[0].Arith(interval.Add, a[1], w)
	case word.Sub:
		return a[0].Arith(interval.Sub, a[1], w)
	case word.Mul:
		return a[0].Arith(interval.Mul, a[1], w)
	case word.Divu:
		return a[0].Divu(a[1], w)
	case word.Remu:
		return a[0].Remu(a[1], w)
	case word.Zext:
		return a[0].Zext(w)
	case word.Sext:
		return a[0].Sext(w)
	case word.Slice:
		return a[0].Slice(uint(i.Imm), w)
	case word.Mux:
		return a[1].Join(a[2])
	}
	return bitSpan(i.Word, a, w)
}

// bitSpan computes bounds for operations that are easier to bound by bits.
func bitSpan(op word.Op, a *[3]span, w int) span {
	switch op {
	case word.And:
		return a[0].And(a[1], w)
	case word.Or:
		return a[0].Or(a[1], w)
	case word.Xor:
		return a[0].Xor(a[1], w)
	case word.Shl:
		return a[0].Shl(a[1], w)
	case word.Shru:
		return a[0].Shru(a[1], w)
	case word.Shrs:
		return a[0].Shrs(a[1], w)
	case word.Minu:
		return a[0].Minu(a[1], w)
	case word.Maxu:
		return a[0].Maxu(a[1], w)
	case word.Mins:
		return a[0].Mins(a[1], w)
	case word.Maxs:
		return a[0].Maxs(a[1], w)
	}
	return interval.Full(w)
}

// relationOf returns the interval relation for a comparison operator.
func relationOf(op word.Op) (r interval.Relation, ok bool) {
	switch op {
	case word.Eq:
		return interval.Eq, true
	case word.Ne:
		return interval.Ne, true
	case word.Ltu:
		return interval.Lt, true
	case word.Geu:
		return interval.Ge, true
	case word.Lts:
		return interval.SLt, true
	case word.Ges:
		return interval.SGe, true
	}
	return 0, false
}
