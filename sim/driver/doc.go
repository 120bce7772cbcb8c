// Package driver runs tests. The body of a test acts as the outside world of the tasks that it
// starts. lang/eval runs the body as a coroutine next to any machine whose world has a script:
//
//	outcome, err := driver.Run(test, driver.Options{Start: machineOfEpoch, Draws: driver.Random(1, 0)})
//
// The machine runs as usual. When all tasks wait, the world calls its driver (world.Drive), and
// the body of the test continues. The body reads the messages sent so far, provides more
// inputs, and waits again, for a message or until some time has passed. Only the world's clock
// counts, so the same test runs on every machine. A crash ends the machine, and the next start
// makes a new machine. The disks of the new machine begin with the contents that the crash has
// left.
//
// Generators (any.u8() and others) take their values from one list of numbers, Draws. Shrink
// makes this list simpler while the test still fails, without knowledge of types (MacIver and
// Donaldson, "Test-case reduction via test-case generation", ECOOP 2020).
//
// The package depends on the typed tree and the world, but not on any machine or compiler.
// Start reading at Run.
package driver
