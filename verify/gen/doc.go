// Package gen makes random Sinter programs. Each program passes the checker, has one meaning,
// and ends (or waits) after bounded work. The trace of a program shows most of the values that
// the program computes. Machines with equal traces therefore agree on most of the program:
//
//	p := gen.New(seed, gen.Options{})
//	p.Source()  // the text, without indentation
//	p.Script()  // what arrives at its devices, and when the run ends
//
// Three tables list the productions: expressions (words.go, values.go), exact numbers
// (ranges.go) and statements (stmts.go, control.go). A production is a way to make a piece of
// text. The row of a production has a name, a weight, a condition for its use, and the function
// that makes the text. A new part of the language needs only one row and one function. Fixed
// point and floats (reals.go), maps.go, generics.go, layouts.go and devices.go have separate
// rows. edges.go makes values at the boundary of a condition. The generated program mixes most
// values into a hash variable, and logs this variable.
//
// Each generated program has only one meaning. All operations of the language are defined, and
// the generator avoids everything else that could differ between machines. It also counts work:
// a loop multiplies the work of its body, and a call costs the work of its function. Only the
// loop itself changes the counter of a while. Bytes keep their length while a loop iterates
// over them. Tasks are ordered in a line (wiring.go). Every channel between them passes one
// value per round. A task receives from its channels one after the other, or in order of
// arrival (select.go). Each round of an endless loop waits for something from outside, directly
// or through other tasks.
//
// The text is kept as a tree of nodes. Shrink makes the program smaller as long as a predicate
// holds. Shrink drops tasks with their channels, statements and inputs, and replaces
// expressions by their parts or by zeros. The predicate must reject programs that the checker
// refuses.
//
// docs/glossary.md explains the terms. The package does not depend on a compiler. Start reading
// at New.
package gen
