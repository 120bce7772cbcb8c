package llvmir

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/metadata"
	"github.com/llir/llvm/ir/types"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// lookups finds table look-ups: loads from a constant at an offset that is computed from data.
//
//	te[a >> 24]    a look-up: the offset is computed with a shift to the right
//	alpha[v[i]]    a look-up: the offset was loaded
//	taps[2 * i]    no look-up: the offset is a sum of multiples of counters
//
// A vector of look-ups is filled element by element. LLVM 19 underestimates this cost: AES
// and base64 take twice as long with such vectors. So a loop with a look-up gets no vectors
// (unvectored). Straight-line code that is mostly look-ups also gets no vectors (scalar).
type lookups struct {
	flow   *sir.Flow
	blocks []int // look-ups of each block
	total  int
	floats bool // the function computes with floats
}

// lookups finds the look-ups of a function and of the functions that it calls.
func (e *emitter) lookups(f *sir.Func) *lookups {
	if l := e.looks[f]; l != nil {
		return l
	}
	l := &lookups{flow: sir.FlowOf(f), blocks: make([]int, len(f.Blocks))}
	e.looks[f] = l
	for k, b := range f.Blocks {
		for _, in := range b.Instrs {
			l.blocks[k] += e.lookupsIn(in)
			l.floats = l.floats || in.Op == sir.OpFloat || in.Op == sir.OpCall && e.lookups(in.Callee).floats
		}
		l.total += l.blocks[k]
	}
	return l
}

func (e *emitter) lookupsIn(in *sir.Instr) int {
	switch {
	case in.Op == sir.OpCall:
		return e.lookups(in.Callee).total
	case in.Op == sir.OpLoad && in.Refs[0].Obj.Kind == sir.ConstObj && in.Refs[0].Off != nil && ofData(in.Refs[0].Off):
		return 1
	}
	return 0
}

// ofData reports whether an offset depends on data: on a load, or on an operator other than
// sums, products, left shifts and changes of width.
func ofData(v *sir.Value) bool {
	if v.Def == nil {
		return false // a counter, or a parameter of the function
	}
	switch v.Def.Op {
	case sir.OpConst:
		return false
	case sir.OpWord:
		switch v.Def.Word {
		case word.Add, word.Sub, word.Mul, word.Shl, word.Zext, word.Sext, word.Slice:
			for _, a := range v.Def.Args {
				if ofData(a) {
					return true
				}
			}
			return false
		}
	}
	return true
}

// inLoop reports whether the loop with a head has a look-up.
func (l *lookups) inLoop(head int) bool {
	for _, k := range l.flow.Loop(head) {
		if l.blocks[k] > 0 {
			return true
		}
	}
	return false
}

// worthScalar is a number of look-ups. A function with at least this number is compiled
// without vectors. Such a function is large, so it need not be inlined.
const worthScalar = 8

// scalar reports whether the whole function gets no vectors: it has many look-ups, no float,
// and each of its loops has a look-up.
func (l *lookups) scalar() bool {
	if l.total < worthScalar || l.floats {
		return false
	}
	for _, h := range l.flow.Order {
		if len(l.flow.Loop(h)) > 0 && !l.inLoop(h) {
			return false
		}
	}
	return true
}

// keepScalar forbids vectors in a function. LLVM has an attribute for this purpose. Inlining
// would give the attribute to the calling function too, so keepScalar also forbids inlining.
func keepScalar(fn *ir.Func) {
	fn.FuncAttrs = append(fn.FuncAttrs, enum.FuncAttrNoImplicitFloat, enum.FuncAttrNoInline)
}

// unvectored marks the branch that ends the current block. The loop that this branch closes
// then gets no vectors (LLVM Language Reference, "llvm.loop.vectorize.enable").
func (b *body) unvectored(t ir.Terminator) {
	off := &metadata.Tuple{MetadataID: unnumbered, Fields: []metadata.Field{
		&metadata.String{Value: "llvm.loop.vectorize.enable"}, constant.NewInt(types.I1, 0),
	}}
	loop := &metadata.Tuple{MetadataID: unnumbered, Distinct: true}
	loop.Fields = []metadata.Field{loop, off}
	b.out.MetadataDefs = append(b.out.MetadataDefs, off, loop)
	at := &metadata.Attachment{Name: "llvm.loop", Node: loop}
	switch t := t.(type) {
	case *ir.TermBr:
		t.Metadata = append(t.Metadata, at)
	case *ir.TermCondBr:
		t.Metadata = append(t.Metadata, at)
	}
}
