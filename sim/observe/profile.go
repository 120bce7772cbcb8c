package observe

import (
	"cmp"
	"slices"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim"
)

// Cause says what a cycle was for.
type Cause int

// The causes.
const (
	Execute Cause = iota // an instruction retires
	Fetch                // a word is fetched and decoded and nothing executes
	Jump                 // the same, for the word before went elsewhere
	Memory               // an access to data memory takes another cycle
	Port                 // an access to a port does: a frame moves, a log word is not taken
	Compute              // an operation does
	Wait                 // all contexts wait for the outside
	causes
)

// String names a cause as profiles do.
func (c Cause) String() string {
	return [causes]string{"execute", "fetch", "jump", "memory", "port", "compute", "wait"}[c]
}

// Causes lists them in the order of profiles.
func Causes() []Cause {
	var out []Cause
	for c := range causes {
		out = append(out, c)
	}
	return out
}

// Spent is what a place cost. On an instruction set only the first two are known.
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

// Profile counts what each word of a text costs.
//
// A cycle in which an instruction executes is its own, whatever cause it has. One in
// which none does is that of the instruction that is fetched, or, where fetching
// overlaps with execution, of the jump that made it necessary. An event is of the
// instruction that executes when it shows.
type Profile struct {
	text    *Text
	words   []Spent
	held    []uint64 // cycles of the instruction in execution, by word, until it retires
	bubble  uint64   // cycles without an instruction since the last one retired
	last    int      // word that retired last, -1 at the start
	pending uint64   // events until an instruction retires
	lost    Spent    // what belongs to no word
}

// NewProfile counts for a text.
func NewProfile(text *Text) *Profile {
	return &Profile{text: text, words: make([]Spent, len(text.Words)), held: make([]uint64, len(text.Words)), last: -1}
}

// Step takes a step.
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

// events gives what shows to the instruction that executes, but a level of a circuit to
// the one that retired before.
func (p *Profile) events(s *Step) {
	for i := range s.Events {
		if p.text.Circuit && slices.Contains(p.text.Levels, s.Events[i].Port) {
			p.at(p.last).Events++
		} else {
			p.pending++
		}
	}
}

// at is what a word has spent.
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

// gap gives the cycles without an instruction to whom they are due.
func (p *Profile) gap(next *Spent) {
	if p.text.Overlap && p.last >= 0 {
		p.words[p.last].Cycles[Jump] += p.bubble
	} else {
		next.Cycles[Fetch] += p.bubble
	}
	p.bubble = 0
}

// causeOf is why an instruction took more than one cycle.
func causeOf(r *sim.Retire) Cause {
	switch {
	case r.Mask == 0:
		return Compute
	case r.Addr >= port.Base:
		return Port
	}
	return Memory
}

// End gives what has not retired when the run is over to where it was.
func (p *Profile) End() error {
	for k, n := range p.held {
		p.words[k].Cycles[Port] += n // only a port holds an instruction for ever
		p.held[k] = 0
	}
	p.at(p.last).Cycles[Fetch] += p.bubble
	p.at(p.last).Events += p.pending
	p.bubble, p.pending = 0, 0
	return nil
}

// Row is what a line or a function cost.
type Row struct {
	File string
	Line int // 0: of a whole function, or of what has no place
	Func string
	Spent
}

// Total is what all words cost together.
func (p *Profile) Total() Spent {
	t := p.lost
	for k := range p.words {
		t.add(&p.words[k])
	}
	return t
}

// Word is what the word of a text cost.
func (p *Profile) Word(k int) *Spent { return &p.words[k] }

// Lines lists what each line of the source cost, in the order of files and lines.
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

// Functions lists what each function cost, by name.
func (p *Profile) Functions() []Row {
	return p.rows(func(w *Word) Row { return Row{Func: w.Func} })
}

// rows adds up words with the same key.
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
