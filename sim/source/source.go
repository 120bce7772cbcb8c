// Package source runs a checked program directly on its typed tree. It contains the reference
// machine, with which all other machines are compared.
//
//	m, err := source.New(program, world.New(script))
//	t, err := sim.Run(m, 0)
//
// The machine follows the canonical schedule: tasks run in the order of the system, each until
// it waits, in rounds. The world acts only when every task waits. The world sets the clock to
// the earliest deadline or delivers one input. The schedule then starts again with the first
// task. After a trap, the other tasks run until they wait, and the run ends.
//
// Each task is a coroutine on lang/eval. The visible actions of a task arrive in this package
// as effects. If an effect is not possible yet, the task waits. Channels, devices, log and
// marks are in effects.go. The schedule is in this file.
//
// The package does not import the IR, because it must not share the lowering that it checks.
package source

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

var _ sim.Machine = (*Machine)(nil)

// Machine is a program that runs on its typed tree.
type Machine struct {
	outputs world.Outputs
	prog    *tree.Program
	world   *world.World
	trace   *trace.Trace
	tasks   []*task
	chans   []*channel
	ports   []int // for each device: its number in the world, -1 if the script has no device with its name
	cursor  int   // index of the current task
	fault   error
	done    bool
}

// task is a task instance and the event that it waits for.
type task struct {
	m      *Machine
	name   string
	serves bool // whether it is a library service
	run    *eval.Task
	next   func() (wait, bool)
	stop   func()
	yield  func(wait) bool
	wait   wait
	ended  bool
	trap   *eval.Trap
	fault  error
}

// waitKind is the kind of event that a task waits for.
type waitKind uint8

const (
	ready     waitKind = iota // nothing: the task has used up its time or has not begun
	forInput                  // a frame at a device
	forRoom                   // room in a channel
	forValue                  // a value in a channel
	forTaken                  // that the value which the task offers is taken
	forTime                   // the clock
	forSelect                 // an arm of a select
	forTurn                   // that the other tasks have run
)

// wait describes the event that a task waits for. It has a kind, and either the index of a
// device or channel, or the arms of a select.
type wait struct {
	kind  waitKind
	index int
	arms  []wait // for forSelect; an arm that is left out has kind forSelect
	time  uint64 // for forTime
}

// stopped is the panic value that ends a coroutine after its machine has ended.
type stopped struct{}

// New returns a machine at the start of a program. New finds the devices of the world by name.
func New(p *tree.Program, w *world.World) (*Machine, error) { return NewCounting(p, w, nil) }

// NewCounting returns a machine that counts how often statements are executed.
func NewCounting(p *tree.Program, w *world.World, counts eval.Counts) (*Machine, error) {
	if p.System == nil {
		return nil, diag.Errorf("", diag.Span{}, "%s has no system: nothing runs", p.Name)
	}
	m := &Machine{prog: p, world: w, trace: &trace.Trace{Program: p.Name}, outputs: world.Outputs{}}
	for _, c := range p.System.Chans {
		m.chans = append(m.chans, &channel{name: c.Name, room: c.Cap, elem: c.Elem, frames: c.Frames})
	}
	for _, d := range p.System.Devices {
		m.ports = append(m.ports, portOf(w, d.Name))
	}
	for i := range p.System.Runs {
		m.tasks = append(m.tasks, m.newTask(&p.System.Runs[i], counts))
	}
	return m, nil
}

// portOf finds a device of the world by name.
func portOf(w *world.World, name string) int {
	for i, n := range w.Devices() {
		if n == name {
			return i
		}
	}
	return -1
}

func (m *Machine) newTask(r *tree.Run, counts eval.Counts) *task {
	t := &task{m: m, name: r.Name, serves: r.Service}
	t.run = eval.NewTask(r, t, counts)
	t.next, t.stop = iter.Pull(func(yield func(wait) bool) {
		t.yield = yield
		defer func() {
			if p := recover(); p != nil && p != any(stopped{}) {
				panic(p)
			}
		}()
		t.finish(t.run.Run())
	})
	return t
}

// finish records how a task ended.
func (t *task) finish(err error) {
	t.ended = true
	switch {
	case err == nil:
	case errors.As(err, &t.trap):
		t.event(trace.Event{Kind: trace.Trap, Site: t.trap.Site, Code: t.trap.Code})
	default:
		t.fault = fmt.Errorf("task %s: %w", t.name, err)
	}
}

