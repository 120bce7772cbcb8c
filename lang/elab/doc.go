// Package elab elaborates a system: it turns the items of its text into devices,
// channels and running tasks, and asks whether tasks may wait for each other in
// a circle.
//
//	system pair {              System{Chans: [c], Runs: [source, sink],
//	  chan c: u32 cap 1    =>    source.out is c, sink.in is c}
//	  run source(c)
//	  run sink(c)
//	}
//
// An Elaborator adds item after item to one tree.System. The systems of tests are
// made the same way, with fakes in the place of devices. What it has to know of the
// program around it asks the Host, which lang/types is; the package knows nothing of
// how expressions and bodies are checked.
//
// Deadlock runs a system abstractly: each task is a coroutine that yields its sends
// and receives, and channels are counts. It follows the idea of Kahn, "The semantics
// of a simple language for parallel programming" (1974): where a task's communication
// does not depend on data, each order of steps comes to the same end.
//
// Start reading at system.go.
package elab
