// Package gen makes random Sinter programs. A program of a seed passes the
// checker, has one meaning, ends (or waits) within bounded work, and shows most
// of what it computes, so that two machines that agree on its trace agree on it:
//
//	p := gen.New(seed, gen.Options{})
//	p.Source()  // the text, without indentation
//	p.Script()  // what arrives at its devices, and when the run ends
//
// What it is made of stands in three tables, of expressions (words.go,
// values.go), exact numbers (ranges.go) and statements (stmts.go, control.go):
// a name, a weight, when it is possible, and the function that makes it. A new
// part of the language is one row and one function; fixed point and floats
// (reals.go), maps.go, generics.go, layouts.go and devices.go have their rows
// with them. edges.go makes what stands at the edge of a condition.
//
// One meaning by construction: the language is total, and everything else is
// kept apart while a program is made. Work is counted (each loop multiplies what
// stands in it, each call costs what its function costs), the counter of a
// while is changed by nobody else, bytes keep their length while something
// walks over them. Tasks form a line (wiring.go) along which every channel moves
// one value a round, in turn or as they come (select.go); each round of a loop
// without end waits for something from outside, directly or through others.
//
// The text is kept as a tree of forms, and Shrink makes it smaller as long as
// a predicate holds: it drops tasks with their channels, statements, inputs, and
// puts parts or zeros in the place of expressions. What the checker then
// refuses is not a smaller program; the predicate says so.
//
// The package knows no compiler. Start reading at New.
package gen
