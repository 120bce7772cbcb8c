// Package fuse finds the values of a function that one instruction line (isa.Inst) with several
// operators can compute.
//
// Normal instruction selection covers expression trees. A line with several operators may use an
// intermediate value more than once, and so may a program. Trees cannot express such sharing. The
// package therefore searches the graph of values before the back end builds trees. It tries the
// line with the most operators first. If a line saves instructions, the package fuses the
// operations that the line computes.
//
//	v16: i32 = shru v9, 1
//	v20: i32 = and v9, 1
//	v21: i32 = sub 0, v20
//	v22: i32 = and v21, 0xedb88320
//	v23: i32 = xor v16, v22          crcbit x5, x4
//
// A value that only a fused line needs takes no register. The back end asks this package which
// lines to select. hwgen/mine asks how many instructions a line would save. The package does not
// depend on a target. Start reading at Find.
package fuse

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Fusion is a line together with the word operation whose value it computes.
type Fusion struct {
	Line *isa.Inst
	Args [3]*ir.Value // the operand for each source field; nil: not read
}

// Fusions holds the fusions of a function.
type Fusions struct {
	of    map[*ir.Instr]*Fusion
	uses  []int32            // number of uses by value ID, after the fusions so far
	loads map[*ir.Instr]bool // sign extensions that a load does itself
}

// Of returns the fusion that computes the result of an instruction, or nil.
func (fs *Fusions) Of(i *ir.Instr) *Fusion { return fs.of[i] }

// Dead reports whether fusions have removed all uses of a word operation.
func (fs *Fusions) Dead(i *ir.Instr) bool {
	return len(fs.of) > 0 && i.Op == ir.OpWord && fs.uses[i.Results[0].ID] == 0
}

// Operands visits the values that an instruction reads, after all fusions.
func (fs *Fusions) Operands(i *ir.Instr, visit func(*ir.Value)) {
	if fu := fs.of[i]; fu != nil {
		for _, a := range fu.Args {
			if a != nil {
				visit(a)
			}
		}
		return
	}
	i.Uses(func(v **ir.Value) { visit(*v) })
}

// Parts counts the operators of a line that would otherwise take one instruction each. Find uses
// only lines that compute a value from registers and have at least two such operators. For any
// other line, Parts is 0.
func Parts(in *isa.Inst) int {
	m := &in.Meaning
	if m.Rd == nil || m.Load != nil || m.Store != nil || m.PC != nil || in.Format != isa.R && in.Format != isa.R4 {
		return 0
	}
	n, pure := 0, true
	m.Rd.Each(func(e *word.Expr) {
		pure = pure && e.Leaf != "pc"
		n += worth(e.Op)
	})
	if n < 2 || !pure {
		return 0
	}
	return n
}

// worth is the number of instructions that an operator takes without a fusion.
func worth(op word.Op) int {
	switch op {
	case word.Bad, word.Zext, word.Sext, word.Slice, word.Cat:
		return 0
	}
	return 1
}

// Find finds the values of f that the lines can compute. Lines for which Parts is 0 are ignored.
func Find(f *ir.Func, lines []*isa.Inst) *Fusions {
	fs := &Fusions{}
	lines = slices.DeleteFunc(slices.Clone(lines), func(in *isa.Inst) bool { return Parts(in) == 0 })
	if len(lines) == 0 {
		return fs
	}
	slices.SortStableFunc(lines, func(a, b *isa.Inst) int { return Parts(b) - Parts(a) })
	fs.of, fs.uses, fs.loads = map[*ir.Instr]*Fusion{}, make([]int32, f.NextID+1), Extensions(f)
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			i.Uses(func(v **ir.Value) { fs.uses[(*v).ID]++ })
		}
		b.Term.Uses(func(v **ir.Value) { fs.uses[(*v).ID]++ })
	}
	for _, in := range lines {
		for _, b := range f.Blocks {
			for k := len(b.Instrs) - 1; k >= 0; k-- {
				fs.try(in, b, b.Instrs[k])
			}
		}
	}
	return fs
}

// Extensions returns the operations of f that sign-extend a loaded value. No line may fuse such an
// operation, because the load itself can extend the value.
func Extensions(f *ir.Func) map[*ir.Instr]bool {
	out := map[*ir.Instr]bool{}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op != ir.OpWord || i.Word != word.Shrs && i.Word != word.Sext {
				continue
			}
			up := i.Args[0].Def
			switch {
			case up == nil:
			case narrow(up):
				out[i] = i.Word == word.Sext
			case up.Op == ir.OpWord && (up.Word == word.Shl || up.Word == word.Slice) && narrow(up.Args[0].Def):
				out[i], out[up] = true, true
			}
		}
	}
	return out
}

// narrow reports whether an instruction loads less than a word.
func narrow(i *ir.Instr) bool { return i != nil && i.Op == ir.OpLoad && i.Size <= 2 }

