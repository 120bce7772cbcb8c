package sim

// Place says how a Meter treats an instruction word.
type Place uint8

// The treatments of words.
const (
	Elsewhere Place = iota // it ends a measurement
	Inside                 // it is measured, and begins a measurement
	Shared                 // of a function with several callers: it is measured if a measurement runs
)

// Meter measures the work of a part of a program on a core, such as a task. It counts the
// cycles of each stretch from an instruction inside to the next instruction elsewhere or the
// next wait. The work before the core's first wait is start-up and does not count.
type Meter struct {
	base    uint32  // address of the text
	words   []Place // of the text
	waited  bool
	within  bool
	pending uint64 // cycles since the last instruction retired
	now     uint64
	spent   []uint64 // of the present stretch, by word
	touched []uint32 // words whose spent is not 0
	most    uint64
	worst   []uint64 // spent of the longest stretch
}

// NewMeter measures a part of the text at base, by words.
func NewMeter(base uint32, words []Place) *Meter {
	return &Meter{base: base, words: words, spent: make([]uint64, len(words)), worst: make([]uint64, len(words))}
}

// Cycle takes one cycle: whether the core waits, and the retiring instruction, if any.
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

// end closes a stretch.
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

// Most returns the number of cycles of the longest stretch so far, and each word's share of
// it.
func (m *Meter) Most() (cycles uint64, byWord []uint64) {
	m.end()
	return m.most, m.worst
}
