package cycle

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// Options control a Machine. verify uses the zero value for traces.
type Options struct {
	Engine      string // a name in Engines; empty: the default
	Seed        int64  // seed of the gaps in valid and ready; 0: no gaps
	Resets      int    // number of cycles of reset before the run; 0: one
	Retire      bool   // compute the retire record in every cycle, as Meters require
	SkipAsserts bool   // do not check the asserts of the circuit
	Wave        *Wave  // write the internal values of the circuit
	Meters      []*sim.Meter
	Settled     func(in Inside) // called in each cycle with settled values, before the clock edge
}

// Machine is the circuit of a core, with a simulated world at its ports. One Step is one cycle.
type Machine struct {
	c       *rtl.Circuit
	e       Engine
	engine  string
	inputs  map[string]rtl.ID
	outputs map[string]rtl.ID
	core    *sim.Core
	h       *sim.Harness
	rx, tx  []stream
	over    []wire
	levels  []wire // by device: its pin, for shape Level
	logs    struct{ ready, valid, data wire }
	marks   struct{ valid, id wire }
	clock   wire
	timer   struct{ on, deadline wire }
	halted  wire
	idle    []wire // by context
	trap    wire
	trapPC  wire
	asserts []wire
	record  *Record
	decode  wire
	execute wire
	pc      wire // address of the executing instruction
	stages  Stages
	last    sim.Retire
	retired bool
	order   uint64 // number of the next instruction that retires
	out     sim.Outputs
	opts    Options
	skip    skipping
}

// wire is the address of the value of a port or node. If the circuit lacks the port or node,
// the address is nil. Such a port is never driven and reads as 0.
type wire *uint64

// stream is one direction of a device.
type stream struct{ valid, ready, data, last, bytes wire }

var _ sim.Machine = (*Machine)(nil)

// NewMachine connects a circuit to a simulated world. The memories of the circuit hold the
// program. NewMachine returns an error if the circuit has no ports for a device of the core.
func NewMachine(c *rtl.Circuit, core *sim.Core, w *world.World, opts Options) (*Machine, error) {
	m := &Machine{
		c: c, core: core, h: sim.NewHarness(core, w, opts.Seed), opts: opts,
		inputs: map[string]rtl.ID{}, outputs: map[string]rtl.ID{},
	}
	var watch []rtl.ID
	if !opts.SkipAsserts {
		for _, a := range c.Asserts {
			watch = append(watch, a.Node)
		}
	}
	if opts.Retire {
		for _, p := range c.Probes {
			watch = append(watch, p.Node)
		}
	}
	var err error
	if m.e, m.engine, err = engineOf(opts.Engine, c, watch); err != nil {
		return nil, err
	}
	for _, id := range c.Inputs {
		m.inputs[c.Nodes[id].Name] = id
	}
	for _, o := range c.Outputs {
		m.outputs[o.Name] = o.Node
	}
	if err := m.devices(core); err != nil {
		return nil, err
	}
	m.fixed()
	m.e.Reset(true)
	for range max(1, opts.Resets) {
		m.e.Eval()
		m.e.Clock()
	}
	m.e.Reset(false)
	return m, m.skipper()
}

func (m *Machine) wire(id rtl.ID, ok bool) wire {
	if !ok {
		return nil
	}
	return m.e.Cell(id)
}

func (m *Machine) input(name string) wire {
	id, ok := m.inputs[name]
	return m.wire(id, ok)
}

func (m *Machine) output(name string) wire {
	id, ok := m.outputs[name]
	return m.wire(id, ok)
}

func (m *Machine) probe(name string) *uint64 {
	for _, p := range m.c.Probes {
		if p.Name == name {
			return m.e.Cell(p.Node)
		}
	}
	return nil
}

func (m *Machine) get(w wire) uint64 {
	if w == nil {
		return 0
	}
	return *w
}

func (m *Machine) set(w wire, v uint64) {
	if w != nil {
		*w = v
	}
}

