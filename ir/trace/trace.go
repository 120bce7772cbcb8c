// Package trace represents the trace of a run: the events of each task in program order, and
// the end status. Every machine (a way to run a program) makes a Trace, and package verify
// compares traces.
//
// Device events (in, out), log, mark and trap events and the end status are observable. Only
// the source and the unoptimised IR record channel events (send, recv). No order is defined
// between events of different tasks, so traces are compared task by task. The text form is:
//
//	trace filter
//	  echo in eth0 8 0102030405060708
//	  echo out eth0 @1200 8 0102030405060708
//	  echo log 3 17 "passed 17"
//	  echo mark begin kernel
//	  echo trap 12 index
//	  status waiting
//	end
//
// The package does not depend on machines or programs. Start reading at Event.
package trace

// Kind is the kind of an event.
type Kind uint8

// The kinds of events.
const (
	In        Kind = iota // a frame received: Port, Data
	Out                   // a frame sent: Port, Data, Time
	Log                   // log.print: Site, Args, Text
	MarkBegin             // a timed region begins: Name
	MarkEnd               // a timed region ends: Name
	Trap                  // the last event of its task: Site, Code
	Send                  // a value went into channel Port: Args
	Recv                  // a value came out of channel Port: Args
)

// Arg is one argument of a log or a channel event: the bits of a scalar, or
// the bytes of a bytes value (IsBytes).
type Arg struct {
	Bits    uint64
	Bytes   []byte
	IsBytes bool
}

// Event is one observable step of one task.
type Event struct {
	Kind Kind
	Task string // name of the task instance
	Port string // device or channel
	Time uint64 // clock of an Out event, in ticks of 1 us
	Site int
	Args []Arg
	Data []byte
	Text string // rendered text of a Log event
	Name string // mark name
	Code string // trap code
}

// Status is the way in which a run ended.
type Status string

// The end statuses. In a comparison, Limit never equals another status.
const (
	Ended   Status = "ended"   // all tasks ended
	Waiting Status = "waiting" // no input is left, and some task waits for the outside
	Stuck   Status = "stuck"   // no task waits for the outside, and some have not ended
	Trapped Status = "trap"
	Limit   Status = "limit"
)

// Trace is the record of a run. For each task that has not ended, Waits describes the event
// that the task waits for. It is for people and is not compared.
type Trace struct {
	Program string
	Events  []Event // all events; with a Sink, only the events that it has not received yet
	Status  Status
	Waits   []string

	// Sink is optional. It receives the events in order, in batches. The slice is reused, so a
	// long run needs no more memory than a short one.
	Sink func([]Event)

	taken int
}

// sinkBatch is the number of events in a batch for a Sink.
const sinkBatch = 256

// Add appends an event.
func (t *Trace) Add(e Event) {
	t.Events = append(t.Events, e)
	if t.Sink != nil && len(t.Events) >= sinkBatch {
		t.Flush()
	}
}

// Flush passes the remaining events to the Sink, if there is one.
func (t *Trace) Flush() {
	if t.Sink == nil || len(t.Events) == 0 {
		return
	}
	t.Sink(t.Events)
	t.taken += len(t.Events)
	clear(t.Events)
	t.Events = t.Events[:0]
}

// Count is the number of all events, including those passed to the Sink.
func (t *Trace) Count() int { return t.taken + len(t.Events) }

// Keep puts events that a Sink received back into the trace.
func (t *Trace) Keep(events []Event) { t.Events, t.Sink, t.taken = events, nil, 0 }

// ArgType is the type of one argument of a log site. It determines how the argument is
// rendered.
type ArgType struct {
	Kind  string // "u", "i", "hex", "bool", "float", "fixF" with F bits after the binary point, "bytes"
	Width int    // bits of a scalar, or capacity of bytes
}

// Site describes one log.print. It has len(Args)+1 literal parts around the arguments.
type Site struct {
	ID    int
	Parts []string
	Args  []ArgType
}
