package sim

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Core describes the program on a core, and so the meaning of the core's ports. It is the
// information of a linked image, without the image.
type Core struct {
	Program string
	Tasks   []string // instance names, in system order
	// Contexts is how many program counters the core has; 0 is 1.
	Contexts int
	Logs     []trace.Site // found by ID, the first one counts
	Marks    []Mark       // by mark number
	Devices  []Device
	// Raw says that the meaning of the log port's words is unknown. Each word is then a
	// separate event, shown as a number.
	Raw bool
	// Trap returns the trap site of the ebreak at pc.
	Trap func(pc uint32) (task, site int, code string, ok bool)
}

// AllIdle reports whether all contexts wait. idle has a bit for each waiting context.
func (c *Core) AllIdle(idle uint32) bool {
	all := uint32(1)<<max(1, c.Contexts) - 1
	return idle&all == all
}

// Mark is a timed region of a task.
type Mark struct {
	Name string
	Task int
}

// Device is a device of a core, given to one task. Its index in Core.Devices is its number on
// the core. Name is also its name in the world.
type Device struct {
	Name   string
	Rx, Tx bool
	Task   int
	Bits   int  // of a level; 0: it has frames or bytes
	Stream bool // single bytes pass
}

// numberedMarks is the number of timed regions that a program may have when their names are
// unknown.
const numberedMarks = 4

// Numbers describes a core whose program is unknown except for its devices.
func Numbers(program string, devices []Device) *Core {
	c := &Core{Program: program, Tasks: []string{"core"}, Devices: devices, Raw: true}
	for i := range numberedMarks {
		c.Marks = append(c.Marks, Mark{Name: fmt.Sprintf("mark%d", i)})
	}
	c.Trap = func(uint32) (task, site int, code string, ok bool) { return 0, 0, "trap", true }
	return c
}

// Recorder turns the outputs of a core into the events of a trace. All machines of a core use
// it: sim/iss hands it frames and port stores, a Harness hands it the beats of a circuit.
type Recorder struct {
	core   *Core
	world  *world.World
	tr     *trace.Trace
	sites  map[int]trace.Site
	levels world.Outputs
	log    []uint32 // words of an incomplete log event
}

// maxLogWords bounds one log event. A longer one is a fault of the core.
const maxLogWords = 1 << 16

// NewRecorder starts a trace.
func NewRecorder(core *Core, w *world.World) *Recorder {
	r := &Recorder{core: core, world: w, tr: &trace.Trace{Program: core.Program}, sites: map[int]trace.Site{}, levels: world.Outputs{}}
	for _, s := range core.Logs {
		if _, ok := r.sites[s.ID]; !ok {
			r.sites[s.ID] = s
		}
	}
	return r
}

// Trace returns the recorded trace.
func (r *Recorder) Trace() *trace.Trace { return r.tr }

func (r *Recorder) task(i int) string {
	if i < 0 || i >= len(r.core.Tasks) {
		return fmt.Sprintf("task%d", i)
	}
	return r.core.Tasks[i]
}

func (r *Recorder) event(task int, e trace.Event) {
	e.Task = r.task(task)
	r.tr.Add(e)
}

// In records that a frame was delivered from a device.
func (r *Recorder) In(dev int, frame []byte) {
	d := &r.core.Devices[dev]
	r.event(d.Task, trace.Event{Kind: trace.In, Port: d.Name, Data: frame})
}

// Out records that a frame was sent to a device.
func (r *Recorder) Out(dev int, frame []byte) {
	d := &r.core.Devices[dev]
	r.event(d.Task, trace.Event{Kind: trace.Out, Port: d.Name, Data: frame, Time: r.world.Now()})
}

// Level records the level of an output, if it has changed.
func (r *Recorder) Level(dev int, v uint64) {
	if d := &r.core.Devices[dev]; r.levels.Set(dev, v) {
		r.event(d.Task, trace.Event{Kind: trace.Out, Port: d.Name, Data: world.LevelData(v, (d.Bits+7)/8), Time: r.world.Now()})
	}
}

// LogWord takes the next word of the log port, and records an event once it is complete. The
// first word is task<<16 | site; the arguments follow.
func (r *Recorder) LogWord(w uint32) error {
	if r.core.Raw {
		r.event(0, trace.Event{Kind: trace.Log, Args: []trace.Arg{{Bits: uint64(w)}}, Text: fmt.Sprintf("%08x", w)})
		return nil
	}
	r.log = append(r.log, w)
	task, site := int(r.log[0]>>16), int(r.log[0]&0xffff)
	s, ok := r.sites[site]
	if !ok || task >= len(r.core.Tasks) {
		return fmt.Errorf("log port: no site %d of task %d", site, task)
	}
	args, used, ok := trace.LogArgs(s, r.log[1:])
	switch {
	case !ok && len(r.log) > maxLogWords:
		return fmt.Errorf("log port: more than %d words for site %d", maxLogWords, site)
	case !ok:
		return nil
	case used != len(r.log)-1:
		return fmt.Errorf("log port: %d words for site %d, which takes %d", len(r.log)-1, site, used)
	}
	r.log = r.log[:0]
	r.event(task, trace.Event{Kind: trace.Log, Site: s.ID, Args: args, Text: trace.Render(s, args)})
	return nil
}

// Mark records a store to the mark port: mark*2 begins, mark*2+1 ends.
func (r *Recorder) Mark(id uint32) error {
	if int(id/2) >= len(r.core.Marks) {
		return fmt.Errorf("mark port: no mark %d", id/2)
	}
	m := r.core.Marks[id/2]
	kind := trace.MarkBegin
	if id%2 == 1 {
		kind = trace.MarkEnd
	}
	r.event(m.Task, trace.Event{Kind: kind, Name: m.Name})
	return nil
}

// Trap records the end of the run at an ebreak.
func (r *Recorder) Trap(pc uint32) error {
	task, site, code, ok := r.core.Trap(pc)
	if !ok {
		return fmt.Errorf("trap at %#x, where no check is", pc)
	}
	r.event(task, trace.Event{Kind: trace.Trap, Site: site, Code: code})
	return r.End(trace.Trapped)
}

// End records how the run ended. An incomplete log event is a fault.
func (r *Recorder) End(s trace.Status) error {
	r.tr.Status = s
	if len(r.log) > 0 {
		return fmt.Errorf("log port: the run ended within an event, after %d words", len(r.log))
	}
	return nil
}

// Retire is the record of one retired instruction. sim/iss and a circuit must agree on it (the
// probes retire_* of ir/rtl). Rd is 0 when no register is written. Mask has a bit per byte
// lane of the word at Addr &^ 3, and is 0 without a data access. Data holds these lanes; its
// other lanes are 0. Order counts from 0 over all contexts. Context is the number of the
// executing context.
type Retire struct {
	Order    uint64
	Context  int
	PC, Insn uint32
	Rd       uint8
	Value    uint32
	Addr     uint32
	Mask     uint8
	Data     uint32
}