// devices finds the ports of each device.
func (m *Machine) devices(core *sim.Core) error {
	for _, d := range core.Devices {
		level := m.levelPin(d)
		if d.Bits > 0 && (d.Rx || d.Tx) && level == nil {
			return fmt.Errorf("circuit %s has no pin for the device %s", m.c.Name, d.Name)
		}
		m.levels = append(m.levels, level)
		if d.Bits > 0 {
			m.rx, m.tx, m.over = append(m.rx, stream{}), append(m.tx, stream{}), append(m.over, nil)
			continue
		}
		r, t := rtl.RxPorts(d.Name), rtl.TxPorts(d.Name)
		rx := stream{m.input(r.Valid), m.output(r.Ready), m.input(r.Data), m.input(r.Last), m.input(r.Bytes)}
		tx := stream{m.output(t.Valid), m.input(t.Ready), m.output(t.Data), m.output(t.Last), m.output(t.Bytes)}
		if d.Rx && !(rx.valid != nil && rx.ready != nil) || d.Tx && !(tx.valid != nil && tx.ready != nil) {
			return fmt.Errorf("circuit %s has no ports for the device %s", m.c.Name, d.Name)
		}
		m.rx, m.tx = append(m.rx, rx), append(m.tx, tx)
		m.over = append(m.over, m.output(rtl.PortOversize(d.Name)))
	}
	n := len(core.Devices)
	m.out.RxReady, m.out.Oversize, m.out.Tx, m.out.Levels = make([]bool, n), make([]bool, n), make([]sim.Beat, n), make([]uint64, n)
	return nil
}

// levelPin finds the pin of a device of shape Level.
func (m *Machine) levelPin(d sim.Device) wire {
	switch {
	case d.Bits == 0:
		return nil
	case d.Rx:
		return m.input(rtl.PortLevelIn(d.Name))
	}
	return m.output(rtl.PortLevelOut(d.Name))
}

// fixed finds the ports that every core may have, and the probes of the retire record.
func (m *Machine) fixed() {
	m.logs.ready, m.logs.valid, m.logs.data = m.input(rtl.PortLogReady), m.output(rtl.PortLogValid), m.output(rtl.PortLogData)
	m.marks.valid, m.marks.id = m.output(rtl.PortMarkValid), m.output(rtl.PortMarkID)
	m.clock = m.input(rtl.PortClock)
	m.timer.on, m.timer.deadline = m.output(rtl.PortTimer), m.output(rtl.PortDeadline)
	m.halted = m.output(rtl.PortHalted)
	for k := range max(1, m.core.Contexts) {
		m.idle = append(m.idle, m.output(rtl.PortIdleOf(k)))
	}
	m.trap, m.trapPC = m.output(rtl.PortTrap), m.output(rtl.PortTrapPC)
	if !m.opts.SkipAsserts {
		for _, a := range m.c.Asserts {
			m.asserts = append(m.asserts, m.wire(a.Node, true))
		}
	}
	if m.opts.Retire {
		m.record = RecordOf(m.probe)
	}
	m.decode, m.execute, m.pc = m.probe(rtl.ProbeDecode), m.probe(rtl.ProbeExecute), m.probe(rtl.ProbeRetirePC)
}

// Step executes one cycle: it sets the inputs, evaluates the circuit, calls the harness and
// performs the clock edge. At the end of the run, Step omits the clock edge, so that a caller
// can inspect the last cycle.
func (m *Machine) Step() error {
	m.drive()
	if err := m.opts.Wave.take(m); err != nil {
		return err
	}
	m.e.Eval()
	for i, a := range m.asserts {
		if m.get(a) == 0 {
			return fmt.Errorf("cycle %d: assert %s does not hold", m.h.Cycles(), m.c.Asserts[i].Name)
		}
	}
	m.sample()
	if m.opts.Retire {
		m.takeRetire()
	}
	if m.opts.Settled != nil {
		m.opts.Settled(m.e)
	}
	for _, meter := range m.opts.Meters {
		meter.Cycle(m.core.AllIdle(m.out.Idle), m.retired, m.last.PC)
	}
	if err := m.h.Cycle(&m.out); err != nil || m.h.Done() {
		return err
	}
	m.e.Clock()
	return nil
}

