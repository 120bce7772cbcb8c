package llvmir

import (
	"fmt"
	"slices"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
)

// instr writes one instruction.
func (b *body) instr(in *sir.Instr) error {
	switch in.Op {
	case sir.OpConst:
		b.values[in.Results[0]] = constUint(intType(in.Results[0].Type), in.Imm)
	case sir.OpWord:
		return b.word(in)
	case sir.OpFloat:
		return b.float(in)
	case sir.OpLocal:
		b.begin(in.Refs[0].Obj)
	case sir.OpLoad:
		b.load(in)
	case sir.OpStore:
		b.store(in)
	case sir.OpCopy:
		b.bulk("llvm.memmove.p0i8.p0i8", b.address(in.Refs[0]), b.address(in.Refs[1]), constUint(b.size, in.Imm))
	case sir.OpMove:
		n := b.resize(b.values[in.Args[0]], b.size)
		b.bulk("llvm.memmove.p0i8.p0i8", b.address(in.Refs[0]), b.address(in.Refs[1]), n)
	case sir.OpClear:
		b.bulk("llvm.memset.p0i8", b.address(in.Refs[0]), constant.NewInt(types.I8, 0), constUint(b.size, in.Imm))
	case sir.OpCall:
		b.call(in)
	case sir.OpCheck:
		b.check(in)
	case sir.OpLog:
		b.log(in)
	case sir.OpMark, sir.OpNow, sir.OpStatus, sir.OpAlarm, sir.OpWait, sir.OpTake, sir.OpSend, sir.OpAsk, sir.OpGet, sir.OpPut, sir.OpHalt, sir.OpHold, sir.OpPass:
		b.system(in)
	default:
		return fmt.Errorf("operation %s cannot reach a back end", in.Op)
	}
	return nil
}

// constUint makes an unsigned constant. llir's NewInt refuses values beyond the signed range.
func constUint(t *types.IntType, v uint64) *constant.Int {
	c := constant.NewInt(t, 0)
	c.X.SetUint64(v)
	return c
}

func i32(v int) *constant.Int { return constUint(types.I32, uint64(uint32(v))) }

// resize truncates or zero-extends x to t.
func (b *body) resize(x value.Value, t *types.IntType) value.Value {
	have := x.Type().(*types.IntType).BitSize
	switch {
	case have < t.BitSize:
		return b.cur.NewZExt(x, t)
	case have > t.BitSize:
		return b.cur.NewTrunc(x, t)
	}
	return x
}

// accessed returns the address of a scalar that is read or written. Suppose that the object
// was accessed at the same offset without displacement. Then the offset is less than the
// object's size, and so less than 2^31. After that access, the sum of the offset and a
// positive displacement does not wrap. So the CPU's addressing mode can compute the sum.
func (b *body) accessed(r sir.Ref) value.Value {
	at := b.address(r)
	if r.Off != nil && r.Disp == 0 && !b.inside(r.Off) {
		b.shown[r.Off] = append(b.shown[r.Off], b.block)
	}
	return at
}

// inside reports whether an earlier access proves that an offset is inside an object.
func (b *body) inside(off *sir.Value) bool {
	return slices.ContainsFunc(b.shown[off], func(k int) bool { return b.flow.Dominates(k, b.block) })
}

// load reads a scalar. The value becomes a float if the memory holds floats.
func (b *body) load(in *sir.Instr) {
	r, out := in.Refs[0], in.Results[0]
	if b.canon.holdsFloats(r.Obj, in.Size) {
		mem := floatType(out.Type)
		x := b.cur.NewLoad(mem, b.cur.NewBitCast(b.accessed(r), types.NewPointer(mem)))
		x.Align = ir.Align(min(in.Size, r.Aligned()))
		b.setFloat(out, x)
		return
	}
	mem := types.NewInt(uint64(8 * in.Size))
	x := b.cur.NewLoad(mem, b.cur.NewBitCast(b.accessed(r), types.NewPointer(mem)))
	x.Align = ir.Align(min(in.Size, r.Aligned()))
	b.values[out] = b.resize(x, intType(out.Type))
}

func (b *body) store(in *sir.Instr) {
	var x value.Value
	if b.canon.holdsFloats(in.Refs[0].Obj, in.Size) {
		x = b.number(in.Args[0])
	} else {
		x = b.resize(b.values[in.Args[0]], types.NewInt(uint64(8*in.Size)))
	}
	s := b.cur.NewStore(x, b.cur.NewBitCast(b.accessed(in.Refs[0]), types.NewPointer(x.Type())))
	s.Align = ir.Align(min(in.Size, in.Refs[0].Aligned()))
}

// bulk calls an intrinsic that copies or fills n bytes.
func (b *body) bulk(name string, dst, src, n value.Value) {
	f := b.hook(fmt.Sprintf("%s.i%d", name, b.size.BitSize), types.Void, types.I8Ptr, src.Type(), b.size, types.I1)
	b.cur.NewCall(f, dst, src, n, constant.False)
}
