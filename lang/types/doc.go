// Package types checks a program: names, types, ranges, facts and the rules that keep a program
// total (it always terminates). It turns the syntax tree into the typed tree.
//
//	prog, errs := types.Check(files, types.Options{})
//
// For
//
//	fn sum(v: []u32) -> u32 { for i in 0..v.len { s = s + v[i] } }
//
// it reports that s is unknown, and that control reaches the end without a return.
//
// The package works as follows. First it collects the names. Then it resolves each declaration
// when it is first needed. The source order therefore does not matter, and cycles are found on
// the way. The type of a literal or constant is a range with one member. Range arithmetic is
// the arithmetic of ir/interval. An interval that 64 bits cannot hold is an error. convert
// (convert.go) gives a value its type, and no other function makes implicit conversions.
//
// A fact is something that is known about a number or a length at a program point. lang/facts
// holds the facts. Conditions, loop bounds and assert add facts, and assignments remove them.
// An index that the facts prove valid needs no check at run time. A place is a variable or a
// part of one. A trap site is an operation that may trap. docs/glossary.md explains other
// terms. lang/elab elaborates a system, and asks its host (host.go) for tasks and constants.
//
// lang/eval evaluates constants. The package does not depend on the IR or on a machine.
// Start reading at check.go, then body.go, stmt.go, expr.go.
package types
