package riscv

import (
	"github.com/sinter-lang/sinter/ir/word"
)

// leafKind is the kind of a leaf of a tree.
type leafKind uint8

const (
	inner    leafKind = iota // an application of node.op
	constant                 // node.imm
	register                 // the register node.reg, 32 bits
	flag                     // one bit: the register node.reg, which holds 0 or 1
	memory                   // the loaded bytes
	operand                  // of a pattern only: the field node.name
	shared                   // the value of args[0], computed once and used twice
)

// node is an expression in canonical form. mk builds the trees of the program and the meanings
// of the instruction lines. A line therefore matches a program even if the two write one
// expression in different ways.
type node struct {
	leaf  leafKind
	op    word.Op
	width int
	args  []*node
	imm   uint64
	reg   reg
	name  string
	raw   bool // made by raw
	need  int  // registers that its evaluation needs, 0 if not computed yet
}

func konst(w int, v uint64) *node {
	return &node{leaf: constant, width: w, imm: v & word.Mask(w)}
}

func k32(v uint32) *node { return konst(32, uint64(v)) }

func regNode(r reg) *node { return &node{leaf: register, width: 32, reg: r} }

func flagNode(r reg) *node { return &node{leaf: flag, width: 1, reg: r} }

func memNode(bytes int) *node { return &node{leaf: memory, width: 8 * bytes} }

// raw makes an application that is not brought into canonical form. An expansion uses raw if it
// needs an exact shape.
func raw(op word.Op, w int, args ...*node) *node {
	return &node{op: op, width: w, args: args, raw: true}
}

func (n *node) isConst() bool { return n.leaf == constant }

func (n *node) is(v uint64) bool { return n.leaf == constant && n.imm == v }

func (n *node) isOp(op word.Op) bool { return n.leaf == inner && n.op == op }

// same reports whether two nodes have the same shape and therefore the same value.
func (n *node) same(m *node) bool {
	if n == m {
		return true
	}
	if n.leaf != m.leaf || n.op != m.op || n.width != m.width || n.imm != m.imm || n.reg != m.reg || n.name != m.name || len(n.args) != len(m.args) {
		return false
	}
	for i := range n.args {
		if !n.args[i].same(m.args[i]) {
			return false
		}
	}
	return true
}

// mk applies op and brings the result into canonical form.
func mk(op word.Op, w int, imm uint64, args ...*node) *node {
	if n := foldConst(op, w, imm, args); n != nil {
		return n
	}
	written := args
	if len(args) >= 2 && word.Table(op).Commutative && args[0].isConst() {
		args = []*node{args[1], args[0]}
	}
	if n := canon(op, w, imm, args); n != nil {
		return n
	}
	if op == word.Mul { // a line may take fewer bits of one factor than of the other factor
		args = written
	}
	return &node{op: op, width: w, imm: imm, args: args}
}

func mk32(op word.Op, args ...*node) *node { return mk(op, 32, 0, args...) }

func foldConst(op word.Op, w int, imm uint64, args []*node) *node {
	var a [3]uint64
	var aw [3]int
	for i, x := range args {
		if !x.isConst() {
			return nil
		}
		a[i], aw[i] = x.imm, x.width
	}
	return konst(w, word.Eval(op, w, a, aw, imm))
}

// canon rewrites one application. It returns nil when the application is canonical.
func canon(op word.Op, w int, imm uint64, a []*node) *node {
	switch op {
	case word.Add, word.Sub:
		return canonSum(op, w, a)
	case word.And, word.Or, word.Xor, word.Not, word.Mul:
		return canonLogic(op, w, a)
	case word.Shl, word.Shru, word.Shrs:
		return canonShift(op, w, a)
	case word.Eq, word.Ne, word.Ltu, word.Lts, word.Geu, word.Ges:
		return canonCompare(op, a)
	case word.Zext, word.Sext, word.Slice, word.Cat:
		return canonWidth(op, w, imm, a)
	case word.Mux:
		return canonMux(w, a)
	case word.Divu, word.Divs, word.Remu, word.Rems:
		return canonBitDivision(op, w, a)
	}
	if !word.Table(op).Core {
		return expandRow(op, w, imm, a)
	}
	return nil
}

// expandRow replaces an operator with the definition in its table row. The nodes become the
// leaves.
func expandRow(op word.Op, w int, imm uint64, a []*node) *node {
	if op == word.Rotl && w == 32 {
		back := mk32(word.Sub, k32(0), amountOf(a[1], w))
		return mk32(word.Or, mk32(word.Shl, a[0], a[1]), mk32(word.Shru, a[0], back))
	}
	b := &word.Builder{}
	byLeaf := map[string]*node{}
	args := make([]*word.Expr, len(a))
	for i, x := range a {
		name := string(rune('a' + i))
		byLeaf[name], args[i] = x, b.LeafOf(name, x.width)
	}
	return fromExpr(word.Table(op).Expand(b, w, args, imm), func(name string, _ int) *node { return byLeaf[name] })
}

