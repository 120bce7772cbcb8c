package riscv

import (
	"github.com/sinter-lang/sinter/ir/word"
)

// once wraps a node that an alternative uses twice, so that it is computed once.
func once(n *node) *node {
	if n.leaf == register || n.leaf == constant || n.leaf == shared {
		return n
	}
	return &node{leaf: shared, width: n.width, args: []*node{n}}
}

func zextBit(n *node) *node { return raw(word.Zext, 32, n) }

// alternatives returns other expressions with the value of n. Such an expression may be cheaper
// even if one instruction line computes n. The shapes are raw nodes, because canonical form
// would turn them back into n.
func alternatives(n *node) []*node {
	if n.width != 32 {
		return nil
	}
	a := n.args
	switch n.op {
	case word.And:
		return maskAlternatives(a[0], a[1])
	case word.Add:
		return bigAddAlternatives(a[0], a[1])
	case word.Mux:
		return muxAlternatives(a[0], a[1], a[2])
	case word.Zext:
		if (a[0].isOp(word.Ltu) || a[0].isOp(word.Lts)) && a[0].args[0].width == 32 {
			return lessAlternatives(a[0].op, a[0].args[0], a[0].args[1])
		}
	}
	return nil
}

// fallbacks returns shapes of n for a target without a line that computes n.
func fallbacks(n *node) []*node {
	if n.width != 32 {
		return nil
	}
	a := n.args
	switch n.op {
	case word.Zext:
		return bitFallbacks(a[0])
	case word.And:
		x, y := once(a[0]), once(a[1]) // x + y = (x or y) + (x and y)
		return []*node{raw(word.Sub, 32, raw(word.Add, 32, x, y), raw(word.Or, 32, x, y))}
	case word.Or:
		x, y := once(a[0]), once(a[1])
		return []*node{raw(word.Sub, 32, raw(word.Add, 32, x, y), raw(word.And, 32, x, y))}
	case word.Xor:
		return xorFallbacks(a[0], a[1])
	case word.Sub:
		return []*node{raw(word.Add, 32, a[0], raw(word.Add, 32, raw(word.Xor, 32, a[1], k32(^uint32(0))), k32(1)))}
	case word.Add:
		return []*node{raw(word.Sub, 32, a[0], raw(word.Sub, 32, k32(0), a[1]))}
	case word.Shl, word.Shru, word.Shrs:
		return shiftFallbacks(n.op, a[0], a[1])
	}
	return nil
}

// shiftFallbacks shifts by a variable amount. Each bit of the amount that is set shifts the
// result by a constant.
func shiftFallbacks(op word.Op, x, n *node) []*node {
	switch {
	case n.isConst() && op == word.Shl:
		return shlFallbacks(x, n)
	case n.isConst() && op == word.Shrs:
		return shrsFallbacks(x, n)
	case n.isConst():
		return nil
	}
	var out []*node
	if op == word.Shrs {
		out = shrsFallbacks(x, n)
	}
	n = once(n)
	for k := 0; k < 5; k++ {
		x = once(x)
		x = raw(word.Mux, 32, mk(word.Slice, 1, uint64(k), n), raw(op, 32, x, k32(1<<k)), x)
	}
	return append(out, x)
}

func maskAlternatives(x, y *node) []*node {
	var out []*node
	if y.isConst() && y.imm&(y.imm+1) == 0 { // a mask of low bits
		k := 32 - log2(y.imm+1)
		out = append(out, raw(word.Shru, 32, raw(word.Shl, 32, x, k32(k)), k32(k)))
	}
	if low := uint32(-y.imm); y.isConst() && low != 0 && low&(low-1) == 0 { // a mask of high bits
		k := log2(uint64(low))
		out = append(out, raw(word.Shl, 32, raw(word.Shru, 32, x, k32(k)), k32(k)))
	}
	return out
}

func xorFallbacks(x, y *node) []*node {
	if y.is(uint64(^uint32(0))) { // not x = -1 - x
		return []*node{raw(word.Sub, 32, y, x)}
	}
	x, y = once(x), once(y)
	return []*node{raw(word.Sub, 32, raw(word.Or, 32, x, y), raw(word.And, 32, x, y))}
}

// bigAddAlternatives adds a constant in two parts if it is too wide for an immediate.
func bigAddAlternatives(x, y *node) []*node {
	if !y.isConst() || small(uint32(y.imm)) {
		return nil
	}
	var out []*node
	v := uint32(y.imm)
	if hi, lo := upper(v); lo != 0 {
		out = append(out, raw(word.Add, 32, raw(word.Add, 32, x, k32(hi)), k32(lo)))
	}
	if half := uint32(int32(v) / 2); small(half) && small(v-half) {
		out = append(out, raw(word.Add, 32, raw(word.Add, 32, x, k32(half)), k32(v-half)))
	}
	return out
}

// shlFallbacks computes a shift to the left by doubling.
func shlFallbacks(x, n *node) []*node {
	for i := uint64(0); i < n.imm; i++ {
		x = once(x)
		x = raw(word.Add, 32, x, x)
	}
	return []*node{x}
}

// shrsFallbacks computes an arithmetic right shift without an instruction for it. s is 0 if x
// is not negative, else -1. The result is ((x xor s) shru n) xor s.
func shrsFallbacks(x, n *node) []*node {
	x, n = once(x), once(n)
	s := once(raw(word.Sub, 32, k32(0), zextBit(raw(word.Lts, 1, x, k32(0)))))
	return []*node{raw(word.Xor, 32, raw(word.Shru, 32, raw(word.Xor, 32, x, s), n), s)}
}

