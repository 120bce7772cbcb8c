// Package facts holds what the checker knows about numbers and lengths at one point of a
// body, and proves bounds from these facts.
//
//	if i < v.len {     Assume(i < v.len, true)      i - v.len <= -1
//	  x = v[i]         InLength(i, v, -1)           proved: no check at run time
//	}
//	i = 3              Learn(i, 3)                  i in 3..=3, the rest forgotten
//
// Facts are intervals of locals and of lengths, and differences a - b <= d between them.
// This is a small version of the difference-bound matrices of Dill, "Timing assumptions and
// verification of finite-state concurrent systems" (1989). A proof uses the intervals of
// the operands (ir/interval) and a few steps of differences.
//
// A *Known belongs to one point. It is cloned at a branch. At a merge, Join keeps what
// holds on both paths. A nil *Known is for a point that is never reached. The package knows
// the typed tree, but not the text, names or diagnostics. Each rule is sound: the tests run
// all values of small types against it.
//
// Start reading at facts.go.
package facts
