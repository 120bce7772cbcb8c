package riscv

import (
	"github.com/sinter-lang/sinter/ir/word"
)

// amountOf brings a shift amount into canonical form: 32 bits wide, without operators that
// change only bits that the shift ignores.
func amountOf(n *node, w int) *node {
	bits := word.AmountBits(w)
	for {
		switch {
		case n.isConst():
			return k32(uint32(n.imm & word.Mask(bits)))
		case n.isOp(word.Slice) && n.imm == 0 && n.width >= bits, n.isOp(word.Zext):
			n = n.args[0]
		case n.isOp(word.And) && n.args[1].isConst() && n.args[1].imm&word.Mask(bits) == word.Mask(bits):
			n = n.args[0]
		case n.width < 32:
			return mk(word.Zext, 32, 0, n)
		default:
			return n
		}
	}
}

func canonShift(op word.Op, w int, a []*node) *node {
	x, n := a[0], amountOf(a[1], w)
	if !n.same(a[1]) {
		if n.isConst() && a[1].isConst() && n.imm == a[1].imm && a[1].width == 32 {
			return shiftByConst(op, w, x, n)
		}
		return mk(op, w, 0, x, n)
	}
	return shiftByConst(op, w, x, n)
}

func shiftByConst(op word.Op, w int, x, n *node) *node {
	if w == 1 || n.is(0) {
		return x
	}
	if !n.isConst() || w != 32 || x.leaf != inner || len(x.args) != 2 || !x.args[1].isConst() {
		return nil
	}
	inside, by := x.args[1].imm, n.imm
	switch {
	case x.op == op && op != word.Shrs && inside+by >= 32:
		return k32(0)
	case x.op == op && inside+by < 32:
		return mk32(op, x.args[0], k32(uint32(inside+by)))
	case op == word.Shru && x.op == word.Shl && inside == by:
		return mk32(word.And, x.args[0], k32(uint32(word.Mask(32-int(by)))))
	case op == word.Shrs && x.op == word.Shl && inside == by && narrow(x.args[0]) && x.args[0].args[0].width == 32-int(by):
		return mk(word.Sext, 32, 0, x.args[0].args[0])
	}
	return nil
}

func canonCompare(op word.Op, a []*node) *node {
	x, y := a[0], a[1]
	if x.width == 1 {
		return compareBits(op, x, y)
	}
	cmp := func(op word.Op, x, y *node) *node { return mk(op, 1, 0, x, y) }
	equality := op == word.Eq || op == word.Ne
	switch {
	case equality && x.isConst() && !y.isConst():
		return cmp(op, y, x)
	case op == word.Ltu && y.is(1):
		return cmp(word.Eq, x, konst(x.width, 0))
	case op == word.Geu && y.is(1):
		return cmp(word.Ne, x, konst(x.width, 0))
	case op == word.Ltu && x.is(0):
		return cmp(word.Ne, y, x)
	case op == word.Geu && x.is(0):
		return cmp(word.Eq, y, x)
	case op == word.Ltu && y.is(0):
		return konst(1, 0)
	case op == word.Geu && y.is(0):
		return konst(1, 1)
	case equality && y.isConst() && narrow(x) && x.args[0].width == 1:
		return flagEquals(op, x.args[0], y.imm)
	case equality && y.is(0) && (x.isOp(word.Sub) || x.isOp(word.Xor)):
		return cmp(op, x.args[0], x.args[1])
	case equality && y.isConst() && x.isOp(word.Add) && x.args[1].isConst():
		return cmp(op, x.args[0], konst(x.width, y.imm-x.args[1].imm))
	}
	return nil
}

// flagEquals compares an extended bit with a constant.
func flagEquals(op word.Op, bit *node, v uint64) *node {
	if v > 1 {
		if op == word.Ne {
			return konst(1, 1)
		}
		return konst(1, 0)
	}
	if (op == word.Eq) == (v == 1) {
		return bit
	}
	return mk(word.Not, 1, 0, bit)
}

