// Package eval runs functions of the typed tree. It is the reference for what a
// program means, so it has an arithmetic of its own and shares nothing with
// the IR that it checks; the compiler uses it to evaluate constants, sim/source
// to run tasks.
//
// The tree is compiled to Go closures over one flat memory of 64-bit cells
// (lang/tree says how a value is laid out):
//
//	s = s + v[i]      store(addr s, add32(load(addr s), index(addr v, load(addr i))))
//
// There is no recursion, so each function has one frame at a fixed address,
// and so has each intermediate aggregate. Aggregate parameters and all inout
// parameters hold the address of their argument, slices an address and a length.
//
// What leaves a task (frames, channel values, log lines, marks) is an Effect that
// is handed to a Host, which may block: sim/source runs each task as a
// coroutine. A trap stops the task and is returned as a *Trap.
//
// An index that the checker has proved is checked all the same: if a proof is
// wrong, that is a fault of ours and said so, never a silent difference.
//
// The technique is closure generation, see Feeley and Lapalme, "Using closures
// for code generation" (1987). Start reading at machine.go, then compile.go.
package eval
