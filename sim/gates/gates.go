// Package gates simulates a gate netlist in many lanes in parallel. A lane is an independent
// run: bit l of every slot belongs to lane l. One machine operation therefore computes a gate
// for up to 64 runs.
//
//	netlist --Compile--> Program --NewState--> State --Eval, Clock--> ...
//
// Compile converts each look-up table to and, xor and multiplexer operations. Some of these
// operations complement an operand. Equal operations become one operation. Compile orders the
// operations in long sequences of equal kinds (`run` in the example), so that the interpreter
// dispatches once for a sequence. Compile reuses a slot after the last use of the slot's value:
//
//	run and  412: s17 = s3 & s90
//	run mux  280: s18 = s4 ? s17 : s5
//
// Memories stay arrays in which lanes are interleaved ([address][lane]). All lanes share a
// memory without write ports. For an address or datum, the gates hold one word for each bit,
// and a memory needs one word for each lane. The transposition of a 64x64 bit matrix converts
// one form into the other. If a read and a write access the same word in a cycle, the policy of
// the read port decides. Policy Never gives the old word.
//
// Machine adds a sim.Harness, and thus a simulated world, for each lane. The package depends on
// gates, but not on circuits. Tests compare this package and sim/cycle with each other. Start
// reading at Program, then state.go.
package gates

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/amd64"
	"github.com/sinter-lang/sinter/sim/world"
)

// The names of the engines. Both engines keep each lane in one bit of a word.
const (
	Native = "native" // runs operations as x86-64 instructions in the current process
	Lanes  = "lanes"  // interprets operations
)

// Engines lists the names of the engines that work on this computer. The first one is the
// default.
func Engines() []string {
	if amd64.Available() {
		return []string{Native, Lanes}
	}
	return []string{Lanes}
}

// Lane is one run of a Machine: the core, the simulated world, and the seed of the gaps in
// valid and ready (0: no gaps).
type Lane struct {
	Core  *sim.Core
	World *world.World
	Seed  int64
}

// LaneError says that the core of a lane broke the rules of its ports.
type LaneError struct {
	Lane int
	Err  error
}

// Error gives one line.
func (e *LaneError) Error() string { return fmt.Sprintf("gates: lane %d: %v", e.Lane, e.Err) }

// Unwrap gives the error of the harness.
func (e *LaneError) Unwrap() error { return e.Err }

// Machine runs the gates of a core with one world per lane. Machine implements sim.Machine: its
// steps are cycles, and its trace is the trace of lane 0. The machine is done when all lanes
// are done.
type Machine struct {
	state  *State
	pins   *pins
	lanes  []lane
	out    sim.Outputs
	left   int      // number of lanes that are not done
	levels []uint64 // the previous level output pins, in all lanes
	busy   uint64   // the lanes with an event in the previous cycle
}

type lane struct {
	harness *sim.Harness
	shown   sim.Inputs // the values shown on the pins
	asked   bool       // the harness had a cycle, so the inputs may have changed
	done    bool
}

// NewMachine returns a machine after reset. All lanes must have the same devices. NewMachine
// returns an error if the netlist lacks a port, or if a port has a wrong width.
func NewMachine(p *Program, lanes ...Lane) (*Machine, error) {
	if len(lanes) < 1 || len(lanes) > MaxLanes {
		return nil, fmt.Errorf("gates: expected 1 to %d lanes, got %d", MaxLanes, len(lanes))
	}
	core := lanes[0].Core
	pins, err := findPins(&p.shell, core)
	if err != nil {
		return nil, err
	}
	n := len(core.Devices)
	m := &Machine{state: p.NewState(len(lanes)), pins: pins, left: len(lanes), out: sim.Outputs{
		RxReady: make([]bool, n), Oversize: make([]bool, n), Tx: make([]sim.Beat, n), Levels: make([]uint64, n),
	}}
	m.levels = make([]uint64, len(pins.levels))
	for i, l := range lanes {
		if len(l.Core.Devices) != n {
			return nil, fmt.Errorf("gates: lane %d has %d devices, lane 0 has %d", i, len(l.Core.Devices), n)
		}
		m.lanes = append(m.lanes, lane{
			harness: sim.NewHarness(l.Core, l.World, l.Seed),
			shown:   sim.Inputs{Rx: make([]sim.Beat, n), TxReady: make([]bool, n), Levels: make([]uint64, n)},
			asked:   true,
		})
	}
	return m, nil
}

