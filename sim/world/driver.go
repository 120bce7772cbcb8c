package world

// A Driver is an outside that is not known beforehand: it is asked whenever every
// task waits, and may Put inputs that arrive now. It returns how long the world
// may go on by itself, with these inputs and with the deadlines of tasks, before
// the driver is asked again, at latest at the time until; elapsed is set when
// it is that time, and nothing else happens at it. With more false the run ends, and it is not asked again.
type Driver func(elapsed bool) (until uint64, more bool)

// Drive makes a driver the rest of the script.
func (w *World) Drive(d Driver) { w.driver = d }

// Put makes a message arrive at a device, now.
func (w *World) Put(dev int, data []byte) {
	w.script.Inputs = append(w.script.Inputs, Input{Time: w.now, Device: dev, Data: data})
}

// driven asks the driver until the world has taken a step or the run is over. step
// takes one up to a time, if there is one.
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
