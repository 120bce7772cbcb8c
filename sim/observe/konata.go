package observe

import (
	"fmt"
	"io"
	"slices"
)

// For each pipeline stage, Stages holds the first cycle of an instruction in that stage. The
// instruction leaves execution at the end of cycle End.
type Stages struct{ Fetch, Decode, Execute, End uint64 }

// Pipeline computes, for each instruction that retires in a window, the first cycle of each
// pipeline stage. The cycle table in docs/hardware.md defines the stages. The core shows only
// when an instruction is in execution. Decode is the cycle before execution. Decode begins
// earlier if the previous instruction stays in execution for several cycles. Fetch comes
// directly before decode. Instructions that are fetched but never executed do not appear.
type Pipeline struct {
	text     *Text
	from, to uint64
	show     func(s *Step, word int, at Stages)
	first    []uint64 // for each word: 1 + the cycle in which its execution began; 0: it is not executing
	last     Stages   // stages of the instruction that retired last
	any      bool
}

// NewPipeline makes a Pipeline for the cycles [from, to). The Pipeline calls `show` for each
// instruction that retires in these cycles.
func NewPipeline(text *Text, from, to uint64, show func(s *Step, word int, at Stages)) *Pipeline {
	return &Pipeline{text: text, from: from, to: to, show: show, first: make([]uint64, len(text.Words))}
}

// Step handles one cycle.
func (p *Pipeline) Step(s *Step) {
	word := p.text.word(s.PC)
	if !s.Execute || word < 0 {
		return
	}
	if p.first[word] == 0 {
		p.first[word] = s.At + 1
	}
	if !s.Retired {
		return
	}
	at := p.stages(p.first[word]-1, s.At)
	p.first[word] = 0
	if s.At >= p.from && s.At < p.to {
		p.show(s, word, at)
	}
	p.last, p.any = at, true
}

// End has nothing to do.
func (p *Pipeline) End() error { return nil }

// stages computes the earlier stages backwards from execution.
func (p *Pipeline) stages(execute, end uint64) Stages {
	at := Stages{Execute: execute, End: end, Decode: less(execute, 1), Fetch: less(execute, 2)}
	switch {
	case !p.any:
	case execute == p.last.End+1 && p.text.Overlap: // it was decoded while the previous instruction executed
		at.Decode, at.Fetch = p.last.Execute, p.last.Decode
	case !p.text.Overlap:
		at.Fetch = min(at.Fetch, p.last.End+1)
	}
	return at
}

func less(a, b uint64) uint64 { return a - min(a, b) }

// Konata writes a window of a run as a pipeline diagram, in the text format Kanata 0004 of the
// viewer Konata. Each instruction has the stages F (fetch), D (decode) and X (execution).
//
//	Kanata	0004
//	C=	12
//	I	0	7	0
//	L	0	0	00100010: lw x8, 4(x1)
//	S	0	0	F
//	C	1
//	S	0	0	D
type Konata struct {
	*Pipeline
	w     io.Writer
	begun bool
	now   uint64  // cycle of the last command written
	later []timed // commands that are not written yet, by cycle
	ids   int
	err   error
}

// timed holds the commands of one cycle.
type timed struct {
	at   uint64
	text string
}

// NewKonata makes a diagram of the instructions that retire in the cycles [from, to).
func NewKonata(w io.Writer, text *Text, from, to uint64) *Konata {
	k := &Konata{w: w}
	k.Pipeline = NewPipeline(text, from, to, k.instruction)
	return k
}

// instruction adds the commands for an instruction that retires.
func (k *Konata) instruction(s *Step, word int, st Stages) {
	id, w := k.ids, &k.text.Words[word]
	k.ids++
	k.add(st.Fetch, fmt.Sprintf("I\t%d\t%d\t%d\nL\t%d\t0\t%08x: %s\nL\t%d\t1\t%s\nS\t%d\t0\tF\n",
		id, s.Retire.Order, s.Retire.Context, id, s.Retire.PC, w.Asm, id, label(w), id))
	k.add(st.Decode, fmt.Sprintf("S\t%d\t0\tD\n", id))
	k.add(st.Execute, fmt.Sprintf("S\t%d\t0\tX\n", id))
	k.add(st.End+1, fmt.Sprintf("E\t%d\t0\tX\nR\t%d\t%d\t0\n", id, id, s.Retire.Order))
	k.flush(st.Fetch) // later instructions are never fetched before this one
}

// label returns the text that the viewer shows next to an instruction.
func label(w *Word) string {
	if w.Place.IsZero() {
		return w.Func
	}
	return w.Func + " " + w.Place.String()
}

// add stores commands until all earlier commands are known.
func (k *Konata) add(at uint64, text string) {
	i := len(k.later)
	for i > 0 && k.later[i-1].at > at {
		i--
	}
	k.later = slices.Insert(k.later, i, timed{at, text})
}

// flush writes the commands of all cycles before a cycle.
func (k *Konata) flush(before uint64) {
	n := 0
	for ; n < len(k.later) && k.later[n].at < before; n++ {
		c := &k.later[n]
		k.advance(c.at)
		k.print(c.text)
	}
	k.later = slices.Delete(k.later, 0, n)
}

// advance writes a command that moves the clock of the file.
func (k *Konata) advance(to uint64) {
	switch {
	case !k.begun:
		k.print(fmt.Sprintf("Kanata\t0004\nC=\t%d\n", to))
	case to > k.now:
		k.print(fmt.Sprintf("C\t%d\n", to-k.now))
	}
	k.begun, k.now = true, to
}

func (k *Konata) print(text string) {
	if k.err == nil {
		_, k.err = io.WriteString(k.w, text)
	}
}

// Shown is the number of instructions in the file.
func (k *Konata) Shown() int { return k.ids }

// End writes the remaining commands. If the window has no instructions, the file has none.
func (k *Konata) End() error {
	if !k.begun && len(k.later) == 0 {
		k.advance(k.from)
	}
	k.flush(^uint64(0))
	return k.err
}
