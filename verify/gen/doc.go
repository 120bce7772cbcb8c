// Package gen makes random Sinter programs. Each program passes the checker, has one meaning,
// and ends (or waits) within bounded work. Its trace shows most of its computed values, so
// that machines with equal traces agree on most of the program:
//
//	p := gen.New(seed, gen.Options{})
//	p.Source()  // the text, without indentation
//	p.Script()  // what arrives at its devices, and when the run ends
//
// Three tables list the productions: expressions (words.go, values.go), exact numbers
// (ranges.go) and statements (stmts.go, control.go). A row has a name, a weight, a condition
// for its use, and the function that makes the text. A new part of the language is one row and
// one function. Fixed point and floats (reals.go), maps.go, generics.go, layouts.go and
// devices.go contain their own rows. edges.go makes values at the edge of a condition.
//
// A program has one meaning by construction. The language is total, and the generator avoids
// everything else that could differ. It counts work: a loop multiplies the work of its body,
// and a call costs the work of its function. Nothing else changes the counter of a while.
// Bytes keep their length while a loop walks over them. Tasks form a line (wiring.go). Along
// it every channel moves one value per round, in turn or in order of arrival (select.go). Each
// round of an endless loop waits for something from outside, directly or through other tasks.
//
// The text is kept as a tree of forms. Shrink makes it smaller as long as a predicate holds.
// It drops tasks with their channels, statements and inputs, and replaces expressions by their
// parts or by zeros. The predicate must reject a program that the checker refuses.
//
// The package knows no compiler. Start reading at New.
package gen
