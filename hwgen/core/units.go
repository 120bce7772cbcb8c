package core

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// overAB lists the operators that line l applies to the two shared operands. `elsewhere` says
// whether operand b also occurs in another place of l.
func (l *line) overAB() (ops map[word.Op]bool, elsewhere bool) {
	ops = map[word.Op]bool{}
	seen := map[*word.Expr]bool{}
	var walk func(e *word.Expr)
	walk = func(e *word.Expr) {
		switch {
		case e == nil || seen[e]:
			return
		}
		seen[e] = true
		switch {
		case e.Op == word.Bad:
			elsewhere = elsewhere || e.Leaf == leafB
		case isAB(e, e.Op) && len(e.Args) == 2:
			ops[e.Op] = true
		default:
			for _, a := range e.Args {
				walk(a)
			}
		}
	}
	for _, e := range []*word.Expr{l.rd, l.cond, l.pc, l.addr} {
		walk(e)
	}
	return ops, elsewhere
}

// subtracts reports whether the line needs a - b, and whether it needs b uncomplemented. One
// carry chain computes sums, differences and both order comparisons. For the lines that
// subtract, operand b is complemented and the carry in is 1.
func (l *line) subtracts() (sub, plain bool) {
	ops, elsewhere := l.overAB()
	for op := range ops {
		switch op {
		case word.Sub, word.Ltu, word.Lts:
			sub = true
		default:
			plain = true
		}
	}
	return sub, plain || elsewhere
}

// linesOver lists the lines that apply op to the shared operands.
func (g *gen) linesOver(ops ...word.Op) []*line {
	return g.where(func(l *line) bool {
		has, _ := l.overAB()
		for _, op := range ops {
			if has[op] {
				return true
			}
		}
		return false
	})
}

// usesB reports whether a line needs operand b.
func usesB(l *line) bool {
	ops, elsewhere := l.overAB()
	return elsewhere || len(ops) > 0
}

// makeB selects operand b and makes the units over a and b.
func (e *elab) makeB() {
	g := e.g
	regs := g.where(func(l *line) bool { return usesB(l) && !l.bImm })
	imms := g.where(func(l *line) bool { return usesB(l) && l.bImm })
	if len(regs)+len(imms) == 0 {
		return
	}
	b := g.x.imm
	if len(regs) > 0 {
		b = g.x.rs[1]
	}
	if len(regs) > 0 && len(imms) > 0 {
		b = g.op(word.Mux, 32, 0, g.vec(g.ctl("imm_operand", imms, regs)), g.x.imm, g.x.rs[1])
	}
	e.separate(b)
	sub := g.where(func(l *line) bool { s, _ := l.subtracts(); return s })
	plain := g.where(func(l *line) bool { _, p := l.subtracts(); return p })
	invert := g.bool(false)
	if len(sub) > 0 {
		invert = g.ctl("subtract", sub, plain)
		b = g.op(word.Xor, 32, 0, b, g.vec(g.b.Repeat(invert, 32)))
	}
	e.leaves[leafB] = b
	if len(sub) > 0 && e.leaves[leafA] != nil {
		g.near(g.linesOver(word.Add, word.Sub, word.Ltu, word.Lts), func() { e.adder(invert) })
	}
	g.near(g.wholeOver(word.And, word.Or, word.Xor), e.logic)
	g.near(g.linesOver(word.Shl, word.Shru, word.Shrs), e.shifter)
	g.near(g.where(func(l *line) bool { return product(l.rd) != nil }), e.multiplier)
}

// separate gives separate operands to lines that need both b and the complement of b. These
// lines therefore use no shared unit.
func (e *elab) separate(b vec) {
	const own = "b.own"
	for _, l := range e.g.lines {
		if sub, plain := l.subtracts(); sub && plain {
			l.each(func(x *word.Expr) *word.Expr { return replaceLeaf(x, leafB, &word.Expr{Width: 32, Leaf: own}) })
			e.leaves[own] = b
		}
	}
}

// ab is the key of an operator over the two shared operands.
func (e *elab) ab(op word.Op, w int) int {
	b := &word.Builder{}
	return e.key(b.Make(op, w, 0, b.LeafOf(leafA, 32), b.LeafOf(leafB, 32)))
}

// adder makes the carry chain for a + b, a - b and the order comparisons. An additional bit
// below the operands sets the carry in. An additional bit above the operands gives the sign of
// the difference.
func (e *elab) adder(invert rtl.ID) {
	g := e.g
	a, b := e.leaves[leafA], e.leaves[leafB]
	low := constVec(1, 1)
	x, y := concat(low, a), concat(g.vec(invert), b)
	if orders := g.linesOver(word.Ltu, word.Lts); len(orders) > 0 {
		signed := g.vec(g.ctl("signed", g.linesOver(word.Lts), g.linesOver(word.Ltu)))
		top := g.op(word.And, 1, 0, signed, a[31:])
		// b is already complemented, so its sign bit here is: not (signed and not b).
		over := g.op(word.Not, 1, 0, g.op(word.And, 1, 0, signed, g.op(word.Not, 1, 0, b[31:])))
		x, y = concat(x, top), concat(y, over)
	}
	sum := g.op(word.Add, len(x), 0, x, y)
	g.b.Name("sum", sum[0].node)
	e.units[e.ab(word.Add, 32)] = sum[1:33]
	e.units[e.ab(word.Sub, 32)] = sum[1:33]
	if len(sum) > 33 {
		e.units[e.ab(word.Ltu, 1)] = sum[33:]
		e.units[e.ab(word.Lts, 1)] = sum[33:]
	}
}

