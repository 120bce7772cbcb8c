package sim

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Core describes the program on a core, which determines the meaning of the core's ports. It
// holds the information of a linked image that machines need, without the image.
type Core struct {
	Program string
	Tasks   []string // instance names, in the order of the system
	// Contexts is the number of program counters of the core. 0 means 1.
	Contexts int
	Logs     []trace.Site // looked up by ID; the first entry with an ID counts
	Marks    []Mark       // by mark number
	Devices  []Device
	// Raw says that the meaning of the words at the log port is unknown. The trace then shows
	// each word as a separate event, as a number.
	Raw bool
	// Trap returns the trap site of the ebreak at pc.
	Trap func(pc uint32) (task, site int, code string, ok bool)
}

// AllIdle reports whether all contexts are waiting. idle has a bit for each waiting context.
func (c *Core) AllIdle(idle uint32) bool {
	all := uint32(1)<<max(1, c.Contexts) - 1
	return idle&all == all
}

// Mark is a timed region of a task.
type Mark struct {
	Name string
	Task int
}

// Device is a device of a core, and belongs to one task. The index of the device in
// Core.Devices is its number on the core. The simulated world has a device with the same Name.
type Device struct {
	Name   string
	Rx, Tx bool
	Task   int
	Bits   int  // width of a level; 0: the device has frames or bytes
	Stream bool // the device transfers single bytes
}

// numberedMarks bounds the number of timed regions in a program whose region names are unknown.
const numberedMarks = 4

// Numbers describes a core if only its devices are known.
func Numbers(program string, devices []Device) *Core {
	c := &Core{Program: program, Tasks: []string{"core"}, Devices: devices, Raw: true}
	for i := range numberedMarks {
		c.Marks = append(c.Marks, Mark{Name: fmt.Sprintf("mark%d", i)})
	}
	c.Trap = func(uint32) (task, site int, code string, ok bool) { return 0, 0, "trap", true }
	return c
}

// Recorder converts the outputs of a core to the events of a trace. All machines with a core
// use a Recorder: sim/iss gives the Recorder frames and stores to ports, and a Harness gives
// the Recorder the beats of a circuit.
type Recorder struct {
	core   *Core
	world  *world.World
	tr     *trace.Trace
	sites  map[int]trace.Site
	levels world.Outputs
	log    []uint32 // the words of an incomplete log event
}

// maxLogWords bounds the words of one log event. A longer event means that the core is faulty.
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

// Trace returns the trace recorded so far.
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

// In records that a device delivered a frame to the core.
func (r *Recorder) In(dev int, frame []byte) {
	d := &r.core.Devices[dev]
	r.event(d.Task, trace.Event{Kind: trace.In, Port: d.Name, Data: frame})
}

// Out records that the core sent a frame to a device.
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

// LogWord takes the next word of the log port. LogWord records a log event as soon as all words
// of the event have come. The first word is task<<16 | site, and the arguments follow.
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

// Mark records a store to the mark port. mark*2 begins a timed region, and mark*2+1 ends it.
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

// Trap records a trap, the ebreak at pc, as the end of the run.
func (r *Recorder) Trap(pc uint32) error {
	task, site, code, ok := r.core.Trap(pc)
	if !ok {
		return fmt.Errorf("trap at %#x, where no check is", pc)
	}
	r.event(task, trace.Event{Kind: trace.Trap, Site: site, Code: code})
	return r.End(trace.Trapped)
}

// End records how the run ended. It returns an error if a log event is incomplete.
func (r *Recorder) End(s trace.Status) error {
	r.tr.Status = s
	if len(r.log) > 0 {
		return fmt.Errorf("log port: the run ended within an event, after %d words", len(r.log))
	}
	return nil
}

// Retire is the record of one retired (completed) instruction. sim/iss and a circuit must give
// the same record. A circuit shows the record at the probes retire_* (ir/rtl). Rd is 0 if the
// instruction writes no register. Mask has a bit for each byte lane of the word at Addr &^ 3,
// and is 0 without a data access. Data holds the bytes of these lanes, and 0 in the other
// lanes. Order counts from 0 over all contexts. Context is the number of the executing context.
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
