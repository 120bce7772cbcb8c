package trace

import (
	"bytes"
	"fmt"
)

// Options say what Compare looks at besides the observable events.
type Options struct {
	// Channels: both traces hold channel events, compare them too.
	Channels bool
	// Console: got comes from a console and has of a log event only its text,
	// and no marks.
	Console bool
}

// Difference is one disagreement of two traces. Index counts the compared
// events of Task; -1 is about the trace as a whole.
type Difference struct {
	Task  string
	Index int
	Want  string // "nothing" where a sequence ends
	Got   string
}

// String prints a difference in one line.
func (d Difference) String() string {
	if d.Index < 0 {
		return fmt.Sprintf("status: want %s, got %s", d.Want, d.Got)
	}
	return fmt.Sprintf("task %s, event %d: want %s, got %s", d.Task, d.Index, d.Want, d.Got)
}

// Compare says where got differs from the reference want: at most one
// difference per task, and one of the status. Between tasks there is no order.
// A machine may stop at once at a trap, whereas the reference's other tasks
// run on until they wait: then the trapping task's sequence must be equal and
// each other one a prefix of the reference's. A status `limit` is equal to
// nothing.
func Compare(want, got *Trace, opts Options) []Difference {
	var out []Difference
	w, tasks := byTask(want, opts, nil)
	g, tasks := byTask(got, opts, tasks)
	prefix := got.Status == Trapped && want.Status == Trapped
	for _, task := range tasks {
		ends := prefix && !endsInTrap(g[task])
		if d, differs := compareTask(task, w[task], g[task], ends, opts); differs {
			out = append(out, d)
		}
	}
	if want.Status != got.Status || want.Status == Limit {
		out = append(out, Difference{Index: -1, Want: string(want.Status), Got: string(got.Status)})
	}
	if prefix && len(out) == 0 && !anyTrap(g, tasks) {
		out = append(out, Difference{Index: -1, Want: "a trap event", Got: "none"})
	}
	return out
}

// byTask groups the compared events and appends new task names in order of
// appearance.
func byTask(t *Trace, opts Options, tasks []string) (map[string][]Event, []string) {
	seen := make(map[string]bool, len(tasks))
	for _, name := range tasks {
		seen[name] = true
	}
	out := map[string][]Event{}
	for _, e := range t.Events {
		if !seen[e.Task] {
			seen[e.Task] = true
			tasks = append(tasks, e.Task)
		}
		if compared(e.Kind, opts) {
			out[e.Task] = append(out[e.Task], e)
		}
	}
	return out, tasks
}

func compared(k Kind, opts Options) bool {
	switch k {
	case Send, Recv:
		return opts.Channels
	case MarkBegin, MarkEnd:
		return !opts.Console
	}
	return true
}

func endsInTrap(events []Event) bool {
	return len(events) > 0 && events[len(events)-1].Kind == Trap
}

func anyTrap(byTask map[string][]Event, tasks []string) bool {
	for _, t := range tasks {
		if endsInTrap(byTask[t]) {
			return true
		}
	}
	return false
}

func compareTask(task string, want, got []Event, prefix bool, opts Options) (Difference, bool) {
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got) && prefix:
			return Difference{}, false
		case i >= len(got):
			return Difference{task, i, want[i].line(), "nothing"}, true
		case i >= len(want):
			return Difference{task, i, "nothing", got[i].line()}, true
		case !equal(&want[i], &got[i], opts):
			return Difference{task, i, want[i].line(), got[i].line()}, true
		}
	}
	return Difference{}, false
}

// equal compares what is observable of two events of one task.
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
