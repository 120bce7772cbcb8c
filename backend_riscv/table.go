package riscv

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Rule is one instruction line in the form that the selector uses: the tree that the line
// computes, and the immediates that it can hold.
type Rule struct {
	Line    *isa.Inst
	root    *node // value of rd, data of a store, or condition of a branch
	addr    *node // of a load or store
	bytes   int   // moved by a load or store
	inverse *Rule // for a branch: the branch on the opposite condition
}

// table is a target, indexed for selection.
type table struct {
	target   *design.Target
	values   map[word.Op][]*Rule // by the operator at the root
	leaves   []*Rule             // rd = imm and similar: no operator at the root
	loads    []*Rule
	stores   []*Rule
	branches []*Rule
	graphs   map[*isa.Inst]*Rule // rules that package fuse looks for

	// The lines that every program needs.
	jump *isa.Inst // pc = pc + imm, rd = pc + 4
	goTo *isa.Inst // pc = rs1 + imm, rd = pc + 4
	trap *isa.Inst

	addImm *Rule // rd = rs1 + imm
	setImm *Rule // rd = imm, nil if absent
	loadW  *Rule // rd = mem32[rs1 + imm]
	storeW *Rule // mem32[rs1 + imm] = rs2
}

// newTable reads the meanings of the lines of t. `wrap` may change the rules.
func newTable(t *design.Target, wrap func([]*Rule) []*Rule) (*table, error) {
	tb := &table{target: t, values: map[word.Op][]*Rule{}, graphs: map[*isa.Inst]*Rule{}}
	var rules []*Rule
	for _, in := range t.Set.Insts {
		if r := tb.read(in); r != nil {
			rules = append(rules, r)
		}
	}
	if wrap != nil {
		rules = wrap(rules)
	}
	for _, r := range rules {
		tb.add(r)
	}
	tb.pairBranches()
	tb.findBasics()
	return tb, tb.complete()
}

// read turns a line into a rule. For a jump or a trap, read returns nil and stores the line in a
// separate field of the table.
func (tb *table) read(in *isa.Inst) *Rule {
	m := &in.Meaning
	r := &Rule{Line: in}
	switch {
	case m.Trap:
		tb.trap = first(tb.trap, in)
		return nil
	case m.PC != nil && m.Cond == nil:
		tb.readJump(in)
		return nil
	case m.PC != nil:
		if !isPCPlusImm(m.PC) || m.Rd != nil {
			return nil
		}
		r.root = pattern(m.Cond)
	case m.Store != nil:
		r.root, r.addr, r.bytes = pattern(m.Data), pattern(m.Store.Addr), m.Store.Bytes
	case m.Load != nil:
		r.root, r.addr, r.bytes = pattern(m.Rd), pattern(m.Load.Addr), m.Load.Bytes
	case m.Rd != nil:
		if fuse.Parts(in) > 0 && treeSize(m.Rd) > maxTree {
			return r
		}
		if r.root = narrowProduct(in); r.root == nil {
			r.root = pattern(m.Rd)
		}
	default:
		return nil
	}
	if mentionsPC(r.root) {
		return nil
	}
	return r
}

// maxTree is the maximum size of a line's tree. A larger tree comes from parts that the line
// uses several times. No tree of a program matches such a tree.
const maxTree = 64

func first(a, b *isa.Inst) *isa.Inst {
	if a != nil {
		return a
	}
	return b
}

// readJump recognises the two jumps by their computation.
func (tb *table) readJump(in *isa.Inst) {
	m := &in.Meaning
	if m.Rd == nil || !agrees(m.Rd, func(l leaves) uint32 { return l.pc + 4 }) {
		return
	}
	switch {
	case isPCPlusImm(m.PC):
		tb.jump = first(tb.jump, in)
	case agrees(m.PC, func(l leaves) uint32 { return l.rs1 + l.imm }):
		tb.goTo = first(tb.goTo, in)
	}
}

type leaves struct{ pc, rs1, imm uint32 }

// agrees checks that an expression and a function give the same result for some aligned
// addresses. Addresses of instructions are multiples of 4, so a line that also clears bit 0
// still agrees.
func agrees(e *word.Expr, f func(leaves) uint32) bool {
	for _, l := range []leaves{{0, 0, 0}, {0x100040, 0x100000, 64}, {0x1ff000, 0x1234, 0xfffffff0}, {0x7ffffffc, 0xfffffffc, 8}} {
		got := e.Eval(func(name string) uint64 {
			return map[string]uint64{"pc": uint64(l.pc), "rs1": uint64(l.rs1), "imm": uint64(l.imm)}[name]
		})
		if uint32(got) != f(l) {
			return false
		}
	}
	return true
}

