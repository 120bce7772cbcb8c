// Package oracle compares the reference machine with an independent interpreter of the
// language. The interpreter, sinter_oracle in Python, was written only from docs/language.md,
// docs/library.md and docs/trace.md. So the comparison can find a mistake that the checker,
// the tree, lang/eval and thus all machines share.
//
//	cd verify/oracle && python3 -m sinter_oracle ../../examples/hello
//
// takes the options of `sinter run` for a program's inputs, prints the same output, and writes
// the same trace with --trace. It has no checker (its programs have passed `sinter check`), no
// tests of programs, and no machines. docs/oracle.md lists its findings.
package oracle
