package trace

import (
	"bytes"
	"fmt"
	"slices"
)

// Options configure Compare beyond the observable events.
type Options struct {
	// Channels says that both traces hold channel events, and that Compare compares them too.
	Channels bool
	// Console says that the trace `got` comes from a console. It then has only the text of log
	// events, and no marks.
	Console bool
}

// Difference is one disagreement between two traces. Index counts the compared events of Task.
// Index -1 means that the traces as a whole differ.
type Difference struct {
	Task  string
	Index int
	Want  string // "nothing" if a sequence has ended
	Got   string
}

// String prints a difference in one line.
func (d Difference) String() string {
	if d.Index < 0 {
		return fmt.Sprintf("status: want %s, got %s", d.Want, d.Got)
	}
	return fmt.Sprintf("task %s, event %d: want %s, got %s", d.Task, d.Index, d.Want, d.Got)
}

// Compare returns the differences between the trace `got` and the reference `want`. There is at
// most one per task, and one for the status. Events of different tasks have no order. After a
// trap a machine may stop immediately, but the other tasks of the reference run on until they
// wait. In that case the sequence of the trapping task must be equal, and every other sequence
// must be a prefix of the reference's sequence. The status `limit` always counts as a
// difference.
func Compare(want, got *Trace, opts Options) []Difference {
	c := NewComparer(opts)
	c.Want(want.Events)
	c.Got(got.Events)
	return c.End(want.Status, got.Status)
}

// Comparer does the same as Compare while the runs are still in progress. It stores only events
// that one run has shown and the other has not shown yet.
type Comparer struct {
	opts    Options
	tasks   map[string]*pairing
	wanted  []string // tasks, in the order of their first events in the reference
	others  []string // tasks that the other run showed before the reference
	ahead   int
	gotOver bool
}

// pairing is the state of one task: the events of the run that is ahead, and the first
// difference.
type pairing struct {
	ahead  []Event
	want   bool // ahead holds events of the reference, not of the other run
	n      int  // number of pairs compared
	differ *Difference
	listed bool // the task is in wanted
	trap   bool // the last event of the other run is a trap
}

// NewComparer begins a comparison.
func NewComparer(opts Options) *Comparer {
	return &Comparer{opts: opts, tasks: map[string]*pairing{}}
}

// Want adds the next events of the reference.
func (c *Comparer) Want(events []Event) {
	for i := range events {
		e := &events[i]
		t := c.tasks[e.Task]
		if t == nil {
			t = &pairing{}
			c.tasks[e.Task] = t
		}
		if !t.listed {
			t.listed = true
			c.wanted = append(c.wanted, e.Task)
		}
		if compared(e.Kind, c.opts) {
			c.take(t, e, true)
		}
	}
}

// Got adds the next events of the other run.
func (c *Comparer) Got(events []Event) {
	for i := range events {
		e := &events[i]
		t := c.tasks[e.Task]
		if t == nil {
			t = &pairing{}
			c.tasks[e.Task] = t
			c.others = append(c.others, e.Task)
		}
		if compared(e.Kind, c.opts) {
			t.trap = e.Kind == Trap
			c.take(t, e, false)
		}
	}
}

// GotAll says that the other run is over. After that, take compares only the next reference
// event of each task.
func (c *Comparer) GotAll() { c.gotOver = true }

// Ahead is the number of events that wait for the other run.
func (c *Comparer) Ahead() int { return c.ahead }

// take compares an event with the event of the other run. If the other run has not shown that
// event yet, take stores the event.
func (c *Comparer) take(t *pairing, e *Event, want bool) {
	switch {
	case t.differ != nil:
	case len(t.ahead) == 0 || t.want == want:
		if c.gotOver && len(t.ahead) > 0 {
			return
		}
		t.ahead, t.want = append(t.ahead, *e), want
		c.ahead++
	default:
		c.pair(t, e, want)
	}
}

// pair compares an event with the first stored event of the other run.
func (c *Comparer) pair(t *pairing, e *Event, want bool) {
	first := t.ahead[0]
	t.ahead[0] = Event{} // frees the memory of the event
	if t.ahead = t.ahead[1:]; len(t.ahead) == 0 {
		t.ahead = nil
	}
	c.ahead--
	w, g := &first, e
	if want {
		w, g = e, &first
	}
	if equal(w, g, c.opts) {
		t.n++
		return
	}
	t.differ = &Difference{e.Task, t.n, w.line(), g.line()}
	c.ahead -= len(t.ahead)
	t.ahead = nil
}

// End returns the differences. Both runs must be over.
func (c *Comparer) End(want, got Status) []Difference {
	var out []Difference
	prefix, traps := want == Trapped && got == Trapped, false
	for i, task := range append(slices.Clone(c.wanted), c.others...) {
		t := c.tasks[task]
		if i >= len(c.wanted) && t.listed {
			continue // the other run showed the task first
		}
		traps = traps || t.trap
		if d := t.end(task, prefix && !t.trap); d != nil {
			out = append(out, *d)
		}
	}
	if want != got || want == Limit {
		out = append(out, Difference{Index: -1, Want: string(want), Got: string(got)})
	}
	if prefix && len(out) == 0 && !traps {
		out = append(out, Difference{Index: -1, Want: "a trap event", Got: "none"})
	}
	return out
}

// end returns the difference of a task, or nil. If prefix is set, the other run may have shown
// only the first events of the task.
func (t *pairing) end(task string, prefix bool) *Difference {
	switch {
	case t.differ != nil || len(t.ahead) == 0 || t.want && prefix:
		return t.differ
	case t.want:
		return &Difference{task, t.n, t.ahead[0].line(), "nothing"}
	}
	return &Difference{task, t.n, "nothing", t.ahead[0].line()}
}

// compared reports whether Compare looks at events of a kind.
func compared(k Kind, opts Options) bool {
	switch k {
	case Send, Recv:
		return opts.Channels
	case MarkBegin, MarkEnd:
		return !opts.Console
	}
	return true
}

// equal compares the observable parts of two events of one task.
func equal(a, b *Event, opts Options) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case In:
		return a.Port == b.Port && bytes.Equal(a.Data, b.Data)
	case Out:
		return a.Port == b.Port && a.Time == b.Time && bytes.Equal(a.Data, b.Data)
	case Log:
		return a.Text == b.Text && (opts.Console || a.Site == b.Site && equalArgs(a.Args, b.Args))
	case Trap:
		return a.Site == b.Site && a.Code == b.Code
	case Send, Recv:
		return a.Port == b.Port && equalArgs(a.Args, b.Args)
	}
	return a.Name == b.Name
}

func equalArgs(a, b []Arg) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].IsBytes != b[i].IsBytes || a[i].Bits != b[i].Bits || !bytes.Equal(a[i].Bytes, b[i].Bytes) {
			return false
		}
	}
	return true
}
