package llvmir

import (
	"fmt"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/metadata"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
)

// body is the state while a function is written.
type body struct {
	*emitter
	src    *sir.Func
	fn     *ir.Func
	cur    *ir.Block // the block to which instructions are added
	entry  *ir.Block // holds the stack slots
	values map[*sir.Value]value.Value
	floats map[*sir.Value]value.Value // results of float operations as floats
	places map[*sir.Object]value.Value
	heads  map[*sir.Block]*ir.Block
	phis   map[*sir.Value]*ir.InstPhi
	scope  *metadata.DISubprogram // debug scope of the function
	splits int                    // blocks made by checks, for their names
	flow   *sir.Flow
	block  int                  // index of the block that is being written
	shown  map[*sir.Value][]int // by offset: the blocks in which an access proves that the offset is inside an object
	looks  *lookups             // nil: the product has no vectors
}

// define writes the blocks of f.
func (e *emitter) define(f *sir.Func) error {
	b := &body{
		emitter: e, src: f, fn: e.funcs[f],
		values: map[*sir.Value]value.Value{}, floats: map[*sir.Value]value.Value{}, places: map[*sir.Object]value.Value{},
		heads: map[*sir.Block]*ir.Block{}, phis: map[*sir.Value]*ir.InstPhi{},
		flow: sir.FlowOf(f), shown: map[*sir.Value][]int{},
	}
	if e.debug != nil {
		b.scope = e.debug.subprogram(b.fn, f)
	}
	if e.opts.Vectors {
		if b.looks = e.lookups(f); b.looks.scalar() {
			keepScalar(b.fn)
		}
	}
	b.entry = b.fn.NewBlock("entry")
	b.bindParams()
	for _, o := range f.Locals {
		b.places[o] = b.local(o)
	}
	for _, blk := range f.Blocks {
		b.open(blk)
	}
	b.entry.NewBr(b.heads[f.Blocks[0]])
	for _, k := range b.flow.Order { // this order has definitions before uses
		b.block = k
		if err := b.body(f.Blocks[k]); err != nil {
			return fmt.Errorf("block b%d: %w", f.Blocks[k].ID, err)
		}
	}
	return nil
}

// bindParams connects the parameters of the IR function with LLVM's parameters.
func (b *body) bindParams() {
	for i, o := range b.src.Objs {
		b.places[o] = b.fn.Params[i]
	}
	n := len(b.src.Objs)
	for _, v := range b.src.Blocks[0].Params {
		if v.Type != sir.Token {
			b.values[v] = b.fn.Params[n]
			n++
		}
	}
}

// local makes the storage of a local object.
func (b *body) local(o *sir.Object) value.Value {
	if o.Size > maxStackObject {
		return b.global(fmt.Sprintf("frame.%s.%s", b.src.Name, o.Name), o)
	}
	slot := b.entry.NewAlloca(types.NewArray(uint64(max(o.Size, 1)), types.I8))
	slot.Align = ir.Align(b.alignment(o))
	return b.entry.NewBitCast(slot, types.I8Ptr)
}

// begin starts a new lifetime of a local object. An unwritten byte is unspecified in the
// program IR but poison in LLVM. So a stack slot begins with zeros, and LLVM removes the zeros
// if the program writes the slot first. A static object is already zero.
func (b *body) begin(o *sir.Object) {
	if o.Size > 0 && o.Size <= maxStackObject {
		b.bulk("llvm.memset.p0i8", b.places[o], constant.NewInt(types.I8, 0), constUint(b.size, uint64(o.Size)))
	}
}

// open creates a block with a phi for each word parameter. The entry block gets the function's
// parameters.
func (b *body) open(blk *sir.Block) {
	head := b.fn.NewBlock(fmt.Sprintf("b%d", blk.ID))
	b.heads[blk] = head
	if blk == b.src.Blocks[0] {
		return
	}
	for _, v := range blk.Params {
		if v.Type == sir.Token {
			continue
		}
		phi := &ir.InstPhi{Typ: intType(v.Type)}
		phi.SetName(valueName(v))
		head.Insts = append(head.Insts, phi)
		b.phis[v], b.values[v] = phi, phi
		if b.canon.isFloat(v) {
			phi.Typ = floatType(v.Type)
			b.floats[v] = phi
		}
	}
}

func (b *body) body(blk *sir.Block) error {
	b.cur = b.heads[blk]
	for _, v := range blk.Params {
		if b.phis[v] != nil && b.floats[v] != nil {
			b.setFloat(v, b.phis[v])
		}
	}
	for k, in := range blk.Instrs {
		if k > 0 && k%longestBlock == 0 {
			b.cut()
		}
		first, start := b.cur, len(b.cur.Insts)
		if err := b.instr(in); err != nil {
			return err
		}
		b.locate(first, start, in)
	}
	return b.term(&blk.Term)
}

// longestBlock is the number of operations after which a block is cut. The time of two LLVM
// passes grows with the square of a block's length: 30 s for 16,000 arithmetic statements.
const longestBlock = 1024