func isPCPlusImm(e *word.Expr) bool {
	return agrees(e, func(l leaves) uint32 { return l.pc + l.imm })
}

func pattern(e *word.Expr) *node {
	return fromExpr(e, func(name string, w int) *node {
		if name == "mem" {
			return &node{leaf: memory, width: w}
		}
		return &node{leaf: operand, width: w, name: name}
	})
}

func mentionsPC(n *node) bool {
	if n.leaf == operand && n.name == "pc" {
		return true
	}
	for _, a := range n.args {
		if mentionsPC(a) {
			return true
		}
	}
	return false
}

func (tb *table) add(r *Rule) {
	m := &r.Line.Meaning
	if fuse.Parts(r.Line) > 0 {
		tb.graphs[r.Line] = r
	}
	switch {
	case r.root == nil: // the rule has only a graph
	case m.Cond != nil:
		tb.branches = append(tb.branches, r)
	case m.Store != nil:
		tb.stores = append(tb.stores, r)
	case m.Load != nil:
		tb.loads = append(tb.loads, r)
	case r.root.leaf == inner:
		tb.values[r.root.op] = append(tb.values[r.root.op], r)
	default:
		tb.leaves = append(tb.leaves, r)
	}
}

func (tb *table) pairBranches() {
	for _, r := range tb.branches {
		for _, o := range tb.branches {
			if r.Line.Format == o.Line.Format && mk(word.Not, 1, 0, r.root).same(o.root) {
				r.inverse = o
			}
		}
	}
}

// findBasics picks the lines that the allocator and the layout need.
func (tb *table) findBasics() {
	rs1 := &node{leaf: operand, width: 32, name: "rs1"}
	rs2 := &node{leaf: operand, width: 32, name: "rs2"}
	imm := &node{leaf: operand, width: 32, name: "imm"}
	sum := mk32(word.Add, rs1, imm)
	for _, r := range tb.values[word.Add] {
		if r.root.same(sum) && tb.addImm == nil {
			tb.addImm = r
		}
	}
	for _, r := range tb.leaves {
		if r.root.same(imm) && tb.setImm == nil {
			tb.setImm = r
		}
	}
	for _, r := range tb.loads {
		if r.bytes == 4 && r.addr.same(sum) && r.root.leaf == memory && tb.loadW == nil {
			tb.loadW = r
		}
	}
	for _, r := range tb.stores {
		if r.bytes == 4 && r.addr.same(sum) && r.root.same(rs2) && tb.storeW == nil {
			tb.storeW = r
		}
	}
}

// complete reports an absent line if no other line can replace it.
func (tb *table) complete() error {
	for _, need := range []struct {
		has  bool
		what string
	}{
		{tb.addImm != nil, "rd = rs1 + imm"},
		{tb.loadW != nil, "rd = mem32[rs1 + imm]"},
		{tb.storeW != nil, "mem32[rs1 + imm] = rs2"},
		{tb.jump != nil, "rd = pc + 4 ; pc = pc + imm"},
		{tb.goTo != nil, "rd = pc + 4 ; pc = rs1 + imm"},
		{tb.trap != nil, "trap"},
		{len(tb.branches) > 0, "if ...: pc = pc + imm"},
	} {
		if !need.has {
			return tb.lacks(need.what)
		}
	}
	if tb.target.Regs < 5 || tb.target.Regs > 32 {
		return diag.Errorf("", diag.Span{}, "a target has 5 to 32 registers, %s has %d", tb.target.Name, tb.target.Regs)
	}
	return nil
}

func (tb *table) lacks(what string) error {
	return diag.Errorf("", diag.Span{}, "target %s has no instruction `%s` and nothing that could replace it", tb.target.Name, what)
}

// fits reports whether a line can hold the immediate.
func (r *Rule) fits(imm uint32) bool {
	v := int32(imm)
	switch r.Line.Format {
	case isa.I, isa.S:
		return v >= -2048 && v <= 2047
	case isa.Sh:
		return v >= 0 && v <= 31
	case isa.U:
		return imm&0xfff == 0
	}
	return v == 0
}

// small reports whether v fits the 12-bit immediate of address and add lines.
func small(v uint32) bool { return int32(v) >= -2048 && int32(v) <= 2047 }

// upper splits v into a part for `rd = imm` and a 12-bit rest.
func upper(v uint32) (hi, lo uint32) {
	hi = (v + 0x800) &^ 0xfff
	return hi, v - hi
}