// drive copies the values of the harness to the input ports.
func (m *Machine) drive() {
	in := m.h.Inputs()
	m.set(m.logs.ready, bit(in.LogReady))
	m.set(m.clock, in.Clock)
	for i, d := range m.core.Devices {
		if d.Bits > 0 && d.Rx {
			m.set(m.levels[i], in.Levels[i])
		}
	}
	for i := range m.rx {
		rx, b := &m.rx[i], &in.Rx[i]
		m.set(rx.valid, bit(b.Valid))
		m.set(rx.data, uint64(b.Data))
		m.set(rx.last, bit(b.Last))
		m.set(rx.bytes, uint64(b.Bytes))
		m.set(m.tx[i].ready, bit(in.TxReady[i]))
	}
}

// sample copies the values of the output ports to the harness.
func (m *Machine) sample() {
	o := &m.out
	for i := range m.rx {
		o.Levels[i] = m.get(m.levels[i])
		o.RxReady[i] = m.get(m.rx[i].ready) != 0
		o.Oversize[i] = m.get(m.over[i]) != 0
		tx := &m.tx[i]
		o.Tx[i] = sim.Beat{}
		if m.get(tx.valid) != 0 {
			o.Tx[i] = sim.Beat{Valid: true, Data: uint32(m.get(tx.data)), Last: m.get(tx.last) != 0, Bytes: uint32(m.get(tx.bytes))}
		}
	}
	o.Log, o.LogData = m.get(m.logs.valid) != 0, uint32(m.get(m.logs.data))
	o.Mark, o.MarkID = m.get(m.marks.valid) != 0, uint32(m.get(m.marks.id))
	o.Timer, o.Deadline = m.get(m.timer.on) != 0, m.get(m.timer.deadline)
	o.Halted, o.Idle = m.get(m.halted) != 0, 0
	for k, w := range m.idle {
		o.Idle |= uint32(m.get(w)&1) << k
	}
	o.Trap, o.TrapPC = m.get(m.trap) != 0, uint32(m.get(m.trapPC))
}

// Done reports whether the run has ended.
func (m *Machine) Done() bool { return m.h.Done() }

// Trace returns the events observed so far.
func (m *Machine) Trace() *trace.Trace { return m.h.Trace() }

// Cycles returns the number of cycles since reset.
func (m *Machine) Cycles() uint64 { return m.h.Cycles() }

// Longest returns the largest number of cycles between two waits of the core.
func (m *Machine) Longest() uint64 { return m.h.Longest() }

// Meters returns the meters of the Options.
func (m *Machine) Meters() []*sim.Meter { return m.opts.Meters }

// Timings returns the number of cycles spent in each timed region.
func (m *Machine) Timings() []sim.Timing { return m.h.Timings() }

// Inside gives access to the values in the circuit.
func (m *Machine) Inside() Inside { return m.e }

// Engine returns the name of the engine that runs the circuit.
func (m *Machine) Engine() string { return m.engine }

// takeRetire reads the retire record of the current cycle.
func (m *Machine) takeRetire() {
	m.stages = Stages{m.get(m.decode) != 0, m.get(m.execute) != 0, uint32(m.get(m.pc)), m.core.AllIdle(m.out.Idle)}
	r, ok := m.record.Retired(m.order)
	if m.retired = ok; ok {
		m.last = r
		m.order++
	}
}

// Retired returns the instruction that retired in the last Step, if there is one. It requires
// Options.Retire.
func (m *Machine) Retired() (sim.Retire, bool) {
	return m.last, m.retired
}

// Stages states which pipeline stages are active in a cycle.
type Stages struct {
	Decode  bool   // the fetched word enters execution at the end of the cycle
	Execute bool   // an instruction executes
	PC      uint32 // address of the executing instruction
	Idle    bool   // all contexts are waiting
}

// Stages returns the stages of the last Step. It requires Options.Retire.
func (m *Machine) Stages() Stages { return m.stages }