// cut ends the current block and continues in a new block. A conditional branch connects the
// blocks. Its condition is a value that LLVM does not know, because LLVM would otherwise join
// the blocks again. The other target of the branch is never reached. The branch costs two
// instructions.
func (b *body) cut() {
	b.splits++
	first := b.cur
	side, next := b.fn.NewBlock(fmt.Sprintf("side%d", b.splits)), b.fn.NewBlock(fmt.Sprintf("cut%d", b.splits))
	unknown := ir.NewInlineAsm(types.NewPointer(types.NewFunc(types.I32, types.I32)), "", "=r,0")
	nothing := ir.NewInlineAsm(types.NewPointer(types.NewFunc(types.Void)), "", "")
	unknown.SideEffect, nothing.SideEffect = true, true
	zero := first.NewCall(unknown, i32(0))
	first.NewCondBr(first.NewICmp(enum.IPredEQ, zero, i32(0)), next, side)
	side.NewCall(nothing)
	side.NewBr(next)
	b.cur = next
}

// locate gives a source position to the instructions that were written after instruction `start` of
// block `first`.
func (b *body) locate(first *ir.Block, start int, in *sir.Instr) {
	if b.debug == nil {
		return
	}
	loc := b.debug.instr(in, b.src, b.scope)
	for _, x := range first.Insts[start:] {
		attach(x, loc)
	}
	if b.cur != first {
		for _, x := range b.cur.Insts {
			attach(x, loc)
		}
		attach(first.Term, loc)
	}
}

// term ends the current block. The arguments of the edges enter the phis of their targets. The
// phis name the LLVM block in which the source block ended.
func (b *body) term(t *sir.Term) error {
	from := b.cur
	for _, e := range t.Succs {
		for i, v := range e.To.Params {
			if v.Type != sir.Token {
				x := b.values[e.Args[i]]
				if b.floats[v] != nil {
					x = b.number(e.Args[i])
				}
				b.phis[v].Incs = append(b.phis[v].Incs, ir.NewIncoming(x, from))
			}
		}
	}
	switch t.Op {
	case sir.Jump:
		from.NewBr(b.heads[t.Succs[0].To])
	case sir.Branch:
		b.branch(t)
	case sir.Return:
		b.ret(t)
	default:
		return fmt.Errorf("no terminator %d", t.Op)
	}
	if b.debug != nil {
		attach(from.Term, b.debug.term(t, b.src, b.scope))
	}
	if b.looks != nil && b.closesLookups() {
		b.unvectored(from.Term)
	}
	return nil
}

// closesLookups reports whether an edge of the current block closes a loop with a look-up.
func (b *body) closesLookups() bool {
	for _, h := range b.flow.Succs[b.block] {
		if b.flow.Dominates(h, b.block) && b.looks.inLoop(h) {
			return true
		}
	}
	return false
}

// branch writes a two-way branch. If both edges lead to the same block, the phis of that
// block cannot distinguish the edges. So the second edge goes through an extra block.
func (b *body) branch(t *sir.Term) {
	cond, yes, no := b.values[t.Cond], b.heads[t.Succs[0].To], b.heads[t.Succs[1].To]
	if yes != no {
		b.cur.NewCondBr(cond, yes, no)
		return
	}
	b.splits++
	side := b.fn.NewBlock(fmt.Sprintf("side%d", b.splits))
	b.cur.NewCondBr(cond, yes, side)
	side.NewBr(no)
	for _, v := range t.Succs[1].To.Params {
		if phi := b.phis[v]; phi != nil {
			phi.Incs[len(phi.Incs)-1].Pred = side
		}
	}
}

func (b *body) ret(t *sir.Term) {
	var words []value.Value
	for _, v := range t.Args {
		if v.Type != sir.Token {
			words = append(words, b.values[v])
		}
	}
	switch len(words) {
	case 0:
		b.cur.NewRet(nil)
	case 1:
		b.cur.NewRet(words[0])
	default:
		var agg value.Value = constant.NewUndef(b.fn.Sig.RetType)
		for i, w := range words {
			agg = b.cur.NewInsertValue(agg, w, uint64(i))
		}
		b.cur.NewRet(agg)
	}
}

// call writes a call of another function of the module.
func (b *body) call(in *sir.Instr) {
	var args []value.Value
	for _, r := range in.Refs {
		args = append(args, b.address(r))
	}
	for i, v := range in.Callee.Blocks[0].Params {
		if v.Type != sir.Token {
			args = append(args, b.values[in.Args[i]])
		}
	}
	call := b.cur.NewCall(b.funcs[in.Callee], args...)
	var words []*sir.Value
	for _, r := range in.Results {
		if r.Type != sir.Token {
			words = append(words, r)
		}
	}
	if len(words) == 1 {
		b.values[words[0]] = call
		return
	}
	for i, w := range words {
		b.values[w] = b.cur.NewExtractValue(call, uint64(i))
	}
}

// address returns the i8* for a ref. The address is the start of the object plus an index. The
// index is the sum of offset and displacement modulo 2^32.
func (b *body) address(r sir.Ref) value.Value {
	base, ok := b.places[r.Obj]
	if !ok {
		base = b.globals[r.Obj]
	}
	switch {
	case r.Off == nil && r.Disp == 0:
		return base
	case r.Off == nil:
		return b.cur.NewGetElementPtr(types.I8, base, constUint(b.size, uint64(uint32(r.Disp))))
	}
	off := b.values[r.Off]
	if r.Disp != 0 {
		if r.NoWrap || r.Disp > 0 && b.inside(r.Off) {
			base = b.cur.NewGetElementPtr(types.I8, base, b.resize(off, b.size))
			return b.cur.NewGetElementPtr(types.I8, base, constUint(b.size, uint64(r.Disp)))
		}
		off = b.cur.NewAdd(off, i32(r.Disp))
	}
	return b.cur.NewGetElementPtr(types.I8, base, b.resize(off, b.size))
}
