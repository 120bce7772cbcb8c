// Package observe reports the steps of a core to several writers at once. The writers are a
// profile by source line, a commit log, a pipeline diagram, and a timeline of tasks and
// channels.
//
//	tape := observe.NewTape(observe.NewProfile(text), log)
//	tape.Step(step, trace)   // for each cycle, or each instruction
//	err := tape.End()
//
// A writer sees only Steps, whether an instruction set or a circuit makes them. So both report
// retired instructions, accesses and events in the same way. Only a circuit has cycles without
// a retired instruction.
//
// The package knows images, not circuits. Start reading at Step, then profile.go.
package observe

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
)

// Step is a cycle of a circuit, or an executed instruction of an instruction set.
type Step struct {
	At      uint64 // cycles, or instructions, since the start
	Idle    bool   // all contexts wait
	Decode  bool   // the fetched word goes to execution at the end of this cycle
	Execute bool   // an instruction executes
	PC      uint32 // of that instruction
	Retired bool   // it retires in this step
	Retire  sim.Retire
	Events  []trace.Event // shown by this step
}

// Observer takes the steps of a run, in order.
type Observer interface {
	Step(s *Step)
	// End is called once, when the run is over.
	End() error
}

// Text describes the words of a text.
type Text struct {
	Words    []Word
	Tasks    []string // instances, in system order
	Channels []Channel
	Levels   []string // output pins; on a circuit one shows a level in the cycle after the store
	Circuit  bool     // steps are cycles of a circuit
	Overlap  bool     // fetch and decode overlap with execution
}

// Word is an instruction of a text.
type Word struct {
	Place diag.Span
	Func  string // the function of its source position, as the source names it
	Task  int    // index of the task that executes it, Shared or Schedule
	Asm   string
}

// The task of a word that belongs to no single task.
const (
	Shared   = -1 // of a function with several callers
	Schedule = -2 // of the scheduler
)

// Channel is a channel with the address of the word that counts its elements.
type Channel struct {
	Name  string
	Count uint32
}

// word finds the index of the word at an address, -1 for none.
func (t *Text) word(pc uint32) int {
	if k := (pc - design.TextBase) / 4; k < uint32(len(t.Words)) {
		return int(k)
	}
	return -1
}

// Tape hands steps to observers.
type Tape struct {
	to     []Observer
	events int // of the trace that were forwarded
}

// NewTape makes a tape for some observers.
func NewTape(to ...Observer) *Tape { return &Tape{to: to} }

// Step takes a step, and the present trace.
func (t *Tape) Step(s *Step, tr *trace.Trace) {
	s.Events = tr.Events[min(t.events, len(tr.Events)):]
	t.events = len(tr.Events)
	for _, o := range t.to {
		o.Step(s)
	}
}

// End ends all observers and returns the first error.
func (t *Tape) End() (err error) {
	for _, o := range t.to {
		if e := o.End(); err == nil {
			err = e
		}
	}
	return err
}
