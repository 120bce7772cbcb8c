package pass

import (
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// apply computes an operator on words of width w, given in legal parts.
func (l *legaliser) apply(op word.Op, w int, imm uint64, x []num) num {
	row := word.Table(op)
	width := w
	if len(x) > 0 && (row.Widths == word.Compare || row.Widths == word.Reduce) {
		width = x[0].w
	}
	if !row.Core && !l.direct(op, width) {
		return l.expand(op, w, imm, x)
	}
	switch op {
	case word.Slice:
		return l.slice(x[0], int(imm), w)
	case word.Cat:
		return l.cat(x[0], x[1])
	case word.Zext:
		return l.widen(x[0], w)
	case word.Sext:
		return l.cut(l.signed(x[0], w), w)
	case word.Mux:
		return l.mux(x[0], x[1], x[2])
	case word.Shl, word.Shru, word.Shrs:
		return l.shift(op, x[0], x[1])
	case word.Mul, word.Divu, word.Remu:
		return l.multiply(op, x[0], x[1])
	}
	switch {
	case width == 1:
		return l.apply1(op, x)
	case width <= 32:
		return l.apply32(op, w, x)
	}
	return l.apply64(op, w, x)
}

// direct reports whether an operator outside of the core set is computed on one register. The
// zero bits above a narrow word must not affect its result.
func (l *legaliser) direct(op word.Op, w int) bool {
	if op == word.Rotl || op == word.Redand {
		return w == 32 && l.env.has(op)
	}
	return w > 1 && w <= 32 && l.env.has(op)
}

// expand applies the expansion of the operator's row.
func (l *legaliser) expand(op word.Op, w int, imm uint64, x []num) num {
	leaves := map[string]num{}
	args := make([]*word.Expr, len(x))
	b := &word.Builder{}
	for k, n := range x {
		name := strconv.Itoa(k)
		leaves[name] = n
		args[k] = b.LeafOf(name, n.w)
	}
	done := map[*word.Expr]num{}
	var eval func(e *word.Expr) num
	eval = func(e *word.Expr) num {
		if n, ok := done[e]; ok {
			return n
		}
		var n num
		switch {
		case e.Leaf != "":
			n = leaves[e.Leaf]
		case e.IsConst():
			n = l.constant(e.Width, e.Imm)
		default:
			in := make([]num, len(e.Args))
			for k, a := range e.Args {
				in[k] = eval(a)
			}
			n = l.apply(e.Op, e.Width, e.Imm, in)
		}
		done[e] = n
		return n
	}
	return eval(word.Table(op).Expand(b, w, args, imm))
}

// apply1 computes one-bit arithmetic with logic operators.
func (l *legaliser) apply1(op word.Op, x []num) num {
	var a, b *ir.Value
	a = x[0].lo
	if len(x) > 1 {
		b = x[1].lo
	}
	not := func(v *ir.Value) *ir.Value { return l.bit(word.Not, v) }
	var v *ir.Value
	switch op {
	case word.Add, word.Sub:
		v = l.bit(word.Xor, a, b)
	case word.Eq:
		v = not(l.bit(word.Xor, a, b))
	case word.Ltu:
		v = l.bit(word.And, not(a), b)
	case word.Lts: // as a signed number, the bit 1 is -1
		v = l.bit(word.And, a, not(b))
	case word.Not:
		v = not(a)
	default: // for and, or, xor
		v = l.bit(op, a, b)
	}
	return num{w: 1, lo: v}
}

// apply32 computes words of 2 to 32 bits in one register.
func (l *legaliser) apply32(op word.Op, w int, x []num) num {
	row := word.Table(op)
	args := make([]*ir.Value, len(x))
	for k, n := range x {
		args[k] = n.lo
		if isSigned(op) {
			args[k] = l.signed(n, 32).lo
		}
	}
	if row.Widths == word.Compare || row.Widths == word.Reduce {
		return num{w: 1, lo: l.bit(op, args...)}
	}
	v := l.op(op, args...)
	if op == word.And || op == word.Or || op == word.Xor {
		return num{w: w, lo: v}
	}
	return num{w: w, lo: l.mask(v, w)}
}

// isSigned reports whether an operator reads its operands as two's complement.
func isSigned(op word.Op) bool {
	switch op {
	case word.Lts, word.Ges, word.Divs, word.Rems, word.Mins, word.Maxs:
		return true
	}
	return false
}

// apply64 computes words of 33 to 64 bits in two registers.
func (l *legaliser) apply64(op word.Op, w int, x []num) num {
	a, b := x[0], num{}
	if len(x) > 1 {
		b = x[1]
	}
	switch op {
	case word.Add:
		lo := l.op(word.Add, a.lo, b.lo)
		carry := l.b.Zext(32, l.bit(word.Ltu, lo, a.lo))
		hi := l.op(word.Add, l.op(word.Add, a.hi, b.hi), carry)
		return l.cut(num{w: 64, lo: lo, hi: hi}, w)
	case word.Sub:
		lo := l.op(word.Sub, a.lo, b.lo)
		borrow := l.b.Zext(32, l.bit(word.Ltu, a.lo, b.lo))
		hi := l.op(word.Sub, l.op(word.Sub, a.hi, b.hi), borrow)
		return l.cut(num{w: 64, lo: lo, hi: hi}, w)
	case word.Not:
		return l.cut(num{w: 64, lo: l.op(op, a.lo), hi: l.op(op, a.hi)}, w)
	case word.Eq:
		diff := l.op(word.Or, l.op(word.Xor, a.lo, b.lo), l.op(word.Xor, a.hi, b.hi))
		return num{w: 1, lo: l.bit(word.Eq, diff, l.const32(0))}
	case word.Ltu, word.Lts:
		if op == word.Lts {
			a.hi, b.hi = l.top(a.hi, a.w), l.top(b.hi, b.w)
		}
		same := l.bit(word.Eq, a.hi, b.hi)
		return num{w: 1, lo: l.bit(word.Mux, same, l.bit(word.Ltu, a.lo, b.lo), l.bit(op, a.hi, b.hi))}
	}
	return num{w: w, lo: l.op(op, a.lo, b.lo), hi: l.op(op, a.hi, b.hi)} // for and, or, xor
}

// top moves the sign bit of the high part of a w-bit word to bit 31.
func (l *legaliser) top(hi *ir.Value, w int) *ir.Value {
	if w == 64 {
		return hi
	}
	return l.op(word.Shl, hi, l.const32(64-w))
}

func (l *legaliser) mux(c, a, b num) num {
	if a.w == 1 {
		return num{w: 1, lo: l.bit(word.Mux, c.lo, a.lo, b.lo)}
	}
	n := num{w: a.w, lo: l.op(word.Mux, c.lo, a.lo, b.lo)}
	if a.hi != nil {
		n.hi = l.op(word.Mux, c.lo, a.hi, b.hi)
	}
	return n
}

// signed sign-extends n to the whole registers that hold w bits.
func (l *legaliser) signed(n num, w int) num {
	if n.w == 1 {
		n = num{w: 32, lo: l.b.Sext(32, n.lo)}
	}
	if n.w < 32 {
		k := l.const32(32 - n.w)
		n = num{w: 32, lo: l.op(word.Shrs, l.op(word.Shl, n.lo, k), k)}
	}
	if n.w > 32 && n.w < 64 {
		k := l.const32(64 - n.w)
		return num{w: 64, lo: n.lo, hi: l.op(word.Shrs, l.op(word.Shl, n.hi, k), k)}
	}
	if w > 32 && n.hi == nil {
		n = num{w: 64, lo: n.lo, hi: l.op(word.Shrs, n.lo, l.const32(31))}
	}
	return n
}

// slice takes w bits from bit lo upward.
func (l *legaliser) slice(n num, lo, w int) num {
	if w == 1 && n.w > 1 {
		part := n.lo
		if lo >= 32 {
			part, lo = n.hi, lo-32
		}
		return num{w: 1, lo: l.b.Slice(1, part, lo)}
	}
	if lo == 0 && w == n.w {
		return n
	}
	return l.cut(l.shruConst(n, lo), w)
}

// shruConst shifts the parts right by k < 64.
func (l *legaliser) shruConst(n num, k int) num {
	switch {
	case k == 0:
		return n
	case n.hi == nil:
		return num{w: n.w, lo: l.op(word.Shru, n.lo, l.const32(k))}
	case k == 32:
		return num{w: 32, lo: n.hi}
	case k > 32:
		return num{w: 32, lo: l.op(word.Shru, n.hi, l.const32(k-32))}
	}
	low := l.op(word.Shru, n.lo, l.const32(k))
	high := l.op(word.Shl, n.hi, l.const32(32-k))
	return num{w: n.w, lo: l.op(word.Or, low, high), hi: l.op(word.Shru, n.hi, l.const32(k))}
}

// shlConst shifts n left by k < 64 within two registers.
func (l *legaliser) shlConst(n num, k int) num {
	n = l.widen(n, 64)
	switch {
	case k == 0:
		return n
	case k == 32:
		return num{w: 64, lo: l.const32(0), hi: n.lo}
	case k > 32:
		return num{w: 64, lo: l.const32(0), hi: l.op(word.Shl, n.lo, l.const32(k-32))}
	}
	low := l.op(word.Shru, n.lo, l.const32(32-k))
	high := l.op(word.Shl, n.hi, l.const32(k))
	return num{w: 64, lo: l.op(word.Shl, n.lo, l.const32(k)), hi: l.op(word.Or, low, high)}
}

func (l *legaliser) cat(hi, lo num) num {
	w := hi.w + lo.w
	if w <= 32 {
		up := l.op(word.Shl, l.b.Zext(32, hi.lo), l.const32(lo.w))
		return num{w: w, lo: l.op(word.Or, up, l.b.Zext(32, lo.lo))}
	}
	if lo.w == 32 {
		return num{w: w, lo: lo.lo, hi: l.b.Zext(32, hi.lo)}
	}
	up, low := l.shlConst(hi, lo.w), l.widen(lo, 64)
	return num{w: w, lo: l.op(word.Or, up.lo, low.lo), hi: l.op(word.Or, up.hi, low.hi)}
}

// shift computes a shift. Only the low bits of the amount count.
func (l *legaliser) shift(op word.Op, a, by num) num {
	if a.w == 1 {
		return a // the amount is taken modulo 1, so it is 0
	}
	w := a.w
	if op == word.Shrs {
		a = l.signed(a, w)
	}
	n := l.b.Zext(32, by.lo)
	switch {
	case w > 32 && n.Def != nil && n.Def.Op == ir.OpConst:
		a = l.shiftConst(op, a, int(n.Def.Imm&63))
	case w > 32:
		a = l.shift64(op, a, n)
	default:
		if w <= 16 { // the shift of a register takes its amount modulo 32
			n = l.mask(n, word.AmountBits(w))
		}
		a = num{w: w, lo: l.op(op, a.lo, n)}
	}
	if op == word.Shru && (w <= 32 || a.hi != nil) {
		return num{w: w, lo: a.lo, hi: a.hi} // no bits come in from above
	}
	return l.cut(a, w)
}

// shiftConst shifts two registers by a constant.
func (l *legaliser) shiftConst(op word.Op, a num, k int) num {
	switch {
	case op == word.Shl:
		return l.shlConst(a, k)
	case op == word.Shru || k == 0:
		return l.shruConst(a, k)
	}
	n := l.shruConst(a, k)
	if k >= 32 {
		return num{w: 64, lo: l.op(word.Shrs, a.hi, l.const32(k-32)), hi: l.op(word.Shrs, a.hi, l.const32(31))}
	}
	return num{w: 64, lo: n.lo, hi: l.op(word.Shrs, a.hi, l.const32(k))}
}

// shift64 shifts two registers by n modulo 64. Let s be n modulo 32. The bits that move into
// the other register are (x >> 1) >> (31 - s), and 31 - s is the complement of s.
func (l *legaliser) shift64(op word.Op, a num, n *ir.Value) num {
	far := l.b.Slice(1, n, 5)
	back, one := l.op(word.Not, n), l.const32(1)
	if op == word.Shl {
		cross := l.op(word.Shru, l.op(word.Shru, a.lo, one), back)
		near := l.op(word.Or, l.op(word.Shl, a.hi, n), cross)
		low := l.op(word.Shl, a.lo, n)
		return num{w: 64, lo: l.op(word.Mux, far, l.const32(0), low), hi: l.op(word.Mux, far, low, near)}
	}
	cross := l.op(word.Shl, l.op(word.Shl, a.hi, one), back)
	near := l.op(word.Or, l.op(word.Shru, a.lo, n), cross)
	high := l.op(op, a.hi, n)
	fill := l.const32(0)
	if op == word.Shrs {
		fill = l.op(word.Shrs, a.hi, l.const32(31))
	}
	return num{w: 64, lo: l.op(word.Mux, far, high, near), hi: l.op(word.Mux, far, fill, high)}
}

// multiply computes mul, divu and remu. It calls a function if the target lacks the operator.
func (l *legaliser) multiply(op word.Op, a, b num) num {
	w := a.w
	switch {
	case w == 1:
		return num{w: 1, lo: l.multiply1(op, a.lo, b.lo)}
	case w <= 32 && l.env.has(op):
		return num{w: w, lo: l.mask(l.op(op, a.lo, b.lo), w)}
	}
	size := "32"
	args := []*ir.Value{a.lo, b.lo}
	if w > 32 && op == word.Mul && isExtended(a) && isExtended(b) {
		return l.cut(l.extendedProduct(a, b), w)
	}
	if w > 32 {
		size = "64"
		args = []*ir.Value{a.lo, a.hi, b.lo, b.hi}
	}
	name := map[word.Op]string{word.Mul: "rt.mul", word.Divu: "rt.div", word.Remu: "rt.div"}[op] + size
	return l.cut(l.call(name, args, w > 32, op == word.Remu), w)
}

// isExtended reports whether the high half of n is known to be 0, or the sign extension of the
// low half.
func isExtended(n num) bool {
	if c, ok := constOf(n.hi); ok {
		return c == 0
	}
	a, by, ok := withConst(n.hi, word.Shrs)
	return ok && a == n.lo && by == 31
}

// extendedProduct multiplies two words that were extended to 64 bits. It takes the product of
// the low halves. For each high half that is all ones, it subtracts the other number times
// 2^32.
func (l *legaliser) extendedProduct(a, b num) num {
	p := l.call("rt.mulw", []*ir.Value{a.lo, b.lo}, true, false)
	for _, x := range [][2]*ir.Value{{a.hi, b.lo}, {b.hi, a.lo}} {
		if _, zero := constOf(x[0]); !zero {
			p.hi = l.op(word.Sub, p.hi, l.op(word.And, x[0], x[1]))
		}
	}
	return p
}

// call calls a helper function and takes its first or second result.
func (l *legaliser) call(name string, args []*ir.Value, wide, second bool) num {
	f := l.helper(name)
	n := 1
	if wide {
		n = 2
	}
	types := []ir.Type{32, 32, 32, 32}[:n]
	if second || strings.HasPrefix(name, "rt.div") {
		types = []ir.Type{32, 32, 32, 32}[:2*n]
	}
	rs := l.b.Emit(&ir.Instr{Op: ir.OpCall, Callee: f, Args: args}, types...).Results
	if second {
		rs = rs[n:]
	}
	if wide {
		return num{w: 64, lo: rs[0], hi: rs[1]}
	}
	return num{w: 32, lo: rs[0]}
}

// multiply1 computes one-bit mul, divu and remu: x / 0 is 1, x % 0 is x, x % 1 is 0.
func (l *legaliser) multiply1(op word.Op, a, b *ir.Value) *ir.Value {
	switch op {
	case word.Mul:
		return l.bit(word.And, a, b)
	case word.Divu:
		return l.bit(word.Or, a, l.bit(word.Not, b))
	}
	return l.bit(word.And, a, l.bit(word.Not, b))
}
