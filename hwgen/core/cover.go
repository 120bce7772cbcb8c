package core

import (
	"math/bits"
	"slices"
	"sort"
)

// pattern is a set of instruction words: all w with w&mask == val.
type pattern struct {
	val, mask uint32
}

// within reports whether all words of p are words of t.
func (p pattern) within(t pattern) bool {
	return t.mask&^p.mask == 0 && p.val&t.mask == t.val
}

// cover is a sum of products over the bits of an instruction word, or the complement of such a
// sum.
type cover struct {
	terms  []pattern
	invert bool
}

// cost counts the literals and the terms of a cover.
func (c cover) cost() int {
	n := len(c.terms)
	for _, t := range c.terms {
		n += bits.OnesCount32(t.mask)
	}
	return n
}

// eval computes the cover for a word that is in a pattern of `on` or `off`.
func (c cover) eval(w uint32) bool {
	for _, t := range c.terms {
		if w&t.mask == t.val {
			return !c.invert
		}
	}
	return c.invert
}

// minimise finds a cheap cover that is 1 on every word of `on` and 0 on every word of `off`. On
// other words the cover is arbitrary, because the image does not contain them. So the decoder
// of a specialised core is small.
func minimise(on, off []pattern) cover {
	if len(on) == 0 {
		return cover{}
	}
	if len(off) == 0 {
		return cover{invert: true}
	}
	direct := cover{terms: sumOf(on, off)}
	inverse := cover{terms: sumOf(off, on), invert: true}
	if inverse.cost() < direct.cost() {
		return inverse
	}
	return direct
}

// sumOf picks terms greedily. Each round takes the term that covers the most remaining
// patterns, and among equally good terms the shortest.
func sumOf(on, off []pattern) []pattern {
	left := append([]pattern(nil), on...)
	var candidates []pattern
	known := map[pattern]bool{}
	for _, p := range on {
		for _, t := range primes(p, off) {
			if !known[t] {
				known[t] = true
				candidates = append(candidates, t)
			}
		}
	}
	var terms []pattern
	for len(left) > 0 {
		best := bestTerm(candidates, left)
		terms = append(terms, best)
		left = uncovered(left, best)
	}
	sort.Slice(terms, func(i, j int) bool {
		return terms[i].mask < terms[j].mask || terms[i].mask == terms[j].mask && terms[i].val < terms[j].val
	})
	return terms
}

func uncovered(left []pattern, t pattern) []pattern {
	var out []pattern
	for _, p := range left {
		if !p.within(t) {
			out = append(out, p)
		}
	}
	return out
}

func bestTerm(candidates, left []pattern) pattern {
	best, bestScore := pattern{}, -1<<30
	for _, t := range candidates {
		covered := 0
		for _, p := range left {
			if p.within(t) {
				covered++
			}
		}
		if covered == 0 {
			continue
		}
		// One more covered pattern always counts more than the literals.
		if score := covered*64 - bits.OnesCount32(t.mask); score > bestScore {
			best, bestScore = t, score
		}
	}
	return best
}

// primes returns terms over the fixed bits of p that match no pattern of `off`: first the terms
// with the smallest possible number of literals, then the terms with one literal more.
func primes(p pattern, off []pattern) []pattern {
	useful, apart := differences(p, off)
	var out []pattern
	found := 33
	for n := 1; n <= bits.OnesCount32(useful) && n <= found+1 && n <= 8; n++ {
		size := len(out)
		out = appendSubsets(out, p, useful, 0, n, apart)
		if len(out) > size && found == 33 {
			found = n
		}
	}
	if len(out) == 0 { // more than eight literals are needed: use all of them
		out = append(out, pattern{p.val & useful, useful})
	}
	return out
}

// differences compares p with each pattern of `off`. `useful` has all fixed bits in which p
// differs from at least one pattern. For each pattern, `apart` has the set of bits in which p
// differs from this pattern. If a set contains another set of the list, `apart` omits the
// larger set. A term that has at least one bit from each of these sets matches no pattern of
// `off`.
func differences(p pattern, off []pattern) (useful uint32, apart []uint32) {
	for _, o := range off {
		d := (p.val ^ o.val) & p.mask & o.mask
		useful |= d
		if slices.ContainsFunc(apart, func(e uint32) bool { return e&^d == 0 }) {
			continue
		}
		apart = append(slices.DeleteFunc(apart, func(e uint32) bool { return d&^e == 0 }), d)
	}
	return useful, apart
}

// appendSubsets adds terms to the result. A term consists of the literals of `chosen` and
// exactly n literals from `rest`, and has a bit of each set of `apart`. n is at least one.
func appendSubsets(out []pattern, p pattern, rest, chosen uint32, n int, apart []uint32) []pattern {
	last := rest // candidates for the last literal
	for _, d := range apart {
		switch {
		case d&chosen != 0:
		case d&rest == 0:
			return out
		default:
			last &= d
		}
	}
	if n == 1 {
		for ; last != 0; last &= last - 1 {
			mask := chosen | last&-last
			out = append(out, pattern{p.val & mask, mask})
		}
		return out
	}
	for ; bits.OnesCount32(rest) >= n; rest &= rest - 1 {
		low := rest & -rest
		out = appendSubsets(out, p, rest&^low, chosen|low, n-1, apart)
	}
	return out
}
