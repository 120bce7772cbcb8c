// Package eval runs functions of the typed tree. It is the reference for the meaning of a
// program. It therefore has its own arithmetic and shares nothing with the IR that it
// checks. The compiler uses it to evaluate constants, and sim/source uses it to run tasks.
//
// The tree is compiled to Go closures over one flat memory of 64-bit cells (lang/tree
// describes the layout of a value):
//
//	s = s + v[i]      store(addr s, add32(load(addr s), index(addr v, load(addr i))))
//
// There is no recursion, so each function has one frame at a fixed address, and so has each
// intermediate aggregate. Aggregate parameters and all inout parameters hold the address of
// their argument. Slices hold an address and a length.
//
// A frame, channel value, log line or mark that leaves a task is an Effect. Effects go to a
// Host, which may block: sim/source runs each task as a coroutine. A trap stops the task
// and is returned as a *Trap.
//
// An index that the checker has proved is checked here too. If a proof is wrong, the run
// reports a fault of the checker instead of differing silently.
//
// The technique is closure generation, see Feeley and Lapalme, "Using closures
// for code generation" (1987). Start reading at machine.go, then compile.go.
package eval
