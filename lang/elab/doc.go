// Package elab elaborates a system: the package turns the items of the system's source into
// devices, channels and running tasks. Deadlock then checks whether tasks may wait for each other
// in a circle.
//
//	system pair {              System{Chans: [c], Runs: [source, sink],
//	  chan c: u32 cap 1    =>    source.out is c, sink.in is c}
//	  run source(c)
//	  run sink(c)
//	}
//
// An Elaborator adds each item to one tree.System. The systems of tests are made in the same way,
// with fake devices. The Elaborator asks a Host, implemented by lang/types, about the surrounding
// program. The Host checks all expressions and bodies. A network stack is a library task that
// serves the sockets of a network device (stack.go).
//
// Deadlock runs a system abstractly: each task is a coroutine that yields its sends and receives,
// and a channel is only a count of values. This follows Kahn, "The semantics of a simple language
// for parallel programming" (1974): if the communication of a task does not depend on data, every
// order of steps has the same result.
//
// docs/glossary.md explains the terms. Start reading at system.go.
package elab
