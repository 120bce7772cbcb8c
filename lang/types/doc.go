// Package types checks a program: names, types, ranges, facts and the rules that keep a
// program total. It turns the tree of the text into the typed tree.
//
//	prog, errs := types.Check(files, types.Options{})
//
// For
//
//	fn sum(v: []u32) -> u32 { for i in 0..v.len { s = s + v[i] } }
//
// it reports that s is unknown, and that control reaches the end without a return.
//
// How it works. Names are collected first. Then each declaration is resolved when it is
// first needed, so the order in the text does not matter and cycles are found on the way.
// The type of a literal or constant is a range with one member. Range arithmetic is the
// arithmetic of ir/interval, and an interval that 64 bits cannot hold is an error. convert
// (convert.go) gives a value its type. It is the only place where implicit conversions are
// made.
//
// lang/facts holds what is known about numbers and lengths at a point. Conditions, loop
// bounds and assert add facts, and assignment removes them. An index that the facts prove
// needs no check at run time. lang/elab elaborates a system, and asks its host (host.go)
// for tasks and constants.
//
// lang/eval evaluates constants. The package does not depend on the IR or on a machine.
// Start reading at check.go, then body.go, stmt.go, expr.go.
package types
