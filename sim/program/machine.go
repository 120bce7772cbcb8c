// Package program runs the program IR. It contains the machine `ir`. The machine runs a module
// before or after ir/pass/tasks, and both forms must show the same trace.
//
// Each task (after the tasks pass: Main) is compiled to a separate context: a flat list of
// instructions over numbered slots. There is no recursion. Every function therefore has fixed
// addresses for its slots, objects and return address. A call is a few moves and a jump:
//
//	block 12 instructions
//	v8 = load4 mem[%hits + v7]
//	v9 = v8 + slot 3, mask 0xffffffff
//	...
//
// If a blocking operation is not possible yet, the context stops at that instruction, and the
// schedule later continues the context. Before the tasks pass, the machine uses the canonical
// schedule: tasks run in the order of the system, each until it waits, in rounds. After the
// pass, Main contains that schedule.
//
// The verifier cannot detect an address outside of its object. Such an address is a fault of
// Sinter and stops the machine with an error. Unwritten bytes of a local object are 0xa5, so
// that a read of such bytes becomes visible in the trace.
//
// Start reading at New, then compile.go and exec.go.
package program

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// fuel is the approximate number of instructions in one Step.
const fuel = 1 << 20

// Machine runs one module in one simulated world. It implements sim.Machine.
type Machine struct {
	m       *ir.Module
	world   *world.World
	mem     []byte
	tasks   []*context
	chans   [][]element
	rings   []ring
	offer   []bool // for each channel of capacity 0: whether its value is waiting to be taken
	trace   trace.Trace
	outputs world.Outputs
	ports   []int // for each device: its number in the world, -1 if the world has no device with its name
	done    bool

	services bool // whether some task is a service
	turn     int  // index of the current context
	progress bool
	marks    []Mark
	open     map[int]uint64 // instruction counts at the beginning of the open marks, by mark number
}

// element is a value in a channel.
type element struct {
	words []uint64
	objs  [][]byte
}

// Mark is one run of a timed region, with its number of executed IR instructions.
type Mark struct {
	Name   string
	Instrs uint64
}

// BlockCount states how often a block of a function was entered.
type BlockCount struct {
	Func  *ir.Func
	Block *ir.Block
	Count uint64
}

// New compiles a verified module. It finds the devices of the world by name.
func New(m *ir.Module, w *world.World) (*Machine, error) {
	mc := &Machine{m: m, world: w, chans: make([][]element, len(m.Chans)), offer: make([]bool, len(m.Chans)), rings: make([]ring, len(m.Chans)), open: map[int]uint64{}, outputs: world.Outputs{}}
	mc.trace.Program = m.Name
	for _, d := range m.Devices {
		mc.ports = append(mc.ports, slices.Index(w.Devices(), d.Name))
	}
	c := newCompiler(mc)
	for _, k := range m.Contexts {
		t := c.context(k.Func, -1)
		t.alarm = world.Never
		mc.tasks = append(mc.tasks, t)
	}
	if len(m.Contexts) > 0 {
		return mc, nil
	}
	for i, t := range m.Tasks {
		mc.services = mc.services || t.Service
		mc.tasks = append(mc.tasks, c.context(t.Func, i))
	}
	return mc, nil
}

// Done reports whether the run has ended.
func (mc *Machine) Done() bool { return mc.done }

// Trace returns the events observed so far.
func (mc *Machine) Trace() *trace.Trace { return &mc.trace }

// Marks returns the timed regions in the order of their ends.
func (mc *Machine) Marks() []Mark { return mc.marks }

// Instrs returns the number of executed IR instructions.
func (mc *Machine) Instrs() uint64 {
	n := uint64(0)
	for _, c := range mc.tasks {
		n += c.executed()
	}
	return n
}

// Profile returns how often each block was entered, in the order of the module.
func (mc *Machine) Profile() []BlockCount {
	at := map[*ir.Block]uint64{}
	for _, c := range mc.tasks {
		for k, s := range c.segments {
			if s.first {
				at[s.block] += c.counts[k]
			}
		}
	}
	var out []BlockCount
	for _, f := range mc.m.Funcs {
		for _, b := range f.Blocks {
			out = append(out, BlockCount{f, b, at[b]})
		}
	}
	return out
}

