package facts

import (
	"math/big"

	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// All is the interval of all values of a number type.
func All(t *tree.Type) interval.Set {
	if t.Kind == tree.Int {
		return ofWord(t.Bits, t.Signed)
	}
	lo, hi := t.Interval()
	return interval.Set{Lo: num(lo), Hi: num(hi)}
}

// ofWord is the interval of an integer type. It avoids big.Int for speed, because proofs call it
// more often than any other function.
func ofWord(bits int, signed bool) interval.Set {
	if signed {
		half := int64(1) << (bits - 1)
		return interval.Set{Lo: interval.Int(half).Abs().Neg(), Hi: interval.Int(half - 1)}
	}
	return interval.Set{Hi: interval.Uint(^uint64(0) >> (64 - bits))}
}

// num converts a number of a type. Every such number fits in 65 bits.
func num(v *big.Int) interval.Num {
	n, ok := interval.FromBig(v)
	if !ok {
		panic("facts: the number " + v.String() + " is not a bound of a type")
	}
	return n
}

// Cell is the number that a 64-bit cell represents for a type.
func Cell(cell uint64, t *tree.Type) interval.Num {
	if _, signed := t.Word(); signed {
		return interval.Int(int64(cell))
	}
	return interval.Uint(cell)
}

// RangeType is the range type of an interval.
func RangeType(s interval.Set) *tree.Type { return tree.RangeType(s.Lo.Big(), s.Hi.Big()) }

// Holds reports whether t is a number type that contains the interval.
func Holds(t *tree.Type, s interval.Set) bool { return t.IsNumber() && s.Within(All(t)) }

// Fits64 reports whether a u64 or an i64 can hold the interval.
func Fits64(s interval.Set) bool {
	return s.Within(All(tree.IntType(64, false))) || s.Within(All(tree.IntType(64, true)))
}

// WordFor is the smallest integer type that can hold an interval. The result is nil if the
// interval does not fit in 64 bits.
func WordFor(s interval.Set) *tree.Type {
	if !Fits64(s) {
		return nil
	}
	bits, signed := RangeType(s).Word()
	return tree.IntType(bits, signed)
}

// meet is the intersection of s and t. If the intersection is empty, the facts contradict each
// other, and the program point is never reached. In this case the result is s.
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

// Apply returns the interval of l op r in exact arithmetic. The second result is false if there is
// no interval: a divisor may be 0, a shift amount may be negative or above 63, or op is a
// comparison.
func Apply(op tree.Op, l, r interval.Set) (interval.Set, bool) {
	o, ok := opOf[op]
	if !ok {
		return interval.Set{}, false
	}
	return o.Of(l, r)
}

// OfField is the interval of values that a layout allows for an integer field.
func OfField(f *tree.LayoutField) interval.Set {
	switch {
	case f.Fixed != nil:
		return interval.Point(Cell(*f.Fixed, f.Part))
	case f.Bound:
		return interval.Set{Lo: Cell(f.Low, f.Part), Hi: Cell(f.High, f.Part)}
	}
	return All(f.Part)
}
