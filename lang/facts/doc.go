// Package facts holds the checker's facts about numbers and lengths at one program point, and
// proves bounds from these facts.
//
//	if i < v.len {     Assume(i < v.len, true)      i - v.len <= -1
//	  x = v[i]         InLength(i, v, -1)           proved: no check at run time
//	}
//	i = 3              Learn(i, 3)                  i in 3..=3, the rest forgotten
//
// A fact is an interval for a local or for a length, or a bound a - b <= d on the difference of
// two locals or lengths. Such facts are a small version of the difference-bound matrices of Dill,
// "Timing assumptions and verification of finite-state concurrent systems" (1989). A proof uses
// the intervals of the operands (ir/interval) and a few difference facts.
//
// A *Known belongs to one program point. At a branch, the checker clones the *Known. Where two
// paths merge, Join keeps the facts that hold on both. A nil *Known belongs to a point that is
// never reached. The package uses the typed tree, but not the source text, names or diagnostics.
// Each rule is sound: tests check it against all values of small types.
//
// Start reading at facts.go.
package facts
