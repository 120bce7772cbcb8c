package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// node emits a node whose home is this block.
func (k *chunk) node(id rtl.ID) {
	n := &k.e.c.Nodes[id]
	if n.Kind == rtl.KRead {
		m := &k.e.c.Mems[n.Index]
		addr := m.Reads[n.Port].Addr
		k.need(addr)
		k.put(instr{op: opLoad, d: k.slot(id), a: k.slot(addr), imm: uint64(n.Index)})
		return
	}
	if s := k.e.sels[id]; s != nil {
		k.sel(id, s)
		return
	}
	if n.Op == word.Eq && k.masked(id, n) {
		return
	}
	for _, a := range n.Args {
		k.need(a)
	}
	k.operator(id, n)
}

// masked emits `(x and mask) eq y` as one instruction, if this is the only use of the
// conjunction.
func (k *chunk) masked(id rtl.ID, n *rtl.Node) bool {
	e := k.e
	and := &e.c.Nodes[n.Args[0]]
	if and.Kind != rtl.KOp || and.Op != word.And || e.uses[n.Args[0]] > 1 || e.sels[n.Args[0]] != nil {
		return false
	}
	mask := &e.c.Nodes[and.Args[1]]
	if mask.Kind != rtl.KConst {
		return false
	}
	k.need(and.Args[0])
	k.need(n.Args[1])
	k.put(instr{op: opEqMask, d: k.slot(id), a: k.slot(and.Args[0]), b: k.slot(n.Args[1]), imm: mask.Imm})
	return true
}

// sel emits a select. It emits jumps over costly arms.
func (k *chunk) sel(id rtl.ID, s *sel) {
	k.need(s.cond)
	thenArm, elseArm := k.e.find(s.thenBlock) == s.thenBlock, k.e.find(s.elseBlock) == s.elseBlock
	if !thenArm {
		k.need(s.then)
	}
	if !elseArm && s.els != rtl.None {
		k.need(s.els)
	}
	if !thenArm && !elseArm {
		k.put(instr{op: opMux, d: k.slot(id), a: k.slot(s.then), b: k.other(s), imm: uint64(k.slot(s.cond))})
		return
	}
	d := k.slot(id)
	then := []instr{{op: opMove, d: d, a: k.slot(s.then)}}
	if thenArm {
		then = k.inner(s.thenBlock, func(in *chunk) { in.into(d, s.then) })
	}
	els := []instr{{op: opMove, d: d, a: k.other(s)}}
	if elseArm {
		els = k.inner(s.elseBlock, func(in *chunk) { in.into(d, s.els) })
	}
	k.branch(s.cond, then, els)
}

// other returns the slot of the value that a select has if its condition is 0.
func (k *chunk) other(s *sel) uint16 {
	if s.els == rtl.None {
		return k.e.constant(0)
	}
	return k.slot(s.els)
}

// into computes a node in slot d. If d is the only use of the node, the code computes the node
// directly in d.
func (k *chunk) into(d uint16, id rtl.ID) {
	e := k.e
	if e.uses[id] == 1 && e.home[id] == k.block && !e.placed[id] && !e.leaf(id) && e.c.Nodes[id].Op != word.Zext {
		e.prog.slot[id], e.placed[id] = d, true
	}
	k.need(id)
	if k.slot(id) != d {
		k.put(instr{op: opMove, d: d, a: k.slot(id)})
	}
}

// direct maps operators to opcodes that compute the operator and apply the mask of the width.
var direct = map[word.Op]opcode{
	word.Add: opAdd, word.Sub: opSub, word.Mul: opMul, word.And: opAnd, word.Or: opOr, word.Xor: opXor,
	word.Not: opNot, word.Eq: opEq, word.Ltu: opLtu,
}

// operator emits an operator. Its operands must have been computed.
func (k *chunk) operator(id rtl.ID, n *rtl.Node) {
	a := k.slot(n.Args[0])
	in := instr{a: a, imm: word.Mask(n.Width)}
	if len(n.Args) > 1 {
		in.b = k.slot(n.Args[1])
	}
	aw := k.e.c.Nodes[n.Args[0]].Width
	switch n.Op {
	case word.Zext: // shares the slot of the operand
		k.slot(id)
		return
	case word.Shl, word.Shru, word.Shrs:
		k.shift(&in, n)
	case word.Slice:
		in.op, in.b = opSlice, uint16(n.Imm)
	case word.Sext:
		in.op, in.b = opSext, uint16(64-aw)
	case word.Cat:
		k.cat(&in, n)
	case word.Lts:
		in.op, in.imm = opLts, uint64(64-aw)
	case word.Mux:
		in = instr{op: opMux, a: in.b, b: k.slot(n.Args[2]), imm: uint64(a)}
	default:
		op, ok := direct[n.Op]
		if !ok {
			k.call(id, n)
			return
		}
		in.op = op
	}
	in.d = k.slot(id)
	k.put(in)
}

// cat emits a concatenation. If an operand is constant, a shift or a disjunction is enough.
func (k *chunk) cat(in *instr, n *rtl.Node) {
	c := k.e.c
	high, low := &c.Nodes[n.Args[0]], &c.Nodes[n.Args[1]]
	switch {
	case high.Kind == rtl.KConst:
		in.op, in.a, in.b = opOr, in.b, k.e.constant(high.Imm<<low.Width)
	case low.Kind == rtl.KConst && low.Imm == 0:
		in.op, in.b = opShlC, uint16(low.Width)
	default:
		in.op, in.imm = opCat, uint64(low.Width)
	}
}

// shift emits a shift. For a constant amount, the shift instruction needs no second operand.
func (k *chunk) shift(in *instr, n *rtl.Node) {
	by := &k.e.c.Nodes[n.Args[1]]
	switch {
	case by.Kind == rtl.KConst && n.Op != word.Shrs:
		in.b = uint16(word.Amount(by.Imm, n.Width))
		in.op = opShlC
		if n.Op == word.Shru {
			in.op = opSlice
		}
		return
	case n.Op == word.Shl:
		in.op = opShl
	case n.Op == word.Shru:
		in.op = opShru
	default:
		in.op = opShrs
	}
	in.imm = uint64(n.Width)
}

// call emits an operator that is computed with the word table.
func (k *chunk) call(id rtl.ID, n *rtl.Node) {
	c := call{op: n.Op, w: n.Width, imm: n.Imm}
	for i, a := range n.Args {
		c.args[i], c.aw[i] = k.slot(a), k.e.c.Nodes[a].Width
	}
	k.e.prog.calls = append(k.e.prog.calls, c)
	k.put(instr{op: opCall, d: k.slot(id), imm: uint64(len(k.e.prog.calls) - 1)})
}
