// Package world simulates everything outside of a program, with scripted time. A Script
// determines the clock and the frames that arrive at devices.
//
// Computation takes no time. A machine calls Advance only when every task waits. The world then
// sets the clock to the time of the next input and delivers that one input. From then on the
// input is pending at its device. No input is lost: inputs that the program has not taken stay
// pending in order.
//
//	w := world.New(script)
//	for w.Advance() {
//		for w.Pending(0) {
//			frame, ok := w.Take(0, 1518) // !ok: longer than the buffer, dropped and counted
//		}
//	}
//
// The package does not depend on machines. capture.go reads and writes captures.
package world

import "bytes"

// Input is one message that arrives at a device. Time is in ticks of 1 us. If Levels is set,
// the Input is instead all level changes at that time, and Device and Data are ignored.
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

// Script is everything that will happen outside of the program. Inputs are in the order of
// delivery: by the largest timestamp so far, then by file order. The first timestamp is 0.
type Script struct {
	Devices []string
	Inputs  []Input
	Until   *uint64 // end of the run; nil: the time of the last input or answer
	Disks   []*Disk // by device, nil or missing for other devices; the run changes them
	Buses   []*Bus  // by device, nil or missing for other devices
	Streams []bool  // by device, may be shorter: whether its inputs are single bytes
	Feed    *Feed   // more inputs, merged with Inputs by time; at equal times they come later; may be nil
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
	buses    []*Bus // by device, as Script.Buses
	driver   Driver // nil: only the script provides inputs
	over     bool   // the driver has ended the run
	feed     *feeding
	ahead    []Input // inputs that were read before their time
	end      uint64  // latest time of the first `ended` inputs of the script
	ended    int
}

// New returns the world of a script, at its start. A nil script is empty.
func New(s *Script) *World {
	if s == nil {
		s = &Script{}
	}
	w := &World{script: s, pending: make([][][]byte, len(s.Devices)), oversize: make([]int, len(s.Devices)), levels: make([]level, len(s.Devices))}
	for _, b := range s.Buses {
		w.buses = append(w.buses, b.begin())
	}
	if s.Feed != nil {
		w.feed = s.Feed.start()
	}
	return w
}

// Err returns an error in a capture that is read during the run. Such an error ends the run
// early.
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

// Pending reports whether a device has a message for the program, or a level that the program
// does not know.
func (w *World) Pending(dev int) bool {
	return dev < len(w.pending) && (len(w.pending[dev]) > 0 || w.levels[dev].now != w.levels[dev].known)
}

// IsStream reports whether single bytes arrive at a device.
func (w *World) IsStream(dev int) bool {
	return dev >= 0 && dev < len(w.script.Streams) && w.script.Streams[dev]
}

// Pieces splits data that passes a device at once into the contents of separate events. Each
// byte of a stream is a separate piece. So the number of bytes that a machine moves at once
// does not change the trace.
func (w *World) Pieces(dev int, data []byte) [][]byte {
	if !w.IsStream(dev) {
		return [][]byte{data} // the caller only reads it, so it can stay on the stack
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

// Head returns the frame, or the byte of a stream, that has waited longest at a device. It
// returns nil if no frame or byte waits.
func (w *World) Head(dev int) []byte {
	if dev >= len(w.pending) || len(w.pending[dev]) == 0 {
		return nil
	}
	return w.pending[dev][0]
}

// Take removes the first pending message of a device and returns the message. If this is a
// frame longer than limit bytes, Take counts and drops the frame, and reports false. From a
// stream, Take takes the waiting bytes, at most limit. If nothing is pending, which is a fault
// of the machine, Take panics.
func (w *World) Take(dev, limit int) ([]byte, bool) {
	if w.IsStream(dev) {
		n := min(limit, len(w.pending[dev]))
		data := bytes.Join(w.pending[dev][:n], nil)
		w.pending[dev] = w.pending[dev][n:]
		return data, true
	}
	frame := w.pending[dev][0]
	if w.pending[dev][0] = nil; len(w.pending[dev]) == 1 {
		w.pending[dev] = w.pending[dev][:0] // the next message can reuse its memory
	} else {
		w.pending[dev] = w.pending[dev][1:]
	}
	if len(frame) > limit {
		w.oversize[dev]++
		return nil, false
	}
	return frame, true
}

// Oversize returns the number of frames that a device dropped because the frames were longer
// than the buffer.
func (w *World) Oversize(dev int) int { return w.oversize[dev] }

// Ask sends a device a command and returns the answer. The answer is nil if the device does not
// answer commands.
func (w *World) Ask(dev int, command []byte) []byte {
	if d := w.Disk(dev); d != nil {
		return d.Do(w.now, command)
	}
	if b := w.Bus(dev); b != nil {
		return b.Do(w.now, command)
	}
	return nil
}

// Bus returns the simulated bus of a device, or nil if the device is not a bus.
func (w *World) Bus(dev int) *Bus {
	if dev < 0 || dev >= len(w.buses) {
		return nil
	}
	return w.buses[dev]
}

// Disk returns the disk of a device, or nil if the device is not a disk.
func (w *World) Disk(dev int) *Disk {
	if dev < 0 || dev >= len(w.script.Disks) {
		return nil
	}
	return w.script.Disks[dev]
}

// Advance sets the clock to the time of the next input and delivers the input. Advance reports
// false if no input is left. A machine with timers calls AdvanceOr instead.
func (w *World) Advance() bool { return w.AdvanceOr(Never) }

// upcoming returns the next input, or nil.
func (w *World) upcoming() *Input {
	if len(w.ahead) > 0 {
		return &w.ahead[0]
	}
	in, _ := w.source()
	return in
}

// source returns the next unread input, and whether it comes from the feed.
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

// pull removes the next input from its source and returns it.
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

// Ahead returns up to n of the next inputs, up to the end of the run. The list stops before an
// input that is not a message. Ahead does not deliver these inputs: Advance must still do that.
// A world with a driver returns no inputs.
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

// Waiting returns the messages that wait at a device, oldest first.
func (w *World) Waiting(dev int) [][]byte { return w.pending[dev] }

// commit delivers the next input: it becomes pending.
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