// try fuses an instruction if the line computes the result of this instruction, and the fusion
// saves at least one instruction.
func (fs *Fusions) try(in *isa.Inst, b *ir.Block, i *ir.Instr) {
	if i.Op != ir.OpWord || fs.of[i] != nil || fs.uses[i.Results[0].ID] == 0 {
		return
	}
	root := in.Meaning.Rd
	if i.Results[0].Type == 1 {
		if root.Op != word.Zext || root.Args[0].Width != 1 {
			return
		}
		root = root.Args[0]
	}
	m := graphMatch{loads: fs.loads, fused: fs.of, block: b, bound: map[*word.Expr]*ir.Value{}}
	if !m.node(root, i.Results[0], true) {
		return
	}
	fu := &Fusion{Line: in, Args: m.args}
	var gone []*ir.Instr
	for _, a := range fu.Args {
		if a != nil {
			fs.uses[a.ID]++
		}
	}
	saved := worth(i.Word) - 1 + fs.release(i, &gone)
	if saved > 0 {
		fs.of[i] = fu
		return
	}
	fs.restore(i, gone)
	for _, a := range fu.Args {
		if a != nil {
			fs.uses[a.ID]--
		}
	}
}

// release removes the uses of the operands of i. If an operation then has no uses, release also
// removes the uses of this operation's operands, and so on. The result is the number of saved
// instructions.
func (fs *Fusions) release(i *ir.Instr, gone *[]*ir.Instr) int {
	saved := 0
	fs.Operands(i, func(v *ir.Value) {
		if fs.uses[v.ID]--; fs.uses[v.ID] == 0 && v.Def != nil && v.Def.Op == ir.OpWord {
			*gone = append(*gone, v.Def)
			saved += worth(v.Def.Word) + fs.release(v.Def, gone)
		}
	})
	return saved
}

// restore undoes release.
func (fs *Fusions) restore(i *ir.Instr, gone []*ir.Instr) {
	for _, g := range append([]*ir.Instr{i}, gone...) {
		fs.Operands(g, func(v *ir.Value) { fs.uses[v.ID]++ })
	}
}

// graphMatch compares the expression graph of a line with the values in a block.
type graphMatch struct {
	fused map[*ir.Instr]*Fusion // instructions whose original operands may be gone
	loads map[*ir.Instr]bool
	block *ir.Block
	bound map[*word.Expr]*ir.Value
	trail []*word.Expr // the bound expressions, in order of binding
	args  [3]*ir.Value
	work  int
}

// maxCompared bounds the comparisons for one instruction. Each commutative operator of a
// line doubles the number of comparisons.
const maxCompared = 4096

// mark is an earlier state of a match. back returns the match to this state.
type mark struct {
	args  [3]*ir.Value
	bound int
}

func (m *graphMatch) mark() mark { return mark{m.args, len(m.trail)} }

// back undoes the bindings made after a mark.
func (m *graphMatch) back(to mark) {
	m.args = to.args
	for _, e := range m.trail[to.bound:] {
		delete(m.bound, e)
	}
	m.trail = m.trail[:to.bound]
}

// node reports whether e computes v.
func (m *graphMatch) node(e *word.Expr, v *ir.Value, root bool) bool {
	if known := m.bound[e]; known != nil {
		return known == v
	}
	m.work++
	switch {
	case int(v.Type) != e.Width || m.work > maxCompared:
		return false
	case e.IsConst():
		return v.Def != nil && v.Def.Op == ir.OpConst && v.Def.Imm == e.Imm
	case e.Op == word.Bad:
		return m.operand(e, v)
	}
	before := m.mark()
	if m.inner(e, v, root) {
		m.bound[e], m.trail = v, append(m.trail, e)
		return true
	}
	m.back(before)
	// A one-bit operand is in the low bit of its register.
	if e.Op == word.Slice && e.Width == 1 && e.Imm == 0 && e.Args[0].Op == word.Bad && !e.Args[0].IsConst() {
		return m.operand(e.Args[0], v)
	}
	return false
}

// inner reports whether the block computes v with the operator of e and with matching operands.
func (m *graphMatch) inner(e *word.Expr, v *ir.Value, root bool) bool {
	i := v.Def
	if i == nil || i.Op != ir.OpWord || m.loads[i] || m.fused[i] != nil || !root && v.In != m.block || i.Word != e.Op || i.Imm != e.Imm || len(i.Args) != len(e.Args) {
		return false
	}
	if m.all(e.Args, i.Args) {
		return true
	}
	return word.Table(e.Op).Commutative && m.all(e.Args, []*ir.Value{i.Args[1], i.Args[0]})
}

func (m *graphMatch) all(es []*word.Expr, vs []*ir.Value) bool {
	before := m.mark()
	for k := range es {
		if !m.node(es[k], vs[k], false) {
			m.back(before)
			return false
		}
	}
	return true
}

// operand binds a source field of the line to v.
func (m *graphMatch) operand(e *word.Expr, v *ir.Value) bool {
	for k, name := range [3]string{"rs1", "rs2", "rs3"} {
		if e.Leaf == name && (m.args[k] == nil || m.args[k] == v) {
			m.args[k] = v
			return true
		}
	}
	return false
}
