package riscv

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/word"
)

// usage records for each value of a function where it is computed: in the tree of its only
// user, or in a register of its own.
type usage struct {
	count   []int       // uses by value ID
	user    []*ir.Instr // of a value with one use: the instruction that uses it, nil for a terminator
	in      []*ir.Block // the block of that use
	test    []bool      // all uses are conditions of branches and checks
	inlined []bool      // belongs to the tree of its user
	widened map[*ir.Instr]*ir.Value
	covered []bool // an extending load computes it
	fused   *fuse.Fusions
}

func analyse(f *ir.Func, fused *fuse.Fusions) *usage {
	n := f.NextID + 1
	u := &usage{
		count: make([]int, n), user: make([]*ir.Instr, n), in: make([]*ir.Block, n),
		test: make([]bool, n), inlined: make([]bool, n), covered: make([]bool, n),
		widened: map[*ir.Instr]*ir.Value{}, fused: fused,
	}
	for i := range u.test {
		u.test[i] = true
	}
	for _, b := range f.Blocks {
		u.countBlock(b)
	}
	for _, b := range f.Blocks {
		u.decide(b)
	}
	return u
}

func (u *usage) countBlock(b *ir.Block) {
	note := func(i *ir.Instr, v *ir.Value, test bool) {
		u.count[v.ID]++
		u.user[v.ID], u.in[v.ID] = i, b
		u.test[v.ID] = u.test[v.ID] && test
	}
	for _, i := range b.Instrs {
		if u.fused.Dead(i) {
			continue
		}
		u.fused.Operands(i, func(v *ir.Value) { note(i, v, i.Op == ir.OpCheck) })
	}
	b.Term.Uses(func(v **ir.Value) { note(nil, *v, *v == b.Term.Cond) })
}

// decide visits a block backwards, so that users come before operands.
func (u *usage) decide(b *ir.Block) {
	for k := len(b.Instrs) - 1; k >= 0; k-- {
		i := b.Instrs[k]
		switch {
		case u.fused.Dead(i) || u.fused.Of(i) != nil:
		case i.Op == ir.OpWord:
			u.decideWord(b, i)
		case i.Op == ir.OpLoad:
			u.widen(b, i)
		}
	}
}

func (u *usage) decideWord(b *ir.Block, i *ir.Instr) {
	v := i.Results[0]
	switch {
	case isCompare(i.Word) && u.count[v.ID] > 0 && u.test[v.ID]:
		u.inlined[v.ID] = true // the branch line compares by itself
	case u.count[v.ID] != 1 || u.in[v.ID] != b:
	default:
		u.inlined[v.ID] = !u.repeated(u.user[v.ID])
	}
}

// repeated reports whether the tree of i is built more than once or in another block.
func (u *usage) repeated(i *ir.Instr) bool {
	if i == nil || i.Op != ir.OpWord || u.fused.Of(i) != nil {
		return false
	}
	v := i.Results[0]
	return isCompare(i.Word) && u.test[v.ID] && (u.count[v.ID] != 1 || !u.local(v))
}

// local reports whether the one use of v is in its block.
func (u *usage) local(v *ir.Value) bool { return u.in[v.ID] == v.In }

func isCompare(op word.Op) bool {
	switch op {
	case word.Eq, word.Ne, word.Ltu, word.Lts, word.Geu, word.Ges:
		return true
	}
	return false
}

// widen looks for a sign extension that the load of the value can perform.
func (u *usage) widen(b *ir.Block, load *ir.Instr) {
	v := load.Results[0]
	if load.Size > 2 || v.Type != 32 {
		return
	}
	mem := memNode(load.Size)
	n := mk(word.Zext, 32, 0, mem)
	last := v
	var path []*ir.Value
	for len(path) < 3 && u.count[last.ID] == 1 && u.in[last.ID] == b {
		next := u.user[last.ID]
		if next == nil || next.Op != ir.OpWord || u.fused.Of(next) != nil || !othersConst(next, last) {
			break
		}
		n = applyTo(next, last, n)
		last = next.Results[0]
		path = append(path, last)
		if n.isOp(word.Sext) && n.args[0] == mem {
			u.cover(load, path)
			return
		}
	}
}

func (u *usage) cover(load *ir.Instr, path []*ir.Value) {
	u.covered[load.Results[0].ID] = true
	for _, v := range path {
		u.inlined[v.ID], u.covered[v.ID] = false, true
	}
	u.widened[load] = path[len(path)-1]
}

func othersConst(i *ir.Instr, v *ir.Value) bool {
	for _, a := range i.Args {
		if a != v && (a.Def == nil || a.Def.Op != ir.OpConst) {
			return false
		}
	}
	return true
}

func applyTo(i *ir.Instr, v *ir.Value, n *node) *node {
	args := make([]*node, len(i.Args))
	for k, a := range i.Args {
		if a == v {
			args[k] = n
		} else {
			args[k] = konst(int(a.Type), a.Def.Imm)
		}
	}
	return mk(i.Word, int(i.Results[0].Type), i.Imm, args...)
}
