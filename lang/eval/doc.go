// Package eval runs functions of the typed tree. The package defines the meaning of a program, and
// tests compare all other machines with it. It therefore has its own arithmetic and shares no code
// with the IR. The compiler uses it to evaluate constants, and sim/source uses it to run tasks.
//
// The tree is compiled to Go closures over one flat memory of 64-bit cells (lang/tree
// describes the layout of a value):
//
//	s = s + v[i]      store(addr s, add32(load(addr s), index(addr v, load(addr i))))
//
// The language has no recursion, and so each function has one frame at a fixed address. Each
// intermediate aggregate (a value of several cells) also has a fixed address. Aggregate parameters
// and all inout parameters hold the address of the argument. Slices hold an address and a length.
//
// An Effect is a step of a task that is visible outside of it: a frame, a channel value, a log
// line or a mark. An Effect goes to a Host. The Host may block, because sim/source runs each task
// as a coroutine. A trap stops the task and the run returns it as a *Trap.
//
// The code also checks an index that the checker has proved to be within bounds. If the proof is
// wrong, the run reports a fault of the checker instead of a wrong result.
//
// docs/glossary.md explains the terms. The technique is closure generation: Feeley and Lapalme,
// "Using closures for code generation" (1987). Start reading at machine.go, then compile.go.
package eval
