package core

import (
	"math/bits"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// linearFrom is the least number of operators for which a linear expression is built from sums.
// With fewer operators, a circuit of the written expression is just as small.
const linearFrom = 5

// linear makes the bits of an expression that is linear over the operands, such as some rounds
// of a cyclic redundancy check. It uses exclusive ors that share as many terms as possible.
func (e *elab) linear(x *word.Expr) (vec, bool) {
	n := 0
	x.Each(func(p *word.Expr) {
		if p.Op != word.Bad {
			n++
		}
	})
	if n < linearFrom {
		return nil, false
	}
	names := []string{leafA, leafB, leafRs2, leafRs3}
	sums, ok := word.Linear(x, names)
	if !ok {
		return nil, false
	}
	if out, ok := e.rotations(sums, names); ok {
		return out, true
	}
	s := &summer{g: e.g.wires}
	rows := make([][]int, len(sums))
	for i, sum := range sums {
		rows[i] = s.row(sum, e.leaves, names)
	}
	s.share(rows)
	out := make(vec, len(sums))
	for i, row := range rows {
		out[i] = s.sum(row)
		if sums[i].One {
			out[i] = s.g.op(word.Not, 1, 0, vec{out[i]})[0]
		}
	}
	return out, true
}

// maxRotations is the largest number of terms that rotations adds.
const maxRotations = 4

// rotation is a term of a linear expression: bit i of the result gets bit i+by of a leaf, modulo
// the width of the leaf.
type rotation struct{ leaf, by int }

// rotations makes a linear expression that is an exclusive or of few shifted or rotated leaves,
// such as a sum of SHA-256. It makes one operator on words for each term, not one operator for
// each bit: so the circuit is smaller to write and faster to simulate, and has the same gates.
// If two bits of the result share a sum of two terms, sharing saves gates, and rotations refuses.
func (e *elab) rotations(sums []word.Sum, names []string) (vec, bool) {
	var order []rotation
	words := map[rotation]vec{}
	pairs := map[[2]bit]bool{}
	for i, sum := range sums {
		var row []bit
		for k, name := range names {
			leaf := e.leaves[name]
			for m := sum.Of[k]; m != 0; m &= m - 1 {
				at := bits.TrailingZeros64(m)
				r := rotation{k, ((at-i)%len(leaf) + len(leaf)) % len(leaf)}
				if words[r] == nil {
					order, words[r] = append(order, r), constVec(len(sums), 0)
				}
				words[r][i] = leaf[at]
				row = append(row, leaf[at])
			}
		}
		if sum.One || len(order) > maxRotations || shares(pairs, row) {
			return nil, false
		}
	}
	var out vec
	for _, r := range order {
		switch {
		case !solid(words[r]):
			return nil, false
		case out == nil:
			out = words[r]
		default:
			out = e.g.op(word.Xor, len(sums), 0, out, words[r])
		}
	}
	return out, out != nil
}

// shares reports whether two bits of a row occur together in an earlier row, or are one wire. It
// adds the pairs of the row to those of the earlier rows.
func shares(pairs map[[2]bit]bool, row []bit) bool {
	for j, y := range row {
		for _, x := range row[:j] {
			if x == y || pairs[[2]bit{x, y}] || pairs[[2]bit{y, x}] {
				return true
			}
			pairs[[2]bit{x, y}] = true
		}
	}
	return false
}

// solid reports whether the bits that are not constant follow each other.
func solid(v vec) bool {
	constant := func(b bit) bool { return b.node == rtl.None }
	first := slices.IndexFunc(v, func(b bit) bool { return !constant(b) })
	if first < 0 {
		return false
	}
	rest := v[first:]
	if end := slices.IndexFunc(rest, constant); end >= 0 {
		return !slices.ContainsFunc(rest[end:], func(b bit) bool { return !constant(b) })
	}
	return true
}

// summer makes sums of bits. A sum is an exclusive or.
type summer struct {
	g     wires
	terms []term
	found map[bit]int
}

// term is a part of a sum: an operand bit, or the sum of two terms.
type term struct {
	at    bit
	level int
}

func (s *summer) term(b bit, level int) int {
	if s.found == nil {
		s.found = map[bit]int{}
	}
	k, ok := s.found[b]
	if !ok {
		k = len(s.terms)
		s.found[b], s.terms = k, append(s.terms, term{b, level})
	}
	return k
}

// row lists the terms of a sum of operand bits.
func (s *summer) row(sum word.Sum, leaves map[string]vec, names []string) []int {
	var out []int
	for k, name := range names {
		for m := sum.Of[k]; m != 0; m &= m - 1 {
			t := s.term(leaves[name][bits.TrailingZeros64(m)], 0)
			if at := slices.Index(out, t); at >= 0 { // the same wire may appear twice, because bits of an immediate may be one wire
				out = slices.Delete(out, at, at+1)
				continue
			}
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// share repeatedly takes the two terms that occur together in most rows, and makes one term
// from them (Paar, "Optimized Arithmetic for Reed-Solomon Encoders", 1997).
func (s *summer) share(rows [][]int) {
	for {
		a, b, n := s.commonest(rows)
		if n < 2 {
			return
		}
		c := s.xor(a, b)
		for i, row := range rows {
			if slices.Contains(row, a) && slices.Contains(row, b) {
				rows[i] = append(slices.DeleteFunc(row, func(t int) bool { return t == a || t == b }), c)
			}
		}
	}
}

// commonest finds the pair that occurs in most rows. Among equally frequent pairs, it prefers
// the pair whose sum has the least depth.
func (s *summer) commonest(rows [][]int) (a, b, n int) {
	type pair struct{ a, b int }
	count := map[pair]int{}
	var order []pair
	for _, row := range rows {
		for i, x := range row {
			for _, y := range row[:i] {
				p := pair{min(x, y), max(x, y)}
				if count[p] == 0 {
					order = append(order, p)
				}
				count[p]++
			}
		}
	}
	level := func(p pair) int { return max(s.terms[p.a].level, s.terms[p.b].level) }
	best := pair{}
	for _, p := range order {
		if count[p] > n || count[p] == n && level(p) < level(best) {
			best, n = p, count[p]
		}
	}
	return best.a, best.b, n
}

func (s *summer) xor(a, b int) int {
	v := s.g.op(word.Xor, 1, 0, vec{s.terms[a].at}, vec{s.terms[b].at})
	return s.term(v[0], max(s.terms[a].level, s.terms[b].level)+1)
}

// sum adds the terms of a row, the lowest first.
func (s *summer) sum(row []int) bit {
	if len(row) == 0 {
		return bit{rtl.None, 0}
	}
	row = slices.Clone(row)
	for len(row) > 1 {
		slices.SortStableFunc(row, func(x, y int) int { return s.terms[x].level - s.terms[y].level })
		row = append(row[2:], s.xor(row[0], row[1]))
	}
	return s.terms[row[0]].at
}