// compareBits turns a comparison of single bits into logic.
func compareBits(op word.Op, x, y *node) *node {
	not := func(n *node) *node { return mk(word.Not, 1, 0, n) }
	and := func(a, b *node) *node { return mk(word.And, 1, 0, a, b) }
	switch op {
	case word.Eq:
		return not(mk(word.Xor, 1, 0, x, y))
	case word.Ne:
		return mk(word.Xor, 1, 0, x, y)
	case word.Ltu:
		return and(not(x), y)
	case word.Geu:
		return not(and(not(x), y))
	case word.Lts: // as signed numbers the one-bit values are 0 and -1
		return and(x, not(y))
	}
	return not(and(x, not(y)))
}

func canonWidth(op word.Op, w int, imm uint64, a []*node) *node {
	x := a[0]
	switch op {
	case word.Cat:
		if w > 32 {
			return nil
		}
		lo := mk(word.Zext, w, 0, a[1])
		return mk(word.Or, w, 0, mk(word.Shl, w, 0, mk(word.Zext, w, 0, x), k32(uint32(a[1].width))), lo)
	case word.Slice:
		return canonSlice(w, imm, x)
	}
	if x.width == w {
		return x
	}
	if w != 32 {
		return nil
	}
	if op == word.Sext {
		return extendSigned(x)
	}
	return extendZero(x)
}

func canonSlice(w int, lo uint64, x *node) *node {
	switch {
	case w == x.width:
		return x
	case x.isOp(word.Slice):
		return mk(word.Slice, w, x.imm+lo, x.args[0])
	case (x.isOp(word.Zext) || x.isOp(word.Sext)) && int(lo)+w <= x.args[0].width:
		return mk(word.Slice, w, lo, x.args[0])
	case w == 1 && lo == 0 && x.isOp(word.And) && x.args[1].is(1):
		return mk(word.Slice, 1, 0, x.args[0])
	}
	return nil
}

func extendSigned(x *node) *node {
	switch {
	case x.width == 1:
		return mk32(word.Sub, k32(0), mk(word.Zext, 32, 0, x))
	case x.isOp(word.Slice) && x.args[0].width == 32:
		up := 32 - x.width - int(x.imm)
		return mk32(word.Shrs, mk32(word.Shl, x.args[0], k32(uint32(up))), k32(uint32(32-x.width)))
	case x.isOp(word.Sext):
		return mk(word.Sext, 32, 0, x.args[0])
	}
	return nil
}

func extendZero(x *node) *node {
	zext := func(n *node) *node { return mk(word.Zext, 32, 0, n) }
	switch {
	case x.leaf == flag:
		return regNode(x.reg)
	case x.isOp(word.Zext):
		return zext(x.args[0])
	case x.isOp(word.Slice) && x.args[0].width == 32:
		return mk32(word.And, mk32(word.Shru, x.args[0], k32(uint32(x.imm))), k32(uint32(word.Mask(x.width))))
	case x.width == 1 && x.isOp(word.Not):
		return mk32(word.Xor, zext(x.args[0]), k32(1))
	case x.isOp(word.Mux):
		return mk32(word.Mux, x.args[0], zext(x.args[1]), zext(x.args[2]))
	case x.isOp(word.And), x.isOp(word.Or), x.isOp(word.Xor):
		return mk32(x.op, zext(x.args[0]), zext(x.args[1]))
	}
	return nil
}

func canonMux(w int, a []*node) *node {
	c, x, y := a[0], a[1], a[2]
	switch {
	case c.is(1):
		return x
	case c.is(0):
		return y
	case x.same(y):
		return x
	case c.isOp(word.Not):
		return mk(word.Mux, w, 0, c.args[0], y, x)
	case w == 1 && x.is(1) && y.is(0):
		return c
	case w == 1 && x.is(0) && y.is(1):
		return mk(word.Not, 1, 0, c)
	case w == 32 && x.is(1) && y.is(0):
		return mk(word.Zext, 32, 0, c)
	case w == 32 && x.is(0) && y.is(1):
		return mk(word.Zext, 32, 0, mk(word.Not, 1, 0, c))
	}
	return nil
}