// fromExpr makes the node of an expression. `leaf` makes the node of each leaf.
func fromExpr(e *word.Expr, leaf func(name string, w int) *node) *node {
	switch {
	case e.IsConst():
		return konst(e.Width, e.Imm)
	case e.Op == word.Bad:
		return leaf(e.Leaf, e.Width)
	}
	args := make([]*node, len(e.Args))
	for i, x := range e.Args {
		args[i] = fromExpr(x, leaf)
	}
	return mk(e.Op, e.Width, e.Imm, args...)
}

func canonSum(op word.Op, w int, a []*node) *node {
	x, y := a[0], a[1]
	if w == 1 {
		return mk(word.Xor, 1, 0, x, y)
	}
	if op == word.Sub {
		if y.isConst() {
			return mk(word.Add, w, 0, x, konst(w, -y.imm))
		}
		return nil
	}
	switch {
	case y.is(0):
		return x
	case y.isConst() && x.isOp(word.Add) && x.args[1].isConst():
		return mk(word.Add, w, 0, x.args[0], konst(w, x.args[1].imm+y.imm))
	case x.isOp(word.Add) && x.args[1].isConst():
		return mk(word.Add, w, 0, mk(word.Add, w, 0, x.args[0], y), x.args[1])
	case y.isOp(word.Add) && y.args[1].isConst():
		return mk(word.Add, w, 0, mk(word.Add, w, 0, x, y.args[0]), y.args[1])
	}
	return nil
}

func canonLogic(op word.Op, w int, a []*node) *node {
	x := a[0]
	all := word.Mask(w)
	if op == word.Not {
		return canonNot(w, x)
	}
	y := a[1]
	if op == word.Mul {
		return canonMul(w, x, y)
	}
	again := y.isConst() && x.isOp(op) && x.args[1].isConst()
	switch {
	case op == word.And && y.is(0):
		return y
	case op == word.And && y.is(all), op == word.Or && y.is(0), op == word.Xor && y.is(0):
		return x
	case op == word.Or && y.is(all):
		return y
	case op == word.And && y.isConst() && y.imm&mayBeSet(x) == mayBeSet(x):
		return x
	case op == word.Xor && w == 1 && y.is(1):
		return canonNot(1, x)
	case again && op == word.Xor:
		return mk(op, w, 0, x.args[0], konst(w, x.args[1].imm^y.imm))
	case again && op == word.And:
		return mk(op, w, 0, x.args[0], konst(w, x.args[1].imm&y.imm))
	case again && op == word.Or:
		return mk(op, w, 0, x.args[0], konst(w, x.args[1].imm|y.imm))
	}
	return nil
}

// mayBeSet returns a mask of the bits of n that can be 1.
func mayBeSet(n *node) uint64 {
	all := word.Mask(n.width)
	switch {
	case n.isConst():
		return n.imm
	case n.isOp(word.Zext):
		return mayBeSet(n.args[0])
	case n.isOp(word.And) && n.args[1].isConst():
		return n.args[1].imm & mayBeSet(n.args[0])
	case n.isOp(word.Shru) && n.args[1].isConst():
		return mayBeSet(n.args[0]) >> n.args[1].imm
	}
	return all
}

// narrow reports whether n is a zero-extended value of fewer bits.
func narrow(n *node) bool { return n.isOp(word.Zext) }

func canonNot(w int, x *node) *node {
	if w != 1 {
		return mk(word.Xor, w, 0, x, konst(w, word.Mask(w)))
	}
	if x.isOp(word.Not) {
		return x.args[0]
	}
	if x.leaf == inner {
		if inv, ok := word.Inverse(x.op); ok {
			return &node{op: inv, width: 1, args: x.args}
		}
	}
	return nil
}

func canonMul(w int, x, y *node) *node {
	switch {
	case w == 1:
		return mk(word.And, 1, 0, x, y)
	case y.is(0):
		return y
	case y.is(1):
		return x
	case y.isConst() && y.imm&(y.imm-1) == 0 && w == 32:
		return mk32(word.Shl, x, k32(log2(y.imm)))
	}
	return nil
}

// canonBitDivision divides single bits. Division by 0 has all ones as the quotient and the
// dividend as the remainder. Division by 1 has the dividend as the quotient and 0 as the
// remainder.
func canonBitDivision(op word.Op, w int, a []*node) *node {
	if w != 1 {
		return nil
	}
	not := mk(word.Not, 1, 0, a[1])
	if op == word.Divu || op == word.Divs {
		return mk(word.Or, 1, 0, a[0], not)
	}
	return mk(word.And, 1, 0, a[0], not)
}

func log2(v uint64) uint32 {
	n := uint32(0)
	for v > 1 {
		v >>= 1
		n++
	}
	return n
}
