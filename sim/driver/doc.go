// Package driver runs tests: the body of a test is the world of the tasks that it
// starts. It runs on lang/eval as a coroutine beside any machine that has a
// scripted world:
//
//	outcome, err := driver.Run(test, driver.Options{Start: machineOfEpoch, Draws: driver.Random(1, 0)})
//
// A machine runs as always. When all its tasks wait, the world asks its driver
// (world.Drive), and the body goes on: it reads what was sent so far, puts more
// inputs, and waits anew, for a message or for time to pass. So all is virtual
// time, and the same test runs on every machine. A crash ends the machine; the
// next start makes another one, with the disks as the crash left them.
//
// What a generator (any.u8() and its kin) gives is drawn from one list of numbers,
// Draws; a failure is shrunk on that list without a word about types, see Shrink
// (MacIver and Donaldson, "Test-case reduction via test-case generation",
// ECOOP 2020).
//
// The package knows the tree and the world, no machine and no compiler. Start
// reading at Run.
package driver
