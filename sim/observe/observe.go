// Package observe passes the steps of a core to several writers at the same time. The writers
// are a profile by source line, a commit log, a pipeline diagram, and a timeline of tasks and
// channels.
//
//	tape := observe.NewTape(observe.NewProfile(text), log)
//	tape.Step(step, trace)   // for each cycle, or each instruction
//	err := tape.End()
//
// A writer sees only Steps, which may come from an instruction-set simulator or from a circuit.
// Simulators and circuits report retired instructions, accesses and events in the same way.
// Only a circuit has cycles without a retired instruction.
//
// The package depends on images, but not on circuits. Start reading at Step, then profile.go.
package observe

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
)

// Step is one cycle of a circuit, or one executed instruction of an instruction-set simulator.
type Step struct {
	At      uint64 // number of cycles, or of instructions, since the start
	Idle    bool   // all contexts are waiting
	Decode  bool   // the fetched word enters execution at the end of this cycle
	Execute bool   // an instruction executes
	PC      uint32 // address of the executing instruction
	Retired bool   // the instruction retires in this step
	Retire  sim.Retire
	Events  []trace.Event // events that occur in this step
}

// Observer receives the steps of a run, in order.
type Observer interface {
	Step(s *Step)
	// End is called once, when the run is over.
	End() error
}

// Text describes the program text of an image.
type Text struct {
	Words    []Word
	Tasks    []string // task instances, in the order of the system
	Channels []Channel
	Levels   []string // output pins; a circuit shows a new level in the cycle after the store
	Circuit  bool     // steps are cycles of a circuit, not instructions
	Overlap  bool     // fetch and decode overlap with execution
}

// Word is one instruction in the text.
type Word struct {
	Place diag.Span
	Func  string // the function at its source position, as named in the source
	Task  int    // index of the task that executes it, Shared or Schedule
	Asm   string
}

// Values of Word.Task for a word that belongs to no single task.
const (
	Shared   = -1 // in a function with several callers
	Schedule = -2 // in the scheduler
)

// Channel is a channel, with the address of the word that counts its elements.
type Channel struct {
	Name  string
	Count uint32
}

// word finds the index of the word at an address. It returns -1 if there is none.
func (t *Text) word(pc uint32) int {
	if k := (pc - design.TextBase) / 4; k < uint32(len(t.Words)) {
		return int(k)
	}
	return -1
}

// Tape passes steps to observers.
type Tape struct {
	to     []Observer
	events int // number of trace events that were passed on
}

// NewTape makes a tape for some observers.
func NewTape(to ...Observer) *Tape { return &Tape{to: to} }

// Step passes on a step. tr is the trace so far.
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
