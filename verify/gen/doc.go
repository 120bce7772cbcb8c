// Package gen makes random Sinter programs. A program of a seed passes the
// checker, has one meaning, ends (or waits) within bounded work, and shows most
// of what it computes, so that two machines that agree on its trace agree on it:
//
//	p := gen.New(seed, gen.Options{})
//	p.Source()  // the text, without indentation
//	p.Inputs()  // what arrives at its devices
//
// What it is made of stands in three tables, of expressions (words.go,
// values.go), exact numbers (ranges.go) and statements (stmts.go, control.go):
// a name, a weight, when it is possible, and the function that makes it. A new
// part of the language is one row and one function.
//
// One meaning by construction: the language is total, and everything else is
// kept apart while a program is made. Work is counted (each loop multiplies what
// stands in it, each call costs what its function costs), the counter of a
// while is changed by nobody else, bytes keep their length while something
// walks over them, tasks form a line along which every channel moves one value
// a round.
//
// The text is kept as a tree of forms, and Shrink makes it smaller as long as
// a predicate holds: it drops tasks with their channels, statements, inputs, and
// puts parts or zeros in the place of expressions. What the checker then
// refuses is not a smaller program; the predicate says so.
//
// The package knows no compiler. Start reading at New.
package gen