// Step runs one clock cycle in all lanes. If the cores of several lanes break the rules of
// their ports, Step returns the error of the first of these lanes.
func (m *Machine) Step() error {
	if m.left == 0 {
		return nil
	}
	for i := range m.lanes {
		if l := &m.lanes[i]; !l.done && l.asked {
			m.drive(i, l)
		}
	}
	m.state.Eval()
	now := m.events()
	eventful := now | m.busy // a beat that waits was an event in the previous cycle
	m.busy = now
	for i := range m.lanes {
		l := &m.lanes[i]
		switch h := l.harness; {
		case l.done:
		case eventful>>i&1 == 1 || !h.Calm():
			l.asked = true
			if err := m.cycle(i); err != nil {
				return err
			}
		case h.Steady():
			l.asked = false
			h.Skip(1)
		default:
			l.asked = true
			h.Pass()
		}
	}
	m.state.Clock()
	return nil
}

// cycle gives the harness of a lane the outputs of the present cycle.
func (m *Machine) cycle(i int) error {
	l := &m.lanes[i]
	m.sample(i)
	if err := l.harness.Cycle(&m.out); err != nil {
		return &LaneError{i, err}
	}
	if l.harness.Done() {
		l.done = true
		m.left--
	}
	return nil
}

// Done reports whether all lanes have ended.
func (m *Machine) Done() bool { return m.left == 0 }

// Trace returns the trace of lane 0 so far.
func (m *Machine) Trace() *trace.Trace { return m.Harness(0).Trace() }

// Harness returns the harness of a lane, with its trace, cycles and timings.
func (m *Machine) Harness(lane int) *sim.Harness { return m.lanes[lane].harness }

// Engine returns the name of the engine that runs the gates.
func (m *Machine) Engine() string {
	if m.state.p.native != nil {
		return Native
	}
	return Lanes
}

// State returns the state of the gates, for probes.
func (m *Machine) State() *State { return m.state }

// events returns the lanes in which data passes a port, or in which the core waits or ends.
func (m *Machine) events() uint64 {
	p, v := m.pins, m.state.slots
	busy := uint64(0)
	for _, pin := range p.loud {
		busy |= v[pin]
	}
	for d := range p.rx {
		if rx := &p.rx[d]; len(rx.valid) > 0 {
			busy |= v[rx.valid[0]] & v[rx.ready[0]]
		}
	}
	for i, pin := range p.levels {
		busy |= v[pin] ^ m.levels[i]
		m.levels[i] = v[pin]
	}
	return busy
}

// drive sets those input pins of a lane that change.
func (m *Machine) drive(i int, l *lane) {
	in, s := l.harness.Inputs(), m.state
	for d := range in.Rx {
		if v := in.Levels[d]; v != l.shown.Levels[d] {
			l.shown.Levels[d] = v
			s.Set(m.pins.levelIn[d], i, v)
		}
		if b := in.Rx[d]; b != l.shown.Rx[d] {
			l.shown.Rx[d] = b
			rx := &m.pins.rx[d]
			s.Set(rx.valid, i, bit(b.Valid))
			s.Set(rx.data, i, uint64(b.Data))
			s.Set(rx.last, i, bit(b.Last))
			s.Set(rx.bytes, i, uint64(b.Bytes))
		}
		if ready := in.TxReady[d]; ready != l.shown.TxReady[d] {
			l.shown.TxReady[d] = ready
			s.Set(m.pins.tx[d].ready, i, bit(ready))
		}
	}
	if in.Clock != l.shown.Clock && len(m.pins.clock) > 0 {
		l.shown.Clock = in.Clock
		s.Set(m.pins.clock, i, in.Clock)
	}
	if in.LogReady != l.shown.LogReady {
		l.shown.LogReady = in.LogReady
		s.Set(m.pins.logReady, i, bit(in.LogReady))
	}
}

