package lower

import (
	_ "embed"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// realText holds the floating-point functions that are too long to inline.
//
//go:embed real.sir
var realText string

// helper returns a function of real.sir and adds it to the module.
func (l *lowerer) helper(name string) *ir.Func {
	if f := l.helpers[name]; f != nil {
		return f
	}
	for _, f := range ir.MustParse("real.sir", realText).Funcs {
		if f.Name == name {
			l.helpers[name] = f
			l.m.Funcs = append(l.m.Funcs, f)
			return f
		}
	}
	panic("lower: no helper " + name)
}

func isReal(e tree.Expr) bool { return e.Type().IsReal() }

// isSpecial reports whether an operation differs from integer arithmetic.
func (x *lowering) isSpecial(e *tree.Binary) bool {
	switch e.T.Kind {
	case tree.Fix:
		return e.Op == tree.Mul || e.Op == tree.Div
	case tree.Float:
		return true
	}
	return false
}

func (x *lowering) realBinary(e *tree.Binary, l, r *ir.Value) *ir.Value {
	switch {
	case e.T.Kind == tree.Float:
		return x.Float(floatOps[e.Op], l.Type, l, r)
	case e.Op == tree.Mul:
		return x.fixMul(e.T, l, r)
	}
	return x.fixDiv(e.T, l, r)
}

// fixMul returns bits F to F+N-1 of the exact product of two N-bit words.
func (x *lowering) fixMul(t *tree.Type, l, r *ir.Value) *ir.Value {
	n, frac := ir.Type(t.Bits), t.Frac
	if 2*n <= 64 {
		p := x.Word(word.Mul, 2*n, x.Sext(2*n, l), x.Sext(2*n, r))
		return x.Slice(n, p, frac)
	}
	l, r = x.Sext(64, l), x.Sext(64, r)
	low := x.Word(word.Mul, 64, l, r)
	if frac == 0 {
		return x.Slice(n, low, 0)
	}
	high := x.Call(x.helper("fix.mulh"), []*ir.Value{l, r}, nil)[0]
	low = x.Word(word.Shru, 64, low, x.Const(64, uint64(frac)))
	high = x.Word(word.Shl, 64, high, x.Const(64, uint64(64-frac)))
	return x.Slice(n, x.Word(word.Or, 64, high, low), 0)
}

// fixDiv divides l * 2^F by r and rounds toward minus infinity. The division of the IR rounds
// toward zero. Its quotient is too large by one if the remainder is not 0 and the signs of
// remainder and r differ.
func (x *lowering) fixDiv(t *tree.Type, l, r *ir.Value) *ir.Value {
	n, frac := ir.Type(t.Bits), t.Frac
	w := n + ir.Type(frac)
	if w > 64 {
		args := []*ir.Value{x.Sext(64, l), x.Sext(64, r), x.Const(32, uint64(frac))}
		return x.Slice(n, x.Call(x.helper("fix.div"), args, nil)[0], 0)
	}
	a, b := x.Sext(w, l), x.Sext(w, r)
	if frac > 0 {
		a = x.Word(word.Shl, w, a, x.Const(w, uint64(frac)))
	}
	q := x.Word(word.Divs, w, a, b)
	rest := x.Word(word.Sub, w, a, x.Word(word.Mul, w, q, b)) // avoids a second division
	zero := x.Const(w, 0)
	apart := x.Word(word.Xor, 1, x.Slice(1, rest, int(w)-1), x.Slice(1, b, int(w)-1))
	less := x.Word(word.And, 1, x.Word(word.Ne, 1, rest, zero), apart)
	q = x.Word(word.Sub, w, q, x.Zext(w, less))
	ones := x.Const(n, word.Mask(int(n)))
	return x.Word(word.Mux, n, x.Word(word.Eq, 1, b, zero), ones, x.Slice(n, q, 0))
}

// conversion converts a scalar to another type.
func (x *lowering) conversion(e *tree.Convert) *ir.Value {
	v := x.word(e.X)
	x.At = e.At
	from, to := e.X.Type(), e.T
	switch {
	case from.Kind == tree.Float || to.Kind == tree.Float:
		return x.floatConvert(v, from, to)
	case from.Frac > to.Frac: // discards low bits, which rounds toward minus infinity
		v = x.Word(word.Shrs, v.Type, v, x.Const(v.Type, uint64(from.Frac-to.Frac)))
	case from.Frac < to.Frac:
		w := max(v.Type, wordOf(to)) // all remaining bits
		v = x.convert(v, from, tree.IntType(int(w), false))
		return x.Slice(wordOf(to), x.shl(v, to.Frac-from.Frac), 0)
	}
	return x.convert(v, from, to)
}

// shl shifts left by a constant. The constant may be the width or more.
func (x *lowering) shl(v *ir.Value, n int) *ir.Value {
	if n >= int(v.Type) {
		return x.Const(v.Type, 0)
	}
	return x.Word(word.Shl, v.Type, v, x.Const(v.Type, uint64(n)))
}

// wordBits lowers x.bits: the word of a fix or float, or the number of an enum variant.
func (x *lowering) wordBits(e *tree.Bits) *ir.Value {
	if isReal(e.X) {
		return x.word(e.X)
	}
	return x.enumBits(e)
}

// fromBits makes a fix or float from its bits. Every NaN becomes the standard NaN.
func (x *lowering) fromBits(e *tree.FromBits) *ir.Value {
	v := x.word(e.X)
	x.At = e.At
	if e.T.Kind == tree.Fix {
		return v
	}
	magnitude := x.Word(word.And, v.Type, v, x.Const(v.Type, ^signBit(v.Type)))
	isNaN := x.Word(word.Ltu, 1, x.Const(v.Type, infBits(v.Type)), magnitude)
	return x.Word(word.Mux, v.Type, isNaN, x.Const(v.Type, nanBits(v.Type)), v)
}

func signBit(t ir.Type) uint64 { return 1 << (t - 1) }

func infBits(t ir.Type) uint64 {
	if t == 32 {
		return 0x7f800000
	}
	return 0x7ff0000000000000
}

func nanBits(t ir.Type) uint64 {
	if t == 32 {
		return ir.NaN32
	}
	return ir.NaN64
}

var floatOps = map[tree.Op]ir.Float{tree.Add: ir.FAdd, tree.Sub: ir.FSub, tree.Mul: ir.FMul, tree.Div: ir.FDiv}

func (x *lowering) floatCompare(op tree.Op, l, r *ir.Value) *ir.Value {
	switch op {
	case tree.Lt:
		return x.Float(ir.FLt, 1, l, r)
	case tree.Gt:
		return x.Float(ir.FLt, 1, r, l)
	case tree.Le:
		return x.Float(ir.FLe, 1, l, r)
	}
	return x.Float(ir.FLe, 1, r, l)
}

func (x *lowering) equalWords(t *tree.Type, l, r *ir.Value) *ir.Value {
	if t.Kind == tree.Float {
		return x.Float(ir.FEq, 1, l, r)
	}
	return x.Word(word.Eq, 1, l, r)
}

// floatUnary lowers negation and sqrt. The standard NaN is the only NaN, and negation leaves it
// unchanged.
func (x *lowering) floatUnary(op tree.Op, v *ir.Value) *ir.Value {
	if op == tree.Sqrt {
		return x.Float(ir.FSqrt, v.Type, v)
	}
	isNaN := x.Word(word.Eq, 1, v, x.Const(v.Type, nanBits(v.Type)))
	flipped := x.Word(word.Xor, v.Type, v, x.Const(v.Type, signBit(v.Type)))
	return x.Word(word.Mux, v.Type, isNaN, v, flipped)
}

// floatConvert converts from or to a float. The conversion of an integer whose width is not 32 or
// 64 goes through the next wider of these two widths.
func (x *lowering) floatConvert(v *ir.Value, from, to *tree.Type) *ir.Value {
	switch {
	case from.Kind == to.Kind:
		return x.Float(ir.FConv, wordOf(to), v)
	case to.Kind == tree.Float:
		op, w := ir.FFromU, ir.Type(32)
		if v.Type > 32 {
			w = 64
		}
		if isSigned(from) || v.Type < w { // a zero-extended number is not negative
			op = ir.FFromS
		}
		return x.Float(op, wordOf(to), x.convert(v, from, tree.IntType(int(w), false)))
	}
	return x.floatToInt(v, wordOf(to), isSigned(to))
}

// floatToInt converts a float to a word. If the width of the word is not 32 or 64 bits, the
// emitted code saturates at the bounds of the word.
func (x *lowering) floatToInt(v *ir.Value, n ir.Type, signed bool) *ir.Value {
	w := ir.Type(32)
	if n > 32 {
		w = 64
	}
	if n == w && !signed {
		return x.Float(ir.FToU, w, v)
	}
	v = x.Float(ir.FToS, w, v)
	if n == w {
		return v
	}
	low, high := uint64(0), word.Mask(int(n))
	if signed {
		low, high = ^(high >> 1), high>>1
	}
	lo, hi := x.Const(w, low), x.Const(w, high)
	v = x.Word(word.Mux, w, x.Word(word.Lts, 1, hi, v), hi, v)
	v = x.Word(word.Mux, w, x.Word(word.Lts, 1, v, lo), lo, v)
	return x.Slice(n, v, 0)
}
