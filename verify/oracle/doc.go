// Package oracle compares the reference machine with an independent interpreter of the
// language, called the oracle. The oracle, sinter_oracle in Python, was written only from
// docs/language.md, docs/library.md and docs/trace.md. The comparison can therefore find a
// mistake that the checker, the tree, lang/eval and thus all machines share.
//
//	cd verify/oracle && python3 -m sinter_oracle ../../examples/hello
//
// The command takes the options of `sinter run` for the inputs of a program. The command prints
// the same output as `sinter run`, and writes the same trace with --trace. The oracle has no
// checker (its programs have passed `sinter check`), runs no tests inside programs, and has no
// other machines. docs/oracle.md lists the findings of the oracle.
package oracle