// sample reads the output pins of a lane. It reads data pins only if they are valid.
func (m *Machine) sample(i int) {
	out, p, s := &m.out, m.pins, m.state
	for d := range p.rx {
		out.Levels[d] = s.Get(p.levelOut[d], i)
		out.RxReady[d], out.Oversize[d] = s.on(p.rx[d].ready, i), s.on(p.rx[d].oversize, i)
		out.Tx[d] = sim.Beat{}
		if tx := &p.tx[d]; s.on(tx.valid, i) {
			out.Tx[d] = sim.Beat{Valid: true, Data: uint32(s.Get(tx.data, i)), Last: s.on(tx.last, i), Bytes: uint32(s.Get(tx.bytes, i))}
		}
	}
	if out.Log = s.on(p.log, i); out.Log {
		out.LogData = uint32(s.Get(p.logData, i))
	}
	if out.Mark = s.on(p.mark, i); out.Mark {
		out.MarkID = uint32(s.Get(p.markID, i))
	}
	if out.Timer = s.on(p.timer, i); out.Timer {
		out.Deadline = s.Get(p.deadline, i)
	}
	out.Halted, out.Idle = s.on(p.halted, i), 0
	for k, pin := range p.idle {
		if s.on(pin, i) {
			out.Idle |= 1 << k
		}
	}
	if out.Trap = s.on(p.trap, i); out.Trap {
		out.TrapPC = uint32(s.Get(p.trapPC, i))
	}
}

