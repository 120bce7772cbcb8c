package driver

import (
	"math/bits"
	"slices"
)

// Shrink makes the draws of a failure simpler while the test still fails: fewer draws first,
// then smaller ones. `fails` runs the test with given draws. It returns the draws that the run
// used, and whether the run failed for the same reason. Shrink makes at most `budget` runs. A
// run with the draws that Shrink returns always fails.
func Shrink(choices []uint64, budget int, fails func([]uint64) (drawn []uint64, same bool)) []uint64 {
	s := &shrinker{best: choices, budget: budget, fails: fails}
	for before := -1; s.budget > 0 && before != s.found; {
		before = s.found
		s.deleteRuns()
		s.zeroRuns()
		s.shorten()
		s.lower()
		s.sort()
	}
	return s.best
}

type shrinker struct {
	best   []uint64
	budget int
	found  int // how often it found something simpler
	fails  func([]uint64) ([]uint64, bool)
}

// try runs the test with a candidate. If the run fails, try keeps the draws that the run used,
// provided that these draws are simpler.
func (s *shrinker) try(candidate []uint64) bool {
	if s.budget == 0 || !simpler(candidate, s.best) {
		return false
	}
	s.budget--
	drawn, same := s.fails(candidate)
	if !same || !simpler(drawn, s.best) {
		return false
	}
	s.best = slices.Clone(drawn)
	s.found++
	return true
}

// simpler reports whether a is simpler than b. Shorter lists are simpler. If the lengths are
// equal, the first position with different numbers decides: the smaller number is simpler.
func simpler(a, b []uint64) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return slices.Compare(a, b) < 0
}

// runs calls f with the bounds of sequences of neighbouring draws, from the end of the list to
// its front. It starts with long sequences and repeatedly halves the length.
func (s *shrinker) runs(f func(from, to int) bool) {
	for size := len(s.best); size > 0 && s.budget > 0; size /= 2 {
		for from := len(s.best) - size; from >= 0 && s.budget > 0; from -= size {
			f(from, min(from+size, len(s.best)))
		}
	}
}

func (s *shrinker) deleteRuns() {
	s.runs(func(from, to int) bool {
		return to <= len(s.best) && s.try(slices.Delete(slices.Clone(s.best), from, to))
	})
}

func (s *shrinker) zeroRuns() {
	s.runs(func(from, to int) bool {
		if to > len(s.best) || from >= to {
			return false
		}
		c := slices.Clone(s.best)
		clear(c[from:to])
		return s.try(c)
	})
}

// shorten lowers a draw by some number n, and deletes n draws after it. This shortens a list of
// the test if the test draws the length of the list before the elements.
func (s *shrinker) shorten() {
	for i := 0; i < len(s.best) && s.budget > 0; i++ {
		for less := min(s.best[i], uint64(len(s.best)-i-1)); less > 0 && s.budget > 0; {
			c := slices.Clone(s.best)
			c[i] -= less
			c = slices.Delete(c, i+1, i+1+int(less))
			if !s.try(c) {
				less /= 2
				continue
			}
			if i >= len(s.best) {
				return
			}
			less = min(s.best[i], uint64(len(s.best)-i-1), less)
		}
	}
}

// lower searches, for each draw, the smallest value with which the test still fails. It first
// tries only the leading bits, and then bisects between failing and passing values.
func (s *shrinker) lower() {
	for i := 0; i < len(s.best) && s.budget > 0; i++ {
		s.leading(i)
		for low := uint64(0); i < len(s.best) && low < s.best[i] && s.budget > 0; {
			c := slices.Clone(s.best)
			c[i] = low + (c[i]-low)/2
			if mid := c[i]; !s.try(c) {
				low = mid + 1
			}
		}
	}
}

// leading tries to keep only the leading bits of a draw: one bit, two bits and so on.
func (s *shrinker) leading(i int) {
	v := s.best[i]
	for shift := bits.Len64(v) - 1; shift > 0 && s.budget > 0; shift-- {
		c := slices.Clone(s.best)
		c[i] = v >> shift
		if s.try(c) {
			return
		}
	}
}

// sort exchanges neighbours that are out of order.
func (s *shrinker) sort() {
	for i := 1; i < len(s.best) && s.budget > 0; i++ {
		if s.best[i] < s.best[i-1] {
			c := slices.Clone(s.best)
			c[i], c[i-1] = c[i-1], c[i]
			s.try(c)
		}
	}
}
