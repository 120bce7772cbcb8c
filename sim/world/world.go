// Package world is the outside of a program under scripted time: a clock and
// frames that arrive at devices, deterministic from a Script.
//
// Computation takes no time. A machine calls Advance only when every task
// waits; the world then sets the clock to the next input's time and commits
// that one input, which is from then on pending at its device. Inputs are
// never lost: those that nobody takes stay pending in order.
//
//	w := world.New(script)
//	for w.Advance() {
//		for w.Pending(0) {
//			frame, ok := w.Take(0, 1518) // !ok: longer than the buffer, dropped and counted
//		}
//	}
//
// It knows no machine. Captures are read and written in capture.go.
package world

import "bytes"

// Input is one message that arrives at a device, Time in ticks of 1 us. With
// Levels it is the inputs of levels that change at that time, all at once; Device
// and Data do not count then.
type Input struct {
	Time   uint64
	Device int
	Data   []byte
	Levels []Level
}

// Level is the new level of an input.
type Level struct {
	Device int
	Value  uint64
}

// Script is everything that will happen outside. Inputs are in commit order:
// by running maximum of their stamps, first stamp 0, then file order.
type Script struct {
	Devices []string
	Inputs  []Input
	Until   *uint64 // end of the run, nil: the time of the last input or answer
	Disks   []*Disk // by device, nil or absent where there is none; the run changes them
	Buses   []*Bus  // by device, nil or absent where there is none
	Streams []bool  // by device, or shorter: its inputs are bytes, each for itself
	Feed    *Feed   // inputs that come between those of Inputs, at equal times after them; may be nil
}

// Frames returns how many messages arrive.
func (s *Script) Frames() int {
	if s.Feed != nil {
		return len(s.Inputs) + s.Feed.frames
	}
	return len(s.Inputs)
}

// World plays a script.
type World struct {
	script   *Script
	next     int
	now      uint64
	pending  [][][]byte
	oversize []int
	levels   []level
	driver   Driver // nil: the script is all
	over     bool   // the driver has ended the run
	feed     *feeding
	ahead    []Input // inputs that were looked at before their time
	end      uint64  // the latest time of the first ended inputs of the script
	ended    int
}

// New returns the world of a script at its start. A nil script is empty.
func New(s *Script) *World {
	if s == nil {
		s = &Script{}
	}
	w := &World{script: s, pending: make([][][]byte, len(s.Devices)), oversize: make([]int, len(s.Devices)), levels: make([]level, len(s.Devices))}
	if s.Feed != nil {
		w.feed = s.Feed.start()
	}
	return w
}

// Err is what was wrong with a capture that is read during the run: the run has ended
// before its time.
func (w *World) Err() error {
	if w.feed == nil {
		return nil
	}
	return w.feed.err
}

// Close closes the captures that are read during the run.
func (w *World) Close() {
	if w.feed != nil {
		w.feed.close()
	}
}

// Frames returns how many messages arrive in the whole run.
func (w *World) Frames() int { return w.script.Frames() }

// Now returns the clock.
func (w *World) Now() uint64 { return w.now }

// Devices returns the names of the devices.
func (w *World) Devices() []string { return w.script.Devices }

// Pending reports whether a message waits at a device, or a level that the
// program does not know.
func (w *World) Pending(dev int) bool {
	return dev < len(w.pending) && (len(w.pending[dev]) > 0 || w.levels[dev].now != w.levels[dev].known)
}

// IsStream reports whether what arrives at a device are bytes, each for itself.
func (w *World) IsStream(dev int) bool {
	return dev >= 0 && dev < len(w.script.Streams) && w.script.Streams[dev]
}

// Pieces is what passes a device at once as the contents of events. Each byte of a
// stream is one, so that it does not matter how many a machine moves at a time.
func (w *World) Pieces(dev int, data []byte) [][]byte {
	if !w.IsStream(dev) {
		return [][]byte{data} // on the stack of who only looks at it
	}
	return singles(data)
}

func singles(data []byte) [][]byte {
	out := make([][]byte, len(data))
	for i := range data {
		out[i] = data[i : i+1 : i+1]
	}
	return out
}

// Head returns the frame, or the byte of a stream, that waits longest at a device, nil
// if none.
func (w *World) Head(dev int) []byte {
	if dev >= len(w.pending) || len(w.pending[dev]) == 0 {
		return nil
	}
	return w.pending[dev][0]
}

