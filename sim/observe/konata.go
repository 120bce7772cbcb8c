package observe

import (
	"fmt"
	"io"
	"slices"
)

// Konata writes a window of a run as a picture of the pipeline, in the text form
// Kanata 0004 of the viewer Konata. Each instruction that retires in the window has
// the stages F (fetch), D (decode) and X (execution). Words that are fetched and
// never executed are not shown: the core tells of what executes.
//
//	Kanata	0004
//	C=	12
//	I	0	7	0
//	L	0	0	00100010: lw x8, 4(x1)
//	S	0	0	F
//	C	1
//	S	0	0	D
//
// The stages are those of the cycle table of docs/hardware.md: execution is what the
// core shows, decode is the cycle before it or, when the word before stays in
// execution, as long as that does, and fetch is what comes before decode.
type Konata struct {
	w        io.Writer
	text     *Text
	from, to uint64
	err      error

	begun   bool
	now     uint64  // cycle of the last command
	waiting []timed // commands that are not written yet, by cycle
	ids     int
	first   []uint64 // by word: cycle + 1 in which its execution began; 0: it does not execute
	last    stages   // of the instruction that retired last
	any     bool
}

// timed is commands of one cycle.
type timed struct {
	at   uint64
	text string
}

// stages are the cycles in which an instruction was in each stage; it leaves execution
// at the end of cycle end.
type stages struct{ fetch, decode, execute, end uint64 }

// NewKonata writes the instructions that retire in the cycles [from, to).
func NewKonata(w io.Writer, text *Text, from, to uint64) *Konata {
	return &Konata{w: w, text: text, from: from, to: to, first: make([]uint64, len(text.Words))}
}

// Step takes a cycle.
func (k *Konata) Step(s *Step) {
	word := k.text.word(s.PC)
	if !s.Execute || word < 0 {
		return
	}
	if k.first[word] == 0 {
		k.first[word] = s.At + 1
	}
	if !s.Retired {
		return
	}
	st := k.stages(k.first[word]-1, s.At)
	k.first[word] = 0
	if s.At >= k.from && s.At < k.to {
		k.instruction(s, word, st)
	}
	k.last, k.any = st, true
}

// stages reckons backwards from execution.
func (k *Konata) stages(execute, end uint64) stages {
	st := stages{execute: execute, end: end, decode: less(execute, 1), fetch: less(execute, 2)}
	switch {
	case !k.any:
	case execute == k.last.end+1 && k.text.Overlap: // it was decoded while the one before executed
		st.decode, st.fetch = k.last.execute, k.last.decode
	case !k.text.Overlap:
		st.fetch = min(st.fetch, k.last.end+1)
	}
	return st
}

func less(a, b uint64) uint64 { return a - min(a, b) }

// instruction writes the commands of an instruction that retires.
func (k *Konata) instruction(s *Step, word int, st stages) {
	id, w := k.ids, &k.text.Words[word]
	k.ids++
	k.add(st.fetch, fmt.Sprintf("I\t%d\t%d\t%d\nL\t%d\t0\t%08x: %s\nL\t%d\t1\t%s\nS\t%d\t0\tF\n",
		id, s.Retire.Order, s.Retire.Context, id, s.Retire.PC, w.Asm, id, label(w), id))
	k.add(st.decode, fmt.Sprintf("S\t%d\t0\tD\n", id))
	k.add(st.execute, fmt.Sprintf("S\t%d\t0\tX\n", id))
	k.add(st.end+1, fmt.Sprintf("E\t%d\t0\tX\nR\t%d\t%d\t0\n", id, id, s.Retire.Order))
	k.flush(st.fetch) // later instructions are not fetched before this one
}

// label is what the viewer shows beside an instruction.
func label(w *Word) string {
	if w.Place.IsZero() {
		return w.Func
	}
	return w.Func + " " + w.Place.String()
}

// add keeps commands until all earlier ones are known.
func (k *Konata) add(at uint64, text string) {
	i := len(k.waiting)
	for i > 0 && k.waiting[i-1].at > at {
		i--
	}
	k.waiting = slices.Insert(k.waiting, i, timed{at, text})
}

// flush writes the commands before a cycle.
func (k *Konata) flush(before uint64) {
	n := 0
	for ; n < len(k.waiting) && k.waiting[n].at < before; n++ {
		c := &k.waiting[n]
		k.advance(c.at)
		k.print(c.text)
	}
	k.waiting = slices.Delete(k.waiting, 0, n)
}

// advance moves the clock of the file.
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

// Shown is how many instructions are in the file.
func (k *Konata) Shown() int { return k.ids }

// End writes what waits. A window without an instruction is a file without one.
func (k *Konata) End() error {
	if !k.begun && len(k.waiting) == 0 {
		k.advance(k.from)
	}
	k.flush(^uint64(0))
	return k.err
}
