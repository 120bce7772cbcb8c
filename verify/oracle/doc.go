// Package oracle compares the reference machine with an interpreter of the language
// that shares nothing with it: sinter_oracle, in Python, was written from the text
// of docs/language.md, docs/library.md and docs/trace.md alone. So a mistake that the
// checker, the tree and lang/eval make together, and with them every other machine,
// does not stay unseen.
//
//	cd verify/oracle && python3 -m sinter_oracle ../../examples/hello
//
// takes the options of `sinter run` that a program's inputs need, prints what that
// prints, and writes the same trace with --trace. What it does not have: a checker
// (its programs have passed `sinter check`), tests of programs, and machines.
// docs/oracle.md lists what it has found.
package oracle
