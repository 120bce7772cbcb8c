// Package facts holds what the checker knows about numbers and lengths at one point
// of a body, and proves from it.
//
//	if i < v.len {     Assume(i < v.len, true)      i - v.len <= -1
//	  x = v[i]         InLength(i, v, -1)           proved: no check at run time
//	}
//	i = 3              Learn(i, 3)                  i in 3..=3, the rest forgotten
//
// Facts are intervals of locals and of lengths, and differences a - b <= d between
// them: a small version of the difference-bound matrices of Dill, "Timing assumptions
// and verification of finite-state concurrent systems" (1989). An expression is proved
// over what its operands can be at most (ir/interval), and over a few steps of
// differences.
//
// A *Known is at one point; where ways part it is cloned, where they meet Join keeps what
// holds on both. A nil *Known stands for a point that is never reached. The package knows
// the typed tree and no text, no names and no diagnostics. Each rule is sound: the tests
// run all values of small types against it.
//
// Start reading at facts.go.
package facts
