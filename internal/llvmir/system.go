package llvmir

import (
	"fmt"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
)

// system writes the operations that the back end's functions perform.
func (b *body) system(in *sir.Instr) {
	switch in.Op {
	case sir.OpMark:
		b.cur.NewCall(b.hook("sn_mark", types.Void, types.I32, types.I32), i32(max(in.Task, 0)), i32(int(in.Imm)))
	case sir.OpNow:
		b.now(in, b.cur.NewCall(b.hook("sn_now", types.I64)))
	case sir.OpStatus:
		b.values[in.Results[0]] = b.cur.NewCall(b.hook("sn_status", types.I32))
	case sir.OpAlarm:
		b.cur.NewCall(b.hook("sn_alarm", types.Void, types.I64), b.joined(in.Args))
	case sir.OpWait:
		f := b.hook("sn_wait", types.I32, types.I32)
		b.values[in.Results[0]] = b.cur.NewCall(f, b.values[in.Args[0]])
	case sir.OpTake:
		f := b.hook("sn_take"+b.bytewise(in), types.I32, types.I32, types.I8Ptr, types.I32)
		got := b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[0]), i32(int(in.Imm)))
		b.values[in.Results[0]] = b.cur.NewICmp(enum.IPredNE, got, i32(0))
	case sir.OpSend:
		f := b.hook("sn_send"+b.bytewise(in), types.Void, types.I32, types.I8Ptr)
		b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[0]))
	case sir.OpAsk:
		f := b.hook("sn_send", types.Void, types.I32, types.I8Ptr)
		b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[0]))
		f = b.hook("sn_take", types.I32, types.I32, types.I8Ptr, types.I32)
		b.cur.NewCall(f, i32(in.Dev), b.address(in.Refs[1]), i32(int(in.Imm)))
	case sir.OpGet:
		b.values[in.Results[0]] = b.cur.NewCall(b.hook("sn_get", types.I32, types.I32), i32(in.Dev))
	case sir.OpPut:
		b.cur.NewCall(b.hook("sn_put", types.Void, types.I32, types.I32), i32(in.Dev), b.values[in.Args[0]])
	case sir.OpHold:
		f := b.hook("sn_hold", types.I32, types.I32, types.I32)
		b.values[in.Results[0]] = b.cur.NewCall(f, i32(in.Chan), i32(int(in.Imm)))
	case sir.OpPass:
		b.cur.NewCall(b.hook("sn_pass", types.Void, types.I32, types.I32), i32(in.Chan), i32(int(in.Imm)))
	case sir.OpHalt:
		b.cur.NewCall(b.hook("sn_halt", types.Void))
	}
}

// bytewise is the suffix of the functions that transfer a device's data: `_bytes` for a stream
// with Options.Bytewise.
func (b *body) bytewise(in *sir.Instr) string {
	if b.opts.Bytewise && port.ShapeOf(b.emitter.src.Devices[in.Dev].Kind) == port.Stream {
		return "_bytes"
	}
	return ""
}

// now returns the clock as one word, or as two words of 32 bits with the low word first.
func (b *body) now(in *sir.Instr, clock *ir.InstCall) {
	if in.Results[0].Type == 64 {
		b.values[in.Results[0]] = clock
		return
	}
	b.values[in.Results[0]] = b.cur.NewTrunc(clock, types.I32)
	high := b.cur.NewLShr(clock, constant.NewInt(types.I64, 32))
	b.values[in.Results[1]] = b.cur.NewTrunc(high, types.I32)
}

// joined is a word of 64 bits. The arguments are the word itself, or its two halves with the low
// half first.
func (b *body) joined(args []*sir.Value) value.Value {
	low := b.resize(b.values[args[0]], types.I64)
	if args[0].Type == 64 {
		return low
	}
	high := b.resize(b.values[args[1]], types.I64)
	return b.cur.NewOr(low, b.cur.NewShl(high, constUint(types.I64, 32)))
}