func (t *task) event(e trace.Event) {
	e.Task = t.name
	t.m.trace.Add(e)
}

// Step lets one task run until it waits or has run for some time. If all tasks wait, Step lets
// the world deliver one input.
func (m *Machine) Step() error {
	if m.done {
		return m.fault
	}
	if t := m.enabled(); t != nil {
		w, ok := t.next()
		t.wait = w
		if m.fault = t.fault; m.fault != nil {
			m.end()
		}
		if !ok || w.kind != ready {
			m.cursor = (m.cursor + 1) % len(m.tasks)
		}
		return m.fault
	}
	if m.trapped() || m.over() || !m.world.AdvanceOr(m.deadline()) {
		m.trace.Status = m.status()
		m.end()
	}
	m.cursor = 0
	return nil
}

// enabled returns the next task that can continue.
func (m *Machine) enabled() *task {
	for range m.tasks {
		if t := m.tasks[m.cursor]; !t.ended && m.open(t.wait) {
			return t
		}
		m.cursor = (m.cursor + 1) % len(m.tasks)
	}
	return nil
}

// open reports whether a wait is over.
func (m *Machine) open(w wait) bool {
	switch w.kind {
	case forInput:
		return m.ports[w.index] >= 0 && m.world.Pending(m.ports[w.index])
	case forRoom:
		return len(m.chans[w.index].values) < m.chans[w.index].room
	case forValue:
		return len(m.chans[w.index].values) > 0
	case forTaken:
		return len(m.chans[w.index].values) == 0
	case forTime:
		return m.world.Now() >= w.time
	case forSelect:
		return m.choose(w.arms, 0) >= 0
	}
	return true
}

func (m *Machine) trapped() bool {
	for _, t := range m.tasks {
		if t.trap != nil {
			return true
		}
	}
	return false
}

// over reports whether the end of the run is certain, because no further input can change the
// end. This is the case when the program's own tasks have ended, or when they wait for each
// other and only services continue.
func (m *Machine) over() bool {
	s := m.status()
	return s == trace.Ended || s == trace.Stuck && m.hasService()
}

func (m *Machine) hasService() bool {
	return slices.ContainsFunc(m.tasks, func(t *task) bool { return t.serves })
}

// status returns how the run ends, given that no task can continue.
func (m *Machine) status() trace.Status {
	if m.trapped() {
		return trace.Trapped
	}
	status := trace.Ended
	for _, t := range m.tasks {
		switch {
		case t.ended || t.serves:
		case m.outside(t.wait):
			return trace.Waiting
		default:
			status = trace.Stuck
		}
	}
	return status
}

// Close ends the coroutines of an unfinished run. After the end of a run it does nothing.
func (m *Machine) Close() {
	for _, t := range m.tasks {
		t.stop()
	}
}

// end records the wait of each task, and ends the coroutines of the tasks.
func (m *Machine) end() {
	m.done = true
	for _, t := range m.tasks {
		if !t.ended && !t.serves {
			m.trace.Waits = append(m.trace.Waits, t.name+" waits for "+m.waitText(t.wait))
		}
	}
	m.Close()
}

func (m *Machine) waitText(w wait) string {
	switch w.kind {
	case forInput:
		return waitsAt(&m.prog.System.Devices[w.index])
	case forRoom:
		return "room in channel " + m.chans[w.index].name
	case forValue:
		if s := m.prog.System.Sockets; m.fromService(w.index) {
			return "a datagram at " + s[slices.IndexFunc(s, func(s tree.SocketDef) bool { return s.In == w.index })].Name
		}
		return "a value in channel " + m.chans[w.index].name
	case forTaken:
		return "a receiver at channel " + m.chans[w.index].name
	case forTime:
		return fmt.Sprintf("the clock to be %d", w.time)
	case forSelect:
		return m.selectText(w.arms)
	}
	return "its turn"
}

// waitsAt describes how a task waits at a device.
func waitsAt(d *tree.DeviceDef) string {
	return "a " + port.Find(d.Kind).Unit + " at " + d.Name
}

// Done reports whether the run has ended.
func (m *Machine) Done() bool { return m.done }

// Trace returns the events observed so far.
func (m *Machine) Trace() *trace.Trace { return m.trace }

// Statements returns the number of statements that the tasks have begun.
func (m *Machine) Statements() uint64 {
	n := uint64(0)
	for _, t := range m.tasks {
		n += t.run.Statements()
	}
	return n
}
