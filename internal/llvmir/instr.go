package llvmir

import (
	"fmt"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
)

// instr writes one instruction.
func (b *body) instr(in *sir.Instr) error {
	switch in.Op {
	case sir.OpConst:
		b.values[in.Results[0]] = constUint(intType(in.Results[0].Type), in.Imm)
	case sir.OpWord:
		return b.word(in)
	case sir.OpLocal:
		// storage is made at the function's entry
	case sir.OpLoad:
		b.load(in)
	case sir.OpStore:
		b.store(in)
	case sir.OpCopy:
		b.bulk("llvm.memmove.p0i8.p0i8.i64", b.address(in.Refs[0]), b.address(in.Refs[1]), in.Imm)
	case sir.OpClear:
		b.bulk("llvm.memset.p0i8.i64", b.address(in.Refs[0]), constant.NewInt(types.I8, 0), in.Imm)
	case sir.OpCall:
		b.call(in)
	case sir.OpCheck:
		b.check(in)
	case sir.OpLog:
		b.log(in)
	case sir.OpMark, sir.OpNow, sir.OpStatus, sir.OpWait, sir.OpTake, sir.OpSend, sir.OpHalt:
		b.system(in)
	default:
		return fmt.Errorf("operation %d cannot reach a back end", in.Op)
	}
	return nil
}

// constUint makes an unsigned constant; llir's NewInt refuses values past the
// signed range.
func constUint(t *types.IntType, v uint64) *constant.Int {
	c := constant.NewInt(t, 0)
	c.X.SetUint64(v)
	return c
}

func i32(v int) *constant.Int { return constUint(types.I32, uint64(uint32(v))) }

// resize cuts or zero-extends x to t.
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

func (b *body) load(in *sir.Instr) {
	mem := types.NewInt(uint64(8 * in.Size))
	p := b.cur.NewBitCast(b.address(in.Refs[0]), types.NewPointer(mem))
	x := b.cur.NewLoad(mem, p)
	x.Align = 1
	b.values[in.Results[0]] = b.resize(x, intType(in.Results[0].Type))
}

func (b *body) store(in *sir.Instr) {
	mem := types.NewInt(uint64(8 * in.Size))
	p := b.cur.NewBitCast(b.address(in.Refs[0]), types.NewPointer(mem))
	s := b.cur.NewStore(b.resize(b.values[in.Args[0]], mem), p)
	s.Align = 1
}

// bulk calls an intrinsic that moves or fills n bytes.
func (b *body) bulk(name string, dst, src value.Value, n uint64) {
	f := b.hook(name, types.Void, types.I8Ptr, src.Type(), types.I64, types.I1)
	b.cur.NewCall(f, dst, src, constUint(types.I64, n), constant.False)
}

// check leaves for the trap when its condition does not hold.
func (b *body) check(in *sir.Instr) {
	b.splits++
	trap := b.fn.NewBlock(fmt.Sprintf("trap%d", b.splits))
	next := b.fn.NewBlock(fmt.Sprintf("next%d", b.splits))
	b.cur.NewCondBr(b.values[in.Args[0]], next, trap)
	f := b.hook("sn_trap", types.Void, types.I32, types.I32)
	if len(f.FuncAttrs) == 1 {
		f.FuncAttrs = append(f.FuncAttrs, enum.FuncAttrNoReturn, enum.FuncAttrCold)
	}
	call := trap.NewCall(f, i32(in.Task), i32(in.Site))
	if b.debug != nil {
		b.debug.attach(call, b.debug.location(in.Span, b.scope))
	}
	trap.NewUnreachable()
	b.cur = next
}

// log renders a log event piece by piece.
func (b *body) log(in *sir.Instr) {
	site := &b.emitter.src.Logs[in.Site]
	b.cur.NewCall(b.hook("sn_log_begin", types.Void, types.I32, types.I32), i32(in.Task), i32(in.Site))
	words, refs := in.Args, in.Refs
	for i, part := range site.Parts {
		if part != "" {
			b.cur.NewCall(b.hook("sn_log_text", types.Void, types.I8Ptr, types.I32), b.text(part), i32(len(part)))
		}
		if i == len(site.Args) {
			break
		}
		words, refs = b.logArg(site.Args[i], words, refs)
	}
	b.cur.NewCall(b.hook("sn_log_end", types.Void))
}

// logArg renders the next argument and returns what is left. A scalar of over
// 32 bits is one word or, after legalisation, two.
func (b *body) logArg(t trace.ArgType, words []*sir.Value, refs []sir.Ref) ([]*sir.Value, []sir.Ref) {
	if t.Kind == "bytes" {
		b.cur.NewCall(b.hook("sn_log_bytes", types.Void, types.I8Ptr), b.address(refs[0]))
		return words, refs[1:]
	}
	x, used := b.values[words[0]], 1
	if t.Width > 32 && words[0].Type == 32 {
		low, high := b.cur.NewZExt(x, types.I64), b.cur.NewZExt(b.values[words[1]], types.I64)
		x, used = b.cur.NewOr(low, b.cur.NewShl(high, constant.NewInt(types.I64, 32))), 2
	}
	wide := b.resize(x, types.I64)
	if t.Kind == "i" && words[0].Type < 64 && used == 1 {
		wide = b.cur.NewSExt(x, types.I64)
	}
	b.cur.NewCall(b.hook("sn_log_"+t.Kind, types.Void, types.I64), wide)
	return words[used:], refs
}

// system writes the operations that the back end's functions do.
func (b *body) system(in *sir.Instr) {
	switch in.Op {
	case sir.OpMark:
		b.cur.NewCall(b.hook("sn_mark", types.Void, types.I32), i32(int(in.Imm)))
	case sir.OpNow:
		b.now(in, b.cur.NewCall(b.hook("sn_now", types.I64)))
	case sir.OpStatus:
		b.values[in.Results[0]] = b.cur.NewCall(b.hook("sn_status", types.I32))
	case sir.OpWait:
		f := b.hook("sn_wait", types.I32, types.I32)
		b.values[in.Results[0]] = b.cur.NewCall(f, b.values[in.Args[0]])
	case sir.OpTake:
		f := b.hook("sn_take", types.I32, types.I32, types.I8Ptr, types.I32)
		got := b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[0]), i32(int(in.Imm)))
		b.values[in.Results[0]] = b.cur.NewICmp(enum.IPredNE, got, i32(0))
	case sir.OpSend:
		f := b.hook("sn_send", types.Void, types.I32, types.I8Ptr)
		b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[0]))
	case sir.OpHalt:
		b.cur.NewCall(b.hook("sn_halt", types.Void))
	}
}

// now gives the clock as one word or as two of 32 bits, low first.
func (b *body) now(in *sir.Instr, clock *ir.InstCall) {
	if in.Results[0].Type == 64 {
		b.values[in.Results[0]] = clock
		return
	}
	b.values[in.Results[0]] = b.cur.NewTrunc(clock, types.I32)
	high := b.cur.NewLShr(clock, constant.NewInt(types.I64, 32))
	b.values[in.Results[1]] = b.cur.NewTrunc(high, types.I32)
}