// Take consumes the head of a device. It reports false, and counts, when the
// frame is longer than limit bytes: such a frame is not delivered. From a stream it
// consumes as many bytes as wait, at most limit. It panics when nothing is pending, which
// is a fault of the machine.
func (w *World) Take(dev, limit int) ([]byte, bool) {
	if w.IsStream(dev) {
		n := min(limit, len(w.pending[dev]))
		data := bytes.Join(w.pending[dev][:n], nil)
		w.pending[dev] = w.pending[dev][n:]
		return data, true
	}
	frame := w.pending[dev][0]
	if w.pending[dev][0] = nil; len(w.pending[dev]) == 1 {
		w.pending[dev] = w.pending[dev][:0] // the next one takes its room
	} else {
		w.pending[dev] = w.pending[dev][1:]
	}
	if len(frame) > limit {
		w.oversize[dev]++
		return nil, false
	}
	return frame, true
}

// Oversize returns how many frames a device dropped because they were longer
// than the buffer.
func (w *World) Oversize(dev int) int { return w.oversize[dev] }

// Ask gives a device a command and returns its answer, nil when it is not a device
// that answers.
func (w *World) Ask(dev int, command []byte) []byte {
	if d := w.Disk(dev); d != nil {
		return d.Do(w.now, command)
	}
	if b := w.Bus(dev); b != nil {
		return b.Do(w.now, command)
	}
	return nil
}

// Bus returns the other end of the bus that a device is, nil for none.
func (w *World) Bus(dev int) *Bus {
	if dev < 0 || dev >= len(w.script.Buses) {
		return nil
	}
	return w.script.Buses[dev]
}

// Disk returns the disk that a device is, nil for none.
func (w *World) Disk(dev int) *Disk {
	if dev < 0 || dev >= len(w.script.Disks) {
		return nil
	}
	return w.script.Disks[dev]
}

// Advance commits the next input and sets the clock to its time. It reports
// false when no input is left. A machine with timers calls AdvanceOr.
func (w *World) Advance() bool { return w.AdvanceOr(Never) }

// upcoming is the next input, nil when there is none.
func (w *World) upcoming() *Input {
	if len(w.ahead) > 0 {
		return &w.ahead[0]
	}
	in, _ := w.source()
	return in
}

// source is the next input that nobody has looked at, and whether the feed gives it.
func (w *World) source() (in *Input, fed bool) {
	if w.next < len(w.script.Inputs) {
		in = &w.script.Inputs[w.next]
	}
	if w.feed != nil {
		if head := w.feed.head(); head != nil && (in == nil || compareInputs(*head, *in) < 0) {
			return head, true
		}
	}
	return in, false
}

// pull takes the next input from where it comes.
func (w *World) pull() Input {
	next, fed := w.source()
	in := *next
	if fed {
		w.feed.pop()
	} else {
		w.next++
	}
	return in
}

// Ahead returns up to n inputs that come next, if they are messages, up to the end of the
// run. They still have to be committed, by Advance. A world with a driver knows none.
func (w *World) Ahead(n int) []Input {
	if w.driver != nil {
		return nil
	}
	for len(w.ahead) < n {
		if in, _ := w.source(); in == nil {
			break
		}
		w.ahead = append(w.ahead, w.pull())
	}
	for i, in := range w.ahead[:min(n, len(w.ahead))] {
		if in.Levels != nil || w.script.Until != nil && max(w.now, in.Time) > *w.script.Until {
			return w.ahead[:i]
		}
	}
	return w.ahead[:min(n, len(w.ahead))]
}

// Waiting returns the messages that wait at a device, the first one first.
func (w *World) Waiting(dev int) [][]byte { return w.pending[dev] }

// commit makes the next input pending.
func (w *World) commit() {
	var in Input
	if len(w.ahead) > 0 {
		in, w.ahead[0] = w.ahead[0], Input{}
		w.ahead = w.ahead[1:]
	} else {
		in = w.pull()
	}
	w.now = max(w.now, in.Time)
	if in.Levels != nil {
		for _, l := range in.Levels {
			w.levels[l.Device].now = l.Value
		}
		return
	}
	w.pending[in.Device] = append(w.pending[in.Device], w.Pieces(in.Device, in.Data)...)
}