// check branches to the trap if its condition does not hold.
func (b *body) check(in *sir.Instr) {
	b.splits++
	trap := b.fn.NewBlock(fmt.Sprintf("trap%d", b.splits))
	next := b.fn.NewBlock(fmt.Sprintf("next%d", b.splits))
	b.cur.NewCondBr(b.values[in.Args[0]], next, trap)
	call := trap.NewCall(b.trap(in.Task, in.Site))
	if b.opts.Trap == nil {
		call.Args = []value.Value{i32(in.Task), i32(in.Site)}
	}
	if b.debug != nil {
		attach(call, b.debug.instr(in, b.src, b.scope))
	}
	trap.NewUnreachable()
	b.cur = next
}

// trap is the code that ends the run: assembly, or a function that does not return.
func (b *body) trap(task, site int) value.Value {
	if b.opts.Trap != nil {
		asm := ir.NewInlineAsm(types.NewPointer(types.NewFunc(types.Void)), b.opts.Trap(task, site), "")
		asm.SideEffect = true
		return asm
	}
	f := b.hook("sn_trap", types.Void, types.I32, types.I32)
	if len(f.FuncAttrs) == 1 {
		f.FuncAttrs = append(f.FuncAttrs, enum.FuncAttrNoReturn, enum.FuncAttrCold)
	}
	return f
}

// log passes on a log event: its literal parts and arguments, or only its arguments.
func (b *body) log(in *sir.Instr) {
	site := &b.emitter.src.Logs[in.Site]
	b.cur.NewCall(b.hook("sn_log_begin", types.Void, types.I32, types.I32), i32(in.Task), i32(in.Site))
	words, refs := in.Words(), in.Refs
	for i, part := range site.Parts {
		if part != "" && !b.opts.LogWords {
			b.cur.NewCall(b.hook("sn_log_text", types.Void, types.I8Ptr, types.I32), b.text(part), i32(len(part)))
		}
		if i == len(site.Args) {
			break
		}
		words, refs = b.logArg(site.Args[i], words, refs)
	}
	if !b.opts.LogWords {
		b.cur.NewCall(b.hook("sn_log_end", types.Void))
	}
}

// logArg passes on the next argument and returns the remaining ones. A scalar of more than 32
// bits is one word or, after legalisation, two words.
func (b *body) logArg(t trace.ArgType, words []*sir.Value, refs []sir.Ref) ([]*sir.Value, []sir.Ref) {
	if t.Kind == "bytes" {
		b.cur.NewCall(b.hook("sn_log_bytes", types.Void, types.I8Ptr), b.address(refs[0]))
		return words, refs[1:]
	}
	x, used := b.resize(b.values[words[0]], types.I64), 1
	if t.Width > 32 && words[0].Type <= 32 {
		high := b.resize(b.values[words[1]], types.I64)
		x, used = b.cur.NewOr(x, b.cur.NewShl(high, constUint(types.I64, 32))), 2
	}
	frac, isFix := t.Frac()
	switch {
	case b.opts.LogWords:
		b.logWords(t, x)
	case isFix:
		b.cur.NewCall(b.hook("sn_log_fix", types.Void, types.I64, types.I32), b.extend(t, x), i32(frac))
	case t.Kind == "float":
		b.cur.NewCall(b.hook("sn_log_float", types.Void, types.I64, types.I32), x, i32(t.Width))
	default:
		b.cur.NewCall(b.hook("sn_log_"+t.Kind, types.Void, types.I64), b.extend(t, x))
	}
	return words[used:], refs
}

// logWords writes a scalar as one word, or as two words with the low word first.
func (b *body) logWords(t trace.ArgType, x value.Value) {
	f := b.hook("sn_log_word", types.Void, types.I32)
	b.cur.NewCall(f, b.resize(x, types.I32))
	if t.Width > 32 {
		b.cur.NewCall(f, b.resize(b.cur.NewLShr(x, constUint(types.I64, 32)), types.I32))
	}
}

// extend reads the low bits of x as a value of type t.
func (b *body) extend(t trace.ArgType, x value.Value) value.Value {
	if t.Width >= 64 {
		return x
	}
	by := constUint(types.I64, uint64(64-t.Width))
	high := b.cur.NewShl(x, by)
	if _, isFix := t.Frac(); isFix || t.Kind == "i" {
		return b.cur.NewAShr(high, by)
	}
	return b.cur.NewLShr(high, by)
}
