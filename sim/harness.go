package sim

import (
	"bytes"
	"fmt"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Beat is the unit of a frame transfer: up to four bytes, with byte 0 in bits 7:0.
type Beat struct {
	Valid bool
	Data  uint32
	Last  bool
	Bytes uint32 // number of bytes in the last beat, 1..4
}

// Inputs are the values of a core's input ports in one cycle.
type Inputs struct {
	Rx       []Beat   // by device
	TxReady  []bool   // by device
	Levels   []uint64 // by device, for level inputs
	LogReady bool
	Clock    uint64
}

// Outputs are the values of a core's output ports in one cycle.
type Outputs struct {
	RxReady  []bool   // by device
	Oversize []bool   // by device
	Tx       []Beat   // by device
	Levels   []uint64 // by device, for level outputs
	Log      bool     // log word is valid
	LogData  uint32
	Mark     bool // mark is valid
	MarkID   uint32
	Halted   bool
	Timer    bool   // the core is idle and waits for the deadline
	Deadline uint64 // valid if Timer is set
	Idle     uint32 // a bit for each context that waits
	Trap     bool
	TrapPC   uint32
}

// Harness drives the ports of a core, cycle by cycle. A Harness works with any engine that runs
// the circuit or the gates of the core:
//
//	h := sim.NewHarness(core, w, seed)
//	for !h.Done() {
//		in := h.Inputs()       // drive the input ports, settle the circuit
//		err := h.Cycle(out)    // out: the output ports under these inputs
//		...                    // clock edge
//	}
//
// If the seed is not 0, the harness holds back valid and ready at random, which must not change
// the trace. The simulated world acts when the core is idle, all pending frames are offered and
// no frame is being sent. The world then sets the clock to the deadline of the core or delivers
// the next input. If no deadline and no input is left, the harness offers a beat at every
// device for one more cycle. A core that accepts a beat was waiting for the outside (status
// waiting). A core that stays idle waits for an event that can never happen (status stuck).
type Harness struct {
	rec    *Recorder
	core   *Core
	world  *world.World
	dev    []int // for each device: its number in the world
	in     Inputs
	rx     []rxState
	tx     []txState
	log    held
	gaps   gaps
	cycle  uint64
	work   stretch
	timing []Timing
	settle int  // cycles until the core has seen all level inputs
	asking bool // the run is over, except for finding out what the core waits for
	done   bool
}

// rxState is the state of a frame on its way into the core.
type rxState struct {
	frame   []byte   // nil: no frame
	answer  bool     // the frame is an answer of the device, which the world has finished
	answers [][]byte // answers that follow
	pos     int
	shown   bool // the beat at pos is valid, and stays valid until it is taken
}

// txState is the state of a frame on its way out of the core.
type txState struct {
	data []byte
	held held
}

// held remembers a beat that was valid and not taken. The core must keep offering this beat.
type held struct {
	beat Beat
	on   bool
}

// Timing is the measurement of one timed region.
type Timing struct {
	Mark
	Runs    int
	Cycles  uint64 // cycles between begin and end, summed over all runs of the region
	begin   uint64
	running bool
}

// NewHarness connects the ports of a core to a world. The harness matches devices by name. If
// the world lacks a device, the core never receives data at this device.
func NewHarness(core *Core, w *world.World, seed int64) *Harness {
	n := len(core.Devices)
	h := &Harness{
		rec: NewRecorder(core, w), core: core, world: w, gaps: newGaps(seed),
		in: Inputs{Rx: make([]Beat, n), TxReady: make([]bool, n), Levels: make([]uint64, n)},
		rx: make([]rxState, n), tx: make([]txState, n), dev: make([]int, n),
	}
	for i, d := range core.Devices {
		h.dev[i] = -1
		for j, name := range w.Devices() {
			if name == d.Name {
				h.dev[i] = j
			}
		}
	}
	for _, m := range core.Marks {
		h.timing = append(h.timing, Timing{Mark: m})
	}
	h.drive()
	return h
}

// Inputs returns the values of the input ports in the present cycle. The caller must not change
// these values.
func (h *Harness) Inputs() *Inputs { return &h.in }

// Done reports whether the run has ended.
func (h *Harness) Done() bool { return h.done }

// Trace returns the events observed so far.
func (h *Harness) Trace() *trace.Trace { return h.rec.Trace() }

// Cycles returns the number of cycles so far.
func (h *Harness) Cycles() uint64 { return h.cycle }

// Timings returns the measurement of each timed region.
func (h *Harness) Timings() []Timing { return h.timing }

// Cycle takes the values of the output ports in the present cycle, records the transfers and
// prepares the inputs of the next cycle. An error means that the core is faulty.
func (h *Harness) Cycle(out *Outputs) error {
	idle := h.core.AllIdle(out.Idle)
	if h.asking {
		if h.settle--; h.settle > 0 && idle {
			return nil
		}
		return h.answer(idle)
	}
	if err := h.transfer(out); err != nil {
		return fmt.Errorf("cycle %d: %w", h.cycle, err)
	}
	if h.quiet(out) {
		switch {
		case out.Trap:
			h.done = true
			return h.rec.Trap(out.TrapPC)
		case out.Halted:
			h.done = true
			return h.rec.End(trace.Ended)
		case idle && h.settle == 0 && h.offered() && !h.world.AdvanceOr(out.deadline()):
			if out.Timer { // a timer counts as waiting for the outside
				h.done = true
				return h.rec.End(trace.Waiting)
			}
			h.ask()
			return nil
		}
	}
	h.work.cycle(idle)
	h.cycle++
	h.drive()
	return nil
}

// Steady reports whether the inputs stay the same until data passes a port or the core waits.
// The first cycle is not steady, because the outputs have not been read yet.
func (h *Harness) Steady() bool { return h.gaps.state == 0 && h.Calm() }

// Calm reports whether only gaps can change the inputs until data passes a port or the core
// waits. Steady is the same without gaps.
func (h *Harness) Calm() bool {
	return h.cycle > 0 && h.settle == 0 && !h.asking && !h.done
}

// Pass is Cycle for a calm cycle without outputs: no data passes a port, the core offers no
// beat and did not offer one in the cycle before, and the core does not wait. Pass then does
// the same as Cycle, without the values of the outputs.
func (h *Harness) Pass() {
	h.work.busy(1)
	h.cycle++
	h.drive()
}

// Skip adds n cycles to the count. The caller guarantees that in these cycles no data passed a
// port and the core did not wait.
func (h *Harness) Skip(n uint64) {
	h.cycle += n
	h.work.busy(n)
}

// transfer moves the beats for which valid and ready are both set in this cycle.
func (h *Harness) transfer(out *Outputs) error {
	for i, d := range h.core.Devices { // a pin shows the effect of a store in the last cycle
		if d.Bits > 0 && d.Tx {
			h.rec.Level(i, out.Levels[i])
		}
	}
	for i := range h.core.Devices {
		if h.core.Devices[i].Bits > 0 {
			continue
		}
		if err := h.receive(i, out.RxReady[i], out.Oversize[i]); err != nil {
			return err
		}
		if err := h.send(i, out.Tx[i]); err != nil {
			return err
		}
	}
	beat := Beat{Valid: out.Log, Data: out.LogData}
	if moved, err := h.log.move("log", beat, h.in.LogReady); err != nil {
		return err
	} else if moved {
		if err := h.rec.LogWord(out.LogData); err != nil {
			return err
		}
	}
	if out.Mark {
		return h.mark(out.MarkID)
	}
	return nil
}

// receive moves a beat into the core.
func (h *Harness) receive(i int, ready, oversize bool) error {
	b, s := h.in.Rx[i], &h.rx[i]
	moved := b.Valid && ready
	if oversize && !(moved && b.Last) {
		return fmt.Errorf("device %s: oversize without a last beat", h.core.Devices[i].Name)
	}
	if !moved {
		return nil
	}
	s.pos, s.shown = s.pos+4, false
	if !b.Last { // a stream has no such beats: each byte is a frame
		return nil
	}
	limit := len(s.frame)
	if oversize {
		limit = -1
	}
	switch {
	case s.answer && !oversize:
		h.rec.In(i, s.frame)
	case s.answer:
	default:
		if frame, ok := h.world.Take(h.dev[i], limit); ok {
			h.rec.In(i, frame)
		}
	}
	*s = rxState{answers: s.answers}
	return nil
}

// send moves a beat out of the core.
func (h *Harness) send(i int, b Beat) error {
	s, name := &h.tx[i], h.core.Devices[i].Name
	if h.core.Devices[i].Stream && b.Valid { // each byte is a complete frame
		b.Last, b.Bytes = true, 1
	}
	moved, err := s.held.move(name, b, h.in.TxReady[i])
	if !moved || err != nil {
		return err
	}
	n := uint32(4)
	if b.Last {
		n = b.Bytes
	}
	if n < 1 || n > 4 {
		return fmt.Errorf("device %s: a last beat of %d bytes", name, n)
	}
	for k := range n {
		s.data = append(s.data, byte(b.Data>>(8*k)))
	}
	if b.Last {
		h.rec.Out(i, bytes.Clone(s.data))
		if answer := h.world.Ask(h.dev[i], s.data); answer != nil {
			h.rx[i].answers = append(h.rx[i].answers, answer)
		}
		s.data = s.data[:0]
	}
	return nil
}

// move reports whether a beat is transferred. It also checks that a waiting beat has not
// changed.
func (s *held) move(port string, b Beat, ready bool) (bool, error) {
	if s.on && b != s.beat {
		return false, fmt.Errorf("port %s: a beat changed before it was taken", port)
	}
	s.on, s.beat = b.Valid && !ready, b
	return b.Valid && ready, nil
}

func (h *Harness) mark(id uint32) error {
	if err := h.rec.Mark(id); err != nil {
		return err
	}
	t := &h.timing[id/2]
	switch {
	case id%2 == 0:
		t.begin, t.running = h.cycle, true
	case t.running:
		t.Runs++
		t.Cycles += h.cycle - t.begin
		t.running = false
	}
	return nil
}

// quiet reports whether no beat is on its way out of the core.
func (h *Harness) quiet(out *Outputs) bool {
	for i := range out.Tx {
		if out.Tx[i].Valid {
			return false
		}
	}
	return !out.Log
}

// offered reports whether each pending frame is offered to the core. A core that is still idle
// in this case waits for another event.
func (h *Harness) offered() bool {
	for i, d := range h.core.Devices {
		if d.Rx && d.Bits == 0 && h.dev[i] >= 0 && h.world.Pending(h.dev[i]) && !h.in.Rx[i].Valid {
			return false
		}
	}
	return true
}

// drive sets the inputs of the next cycle.
func (h *Harness) drive() {
	h.in.LogReady = h.gaps.pass()
	h.in.Clock = h.world.Now()
	h.settle = max(h.settle-1, 0)
	for i, d := range h.core.Devices {
		if d.Bits > 0 {
			h.driveLevel(i, d)
			continue
		}
		h.in.TxReady[i] = d.Tx && h.gaps.pass()
		if d.Rx && h.dev[i] >= 0 {
			h.offer(i)
		}
	}
}

// driveLevel sets an input pin.
func (h *Harness) driveLevel(i int, d Device) {
	if !d.Rx || h.dev[i] < 0 {
		return
	}
	if v := h.world.LevelNow(h.dev[i]); v != h.in.Levels[i] {
		h.in.Levels[i], h.settle = v, port.Settle
	}
}

// deadline is the time that the core waits for. It is world.Never if there is none.
func (o *Outputs) deadline() uint64 {
	if o.Timer {
		return o.Deadline
	}
	return world.Never
}

// offer offers the next beat of a device. A beat that is offered stays until it is taken. The
// first beat of a frame is never held back. The status register of the core shows the pending
// frames, and the choice of a select depends on this register.
func (h *Harness) offer(i int) {
	s := &h.rx[i]
	if s.shown {
		return
	}
	if s.frame == nil && len(s.answers) > 0 {
		s.frame, s.answers, s.answer = s.answers[0], s.answers[1:], true
	}
	if s.frame == nil {
		s.frame = h.world.Head(h.dev[i])
	}
	if s.frame == nil || s.pos > 0 && !h.gaps.pass() {
		h.in.Rx[i] = Beat{}
		return
	}
	h.in.Rx[i], s.shown = beatAt(s.frame, s.pos), true
}

// beatAt returns the beat at a position of a frame.
func beatAt(frame []byte, pos int) Beat {
	rest := frame[pos:]
	b := Beat{Valid: true, Last: len(rest) <= 4, Bytes: 4}
	if b.Last {
		b.Bytes = uint32(len(rest))
	}
	for k := range b.Bytes {
		b.Data |= uint32(rest[k]) << (8 * k)
	}
	return b
}

// ask offers a beat at every device, to find out whether the core waits for one.
func (h *Harness) ask() {
	h.asking, h.settle = true, 1
	for i, d := range h.core.Devices {
		if d.Bits > 0 && d.Rx {
			h.in.Levels[i] ^= 1
			h.settle = port.Settle + 1
			continue
		}
		h.in.Rx[i] = Beat{Valid: d.Rx, Last: true, Bytes: 4}
	}
}

func (h *Harness) answer(idle bool) error {
	h.done = true
	if idle {
		return h.rec.End(trace.Stuck)
	}
	return h.rec.End(trace.Waiting)
}

// gaps decides at random whether valid or ready is held back. A signal is held back in two of
// five cases. With the zero value of gaps, no signal is held back.
type gaps struct{ state uint64 }

func newGaps(seed int64) gaps { return gaps{uint64(seed) * 0x9e3779b97f4a7c15} }

// pass decides at random whether a signal may be 1 in the next cycle (xorshift64).
func (g *gaps) pass() bool {
	if g.state == 0 {
		return true
	}
	g.state ^= g.state << 13
	g.state ^= g.state >> 7
	g.state ^= g.state << 17
	return g.state>>32%5 >= 2
}
