package observe

import (
	"cmp"
	"slices"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim"
)

// Cause states how a cycle was spent.
type Cause int

// The causes.
const (
	Execute Cause = iota // an instruction retires
	Fetch                // a word is fetched and decoded, and nothing executes
	Jump                 // as Fetch, because the previous word was a jump
	Memory               // an access to data memory needs another cycle
	Port                 // an access to a port needs another cycle: a frame is moving, or a log word is not taken yet
	Compute              // an operation needs another cycle
	Wait                 // all contexts are waiting for the outside
	causes
)

// String returns the name of a cause in profiles.
func (c Cause) String() string {
	return [causes]string{"execute", "fetch", "jump", "memory", "port", "compute", "wait"}[c]
}

// Causes lists the causes in the order of profiles.
func Causes() []Cause {
	var out []Cause
	for c := range causes {
		out = append(out, c)
	}
	return out
}

// Spent is the cost of a source position. An instruction-set simulator gives only the first two
// fields.
type Spent struct {
	Instructions uint64
	Events       uint64
	Cycles       [causes]uint64
}

// Total is the number of cycles of all causes.
func (s *Spent) Total() uint64 {
	var n uint64
	for _, c := range s.Cycles {
		n += c
	}
	return n
}

func (s *Spent) add(o *Spent) {
	s.Instructions += o.Instructions
	s.Events += o.Events
	for c := range o.Cycles {
		s.Cycles[c] += o.Cycles[c]
	}
}

// Profile counts the cost of each word of a text.
//
// A cycle in which an instruction executes counts for that instruction. On a core with
// organisation `multi`, any other cycle counts for the instruction that is being fetched. On a
// pipelined core, such a cycle counts for the jump that caused it. An event counts for the
// instruction that is executing when the event appears.
type Profile struct {
	text    *Text
	words   []Spent
	held    []uint64 // for each word: cycles of its execution so far, until it retires
	bubble  uint64   // cycles without an executing instruction since the last one retired
	last    int      // the word that retired last, -1 at the start
	pending uint64   // events since the last instruction retired
	lost    Spent    // cost that belongs to no word
}

// NewProfile makes a profile of a text.
func NewProfile(text *Text) *Profile {
	return &Profile{text: text, words: make([]Spent, len(text.Words)), held: make([]uint64, len(text.Words)), last: -1}
}

// Step handles one step.
func (p *Profile) Step(s *Step) {
	p.events(s)
	if s.Retired {
		p.retire(&s.Retire)
		return
	}
	k := p.text.word(s.PC)
	switch {
	case s.Idle:
		p.at(k).Cycles[Wait]++
	case !s.Execute:
		p.bubble++
	case k < 0:
		p.lost.Cycles[Compute]++
	default:
		p.held[k]++
	}
}

// events assigns events to the executing instruction. On a circuit, a change of a level belongs
// to the instruction that retired last.
func (p *Profile) events(s *Step) {
	for i := range s.Events {
		if p.text.Circuit && slices.Contains(p.text.Levels, s.Events[i].Port) {
			p.at(p.last).Events++
		} else {
			p.pending++
		}
	}
}

// at returns the cost of a word.
func (p *Profile) at(word int) *Spent {
	if word < 0 {
		return &p.lost
	}
	return &p.words[word]
}

func (p *Profile) retire(r *sim.Retire) {
	k := p.text.word(r.PC)
	w := p.at(k)
	w.Instructions++
	w.Events += p.pending
	p.pending = 0
	if p.text.Circuit {
		w.Cycles[Execute]++
		p.gap(w)
	}
	if k >= 0 {
		w.Cycles[causeOf(r)] += p.held[k]
		p.held[k] = 0
	}
	p.last = k
}

// gap assigns the cycles without an instruction to the instruction that caused them.
func (p *Profile) gap(next *Spent) {
	if p.text.Overlap && p.last >= 0 {
		p.words[p.last].Cycles[Jump] += p.bubble
	} else {
		next.Cycles[Fetch] += p.bubble
	}
	p.bubble = 0
}

// causeOf returns why an instruction took more than one cycle.
func causeOf(r *sim.Retire) Cause {
	switch {
	case r.Mask == 0:
		return Compute
	case r.Addr >= port.Base:
		return Port
	}
	return Memory
}

// End handles an instruction that is still executing when the run ends. End assigns the cycles
// of this instruction to the instruction's word.
func (p *Profile) End() error {
	for k, n := range p.held {
		p.words[k].Cycles[Port] += n // only a port can hold an instruction forever
		p.held[k] = 0
	}
	p.at(p.last).Cycles[Fetch] += p.bubble
	p.at(p.last).Events += p.pending
	p.bubble, p.pending = 0, 0
	return nil
}

// Row is the cost of a source line or a function.
type Row struct {
	File string
	Line int // 0 for a whole function, or without a source position
	Func string
	Spent
}

// Total is the cost of all words.
func (p *Profile) Total() Spent {
	t := p.lost
	for k := range p.words {
		t.add(&p.words[k])
	}
	return t
}

// Word returns the cost of a word of the text.
func (p *Profile) Word(k int) *Spent { return &p.words[k] }

// Lines lists the cost of each source line, in the order of files and lines.
func (p *Profile) Lines() []Row {
	return p.rows(func(w *Word) Row {
		line, _ := w.Place.Position()
		r := Row{Func: w.Func, Line: line}
		if w.Place.File != nil {
			r.File = w.Place.File.Name
		}
		return r
	})
}

// Functions lists the cost of each function, by name.
func (p *Profile) Functions() []Row {
	return p.rows(func(w *Word) Row { return Row{Func: w.Func} })
}

// rows adds up the costs of words that have the same key.
func (p *Profile) rows(key func(*Word) Row) []Row {
	sums := map[Row]*Spent{}
	var keys []Row
	add := func(k Row, s *Spent) {
		if *s == (Spent{}) {
			return
		}
		if sums[k] == nil {
			sums[k] = &Spent{}
			keys = append(keys, k)
		}
		sums[k].add(s)
	}
	for i := range p.words {
		add(key(&p.text.Words[i]), &p.words[i])
	}
	add(Row{}, &p.lost)
	slices.SortFunc(keys, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Func, b.Func))
	})
	for i := range keys {
		keys[i].Spent = *sums[keys[i]]
	}
	return keys
}