// on reads a one-bit pin. A pin that does not exist is 0.
func (s *State) on(pin []uint16, lane int) bool {
	return len(pin) > 0 && s.slots[pin[0]]>>lane&1 == 1
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// stream is one direction of a device.
type stream struct{ valid, ready, data, last, bytes, oversize []uint16 }

// pins holds the slots of a core's ports, by device and kind.
type pins struct {
	rx, tx                                                     []stream
	levelIn, levelOut                                          [][]uint16 // by device, for shape Level
	log, logReady, logData, mark, markID, halted, trap, trapPC []uint16
	idle                                                       [][]uint16 // by context
	clock, timer, deadline                                     []uint16   // only for a core with a clock
	loud                                                       []uint16   // outputs that signal an event when they are 1
	levels                                                     []uint16   // bits of level outputs
}

// pinFinder looks up ports by name. pinFinder remembers the first missing port.
type pinFinder struct {
	in, out map[string][]uint16
	err     error
}

// findPins finds the ports that the core uses. If a program can never reach a log or mark, the
// core of the program has no log or mark port.
func findPins(shell *Shell, core *sim.Core) (*pins, error) {
	f := &pinFinder{in: map[string][]uint16{}, out: map[string][]uint16{}}
	for _, w := range shell.Inputs {
		f.in[w.Name] = w.Bits
	}
	for _, w := range shell.Outputs {
		f.out[w.Name] = w.Bits
	}
	n := len(core.Devices)
	p := &pins{rx: make([]stream, n), tx: make([]stream, n), levelIn: make([][]uint16, n), levelOut: make([][]uint16, n)}
	for i, d := range core.Devices {
		switch {
		case d.Bits == 0:
			f.device(d, &p.rx[i], &p.tx[i])
		case d.Rx:
			p.levelIn[i] = f.pin(f.in, rtl.PortLevelIn(d.Name), d.Bits)
		case d.Tx:
			p.levelOut[i] = f.pin(f.out, rtl.PortLevelOut(d.Name), d.Bits)
		}
	}
	p.halted = f.pin(f.out, rtl.PortHalted, 1)
	for k := range max(1, core.Contexts) {
		p.idle = append(p.idle, f.pin(f.out, rtl.PortIdleOf(k), 1))
	}
	p.trap, p.trapPC = f.pin(f.out, rtl.PortTrap, 1), f.pin(f.out, rtl.PortTrapPC, 32)
	if (core.Raw || len(core.Logs) > 0) && f.any(rtl.PortLogValid, rtl.PortLogData) {
		p.log, p.logReady = f.pin(f.out, rtl.PortLogValid, 1), f.pin(f.in, rtl.PortLogReady, 1)
		p.logData = f.pin(f.out, rtl.PortLogData, 32)
	}
	if len(core.Marks) > 0 && f.any(rtl.PortMarkValid, rtl.PortMarkID) {
		p.mark, p.markID = f.pin(f.out, rtl.PortMarkValid, 1), f.pin(f.out, rtl.PortMarkID, rtl.PortMarkIDWidth)
	}
	p.clock, p.timer, p.deadline = f.in[rtl.PortClock], f.out[rtl.PortTimer], f.out[rtl.PortDeadline]
	p.loud = slices.Concat(append(slices.Clone(p.idle), p.halted, p.trap, p.log, p.mark)...)
	for d := range p.tx {
		p.loud = slices.Concat(p.loud, p.tx[d].valid, p.rx[d].oversize)
	}
	p.levels = slices.Concat(p.levelOut...)
	return p, f.err
}

// any reports whether the netlist has one of the outputs.
func (f *pinFinder) any(names ...string) bool {
	for _, n := range names {
		if f.out[n] != nil {
			return true
		}
	}
	return false
}

func (f *pinFinder) device(d sim.Device, rx, tx *stream) {
	if d.Stream {
		f.bytes(d, rx, tx)
		return
	}
	if d.Rx {
		n := rtl.RxPorts(d.Name)
		*rx = stream{
			f.pin(f.in, n.Valid, 1), f.pin(f.out, n.Ready, 1), f.pin(f.in, n.Data, 32),
			f.pin(f.in, n.Last, 1), f.pin(f.in, n.Bytes, rtl.PortBytesWidth), f.pin(f.out, rtl.PortOversize(d.Name), 1),
		}
	}
	if d.Tx {
		n := rtl.TxPorts(d.Name)
		*tx = stream{
			f.pin(f.out, n.Valid, 1), f.pin(f.in, n.Ready, 1), f.pin(f.out, n.Data, 32),
			f.pin(f.out, n.Last, 1), f.pin(f.out, n.Bytes, rtl.PortBytesWidth), nil,
		}
	}
}

// bytes finds the ports of a device of shape Stream.
func (f *pinFinder) bytes(d sim.Device, rx, tx *stream) {
	if d.Rx {
		n := rtl.RxPorts(d.Name)
		*rx = stream{valid: f.pin(f.in, n.Valid, 1), ready: f.pin(f.out, n.Ready, 1), data: f.pin(f.in, n.Data, rtl.PortByteWidth)}
	}
	if d.Tx {
		n := rtl.TxPorts(d.Name)
		*tx = stream{valid: f.pin(f.out, n.Valid, 1), ready: f.pin(f.in, n.Ready, 1), data: f.pin(f.out, n.Data, rtl.PortByteWidth)}
	}
}

func (f *pinFinder) pin(side map[string][]uint16, name string, width int) []uint16 {
	bits, ok := side[name]
	switch {
	case f.err != nil:
	case !ok:
		f.err = fmt.Errorf("gates: the netlist has no port %s", name)
	case len(bits) != width:
		f.err = fmt.Errorf("gates: port %s has %d bits, expected %d", name, len(bits), width)
	}
	return bits
}
