package sim

// Place states how a Meter treats an instruction word.
type Place uint8

// The treatments of words.
const (
	Elsewhere Place = iota // the word ends a measurement
	Inside                 // the word is measured, and begins a measurement
	Shared                 // in a function with several callers: the word is measured if a measurement is running
)

// Meter measures the work of a part of a program on a core, such as a task. A Meter counts the
// cycles of each stretch. A stretch begins at an instruction inside the part, and ends at the
// next instruction outside the part or at the next wait. The work before the first wait of the
// core is start-up and does not count.
type Meter struct {
	base    uint32  // first address of the text
	words   []Place // for each word of the text
	waited  bool
	within  bool
	pending uint64 // cycles since the last instruction retired
	now     uint64
	spent   []uint64 // cycles of the present stretch, by word
	touched []uint32 // indices of the words whose spent is not 0
	most    uint64
	worst   []uint64 // the spent of the longest stretch
}

// NewMeter makes a meter for the text at address base. words states how to treat each word.
func NewMeter(base uint32, words []Place) *Meter {
	return &Meter{base: base, words: words, spent: make([]uint64, len(words)), worst: make([]uint64, len(words))}
}

// Cycle handles one cycle. The arguments say whether the core waits, whether an instruction
// retires, and the address of this instruction.
func (m *Meter) Cycle(idle, retired bool, pc uint32) {
	if idle {
		m.end()
		m.waited, m.pending = true, 0
		return
	}
	m.pending++
	if !retired {
		return
	}
	at := (pc - m.base) / 4
	place := Elsewhere
	if at < uint32(len(m.words)) {
		place = m.words[at]
	}
	switch {
	case place == Elsewhere:
		m.end()
	case place == Inside || m.within:
		m.within = true
		m.add(at)
	}
	m.pending = 0
}

func (m *Meter) add(at uint32) {
	if m.spent[at] == 0 {
		m.touched = append(m.touched, at)
	}
	m.spent[at] += m.pending
	m.now += m.pending
}

// end ends the present stretch.
func (m *Meter) end() {
	longest := m.waited && m.now > m.most
	if longest {
		m.most = m.now
		clear(m.worst)
	}
	for _, at := range m.touched {
		if longest {
			m.worst[at] = m.spent[at]
		}
		m.spent[at] = 0
	}
	m.touched, m.now, m.within = m.touched[:0], 0, false
}

// Most returns the number of cycles of the longest stretch so far, and the number of these
// cycles for each word of the text.
func (m *Meter) Most() (cycles uint64, byWord []uint64) {
	m.end()
	return m.most, m.worst
}
