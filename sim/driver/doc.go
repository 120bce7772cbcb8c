// Package driver runs tests. The body of a test is the world of the tasks that it starts. It
// runs on lang/eval, as a coroutine beside any machine with a scripted world:
//
//	outcome, err := driver.Run(test, driver.Options{Start: machineOfEpoch, Draws: driver.Random(1, 0)})
//
// A machine runs as always. When all tasks wait, the world asks its driver (world.Drive), and
// the body goes on. It reads the messages sent so far, puts more inputs, and waits again, for
// a message or for time to pass. So time is virtual, and the same test runs on every machine.
// A crash ends the machine. The next start makes another machine, with the disks as the crash
// left them.
//
// The values of generators (any.u8() and others) are drawn from one list of numbers, Draws.
// Shrink makes a failure smaller on that list, without knowledge of types (MacIver and
// Donaldson, "Test-case reduction via test-case generation", ECOOP 2020).
//
// The package knows the tree and the world, but no machine and no compiler. Start reading at
// Run.
package driver
