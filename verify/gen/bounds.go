package gen

import "fmt"

// This file makes numbers whose largest possible value is a given bound. The numbers come from
// every operator, and serve as indices, lengths and loop ends. If the checker computes too
// small a bound, one of its proofs is wrong, and a run can show this mistake.

// boundRow is a production (a way to make text) for numbers from 0 to most.
type boundRow struct {
	row
	make func(g *gen, t *typ, most int) *node // returns nil if it cannot make such a number now
}

// boundRows is the table of bounded numbers.
func boundRows() []boundRow {
	return []boundRow{
		{row{"and", 2}, func(g *gen, t *typ, most int) *node { return g.upToMask(t, most) }},
		{row{"or", 4}, func(g *gen, t *typ, most int) *node { return g.joined(t, most, "|") }},
		{row{"xor", 4}, func(g *gen, t *typ, most int) *node { return g.joined(t, most, "^") }},
		{row{"sum", 4}, func(g *gen, t *typ, most int) *node {
			a := g.r.IntN(most + 1)
			return expr(t, "($ + $)", g.upToMask(t, a), g.upToMask(t, most-a))
		}},
		{row{"difference", 4}, func(g *gen, t *typ, most int) *node {
			return expr(t, fmt.Sprintf("(%s(%d) - $)", t.name, most), g.upToMask(t, g.r.IntN(most+1)))
		}},
		{row{"product", 4}, (*gen).upToProduct},
		{row{"quotient", 2}, func(g *gen, t *typ, most int) *node {
			k := g.between(2, 9)
			if k*most+k-1 > t.top() || !g.work(40) {
				return nil
			}
			return expr(t, fmt.Sprintf("($ / %d)", k), g.upToMask(t, k*most+k-1))
		}},
		{row{"remainder", 2}, (*gen).upToRest},
		{row{"left", 4}, func(g *gen, t *typ, most int) *node {
			k := g.between(1, 3)
			if most%(1<<k) != 0 || most == 0 {
				return nil
			}
			return expr(t, fmt.Sprintf("($ << %d)", k), g.upToMask(t, most>>k))
		}},
		{row{"right", 4}, func(g *gen, t *typ, most int) *node {
			k := g.between(1, 3)
			if (most+1)<<k-1 > t.top() {
				return nil
			}
			return expr(t, fmt.Sprintf("($ >> %d)", k), g.upToMask(t, (most+1)<<k-1))
		}},
		{row{"by an amount", 2}, func(g *gen, t *typ, most int) *node {
			return expr(t, fmt.Sprintf("(%s(%d) >> $)", t.name, most), g.upToMask(intType(8, false), 3))
		}},
		{row{"conversion", 3}, func(g *gen, t *typ, most int) *node {
			for bits := 1; bits < t.bits; bits++ {
				if most == 1<<bits-1 {
					return expr(t, fmt.Sprintf("%s(u%d($))", t.name, bits), g.value(t, 1))
				}
			}
			return nil
		}},
		{row{"larger of two", 3}, func(g *gen, t *typ, most int) *node {
			return expr(t, fmt.Sprintf("%s(clamp($, $, %d))", t.name, most), g.value(t, 1), g.small(g.r.IntN(most+1)))
		}},
	}
}

// unknownEnd is the last value of a loop whose end is a u64. This value is larger than any small
// range.
const unknownEnd = 1 << 62

// top is the largest number of an integer type, or 2^40 - 1 if that is smaller.
func (t *typ) top() int { return 1<<min(t.bits, 40) - 1 }

// upTo makes a number of an unsigned type from 0 to `most`. The value `most` can occur.
func (g *gen) upTo(most int) *node {
	t := intType(pick(g, []int{32, 32, 16, 64, 33}), false)
	if most > t.top()>>4 {
		t = intType(32, false)
	}
	rows := boundRows()
	for range 4 {
		i := g.choose(len(rows), func(i int) int { return rows[i].weight })
		if n := rows[i].make(g, t, most); n != nil {
			g.p.Used["bound "+rows[i].name]++
			return n
		}
	}
	return g.upToMask(t, most)
}

// upToMask makes a number by masking bits.
func (g *gen) upToMask(t *typ, most int) *node {
	return expr(t, "($ & $)", g.value(t, 1), g.small(most))
}

// upToRest makes a remainder.
func (g *gen) upToRest(t *typ, most int) *node {
	if most >= t.top() || !g.work(40) {
		return nil
	}
	return expr(t, "($ % $)", g.value(t, 1), g.small(most+1))
}

// upToProduct makes a product of two numbers whose largest values give most.
func (g *gen) upToProduct(t *typ, most int) *node {
	var factors []int
	for k := 1; k <= most; k++ {
		if most%k == 0 {
			factors = append(factors, k)
		}
	}
	if factors == nil || !g.work(4) {
		return nil
	}
	k := pick(g, factors)
	return expr(t, "($ * $)", g.upToMask(t, k), g.upToMask(t, most/k))
}

// joined distributes the bits of the bound `most` over two operands. With "|" the operands may
// share bits. The operands of a xor share no bits, because otherwise the bound could not occur.
func (g *gen) joined(t *typ, most int, op string) *node {
	a := most & g.r.IntN(most+1)
	b := most &^ a
	if op == "|" && g.oneIn(3) {
		b = most & (b | g.r.IntN(most+1))
	}
	return expr(t, "($ "+op+" $)", g.upToMask(t, a), g.upToMask(t, b))
}

// beyond returns one more than the last index if the program may trap.
func (g *gen) beyond(last int) int {
	if g.traps && g.oneIn(8) {
		return last + 1
	}
	return last
}
