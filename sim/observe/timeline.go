package observe

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
)

// Timeline writes tasks and channels over time in the Trace Event format, which
// chrome://tracing, Perfetto and other viewers show. One step (a cycle or an instruction)
// appears as a microsecond. The row of a task shows the events of the task, and the stretches
// in which the task runs. The row of a channel shows the number of elements in the channel.
type Timeline struct {
	w    io.Writer
	text *Text
	err  error
	rows int

	now   uint64
	task  int    // the running task: an index, Schedule, or waiting
	since uint64 // when it began to run
	fill  []uint32
	at    map[uint32]int // index of the channel, by the address of its element count
	tasks map[string]int
}

const (
	program = 1  // the process number of the program in the file
	waiting = -3 // all tasks are waiting
)

// rowEvent is an event in the Trace Event format.
type rowEvent struct {
	Name string         `json:"name"`
	Ph   string         `json:"ph"`
	Ts   uint64         `json:"ts"`
	Dur  uint64         `json:"dur,omitempty"`
	Pid  int            `json:"pid"`
	Tid  int            `json:"tid"`
	S    string         `json:"s,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

// NewTimeline begins a file.
func NewTimeline(w io.Writer, name string, text *Text) *Timeline {
	t := &Timeline{w: w, text: text, task: Schedule, fill: make([]uint32, len(text.Channels)), at: map[uint32]int{}, tasks: map[string]int{}}
	t.print(`{"displayTimeUnit":"ms","traceEvents":[`)
	unit := "an instruction"
	if text.Circuit {
		unit = "a cycle"
	}
	t.put(rowEvent{Name: "process_name", Ph: "M", Pid: program, Args: map[string]any{"name": name + ", 1 us is " + unit}})
	for i, task := range append([]string{"scheduler"}, text.Tasks...) {
		t.put(rowEvent{Name: "thread_name", Ph: "M", Pid: program, Tid: i, Args: map[string]any{"name": task}})
		t.tasks[task] = i
	}
	for i, c := range text.Channels {
		t.at[c.Count] = i
		t.channel(i)
	}
	return t
}

// row returns the number of the row of a task. Row 0 is the scheduler.
func row(task int) int { return max(task, -1) + 1 }

// Step handles one step.
func (t *Timeline) Step(s *Step) {
	t.now = s.At
	if s.Idle {
		t.turn(waiting)
	} else if k := t.text.word(s.PC); s.Execute && k >= 0 && t.text.Words[k].Task != Shared {
		t.turn(t.text.Words[k].Task)
	}
	if s.Retired {
		t.store(&s.Retire)
	}
	for i := range s.Events {
		t.event(&s.Events[i])
	}
}

// turn records which task runs now.
func (t *Timeline) turn(task int) {
	if task == t.task {
		return
	}
	t.stretch()
	t.task, t.since = task, t.now
}

// stretch writes the time for which the present task has been running.
func (t *Timeline) stretch() {
	if t.task == waiting || t.now == t.since {
		return
	}
	name := "schedule"
	if t.task >= 0 && t.task < len(t.text.Tasks) {
		name = t.text.Tasks[t.task]
	}
	t.put(rowEvent{Name: name, Ph: "X", Ts: t.since, Dur: t.now - t.since, Pid: program, Tid: row(t.task)})
}

// store records the number of elements of a channel when the program stores it.
func (t *Timeline) store(r *sim.Retire) {
	i, ok := t.at[r.Addr&^3]
	if !ok || r.Mask != 15 || t.fill[i] == r.Data {
		return
	}
	t.fill[i] = r.Data
	t.channel(i)
}

func (t *Timeline) channel(i int) {
	t.put(rowEvent{Name: "channel " + t.text.Channels[i].Name, Ph: "C", Ts: t.now, Pid: program, Args: map[string]any{"elements": t.fill[i]}})
}

// event writes an event of a task.
func (t *Timeline) event(e *trace.Event) {
	tid := t.tasks[e.Task]
	out := rowEvent{Ph: "i", Ts: t.now, Pid: program, Tid: tid, S: "t"}
	switch e.Kind {
	case trace.In, trace.Out:
		way := map[trace.Kind]string{trace.In: "from ", trace.Out: "to "}[e.Kind]
		out.Name, out.Args = way+e.Port, map[string]any{"bytes": len(e.Data)}
	case trace.Log:
		out.Name, out.Args = "log", map[string]any{"text": e.Text}
	case trace.Trap:
		out.Name, out.Args = "trap", map[string]any{"code": e.Code}
	case trace.MarkBegin, trace.MarkEnd:
		out.Name = map[trace.Kind]string{trace.MarkBegin: "begin ", trace.MarkEnd: "end "}[e.Kind] + e.Name
	default:
		return
	}
	t.put(out)
}

// put writes an event. The keys of Args are sorted.
func (t *Timeline) put(e rowEvent) {
	data, err := json.Marshal(e)
	if err != nil && t.err == nil {
		t.err = err
	}
	sep := ",\n"
	if t.rows == 0 {
		sep = "\n"
	}
	t.rows++
	t.print(sep + string(data))
}

func (t *Timeline) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, text)
	}
}

// End completes the file.
func (t *Timeline) End() error {
	t.now++
	t.stretch()
	t.print(fmt.Sprintf("\n],\"otherData\":{\"steps\":%d}}\n", t.now))
	return t.err
}
