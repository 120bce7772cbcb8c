package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/par"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// renames maps a value to its replacement.
type renames map[*ir.Value]*ir.Value

// of returns the final replacement of v.
func (r renames) of(v *ir.Value) *ir.Value {
	for r[v] != nil {
		v = r[v]
	}
	return v
}

// apply replaces the uses of renamed values in f.
func (r renames) apply(f *ir.Func) {
	if len(r) == 0 {
		return
	}
	put := func(v **ir.Value) { *v = r.of(*v) }
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			i.Uses(put)
		}
		b.Term.Uses(put)
	}
}

// constOf returns the value of a constant.
func constOf(v *ir.Value) (uint64, bool) {
	if v.Def != nil && v.Def.Op == ir.OpConst {
		return v.Def.Imm, true
	}
	return 0, false
}

// isWord reports whether the operator op defines v. It returns the operands.
func isWord(v *ir.Value, op word.Op) ([]*ir.Value, bool) {
	if v.Def != nil && v.Def.Op == ir.OpWord && v.Def.Word == op {
		return v.Def.Args, true
	}
	return nil, false
}

// withConst splits an application of op into a value and a constant operand.
func withConst(v *ir.Value, op word.Op) (x *ir.Value, c uint64, ok bool) {
	a, ok := isWord(v, op)
	if !ok {
		return nil, 0, false
	}
	c, ok = constOf(a[1])
	return a[0], c, ok
}

func newInstr(f *ir.Func, b *ir.Block, t ir.Type, like *ir.Instr) *ir.Instr {
	i := &ir.Instr{Task: -1}
	if like != nil {
		i.Span, i.Task = like.Span, like.Task
	}
	v := f.NewValue(t, nil, i.Span)
	v.Def, v.In = i, b
	i.Results = []*ir.Value{v}
	return i
}

func newConst(f *ir.Func, b *ir.Block, t ir.Type, c uint64, like *ir.Instr) *ir.Instr {
	i := newInstr(f, b, t, like)
	i.Op, i.Imm = ir.OpConst, c&word.Mask(int(t))
	return i
}

func newWord(f *ir.Func, b *ir.Block, op word.Op, t ir.Type, like *ir.Instr, args ...*ir.Value) *ir.Instr {
	i := newInstr(f, b, t, like)
	i.Op, i.Word, i.Args = ir.OpWord, op, slices.Clone(args) // other instructions may share the operand list
	return i
}

// insertAt inserts instructions before index k of b.
func insertAt(b *ir.Block, k int, in ...*ir.Instr) {
	b.Instrs = append(b.Instrs[:k:k], append(in, b.Instrs[k:]...)...)
}

// isValue reports whether i only computes a word.
func isValue(i *ir.Instr) bool { return i.Op.Row().Pure }

// preds returns the edges into each block, in the order of the blocks.
func preds(f *ir.Func) map[*ir.Block][]*ir.Edge {
	in := make(map[*ir.Block][]*ir.Edge, len(f.Blocks))
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			in[e.To] = append(in[e.To], e)
		}
	}
	return in
}

// sources returns the block where each edge begins.
func sources(f *ir.Func) map[*ir.Edge]*ir.Block {
	from := make(map[*ir.Edge]*ir.Block, len(f.Blocks))
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			from[&b.Term.Succs[k]] = b
		}
	}
	return from
}

// maxBlockID returns the highest block ID of f.
func maxBlockID(f *ir.Func) int {
	id := 0
	for _, b := range f.Blocks {
		id = max(id, b.ID)
	}
	return id
}

// each runs a pass on all functions of a module, and rebuilds the tokens of the changed
// functions.
func each(m *ir.Module, env *Env, run func(f *ir.Func) bool) bool {
	changed := make([]bool, len(m.Funcs))
	par.Each(len(m.Funcs), func(k int) {
		changed[k] = (env.Only == nil || env.Only(m.Funcs[k])) && run(m.Funcs[k])
	})
	if !slices.Contains(changed, true) {
		return false
	}
	of := map[*ir.Func]bool{}
	for k, f := range m.Funcs {
		of[f] = changed[k]
	}
	ir.ThreadSome(m, func(f *ir.Func) bool { return of[f] })
	return true
}

// useCounts counts the uses of the values of f.
func useCounts(f *ir.Func) counts {
	uses := make(counts, f.NextID+1)
	for _, b := range f.Blocks {
		eachUse(b, func(v **ir.Value) { uses[(*v).ID]++ })
	}
	return uses
}

// counts holds a number for each value, by ID.
type counts []int32

// add raises the number of v.
func (c *counts) add(v *ir.Value, n int) {
	for v.ID >= len(*c) {
		*c = append(*c, 0)
	}
	(*c)[v.ID] += int32(n)
}

// of gives the number of v, 0 for a value that is newer than the counts.
func (c counts) of(v *ir.Value) int {
	if v.ID >= len(c) {
		return 0
	}
	return int(c[v.ID])
}

func eachUse(b *ir.Block, visit func(**ir.Value)) {
	for _, i := range b.Instrs {
		i.Uses(visit)
	}
	b.Term.Uses(visit)
}
