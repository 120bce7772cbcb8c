package blast

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/word"
)

// Word returns the bits of an operator's result, lowest bits first. Word follows the comments
// and the Eval column of ir/word, operator by operator, also for rows that other consumers
// expand. Word expands only operators that it does not know.
func (g *Graph) Word(op word.Op, w int, args [][]Lit, imm uint64) ([]Lit, error) {
	x := append(append([][]Lit(nil), args...), nil, nil, nil)
	a, b := x[0], x[1]
	switch op {
	case word.Add:
		return g.add(a, b), nil
	case word.Sub:
		d, _ := g.sub(a, b)
		return d, nil
	case word.Neg:
		d, _ := g.sub(zeros(w), a)
		return d, nil
	case word.Mul:
		if g.Digits {
			return g.digits(a, b), nil
		}
		return g.mul(a, b), nil
	case word.Divu, word.Divs, word.Remu, word.Rems:
		return g.division(op, a, b), nil
	case word.And, word.Or, word.Xor:
		return g.bitwise(op, a, b), nil
	case word.Not:
		return complement(a), nil
	case word.Shl, word.Shru, word.Shrs, word.Rotl:
		return g.shift(op, a, b), nil
	case word.Eq, word.Ne, word.Ltu, word.Geu, word.Lts, word.Ges:
		return []Lit{g.compare(op, a, b)}, nil
	case word.Redor, word.Redand, word.Redxor:
		return []Lit{g.reduce(op, a)}, nil
	case word.Minu, word.Maxu, word.Mins, word.Maxs:
		return g.extreme(op, a, b), nil
	case word.Mux:
		return g.choose(a[0], b, x[2]), nil
	case word.Cat:
		return append(append([]Lit(nil), b...), a...), nil
	case word.Slice:
		return a[imm : int(imm)+w], nil
	case word.Zext:
		return append(append([]Lit(nil), a...), zeros(w-len(a))...), nil
	case word.Sext:
		return append(append([]Lit(nil), a...), copies(a[len(a)-1], w-len(a))...), nil
	}
	return g.expand(op, w, args, imm)
}

// expand handles an operator that is in the table but unknown to this package.
func (g *Graph) expand(op word.Op, w int, args [][]Lit, imm uint64) ([]Lit, error) {
	row := word.Table(op)
	if row.Expand == nil {
		return nil, fmt.Errorf("blast: operator %s has no meaning here and no expansion", row.Name)
	}
	leaves, bits := make([]*word.Expr, len(args)), map[string][]Lit{}
	for i, a := range args {
		name := fmt.Sprintf("$%d", i)
		leaves[i], bits[name] = &word.Expr{Width: len(a), Leaf: name}, a
	}
	return g.Expr(row.Expand(&word.Builder{}, w, leaves, imm), func(name string) []Lit { return bits[name] })
}

// Expr returns the bits of an expression over named leaves.
func (g *Graph) Expr(e *word.Expr, leaf func(name string) []Lit) ([]Lit, error) {
	return g.expr(e, leaf, map[*word.Expr][]Lit{})
}

// expr implements Expr. It visits shared parts only once.
func (g *Graph) expr(e *word.Expr, leaf func(name string) []Lit, done map[*word.Expr][]Lit) ([]Lit, error) {
	if bits, ok := done[e]; ok {
		return bits, nil
	}
	if e.IsConst() {
		return number(e.Width, e.Imm), nil
	}
	if e.Op == word.Bad {
		return leaf(e.Leaf), nil
	}
	args := make([][]Lit, len(e.Args))
	for i, a := range e.Args {
		bits, err := g.expr(a, leaf, done)
		if err != nil {
			return nil, err
		}
		args[i] = bits
	}
	bits, err := g.Word(e.Op, e.Width, args, e.Imm)
	done[e] = bits
	return bits, err
}