func muxAlternatives(c, x, y *node) []*node {
	bit := func(c *node) *node { return raw(word.Sub, 32, k32(0), mk(word.Zext, 32, 0, c)) }
	switch {
	case y.is(0):
		return []*node{raw(word.And, 32, x, bit(c))}
	case x.is(0):
		return []*node{raw(word.And, 32, y, bit(mk(word.Not, 1, 0, c)))}
	case x.isConst() && y.isConst():
		d := uint32(x.imm - y.imm)
		if d != 0 && d&(d-1) == 0 {
			return []*node{mk32(word.Add, mk32(word.Shl, mk(word.Zext, 32, 0, c), k32(log2(uint64(d)))), y)}
		}
	}
	return nil
}

// bitFallbacks are ways to compute a bit as a word.
func bitFallbacks(c *node) []*node {
	if c.leaf != inner || c.width != 1 {
		return nil
	}
	a := c.args
	switch {
	case c.isOp(word.Eq) && a[0].width == 32:
		return []*node{zextBit(raw(word.Ltu, 1, difference(a[0], a[1]), k32(1))), byBranch(c)}
	case c.isOp(word.Ne) && a[0].width == 32:
		return []*node{zextBit(raw(word.Ltu, 1, k32(0), difference(a[0], a[1]))), byBranch(c)}
	case c.isOp(word.Geu), c.isOp(word.Ges):
		inv, _ := word.Inverse(c.op)
		return []*node{raw(word.Xor, 32, zextBit(raw(inv, 1, a[0], a[1])), k32(1)), byBranch(c)}
	case c.isOp(word.Ltu), c.isOp(word.Lts):
		return append(flippedLess(c.op, a[0], a[1]), byBranch(c))
	}
	return []*node{byBranch(c)}
}

// difference is a word that is 0 exactly when x and y are equal.
func difference(x, y *node) *node {
	if y.isConst() && !small(uint32(y.imm)) || !y.isConst() {
		return mk32(word.Xor, x, y)
	}
	return mk32(word.Sub, x, y)
}

// byBranch computes a bit as a word by branching on it.
func byBranch(c *node) *node { return raw(word.Mux, 32, c, k32(1), k32(0)) }

func lessAlternatives(op word.Op, x, y *node) []*node {
	var out []*node
	limit := uint64(0xffffffff)
	if op == word.Lts {
		limit = 0x7fffffff
	}
	if x.isConst() && !y.isConst() && x.imm != limit { // c < y is not y < c + 1
		out = append(out, raw(word.Xor, 32, zextBit(raw(op, 1, y, k32(uint32(x.imm+1)))), k32(1)))
	}
	if op == word.Lts && y.is(0) { // the sign bit
		out = append(out, raw(word.Shru, 32, x, k32(31)))
	}
	return out
}

// flippedLess compares with the opposite signedness after it inverts both sign bits.
func flippedLess(op word.Op, x, y *node) []*node {
	if x.width != 32 {
		return nil
	}
	other := word.Ltu
	if op == word.Ltu {
		other = word.Lts
	}
	flip := func(n *node) *node { return mk32(word.Xor, n, k32(1<<31)) }
	return []*node{zextBit(raw(other, 1, flip(x), flip(y)))}
}

// conditions returns comparisons that are equivalent to c.
func conditions(c *node) []*node {
	switch c.leaf {
	case flag:
		return []*node{raw(word.Ne, 1, regNode(c.reg), k32(0))}
	case inner:
		switch c.op {
		case word.Eq, word.Ne, word.Ltu, word.Lts, word.Geu, word.Ges:
			if c.args[0].width == 32 {
				return []*node{c}
			}
		case word.Slice:
			return bitConditions(c)
		case word.Not:
			if t := c.args[0]; t.leaf == flag {
				return []*node{raw(word.Eq, 1, regNode(t.reg), k32(0))}
			}
		}
	}
	return nil
}

// bitConditions tests one bit of a word.
func bitConditions(c *node) []*node {
	if c.width != 1 || c.args[0].width != 32 {
		return nil
	}
	x, k := c.args[0], uint32(c.imm)
	up := x
	if k < 31 {
		up = mk32(word.Shl, x, k32(31-k))
	}
	return []*node{
		raw(word.Ne, 1, mk32(word.And, x, k32(1<<k)), k32(0)),
		raw(word.Lts, 1, up, k32(0)),
	}
}

// testConditions computes c as a word, 0 or 1, and compares the word in every possible way.
func testConditions(c *node) []*node {
	t, inv := mk(word.Zext, 32, 0, c), mk(word.Zext, 32, 0, mk(word.Not, 1, 0, c))
	zero := k32(0)
	out := []*node{
		raw(word.Ne, 1, t, zero), raw(word.Eq, 1, inv, zero), raw(word.Ltu, 1, zero, t), raw(word.Lts, 1, zero, t),
		raw(word.Geu, 1, zero, inv), raw(word.Ges, 1, zero, inv),
	}
	if c.isOp(word.Eq) && c.args[0].width == 32 {
		diff := mk32(word.Xor, c.args[0], c.args[1])
		out = append(out, raw(word.Geu, 1, zero, diff), raw(word.Eq, 1, diff, zero))
	}
	if c.isOp(word.Ne) && c.args[0].width == 32 {
		diff := mk32(word.Xor, c.args[0], c.args[1])
		out = append(out, raw(word.Ltu, 1, zero, diff), raw(word.Ne, 1, diff, zero))
	}
	return out
}