// wholeOver lists the lines whose whole result is op of the shared operands.
func (g *gen) wholeOver(ops ...word.Op) []*line {
	return g.where(func(l *line) bool {
		for _, op := range ops {
			if isAB(l.rd, op) {
				return true
			}
		}
		return false
	})
}

// logic makes one unit for and, or and xor if one look-up table per bit is enough. Two controls
// choose one of the three operators or 0. For a line whose whole result is not one of these
// operators, the unit outputs 0. So the result bus needs no select for the unit. For the same
// reason, a line cannot use the unit if one of these operators is only a part of its result.
func (e *elab) logic() {
	g := e.g
	and, or, xor := g.wholeOver(word.And), g.wholeOver(word.Or), g.wholeOver(word.Xor)
	kinds := 0
	for _, ls := range [][]*line{and, or, xor} {
		if len(ls) > 0 {
			kinds++
		}
	}
	if kinds < 2 {
		return
	}
	rest := g.where(func(l *line) bool {
		return l.rd != nil && !isAB(l.rd, word.And) && !isAB(l.rd, word.Or) && !isAB(l.rd, word.Xor)
	})
	differ := g.ctl("logic_differ", concatLines(or, xor), concatLines(and, rest))
	both := g.ctl("logic_both", concatLines(or, and), concatLines(xor, rest))
	a, b := g.pack(e.leaves[leafA]), g.pack(e.leaves[leafB])
	unit := g.b.Or(
		g.b.And(g.b.Xor(a, b), g.b.Repeat(differ, 32)),
		g.b.And(g.b.And(a, b), g.b.Repeat(both, 32)))
	v := g.vec(g.b.Name("logic", unit))
	for _, op := range []word.Op{word.And, word.Or, word.Xor} {
		e.whole[e.ab(op, 32)] = v
	}
	g.gated[v[0].node] = true
}

// concatLines joins lists of lines.
func concatLines(parts ...[]*line) []*line {
	var out []*line
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// shifter makes one barrel shifter for all shifts of a by b. If the core shifts in both
// directions, a left shift is a right shift between two reversals of the bits.
func (e *elab) shifter() {
	g := e.g
	left, right, arith := g.linesOver(word.Shl), g.linesOver(word.Shru), g.linesOver(word.Shrs)
	if len(left) == 0 {
		e.rightShifter(e.leaves[leafA], right, arith, nil)
		return
	}
	if len(right)+len(arith) == 0 {
		e.units[e.ab(word.Shl, 32)] = g.op(word.Shl, 32, 0, e.leaves[leafA], e.leaves[leafB][:5])
		return
	}
	a := e.leaves[leafA]
	turn := g.ctl("shift_left", left, concatLines(right, arith))
	x := g.op(word.Mux, 32, 0, g.vec(turn), a.reversed(), a)
	out := e.rightShifter(x, right, arith, left)
	e.units[e.ab(word.Shl, 32)] = g.vec(g.pack(out.reversed()))
}

// rightShifter shifts x to the right. For the lines of `left`, x is reversed.
func (e *elab) rightShifter(x vec, right, arith, left []*line) vec {
	g := e.g
	amount := e.leaves[leafB][:5]
	var out vec
	switch {
	case len(right)+len(arith) == 0:
		return nil
	case len(arith) == 0:
		out = g.op(word.Shru, 32, 0, x, amount)
	default:
		fill := g.op(word.And, 1, 0, g.vec(g.ctl("shift_sign", arith, concatLines(right, left))), x[31:])
		out = g.op(word.Shrs, 33, 0, concat(x, fill), amount)[:32]
	}
	e.units[e.ab(word.Shru, 32)] = out
	e.units[e.ab(word.Shrs, 32)] = out
	return out
}

// multiplier makes one multiplier for all lines. If some line needs the high half of the
// result, controls choose whether the operands are signed. If all lines need only the low half,
// the multiplier has no such controls.
func (e *elab) multiplier() {
	g := e.g
	var signedA, signedB, plainA, plainB []*line
	for _, l := range g.lines {
		m := product(l.rd)
		if m == nil {
			continue
		}
		if m.Args[0].Op == word.Sext {
			signedA = append(signedA, l)
		} else {
			plainA = append(plainA, l)
		}
		if m.Args[1].Op == word.Sext {
			signedB = append(signedB, l)
		} else {
			plainB = append(plainB, l)
		}
	}
	if len(signedA)+len(plainA) == 0 {
		return
	}
	x := e.widened("mul_signed1", e.leaves[leafA], signedA, plainA)
	y := e.widened("mul_signed2", e.leaves[leafB], signedB, plainB)
	p := g.op(word.Mul, 64, 0, x, y)
	for _, l := range g.lines {
		if m := product(l.rd); m != nil {
			e.units[e.key(m)] = p
		}
	}
	e.units[e.ab(word.Mul, 32)] = p[:32]
}

// product finds the 64-bit product of extended shared operands in e.
func product(e *word.Expr) *word.Expr {
	for e != nil && e.Op == word.Slice {
		e = e.Args[0]
	}
	if e == nil || e.Op != word.Mul || e.Width != 64 {
		return nil
	}
	for i, leaf := range []string{leafA, leafB} {
		x := e.Args[i]
		if x.Op != word.Sext && x.Op != word.Zext || x.Args[0].Leaf != leaf {
			return nil
		}
	}
	return e
}

func (e *elab) widened(name string, v vec, signed, plain []*line) vec {
	g := e.g
	top := g.op(word.And, 1, 0, g.vec(g.ctl(name, signed, plain)), v[31:])
	return v.extended(64, top[0])
}
