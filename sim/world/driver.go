package world

// A Driver provides inputs that are not known in advance. The world calls the driver whenever
// every task waits. The driver may Put inputs, which arrive immediately, and returns a time,
// `until`. Until that time, the world itself handles these inputs and the deadlines of tasks.
// The world calls the driver again at that time, or earlier if all tasks wait. `elapsed` is set
// if that time has come and no other event happens at that time. If the driver returns `more`
// as false, the run ends and the world calls the driver no more.
type Driver func(elapsed bool) (until uint64, more bool)

// Drive makes a driver the source of all further inputs.
func (w *World) Drive(d Driver) { w.driver = d }

// Put makes a message arrive at a device immediately.
func (w *World) Put(dev int, data []byte) {
	w.script.Inputs = append(w.script.Inputs, Input{Time: w.now, Device: dev, Data: data})
}

// driven calls the driver until the world has taken a step or the run is over. `step` gets a
// time. It takes a step of the world that is possible before that time, and reports whether
// there was such a step.
func (w *World) driven(step func(until uint64) bool) bool {
	elapsed := false
	for !w.over {
		until, more := w.driver(elapsed)
		if !more {
			break
		}
		if step(until) {
			return true
		}
		w.now, elapsed = max(w.now, until), true
	}
	w.over = true
	return false
}