func number(w int, v uint64) []Lit {
	out := make([]Lit, w)
	for i := range out {
		out[i] = Const(v>>i&1 != 0)
	}
	return out
}

func copies(l Lit, n int) []Lit {
	out := make([]Lit, n)
	for i := range out {
		out[i] = l
	}
	return out
}

func zeros(n int) []Lit { return copies(False, n) }

func complement(a []Lit) []Lit {
	out := make([]Lit, len(a))
	for i, l := range a {
		out[i] = l.Not()
	}
	return out
}

func (g *Graph) choose(c Lit, a, b []Lit) []Lit {
	out := make([]Lit, len(a))
	for i := range out {
		out[i] = g.Ite(c, a[i], b[i])
	}
	return out
}

func (g *Graph) bitwise(op word.Op, a, b []Lit) []Lit {
	out := make([]Lit, len(a))
	for i := range out {
		switch op {
		case word.And:
			out[i] = g.And(a[i], b[i])
		case word.Or:
			out[i] = g.Or(a[i], b[i])
		default:
			out[i] = g.Xor(a[i], b[i])
		}
	}
	return out
}

// add computes a sum. A bit position generates a carry if both operand bits are 1. The position
// passes the carry on if the operand bits differ.
func (g *Graph) add(a, b []Lit) []Lit {
	out, carry := make([]Lit, len(a)), False
	for i := range a {
		differ := g.Xor(a[i], b[i])
		out[i] = g.Xor(differ, carry)
		carry = g.Ite(differ, carry, a[i])
	}
	return out
}

// sub computes a difference with borrow. If the operand bits differ, the new borrow is the bit
// of the subtrahend; otherwise the borrow stays the same.
func (g *Graph) sub(a, b []Lit) (difference []Lit, borrow Lit) {
	difference, borrow = make([]Lit, len(a)), False
	for i := range a {
		differ := g.Xor(a[i], b[i])
		difference[i] = g.Xor(differ, borrow)
		borrow = g.Ite(differ, b[i], borrow)
	}
	return difference, borrow
}

// below computes a < b. The highest bit position where the operands differ decides.
func (g *Graph) below(a, b []Lit) Lit {
	out := False
	for i := range a {
		out = g.Ite(g.Xor(a[i], b[i]), b[i], out)
	}
	return out
}

func (g *Graph) compare(op word.Op, a, b []Lit) Lit {
	switch op {
	case word.Eq:
		return g.same(a, b)
	case word.Ne:
		return g.same(a, b).Not()
	case word.Ltu:
		return g.below(a, b)
	case word.Geu:
		return g.below(a, b).Not()
	}
	// If the signs differ, the negative operand is less.
	top := len(a) - 1
	less := g.Ite(g.Xor(a[top], b[top]), a[top], g.below(a[:top], b[:top]))
	if op == word.Ges {
		return less.Not()
	}
	return less
}

func (g *Graph) same(a, b []Lit) Lit {
	out := True
	for i := range a {
		out = g.And(out, g.Xor(a[i], b[i]).Not())
	}
	return out
}

func (g *Graph) reduce(op word.Op, a []Lit) Lit {
	out := a[0]
	for _, l := range a[1:] {
		switch op {
		case word.Redor:
			out = g.Or(out, l)
		case word.Redand:
			out = g.And(out, l)
		default:
			out = g.Xor(out, l)
		}
	}
	return out
}

func (g *Graph) extreme(op word.Op, a, b []Lit) []Lit {
	switch op {
	case word.Minu:
		return g.choose(g.compare(word.Ltu, a, b), a, b)
	case word.Maxu:
		return g.choose(g.compare(word.Ltu, a, b), b, a)
	case word.Mins:
		return g.choose(g.compare(word.Lts, a, b), a, b)
	}
	return g.choose(g.compare(word.Lts, a, b), b, a)
}

