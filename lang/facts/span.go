package facts

import (
	"math/big"

	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// All is the interval of the values of a number type.
func All(t *tree.Type) interval.Set {
	if t.Kind == tree.Int {
		return ofWord(t.Bits, t.Signed)
	}
	lo, hi := t.Interval()
	return interval.Set{Lo: num(lo), Hi: num(hi)}
}

// ofWord is the interval of an integer type. Proofs use it most often, so it makes no
// big.Int.
func ofWord(bits int, signed bool) interval.Set {
	if signed {
		half := int64(1) << (bits - 1)
		return interval.Set{Lo: interval.Int(half).Abs().Neg(), Hi: interval.Int(half - 1)}
	}
	return interval.Set{Hi: interval.Uint(^uint64(0) >> (64 - bits))}
}

// num converts a number of a type. 65 bits hold it.
func num(v *big.Int) interval.Num {
	n, ok := interval.FromBig(v)
	if !ok {
		panic("facts: the number " + v.String() + " is not a bound of a type")
	}
	return n
}

// Cell is the number that a cell of a type represents.
func Cell(cell uint64, t *tree.Type) interval.Num {
	if _, signed := t.Word(); signed {
		return interval.Int(int64(cell))
	}
	return interval.Uint(cell)
}

// RangeType is the range type of an interval.
func RangeType(s interval.Set) *tree.Type { return tree.RangeType(s.Lo.Big(), s.Hi.Big()) }

// Holds reports whether a type is a number type that contains the interval.
func Holds(t *tree.Type, s interval.Set) bool { return t.IsNumber() && s.Within(All(t)) }

// Fits64 reports whether u64 or i64 holds the interval.
func Fits64(s interval.Set) bool {
	return s.Within(All(tree.IntType(64, false))) || s.Within(All(tree.IntType(64, true)))
}

// WordFor is the integer type whose word holds an interval: the word of the range. It is
// nil if 64 bits do not hold the interval.
func WordFor(s interval.Set) *tree.Type {
	if !Fits64(s) {
		return nil
	}
	bits, signed := RangeType(s).Word()
	return tree.IntType(bits, signed)
}

// meet is the intersection. If it is empty, the result is s, because contradictory facts
// belong to a point that is never reached.
func meet(s, t interval.Set) interval.Set {
	if r := s.Meet(t); !r.Empty() {
		return r
	}
	return s
}

// opOf maps operators of the tree to operators of intervals.
var opOf = map[tree.Op]interval.Op{
	tree.Add: interval.Add, tree.Sub: interval.Sub, tree.Mul: interval.Mul, tree.Div: interval.Quo, tree.Rem: interval.Rem,
	tree.BitAnd: interval.And, tree.BitOr: interval.Or, tree.BitXor: interval.Xor, tree.Shl: interval.Shl, tree.Shr: interval.Shr,
}

// Apply returns the interval of exact l op r. It reports false if there is no bound: a
// divisor that may be 0, a shift amount that is negative or above 63, a comparison.
func Apply(op tree.Op, l, r interval.Set) (interval.Set, bool) {
	o, ok := opOf[op]
	if !ok {
		return interval.Set{}, false
	}
	return o.Of(l, r)
}

// OfField is the interval that a layout gives for one of its integers.
func OfField(f *tree.LayoutField) interval.Set {
	switch {
	case f.Fixed != nil:
		return interval.Point(Cell(*f.Fixed, f.Part))
	case f.Bound:
		return interval.Set{Lo: Cell(f.Low, f.Part), Hi: Cell(f.High, f.Part)}
	}
	return All(f.Part)
}
