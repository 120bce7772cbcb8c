// Package elab elaborates a system. It turns the items of its text into devices, channels
// and running tasks. It then checks whether tasks may wait for each other in a circle.
//
//	system pair {              System{Chans: [c], Runs: [source, sink],
//	  chan c: u32 cap 1    =>    source.out is c, sink.in is c}
//	  run source(c)
//	  run sink(c)
//	}
//
// An Elaborator adds item after item to one tree.System. The systems of tests are made in
// the same way, with fakes instead of devices. The Elaborator asks a Host, implemented by
// lang/types, about the surrounding program. The package does not know how expressions and
// bodies are checked.
//
// Deadlock runs a system abstractly: each task is a coroutine that yields its sends and
// receives, and channels are counts. It follows the idea of Kahn, "The semantics of a
// simple language for parallel programming" (1974): if a task's communication does not
// depend on data, every order of steps has the same result.
//
// Start reading at system.go.
package elab
