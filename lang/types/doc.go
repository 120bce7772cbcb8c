// Package types checks a program: names, types, ranges, facts, and the rules that keep a program
// total (without endless computation). The package turns the syntax tree into the typed tree.
//
//	prog, errs := types.Check(files, types.Options{})
//
// For
//
//	fn sum(v: []u32) -> u32 { for i in 0..v.len { s = s + v[i] } }
//
// the checker reports that s is unknown, and that control reaches the end without a return.
//
// The checker first collects all names. It then resolves each declaration on first use, which
// makes the source order irrelevant and finds cyclic declarations. The type of a literal or
// constant is a range with one member. Range arithmetic is the arithmetic of ir/interval. An
// interval that 64 bits cannot hold is an error. Only convert (convert.go) makes implicit
// conversions.
//
// A fact is something that is known about a number or a length at a program point. lang/facts
// holds the facts. Conditions, loop bounds and assert add facts, and assignments remove facts. An
// index that the facts prove valid needs no check at run time. A place is a variable or a part of
// one. A trap site is an operation that may trap. docs/glossary.md explains other terms. lang/elab
// elaborates a system, and asks this package for tasks and constants (host.go).
//
// lang/eval evaluates constants. The package does not depend on the IR or on a machine.
// Start reading at check.go, then body.go, stmt.go, expr.go.
package types
