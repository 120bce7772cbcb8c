package world

// level is an input: its present level, and the level that the program last read. Both start
// at 0, because a program has read nothing before its first wait.
type level struct{ now, known uint64 }

// Get returns the level of an input. The program knows it from then on.
func (w *World) Get(dev int) uint64 {
	if dev < 0 || dev >= len(w.levels) {
		return 0
	}
	l := &w.levels[dev]
	l.known = l.now
	return l.now
}

// LevelNow is the level of an input, for callers that drive the pins of a circuit.
func (w *World) LevelNow(dev int) uint64 { return w.levels[dev].now }

// SetLevel makes the level of an input change now.
func (w *World) SetLevel(dev int, v uint64) {
	w.script.Inputs = append(w.script.Inputs, Input{Time: w.now, Levels: []Level{{dev, v}}})
}

// Outputs are the levels of outputs, by number of the device. They start at 0. Only a change
// is an event, not a repeated level.
type Outputs map[int]uint64

// Set notes a level and reports whether it has changed.
func (o Outputs) Set(dev int, v uint64) bool {
	if o[dev] == v {
		return false
	}
	o[dev] = v
	return true
}

// LevelData is a level as the bytes of an event, little-endian.
func LevelData(v uint64, bytes int) []byte {
	out := make([]byte, bytes)
	for i := range out {
		out[i] = byte(v >> (8 * i))
	}
	return out
}

// LevelOf is the level that the bytes of an event represent.
func LevelOf(data []byte) uint64 {
	v := uint64(0)
	for i := len(data) - 1; i >= 0; i-- {
		v = v<<8 | uint64(data[i])
	}
	return v
}