// mul is schoolbook multiplication: for each 1 bit of the multiplier, mul adds a shifted copy
// of the multiplicand.
func (g *Graph) mul(a, b []Lit) []Lit {
	w := len(a)
	sum := zeros(w)
	for i := range w {
		row := zeros(w)
		for j := i; j < w; j++ {
			row[j] = g.And(a[j-i], b[i])
		}
		sum = g.add(sum, row)
	}
	return sum
}

// division divides magnitudes by long division, and then corrects the signs.
func (g *Graph) division(op word.Op, a, b []Lit) []Lit {
	w := len(a)
	signed := op == word.Divs || op == word.Rems
	an, bn := False, False
	if signed {
		an, bn = a[w-1], b[w-1]
	}
	q, r := g.long(g.negate(an, a), g.negate(bn, b))
	if op == word.Remu || op == word.Rems {
		return g.negate(an, r)
	}
	if !signed {
		return q
	}
	return g.choose(g.same(b, zeros(w)), copies(True, w), g.negate(g.Xor(an, bn), q))
}

// negate returns c ? -a : a.
func (g *Graph) negate(c Lit, a []Lit) []Lit {
	n, _ := g.sub(zeros(len(a)), a)
	return g.choose(c, n, a)
}

// long is long division. long brings down the bits of the dividend a one after the other. At
// each step, b fits into the remainder once or not at all. If b is 0, b always fits, which
// gives the results that the operator table requires.
func (g *Graph) long(a, b []Lit) (q, r []Lit) {
	w := len(a)
	q, r = make([]Lit, w), zeros(w+1)
	wide := append(append([]Lit(nil), b...), False)
	for i := w - 1; i >= 0; i-- {
		r = append([]Lit{a[i]}, r[:w]...)
		less, borrow := g.sub(r, wide)
		q[i] = borrow.Not()
		r = g.choose(q[i], less, r)
	}
	return q, r[:w]
}

// shift selects each result bit separately. The bits of the amount, from highest to lowest,
// choose the operand bit for this position.
func (g *Graph) shift(op word.Op, a, n []Lit) []Lit {
	w := len(a)
	count := min(len(n), word.AmountBits(w))
	fill := False
	if op == word.Shrs {
		fill = a[w-1]
	}
	at := func(i int) Lit {
		if i < 0 || i >= w {
			return fill
		}
		return a[i]
	}
	step := 1
	switch op {
	case word.Shl:
		step = -1
	case word.Rotl:
		if w == 1 {
			return a
		}
		n = g.modulo(n, w)
		count, step = len(n), -1
		at = func(i int) Lit { return a[((i%w)+w)%w] }
	}
	s := shifter{g, n, step, at, map[[2]int]Lit{}}
	out := make([]Lit, w)
	for i := range out {
		out[i] = s.pick(count, i)
	}
	return out
}

type shifter struct {
	g    *Graph
	n    []Lit
	step int
	at   func(int) Lit
	made map[[2]int]Lit
}

// pick is the result bit at position i if only the low k bits of the amount matter.
func (s *shifter) pick(k, i int) Lit {
	if k == 0 {
		return s.at(i)
	}
	if i < -64 || i > 128 { // outside of the operand: only fill bits
		return s.at(i)
	}
	key := [2]int{k, i}
	if l, ok := s.made[key]; ok {
		return l
	}
	l := s.g.Ite(s.n[k-1], s.pick(k-1, i+s.step<<(k-1)), s.pick(k-1, i))
	s.made[key] = l
	return l
}

// modulo is n mod w, in as few bits as possible.
func (g *Graph) modulo(n []Lit, w int) []Lit {
	bits := word.AmountBits(w)
	if w&(w-1) == 0 {
		return n[:min(len(n), bits)]
	}
	if len(n) <= bits {
		n = append(append([]Lit(nil), n...), zeros(bits+1-len(n))...)
	}
	_, r := g.long(n, number(len(n), uint64(w)))
	return r[:bits]
}
