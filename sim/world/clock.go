package world

import "math"

// Never is the deadline of a machine that waits for no timer.
const Never = math.MaxUint64

// AdvanceOr must be called when every task waits. deadline is the earliest deadline of all
// tasks. AdvanceOr sets the clock to the deadline or to the time of the next input, whichever
// is earlier. If the input is earlier, AdvanceOr also delivers the input. If both times are
// equal, the deadline comes first. The result is false when the run is over, because no
// deadline and no input is left before the end.
func (w *World) AdvanceOr(deadline uint64) bool {
	if w.driver == nil {
		return w.step(deadline)
	}
	return w.driven(func(until uint64) bool {
		w.script.Until = &until
		return w.step(deadline)
	})
}

// step goes to the next input of the script or to the deadline.
func (w *World) step(deadline uint64) bool {
	next, some := w.nextInput()
	switch {
	case deadline != Never && deadline <= w.End() && (!some || deadline <= next):
		w.now = max(w.now, deadline)
	case some:
		w.commit()
	default:
		return false
	}
	return true
}

// nextInput returns the time of the next input. `some` is false if no input is left before the
// end.
func (w *World) nextInput() (time uint64, some bool) {
	in := w.upcoming()
	if in == nil {
		return 0, false
	}
	time = max(w.now, in.Time)
	return time, w.script.Until == nil || time <= *w.script.Until
}

// End returns the time at which the run ends. Later deadlines never occur. By default, the run
// ends at the time of the last input or answer.
func (w *World) End() uint64 {
	if w.script.Until != nil {
		return *w.script.Until
	}
	for ; w.ended < len(w.script.Inputs); w.ended++ {
		w.end = max(w.end, w.script.Inputs[w.ended].Time)
	}
	end := w.end
	if w.script.Feed != nil {
		end = max(end, w.script.Feed.last)
	}
	for _, b := range w.script.Buses {
		if b != nil {
			end = max(end, b.last())
		}
	}
	for _, d := range w.script.Disks {
		if d != nil {
			end = max(end, d.last())
		}
	}
	return end
}
