package llvmir

import (
	"fmt"

	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// This file writes float operations. In the program IR a float is a word, and a computed NaN has
// one form, called the one NaN. The CPU and LLVM produce other NaNs. So each result of an operation
// is kept twice: as a float for other float operations, and as a word with the one NaN. LLVM
// removes the code for the word if no operation needs the bits. The type canon finds the block
// parameters and memory that can also hold plain floats, with any NaN. No operation has fast-math
// flags.

func floatType(t sir.Type) *types.FloatType {
	if t == 32 {
		return types.Float
	}
	return types.Double
}

// number returns an operand as a float.
func (b *body) number(v *sir.Value) value.Value {
	if f, ok := b.floats[v]; ok {
		return f
	}
	return b.cur.NewBitCast(b.values[v], floatType(v.Type))
}

// float writes one operation.
func (b *body) float(in *sir.Instr) error {
	out := in.Results[0]
	args := make([]value.Value, 2)
	if in.Float != sir.FFromS && in.Float != sir.FFromU {
		for k, a := range in.Args {
			args[k] = b.number(a)
		}
	}
	switch in.Float {
	case sir.FAdd:
		b.setFloat(out, b.cur.NewFAdd(args[0], args[1]))
	case sir.FSub:
		b.setFloat(out, b.cur.NewFSub(args[0], args[1]))
	case sir.FMul:
		b.setFloat(out, b.cur.NewFMul(args[0], args[1]))
	case sir.FDiv:
		b.setFloat(out, b.cur.NewFDiv(args[0], args[1]))
	case sir.FSqrt:
		t := floatType(out.Type)
		b.setFloat(out, b.cur.NewCall(b.hook(fmt.Sprintf("llvm.sqrt.f%d", out.Type), t, t), args[0]))
	case sir.FEq:
		b.values[out] = b.cur.NewFCmp(enum.FPredOEQ, args[0], args[1])
	case sir.FLt:
		b.values[out] = b.cur.NewFCmp(enum.FPredOLT, args[0], args[1])
	case sir.FLe:
		b.values[out] = b.cur.NewFCmp(enum.FPredOLE, args[0], args[1])
	case sir.FConv:
		b.setFloat(out, b.otherFormat(args[0], out.Type))
	case sir.FFromS:
		b.setExact(out, b.cur.NewSIToFP(b.values[in.Args[0]], floatType(out.Type)))
	case sir.FFromU:
		b.setExact(out, b.cur.NewUIToFP(b.values[in.Args[0]], floatType(out.Type)))
	case sir.FToS, sir.FToU:
		b.values[out] = b.toInt(in, args[0])
	default:
		return fmt.Errorf("no float operation %d", in.Float)
	}
	return nil
}

func (b *body) otherFormat(x value.Value, t sir.Type) value.Value {
	if t == 32 {
		return b.cur.NewFPTrunc(x, types.Float)
	}
	return b.cur.NewFPExt(x, types.Double)
}

// setExact defines v as f, which is not a NaN.
func (b *body) setExact(v *sir.Value, f value.Value) {
	b.floats[v] = f
	b.values[v] = b.cur.NewBitCast(f, intType(v.Type))
}

// setFloat defines v as f. In the word, any NaN becomes the one NaN.
func (b *body) setFloat(v *sir.Value, f value.Value) {
	b.floats[v] = f
	isNaN := b.cur.NewFCmp(enum.FPredUNO, f, f)
	b.values[v] = b.cur.NewSelect(isNaN, constUint(intType(v.Type), oneNaN(v.Type)), b.cur.NewBitCast(f, intType(v.Type)))
}

// floatWord writes a negation, or a choice between two floats, as float operations. It returns
// false for other words.
func (b *body) floatWord(in *sir.Instr) bool {
	out := in.Results[0]
	if in.Word != word.Mux || !b.canon.isFloat(out) {
		return false
	}
	if x := minus(in, b.canon.known); x != nil && b.canon.canonical(x) {
		b.setFloat(out, b.cur.NewFNeg(b.number(x)))
		return true
	}
	if !b.canon.isChoice(in) {
		return false
	}
	b.setFloat(out, b.cur.NewSelect(b.values[in.Args[0]], b.number(in.Args[1]), b.number(in.Args[2])))
	return true
}

// toInt converts a float to an integer. The conversion saturates like LLVM's operation, and
// turns NaN into 0.
func (b *body) toInt(in *sir.Instr, x value.Value) value.Value {
	t := in.Results[0].Type
	name, top := "llvm.fptosi", ^uint64(0)>>(65-t)
	if in.Float == sir.FToU {
		name, top = "llvm.fptoui", ^uint64(0)>>(64-t)
	}
	from := in.Args[0].Type
	f := b.hook(fmt.Sprintf("%s.sat.i%d.f%d", name, t, from), intType(t), floatType(from))
	n := b.cur.NewCall(f, x)
	isNaN := b.cur.NewFCmp(enum.FPredUNO, x, x)
	return b.cur.NewSelect(isNaN, constUint(intType(t), top), n)
}