// Step runs the current context until it waits, ends, or has used up its fuel.
func (mc *Machine) Step() error {
	if mc.done {
		return nil
	}
	if mc.turn == len(mc.tasks) {
		mc.round()
		return nil
	}
	c := mc.tasks[mc.turn]
	if c.ended {
		mc.turn++
		return nil
	}
	why, err := c.run(fuel)
	if err != nil {
		return fmt.Errorf("task %s: %w", c.name, err)
	}
	switch why {
	case outOfFuel:
		mc.progress = true
		return nil
	case ended:
		c.ended = true
		mc.progress = true
	case trapped:
		mc.end(trace.Trapped)
	case halted:
		return mc.halt(c)
	case idle:
		if len(mc.tasks) == 1 || !mc.progress && mc.othersRest(c) {
			return mc.idle(c)
		}
	}
	mc.progress = mc.progress || c.moved
	mc.turn++
	return nil
}

// idle handles a wait of Main: the world acts, or the run ends.
func (mc *Machine) idle(c *context) error {
	if mc.world.AdvanceOr(c.deadline()) {
		return nil
	}
	mc.trace.Waits = append(mc.trace.Waits, "the scheduler waits")
	if c.mask == 0 {
		mc.end(trace.Stuck)
	} else {
		mc.end(trace.Waiting)
	}
	return nil
}

// round ends a round over all tasks. If no task did anything, the world acts.
func (mc *Machine) round() {
	moved := mc.progress
	mc.turn, mc.progress = 0, false
	if moved && (mc.services || !mc.allEnded()) {
		return
	}
	if mc.allEnded() {
		mc.end(trace.Ended)
		return
	}
	if !mc.stuck() && mc.world.AdvanceOr(mc.deadline()) {
		return
	}
	status, waits := mc.waits()
	mc.trace.Waits = append(mc.trace.Waits, waits...)
	mc.end(status)
}

// stuck reports whether no input can make the program's own tasks continue. Services may still
// continue.
func (mc *Machine) stuck() bool {
	if !mc.services {
		return false
	}
	status, _ := mc.waits()
	return status == trace.Stuck
}

// waits describes the events that the tasks wait for. The second result says how the run ends
// if these events never come.
func (mc *Machine) waits() (trace.Status, []string) {
	status := trace.Stuck
	var waits []string
	for _, c := range mc.tasks {
		if c.ended || mc.isService(c) {
			continue
		}
		what, outside := c.waitsFor()
		waits = append(waits, c.name+" waits for "+what)
		if outside {
			status = trace.Waiting
		}
	}
	return status, waits
}

// allEnded reports whether all tasks except services have ended.
func (mc *Machine) allEnded() bool {
	for _, c := range mc.tasks {
		if !c.ended && !mc.isService(c) {
			return false
		}
	}
	return true
}

func (mc *Machine) isService(c *context) bool { return c.task >= 0 && mc.m.Tasks[c.task].Service }

// fromService reports whether a service writes a channel. A task that waits for a channel of a
// service waits for the outside.
func (mc *Machine) fromService(ch int) bool { return mc.m.Tasks[mc.m.Chans[ch].Writer].Service }

func (mc *Machine) end(s trace.Status) { mc.done, mc.trace.Status = true, s }

// task returns the name of the task of an event in context c.
func (mc *Machine) task(c *context, of int) string {
	if c.task >= 0 {
		of = c.task
	}
	if of < 0 && len(mc.m.Tasks) == 1 {
		of = 0
	}
	if of < 0 || of >= len(mc.m.Tasks) {
		return "?"
	}
	return mc.m.Tasks[of].Name
}

func (mc *Machine) event(c *context, i *ir.Instr, e trace.Event) {
	e.Task = mc.task(c, i.Task)
	mc.trace.Add(e)
}

// fault makes the error for a fault of Sinter, with its source position.
func fault(i *ir.Instr, format string, args ...any) error {
	at := diag.Span{}
	if i != nil {
		at = i.Span
	}
	return fmt.Errorf("%s: "+format, append([]any{at}, args...)...)
}
