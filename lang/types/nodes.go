package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/tree"
)

// opText is the source text of an operator.
var opText = map[tree.Op]string{
	tree.Or: "or", tree.And: "and", tree.Lt: "<", tree.Le: "<=", tree.Gt: ">", tree.Ge: ">=", tree.BitOr: "|",
	tree.BitXor: "^", tree.BitAnd: "&", tree.Shl: "<<", tree.Shr: ">>", tree.Add: "+", tree.Sub: "-", tree.Mul: "*",
	tree.Div: "/", tree.Rem: "%",
}

func boolType() *tree.Type { return &tree.Type{Kind: tree.Bool} }

func boolConst(v bool, at diag.Span) tree.Expr {
	k := &tree.Const{Expr0: tree.Expr0{At: at, T: boolType()}}
	if v {
		k.Cell = 1
	}
	return k
}

// constRef builds a reference to the value of a constant. The type of a number is again the range
// with only this number.
func constRef(k *tree.ConstDef, at diag.Span) tree.Expr {
	switch {
	case k.Type.IsNumber():
		return number(tree.CellValue(k.Cells[0], k.Type), at)
	case k.Type.IsScalar(), k.Type.Kind == tree.Fraction:
		return &tree.Const{Expr0: tree.Expr0{At: at, T: k.Type}, Cell: k.Cells[0]}
	}
	return &tree.ConstRef{Expr0: tree.Expr0{At: at, T: k.Type}, Const: k}
}

func variantIndex(e *tree.EnumDef, name string) int {
	for i, v := range e.Variants {
		if v.Name == name {
			return i
		}
	}
	return -1
}

func variantValue(t *tree.Type, i int, at diag.Span) tree.Expr {
	base := tree.Expr0{At: at, T: t}
	if t.IsScalar() {
		return &tree.Const{Expr0: base, Cell: uint64(i)}
	}
	return &tree.EnumLit{Expr0: base, Variant: i}
}

// fits64 reports whether a u64 or an i64 can hold the number.
func fits64(v *big.Int) bool { return v.IsUint64() || v.IsInt64() }

// number makes a constant whose type is the range with only this value.
func number(v *big.Int, at diag.Span) *tree.Const {
	return &tree.Const{Expr0: tree.Expr0{At: at, T: tree.RangeType(v, v)}, Cell: tree.CellOf(v)}
}

// sliceElem returns the element type of a type that can become a slice, or nil.
func sliceElem(t *tree.Type) *tree.Type {
	switch t.Kind {
	case tree.Array, tree.Slice:
		return t.Elem
	case tree.Bytes:
		return tree.IntType(8, false)
	}
	return nil
}

// resize converts x to the word of a number type. Constants are folded.
func resize(x tree.Expr, to *tree.Type) tree.Expr {
	base := tree.Expr0{At: x.Span(), T: to}
	if k, ok := x.(*tree.Const); ok {
		return &tree.Const{Expr0: base, Cell: tree.Truncate(k.Cell, to)}
	}
	return &tree.Convert{Expr0: base, X: x}
}

// toWord gives a number the word of an integer type, unless the number already has it.
func toWord(x tree.Expr, word *tree.Type) tree.Expr {
	bits, signed := x.Type().Word()
	if bits == word.Bits && signed == word.Signed {
		return x
	}
	return resize(x, word)
}

// constOf returns the value of a constant number.
func constOf(x tree.Expr) (*big.Int, bool) {
	if k, ok := x.(*tree.Const); ok && k.T.IsNumber() {
		return tree.CellValue(k.Cell, k.T), true
	}
	return nil, false
}

// widen converts an integer to the range of its values, for exact arithmetic.
func widen(x tree.Expr) tree.Expr {
	if x.Type().Kind == tree.Range {
		return x
	}
	return resize(x, facts.RangeType(facts.All(x.Type())))
}

// length builds x.len for an array, slice or bytes.
func length(x tree.Expr, at diag.Span) tree.Expr {
	t := x.Type()
	switch t.Kind {
	case tree.Array:
		return number(big.NewInt(int64(t.Len)), at)
	case tree.Bytes:
		return &tree.Len{Expr0: tree.Expr0{At: at, T: tree.SmallRange(0, int64(t.Len))}, X: x}
	}
	return &tree.Len{Expr0: tree.Expr0{At: at, T: tree.SmallRange(0, facts.MaxSlice)}, X: x}
}

func fieldRef(x tree.Expr, i, offset int, t *tree.Type, at diag.Span) tree.Expr {
	return &tree.FieldRef{Expr0: tree.Expr0{At: at, T: t}, X: x, Index: i, Offset: offset}
}

// byteType is u8.
func byteType() *tree.Type { return tree.IntType(8, false) }

// fraction makes an exact constant whose value need not be an integer.
func fraction(r *big.Rat, at diag.Span) *tree.Const {
	return &tree.Const{Expr0: tree.Expr0{At: at, T: &tree.Type{Kind: tree.Fraction, Ratio: r}}}
}

// isReal reports whether an operand is a fix, a float or a fraction. An operation with such an
// operand follows the rules of real.go.
func isReal(x tree.Expr) bool { return x.Type().IsReal() || x.Type().Kind == tree.Fraction }

// exactOf returns the value of a constant that has no type yet.
func exactOf(x tree.Expr) (*big.Rat, bool) {
	k, ok := x.(*tree.Const)
	switch {
	case !ok:
	case k.T.Kind == tree.Fraction:
		return k.T.Ratio, true
	case k.T.Kind == tree.Range:
		return new(big.Rat).SetInt(tree.CellValue(k.Cell, k.T)), true
	}
	return nil, false
}

func (b *body) isBytes(x tree.Expr) bool {
	if x.Type().Kind == tree.Bytes {
		return true
	}
	b.c.errorf(codes.Mismatch, x.Span(), "expected `bytes<N>`, found %s", describe(x.Type()))
	return false
}
