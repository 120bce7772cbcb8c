package ir

import (
	"fmt"
	"math"
)

// Float is an operation on IEEE 754 numbers. A float is an ordinary i32 or i64 that holds the bits
// of the number, and the width selects the format. Floats therefore need no separate type. The
// program moves, stores and compares these bits like those of other words. The table of word
// operators contains only integer operators.
//
// Rounding is to nearest, ties to even. Operations are never fused. If the result is a NaN, its
// bits are NaN32 or NaN64. A NaN operand may have any bits of a NaN.
type Float uint8

// The operations. In names of conversions from and to integers, S means signed and U unsigned.
const (
	FAdd   Float = iota // a + b
	FSub                // a - b
	FMul                // a * b
	FDiv                // a / b
	FSqrt               // square root; NaN below 0
	FEq                 // a == b; FEq, FLt and FLe give 0 for a NaN
	FLt                 // a < b
	FLe                 // a <= b
	FConv               // converts to the other format
	FFromS              // from an integer, rounded
	FFromU              //
	FToS                // toward zero, saturated; NaN gives the largest integer
	FToU                //
	NumFloats
)

// The NaN result of each format.
const (
	NaN32 = 0x7fc00000
	NaN64 = 0x7ff8000000000000
)

// floats is not written after initialisation.
var floats = [NumFloats]struct {
	name  string
	args  int
	check func(out, in Type) bool
}{
	FAdd: {"fadd", 2, same}, FSub: {"fsub", 2, same}, FMul: {"fmul", 2, same}, FDiv: {"fdiv", 2, same}, FSqrt: {"fsqrt", 1, same},
	FEq: {"feq", 2, toBit}, FLt: {"flt", 2, toBit}, FLe: {"fle", 2, toBit}, FConv: {"fconv", 1, other},
	FFromS: {"ffroms", 1, anyWidth}, FFromU: {"ffromu", 1, anyWidth}, FToS: {"ftos", 1, anyWidth}, FToU: {"ftou", 1, anyWidth},
}

func same(out, in Type) bool    { return out == in }
func toBit(out, _ Type) bool    { return out == 1 }
func other(out, in Type) bool   { return isFloat(out) && out != in }
func anyWidth(out, _ Type) bool { return isFloat(out) }

func isFloat(t Type) bool { return t == 32 || t == 64 }

// String returns the name of op in the text form.
func (op Float) String() string {
	if op >= NumFloats {
		return "?"
	}
	return floats[op].name
}

// LookupFloat finds an operation by name.
func LookupFloat(name string) (Float, bool) {
	for op := range NumFloats {
		if floats[op].name == name {
			return op, true
		}
	}
	return 0, false
}

// checkFloat checks the widths of an operation.
func checkFloat(op Float, args, results []*Value) error {
	if op >= NumFloats {
		return fmt.Errorf("there is no float operation %d", op)
	}
	row := floats[op]
	if len(args) != row.args || len(results) != 1 {
		return fmt.Errorf("%s takes %d words and gives one", row.name, row.args)
	}
	for _, a := range args {
		if !isFloat(a.Type) || a.Type != args[0].Type {
			return fmt.Errorf("%s takes words of 32 or of 64 bits, got %s", row.name, widths(args))
		}
	}
	if !row.check(results[0].Type, args[0].Type) {
		return fmt.Errorf("%s of %s does not give %s", row.name, args[0].Type, results[0].Type)
	}
	return nil
}

// EvalFloat computes an operation. The operands have the width `in`, and the result has the width
// `out`.
func EvalFloat(op Float, out, in Type, a, b uint64) uint64 {
	switch op {
	case FFromS:
		if in == 32 {
			return fromInt(out, int64(int32(a)))
		}
		return fromInt(out, int64(a))
	case FFromU:
		if out == 32 {
			return uint64(math.Float32bits(float32(a)))
		}
		return math.Float64bits(float64(a))
	}
	if in == 32 {
		return eval32(op, out, math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b)))
	}
	return eval64(op, out, math.Float64frombits(a), math.Float64frombits(b))
}

func fromInt(out Type, v int64) uint64 {
	if out == 32 {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(float64(v))
}

// eval32 computes with 32-bit floats. Each operation has a separate conversion, which keeps the Go
// compiler from fusing operations.
func eval32(op Float, out Type, a, b float32) uint64 {
	var z float32
	switch op {
	case FAdd:
		z = float32(a + b)
	case FSub:
		z = float32(a - b)
	case FMul:
		z = float32(a * b)
	case FDiv:
		z = float32(a / b)
	case FSqrt:
		z = float32(math.Sqrt(float64(a))) // the second rounding changes nothing: 53 >= 2*24 + 2
	default:
		return eval64(op, out, float64(a), float64(b)) // exact in the wider format
	}
	return pack(32, float64(z))
}

func eval64(op Float, out Type, a, b float64) uint64 {
	switch op {
	case FAdd:
		return pack(64, float64(a+b))
	case FSub:
		return pack(64, float64(a-b))
	case FMul:
		return pack(64, float64(a*b))
	case FDiv:
		return pack(64, float64(a/b))
	case FSqrt:
		return pack(64, math.Sqrt(a))
	case FEq:
		return truth(a == b)
	case FLt:
		return truth(a < b)
	case FLe:
		return truth(a <= b)
	case FToS, FToU:
		return toInt(out, a, op == FToS)
	}
	return pack(out, a)
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// pack returns the bits of v in the format of width t.
func pack(t Type, v float64) uint64 {
	switch {
	case v != v && t == 32:
		return NaN32
	case v != v:
		return NaN64
	case t == 32:
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(v)
}

func toInt(out Type, v float64, signed bool) uint64 {
	mask := ^uint64(0) >> (64 - out)
	low, high, top := 0.0, math.Ldexp(1, int(out)), mask
	if signed {
		low, high, top = -high/2, high/2, mask>>1
	}
	v = math.Trunc(v)
	switch {
	case v != v || v >= high:
		return top
	case v < low && signed:
		return ^top & mask
	case v < low:
		return 0
	case v < 0:
		return uint64(int64(v)) & mask
	}
	return uint64(v)
}
