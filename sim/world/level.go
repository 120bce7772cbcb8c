package world

// level is the state of an input: its present level, and the level that the program last read.
// Both start at 0, because a program has read no level before its first wait.
type level struct{ now, known uint64 }

// Get returns the level of an input. From then on, the program knows this level.
func (w *World) Get(dev int) uint64 {
	if dev < 0 || dev >= len(w.levels) {
		return 0
	}
	l := &w.levels[dev]
	l.known = l.now
	return l.now
}

// LevelNow returns the level of an input, for callers that drive the pins of a circuit.
func (w *World) LevelNow(dev int) uint64 { return w.levels[dev].now }

// SetLevel changes the level of an input immediately.
func (w *World) SetLevel(dev int, v uint64) {
	w.script.Inputs = append(w.script.Inputs, Input{Time: w.now, Levels: []Level{{dev, v}}})
}

// Outputs holds the levels of outputs, by device number. All outputs start at 0. Setting the
// same level again is not an event.
type Outputs map[int]uint64

// Set records a level and reports whether it has changed.
func (o Outputs) Set(dev int, v uint64) bool {
	if o[dev] == v {
		return false
	}
	o[dev] = v
	return true
}

// LevelData returns a level as the bytes of an event, little-endian.
func LevelData(v uint64, bytes int) []byte {
	out := make([]byte, bytes)
	for i := range out {
		out[i] = byte(v >> (8 * i))
	}
	return out
}

// LevelOf returns the level that the bytes of an event represent.
func LevelOf(data []byte) uint64 {
	v := uint64(0)
	for i := len(data) - 1; i >= 0; i-- {
		v = v<<8 | uint64(data[i])
	}
	return v
}
