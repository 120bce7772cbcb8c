// Package types checks a program: names, types, ranges, facts and the rules

// that keep a program total. It turns the tree of the text into the typed tree.
//
//	prog, errs := types.Check(files, types.Options{})
//
// For
//
//	fn sum(v: []u32) -> u32 { for i in 0..v.len { s = s + v[i] } }
//
// it reports that s is unknown, and that the end is reached without a return.
//
// How it works. Names are collected first, then each declaration is resolved
// when it is asked for, so that order in the text does not matter and a cycle
// is found on the way. Literals and constants have the type of a range with one
// member; range arithmetic is that of ir/interval, and
// an interval that 64 bits cannot hold is an error. A value meets its type in
// convert (convert.go), the one place where implicit conversions are made.
//
// What is known of numbers and lengths at a point is asked of lang/facts: conditions,
// loop bounds and assert add facts, assignment removes them, and an index that they
// prove needs no check at run time. A system is elaborated by lang/elab, which asks
// its host (host.go) for tasks and constants.
//
// Constants are evaluated with lang/eval. The package knows no IR and no
// machine. Start reading at check.go, then body.go, stmt.go, expr.go.
package types
